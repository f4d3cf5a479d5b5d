"""Edges of a picture, and the marks in it: words and small drawings, which tell one thing from its like.

Borders are drawn alike around every field and button; what differs is what is written. So the long lines are
taken away, and what is left is compared mark by mark and, within a mark, letter by letter: "Row 1" and
"Row 2" are nine tenths the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from screenwright.tools.geometry import Region
from screenwright.tools.observation import Pixels

Edges = npt.NDArray[np.uint8]
"""(H, W): how strong the edge at each pixel is, whichever way it goes."""

Gray = npt.NDArray[np.uint8]
"""(H, W): how light each pixel is."""

OTHER = 0.3
"""Correlation below which a mark is another, however the rest of it may be."""
FAINT = 16
"""Levels below which an area is plain."""
INK = 40
LINE_PX, THIN_PX = 22, 8
"""Straight edges as long as this and thinner than that are borders; rows of letters are thicker."""


def edges(pixels: Pixels) -> Edges:
    """The strength of edges of (H, W, 3) RGB; strong ones count alike, so that themes' contrasts do too."""
    import cv2

    if min(pixels.shape[:2]) == 0:
        return np.zeros(pixels.shape[:2], np.uint8)
    gray = grayed(pixels)
    across = cv2.convertScaleAbs(cv2.Sobel(gray, cv2.CV_16S, 1, 0, ksize=3), alpha=0.5)
    down = cv2.convertScaleAbs(cv2.Sobel(gray, cv2.CV_16S, 0, 1, ksize=3), alpha=0.5)
    return np.asarray(cv2.add(across, down), np.uint8)


def grayed(pixels: Pixels) -> Gray:
    import cv2

    return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY), np.uint8)


def marks_of(shown: Edges) -> list[Region]:
    """Words and small drawings, each for itself, from left to right."""
    import cv2

    if min(shown.shape) < 6:
        return []
    inked = (shown > INK).astype(np.uint8)
    lines: Edges = np.zeros_like(inked)
    for line, thick in (((1, LINE_PX), (THIN_PX, 1)), ((LINE_PX, 1), (1, THIN_PX))):
        thin = cv2.subtract(inked, cv2.morphologyEx(inked, cv2.MORPH_OPEN, np.ones(thick, np.uint8)))
        straight = cv2.morphologyEx(thin, cv2.MORPH_OPEN, np.ones(line, np.uint8))
        lines = np.asarray(cv2.bitwise_or(lines, straight), np.uint8)
    lines = np.asarray(cv2.dilate(lines, np.ones((3, 3), np.uint8)), np.uint8)
    left = cv2.subtract(inked, lines)
    joined = cv2.morphologyEx(cv2.copyMakeBorder(left, 9, 9, 9, 9, cv2.BORDER_CONSTANT), cv2.MORPH_CLOSE,
                              np.ones((3, 3), np.uint8))[9:-9, 9:-9]  # fmt: skip
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    height, width = shown.shape
    found: list[Region] = []
    for x, y, w, h, area in (tuple(int(v) for v in row) for row in stats[1:]):
        cut_off = x == 0 or y == 0 or x + w == width or y + h == height
        if w >= 4 and 6 <= h <= 90 and area >= 0.25 * w * h and not (cut_off and min(w, h) < 8):
            found.append(Region(x, y, w, h))
    return sorted(found, key=lambda r: (r.x, r.y))


def in_row(mark: Region, target: Region) -> bool:
    """Does it stand on the target's line (of a tall target: beside its first lines)?"""
    height = min(target.height, 3 * mark.height)
    apart = abs(mark.middle[1] - (target.y + height / 2))
    return apart <= 0.55 * max(mark.height, height)


