"""A policy that plays a list: for tests, demos, baselines, and for driving a device by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from screenwright.tools.actions import Action, Done
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Step, Task


class Scripted:
    """Plays decisions or bare actions in order, then says Done."""

    name = "scripted"

    def __init__(self, decisions: Iterable[Decision | Action]) -> None:
        self._decisions = [d if isinstance(d, Decision) else Decision(d, source=self.name) for d in decisions]
        self._next = 0

    def begin(self, task: Task) -> None:
        self._next = 0

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        if self._next >= len(self._decisions):
            return Decision(Done(), "the list is at its end", source=self.name)
        self._next += 1
        return self._decisions[self._next - 1]
