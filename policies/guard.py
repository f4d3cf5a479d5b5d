"""Says whether a decided action may be done: allow, ask or deny. It stands between decide and perform.

Rules are tried in order and the first that matches rules. What no rule matches is asked about when a
person is there to answer, and denied when not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from screenwright.tools import keys
from screenwright.tools.actions import KINDS, Action, Click, LongPress, OpenApp, PressKeys, TypeText, aim
from screenwright.tools.errors import BadAction, BadScript
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Verdict

Ruling = Literal["allow", "ask", "deny"]
Approve = Callable[[Decision, Verdict, Observation], bool]


class Area(BaseModel):
    """A part of the frame; each number in pixels, or below or equal to 1 as a share of the frame."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    left: float = Field(default=0, ge=0)
    top: float = Field(default=0, ge=0)
    right: float = Field(default=1, gt=0)
    bottom: float = Field(default=1, gt=0)

    def holds(self, observation: Observation, x: float, y: float) -> bool:
        width, height = observation.frame.width, observation.frame.height
        left, right = (n * width if n <= 1 else n for n in (self.left, self.right))
        top, bottom = (n * height if n <= 1 else n for n in (self.top, self.bottom))
        return bool(Region.between(left, top, right, bottom).holds(x, y))


class Rule(BaseModel):
    """All conditions that are given must hold. Patterns are regular expressions, found anywhere, any case."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    rule: Ruling
    name: str = ""
    reason: str = ""
    kinds: tuple[str, ...] = Field(default=(), description="kinds of action")
    window: str | None = Field(default=None, description="pattern: title of the window that has the focus")
    target: str | None = Field(default=None, description="pattern: what is clicked on says")
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
        point = aim(action)
        if self.area and not (point and self.area.holds(observation, point.x, point.y)):
            return False
        for name, pattern in self._patterns.items():
            if not any(pattern.search(text) for text in _texts(name, action, observation)):
                return False
        return True


class Guard:
    """First matching rule wins.

    Args:
        default: what holds when no rule matches.
        approve: asks the person; None when nobody is there, and then "ask" means no.
    """

    def __init__(
        self, rules: Iterable[Rule | dict[str, Any]] = (), default: Ruling = "ask", approve: Approve | None = None
    ) -> None:
        self.rules = tuple(rule if isinstance(rule, Rule) else Rule.model_validate(rule) for rule in rules)
        self.default: Ruling = default
        self.approve = approve

    @classmethod
    def load(cls, path: str | Path, approve: Approve | None = None) -> Guard:
        """Rules from a YAML file. BadScript with the file and the place where it can't be read."""
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadScript(f"the rules in {path} can't be read: {error}") from error
        return cls._parse(text, str(path), approve)

    @classmethod
    def standard(cls, approve: Approve | None = None) -> Guard:
        """The shipped rules: ordinary acts are allowed, what can't be undone is asked about."""
        text = files("screenwright.policies").joinpath("guard_standard.yaml").read_text(encoding="utf-8")
        return cls._parse(text, "guard_standard.yaml", approve)

    @classmethod
    def _parse(cls, text: str, path: str, approve: Approve | None) -> Guard:
        import yaml

        try:
            data = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise BadScript(f"{path} is no YAML: {error}") from error
        try:
            book = RuleBook.model_validate(data)
        except ValidationError as error:
            raise BadScript(f"{path}: {_explain(error)}") from error
        return cls(book.rules, book.default, approve)

    def check(self, decision: Decision, observation: Observation) -> Verdict:
        """The verdict; the person has been asked where it is "ask" and somebody is there."""
        verdict = self.judge(decision.action, observation)
        if verdict.ruling != "ask":
            return verdict
        if self.approve is None:
            reason = f"{verdict.reason or 'it must be asked about'}, and nobody is here to ask"
            return Verdict("ask", verdict.rule, reason, asked=False)
        said = self.approve(decision, verdict, observation)
        reason = verdict.reason if said else f"{verdict.reason or 'asked about'}: the person said no"
        return Verdict("ask", verdict.rule, reason, asked=said)

    def judge(self, action: Action, observation: Observation) -> Verdict:
        """What the rules say, without asking anybody."""
        if action.kind in ("wait", "done", "ask"):
            return Verdict("allow", "touches nothing")
        for number, rule in enumerate(self.rules, 1):
            if rule.matches(action, observation):
                return Verdict(rule.rule, rule.name or f"rule {number}", rule.reason)
        return Verdict(self.default, "default", "no rule matches")


class RuleBook(BaseModel):
    """A rules file."""

    model_config = ConfigDict(extra="forbid")
    default: Ruling = "ask"
    rules: list[Rule] = []


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    place = first["loc"]
    where = f"rule {int(place[1]) + 1}" if len(place) > 1 and place[0] == "rules" else "the file"
    field = ".".join(str(part) for part in place[2:])
    allowed = ", ".join(Rule.model_fields)
    hint = f"; a rule has: {allowed}" if first["type"] == "extra_forbidden" else ""
    return f"{where}{': ' + field if field else ''}: {first['msg']}{hint}"


def _chord(action: PressKeys) -> frozenset[str]:
    return frozenset(keys.known(key) or key for key in action.keys)


def _texts(name: str, action: Action, observation: Observation) -> Sequence[str]:
    match name, action:
        case "window", _:
            return [observation.title or ""]
        case "text", TypeText(text=text):
            return [text]
        case "app", OpenApp(name=app):
            return [app]
        case "target", Click() | LongPress():
            return [action.target or "", *_under(action, observation)]
        case "target", PressKeys() if _chord(action) & {"enter", "space"}:
            return [element.text for element in observation.elements if element.focused]
        case _:
            return []


def _under(action: Click | LongPress, observation: Observation) -> list[str]:
    """What the system says stands under the point: a policy's own word for its target is not believed alone."""
    x, y = action.point.x, action.point.y
    clickable = ("button", "link", "menu", "item", "tab")
    return [e.text for e in observation.elements if e.region.holds(x, y) and e.role in clickable]
