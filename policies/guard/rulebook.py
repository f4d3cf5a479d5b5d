"""A file of rules, read; and the three that are shipped.

A rules file is a safety belt, so nothing in it is passed over: a key that is unknown or stands twice, a
pattern that is none, a kind or key of the keyboard that does not exist, all are refused with their line.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from screenwright.policies import yamltext
from screenwright.policies.guard.rules import Rule, Ruling
from screenwright.tools.errors import BadScript
from screenwright.tools.plainfile import text_of

Profile = Literal["watch", "careful", "free"]
PROFILES: tuple[Profile, ...] = get_args(Profile)
RULES_BYTES = 1_000_000


class RuleBook(BaseModel):
    """A rules file."""

    model_config = ConfigDict(extra="forbid")
    include: Profile | None = Field(default=None, description="shipped rules that come after those of this file")
    default: Ruling | None = Field(
        default=None, description="what holds when no rule matches: as in what is included, else ask"
    )
    only_log: bool = Field(default=False, description="allow all; what would be asked about or denied is recorded")
    read: bool = Field(
        default=True, description="read what stands under a point where a rule names a target: 50 ms a click"
    )
    answer_s: float | None = Field(
        default=None, gt=0, description="no answer in so many seconds is a no; default: wait for ever"
    )
    rules: list[Rule] = Field(default=[], description="tried in order; the first that matches rules")

    def complete(self) -> tuple[list[Rule], Ruling]:
        """All rules, those that are included last, and what holds when none matches."""
        if self.include is None:
            return self.rules, self.default or "ask"
        rules, default = shipped(self.include).complete()
        return [*self.rules, *rules], self.default or default


def profile_text(name: str = "careful") -> str:
    """Shipped rules, as they stand in their file. BadScript for a name that is none."""
    if name not in PROFILES:
        raise BadScript(f"there are no shipped rules {name!r}; there are: {', '.join(PROFILES)}")
    return files("screenwright.policies.guard").joinpath(f"{name}.yaml").read_text(encoding="utf-8")


@cache
def shipped(name: str = "careful") -> RuleBook:
    """Shipped rules. BadScript for a name that is none."""
    return read_rules(profile_text(name), f"{name}.yaml")


def rules_at(name: str | Path) -> RuleBook:
    """Shipped rules by their name, or those in a file (one that is called like them: ./free)."""
    if str(name) in PROFILES:
        return shipped(str(name))
    path = Path(name)
    try:
        text = text_of(path, RULES_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        raise BadScript(
            f"the rules in {path} can't be read: {error}; give a file, or one of: {', '.join(PROFILES)}"
        ) from error
    return read_rules(text, str(path))


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
    key = place[-1] if place else ""
    if error["type"] == "extra_forbidden":
        model = yamltext.model_at(RuleBook, place) or RuleBook
        return f"{key!r} is unknown; allowed here: {', '.join(model.model_fields)}"
    if not place:
        return "a rules file is `default:` and `rules:`, not a bare list or text (see `screenwright guard show`)"
    if error["type"] == "missing" and key == "rule":
        return f"the rule has no {key!r}; it needs rule: allow, ask or deny"
    said = str(error["msg"]).removeprefix("Value error, ")
    where = f"{key}: " if isinstance(key, str) and key and key != "rules" else ""
    shown = "" if error["type"] in ("value_error", "missing") else f" (it is {error['input']!r:.80})"
    return f"{where}{said}{shown}"
