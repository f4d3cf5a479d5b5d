"""Pictures of targets: how much of the screen around one is kept, and how like two parts of screens are.

What is compared is where the edges are, and how strong, not colours: a theme turned from light to dark, a
hover, another background leave the edges where they were.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from screenwright.tools.geometry import Region, Size
from screenwright.tools.observation import Pixels
from screenwright.tools.patch_fit import agreement
from screenwright.tools.patch_marks import edges, in_row, marks_of
from screenwright.tools.patch_search import Peak, Pictured, search

__all__ = ["alike", "cut", "resemblance", "thumbnail"]

MOST_PX = (480, 132)
"""Width and height of a target beyond which only the part around the point acted on is kept."""
ABOVE_PX, BELOW_PX, BESIDE_PX = 26, 12, 14
LABEL_PX = 330
"""How far to the left a label is looked for."""
GROW_PX = 110
THUMB = (160, 100)

Thumbnail = npt.NDArray[np.float32]
"""(100, 160): the edges of a picture, small and soft."""


def cut(
    pixels: Pixels, region: Region, aim: tuple[int, int], *, window: Region | None = None
) -> tuple[Pixels, tuple[int, int, int, int], tuple[int, int]]:
    """The picture to keep of a target: itself and as much around it as sets it apart from the rest.

    Args:
        pixels: (H, W, 3) RGB, the whole frame before the act.
        region: the target's own area on it. aim: the point acted on; both in frame pixels.
        window: nothing outside it is kept: what lies behind a window is another tomorrow.

    Returns the picture (h, w, 3), the target's x, y, width, height in it, and the point in it.
    ValueError when the point is off the frame.
    """
    frame = Region(0, 0, pixels.shape[1], pixels.shape[0])
    if not frame.holds(*aim):
        raise ValueError(f"the point {aim} is off the {frame.width}x{frame.height} frame")
    limit = frame.shared(window) if window and window.holds(*aim) else frame
    target = _part_of(region, aim).shared(limit)
    if not target.area or not target.holds(*aim):
        target = Region(aim[0] - 12, aim[1] - 12, 25, 25).shared(limit)
    boxes = _growing(pixels, target, limit)
    box = next((b for b in boxes if _single(pixels, b, target, aim, limit)), boxes[-1])
    inner = (target.x - box.x, target.y - box.y, target.width, target.height)
    return _crop(pixels, box).copy(), inner, (aim[0] - box.x, aim[1] - box.y)


def alike(pixels: Pixels, region: Region) -> int:
    """How many other places of the frame look like this one taken alone. A plain one counts as one at least."""
    region = region.within(_size(pixels))
    known = Pictured.of(_crop(pixels, region), Region(0, 0, region.width, region.height), (0, 0))
    peaks = search(pixels, known, most=24)
    others = [p for p in peaks if not _same(p, region) and (agreement(pixels, known, p).target or 0) > 0.8]
    return max(len(others), int(known.plain))


def thumbnail(pixels: Pixels) -> Thumbnail:
    """(100, 160) float32: what a screen or a part of it looks like, small enough to keep many of."""
    import cv2

    # Thin lines weigh as much as at full size: they are found first, then the picture is made small.
    small = cv2.resize(edges(pixels), THUMB, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small.astype(np.float32), (0, 0), 1.2), np.float32)


def resemblance(a: Pixels | Thumbnail, b: Pixels | Thumbnail) -> float:
    """How like two pictures are, 0 to 1, after small shifts; either may be a `thumbnail` already.

    Another theme costs little, another text some, another dialog much. Two plain ones are alike (1.0).
    """
    import cv2

    one, other = (p.astype(np.float32) if p.ndim == 2 else thumbnail(p.astype(np.uint8)) for p in (a, b))
    plain = [float(t.std()) < 0.5 for t in (one, other)]
    if any(plain):
        return float(all(plain))
    # By hundredths of the picture, as a moved line of text or a scroll bar that has come moves the rest.
    padded = cv2.copyMakeBorder(other, 2, 2, 3, 3, cv2.BORDER_REPLICATE)
    return float(np.clip(cv2.matchTemplate(padded, one, cv2.TM_CCOEFF_NORMED).max(), 0, 1))


def _part_of(region: Region, aim: tuple[int, int]) -> Region:
    """Of a large target, the part around the point; its left end where the label is, if that is not far."""
    (x, y), (width, height) = (region.x, region.y), (region.width, region.height)
    if width > MOST_PX[0]:
        x, width = (x if aim[0] - x < 0.8 * MOST_PX[0] else aim[0] - MOST_PX[0] // 2), MOST_PX[0]
    if height > MOST_PX[1]:
        y, height = (y if aim[1] - y < 0.8 * MOST_PX[1] else aim[1] - MOST_PX[1] // 2), MOST_PX[1]
    return region.shared(Region(x, y, width, height))


def _growing(pixels: Pixels, target: Region, limit: Region) -> list[Region]:
    """Ever more of what is around: to the label, to the whole row, then above and below."""
    left = limit.shared(Region(target.x - LABEL_PX, target.y - 4, LABEL_PX, target.height + 8))
    right = limit.shared(Region(target.right, target.y - 4, LABEL_PX, target.height + 8))
    row = [m.moved(left.x, left.y) for m in marks_of(edges(_crop(pixels, left))) if left.area]
    after = [m.moved(right.x, right.y) for m in marks_of(edges(_crop(pixels, right))) if right.area]
    row, after = ([m for m in marks if in_row(m, target)] for marks in (row, after))
    left_px, right_px = BESIDE_PX, BESIDE_PX
    begins = _begins(row)
    if begins:
        left_px = max(left_px, target.x - begins[0] + 8)
    if target.width <= 1.5 * target.height and target.height <= 44 and after:
        right_px = max(right_px, min(m.right for m in after) - target.right + 8)
    boxes = [_around(target, left_px, right_px, ABOVE_PX, BELOW_PX, limit)]
    for begin in begins[1:4]:
        boxes.append(_around(target, target.x - begin + 8, right_px, ABOVE_PX, BELOW_PX, limit))
    far = max([left_px, *(target.x - b.x for b in boxes)])
    for step in (1, 2):
        grown = GROW_PX * step
        boxes.append(_around(target, far, right_px + grown, ABOVE_PX + grown // 3, BELOW_PX + grown // 3, limit))
    return list(dict.fromkeys(boxes))


def _begins(row: list[Region]) -> list[int]:
    """Where the labels on the target's left begin, the nearest first: several words are one label."""
    begins: list[int] = []
    last: Region | None = None
    for mark in sorted(row, key=lambda m: -m.right):
        if last and begins[-1] - mark.right < max(mark.height, last.height):
            begins[-1] = min(begins[-1], mark.x)
        else:
            begins.append(mark.x)
        last = mark
    return begins


