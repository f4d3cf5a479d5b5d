"""A call of computer_use or mobile_use as one of our Actions, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast, get_args

from screenwright.policies.dialects.functions import (
    COMPUTER,
    MOBILE,
    NOTCH_PX,
    SYSTEM_BUTTONS,
    TERMINATE,
)
from screenwright.policies.dialects.loose import number, pair
from screenwright.tools import keys as key_names
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
    SystemButton,
    TypeText,
    Wait,
    describe,
)
from screenwright.tools.errors import BadAction, BadReply
from screenwright.tools.geometry import Point

CLICKS: dict[str, dict[str, Any]] = {
    "left_click": {},
    "click": {},
    "right_click": {"button": "right"},
    "middle_click": {"button": "middle"},
    "double_click": {"count": 2},
    "triple_click": {"count": 3},
}

At = Callable[[float, float], Point]
Place = Callable[[Point], list[int]]


def to_action(arguments: dict[str, Any], at: At, phone: bool) -> Action:
    """The action that a call's arguments mean. BadReply: unknown, not possible, or a value that is missing."""
    name = arguments.get("action")
    if not isinstance(name, str):
        raise BadReply(f"the call has no action, only {sorted(arguments)}")
    name = _SYNONYMS.get(name.strip().lower().replace(" ", "_"), name.strip().lower().replace(" ", "_"))

    def place(key: str = "coordinate") -> Point:
        if key not in arguments:
            raise BadReply(f"{name} has no {key}; say where")
        return at(*pair(arguments[key], key))

    def text() -> str:
        value = arguments.get("text", arguments.get("content", arguments.get("app_name")))
        if not isinstance(value, str):
            raise BadReply(f"{name} has no text")
        return value

    match name:
        case "mouse_move" | "left_click_drag" | "scroll" | "hscroll":
            return _moved(name, arguments, at, place)
        case _ if name in CLICKS:
            return Click(point=place(), **CLICKS[name])
        case "type":
            return TypeText(text=text())
        case "key":
            if phone:
                return _phone_key(text())
            return PressKeys(keys=tuple(_keys(arguments.get("keys", arguments.get("text")))))
        case "long_press":
            seconds = number(arguments.get("time", 0.8), "time")
            return LongPress(point=place(), seconds=min(30, max(0.1, seconds)))
        case "swipe":
            return Swipe(start=place(), end=place("coordinate2"))
        case "system_button":
            return _system_button(arguments.get("button"))
        case "open":
            return OpenApp(name=text())
        case "wait":
            return Wait(seconds=min(60, max(0, number(arguments.get("time", 1), "time"))))
        case "interact":
            return Ask(question=text())
        case "answer":
            return Done(answer=text())
        case "terminate":
            status = arguments.get("status", "success")
            if status not in TERMINATE:
                raise BadReply(f"terminate has the status {status!r}; it must be success or failure")
            return Done(success=TERMINATE[status])
        case _:
            known = ", ".join(MOBILE if phone else COMPUTER)
            raise BadReply(f"there is no action {name!r}; there is: {known}")


def _moved(name: str, arguments: dict[str, Any], at: At, place: Callable[[], Point]) -> Action:
    match name:
        case "mouse_move":
            return Move(point=place())
        case "left_click_drag":
            start = at(*pair(arguments["start_coordinate"])) if "start_coordinate" in arguments else None
            return Drag(start=start, end=place())
        case _:
            return _scroll(name, arguments, place() if arguments.get("coordinate") is not None else None)


_SYNONYMS = {
    "open_app": "open",
    "hotkey": "key",
    "drag": "left_click_drag",
    "call_user": "interact",
    "stop": "terminate",
    "done": "terminate",
    "move": "mouse_move",
    "computer_double_click": "double_click",
}


def _scroll(name: str, arguments: dict[str, Any], point: Point | None) -> Scroll:
    pixels = number(arguments.get("pixels"), "pixels")
    if not pixels:
        raise BadReply("pixels is 0, which scrolls nowhere")
    notches = min(100, max(1, round(abs(pixels) / NOTCH_PX))) * (1 if pixels > 0 else -1)
    return Scroll(point=point, right=notches) if name == "hscroll" else Scroll(point=point, down=-notches)


