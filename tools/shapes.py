"""Plain rectangles and small blobs in a picture: what fields, buttons and tick boxes are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from screenwright.tools.geometry import Region
from screenwright.tools.observation import Pixels

Mask = npt.NDArray[np.bool_]

STEP = 3
"""Levels, of 255, that neighbours of one plain surface may differ by: gradients of a theme stay plain."""
OTHER = 22
"""Levels from the background at which a pixel is part of something else; pale borders have about 40."""
FAINT = 11
"""The same for bevels of dark themes."""
CARET_PX = 3
"""Widest a caret is."""
MOST = 0.4
"""Share of the picture above which a plain area is the ground that things stand on."""


@dataclass(frozen=True, slots=True)
class Surface:
    """A plain rectangle: its inside, without a border. `colour` is RGB."""

    region: Region
    colour: tuple[int, int, int]
    filled: float


def surfaces(pixels: Pixels, least: tuple[int, int] = (12, 8)) -> list[Surface]:
    """Plain areas of (H, W, 3) RGB whose outline is a rectangle; text on them and round corners do no harm.

    A pixel is plain when it equals its left and its upper neighbour. So plain areas of two colours never
    touch, whether a border stands between them or not.
    """
    import cv2

    low, high = (0, 0, 0, 0), (STEP, STEP, STEP, 0)
    left = cv2.inRange(cv2.absdiff(pixels[1:, 1:], pixels[1:, :-1]), low, high)
    above = cv2.inRange(cv2.absdiff(pixels[1:, 1:], pixels[:-1, 1:]), low, high)
    plain = np.zeros(pixels.shape[:2], np.uint8)
    plain[1:, 1:] = cv2.bitwise_and(left, above)
    _, marks, stats, _ = cv2.connectedComponentsWithStats(plain, connectivity=4)
    found: list[Surface] = []
    big = np.flatnonzero((stats[:, 2] >= least[0]) & (stats[:, 3] >= least[1]))
    for index in big[big > 0]:
        x, y, width, height, area = (int(v) for v in stats[index])
        if not 0.4 * width * height <= area <= MOST * plain.size:
            continue
        part = marks[y : y + height, x : x + width] == index
        if not _rectangular(part):
            continue
        inside = pixels[y : y + height, x : x + width][part]
        red, green, blue = (int(v) for v in np.median(inside[:: max(1, len(inside) // 500)], axis=0))
        # The first row and column of a surface differ from the border before them, so were not counted.
        found.append(
            Surface(Region(x - 1, y - 1, width + 1, height + 1), (red, green, blue), area / (width * height))
        )
    return found


def whole_fields(pixels: Pixels, found: list[Surface]) -> list[Surface]:
    """The surfaces with those made whole that a caret, as tall as the inside of its field, cuts in two."""
    kept: list[Surface] = []
    for surface in found:
        if 12 <= surface.region.height <= 64 and surface.region.width >= 24:
            surface = replace(surface, region=_beyond_caret(pixels, surface))
        if not any(surface.region.overlap(other.region) > 0.9 for other in kept):
            kept.append(surface)
    return kept


def _beyond_caret(pixels: Pixels, surface: Surface) -> Region:
    """As far as the field's first and last rows go on in its colour, with its border above and below them."""
    r = surface.region
    if r.y < 1 or r.bottom >= pixels.shape[0]:
        return r
    colour = np.array(surface.colour, np.int16)
    inside = np.abs(pixels[[r.y + 1, r.bottom - 2]].astype(np.int16) - colour).max(2) <= 3 * STEP
    border = np.abs(pixels[[r.y - 1, r.bottom]].astype(np.int16) - colour).max(2) > STEP
    goes_on = np.flatnonzero(inside.all(0) & border.all(0))
    before, after = goes_on[goes_on < r.x][::-1], goes_on[goes_on >= r.right]
    left, right = r.x, r.right
    for column in before:
        if left - column > CARET_PX + 1:
            break
        left = int(column)
    for column in after:
        if column - right > CARET_PX:
            break
        right = int(column) + 1
    if right - r.right < 1.5 * r.height:  # the arrow of a drop-down, beyond a line as thin as a caret
        right = r.right
    return Region(left, r.y, right - left, r.height)


def _rectangular(part: Mask) -> bool:
    """Are the four sides straight? The outermost line may be broken at round corners."""
    sides = (part[:2].any(0), part[-2:].any(0), part[:, :2].any(1), part[:, -2:].any(1))
    return all(float(side.mean()) > 0.72 for side in sides)


def background(part: Pixels) -> npt.NDArray[np.int16]:
    """The commonest colour, (3,) RGB."""
    step = 1 + (part.shape[0] * part.shape[1] > 4000)
    flat = part[::step, ::step].reshape(-1, 3).astype(np.int32)
    keys = (flat[:, 0] << 16) | (flat[:, 1] << 8) | flat[:, 2]
    values, counts = np.unique(keys, return_counts=True)
    key = int(values[counts.argmax()])
    return np.array((key >> 16, key >> 8 & 255, key & 255), np.int16)


def different(part: Pixels, colour: npt.NDArray[np.int16], levels: int = OTHER) -> Mask:
    """(h, w): which pixels are not of that colour."""
    return np.asarray(np.abs(part.astype(np.int16) - colour).max(2) > levels)


def blobs(mask: Mask) -> list[Region]:
    """Boxes around what hangs together, corners included."""
    return marked(mask)[0]


def marked(mask: Mask) -> tuple[list[Region], npt.NDArray[np.int32]]:
    """The same, and (h, w) which of them, from 1, a pixel belongs to."""
    import cv2

    _, marks, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return [Region(*(int(v) for v in row[:4])) for row in stats[1:]], np.asarray(marks, np.int32)


def solidity(mask: Mask) -> float:
    """The outline's area, filled, over its box: about 1 for a square, 0.79 for a circle."""
    import cv2

    height, width = mask.shape
    outside = np.pad(mask, 1).astype(np.uint8)
    flood = np.zeros((height + 4, width + 4), np.uint8)
    cv2.floodFill(outside, flood, (0, 0), 2)
    return float((outside[1:-1, 1:-1] != 2).mean())


def diamond(mask: Mask) -> bool:
    """Wide in the middle and pointed above and below: the radio button of older Tk themes."""
    spans = [int(np.ptp(np.flatnonzero(row))) + 1 if row.any() else 0 for row in mask]
    widest, middle = max(spans), len(spans) // 2
    steps = np.diff(spans)
    grows = (steps[: middle - 1] >= 0).all() and (steps[middle + 1 :] <= 0).all()
    return bool(grows and spans[middle] >= 0.8 * widest and max(spans[0], spans[-1]) <= 0.4 * widest)
