"""The guard's rules: what one can say. How a file of them is read is in `rulebook.py`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from screenwright.policies.guard import place
from screenwright.policies.guard.spelling import plain, spellings
from screenwright.policies.guard.tally import Per, Tally
from screenwright.policies.guard.times import Hours
from screenwright.tools import keys
from screenwright.tools.actions import KINDS, Action, OpenApp, PressButton, PressKeys, TypeText
from screenwright.tools.errors import BadAction
from screenwright.tools.geometry import Point
from screenwright.tools.observation import Observation

Ruling = Literal["allow", "ask", "deny"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MODIFIERS = ("ctrl", "alt", "shift", "super")


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


class Budget(BaseModel):
    """So many acts of the rule's kind, in a run or within any minute or hour of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    count: int = Field(ge=1)
    per: Per = "run"

    def __str__(self) -> str:
        return f"{self.count} a {self.per}"


@dataclass(frozen=True, eq=False)
class Case:
    """One action that is to be judged, with all that a rule may look at."""

    action: Action
    observation: Observation
    tally: Tally
    read: Callable[[Action, Observation], list[str]]
    """What is written where it touches the screen; asked only by rules that name a target."""

    def texts(self, name: str, *, strict: bool) -> Iterator[list[str]]:
        """What a pattern of that name is tried on, the cheapest first; `strict`: to ask or deny."""
        action, seen = self.action, self.observation
        match name, action:
            case "window", _:
                yield self._windows()
            case "device", _:
                yield [seen.device]
            case "app", OpenApp(name=app):
                yield [app]
            case "app", _:
                yield [seen.program or ""]
            case "text", TypeText(text=text):
                yield [text]
                if strict and self.tally.typed:
                    yield [self.tally.typed + text]  # a command may come in two halves
            case "chord", PressKeys():
                yield [_spelled(action)]
            case "chord", PressButton(button=button):
                yield [button]
            case "chord", TypeText() if place.presses_enter(action):
                yield ["enter"]
            case "target", _:
                yield place.told(action, seen)
                yield self.read(action, seen)
            case _:
                yield []

    def _windows(self) -> list[str]:
        """The title of the window that has the focus, and of those that a point beside it may lie in."""
        seen = self.observation
        titles, focus = [seen.title or ""], seen.focus
        beside = [p for p in place.points(self.action) if focus and not focus.holds(p.x, p.y)]
        others = [e.text for p in beside for e in seen.elements if e.role == "window" and e.region.holds(p.x, p.y)]
        return titles + (others or [""] if beside else [])


class Rule(BaseModel):
    """All conditions that are given must hold. Patterns are regular expressions, found anywhere, any case.

    Where an action has several places or names (a drag's two ends; what the policy calls its target, what the
    system says stands there, and what can be read there) one of them is enough to ask or deny, and all must fit
    to allow.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    rule: Ruling
    name: str = ""
    reason: str = ""
    kinds: tuple[str, ...] = Field(default=(), description="kinds of action")
    window: str | None = Field(default=None, description="pattern: title of the window that is acted in")
    app: str | None = Field(default=None, description="pattern: the program that is opened, or acted in")
    device: str | None = Field(default=None, description="pattern: the device, 'desktop :0' or 'phone Pixel 8'")
    target: str | None = Field(default=None, description="pattern: what is clicked on, dragged or typed into says")
    text: str | None = Field(default=None, description="pattern: the text that is typed")
    chord: str | None = Field(default=None, description="pattern: keys pressed together, as in 'ctrl+shift+w'")
    keys: tuple[tuple[str, ...], ...] = Field(default=(), description="chords, such as [[ctrl, w]]")
    area: Area | None = Field(default=None, description="where on the frame")
    hours: Hours | None = Field(default=None, description="time of day, '22:00-06:30'")
    weekdays: tuple[Weekday, ...] = Field(default=(), description="mon, tue, wed, thu, fri, sat, sun")
    after_s: float | None = Field(default=None, gt=0, description="once the run has lasted so many seconds")
    up_to: Budget | None = Field(default=None, description="as long as fewer such acts were done")
    beyond: Budget | None = Field(default=None, description="once so many such acts were done")

    @field_validator("kinds")
    @classmethod
    def _known(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        for kind in kinds:
            if kind not in KINDS:
                raise ValueError(f"{kind!r} is no kind of action; there are: {', '.join(KINDS)}")
        return kinds

    @field_validator("window", "app", "device", "target", "text", "chord")
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
        # what costs least to know comes first, what must be read off the screen last
        named = {name: getattr(self, name) for name in ("text", "chord", "device", "app", "window", "target")}
        return {name: re.compile(p, re.IGNORECASE) for name, p in named.items() if p is not None}

    @property
    def counts(self) -> bool:
        """Must what was done be counted for it?"""
        return self.up_to is not None or self.beyond is not None

    def matches(self, case: Case, number: int) -> bool:
        """Do all the conditions given hold? `number`: under which its acts are counted."""
        for budget, within in ((self.up_to, True), (self.beyond, False)):
            if budget and (case.tally.count(number, budget.per) < budget.count) is not within:
                return False
        return self.fits(case)

    def fits(self, case: Case) -> bool:
        """Do all hold but for what was done before? What an action does not have, it can not match."""
        action = case.action
        if self.kinds and not (action.kind in self.kinds or self._enters(action)):
            return False
        if self.keys and not self._pressed(action):
            return False
        if self.area and not self._fit(self.area.holds(point) for point in place.points(action)):
            return False
        return self._now(case.tally) and all(
            self._says(pattern, case.texts(name, strict=self.rule != "allow"))
            for name, pattern in self._patterns.items()
        )

    def _enters(self, action: Action) -> bool:
        """To ask or deny, a line feed that is typed is Enter pressed."""
        about_keys = bool(self.keys or self.chord or self.target)
        return self.rule != "allow" and about_keys and "press_keys" in self.kinds and place.presses_enter(action)

    def _pressed(self, action: Action) -> bool:
        chords = [frozenset(chord) for chord in self.keys]
        if place.presses_enter(action):
            return self.rule != "allow" and frozenset(("enter",)) in chords
        return isinstance(action, PressKeys) and place.chord(action) in chords

    def _now(self, tally: Tally) -> bool:
        now = tally.clock()
        if self.after_s is not None and tally.elapsed_s < self.after_s:
            return False
        if self.weekdays and WEEKDAYS[now.weekday()] not in self.weekdays:
            return False
        return self.hours is None or self.hours.holds(now.time())

    def _says(self, pattern: re.Pattern[str], texts: Iterator[list[str]]) -> bool:
        """See the class: what there is none of never fits."""
        strict = self.rule != "allow"
        spelt = spellings if strict else plain
        answers = (any(pattern.search(s) for s in (text, *spelt(text))) for some in texts for text in some)
        return self._fit(answers)

    def _fit(self, answers: Iterable[bool]) -> bool:
        if self.rule != "allow":
            return any(answers)
        said = list(answers)
        return all(said) and bool(said)


def _spelled(action: PressKeys) -> str:
    """The modifiers in one order, whichever they were given in."""
    pressed = place.chord(action)
    held = [key for key in MODIFIERS if key in pressed]
    return "+".join([*held, *(key for key in map(_name, action.keys) if key not in held)])


def _name(key: str) -> str:
    return keys.known(key) or key
