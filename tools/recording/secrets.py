"""What is typed and must not be kept: it gets a handle, and neither its letters nor its pixels are stored.

The value itself is not held either: what the system tells of a screen is searched for it by a salted digest.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from screenwright.tools.changes import changed_regions
from screenwright.tools.elements import Element
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Words
from screenwright.tools.recording.seen import Seen, Told
from screenwright.tools.secrets import glyphs

GONE_S = 1.0  # an area stays blank so long after its window has closed: what lies under it is drawn late
SHORT = 4  # a secret of fewer characters is looked for as a whole, not within longer texts
MOST_TEXT = 4000
MOST_SHAPES = 40
LINE_PX = 60  # a field of one line is no higher
WIDE = 0.25  # of the frame: a change larger than this is no field


@dataclass
class _Place:
    """An area that has shown a secret; `at`: the corner of its window when it did."""

    area: Region
    colour: np.uint32
    window: int | None
    at: tuple[int, int]
    until: float = float("inf")

    def now(self, seen: Seen) -> Region | None:
        """Where it is on this frame, as its window has moved; None when that has been gone for long."""
        window = next((w for w in seen.windows if w.id == self.window), None)
        if window is None:
            if self.window is not None and self.until == float("inf"):
                self.until = seen.at + GONE_S
            return self.area if seen.at < self.until else None
        self.until = float("inf")
        dx, dy = window.region.x - self.at[0], window.region.y - self.at[1]
        return self.area.moved(round(dx * seen.view.scale), round(dy * seen.view.scale))


@dataclass
class Secrets:
    """All of one recording."""

    _salt: bytes = field(default_factory=lambda: os.urandom(16), repr=False)
    _digests: dict[tuple[int, bytes], str] = field(default_factory=dict[tuple[int, bytes], str])
    _places: list[_Place] = field(default_factory=list[_Place])
    _shapes: list[glyphs.Shape] = field(default_factory=list[glyphs.Shape])

    def handle(self, text: str, label: str) -> str:
        """The name of the parameter: the same for what was typed before, else a new one after the field."""
        key = self._digest(text)
        if key not in self._digests:
            word = re.sub(r"\W+", "_", label.strip().lower()).strip("_") or "1"
            name, number = f"secret_{word}", 1
            while name in self._digests.values():
                number += 1
                name = f"secret_{number}" if word == "1" else f"secret_{word}_{number}"
            self._digests[key] = name
        return self._digests[key]

    def learn(self, before: Seen, after: Seen, shown: Element | None, *, dots: bool = False) -> None:
        """Where it was typed: the field of one line, if that is known, and all that changed meanwhile.

        With `dots`, the box around them as well: shown as letters they would be wider.
        """
        frame = after.view.frame
        changed = [Region(0, 0, frame.width, frame.height)]
        if before.view == after.view:
            changed = changed_regions(before.words, after.words)
        areas = [shown.region] if shown and shown.region.height <= LINE_PX * after.view.scale else []
        for region in changed:
            if region.area < WIDE * frame.area:
                areas.append(glyphs.box_of(before.words, region) if dots else region.grown(2))
        for area in areas:
            self._place(area.within(frame), before, after)
        self._shapes += [
            s for r in changed if r.area < WIDE * frame.area and (s := glyphs.shape_of(after.words, r))
        ]

    def words(self, seen: Seen) -> Words:
        """The frame without them."""
        if not self._places:
            return seen.words
        own = seen.words.copy()
        for place in self._places:
            if area := place.now(seen):
                r = area.within(seen.view.frame)
                self._learn_shape(seen.words, r)  # dots may have become letters
                own[r.y : r.bottom, r.x : r.right] = place.colour
        for element in seen.told or ():
            if element.secret:
                r = element.region.within(seen.view.frame)
                own[r.y : r.bottom, r.x : r.right] = glyphs.ground_of(own, r)
        for found in glyphs.found(own, self._shapes):
            own[found.y : found.bottom, found.x : found.right] = glyphs.ground_of(own, found)
        return own

    def told(self, seen: Seen, told: Sequence[Element]) -> Told:
        """What the tree said, with handles for values."""
        if not self._digests:
            return tuple(told)
        areas = [area for place in self._places if (area := place.now(seen))]
        return tuple(self._clean(element, areas) for element in told)

    def _clean(self, element: Element, areas: Sequence[Region]) -> Element:
        blank = element.role in ("field", "combo", "text", "other") and any(
            element.region.shared(area).area * 2 > min(element.region.area, area.area) for area in areas
        )
        value = None if blank or element.value is None else self.text(element.value)
        return replace(element, text=self.text(element.text), value=value)

    def text(self, text: str) -> str:
        """A text with handles where values stand."""
        for length in sorted({length for length, _ in self._digests}, reverse=True):
            within = (
                range(min(len(text), MOST_TEXT) - length + 1) if length >= SHORT else [0][: len(text) == length]
            )
            for start in within:
                if name := self._digests.get(self._digest(text[start : start + length])):
                    return self.text(f"{text[:start]}{{{{{name}}}}}{text[start + length :]}")
        return text

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._digests.values())

    def _digest(self, text: str) -> tuple[int, bytes]:
        return len(text), hashlib.blake2b(text.encode(), key=self._salt, digest_size=16).digest()

    def _learn_shape(self, words: Words, area: Region) -> None:
        shape = glyphs.shape_of(words, area)
        if shape and len(self._shapes) < MOST_SHAPES and not any(shape.same(other) for other in self._shapes):
            self._shapes.append(shape)

    def _place(self, area: Region, before: Seen, after: Seen) -> None:
        """An area whose window is known goes with it."""
        window = after.window
        home = window.region if window else Region(0, 0, 0, 0)
        inside = window is not None and home.grown(4).holds(*_in_input(after, area))
        self._places.append(
            _Place(
                area,
                glyphs.ground_of(before.words, area),
                window.id if window and inside else None,
                (home.x, home.y),
            )
        )


def _in_input(seen: Seen, area: Region) -> tuple[float, float]:
    x, y = area.middle
    return seen.view.left + x / seen.view.scale, seen.view.top + y / seen.view.scale


def focused(told: Iterable[Element]) -> Element | None:
    """The element that has the focus: a field before its window."""
    having = [element for element in told if element.focused and element.role != "window"]
    return next((e for e in having if e.secret or e.role == "field"), having[0] if having else None)


def label_of(shown: Element | None, told: Sequence[Element]) -> str:
    """What a field is called: its name, else the nearest text left of it or above."""
    if shown is None:
        return ""
    if shown.text:
        return shown.text
    r = shown.region
    texts = [e for e in told if e.role == "text" and e.text and len(e.text) < 40]
    left = [e for e in texts if e.region.right <= r.x + 4 and abs(e.region.middle[1] - r.middle[1]) < r.height]
    above = [e for e in texts if e.region.bottom <= r.y + 4 and e.region.right > r.x and e.region.x < r.right]
    near = min(left, key=lambda e: r.x - e.region.right, default=None) or max(
        above, key=lambda e: e.region.bottom, default=None
    )
    return near.text if near and r.distance(*near.region.middle) < 200 else ""
