"""Where on a frame a kept picture may be, coarse to fine and at several sizes, and how well it fits there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from screenwright.tools.geometry import Region, Size
from screenwright.tools.observation import Pixels
from screenwright.tools.patch_marks import INK, Edges, Gray, edges, grayed, in_row, marks_of

SCALES = tuple(round(0.5 * 1.08**n, 3) for n in range(19))
"""0.5 to 2.0; between two of them a picture of 100 pixels is off by 4 at its ends."""
PLACES_PX = 8
"""Two places nearer than this are one: lines of small text are 12 pixels apart."""
WORTH = 0.5
"""Share of the best coarse correlation below which the others are not looked at closely."""
LEAST = 0.32
"""Coarse correlation below which a place is not looked at closely."""


@dataclass(frozen=True, slots=True)
class Peak:
    """A place where the picture may be: its top left corner on the frame, its size over the kept one."""

    x: int
    y: int
    scale: float
    score: float


@dataclass(frozen=True, eq=False)
class Pictured:
    """A kept picture made ready for the search: `target` is the target's own area in it."""

    pixels: Pixels
    target: Region
    aim: tuple[int, int]
    scale: float = 1.0
    tick: bool = False
    """A tick box or radio button: its box, and those beside it, look as they are set."""

    @classmethod
    def of(cls, pixels: Pixels, target: Region, aim: tuple[int, int]) -> Pictured:
        return cls(pixels, target, aim)

    @cached_property
    def edges(self) -> Edges:
        return edges(self.pixels)

    @cached_property
    def gray(self) -> Gray:
        return grayed(self.pixels)

    @cached_property
    def marks(self) -> list[Region]:
        return [m for m in marks_of(self.edges) if not (self.tick and _square(m))]

    @cached_property
    def inner(self) -> list[Region]:
        """The marks on the target itself."""
        return [m for m in self.marks if self.target.holds(*m.middle) and m.width <= 1.6 * self.target.width + 6]

    @cached_property
    def row(self) -> list[Region]:
        """The marks that say which of several it is: on its line; else right above."""
        t = self.target
        outside = [m for m in self.marks if not t.grown(2).holds(*m.middle)]
        beside = [m for m in outside if in_row(m, t)]
        left = [m for m in beside if m.right <= t.x + 4]
        right = [m for m in beside if m.x >= t.right - 4]
        if t.width <= 1.5 * t.height and t.height <= 44 and right and right[0].x - t.right < t.height:
            return _together(right)  # a tick box: its words stand after it
        if left or right:
            return left or right
        above = [m for m in outside if m.bottom <= t.y + 4 and m.x < t.right and m.right > t.x]
        lowest = max((m.bottom for m in above), default=0)
        return [m for m in above if m.bottom > lowest - 8]

    @cached_property
    def plain(self) -> bool:
        """Is nothing written or drawn on the target itself?"""
        return not self.inner

    @cached_property
    def blank(self) -> bool:
        """Is there nothing to see in the whole picture?"""
        return float((self.edges > INK).mean()) < 0.004

    def at(self, scale: float) -> Pictured:
        """The same at another size."""
        import cv2

        if abs(scale - 1) < 0.01:
            return self
        width, height = (max(4, round(n * scale)) for n in (self.pixels.shape[1], self.pixels.shape[0]))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        pixels = np.asarray(cv2.resize(self.pixels, (width, height), interpolation=how), np.uint8)
        before = Size(self.pixels.shape[1], self.pixels.shape[0])
        target = self.target.on(before, Size(width, height))
        return Pictured(pixels, target, (round(self.aim[0] * scale), round(self.aim[1] * scale)), scale, self.tick)


def _square(mark: Region) -> bool:
    return max(mark.width, mark.height) >= 9 and 0.8 <= mark.width / mark.height <= 1.25


def _together(marks: list[Region]) -> list[Region]:
    """The first words up to a wide gap."""
    kept = marks[:1]
    for mark in marks[1:]:
        if mark.x - kept[-1].right > max(mark.height, kept[-1].height):
            break
        kept.append(mark)
    return kept


