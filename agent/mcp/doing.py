"""What each tool does, in the thread that uses the screen."""

from __future__ import annotations

import json
from collections.abc import Callable

from screenwright.agent.console import spoken
from screenwright.agent.mcp.acts import Acts
from screenwright.agent.mcp.answers import DATA, Answer
from screenwright.agent.mcp.call import Call
from screenwright.agent.mcp.desk import Desk
from screenwright.agent.mcp.offers import Act, Arguments, Find, Observe, Read, Replay, RunTask, Status
from screenwright.agent.mcp.shown import (
    Look,
    encoded,
    facts,
    fitting,
    from_screen,
    line,
    listed,
    point_json,
)
from screenwright.agent.mcp.tasks import replay, run_task
from screenwright.agent.mcp.telling import status
from screenwright.agent.person.supervised import SOURCE
from screenwright.policies.guard.spot import as_it_was
from screenwright.tools.actions import Action, TypeText, describe
from screenwright.tools.elements import Ambiguous, Element, NotSeen, Target
from screenwright.tools.errors import BadAction
from screenwright.tools.geometry import Point, Size
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Step

TYPED_MOST = 20_000
SAID_CHARACTERS = 120


class Doing:
    """All tools over one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._acts = Acts(desk)

    def job(self, arguments: Arguments) -> Callable[[Call], Answer]:
        """What is to be done for these arguments."""
        match arguments:
            case Status():
                return lambda call: status(self.desk, arguments)
            case Observe():
                return lambda call: self._observe(arguments)
            case Find():
                return lambda call: self._find(arguments)
            case Read():
                return lambda call: self._read()
            case Act():
                return lambda call: self._act(arguments, call)
            case RunTask():
                return lambda call: run_task(self.desk, arguments, call)
            case Replay():
                return lambda call: replay(self.desk, arguments, call)
            case other:
                raise TypeError(f"{type(other).__name__} are no arguments of a tool")

    # looking

    def _observe(self, wanted: Observe) -> Answer:
        seen = self.desk.device.observe()
        size = fitting(seen.frame, wanted.max_width, wanted.max_pixels)
        look = self.desk.looks.add(seen, size)
        picture = encoded(seen.pixels, size, wanted.format) if wanted.picture else None
        text = self._told(look)
        told = {"seen": look.number, "frame": {"width": size.width, "height": size.height}, "note": DATA}
        if wanted.elements == "none":
            return Answer(text, told, picture)
        elements = self.desk.reader.read(seen).elements
        said = from_screen(listed(elements, seen.frame, size, wanted.elements))
        if wanted.elements == "json":
            return Answer(
                f"{text}\n{said}",
                told | {"elements": [facts(each, seen.frame, size) for each in elements]},
                picture,
            )
        return Answer(f"{text}\n{said}", told, picture)

    def _told(self, look: Look) -> str:
        size, frame = look.size, look.observation.frame
        small = "" if size == frame else f", shown smaller than the {frame} of the screen"
        return (
            f"Observation {look.number} of {look.observation.device or self.desk.device.name}: {size}{small}. "
            f'Places on it: {{"x": ..., "y": ..., "frame": {{"width": {size.width}, "height": {size.height}}}}}'
        )

    def _find(self, wanted: Find) -> Answer:
        target = Target(
            text=wanted.text,
            role=wanted.role,
            ordinal=wanted.ordinal,
            relation=wanted.relation,
            anchor=Target(text=wanted.anchor) if wanted.anchor is not None else None,
        )
        if target.text is None and target.role is None and target.relation is None:
            raise BadAction("find: say what to look for: text, role, or relation with anchor")
        if (target.relation is None) != (target.anchor is None):
            raise BadAction("find: relation and anchor belong together; give both, or neither")
        seen = self.desk.device.observe()
        size = self.desk.looks.size_on(seen.frame)
        scene = self.desk.reader.read(seen)
        try:
            found = scene.find_all(target) if wanted.all else [scene.find(target)]
        except (NotSeen, Ambiguous) as error:
            places = [match.element for match in error.candidates] if isinstance(error, Ambiguous) else []
            points = [facts(each, seen.frame, size) for each in places]
            what = f"{len(places)} places fit equally well" if places else "not found"
            return Answer(f"{what}: {from_screen(str(error))}", {"places": points, "note": DATA}, wrong=True)
        lines = [f"{line(m.element, seen.frame, size)}: {_point(m.element, seen.frame, size)}" for m in found]
        told = {"places": [facts(m.element, seen.frame, size) for m in found], "note": DATA}
        return Answer(from_screen("\n".join(lines) or "nothing fits"), told, wrong=not found)

    def _read(self) -> Answer:
        return Answer(from_screen(self.desk.reader.read(self.desk.device.observe()).text()))

    # acting

    def _act(self, wanted: Act, call: Call) -> Answer:
        if isinstance(wanted.action, TypeText) and len(wanted.action.text) > TYPED_MOST:
            raise BadAction(f"type_text: {len(wanted.action.text)} characters; at most {TYPED_MOST} in one action")

        def deciding(now: Observation) -> Decision:
            action = placed(wanted.action, lambda point: self.desk.looks.place(point, now.frame))
            decision = Decision(action, wanted.thought, source=f"mcp:{call.who}")
            if wanted.seen is not None:
                before = self.desk.looks.numbered(wanted.seen).observation
                if not as_it_was(decision, before, now):
                    raise BadAction(
                        f"not done: the place looks different now from what observation {wanted.seen} showed; "
                        "observe again, then decide"
                    )
            return decision

        step = self._acts.do(deciding)
        if step.decision is not None and step.decision.source == SOURCE:
            raise BadAction(f"not done: {step.decision.thought}; observe again, then decide")
        text = _became(step, wanted.action)
        if (
            not step.result.ok
            and step.verdict
            and not step.verdict.allowed
            and self.desk.setting.guard.approve is None
        ):
            text += (
                "; this client can't be asked (no elicitation): allow it in the rules the server is started with"
            )
        told = {
            "ok": step.result.ok,
            "changed": step.result.effect.where,
            "step": step.index,
            "run": self._acts.name,
        }
        if not wanted.picture:
            return Answer(text, told, wrong=not step.result.ok)
        seen = step.after or self.desk.device.observe()
        look = self.desk.looks.add(seen, self.desk.looks.size_on(seen.frame))
        shown = f"{text}\n{self._told(look)}"
        return Answer(
            shown, told | {"seen": look.number}, encoded(seen.pixels, look.size, "auto"), not step.result.ok
        )


def placed(action: Action, place: Callable[[Point], Point]) -> Action:
    """The action with each of its points put through `place`."""
    moved = {name: place(value) for name, value in action if isinstance(value, Point)}
    return action.model_copy(update=moved) if moved else action


def _point(element: Element, frame: Size, size: Size) -> str:
    return json.dumps(point_json(element.region.center(frame).on(size)))


def _became(step: Step, asked: Action) -> str:
    """What became of it, in one line, in the caller's own pixels."""
    result, verdict = step.result, step.verdict
    what = describe(asked)
    what = what if len(what) <= SAID_CHARACTERS else what[: SAID_CHARACTERS - 1] + "…"
    if not result.ok:
        return f"{what}: {result.message}"
    guard = f" ({spoken(verdict)})" if verdict and verdict.ruling == "ask" else ""
    usual = describe(step.decision.action) if step.decision else ""
    message = result.message.removeprefix(usual).removeprefix("done").lstrip("; ")
    effect = "" if result.effect.where == "unseen" else str(result.effect)
    return ". ".join(part for part in (f"done: {what}{guard}", message, effect) if part)
