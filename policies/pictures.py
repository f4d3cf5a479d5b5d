"""Frames as pictures for a model: at the size that it is shown, or only the part that changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from screenwright.policies.chat import Picture
from screenwright.tools.geometry import Region, Size
from screenwright.tools.observation import Pixels

CROP_SHARE = 0.25  # of the picture; a change over more of it is shown whole


def resized(pixels: Pixels, size: Size) -> Pixels:
    """(H, W, 3) uint8 at another size, bicubic as the family's own picture processor does it."""
    height, width = pixels.shape[:2]
    if (width, height) == (size.width, size.height):
        return np.ascontiguousarray(pixels)
    if width != size.width:
        return _bicubic(pixels, size)
    # 1920x1080 becomes 1920x1088: columns do not touch each other then, and Pillow works without the GIL.
    halves = pixels[:, : width // 2], pixels[:, width // 2 :]
    with ThreadPoolExecutor(2) as pool:
        made = [pool.submit(_bicubic, half, Size(half.shape[1], size.height)) for half in halves]
        return np.concatenate([half.result() for half in made], axis=1)


def _bicubic(pixels: Pixels, size: Size) -> Pixels:
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(pixels))
    return np.asarray(picture.resize((size.width, size.height), Image.Resampling.BICUBIC), dtype=np.uint8)


def changed_part(before: Picture, after: Picture, factor: int) -> Region | None:
    """The part that holds every change, on the grid of `factor`; None when that is too much, or another size."""
    if before.size != after.size:
        return None
    differs = (before.pixels != after.pixels).any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    left, right = int(columns[0]) // factor * factor, -(-int(columns[-1] + 1) // factor) * factor
    top, bottom = int(rows[0]) // factor * factor, -(-int(rows[-1] + 1) // factor) * factor
    part = Region.between(left, top, right, bottom)
    slim = max(part.width, part.height) > 20 * min(part.width, part.height)
    return None if slim or part.area > CROP_SHARE * after.size.area else part
