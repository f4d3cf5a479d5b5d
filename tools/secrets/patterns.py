"""Where something that is known by its pixels shows on a frame; looked for again only where that has changed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from screenwright.tools.changes import changed_regions
from screenwright.tools.geometry import Region, Size
from screenwright.tools.observation import Words
from screenwright.tools.secrets.glyphs import SHOWN, Ink

ALIKE = 0.9
MOST = 40  # patterns; the oldest goes
MANY = 60  # places on one frame: what is everywhere is no secret, and looking for it would take seconds
LINE_GAP = 2.0  # of the height: what stands farther apart is another text


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """(h, w) float32: ink, 0 to 255, on whatever ground. `clipped`: its field was too narrow to show all of it."""

    ink: Ink
    alike: float = ALIKE
    clipped: bool = False


@dataclass
class Patterns:
    """All that is looked for, and where it was found."""

    _known: list[Pattern] = field(default_factory=list[Pattern])
    _last: Words | None = None
    _found: list[tuple[Region, Pattern]] = field(default_factory=list[tuple[Region, Pattern]])

    def add(self, pattern: Pattern) -> None:
        if any(np.array_equal(pattern.ink, other.ink) for other in self._known):
            return
        self._known = [*self._known, pattern][-MOST:]
        self._last, self._found = None, []

    def __bool__(self) -> bool:
        return bool(self._known)

    def found(self, words: Words) -> list[Region]:
        """Where they show on this frame."""
        if not self._known:
            return []
        height, width = words.shape
        size = Size(width, height)
        if self._last is None or self._last.shape != words.shape:
            changed = [Region(0, 0, width, height)]
            self._found = []
        else:
            changed = changed_regions(self._last, words)
            self._found = [
                (place, pattern)
                for place, pattern in self._found
                if not any(place.shared(region).area for region in changed)
            ]
        for region in changed:
            self._look(words, region, size)
        self._last = words
        return [_whole(words, place, pattern) for place, pattern in self._found]

    def _look(self, words: Words, region: Region, size: Size) -> None:
        import cv2

        tallest = max(max(pattern.ink.shape) for pattern in self._known)
        area = region.grown(tallest).within(size)
        grey = grey_of(words, area)
        for pattern in self._known:
            h, w = pattern.ink.shape
            part = region.grown(0)
            left, top = max(area.x, part.x - w), max(area.y, part.y - h)
            right, bottom = min(area.right, part.right + w), min(area.bottom, part.bottom + h)
            cut = grey[top - area.y : bottom - area.y, left - area.x : right - area.x]
            if h > cut.shape[0] or w > cut.shape[1]:
                continue
            likeness = np.abs(cv2.matchTemplate(cut, pattern.ink, cv2.TM_CCOEFF_NORMED))
            ys, xs = np.nonzero(np.isfinite(likeness) & (likeness >= pattern.alike))
            for y, x in sorted(zip(ys, xs, strict=True), key=lambda at: -float(likeness[at[0], at[1]]))[
                : 4 * MANY
            ]:
                place = Region(left + int(x) - 2, top + int(y) - 2, w + 4, h + 4).within(size)
                if not any(place.overlap(other) > 0.5 for other, _ in self._found):
                    self._found.append((place, pattern))


def grey_of(words: Words, area: Region) -> npt.NDArray[np.float32]:
    """(h, w) float32: how bright each pixel of an area is, 0 to 255."""
    import cv2

    part = np.ascontiguousarray(words[area.y : area.bottom, area.x : area.right])
    bgrx = part.view(np.uint8).reshape(*part.shape, 4)
    return np.asarray(cv2.cvtColor(bgrx, cv2.COLOR_BGRA2GRAY), np.float32)


def _whole(words: Words, place: Region, pattern: Pattern) -> Region:
    """With the rest of the line, where the pattern is only a part of what was typed."""
    if not pattern.clipped:
        return place
    height, width = words.shape
    line = grey_of(words, Region(0, place.y, width, place.height).within(Size(width, height)))
    ground = float(np.median(line[:, place.x : place.right]))
    inked = np.asarray(np.abs(line - ground).max(axis=0) > SHOWN)
    gap = round(LINE_GAP * place.height)
    left, right = place.x, place.right
    while left > 0 and inked[max(0, left - gap) : left].any():
        left = max(0, left - gap) + int(np.flatnonzero(inked[max(0, left - gap) : left])[0])
    while right < width and inked[right : right + gap].any():
        right = right + 1 + int(np.flatnonzero(inked[right : right + gap])[-1])
    return Region(left, place.y, right - left, place.height)
