"""The Python API for task scripts: one vocabulary with the plain-language steps, and every call recorded.

Each call is a run of one instruction through the loop: it is guarded, waits for what is late, scrolls to
what is off the screen, and refuses what is ambiguous.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

from screenwright.agent.limits import Limits
from screenwright.agent.loop import Agent, Listener, Run
from screenwright.agent.person.attendance import Attendance
from screenwright.policies.guard import Guard
from screenwright.policies.literal.instruction import Direction, Instruction, Verb
from screenwright.policies.literal.policy import Literal
from screenwright.tools.actions import Done, SystemButton
from screenwright.tools.device import Device
from screenwright.tools.elements import Ambiguous, NotSeen, Target
from screenwright.tools.errors import BadScript, ScreenwrightError
from screenwright.tools.reading import Reader, Scene
from screenwright.tools.secrets.naming import mark, names_in
from screenwright.tools.steps import Outcome, Step, Task
from screenwright.tools.trace import TraceWriter

Aim = str | Target


class StepFailed(ScreenwrightError):
    """A call could not be done; `outcome` says how it ended and where its trace is."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"{outcome.status}: {outcome.message} (trace: {outcome.trace})")
        self.outcome = outcome


class _Calls(Agent):
    """An Agent whose runs are the calls of one session: one beginning, one end, no steps that only say done."""

    began = False
    done = 0
    seconds = 0.0

    def _record(self, step: Step, run: Run) -> Step:
        if step.decision and isinstance(step.decision.action, Done) and step.result.ok:
            run.pending = None
            return step
        self.done += 1
        return super()._record(replace(step, index=self.done - 1), run)

    def _tell(self, event: str, *facts: object) -> None:
        if event == "ended":
            self.seconds += self.outcome.seconds if self.outcome else 0.0
        if event == "ended" or (event == "began" and self.began):
            return
        self.began = True
        super()._tell(event, *facts)

    def close(self) -> None:
        """Tell the listeners how the session ended."""
        if self.outcome is not None:
            super()._tell("ended", replace(self.outcome, steps=self.done, seconds=self.seconds))


