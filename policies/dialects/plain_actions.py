"""The actions of the plain dialect, as our Actions and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from screenwright.policies.dialects import values
from screenwright.policies.dialects.calls_written import amount
from screenwright.policies.dialects.loose import short
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
    parse,
)
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point

# name: (our kind of action, arguments in the order they are written)
ACTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "click": ("click", ("target", "coordinate")),
    "double_click": ("click", ("target", "coordinate")),
    "triple_click": ("click", ("target", "coordinate")),
    "right_click": ("click", ("target", "coordinate")),
    "middle_click": ("click", ("target", "coordinate")),
    "move": ("move", ("target", "coordinate")),
    "drag": ("drag", ("target", "start?", "coordinate")),
    "scroll": ("scroll", ("direction", "notches", "coordinate?")),
    "type": ("type_text", ("text",)),
    "key": ("press_keys", ("keys", "times?")),
    "press_button": ("press_button", ("button",)),
    "long_press": ("long_press", ("target", "coordinate")),
    "swipe": ("swipe", ("target", "start", "coordinate")),
    "open": ("open_app", ("name",)),
    "wait": ("wait", ("seconds",)),
    "ask": ("ask", ("question",)),
    "done": ("done", ("success", "answer?")),
}
OF_A_MOUSE = frozenset(("double_click", "triple_click", "right_click", "middle_click", "move", "drag"))
"""What no phone is told of."""
CLICKS: dict[str, tuple[str, int]] = {
    "click": ("left", 1),
    "double_click": ("left", 2),
    "triple_click": ("left", 3),
    "right_click": ("right", 1),
    "middle_click": ("middle", 1),
}
SYNONYMS = {
    "left_click": "click",
    "tap": "click",
    "hotkey": "key",
    "press_keys": "key",
    "type_text": "type",
    "open_app": "open",
    "terminate": "done",
    "finish": "done",
    "finished": "done",
    "mouse_move": "move",
}
SCROLLS = {"down": (1, 0), "up": (-1, 0), "right": (0, 1), "left": (0, -1)}

At = Callable[[float, float], Point]


def read_action(value: dict[str, Any], at: At) -> Action:
    """BadReply: an unknown action, an argument that is missing or of the wrong kind."""
    given = value.get("action")
    name = given.strip().lower().replace(" ", "_") if isinstance(given, str) else ""
    name = SYNONYMS.get(name, name)
    if name not in ACTIONS:
        raise BadReply(f"there is no action {short(given)}; there is: {', '.join(ACTIONS)}")
    needed = [argument for argument in ACTIONS[name][1] if not argument.endswith("?")]
    missing = [argument for argument in needed if value.get(argument) is None and not _spared(argument, value)]
    if missing:
        raise BadReply(f"{name} has no {missing[0]}")
    with values.readable(name):
        return parse({"kind": ACTIONS[name][0], **_fields(name, value, at)})


def _spared(argument: str, value: dict[str, Any]) -> bool:
    """What may be missing: its sense is clear, or it stands under another name."""
    match argument:
        case "target" | "success":
            return True
        case "coordinate":
            return values.placed(value) is not None
        case _:
            return False


def _fields(name: str, value: dict[str, Any], at: At) -> dict[str, Any]:
    def place(*names: str) -> Point | None:
        found = values.placed(value, names or values.PLACES)
        return None if found is None else at(*found)

    target = {"target": value.get("target")} if "target" in ACTIONS[name][1] else {}
    match name:
        case _ if name in CLICKS:
            button, count = CLICKS[name]
            return {**target, "point": place(), "button": button, "count": count}
        case "move" | "long_press":
            return {**target, "point": place()}
        case "drag" | "swipe":
            return {**target, "start": place("start", "start_coordinate"), "end": place()}
        case "scroll":
            way = value["direction"]
            if not isinstance(way, str) or way.strip().lower() not in SCROLLS:
                raise BadReply(f"direction is {short(way)}; it must be up, down, left or right")
            down, right = SCROLLS[way.strip().lower()]
            notches = values.whole(value["notches"], "notches")
            if notches < 1:
                raise BadReply(f"notches is {notches}; it must be 1 or more, the direction says which way")
            return {"point": place(), "down": down * notches, "right": right * notches}
        case "key":
            return {"keys": values.keys(value["keys"]), "count": values.whole(value.get("times", 1), "times")}
        case "done":
            success = values.truth(value.get("success", value.get("status", True)), "success")
            return {"success": success, "answer": values.answer(value.get("answer"))}
        case "wait":
            return {"seconds": values.number(value["seconds"], "seconds")}
        case "type":
            return {"text": values.words(value, name, "text")}
        case _:
            return {argument: value[argument] for argument in ACTIONS[name][1]}


def said(action: Action, place: Callable[[Point], list[int]]) -> dict[str, Any]:
    """The object that means `action`; BadReply where there are no words for it."""
    target = getattr(action, "target", None) or "that place"
    match action:
        case Click(point=point, button=button, count=count, modifiers=()) if (button, count) in CLICKS.values():
            name = next(name for name, how in CLICKS.items() if how == (button, count))
            return {"action": name, "target": target, "coordinate": place(point)}
        case Move(point=point) | LongPress(point=point):
            return {"action": action.kind, "target": target, "coordinate": place(point)}
        case Drag(start=start, end=end, button="left") | Swipe(start=start, end=end):
            begin = {"start": place(start)} if start else {}
            return {"action": action.kind, "target": target, **begin, "coordinate": place(end)}
        case Scroll(point=point, down=down, right=right) if bool(down) != bool(right):
            way = ("down" if down > 0 else "up") if down else ("right" if right > 0 else "left")
            where = {"coordinate": place(point)} if point else {}
            return {"action": "scroll", "direction": way, "notches": abs(down or right), **where}
        case TypeText(text=text):
            return {"action": "type", "text": text}
        case PressKeys(keys=keys, count=count):
            return {"action": "key", "keys": list(keys)} | ({"times": count} if count > 1 else {})
        case PressButton(button=button):
            return {"action": "press_button", "button": button}
        case OpenApp(name=name):
            return {"action": "open", "name": name}
        case Wait(seconds=seconds):
            return {"action": "wait", "seconds": amount(seconds)}
        case Ask(question=question):
            return {"action": "ask", "question": question}
        case Done(success=success, answer=answer):
            return {"action": "done", "success": success} | ({"answer": answer} if answer is not None else {})
        case _:
            raise BadReply(f"the plain dialect has no words for {describe(action)!r}")
