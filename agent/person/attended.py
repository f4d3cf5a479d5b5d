"""A person beside a run from the command line: what is said about him there, and the agent that he holds back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from screenwright.tools.errors import BadScript, NotInstalled

if TYPE_CHECKING:
    from screenwright.agent.loop import Agent
    from screenwright.agent.mirror.mirror import Mirror
    from screenwright.agent.person.attendance import Attendance
    from screenwright.agent.where import Where
    from screenwright.policies.guard import Approve
    from screenwright.policies.policy import Policy
    from screenwright.tools.device import Device
    from screenwright.tools.observation import Observation
    from screenwright.tools.steps import Decision, Verdict

Means = Literal["pause", "stop", "ignore"]
PANIC = "ctrl+alt+escape"
Person = Annotated[
    Means | None,
    typer.Option(
        help="what your own mouse and keys do to a run: default pause, on a virtual screen or a phone ignore"
    ),
]
Panic = Annotated[
    str, typer.Option(metavar="KEYS", help="the hotkey that stops a run at once; none: there is none")
]
ResumeAfter = Annotated[
    float | None,
    typer.Option(
        min=0.5, metavar="SECONDS", help="after a pause, go on when you have not touched anything so long"
    ),
]


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of the person. `person`: None is the usual for that screen."""

    person: Means | None = None
    panic: str = PANIC
    resume_after_s: float | None = None

    def means(self, where: Where) -> Means:
        """BadScript for a phone: what touches it can't be told apart."""
        if where.on_phone:
            if self.person not in (None, "ignore"):
                raise BadScript("--person is for a desktop; a phone is taken over from on the page of --mirror")
            return "ignore"
        return self.person or ("ignore" if where.virtual else "pause")


@contextmanager
def attended(device: Device, said: Said, where: Where, page: Mirror | None) -> Iterator[Attendance | None]:
    """The person beside that screen; None where he is ignored, or can't be heard and nobody asked for it."""
    means = said.means(where)
    elsewhere = where.virtual or where.on_phone  # nobody sits there to press a hotkey
    panic = None if said.panic == "none" else said.panic
    if means == "ignore" and (panic is None or elsewhere):
        yield None
        return
    from screenwright.agent.approver import at_terminal
    from screenwright.agent.person.attendance import Attendance, Manners

    returns = at_terminal() or page is not None
    manners = Manners(means, panic, resume_after_s=said.resume_after_s, returns=returns)
    person = Attendance(device, manners, panel=page.panel if page else None, terminal=at_terminal())
    try:
        person.__enter__()
    except NotInstalled as error:
        if said.person not in (None, "ignore"):
            raise
        print(f"screenwright: warning: {error}; only Ctrl-C stops this run", file=sys.stderr)
        yield None
        return
    try:
        yield person
    finally:
        person.__exit__()


def held_back(
    person: Attendance | None, make: Callable[..., Agent], *, page: bool, tell: Callable[[str], None]
) -> Callable[..., Agent]:
    """`make`, of an agent that the person holds back. With a page, that has its own way of doing so."""
    if person is None:
        return make
    person.tell = tell

    def made(policy: Policy, device: Device, *, listeners: list[Any], **settings: Any) -> Agent:
        if page:
            return make(policy, device, listeners=[*listeners, person], **settings)
        guard, answer = settings["guard"], settings.get("answer")
        guard.approve = Excused(person, guard.approve) if guard.approve else None
        if answer is not None:
            settings["answer"] = person.excused(answer)
        listeners = [*person.listeners, *listeners]
        return make(person.policy(policy), person.device, listeners=listeners, **settings)

    return made


class Excused:
    """An `approve` callback that asks at the terminal: the keys that answer take nothing over."""

    answer_s: float | None = None

    def __init__(self, person: Attendance, approve: Approve) -> None:
        self._person, self._approve = person, approve

    def __call__(self, decision: Decision, verdict: Verdict, observation: Observation) -> bool:
        from screenwright.policies.guard.timely import limited

        with self._person.asking():
            return limited(self._approve, self.answer_s)(decision, verdict, observation)
