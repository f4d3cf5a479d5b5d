"""The present frame beside recorded ones: does it look as it did after an act, or still as before it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from screenwright.tools.geometry import Region
from screenwright.tools.observation import Observation, Pixels

SAME = 24  # of 255: how far a colour may be off and be the same
MOST_OF = 0.9
LIKE = 0.9
APART = 0.1  # what differs less between the two recorded frames, edges can't tell in another theme


@dataclass(frozen=True, slots=True)
class Compared:
    """`now` beside `goal`, (H, W, 3). `dx`, `dy`: how far the window has moved since."""

    now: Observation
    goal: Pixels
    dx: int
    dy: int

    def place(self, region: Region) -> Region:
        return region.moved(self.dx, self.dy).within(self.now.frame)

    def exactly(self, regions: Sequence[Region], before: Pixels) -> bool | None:
        """By the pixels that the act changed: True as after it, False as before it, None neither."""
        as_later = as_earlier = changed = 0
        for region in regions:
            here, later, earlier = self._parts(region, before)
            if here.shape != later.shape or here.shape != earlier.shape:
                return None
            mask = ~_near(later, earlier)
            changed += int(mask.sum())
            as_later += int((mask & _near(here, later)).sum())
            as_earlier += int((mask & _near(here, earlier)).sum())
        if not changed:
            return None
        return True if as_later >= MOST_OF * changed else False if as_earlier >= MOST_OF * changed else None

    def arrived(self, regions: Sequence[Region], before: Pixels) -> bool | None:
        """As `exactly`; where the colours are others, by the edges, if these tell the two frames well apart."""
        from screenwright.tools.patches import resemblance

        if (exact := self.exactly(regions, before)) is not None:
            return exact
        like = unlike = apart = whole = 0.0
        for region in regions:
            here, later, earlier = self._parts(region, before)
            if here.shape != later.shape or here.shape != earlier.shape or not here.size:
                return None
            whole += region.area
            like += region.area * resemblance(here, later)
            unlike += region.area * resemblance(here, earlier)
            apart += region.area * (1 - resemblance(later, earlier))
        if not whole or (like < LIKE * whole and unlike < LIKE * whole):
            return None
        return like >= LIKE * whole and apart >= APART * whole and like - unlike >= apart / 2

    def _parts(self, region: Region, before: Pixels) -> tuple[Pixels, Pixels, Pixels]:
        return self.now.crop(region.moved(self.dx, self.dy)), _part(self.goal, region), _part(before, region)


def _near(one: Pixels, other: Pixels) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """(h, w) bool: where two pictures have the same colour, nearly."""
    off = np.abs(one.astype(np.int16) - other.astype(np.int16)).max(axis=2)
    return np.asarray(off <= SAME, np.bool_)


def _part(pixels: Pixels, region: Region) -> Pixels:
    return pixels[max(0, region.y) : region.bottom, max(0, region.x) : region.right]


def offset(recorded: Observation, now: Observation) -> tuple[int, int]:
    """How far the window with the focus has moved since it was recorded, in pixels."""
    if recorded.focus is None or now.focus is None:
        return 0, 0
    return now.focus.x - recorded.focus.x, now.focus.y - recorded.focus.y
