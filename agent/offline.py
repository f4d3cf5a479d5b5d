"""A policy tried against yesterday's screens: what it decides beside what was recorded, with no display.

Looks and waits are passed over. Where the decisions part, a policy that goes through a task step by step is
put to its next step, and any other is shown what was recorded as if it had been done: so that one difference
does not hide the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from screenwright.agent.offline_asking import Asking, Line, recorded_act
from screenwright.policies.policy import Policy
from screenwright.policies.replay.demo import PLACEHOLDER, DemoStep
from screenwright.policies.replay.folder import DemoFolder
from screenwright.tools.actions import Action, Click, LongPress, Move, TypeText
from screenwright.tools.errors import BadScript
from screenwright.tools.geometry import Point
from screenwright.tools.playback import Alike, Playback
from screenwright.tools.steps import Step, Task

if TYPE_CHECKING:
    from screenwright.agent.models import Which

TRIED = ("replay", "literal", "model", "qwen3vl", "served", "auto")


@dataclass(frozen=True, slots=True)
class Comparison:
    """All recorded acts in order, and the first at which the decisions part."""

    policy: str
    lines: Sequence[Line]

    @property
    def parted(self) -> Line | None:
        return next((line for line in self.lines if not line.same), None)

    @property
    def same(self) -> int:
        return sum(line.same for line in self.lines)

    def table(self) -> str:
        """For a terminal: a line an act, and where the decisions part."""
        rows = [("step", "recorded", self.policy, "")]
        for line in self.lines:
            number = "" if line.step is None else str(line.step)
            rows.append((number, line.recorded, line.decided or line.note, "same" if line.same else "OTHER"))
        wide = [min(44, max(len(row[column]) for row in rows)) for column in range(3)]
        told = [
            "  ".join([*(c.ljust(w) for c, w in zip(row, wide, strict=False)), row[3]]).rstrip() for row in rows
        ]
        acts = sum(line.step is not None for line in self.lines)
        told.append(f"{self.same} of {acts} recorded acts are decided as they were recorded")
        if (parted := self.parted) is not None:
            where = "after the last step" if parted.step is None else f"at step {parted.step}"
            told.append(f"they part {where}: recorded: {parted.recorded}; decided: {parted.decided}")
        return "\n".join(told)

    def summary(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "same": self.same,
            "acts": sum(line.step is not None for line in self.lines),
            "parted": asdict(self.parted) if self.parted else None,
            "lines": [asdict(line) for line in self.lines],
        }


def tried(folder: DemoFolder, given: Mapping[str, str], kind: str, which: Which) -> Comparison:
    """A policy by its name on the recording of a demo; of what is not given, the values are those recorded.

    BadScript: there is no such policy, or no recording.
    """
    if kind not in TRIED:
        raise BadScript(f"--policy {kind!r}: there is no such policy to try; there is: {', '.join(TRIED)}")
    if folder.trace is None:
        raise BadScript(
            f"{folder.path} has no recording in trace/ (or it can't be read), so nothing can be tried on it"
        )
    playback = Playback(folder.trace, alike=alike_in(folder))
    policy, task = _asked(folder, recorded_values(folder) | dict(given), kind, which)
    return compare(policy, task, playback)


def _asked(folder: DemoFolder, values: dict[str, str], kind: str, which: Which) -> tuple[Policy, Task]:
    """The policy, and the task in the words that it reads."""
    from screenwright.agent.models import policy_of
    from screenwright.agent.replaying import task_of
    from screenwright.policies.literal.policy import Literal
    from screenwright.policies.replay.exporting import export
    from screenwright.policies.replay.policy import Replay

    if kind == "replay":
        return Replay(folder, patience_s=0.0), task_of(folder, values)
    script = Task(export(folder, "script"), values, folder.name)
    if kind == "literal" or (kind == "auto" and not which.configured):
        return Literal(patience_s=0.0), script
    policy = policy_of(kind, which)
    about = folder.demo.about.strip()
    return policy, Task(about, values, folder.name) if about and kind != "auto" else script


def recorded_values(folder: DemoFolder) -> dict[str, str]:
    """What the parameters were when it was recorded: as it was typed; by default; else their names in braces.

    The names stand for secrets, in a recording too.
    """
    values = {
        name: p.default if p.default is not None else f"{{{{{name}}}}}"
        for name, p in folder.demo.parameters.items()
    }
    done = {step.index: recorded_act(step) for step in folder.trace.steps if step.decision} if folder.trace else {}
    for step in folder.demo.steps:
        typed = done.get(-1 if step.recorded is None else step.recorded)
        if step.text is not None and isinstance(typed, TypeText):
            # the text of the step with its parameters as what is looked for
            form = PLACEHOLDER.sub(
                lambda m: f"(?P<{m[1]}>.+?)", re.escape(step.text).replace(r"\{", "{").replace(r"\}", "}")
            )
            names = PLACEHOLDER.findall(step.text)
            if len(names) == len(set(names)) and (match := re.fullmatch(form, typed.text, re.DOTALL)):
                values |= match.groupdict()
    return values


def alike_in(folder: DemoFolder) -> Alike:
    """An act counts as the recorded one where it falls on the target as the demo knows it."""
    known = {step.recorded: step for step in folder.demo.steps if step.recorded is not None}

    def alike(action: Action, step: Step) -> bool:
        demo, recorded = known.get(step.index), recorded_act(step)
        if demo is None or type(action) is not type(recorded):
            return False
        match action, recorded:
            case (Click() as now, Click() as then):
                return (
                    now.button == then.button
                    and now.count == then.count
                    and _on_target(demo, now.point, then.point)
                )
            case (LongPress() | Move() as now, LongPress() | Move() as then):
                return _on_target(demo, now.point, then.point)
            case _:
                return False

    return alike


def _on_target(step: DemoStep, now: Point, recorded: Point) -> bool:
    """Does it fall on the box of the target that its picture names?"""
    if step.on is None or not step.on.patches or now.frame != recorded.frame:
        return False
    patch = step.on.patches[0]
    x, y, width, height = patch.target
    left, top = recorded.x - patch.aim[0] + x, recorded.y - patch.aim[1] + y
    return left <= now.x < left + width and top <= now.y < top + height


def compare(policy: Policy, task: Task, playback: Playback) -> Comparison:
    """Ask the policy about every recorded frame. BadScript, NotInstalled, ModelLost: it can't be asked at all."""
    return Comparison(policy.name, Asking(policy, task, playback).lines())