def same_marks(one: Gray, other: Gray, marks: Sequence[Region], slack: int = 3) -> float:
    """How well the marks of `one` are found in `other`, which shows `slack` pixels more on every side.

    0 to 1: the worst mark's. Each may be `slack` pixels off its place, and a letter a pixel more. Dark on light
    is the same as light on dark.
    """
    worst = 1.0
    for mark in marks:
        worst = min(worst, _same_mark(one, other, mark, slack))
        if worst < OTHER:
            break
    return worst


def _same_mark(one: Gray, other: Gray, mark: Region, slack: int) -> float:
    whole = _best(one, other, mark.grown(1), slack, (0, 0), slack)
    if whole.score < OTHER:
        return max(0.0, whole.score)
    # Narrower than two letters, and overlapping: of two letters, one that differs is half.
    side = max(8, round(0.6 * mark.height))
    worst = whole.score
    for left in range(mark.x, max(mark.x + 1, mark.right - side // 2), max(4, side // 2)):
        piece = Region(left - 1, mark.y - 1, min(side, mark.right - left) + 2, mark.height + 2)
        worst = min(worst, _best(one, other, piece, slack, whole.off, 1, whole.sign).score)
        if worst < OTHER:
            break
    both = min(0.5 * (whole.score + worst), worst + 0.1)
    return max(0.0, both) * _no_more(one, other, mark, slack, whole.off)


@dataclass(frozen=True, slots=True)
class _Fit:
    """The best correlation of a part, how far from its place that is, and whether light and dark changed."""

    score: float
    off: tuple[int, int]
    sign: int = 1


def _best(
    one: Gray, other: Gray, part: Region, slack: int, off: tuple[int, int], reach: int, sign: int = 0
) -> _Fit:
    import cv2

    height, width = one.shape
    box = part.shared(Region(0, 0, width, height))
    piece = one[box.y : box.bottom, box.x : box.right]
    # On the other, everything stands `slack` further right and down.
    x, y = box.x + slack + off[0] - reach, box.y + slack + off[1] - reach
    left, top = max(0, x), max(0, y)
    seen = other[top : y + box.height + 2 * reach, left : x + box.width + 2 * reach]
    if piece.size == 0 or seen.shape[0] < piece.shape[0] or seen.shape[1] < piece.shape[1]:
        return _Fit(0.0, off)
    if int(np.ptp(piece)) < FAINT:
        return _Fit(1.0 if int(np.ptp(seen)) < 3 * FAINT else 0.0, off, sign or 1)
    if int(np.ptp(seen)) < FAINT:
        return _Fit(0.0, off)
    low, high, low_at, high_at = cv2.minMaxLoc(cv2.matchTemplate(seen, piece, cv2.TM_CCOEFF_NORMED))
    turned = sign < 0 or (sign == 0 and -low > high)
    score, (at_x, at_y) = (-low, low_at) if turned else (high, high_at)
    moved = (left - box.x - slack + at_x, top - box.y - slack + at_y)
    return _Fit(min(1.0, float(score)), moved, -1 if turned else 1)


def _no_more(one: Gray, other: Gray, mark: Region, slack: int, off: tuple[int, int]) -> float:
    """Less than 1 where something is written right beside the mark that was not: "Item 1", "Item 11"."""
    side = max(6, mark.height // 2)
    height, width = one.shape
    for box in (
        Region(mark.x - side, mark.y, side - 2, mark.height),
        Region(mark.right + 2, mark.y, side - 2, mark.height),
    ):
        box = box.shared(Region(0, 0, width, height))
        before = one[box.y : box.bottom, box.x : box.right]
        x, y = max(0, box.x + slack + off[0]), max(0, box.y + slack + off[1])
        now = other[y : y + box.height, x : x + box.width]
        if before.size == 0 or now.size == 0:
            continue
        if int(np.ptp(before)) < FAINT and (_written(now) > 0.08):
            return 0.4
    return 1.0


def _written(now: Gray) -> float:
    """The share that is far from the usual."""
    return float((np.abs(now.astype(np.int16) - int(np.median(now))) > 45).mean())
