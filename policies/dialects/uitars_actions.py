"""A call of UI-TARS as one of our Actions, and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from screenwright.policies.dialects import values
from screenwright.policies.dialects.dialect import Screen
from screenwright.policies.dialects.loose import short
from screenwright.policies.dialects.uitars_calls import Called, quoted
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
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point

# name: our kinds of action that it can become
COMPUTER: dict[str, tuple[str, ...]] = {
    "click": ("click",),
    "left_double": ("click",),
    "right_single": ("click",),
    "drag": ("drag",),
    "hotkey": ("press_keys",),
    "type": ("type_text",),
    "scroll": ("scroll",),
    "wait": ("wait",),
    "finished": ("done",),
    "call_user": ("ask", "done"),
}
MOBILE: dict[str, tuple[str, ...]] = {
    "click": ("click",),
    "long_press": ("long_press",),
    "type": ("type_text",),
    "scroll": ("scroll", "swipe"),
    "open_app": ("open_app",),
    "drag": ("swipe", "drag"),
    "press_home": ("press_button",),
    "press_back": ("press_button",),
    "wait": ("wait",),
    "finished": ("done",),
    "call_user": ("ask", "done"),
}
SYNONYMS = {
    "left_single": "click",
    "tap": "click",
    "double_click": "left_double",
    "right_click": "right_single",
    "select": "drag",
    "press": "hotkey",
    "hover": "move",
    "mouse_move": "move",
    "input": "type",
    "answer": "finished",
}
NOTCHES = 5
WAIT_S = 5.0
SWIPE_SHARE = 0.4  # of the screen, for a scroll on a phone that knows swipes only
START = ("start_box", "start_point", "point", "box")
END = ("end_box", "end_point")
SCROLLS = {"down": (1, 0), "up": (-1, 0), "right": (0, 1), "left": (0, -1)}
BUTTONS: dict[str, SystemButton] = {
    "press_home": "home",
    "press_back": "back",
    "press_enter": "enter",
    "press_recent": "recents",
}

At = Callable[[float, float], Point]
Place = Callable[[Point], list[int]]


def to_action(call: Called, at: At, screen: Screen, thought: str) -> Action:
    """BadReply: unknown, not possible, or a value that is missing. `thought`: what a call_user() without
    words of its own is about."""
    name = SYNONYMS.get(call.name, call.name)
    with values.readable(name):
        return _Call(name, call.arguments, at, screen, thought).action()


@dataclass(frozen=True, slots=True)
class _Call:
    name: str
    arguments: dict[str, str]
    at: At
    screen: Screen
    thought: str

    def action(self) -> Action:
        match self.name:
            case "click":
                return Click(point=self.place(START))
            case "left_double":
                return Click(point=self.place(START), count=2)
            case "right_single":
                return Click(point=self.place(START), button="right")
            case "move":
                return Move(point=self.place(START))
            case "long_press":
                seconds = values.number(self.arguments.get("time") or 0.8, "time")
                return LongPress(point=self.place(START), seconds=min(30, max(0.1, seconds)))
            case "drag":
                return self._drag()
            case "scroll":
                return self._scroll()
            case "type":
                return TypeText(text=self.words("content"))
            case "hotkey":
                return PressKeys(keys=values.keys(self.words("key", "hotkey", "keys")))
            case "open_app":
                return OpenApp(name=self.words("app_name", "content", "name").strip())
            case "wait":
                return Wait(seconds=min(60, max(0, values.number(self.arguments.get("time") or WAIT_S, "time"))))
            case "finished":
                return Done(answer=self.arguments.get("content") or None)
            case "call_user":
                return self._call_user()
            case button if button in BUTTONS:
                return PressButton(button=BUTTONS[button])
            case _:
                known = ", ".join(MOBILE if self.screen.is_phone else COMPUTER)
                raise BadReply(f"there is no action {short(self.name)}; there is: {known}")

    def words(self, *names: str) -> str:
        return values.words(self.arguments, self.name, *names)

    def place(self, names: tuple[str, ...]) -> Point:
        found = values.placed(self.arguments, names)
        if found is None:
            raise BadReply(f"{self.name} has no {names[0]}; say where")
        return self.at(*found)

    def _drag(self) -> Action:
        start, end = self.place(START), self.place(END)
        return Swipe(start=start, end=end) if _swipes(self.screen) else Drag(start=start, end=end)

    def _scroll(self) -> Action:
        if any(self.arguments.get(name) for name in END):  # the form of AndroidControl: a finger's way
            return self._drag()
        way = self.arguments.get("direction", "").strip().lower()
        if way not in SCROLLS:
            raise BadReply(f"scroll has the direction {short(way)}; it must be down, up, right or left")
        down, right = SCROLLS[way]
        given = values.placed(self.arguments, START)
        point = None if given is None else self.at(*given)
        if "scroll" in self.screen.kinds or not _swipes(self.screen):
            return Scroll(point=point, down=down * NOTCHES, right=right * NOTCHES)
        size = self.screen.captured
        middle = point or Point(size.width / 2, size.height / 2, size)
        dx, dy = right * SWIPE_SHARE * size.width / 2, down * SWIPE_SHARE * size.height / 2
        start, end = (Point(middle.x + s * dx, middle.y + s * dy, size).clamped() for s in (1, -1))
        return Swipe(start=start, end=end)

    def _call_user(self) -> Action:
        """Where nobody is there to be asked, it says that the task can't be done."""
        words = self.arguments.get("content", self.thought)
        return Ask(question=words) if "ask" in self.screen.kinds else Done(success=False, answer=words or None)