class Screen:
    """Drives a device by what its screen says.

    Args:
        device: a Desktop, a phone, a FakeDevice.
        guard: default `Guard.standard()`; what it would ask about is refused when nobody is there.
        trace: folder of the recording; default a new one under `runs/`.
        patience_s: how long a target may take to appear.
        attendance: of a person at the desktop, who holds the calls back.

    Every method raises StepFailed when the step can't be done. Targets are the words on the screen, or a
    `Target` with a role, an ordinal or a relation.
    """

    def __init__(
        self,
        device: Device,
        *,
        guard: Guard | None = None,
        limits: Limits | None = None,
        trace: TraceWriter | str | Path | None = None,
        listeners: Sequence[Listener] = (),
        reader: Reader | None = None,
        patience_s: float = 10.0,
        attendance: Attendance | None = None,
    ) -> None:
        if attendance is not None:
            device, listeners = attendance.device, [*attendance.listeners, *listeners]
        self._attendance = attendance
        self.reader = reader or Reader()
        self.patience_s = patience_s
        self.variables: dict[str, str] = {}
        self._shown = frozenset[str]()
        self._policy = Literal.of([], reader=self.reader, patience_s=patience_s)
        guard = guard or Guard.standard()
        guard.last()
        self._agent = _Calls(self._policy, device, guard=guard, limits=limits, trace=trace, listeners=listeners)
        self.device = self._agent.device

    @property
    def folder(self) -> Path:
        """Where the trace is."""
        return self._agent.trace.folder

    def click(self, target: Aim) -> None:
        self._do("click", target)

    def double_click(self, target: Aim) -> None:
        self._do("double_click", target)

    def right_click(self, target: Aim) -> None:
        self._do("right_click", target)

    def hover(self, target: Aim) -> None:
        self._do("hover", target)

    def drag(self, target: Aim, to: Aim) -> None:
        self._run(Instruction("drag", target=_target(target), to=_target(to)))

    def type(self, text: str, into: Aim | None = None) -> None:
        """Type; with `into`, the field ends up holding exactly this text."""
        self._run(Instruction("type", target=_target(into), value=text))

    def append(self, text: str, to: Aim) -> None:
        """Type behind what the field holds."""
        self._run(Instruction("append", target=_target(to), value=text))

    def clear(self, field: Aim) -> None:
        self._do("clear", field)

    def press(self, *keys: str, times: int = 1) -> None:
        """Press a chord: `press("ctrl", "s")`."""
        self._run(Instruction("press", keys=keys, count=times))

    def choose(self, option: str, field: Aim | None = None) -> None:
        """Choose from a drop-down; without a field, click the option."""
        self._run(Instruction("choose", target=_target(field), value=option))

    def check(self, target: Aim) -> None:
        """Make a checkbox be checked; nothing happens when it is."""
        self._do("check", target)

    def uncheck(self, target: Aim) -> None:
        self._do("uncheck", target)

    def scroll(self, down: int = 0, right: int = 0, until: Aim | None = None) -> None:
        """Turn the wheel by notches, negative for up and left, or until something is visible."""
        direction: Direction = ("right" if right > 0 else "left") if right else ("down" if down >= 0 else "up")
        count = max(1, abs(down or right))
        self._run(Instruction("scroll", direction=direction, count=count, until=_target(until)))

    def wait_for(self, target: Aim, seconds: float = 30.0) -> None:
        self._run(Instruction("wait_for", target=_target(target), seconds=seconds))

    def wait_gone(self, target: Aim, seconds: float = 30.0) -> None:
        self._run(Instruction("wait_gone", target=_target(target), seconds=seconds))

    def expect(self, target: Aim) -> None:
        """Fail when it is not on the screen, nor comes within `patience_s`."""
        self._do("expect", target)

    def press_button(self, button: SystemButton) -> None:
        """Press a button of a phone itself: `press_button("back")`."""
        self._run(Instruction("button", value=button))

    def long_press(self, target: Aim) -> None:
        self._do("long_press", target)

    def swipe(self, direction: Direction, over: Aim | None = None) -> None:
        """Move a finger that way, across the screen or over something."""
        self._run(Instruction("swipe", target=_target(over), direction=direction))

    def open(self, application: str) -> None:
        """Start an application by name, or bring it to the front."""
        self._run(Instruction("open", value=application))

    def read(self, label: Aim) -> str:
        """What a label says: the content of its field, or the text right of or below it."""
        self._run(Instruction("read", target=_target(label), value="read"))
        self._shown |= names_in(self.variables["read"])
        return self.variables["read"]

    def sees(self, target: Aim) -> bool:
        """Is it on the screen now? Nothing is waited for, and nothing is recorded."""
        try:
            self.scene().find(_target(target) or Target())
        except NotSeen:
            return False
        except Ambiguous:
            return True
        return True

    def scene(self) -> Scene:
        """All that can be read on the screen now."""
        return self.reader.read(self.device.observe())

    def text(self) -> str:
        """The text on the screen, laid out in lines."""
        text = self.scene().text()
        self._shown |= names_in(text)
        return text

    def run(self, script: str, **parameters: str) -> Outcome:
        """Run plain-language steps on this screen, in the same trace."""
        policy = Literal(script, reader=self.reader, patience_s=self.patience_s)
        self._agent.policy = self._attendance.policy(policy) if self._attendance else policy
        outcome = self._agent.run(Task(script, parameters))
        self.variables |= policy.variables
        return _passed(outcome)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.device.release()
        self._agent.close()

    def _do(self, verb: Verb, target: Aim) -> None:
        self._run(Instruction(verb, target=_target(target)))

    def _run(self, instruction: Instruction) -> None:
        if names := names_in(instruction.value or "") & self._shown:
            raise BadScript(
                f"{mark(min(names))} stands on the screen itself, which gets no secret; nothing was typed"
            )
        policy = Literal.of(
            [instruction], reader=self.reader, patience_s=self.patience_s, variables=self.variables
        )
        self._agent.policy = self._attendance.policy(policy) if self._attendance else policy
        _passed(self._agent.run(Task(str(instruction))))
        self.variables |= policy.variables


def _target(aim: Aim | None) -> Target | None:
    return Target(text=aim) if isinstance(aim, str) else aim


def _passed(outcome: Outcome) -> Outcome:
    if not outcome.ok:
        raise StepFailed(outcome)
    return outcome