def _keys(value: object) -> list[str]:
    """The keys of a chord. Also 'ctrl+c', and items such as "keys=['ctrl'", which real replies hold."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not given:
        raise BadReply(f"keys is {value!r}; it must be a list such as ['ctrl', 's']")
    names: list[str] = []
    for item in cast("list[object]", given):
        if not isinstance(item, str):
            raise BadReply(f"keys holds {item!r}, which is no name of a key")
        item = item.removeprefix("keys=").strip("[]'\" ") or item
        names += item.split("+") if "+" in item.strip("+") and len(item) > 1 else [item]
    try:
        return [key_names.canonical(name) for name in names]
    except BadAction as error:
        raise BadReply(str(error)) from error


def _phone_key(text: str) -> Action:
    folded = text.strip().lower().removeprefix("keycode_")
    for button in get_args(SystemButton):
        if folded == button:
            return PressButton(button=button)
    raise BadReply(f"there is no key event {text!r} here; there is: {', '.join(get_args(SystemButton))}")


def _system_button(value: object) -> Action:
    for name, button in SYSTEM_BUTTONS.items():
        if isinstance(value, str) and value.strip().lower() == name.lower():
            return PressButton(button=button)
    raise BadReply(f"there is no system button {value!r}; there is: {', '.join(SYSTEM_BUTTONS)}")


def from_action(action: Action, place: Place, phone: bool) -> dict[str, Any]:
    """The arguments of the call that means `action`; BadReply where the function has no words for it."""
    said = _said(action, place, phone)
    if said is None or said["action"] not in (MOBILE if phone else COMPUTER):
        function = "mobile_use" if phone else "computer_use"
        raise BadReply(f"{function} has no words for {describe(action)!r}")
    return said


def _said(action: Action, place: Place, phone: bool) -> dict[str, Any] | None:
    match action:
        case Click(point=point, button=button, count=count, modifiers=()):
            if phone and (button, count) == ("left", 1):
                return {"action": "click", "coordinate": place(point)}
            how = {("left", 1): "left", ("right", 1): "right", ("middle", 1): "middle"}.get((button, count))
            many = {2: "double_click", 3: "triple_click"}.get(count) if button == "left" else None
            name = many or (f"{how}_click" if how else "")
            return {"action": name, "coordinate": place(point)}
        case Move(point=point):
            return {"action": "mouse_move", "coordinate": place(point)}
        case Drag(start=None, end=end, button="left"):
            return {"action": "left_click_drag", "coordinate": place(end)}
        case Scroll(point=point, down=down, right=right) if bool(down) != bool(right):
            name, pixels = ("scroll", -down * NOTCH_PX) if down else ("hscroll", right * NOTCH_PX)
            return {"action": name, "pixels": pixels} | ({"coordinate": place(point)} if point else {})
        case TypeText(text=text):
            return {"action": "type", "text": text}
        case PressKeys(keys=keys, count=1):
            return None if phone else {"action": "key", "keys": list(keys)}
        case PressButton(button=button):
            named = {ours: theirs for theirs, ours in SYSTEM_BUTTONS.items()}.get(button)
            if named:
                return {"action": "system_button", "button": named}
            return {"action": "key", "text": button} if phone else None
        case LongPress(point=point, seconds=seconds):
            return {"action": "long_press", "coordinate": place(point), "time": seconds}
        case Swipe(start=start, end=end):
            return {"action": "swipe", "coordinate": place(start), "coordinate2": place(end)}
        case OpenApp(name=name):
            return {"action": "open", "text": name}
        case Wait(seconds=seconds):
            return {"action": "wait", "time": seconds}
        case Ask(question=question):
            return {"action": "interact", "text": question}
        case Done(success=success, answer=answer):
            if answer is not None and success:
                return {"action": "answer", "text": answer}
            return {"action": "terminate", "status": "success" if success else "failure"}
        case _:
            return None