def _swipes(screen: Screen) -> bool:
    return screen.is_phone and "swipe" in screen.kinds


def said(action: Action, place: Place, screen: Screen) -> str:
    """The call that means `action`; BadReply where there are no words for it."""

    def box(point: Point) -> str:
        x, y = place(point)
        return f"'<|box_start|>({x},{y})<|box_end|>'"

    match action:
        case Click(point=point, button="left", count=1, modifiers=()):
            return f"click(start_box={box(point)})"
        case Click(point=point, button="left", count=2, modifiers=()) if not screen.is_phone:
            return f"left_double(start_box={box(point)})"
        case Click(point=point, button="right", count=1, modifiers=()) if not screen.is_phone:
            return f"right_single(start_box={box(point)})"
        case LongPress(point=point) if screen.is_phone:
            return f"long_press(start_box={box(point)})"
        case Swipe(start=start, end=end) if _swipes(screen):
            return f"drag(start_box={box(start)}, end_box={box(end)})"
        case Drag(start=Point() as start, end=end, button="left") if not _swipes(screen):
            return f"drag(start_box={box(start)}, end_box={box(end)})"
        case Scroll(point=Point() as point, down=down, right=right) if bool(down) != bool(right):
            way = ("down" if down > 0 else "up") if down else ("right" if right > 0 else "left")
            return f"scroll(start_box={box(point)}, direction='{way}')"
        case _:
            return _pointless(action, screen)


def _pointless(action: Action, screen: Screen) -> str:
    match action:
        case TypeText(text=text):
            return f"type(content={quoted(text)})"
        case PressKeys(keys=keys, count=1) if not screen.is_phone:
            return f"hotkey(key={quoted(' '.join(keys))})"
        case OpenApp(name=name) if screen.is_phone:
            return f"open_app(app_name={quoted(name)})"
        case PressButton(button="home" | "back" as button):
            return f"press_{button}()"
        case Wait():
            return "wait()"
        case Done(success=True, answer=answer):
            return f"finished(content={quoted(answer or '')})"
        case Ask(question=question):
            return f"call_user(content={quoted(question)})"
        case Done(success=False, answer=answer) if "ask" not in screen.kinds:
            return f"call_user(content={quoted(answer or '')})"
        case _:
            raise BadReply(f"UI-TARS has no words for {describe(action)!r}")
