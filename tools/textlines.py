"""Boxes of text: from the detector's map to lines, and from lines to the phrases a person would name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from screenwright.tools.geometry import Region
from screenwright.tools.observation import Pixels
from screenwright.tools.shapes import FAINT, Mask, background, diamond, different, marked, solidity

LIKELY = 0.3
SURE = 0.5
UNCLIP = 1.6
INK = 28
"""How far from its surroundings, of 255, a pixel must be to count as ink."""


@dataclass(frozen=True, slots=True)
class Box:
    """A line of text, edges in pixels, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int
    score: float = 1.0

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def area(self) -> int:
        return (self.right - self.left) * self.height

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    def moved(self, dx: int, dy: int) -> Box:
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy, self.score)

    def shared(self, other: Box) -> int:
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0, width) * max(0, height)


def boxes_of(likely: npt.NDArray[np.float32], fx: float, fy: float) -> list[Box]:
    """Boxes from a map of how likely each pixel is text (DB post-processing; screens hold no tilted text)."""
    import cv2

    mask = cv2.dilate((likely > LIKELY).astype(np.uint8), np.ones((2, 2), np.uint8))
    count, marks, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    boxes: list[Box] = []
    for index in range(1, count):
        x, y, width, height, area = (int(v) for v in stats[index])
        if min(width, height) < 3:
            continue
        part = likely[y : y + height, x : x + width]
        score = float(part[marks[y : y + height, x : x + width] == index].mean())
        if score < SURE:
            continue
        grow = area * UNCLIP / (2 * (width + height))
        boxes.append(
            Box(
                max(0, round((x - grow) * fx)),
                max(0, round((y - grow) * fy)),
                min(round(likely.shape[1] * fx), round((x + width + grow) * fx)),
                min(round(likely.shape[0] * fy), round((y + height + grow) * fy)),
                score,
            )
        )
    return boxes


def pieces(pixels: Pixels, box: Box) -> list[Region]:
    """A line cut at tick boxes and where a gap is too wide for any space, without the plain ends."""
    part = pixels[box.top : box.bottom, box.left : box.right]
    ink = different(part, background(part), FAINT)
    _wipe_edges(ink)
    walls = walls_among(ink)
    shapes, marks = marked(ink)
    # The border of a neighbour reaches into the box as a sliver under every letter, its own runs around all.
    for number, shape in enumerate(list(shapes), 1):
        sliver = shape.height <= 3 and (shape.y <= 1 or shape.bottom >= box.height - 1)
        around = shape.height > 0.75 * box.height and _around(shape, shapes)
        own = marks == number
        if sliver or (around and own.sum() < 0.15 * shape.area):
            ink[own] = False
            shapes.remove(shape)
    ticks = ticks_among(ink, shapes)
    for tick in ticks:
        ink[tick.y : tick.bottom, tick.x : tick.right] = False
    for wall in walls:
        ink[:, max(0, wall - 2) : wall + 3] = False
    caret = caret_among([one for one in shapes if not any(one.x <= wall < one.right for wall in walls)])
    if caret:
        ink[:, caret.x : caret.right] = False
    rows = np.flatnonzero(np.asarray(ink.any(1)))
    if not len(rows):
        return []
    height = int(rows[-1] - rows[0]) + 1
    # 10 px text fills half of its detected box. The recogniser scales what it gets to 48 px, and would lose
    # one of two equal letters if most of that were blank.
    spare = max(2, round(0.3 * height))
    top, bottom = max(0, int(rows[0]) - spare), min(box.height, int(rows[-1]) + 1 + spare)
    gap = max(8, round(1.4 * height))
    busy = np.asarray(ink.any(0))
    cuts = {*(round(tick.middle[0]) for tick in ticks), *walls, *((caret.x, caret.right) if caret else ())}
    ends = sorted({0, *cuts, len(busy)})
    found: list[Region] = []
    for first, last in pairwise(ends):
        for start, end in runs(busy[first:last], gap):
            left, right = max(first, first + start - 3), min(last, first + end + 3)
            found.append(Region(box.left + left, box.top + top, right - left, bottom - top))
    return found


def _wipe_edges(ink: Mask) -> None:
    """Rows and columns at the edges that are ink from end to end: borders, which may touch a letter's tail."""
    for lines in (ink, ink[::-1], ink.T, ink.T[::-1]):
        full = lines[:6].mean(1) > 0.8
        if full.any():
            lines[: int(np.flatnonzero(full)[-1]) + 1] = False


