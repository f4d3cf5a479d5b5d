"""When a run must end: steps, seconds, bad replies in a row, refused actions, and being stuck."""

from __future__ import annotations

import time

from pydantic import BaseModel, ConfigDict, Field

from screenwright.tools.actions import Done, Wait, describe
from screenwright.tools.steps import Outcome, Status, Step

PERSON_S = "person_s"
"""In a decision's usage: seconds that a person held the run up, or did it himself. They are nobody's limit."""


class Limits(BaseModel):
    """How long a run may go on. Every field is a bound; the defaults suit a task of a few minutes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int = Field(default=200, ge=1, description="steps in all, looks and waits not counted")
    seconds: float = Field(
        default=900, gt=0, description="seconds in all; checked between steps, waits are cut to it"
    )
    bad_replies: int = Field(default=3, ge=1, description="replies in a row that could not be read or done")
    denials: int = Field(default=1, ge=1, description="actions that the guard refused")
    stuck: int = Field(default=3, ge=2, description="times the same action in a row changed nothing")
    black_s: float = Field(default=10, ge=0, description="seconds to wait for a black screen to come back")


class Watch:
    """Looks at each step of one run and says when it must end."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.started = time.monotonic()
        self._person_s = 0.0
        self._acts = 0
        self._bad = 0
        self._denied = 0
        self._same = 0
        self._last: object = None

    @property
    def seconds_left(self) -> float:
        return max(0.0, self.limits.seconds + self._person_s - (time.monotonic() - self.started))

    def warning(self, step: Step) -> str:
        """What the policy must be told about repeating itself, or nothing. Call once for each step."""
        action = step.decision.action if step.decision else None
        useless = step.result.ok and step.result.effect.where == "nothing"
        if action is None or isinstance(action, Wait | Done) or not useless:
            self._same, self._last = 0, None
            return ""
        self._same = self._same + 1 if action == self._last else 1
        self._last = action
        if self._same < 2:
            return ""
        return f"the same action changed nothing {self._same} times in a row: do something else"

    def outcome(self, step: Step) -> tuple[Status, str] | None:
        """How the run ends after this step, or None to go on. Call after `warning`."""
        decision, result = step.decision, step.result
        self._person_s += decision.usage.get(PERSON_S, 0.0) if decision else 0.0
        if decision and isinstance(decision.action, Done) and result.ok:
            return ("done", "") if decision.action.success else ("gave_up", decision.action.answer or "")
        if step.verdict and not step.verdict.allowed:
            self._denied += 1
            if self._denied >= self.limits.denials:
                return "denied", result.message
        self._bad = 0 if result.ok else self._bad + 1
        if self._bad >= self.limits.bad_replies:
            return "limit", f"{self._bad} replies in a row could not be used; the last: {result.message}"
        if decision and not isinstance(decision.action, Wait):
            self._acts += 1
        if self._same >= self.limits.stuck and decision:
            return "stuck", f"{describe(decision.action)!r} changed nothing {self._same} times in a row"
        return self._spent()

    def _spent(self) -> tuple[Status, str] | None:
        if self._acts >= self.limits.steps:
            return "limit", f"{self._acts} steps, the limit (Limits.steps), and the task is not done"
        if not self.seconds_left:
            return "limit", f"{self.limits.seconds:g} s, the limit (Limits.seconds), and the task is not done"
        return None

    def end(self, status: Status, message: str, steps: int, answer: str | None = None) -> Outcome:
        return Outcome(status, message, answer, steps, time.monotonic() - self.started)
