"""One type for everything found on a screen, whoever found it, and the words to ask for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from screenwright.tools.errors import ScreenwrightError
from screenwright.tools.geometry import Region

Role = Literal[
    "text",
    "button",
    "field",
    "checkbox",
    "radio",
    "slider",
    "combo",
    "link",
    "menu",
    "tab",
    "item",
    "cell",
    "scroll",
    "image",
    "window",
    "other",
]
Source = Literal["ocr", "atspi", "uiautomator", "template", "pixels"]


@dataclass(frozen=True, slots=True)
class Element:
    """Something on the screen: its text, its place (frame pixels), what it is, how sure that is (0 to 1).

    `secret`: a field for a password; its value is never told. `default`: the button that Enter presses.
    """

    text: str
    region: Region
    role: Role = "text"
    source: Source = "ocr"
    confidence: float = 1.0
    value: str | None = None
    checked: bool | None = None
    enabled: bool = True
    focused: bool = False
    secret: bool = False
    default: bool = False


Relation = Literal["right_of", "left_of", "above", "below", "in_row_of", "labelled", "inside", "next_to"]


@dataclass(frozen=True, slots=True)
class Target:
    """What to look for.

    `text` is matched fuzzily; `role` narrows it (a field or checkbox may be found from its label);
    `ordinal` picks among several in reading order, 1 the first, -1 the last; `relation` to `anchor` keeps
    those that stand so. Without an ordinal, two that match equally well are `Ambiguous`.
    """

    text: str | None = None
    role: Role | None = None
    ordinal: int | None = None
    relation: Relation | None = None
    anchor: Target | None = None

    def __str__(self) -> str:
        words = [] if self.ordinal is None else ["last" if self.ordinal == -1 else f"number {self.ordinal}"]
        words += [f'"{self.text}"'] if self.text is not None else []
        words += [self.role] if self.role else []
        words += [f"{self.relation.replace('_', ' ')} {self.anchor}"] if self.relation else []
        return " ".join(words) or "anything"


@dataclass(frozen=True, slots=True)
class Match:
    """What was found: `element` is what to act on; `label` the text that led to it, if that is another."""

    element: Element
    score: float
    label: Element | None = None


@dataclass
class NotSeen(ScreenwrightError):
    """Nothing on the screen matches. `nearest` holds the most similar texts, best first."""

    target: Target
    nearest: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        seen = ", ".join(f'"{text}"' for text in self.nearest) or "no text at all"
        return f"{self.target} is not on the screen; nearest: {seen}"


@dataclass
class Ambiguous(ScreenwrightError):
    """Several match equally well; say which ("the second ...", "the ... next to ...")."""

    target: Target
    candidates: list[Match] = field(default_factory=list)

    def __str__(self) -> str:
        places = ", ".join(f'"{m.element.text}" at {m.element.region}' for m in self.candidates)
        hint = 'say "the second ..." or "the ... next to ..."'
        return f"{self.target} fits {len(self.candidates)} places: {places}; {hint}"
