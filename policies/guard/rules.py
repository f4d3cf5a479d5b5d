"""The guard's rules: what one can say, and how a file of them is read.

A rules file is a safety belt, so nothing in it is passed over: a key that is unknown or stands twice, a
pattern that is none, a kind or key of the keyboard that does not exist, all are refused with their line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib.resources import files
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from screenwright.policies import yamltext
from screenwright.tools import keys
from screenwright.tools.actions import (
    KINDS,
    Action,
    Click,
    Drag,
    LongPress,
    OpenApp,
    PressKeys,
    Swipe,
    TypeText,
    aim,
)
from screenwright.tools.errors import BadAction, BadScript
from screenwright.tools.geometry import Point
from screenwright.tools.observation import Observation

Ruling = Literal["allow", "ask", "deny"]


class Area(BaseModel):
    """A part of the frame; each number in pixels, or below or equal to 1 as a share of the frame."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    left: float = Field(default=0, ge=0)
    top: float = Field(default=0, ge=0)
    right: float = Field(default=1, gt=0)
    bottom: float = Field(default=1, gt=0)

    @model_validator(mode="after")
    def _some(self) -> Self:
        for low, high, names in ((self.left, self.right, "left, right"), (self.top, self.bottom, "top, bottom")):
            if (low > 1) == (high > 1) and low >= high:
                raise ValueError(f"{names}: {low:g} to {high:g} leaves nothing")
        return self

    def holds(self, point: Point) -> bool:
        """Is the point in it, measured on the point's own frame?"""
        width, height = point.frame.width, point.frame.height
        left, right = (n * width if n <= 1 else n for n in (self.left, self.right))
        top, bottom = (n * height if n <= 1 else n for n in (self.top, self.bottom))
        return left <= point.x < right and top <= point.y < bottom


class Rule(BaseModel):
    """All conditions that are given must hold. Patterns are regular expressions, found anywhere, any case.

    Where an action has several places or names (a drag's two ends; what the policy calls its target, and
    what the system says stands there) one of them is enough to ask or deny, and all must fit to allow.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    rule: Ruling
    name: str = ""
    reason: str = ""
    kinds: tuple[str, ...] = Field(default=(), description="kinds of action")
    window: str | None = Field(default=None, description="pattern: title of the window that has the focus")
    target: str | None = Field(default=None, description="pattern: what is clicked on, dragged or typed into says")
    text: str | None = Field(default=None, description="pattern: the text that is typed")
    app: str | None = Field(default=None, description="pattern: the application that is opened")
    keys: tuple[tuple[str, ...], ...] = Field(default=(), description="chords, such as [[ctrl, w]]")
    area: Area | None = Field(default=None, description="where on the frame")

    @field_validator("kinds")
    @classmethod
    def _known(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        for kind in kinds:
            if kind not in KINDS:
                raise ValueError(f"{kind!r} is no kind of action; there are: {', '.join(KINDS)}")
        return kinds

    @field_validator("window", "target", "text", "app")
    @classmethod
    def _pattern(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
        return pattern

    @field_validator("keys")
    @classmethod
    def _chords(cls, chords: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        try:
            return tuple(tuple(keys.canonical(key) for key in chord) for chord in chords)
        except BadAction as error:
            raise ValueError(str(error)) from None

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        named = {"target": self.target, "text": self.text, "app": self.app, "window": self.window}
        return {name: re.compile(p, re.IGNORECASE) for name, p in named.items() if p is not None}

    def matches(self, action: Action, observation: Observation) -> bool:
        """Do all the conditions given hold? What an action does not have, it can not match."""
        if self.kinds and action.kind not in self.kinds:
            return False
        if self.keys and not (isinstance(action, PressKeys) and _chord(action) in map(frozenset, self.keys)):
            return False
        if self.area and not self._fits(self.area.holds(point) for point in _points(action)):
            return False
        return all(
            self._fits(pattern.search(text) is not None for text in _texts(name, action, observation))
            for name, pattern in self._patterns.items()
        )

    def _fits(self, answers: Iterable[bool]) -> bool:
        """See the class: what there is none of never fits."""
        said = list(answers)
        return all(said) and bool(said) if self.rule == "allow" else any(said)


class RuleBook(BaseModel):
    """A rules file."""

    model_config = ConfigDict(extra="forbid")
    default: Ruling = Field(default="ask", description="what holds when no rule matches")
    rules: list[Rule] = Field(default=[], description="tried in order; the first that matches rules")


def standard_text() -> str:
    """The shipped rules, as they stand in their file."""
    return files("screenwright.policies.guard").joinpath("careful.yaml").read_text(encoding="utf-8")


def read_rules(text: str, name: str) -> RuleBook:
    """The rules in a YAML text; BadScript with `name`, the line, and what is allowed there."""
    root, data = yamltext.read(text, name)
    if data is None:
        raise BadScript(f"{name} is empty; it needs `rules:` with a list (see `screenwright guard show`)")
    try:
        return RuleBook.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        line = yamltext.line(root, first["loc"])
        raise BadScript(f"{name}, line {line}: {_problem(first)}") from error


def _problem(error: Any) -> str:
    place = error["loc"]
    in_rule = len(place) > 1 and place[0] == "rules"
    model: type[BaseModel] = RuleBook
    if in_rule:
        model = Area if "area" in place[2:-1] else Rule
    key = place[-1] if place else ""
    if error["type"] == "extra_forbidden":
        return f"{key!r} is unknown; allowed here: {', '.join(model.model_fields)}"
    if not place:
        return "a rules file is `default:` and `rules:`, not a bare list or text (see `screenwright guard show`)"
    if error["type"] == "missing":
        return f"the rule has no {key!r}; it needs rule: allow, ask or deny"
    said = str(error["msg"]).removeprefix("Value error, ")
    where = f"{key}: " if isinstance(key, str) and key and key != "rules" else ""
    shown = "" if error["type"] == "value_error" else f" (it is {error['input']!r:.80})"
    return f"{where}{said}{shown}"


def _chord(action: PressKeys) -> frozenset[str]:
    return frozenset(keys.known(key) or key for key in action.keys)


def _points(action: Action) -> list[Point]:
    start = action.start if isinstance(action, Drag | Swipe) else None
    return [point for point in (start, aim(action)) if point is not None]


def _texts(name: str, action: Action, observation: Observation) -> Sequence[str]:
    match name, action:
        case "window", _:
            return [observation.title or ""]
        case "text", TypeText(text=text):
            return [text]
        case "app", OpenApp(name=app):
            return [app]
        case "target", Click() | LongPress():
            return _labels(action.target or "", *_under(action, observation))
        case "target", Drag() | Swipe() | TypeText():
            return _labels(action.target or "")
        case "target", PressKeys() if _chord(action) & {"enter", "space", "numpad_enter"}:
            return _labels(*(element.text for element in observation.elements if element.focused))
        case _:
            return []


def _labels(*said: str) -> list[str]:
    """Labels as a person reads them: full-width letters and the underscore of a shortcut hide no word."""
    plain = [unicodedata.normalize("NFKC", text) for text in said if text]
    return plain + [text.replace("_", blank) for text in plain if "_" in text for blank in ("", " ")]


def _under(action: Click | LongPress, observation: Observation) -> list[str]:
    """What the system says stands under the point: a policy's own word for its target is not believed alone."""
    x, y = action.point.x, action.point.y
    clickable = ("button", "link", "menu", "item", "tab")
    return [e.text for e in observation.elements if e.region.holds(x, y) and e.role in clickable]