def ticks_among(ink: Mask, shapes: Sequence[Region]) -> list[Region]:
    """The tick boxes and radio buttons in a line of text, left to right.

    The detector takes "[] News [x] Offers" for one line of text, and the recogniser reads the boxes as
    letters or loses them. What is as wide as high, closed all round and stands clear of its neighbours is
    one of them; a lone O before another word looks the same, and is taken for one.
    """
    found: list[Region] = []
    letters = [one for one in shapes if one.height >= 5 and one.width > 3 and not _around(one, shapes)]
    heights = sorted(letter.height for letter in letters)
    small, tallest = (heights[len(heights) // 4], heights[-1]) if heights else (0, 0)
    for shape in shapes:
        side = max(shape.width, shape.height)
        if not 8 <= side <= 44 or min(shape.width, shape.height) < 0.9 * side or side < 0.85 * tallest:
            continue
        # Some radio buttons stand two pixels from their label, as near as an O to its word; but an O does not
        # rise above all other letters, or is no higher than other capitals: at most 1.4 times small letters.
        others = [one for one in letters if (one.y, one.bottom, one.width) != (shape.y, shape.bottom, shape.width)]
        rises = side > 1.5 * small and all(shape.y < other.y for other in others)
        clear = 1 if rises else max(3, round(0.3 * side))
        beside = [o for o in shapes if not _within(o, shape) and o.y < shape.bottom and o.bottom > shape.y]
        if any(o.x < shape.right + clear and o.right > shape.x - clear for o in beside):
            continue
        words = any(0 < o.x - shape.right < 1.6 * side for o in beside)
        own = ink[shape.y : shape.bottom, shape.x : shape.right]
        if words and (solidity(own) > 0.7 or diamond(own)):
            found.append(shape)
    return sorted(found, key=lambda shape: shape.x)


def caret_among(shapes: Sequence[Region]) -> Region | None:
    """The text caret at either end of a line, which is read as an l or a digit: a bar that reaches above and
    below all letters. Within a text it stays: cut there, the word would be two."""
    inner = [one for one in shapes if not _around(one, shapes)]
    ordered = sorted(inner, key=lambda shape: shape.x)
    for bar in (ordered[-1:], ordered[:1]):
        others = [shape for shape in inner if shape not in bar]
        if not bar or not others or bar[0].width > 3 or bar[0].height < 10:
            continue
        top, bottom = min(shape.y for shape in others), max(shape.bottom for shape in others)
        if bar[0].y < top and bar[0].bottom > bottom and bar[0].height < 3 * (bottom - top):
            return bar[0]
    return None


def walls_among(ink: Mask) -> list[int]:
    """Columns where the frame of a field begins or ends within a line of text: "Quantity [3   ]".

    The detector takes a label and what stands in its field for one line. A frame's side differs from a letter
    by the long lines that leave its ends, above and below, to the same side.
    """
    height, width = ink.shape
    long = max(12, round(0.6 * height))
    full = np.asarray(ink.sum(0))
    found: list[int] = []
    for column in map(int, np.flatnonzero(full > 0.55 * height)):
        rows = np.flatnonzero(ink[:, column])
        if rows[-1] - rows[0] >= len(rows):
            continue  # a letter's stem, between the frame's two lines
        if max(full[max(0, column - 5)], full[min(width - 1, column + 5)]) > 0.8 * len(rows):
            continue  # a filled button
        after, before = column + 5, max(0, column - 4)
        for side in (ink[:, after : after + long], ink[:, max(0, before - long) : before]):
            lines = side.mean(1) > 0.95 if side.shape[1] >= 10 else np.zeros(height, np.bool_)
            above = lines[max(0, rows[0] - 5) : rows[0] + 3].any()
            below = lines[max(0, rows[-1] - 2) : rows[-1] + 6].any()
            # A letter does not reach from edge to edge of what the detector gives it.
            if ((above and below) or len(rows) > 0.95 * height) and (not found or column - found[-1] > 3):
                found.append(column)
    return found


def _around(frame: Region, shapes: Sequence[Region]) -> bool:
    """Does it hold at least two of the others?"""
    return sum(_within(other, frame) for other in shapes) > 2


def _within(inner: Region, outer: Region) -> bool:
    return (
        outer.x <= inner.x and outer.y <= inner.y and inner.right <= outer.right and inner.bottom <= outer.bottom
    )


def gap_places(pixels: Pixels, region: Region, text: str, ends: Sequence[float]) -> list[int]:
    """Where in a line of text titles stand side by side ("File  Edit  View"): indices of characters.

    A space is at most one and a half letters wide, in a monospaced font; between the titles of a menu bar
    are more than two. Only when the letters are known can the two be told apart by their pixels.
    """
    letters = [c for c in text if not c.isspace()]
    part = pixels[region.y : region.bottom, region.x : region.right]
    wide = max(6, 0.6 * _ink_height(part))
    busy = runs(~quiet(part), 0)
    gaps = [(a[1], b[0]) for a, b in pairwise(busy) if b[0] - a[1] > wide]
    if not gaps or len(letters) < 2:
        return []
    # A wide character counts for two.
    count = sum(2 if ord(c) > 0x2E80 else 1 for c in letters)
    letter = (busy[-1][1] - busy[0][0] - sum(b - a for a, b in gaps)) / count
    return [sum(end <= (a + b) / 2 / region.width for end in ends) for a, b in gaps if b - a > max(8, 2 * letter)]


def _ink_height(part: Pixels) -> int:
    """Rows from the first to the last that are not plain."""
    rows = np.flatnonzero(~quiet(part.transpose(1, 0, 2)))
    return int(rows[-1] - rows[0]) + 1 if len(rows) else part.shape[0]


def runs(busy: npt.NDArray[np.bool_], gap: int) -> list[tuple[int, int]]:
    """Stretches of True, those less than `gap` apart joined: (start, end) with end exclusive."""
    where = np.flatnonzero(busy)
    if not len(where):
        return []
    breaks = np.flatnonzero(np.diff(where) > gap)
    starts = [int(where[0]), *(int(where[i + 1]) for i in breaks)]
    ends = [*(int(where[i]) + 1 for i in breaks), int(where[-1]) + 1]
    return list(zip(starts, ends, strict=True))


def quiet(part: Pixels) -> npt.NDArray[np.bool_]:
    """(w,) columns of one plain colour from top to bottom."""
    return np.asarray((part.max(0).astype(np.int16) - part.min(0)).max(1) < INK)
