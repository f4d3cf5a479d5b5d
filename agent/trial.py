"""What rules would say: to an action that nobody decided, and to each step of a run made under other ones."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
from pydantic import ValidationError

from screenwright.agent.console import printable, spoken
from screenwright.policies.guard import Guard
from screenwright.tools import actions
from screenwright.tools.actions import aim, describe
from screenwright.tools.errors import BadScript
from screenwright.tools.geometry import Size, View
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Step, Verdict
from screenwright.tools.trace import Trace

WORDS_MOST = 60


def trial(guard: Guard, action_json: str, window: str = "") -> str:
    """One line: the action, and the verdict on it in a window of that title. BadScript for a bad action."""
    try:
        action = actions.parse(action_json)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadScript(
            f"--action {action_json!r}: {where}: {first['msg']} (see `screenwright actions`)"
        ) from error
    point = aim(action)
    frame = point.frame if point else Size(1, 1)
    blank = Observation(View(frame), load=lambda: np.zeros((1, 1, 3), np.uint8), title=lambda: window)
    return f"{describe(action)}: {spoken(guard.judge(action, blank))}"


@dataclass(frozen=True, slots=True)
class Tried:
    """One step of a run under other rules. `then`: what was said, None where no guard stood there."""

    number: int
    action: str
    then: Verdict | None
    now: Verdict

    @property
    def differs(self) -> bool:
        """Would it have been another word? A step without a guard was done."""
        return self.now.ruling != (self.then.ruling if self.then else "allow")

    def facts(self) -> dict[str, Any]:
        return {
            "step": self.number,
            "action": self.action,
            "recorded": self.then.ruling if self.then else None,
            "ruling": self.now.ruling,
            "rule": self.now.rule,
            "reason": self.now.reason,
            "differs": self.differs,
        }


def replayed(guard: Guard, trace: Trace) -> list[Tried]:
    """What the rules would have said to each step, at its time and after what was done before it.

    Nobody is asked: what would be asked about counts as done where it was done then. What the system told of a
    frame is known as far as it was recorded; what was written on it is read.
    """
    tried: list[Tried] = []
    for step in trace.steps:
        guard.clock = partial(_local, step.started)
        if not tried and step.index == 0:
            guard.begin()
        if step.decision is None:
            continue
        now = guard.judge(step.decision.action, step.observation)
        if now.ruling != "deny" and _was_done(step):
            guard.count(step.decision.action, step.observation)
        tried.append(Tried(step.index + 1, describe(step.decision.action), step.verdict, now))
    return tried


def _local(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds).astimezone()


def _was_done(step: Step) -> bool:
    allowed = step.verdict is None or step.verdict.allowed
    return allowed and (step.result.ok or step.result.unknown)


def summary(tried: Sequence[Tried]) -> dict[str, Any]:
    return {"steps": [one.facts() for one in tried], "differ": sum(one.differs for one in tried)}


def table(tried: Sequence[Tried]) -> list[str]:
    """For a person; a step of which something else would be said is marked."""
    rows = [("step", "action", "recorded", "now", "by the rule")]
    for one in tried:
        then = one.then.ruling if one.then else "-"
        why = f"{one.now.rule}: {one.now.reason}" if one.now.reason else one.now.rule
        words = textwrap.shorten(printable(one.action), WORDS_MOST, placeholder="...")
        rows.append((f"{'>' if one.differs else ' '}{one.number:>3}", words, then, one.now.ruling, printable(why)))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join([*(c.ljust(w) for c, w in zip(row, widths, strict=False)), row[4]]) for row in rows]
    count = sum(one.differs for one in tried)
    return [*lines, f"{len(tried)} steps, {count or 'none'} of which would have been judged otherwise"]
