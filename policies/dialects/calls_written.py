"""One of our Actions as a call of computer_use or mobile_use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from screenwright.policies.dialects.functions import NOTCH_PX, PHONE_KEYS, SYSTEM_BUTTONS
from screenwright.tools.actions import (
    Action,
    Ask,
    Click,
    Done,
    Drag,
    LongPress,
    Move,
    OpenApp,
    PressButton,
    PressKeys,
    Scroll,
    Swipe,
    TypeText,
    Wait,
    describe,
)
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point

CLICKS = {
    ("left", 1): "left_click",
    ("right", 1): "right_click",
    ("middle", 1): "middle_click",
    ("left", 2): "double_click",
    ("left", 3): "triple_click",
}
Place = Callable[[Point], list[int]]


def from_action(action: Action, place: Place, phone: bool, actions: list[str]) -> dict[str, Any]:
    """The arguments of the call that means `action`; BadReply where none of `actions` does."""
    said = _touched(action, place) if phone else _moused(action, place)
    if said is None:
        said = _either(action)
    if said is None or said["action"] not in actions:
        raise BadReply(f"{'mobile_use' if phone else 'computer_use'} has no words for {describe(action)!r}")
    return said


def _moused(action: Action, place: Place) -> dict[str, Any] | None:
    match action:
        case Click(point=point, button=button, count=count, modifiers=()) if (button, count) in CLICKS:
            return {"action": CLICKS[button, count], "coordinate": place(point)}
        case Move(point=point):
            return {"action": "mouse_move", "coordinate": place(point)}
        case Drag(start=None, end=end, button="left"):
            return {"action": "left_click_drag", "coordinate": place(end)}
        case Scroll(point=point, down=down, right=right) if bool(down) != bool(right):
            name, pixels = ("scroll", -down * NOTCH_PX) if down else ("hscroll", right * NOTCH_PX)
            return {"action": name, "pixels": pixels} | ({"coordinate": place(point)} if point else {})
        case PressKeys(keys=keys, count=1):
            return {"action": "key", "keys": list(keys)}
        case _:
            return None


def _touched(action: Action, place: Place) -> dict[str, Any] | None:
    match action:
        case Click(point=point, button="left", count=1, modifiers=()):
            return {"action": "click", "coordinate": place(point)}
        case LongPress(point=point, seconds=seconds):
            return {"action": "long_press", "coordinate": place(point), "time": amount(seconds)}
        case Swipe(start=start, end=end):
            return {"action": "swipe", "coordinate": place(start), "coordinate2": place(end)}
        case PressButton(button=button) if button in SYSTEM_BUTTONS.values():
            named = next(theirs for theirs, ours in SYSTEM_BUTTONS.items() if ours == button)
            return {"action": "system_button", "button": named}
        case PressButton(button=button) if button in PHONE_KEYS:
            return {"action": "key", "text": button}
        case OpenApp(name=name):
            return {"action": "open", "text": name}
        case _:
            return None


def _either(action: Action) -> dict[str, Any] | None:
    match action:
        case TypeText(text=text):
            return {"action": "type", "text": text}
        case Wait(seconds=seconds):
            return {"action": "wait", "time": amount(seconds)}
        case Ask(question=question):
            return {"action": "interact", "text": question}
        case Done(success=True, answer=str(answer)):
            return {"action": "answer", "text": answer}
        case Done(success=success, answer=None):
            return {"action": "terminate", "status": "success" if success else "failure"}
        case _:
            return None


def amount(seconds: float) -> float:
    """2 rather than 2.0, as people write it."""
    return int(seconds) if seconds == int(seconds) else seconds
