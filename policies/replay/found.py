"""What looking for a recorded target gives: a place with a rung and a confidence, or an honest no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from screenwright.policies.replay.demo import Looks
from screenwright.tools.errors import ScreenwrightError
from screenwright.tools.geometry import Point, Region
from screenwright.tools.observation import Observation

Rung = Literal["element", "near", "picture", "text", "neighbours", "model"]
RUNGS: tuple[Rung, ...] = ("element", "near", "picture", "text", "neighbours", "model")
"""Cheapest first: accessible element; patch near its place; patch anywhere, at other scales; text and relation;
where the neighbours say it must be; a model on a crop."""


@dataclass(frozen=True, slots=True)
class Found:
    """The target on the present frame.

    `point`: where to act; `region`: the target's own area, frame pixels; `confidence`: 0 to 1; `text`: what it is
    called or what stands on it now, as far as the rung knows (for the guard, and for healing); `scale`: present
    size over recorded size; `why`: for a person.
    """

    point: Point
    region: Region
    rung: Rung
    confidence: float
    text: str | None = None
    scale: float = 1.0
    why: str = ""


@dataclass
class NotFound(ScreenwrightError):
    """No rung has it. `tried`: what each rung said, in order."""

    looks: Looks
    tried: list[tuple[Rung, str]] = field(default_factory=list[tuple[Rung, str]])

    def __str__(self) -> str:
        said = "; ".join(f"{rung}: {why}" for rung, why in self.tried) or "nothing to look for it by"
        return f"{self.looks.said} is not on the screen ({said})"


@dataclass
class TwoAlike(ScreenwrightError):
    """Two places or more are too alike to choose. Never a coin toss."""

    looks: Looks
    candidates: list[Found] = field(default_factory=list[Found])

    def __str__(self) -> str:
        places = ", ".join(f"{found.region} ({found.rung}, {found.confidence:.2f})" for found in self.candidates)
        return f"{self.looks.said} fits {len(self.candidates)} places that are too alike to choose: {places}"


class Finder(Protocol):
    """Finds recorded targets on the present screen. `Ladder` is the one that ships."""

    def find(
        self,
        looks: Looks,
        observation: Observation,
        values: Mapping[str, str],
        *,
        rungs: tuple[Rung, ...] = RUNGS,
    ) -> Found:
        """The one place. NotFound, TwoAlike. `rungs`: those that may be used, in their order."""
        ...
