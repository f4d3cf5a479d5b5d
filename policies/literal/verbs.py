"""What each verb does, as a generator: it yields one decision at a time and is sent what became of it."""

from __future__ import annotations

from typing import assert_never

from screenwright.policies.literal import fields, touching
from screenwright.policies.literal.instruction import Instruction
from screenwright.policies.literal.moment import Acts, Moment
from screenwright.policies.literal.seeking import await_seen, resting_place, scrolled, seek
from screenwright.tools.actions import Button, Click, Done, Drag, Move, OpenApp, PressKeys, Scroll, TypeText, Wait
from screenwright.tools.elements import Target
from screenwright.tools.errors import GaveUp
from screenwright.tools.steps import Decision

OPENING_S = 20.0
WAITING_S = 30.0
SCROLLS = 60  # a page that grows while it is scrolled has no end


class Verbs:
    """Turns instructions into acts. `variables` is shared: `read` fills it, `{{name}}` in a step uses it."""

    def __init__(self, variables: dict[str, str], patience_s: float) -> None:
        self.variables = variables
        self.patience_s = patience_s

    def acts(self, raw: Instruction, now: Moment) -> Acts:
        """The acts of one instruction, with its variables filled in."""
        step = raw.filled(self.variables)
        match step.verb:
            case "click" | "double_click" | "right_click" | "middle_click":
                return self._click(step, now)
            case "hover":
                return self._hover(step, now)
            case "drag":
                return self._drag(step, now)
            case "type" | "append" | "clear":
                return fields.write(step, now, self.patience_s)
            case "check" | "uncheck":
                return fields.tick(step, now, self.patience_s)
            case "choose":
                return fields.choose(step, now, self.patience_s)
            case "press":
                return _one(PressKeys(keys=step.keys, count=step.count), "keys, by their names")
            case "copy" | "paste":
                return self._clip(step, now)
            case "scroll":
                return self._scroll(step, now)
            case "wait":
                return _one(Wait(seconds=step.seconds or 0), "as long as the step says")
            case "wait_for" | "wait_gone":
                return self._wait(step, now, step.seconds or WAITING_S, step.verb == "wait_gone")
            case "expect" | "expect_not":
                seconds = self.patience_s if step.seconds is None else step.seconds
                return self._wait(step, now, seconds, step.verb == "expect_not")
            case "open":
                return self._open(step, now)
            case "button":
                return touching.button(step)
            case "long_press":
                return touching.long_press(step, now, self.patience_s)
            case "swipe":
                return touching.swipe(step, now, self.patience_s)
            case "read":
                return self._read(step, now)
            case "answer":
                return _said(step.value or "")
            case "give_up":
                return _one(Done(success=False, answer=step.value), "the script says so")
            case _:
                assert_never(step.verb)

    def _click(self, step: Instruction, now: Moment) -> Acts:
        button: Button = {"right_click": "right", "middle_click": "middle"}.get(step.verb, "left")  # type: ignore[assignment]
        count = 2 if step.verb == "double_click" else 1
        if step.target is None:
            raise GaveUp("there is nothing to click on in this step")
        found, now = yield from seek(step.target, now, self.patience_s)
        click = Click(
            point=fields.center(found, now),
            button=button,
            count=count,
            target=found.element.text or str(step.target),
        )
        for _ in range(max(1, step.count)):
            yield Decision(click, fields.why(found), confidence=found.score)
        return None

    def _hover(self, step: Instruction, now: Moment) -> Acts:
        found, now = yield from seek(_needed(step.target), now, self.patience_s)
        yield Decision(
            Move(point=fields.center(found, now), target=found.element.text),
            fields.why(found),
            confidence=found.score,
        )
        return None

    def _drag(self, step: Instruction, now: Moment) -> Acts:
        start, now = yield from seek(_needed(step.target), now, self.patience_s)
        end, now = yield from seek(_needed(step.to), now, self.patience_s, scroll=False)
        drag = Drag(start=fields.center(start, now), end=fields.center(end, now), target=start.element.text)
        yield Decision(drag, f"{fields.why(start)}; to: {fields.why(end)}", confidence=min(start.score, end.score))
        return None

    def _clip(self, step: Instruction, now: Moment) -> Acts:
        if step.target:
            found, now = yield from fields.seek_field(step.target, now, self.patience_s)
            tall = found.element.region.height > fields.LINE_PX
            count = 3 if step.verb == "copy" and not tall else 1
            click = Click(point=fields.center(found, now), count=count, target=found.element.text)
            now = yield Decision(click, fields.why(found), confidence=found.score)
            if step.verb == "copy" and tall:
                now = yield Decision(PressKeys(keys=("ctrl", "a")), "all of it: a triple click is one line only")
        key = "c" if step.verb == "copy" else "v"
        yield Decision(PressKeys(keys=("ctrl", key)), f"Ctrl+{key.upper()} is {step.verb}")
        return None

    def _scroll(self, step: Instruction, now: Moment) -> Acts:
        inside = None
        if step.target:
            found, now = yield from seek(step.target, now, self.patience_s, scroll=False)
            inside = found.element.region
        sign = -1 if step.direction in ("up", "left") else 1
        sideways = step.direction in ("left", "right")
        onward = step.until is not None or step.count == 0  # until something, or to the end
        notches = sign * (5 if onward else step.count)
        why = f"until {step.until} is visible" if step.until else "to the end" if onward else "as the step says"

        def look(at: Moment) -> bool | None:
            return True if step.until and at.scene.find_all(step.until) else None

        if step.until and look(now):
            return None
        for _ in range(SCROLLS if onward else 1):
            scroll = Scroll(
                point=resting_place(now, inside), down=0 if sideways else notches, right=notches if sideways else 0
            )
            if step.until:
                now, seen = yield from scrolled(now, scroll, why, look)
                if seen:
                    return None
            else:
                now = yield Decision(scroll, why)
            if onward and now.effect.where == "nothing":
                break
        if step.until:
            near = ", ".join(e.text for e in now.scene.elements[:6])
            raise GaveUp(f"scrolled to the end, and {step.until} is not there; the last texts seen: {near}")
        return None

    def _wait(self, step: Instruction, now: Moment, seconds: float, gone: bool) -> Acts:
        yield from await_seen(_needed(step.target), now, seconds, gone=gone)
        return None

    def _open(self, step: Instruction, now: Moment) -> Acts:
        now = yield Decision(OpenApp(name=step.value or ""), "the step names the application")
        if now.last and not now.last.result.ok:
            raise GaveUp(now.last.result.message)
        if now.effect.where == "nothing":
            yield Decision(Wait(seconds=OPENING_S, until_change=True), "the application has not shown itself yet")
        return None

    def _read(self, step: Instruction, now: Moment) -> Acts:
        target = _needed(step.target)
        found, now = yield from seek(target, now, self.patience_s)
        value = fields.value_at(found, target, now.scene)
        if (doubt := fields.sureness(value, now.scene)) < fields.READ_SURELY:
            why = f"{value!r} is not sure ({doubt:.2f}); a blinking caret may stand in it: read once more"
            now = yield Decision(Wait(seconds=fields.BLINK_S), why)
            found, now = yield from seek(target, now, self.patience_s)
            again = fields.value_at(found, target, now.scene)
            value = again if fields.sureness(again, now.scene) > doubt else value
        if not value:
            raise GaveUp(f"nothing stands in, right of or below {step.target}")
        name = step.value or "answer"
        self.variables[name] = value
        yield Decision(Wait(seconds=0), f"read {value!r} into {name}: {fields.why(found)}", confidence=found.score)
        return value


def _one(action: PressKeys | Wait | Done | TypeText, thought: str) -> Acts:
    yield Decision(action, thought)
    return None


def _said(answer: str) -> Acts:
    yield from ()
    return answer


def _needed(target: Target | None) -> Target:
    if target is None:
        raise GaveUp("this step does not say on what")
    return target
