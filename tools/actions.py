"""The only list of actions: one frozen pydantic class each, and the union of them.

Prompts, the JSON schema, `screenwright actions` and every device derive from this file; a device matches
on the classes and ends with `assert_never`, so that a new action can't be forgotten anywhere.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from screenwright.tools.geometry import Point

Button = Literal["left", "middle", "right"]
Modifier = Literal["ctrl", "shift", "alt", "super"]
SystemButton = Literal["back", "home", "recents", "menu", "enter", "power", "volume_up", "volume_down"]


class _Act(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Aimed(_Act):
    target: str | None = Field(default=None, description="what is at the point, in words: 'Save button'")


class Click(_Aimed):
    """Press and release a mouse button, or tap, at a point; `count` 2 is a double click."""

    kind: Literal["click"] = "click"
    point: Point
    button: Button = "left"
    count: int = Field(default=1, ge=1, le=3)
    modifiers: tuple[Modifier, ...] = Field(default=(), description="keys held meanwhile")


class Drag(_Aimed):
    """Press at the start, move in small steps to the end, release. No start: from where the pointer is."""

    kind: Literal["drag"] = "drag"
    start: Point | None = None
    end: Point
    button: Button = "left"
    seconds: float = Field(default=0.3, ge=0, le=30)


class Scroll(_Aimed):
    """Turn the wheel at a point, in notches; positive `down` shows what is further down the page."""

    kind: Literal["scroll"] = "scroll"
    point: Point | None = Field(default=None, description="none: where the pointer is")
    down: int = Field(default=0, ge=-100, le=100)
    right: int = Field(default=0, ge=-100, le=100)


class Move(_Aimed):
    """Put the pointer at a point without pressing (hover)."""

    kind: Literal["move"] = "move"
    point: Point


class TypeText(_Act):
    """Type text into what has the focus. A line feed presses Enter, a tab presses Tab."""

    kind: Literal["type_text"] = "type_text"
    text: str
    target: str | None = Field(default=None, description="the field that is typed into, in words")


class PressKeys(_Act):
    """Press a chord: keys down in order, up in reverse. Names as in `keys.NAMES`: 'ctrl', 's'."""

    kind: Literal["press_keys"] = "press_keys"
    keys: tuple[str, ...] = Field(min_length=1, max_length=8)
    count: int = Field(default=1, ge=1, le=100)


class PressButton(_Act):
    """Press a system button of a phone."""

    kind: Literal["press_button"] = "press_button"
    button: SystemButton


class LongPress(_Aimed):
    """Hold at a point for some seconds, then release."""

    kind: Literal["long_press"] = "long_press"
    point: Point
    seconds: float = Field(default=0.8, gt=0, le=30)


class Swipe(_Aimed):
    """Move a finger from start to end in that time."""

    kind: Literal["swipe"] = "swipe"
    start: Point
    end: Point
    seconds: float = Field(default=0.3, gt=0, le=30)


class OpenApp(_Act):
    """Start an application by its name, or bring it to the front."""

    kind: Literal["open_app"] = "open_app"
    name: str = Field(min_length=1)


class Wait(_Act):
    """Let time pass, at most `seconds`; with `until_change`, only until the screen changes. 0 just looks."""

    kind: Literal["wait"] = "wait"
    seconds: float = Field(ge=0, le=3600)
    until_change: bool = False


class Ask(_Act):
    """Ask the person something; the answer is in the Result's message."""

    kind: Literal["ask"] = "ask"
    question: str


class Done(_Act):
    """End the run: success or failure, and the answer where one was asked for."""

    kind: Literal["done"] = "done"
    success: bool = True
    answer: str | None = None


Action = Annotated[
    Click
    | Drag
    | Scroll
    | Move
    | TypeText
    | PressKeys
    | PressButton
    | LongPress
    | Swipe
    | OpenApp
    | Wait
    | Ask
    | Done,
    Field(discriminator="kind"),
]

KINDS: dict[str, type[_Act]] = {cls.model_fields["kind"].default: cls for cls in get_args(get_args(Action)[0])}

_adapter: TypeAdapter[Action] = TypeAdapter(Action)


def parse(data: object) -> Action:
    """One action from a dict or a JSON string; pydantic.ValidationError says what is wrong with it."""
    if isinstance(data, str | bytes):
        return _adapter.validate_json(data)
    return _adapter.validate_python(data)


def schema() -> dict[str, Any]:
    """The JSON schema of the union."""
    return _adapter.json_schema()


def aim(action: Action) -> Point | None:
    """The point an action is aimed at, if it has one; a drag's or swipe's end."""
    match action:
        case Click() | Move() | LongPress() | Scroll():
            return action.point
        case Drag() | Swipe():
            return action.end
        case _:
            return None


def describe(action: Action) -> str:
    """One short line for a person: 'click Save (120, 40)'."""
    match action:
        case Click():
            times = {1: "", 2: "double-", 3: "triple-"}[action.count]
            verb = times + ("click" if action.button == "left" else f"{action.button}-click")
            return _line("+".join((*action.modifiers, verb)), action.target, action.point)
        case Drag() | Swipe():
            origin = f"{action.start} " if action.start else ""
            return _line(action.kind, action.target) + f" {origin}to {action.end}"
        case Scroll():
            parts = [
                f"{abs(n)} {d}"
                for n, d in (
                    (action.down, "down" if action.down > 0 else "up"),
                    (action.right, "right" if action.right > 0 else "left"),
                )
                if n
            ]
            return _line("scroll " + " ".join(parts), action.target, action.point)
        case Move():
            return _line("move to", action.target, action.point)
        case LongPress():
            return _line("long press", action.target, action.point)
        case TypeText():
            where = f" into {action.target}" if action.target else ""
            return f"type {action.text!r}{where}"
        case PressKeys():
            return "press " + "+".join(action.keys) + (f" x{action.count}" if action.count > 1 else "")
        case PressButton():
            return f"press the {action.button} button"
        case OpenApp():
            return f"open {action.name}"
        case Wait():
            if not action.seconds:
                return "look"
            return f"wait {round(action.seconds, 2):g} s" + (" for a change" if action.until_change else "")
        case Ask():
            return f"ask {action.question!r}"
        case Done():
            said = f": {action.answer}" if action.answer else ""
            return ("done" if action.success else "give up") + said


def _line(verb: str, target: str | None, point: Point | None = None) -> str:
    return " ".join(part for part in (verb, target, str(point) if point else None) if part)
