"""What typed text looks like: the box it stands in, whether it is dots, and where else the same letters show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from screenwright.tools.changes import RGB, changed_regions
from screenwright.tools.geometry import Region, Size
from screenwright.tools.observation import Words

Ink = npt.NDArray[np.float32]

FAR_PX = 700  # a field is no wider to either side
CARET_PX = 3
SHOWN = 40.0  # difference from the ground, of 255, that is ink
ALIKE = 0.9
LEAST_PX = (10, 5)
FULL = 0.7  # of an area; what has more ink is no text


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The ink of a text, (h, w) float32 0 to 255."""

    ink: Ink

    def same(self, other: Shape) -> bool:
        return np.array_equal(self.ink, other.ink)


def ground_of(words: Words, area: Region) -> np.uint32:
    """The colour that most of an area has."""
    part = words[area.y : area.bottom, area.x : area.right] & RGB
    if not part.size:
        return np.uint32(0x808080)
    colours, counts = np.unique(part, return_counts=True)
    return np.uint32(colours[int(counts.argmax())])


def box_of(before: Words, area: Region) -> Region:
    """The area, grown over the same plain ground to both sides: the field in which the text stands."""
    height, width = before.shape
    ground = ground_of(before, area)
    top, bottom = max(0, area.y), min(height, area.bottom)
    plain = ((before[top:bottom] & RGB) == ground).all(axis=0)
    left, right = max(0, area.x), min(width, area.right)
    while left > 0 and plain[left - 1] and area.x - left < FAR_PX:
        left -= 1
    while right < width and plain[right] and right - area.right < FAR_PX:
        right += 1
    rows = ((before[:, left:right] & RGB) == ground).all(axis=1)
    while top > 0 and rows[top - 1] and area.y - top < 12:
        top -= 1
    while bottom < height and rows[bottom] and bottom - area.bottom < 12:
        bottom += 1
    return Region(left, top, right - left, bottom - top)


def dotted(before: Words, after: Words, text: str) -> Region | None:
    """Where this text shows as equal glyphs, though its characters differ; None where it does not."""
    if before.shape != after.shape or len(set(text)) < 2:
        return None
    for region in changed_regions(before, after):
        glyphs = list(_glyphs(after, region, ground_of(before, region)))
        if len(glyphs) >= 2 and (len(glyphs) == len(text) or len(glyphs) >= 4) and _equal(glyphs):
            return region
    return None


def _glyphs(after: Words, region: Region, ground: np.uint32) -> Iterator[Ink]:
    """What stands in a region, cut at columns without ink; carets are left out."""
    ink = _ink(after, region, ground)
    filled = (ink > SHOWN).any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], filled, [False])).astype(np.int8)))
    for start, end in edges.reshape(-1, 2):
        rows = np.flatnonzero((ink[:, start:end] > SHOWN).any(axis=1))
        if end - start <= CARET_PX and rows.size > 10:
            continue
        yield ink[rows[0] : rows[-1] + 1, start:end]


def _equal(glyphs: Sequence[Ink]) -> bool:
    """One and the same glyph, but for a pixel of rounding?"""
    first = glyphs[0]
    for other in glyphs[1:]:
        if abs(other.shape[0] - first.shape[0]) > 1 or abs(other.shape[1] - first.shape[1]) > 1:
            return False
        h, w = min(first.shape[0], other.shape[0]), min(first.shape[1], other.shape[1])
        if float(np.abs(first[:h, :w] - other[:h, :w]).mean()) > SHOWN:
            return False
    return True


def shape_of(after: Words, region: Region) -> Shape | None:
    """The letters in a region; None where there is nothing to know them by."""
    ink = _ink(after, region, ground_of(after, region))
    columns, rows = np.atleast_1d((ink > SHOWN).any(axis=0)), np.atleast_1d((ink > SHOWN).any(axis=1))
    if not columns.any():
        return None
    last = int(np.flatnonzero(columns)[-1])
    # the caret stands behind the text, and only there
    while last > 0 and columns[last] and (ink[:, last] > SHOWN).mean() > 0.9:
        last -= 1
    columns[last + 1 :] = False
    xs, ys = np.flatnonzero(columns), np.flatnonzero(rows)
    if not xs.size:
        return None
    letters = ink[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]
    large = letters.shape[1] >= LEAST_PX[0] and letters.shape[0] >= LEAST_PX[1]
    return Shape(letters) if large and (letters > SHOWN).mean() < FULL else None


def found(words: Words, shapes: Sequence[Shape]) -> list[Region]:
    """Where these letters show, on whatever ground."""
    import cv2

    places: list[Region] = []
    size = Size(words.shape[1], words.shape[0])
    if not shapes:
        return places
    grey = cv2.cvtColor(words.view(np.uint8).reshape(*words.shape, 4), cv2.COLOR_BGRA2GRAY).astype(np.float32)
    for shape in shapes:
        h, w = shape.ink.shape
        if h > grey.shape[0] or w > grey.shape[1]:
            continue
        likeness = np.abs(cv2.matchTemplate(grey, shape.ink, cv2.TM_CCOEFF_NORMED))
        for y, x in zip(*np.nonzero(np.isfinite(likeness) & (likeness >= ALIKE)), strict=True):
            places.append(Region(int(x) - 2, int(y) - 2, w + 4, h + 4).within(size))
    return places


def _ink(words: Words, region: Region, ground: np.uint32) -> Ink:
    """(h, w): how far each pixel is from the ground, 0 to 255."""
    part = words[region.y : region.bottom, region.x : region.right]
    channels = np.ascontiguousarray(part).view(np.uint8).reshape(*part.shape, 4)[..., :3].astype(np.int16)
    plain = np.array([int(ground) >> shift & 0xFF for shift in (0, 8, 16)], np.int16)
    return np.asarray(np.abs(channels - plain).max(axis=-1), np.float32)