def _around(target: Region, left: int, right: int, above: int, below: int, limit: Region) -> Region:
    box = Region.between(target.x - left, target.y - above, target.right + right, target.bottom + below)
    return box.shared(limit)


def _single(pixels: Pixels, box: Region, target: Region, aim: tuple[int, int], limit: Region) -> bool:
    """Is there no other place in the window that would be taken for this one?"""
    known = Pictured.of(_crop(pixels, box), target.moved(-box.x, -box.y), (aim[0] - box.x, aim[1] - box.y))
    if known.plain and not known.row:
        return False
    peaks = search(pixels, known, within=limit, most=12)
    fits: Callable[[Peak], float] = partial(_fit, pixels, known)
    return not any(fits(p) > 0.8 for p in peaks if not _same(p, box))


def _fit(pixels: Pixels, known: Pictured, peak: Peak) -> float:
    found = agreement(pixels, known, peak)
    parts = [part for part in (found.target, found.context) if part is not None]
    return min(parts, default=1.0)


def _same(peak: Peak, region: Region) -> bool:
    return abs(peak.x - region.x) <= 4 and abs(peak.y - region.y) <= 4


def _crop(pixels: Pixels, region: Region) -> Pixels:
    r = region.within(_size(pixels))
    return pixels[r.y : r.bottom, r.x : r.right]


def _size(pixels: Pixels) -> Size:
    return Size(pixels.shape[1], pixels.shape[0])
