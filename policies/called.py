"""A policy whose decisions are handed in, one before each step: a caller decides, the loop does the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from screenwright.tools.errors import GaveUp
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Step, Task

Deciding = Callable[[Observation], Decision]
"""Makes the decision on the frame that the step begins with; raises BadAction, BadReply."""


class Called:
    """Decides what it was given last. Drive it with `Agent.steps`: give, then take the next step."""

    name = "called"

    def __init__(self) -> None:
        self._given: Deciding | None = None

    def give(self, deciding: Deciding) -> None:
        self._given = deciding

    def begin(self, task: Task) -> None: ...

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        deciding, self._given = self._given, None
        if deciding is None:
            raise GaveUp("no action was given for this step")
        return deciding(observation)
