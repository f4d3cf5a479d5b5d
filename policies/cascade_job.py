"""What is to be done in a cascade, by whom, and what may come of asking."""

from __future__ import annotations

from dataclasses import dataclass, field

from screenwright.policies.errand import Errand
from screenwright.tools.actions import Action, aim
from screenwright.tools.errors import BadScript, GaveUp, Mendable, ModelLost, NotInstalled
from screenwright.tools.steps import Decision, Step, Task

SAME_PX = 24  # two clicks nearer than this are one to the guard's no
PASSIVE = ("wait", "ask", "done")
Failure = Mendable | GaveUp | BadScript | NotInstalled | ModelLost


@dataclass(slots=True)
class Job:
    """The task, or a step of it that was handed on, and who may do it: the policies from `first` on."""

    task: Task
    first: int = 0
    since: int = 0
    errand: Errand | None = None
    why: str = ""
    unsure: bool = False
    begun: set[int] = field(default_factory=set[int])
    out: dict[int, str] = field(default_factory=dict[int, str])
    accepted: set[int] = field(default_factory=set[int])


class Unsure(GaveUp):
    """A decision with too little confidence."""

    def __init__(self, decision: Decision, least: float) -> None:
        super().__init__(f"not sure enough ({decision.confidence or 0:.2f}, not {least:.2f})")
        self.decision = decision


def acted(step: Step) -> bool:
    return step.decision is not None and step.result.ok and step.decision.action.kind not in PASSIVE


def same_act(one: Action, other: Action) -> bool:
    """Is it the same act: equal, or of the same kind at nearly the same place?"""
    here, there = aim(one), aim(other)
    if one.kind != other.kind or here is None or there is None or here.frame != there.frame:
        return one == other
    return abs(here.x - there.x) < SAME_PX and abs(here.y - there.y) < SAME_PX
