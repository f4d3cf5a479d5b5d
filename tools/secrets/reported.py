"""Where the system says that a secret shows: in any font and size, and in the title bar that its window has.

Asking takes a moment, so it is asked again only where the frame has changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from screenwright.tools.busy import is_caret
from screenwright.tools.changes import changed_regions
from screenwright.tools.elements import Element
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Observation, Words

LATE_S, APART_S = 1.0, 0.1  # a tree may lag behind what is drawn: asked again, so long after a change, so often
SLOW_S = 0.2  # who takes longer to answer is asked only about what stands still
INSIDE_PX = 3  # of a field's own frame, by which others find it
TITLE_PX = 44  # of a title bar, which lies above the area of its window
WIDE = 0.25  # of the frame: what is larger is a page, not a text


class Reported:
    """What the last answer said. `tells`: how often does this element say a secret? `named`: does this title?"""

    def __init__(self, tells: Callable[[Element], int], named: Callable[[str], bool]) -> None:
        self._tells, self._named = tells, named
        self._asked: Words | None = None
        self._last: Words | None = None
        self._changed_at = self._ended_at = -LATE_S
        self._cost_s = 0.0
        self._areas: list[tuple[Region, Words, int]] = []

    def look(self, seen: Observation) -> None:
        """Ask about this frame, if it is new and it is time."""
        words, began = seen.words, time.monotonic()
        still, self._last = self._last is not None and _alike(self._last, words), words
        if self._asked is None or not _alike(self._asked, words):
            if self._cost_s > SLOW_S and not still:
                return
            self._changed_at = began
        elif began - self._changed_at > LATE_S or began - self._ended_at < max(APART_S, self._cost_s):
            return
        frame = seen.frame
        areas = [
            (element.region.grown(-INSIDE_PX if element.role in ("field", "combo") else 0).within(frame), times)
            for element in seen.elements
            if element.role != "window"
            and element.region.area < WIDE * frame.area
            and (times := self._tells(element))
        ]
        if seen.title and self._named(seen.title) and (window := seen.focus):
            height = round(TITLE_PX * max(1.0, seen.view.scale))
            areas.append((Region(window.x, window.y - height, window.width, height).within(frame), 1))
        self._areas = [(area, _part(words, area), times) for area, times in areas if area.area]
        self._asked = words
        self._ended_at = time.monotonic()
        self._cost_s = self._ended_at - began

    def areas(self, words: Words, found: Sequence[Region]) -> list[Region]:
        """Those that show on this frame what they showed then, but where all of it was found letter by letter."""
        return [
            area
            for area, shown, times in self._areas
            if _alike(shown, _part(words, area)) and sum(area.holds(*place.middle) for place in found) < times
        ]


def _part(words: Words, area: Region) -> Words:
    return words[area.y : area.bottom, area.x : area.right]


def _alike(a: Words, b: Words) -> bool:
    return a.shape == b.shape and all(is_caret(region) for region in changed_regions(a, b))
