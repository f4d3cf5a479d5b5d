"""Frames without what was typed in secret: the fields it went into, and the same letters wherever they show."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from screenwright.tools.busy import is_caret
from screenwright.tools.changes import changed_regions
from screenwright.tools.elements import Element
from screenwright.tools.geometry import Region, Size
from screenwright.tools.observation import Observation, Words
from screenwright.tools.secrets import glyphs
from screenwright.tools.secrets.cleaning import Cleaner
from screenwright.tools.secrets.patterns import Pattern, Patterns, grey_of
from screenwright.tools.secrets.places import GREYS, Place
from screenwright.tools.secrets.reported import Reported

LINE_PX = 60  # a field of one line is no higher
WIDE = 0.25  # of the frame: a change larger than this is no field
INSIDE_PX = 3  # of a field's own frame
SURE_PX = 24  # letters narrower than this stand everywhere
DOTS_ALIKE = 0.95
LATE_S = 3.0  # what is drawn within so long after typing may be what was typed
TOLD = ("field", "combo", "text", "other", "cell")


@dataclass(eq=False, slots=True)
class _Typing:
    """What is being typed: the frame before it, the inside of its field where that is known, when it began."""

    before: Words
    field: Region | None
    text: Callable[[], str]
    began: float

    def areas(self, words: Words) -> list[tuple[Region, Region]]:
        """What has changed, each with the area that is to be hidden for it: the field, where it is known."""
        if self.before.shape != words.shape:
            return []
        frame = Size(words.shape[1], words.shape[0])
        regions = changed_regions(self.before, words)
        changed = [region for region in regions if region.area < WIDE * frame.area and not is_caret(region)]
        field = self.field
        if field is not None and (inside := [r for region in changed if (r := region.shared(field)).area]):
            return [(max(inside, key=lambda region: region.area), field)]
        return [(region, glyphs.box_of(self.before, region).within(frame)) for region in changed]


class Hiding:
    """What is hidden on one device's frames. `cleaner` knows the values, for what the system tells of a frame."""

    def __init__(self, cleaner: Cleaner) -> None:
        self.cleaner = cleaner
        self._places: list[Place] = []
        self._patterns = Patterns()
        self._open: list[tuple[str, str]] = []
        self._typing: _Typing | None = None
        self._reported = Reported(self._tells, lambda title: cleaner.text(title) != title)

    @property
    def waiting(self) -> bool:
        """Was something typed that is not seen yet?"""
        return self._typing is not None

    def began(self, before: Observation, told: Sequence[Element], first: bool, text: Callable[[], str]) -> None:
        """This is typed now, onto that frame. What stood there in words before the first time is no secret."""
        if first:
            self._open += [
                (e.role, e.text) for e in told if e.role not in TOLD and self.cleaner.text(e.text) != e.text
            ]
        self._typing = _Typing(before.words, _field(told, before), text, time.monotonic())

    def sees(self, words: Words) -> bool:
        """Does this frame show what is being typed?"""
        return self._typing is not None and bool(self._typing.areas(words))

    def learn(self, words: Words) -> None:
        """From a frame that shows what was typed."""
        if self._typing is not None:
            for changed, area in self._typing.areas(words):
                self._learn(self._typing, words, changed, area)
        self._typing = None

    def over(self) -> None:
        """Something else is done now."""
        self._typing = None

    def typed_otherwise(self, before: Words, after: Words) -> None:
        """Something else was typed: a field that it went into does not show a secret alone any more."""
        if before.shape == after.shape:
            for region in changed_regions(before, after):
                for place in self._places:
                    if place.area.shared(region).area:
                        place.learning = False

    def observation(self, seen: Observation) -> Observation:
        """The same frame, without what must not be seen."""
        raw = seen.words
        self._reported.look(seen)
        areas = self.areas(raw)
        own = raw
        if areas:
            own = raw.copy()
            for region, grey in areas:
                own[region.y : region.bottom, region.x : region.right] = grey
        hidden = [region for region, _ in areas]
        return Observation(
            seen.view,
            words=own,
            device=seen.device,
            monitor=seen.monitor,
            taken_at=seen.taken_at,
            serial=seen.serial,
            elements=lambda: tuple(self._clean(element, hidden) for element in seen.elements),
            title=lambda: self.cleaner.text(seen.title) if seen.title else seen.title,
            program=lambda: seen.program,
            focus=lambda: seen.focus,
        )

    def areas(self, words: Words) -> list[tuple[Region, int]]:
        """What is hidden on this frame, and in which grey."""
        late: list[tuple[Region, int]] = []
        if self._typing and time.monotonic() - self._typing.began < LATE_S:
            late = [(area, GREYS[0]) for _, area in self._typing.areas(words)]
        there = [place for place in self._places if place.there(words)]
        for place in there:
            if place.learning and not place.same(words):
                self._learn_letters(words, place)
        letters = self._patterns.found(words)
        found = [(region, GREYS[0]) for region in (*letters, *self._reported.areas(words, letters))]
        return [*found, *late, *((place.area, int(place.grey)) for place in there)]

    def _learn(self, typing: _Typing, words: Words, changed: Region, area: Region) -> None:
        known = next((place for place in self._places if place.area.overlap(area) > 0.6), None)
        if known is None:
            self._places.append(Place.of(area, typing.before, words))
        else:
            known.typed_anew(words)
        if glyphs.dotted(typing.before, words, typing.text()):
            outer = area.grown(INSIDE_PX).within(Size(words.shape[1], words.shape[0]))
            self._patterns.add(Pattern(grey_of(words, outer), DOTS_ALIKE))
        else:
            self._learn_shape(words, changed, area)

    def _learn_letters(self, words: Words, place: Place) -> None:
        """An eye may have turned dots into letters."""
        self._learn_shape(words, place.area, place.area)
        place.shown = words[place.area.y : place.area.bottom, place.area.x : place.area.right].copy()

    def _learn_shape(self, words: Words, region: Region, area: Region) -> None:
        shape = glyphs.shape_of(words, region)
        if shape is not None and shape.ink.shape[1] >= SURE_PX:
            clipped = shape.ink.shape[1] > 0.9 * area.width
            self._patterns.add(Pattern(shape.ink, clipped=clipped))

    def _tells(self, element: Element) -> int:
        """How often it says a secret."""
        text = "" if (element.role, element.text) in self._open else element.text
        value = element.value if element.value != text else ""
        return self.cleaner.count(text) + self.cleaner.count(value or "")

    def _clean(self, element: Element, hidden: Sequence[Region]) -> Element:
        """What a hidden field holds is told only as far as it is the secret itself, or nothing."""
        text = element.text
        if (element.role, text) not in self._open:
            text = self.cleaner.text(text)
        value = element.value
        if value:
            value = self.cleaner.text(value)
            covered = element.role in TOLD and any(
                element.region.shared(area).area * 2 > min(element.region.area, area.area) for area in hidden
            )
            if covered and value == element.value:
                value = None
        return replace(element, text=text, value=value)


def _field(told: Sequence[Element], seen: Observation) -> Region | None:
    """The inside of the field of one line that has the focus, where the system knows."""
    having = [e for e in told if e.focused and (e.secret or e.role in ("field", "combo"))]
    if not having:
        return None
    region = min(having, key=lambda e: e.region.area).region
    scale = max(1.0, seen.view.scale)
    if region.height > LINE_PX * scale or region.height <= 4 * INSIDE_PX:
        return None
    return region.grown(-INSIDE_PX).within(seen.frame)
