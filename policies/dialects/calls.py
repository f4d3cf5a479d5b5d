"""A call of computer_use or mobile_use as one of our Actions; `calls_written` has the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from screenwright.policies.dialects import values
from screenwright.policies.dialects.functions import COMPUTER, MOBILE, NOTCH_PX, SYSTEM_BUTTONS
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
    SystemButton,
    TypeText,
    Wait,
)
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point

CLICKS: dict[str, dict[str, Any]] = {
    "left_click": {},
    "click": {},
    "right_click": {"button": "right"},
    "middle_click": {"button": "middle"},
    "double_click": {"count": 2},
    "triple_click": {"count": 3},
}
# Words of kin: GUI-Owl's executors, ClawGUI, and what models fall back into.
SYNONYMS = {
    "open_app": "open",
    "launch": "open",
    "hotkey": "key",
    "press": "key",
    "press_key": "key",
    "drag": "left_click_drag",
    "call_user": "interact",
    "ask": "interact",
    "move": "mouse_move",
    "hover": "mouse_move",
    "tap": "click",
    "type_text": "type",
    "input_text": "type",
    "long_click": "long_press",
    "computer_double_click": "double_click",
    "finished": "finish",
    "done": "finish",
    "stop": "finish",
}
SUCCESS = ("success", "succeeded", "successful", "completed", "complete", "done")
FAILURE = ("failure", "failed", "fail", "infeasible", "impossible")
PHONE_KEYS: dict[str, SystemButton] = {
    **{name: name for name in get_args(SystemButton)},
    "app_switch": "recents",
    "overview": "recents",
    "volumeup": "volume_up",
    "volumedown": "volume_down",
}

At = Callable[[float, float], Point]


def is_action(name: object) -> bool:
    """Whether a function's name is an action's: {"name": "left_click", "arguments": {...}}."""
    return isinstance(name, str) and _folded(name) in {*COMPUTER, *MOBILE, *CLICKS, "finish"}


def to_action(arguments: dict[str, Any], at: At, phone: bool) -> Action:
    """The action that a call's arguments mean. BadReply: unknown, not possible, or a value that is missing."""
    name = arguments.get("action")
    if not isinstance(name, str):
        wrong = f"action is {short(name)}" if "action" in arguments else "the call has no action"
        raise BadReply(f"{wrong}; it must be one of: {', '.join(MOBILE if phone else COMPUTER)}")
    with values.readable(short(name)):
        return _Call(_folded(name), arguments, at, phone).action()


def _folded(name: str) -> str:
    folded = name.strip().lower().replace(" ", "_").replace("-", "_")
    return SYNONYMS.get(folded, folded)


@dataclass(frozen=True, slots=True)
class _Call:
    name: str
    arguments: dict[str, Any]
    at: At
    phone: bool

    def action(self) -> Action:
        match self.name:
            case name if name in CLICKS:
                return Click(point=self.place(), **CLICKS[name])
            case "mouse_move":
                return Move(point=self.place())
            case "left_click_drag":
                return self._drag()
            case "scroll" | "hscroll":
                return self._scroll()
            case "type":
                return TypeText(text=self.words("text", "content"))
            case "key":
                return self._key()
            case "wait":
                return Wait(seconds=min(60, max(0, self._number("time", 1))))
            case "interact":
                return Ask(question=self.words("text", "question", "content"))
            case "answer":
                return Done(answer=self.words("text", "answer", "content"))
            case "terminate" | "finish":
                return self._terminate()
            case _:
                return self._touch()

    def _touch(self) -> Action:
        match self.name:
            case "long_press":
                return LongPress(point=self.place(), seconds=min(30, max(0.1, self._number("time", 0.8))))
            case "swipe":
                end = self.place("coordinate2", "end_coordinate", "end")
                return Swipe(start=self.place(*values.PLACES, "start"), end=end)
            case "system_button":
                return _system_button(self.arguments.get("button"))
            case "open":
                return OpenApp(name=self.words("text", "app_name", "app", "name").strip())
            case _:
                known = ", ".join(MOBILE if self.phone else COMPUTER)
                raise BadReply(f"there is no action {short(self.name)}; there is: {known}")

    def place(self, *names: str) -> Point:
        found = self._place(names or values.PLACES)
        if found is None:
            raise BadReply(f"{self.name} has no {(names or values.PLACES)[0]}; say where")
        return found

    def _place(self, names: tuple[str, ...]) -> Point | None:
        found = values.placed(self.arguments, names)
        return None if found is None else self.at(*found)

    def words(self, *names: str) -> str:
        return values.words(self.arguments, self.name, *names)

    def _number(self, name: str, otherwise: float) -> float:
        value = self.arguments.get(name, self.arguments.get("duration"))
        return otherwise if value is None else values.number(value, name)

    def _drag(self) -> Drag:
        """`coordinate` is the end, and the start is where the pointer is; kin give both."""
        if self.arguments.get("coordinate2") is not None:
            return Drag(start=self.place("coordinate", "coordinate1"), end=self.place("coordinate2"))
        return Drag(start=self._place(("start_coordinate",)), end=self.place(*values.PLACES, "end_coordinate"))

    def _scroll(self) -> Scroll:
        pixels = values.number(self.arguments.get("pixels"), "pixels")
        if not pixels:
            raise BadReply("pixels is 0, which scrolls nowhere")
        notches = min(100, max(1, round(abs(pixels) / NOTCH_PX))) * (1 if pixels > 0 else -1)
        point = self._place(values.PLACES)
        return Scroll(point=point, right=notches) if self.name == "hscroll" else Scroll(point=point, down=-notches)

    def _key(self) -> Action:
        given = next(
            (self.arguments[n] for n in ("keys", "text", "key") if self.arguments.get(n) is not None), None
        )
        if self.phone and isinstance(given, str):
            button = PHONE_KEYS.get(given.strip().lower().removeprefix("keycode_"))
            if button:
                return PressButton(button=button)
            if values.key(given) is None:
                raise BadReply(f"there is no key event {short(given)} here; there is: {', '.join(PHONE_KEYS)}")
        return PressKeys(keys=values.keys(given))

    def _terminate(self) -> Done:
        status = self.arguments.get("status", "success" if self.name == "finish" else None)
        folded = status.strip().lower() if isinstance(status, str) else status
        said = self.arguments.get("text", self.arguments.get("answer"))
        if folded not in SUCCESS and folded not in FAILURE:
            raise BadReply(f"terminate has the status {short(status)}; it must be success or failure")
        return Done(success=folded in SUCCESS, answer=values.answer(said) or None)


def _system_button(value: object) -> PressButton:
    for name, button in SYSTEM_BUTTONS.items():
        if isinstance(value, str) and value.strip().lower() == name.lower():
            return PressButton(button=button)
    raise BadReply(f"there is no system button {short(value)}; there is: {', '.join(SYSTEM_BUTTONS)}")
