"""Tells a guard what became of the actions that it allowed, so that its budgets count what was done."""

from __future__ import annotations

from pathlib import Path

from screenwright.agent.loop import Listener
from screenwright.policies.guard import Guard
from screenwright.tools.steps import Step, Task


class Counting(Listener):
    """A listener for the run that the guard guards. Without it a guard counts what it allowed, done or not."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def began(self, task: Task, folder: Path) -> None:
        self._guard.begin()

    def stepped(self, step: Step) -> None:
        self._guard.learn(step)