def search(
    pixels: Pixels,
    known: Pictured,
    *,
    within: Region | None = None,
    scales: Sequence[float] = (1.0,),
    most: int = 6,
    factor: int = 0,
) -> list[Peak]:
    """The likeliest places in the frame, or in a part of it, best first; empty where the picture is blank.

    `factor`: how much smaller the first look is; 0: as the picture allows.
    """
    area = (within or Region(0, 0, pixels.shape[1], pixels.shape[0])).within(
        Size(pixels.shape[1], pixels.shape[0])
    )
    if known.blank or not area.area:
        return []
    shown = edges(pixels[area.y : area.bottom, area.x : area.right])
    smaller: dict[int, Edges] = {}
    rough: list[tuple[float, int, int, float, int]] = []
    for scale in scales:
        sized = known.at(scale)
        height, width = sized.edges.shape
        if height > shown.shape[0] or width > shown.shape[1]:
            continue
        f = factor or max(1, min(4, min(height, width) // 10))
        if f not in smaller:
            smaller[f] = _shrunk(shown, f)
        tops = _tops(smaller[f], _shrunk(sized.edges, f), max(2, PLACES_PX // f), most)
        rough += [(score, x * f, y * f, scale, f) for score, x, y in tops]
    rough.sort(reverse=True)
    peaks: list[Peak] = []
    for score, x, y, scale, f in rough:
        if len(peaks) >= most or score < WORTH * rough[0][0]:
            break
        sized = known.at(scale)
        fine = _fine(shown, sized.edges, x, y, f + 2)
        peak = Peak(fine[1] + area.x, fine[2] + area.y, scale, fine[0])
        if not any(_close(other, peak) for other in peaks):
            peaks.append(peak)
    return sorted(peaks, key=lambda peak: -peak.score)


def _shrunk(shown: Edges, factor: int) -> Edges:
    import cv2

    if factor == 1:
        return shown
    size = (max(1, shown.shape[1] // factor), max(1, shown.shape[0] // factor))
    return np.asarray(cv2.resize(shown, size, interpolation=cv2.INTER_AREA), np.uint8)


def _tops(shown: Edges, piece: Edges, apart: int, most: int) -> list[tuple[float, int, int]]:
    """The highest places of the correlation, none beside another."""
    import cv2

    if piece.shape[0] > shown.shape[0] or piece.shape[1] > shown.shape[1] or int(np.ptp(piece)) == 0:
        return []
    scores = cv2.matchTemplate(shown, piece, cv2.TM_CCOEFF_NORMED)
    scores = np.nan_to_num(scores, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    found: list[tuple[float, int, int]] = []
    for _ in range(most):
        _, best, _, (x, y) = cv2.minMaxLoc(scores)
        if best < LEAST:
            break
        found.append((min(1.0, float(best)), x, y))
        scores[max(0, y - apart) : y + apart + 1, max(0, x - apart) : x + apart + 1] = -1
    return found


def _fine(shown: Edges, piece: Edges, x: int, y: int, reach: int) -> tuple[float, int, int]:
    """The best place within some pixels, at full size."""
    import cv2

    left, top = max(0, x - reach), max(0, y - reach)
    left, top = min(left, shown.shape[1] - piece.shape[1]), min(top, shown.shape[0] - piece.shape[0])
    seen = shown[top : y + reach + piece.shape[0] + 1, left : x + reach + piece.shape[1] + 1]
    if seen.shape[0] < piece.shape[0] or seen.shape[1] < piece.shape[1] or int(np.ptp(seen)) == 0:
        return 0.0, x, y
    _, best, _, (dx, dy) = cv2.minMaxLoc(cv2.matchTemplate(seen, piece, cv2.TM_CCOEFF_NORMED))
    return min(1.0, float(best)), left + dx, top + dy


def _close(one: Peak, other: Peak) -> bool:
    return abs(one.x - other.x) < PLACES_PX and abs(one.y - other.y) < PLACES_PX
