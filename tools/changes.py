"""Where two frames differ: quick enough to ask sixty times a second."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from screenwright.tools.geometry import Region
from screenwright.tools.observation import Words

TILE = 16
RGB = np.uint32(0xFFFFFF)  # the fourth byte of a captured pixel is noise

Tiles = npt.NDArray[np.bool_]


def changed_tiles(before: Words, after: Words) -> Tiles:
    """(ceil(H/16), ceil(W/16)) bool: the tiles in which any pixel differs. ValueError for unequal shapes."""
    if before.shape != after.shape:
        raise ValueError(f"frames of different sizes: {before.shape} and {after.shape}")
    height, width = before.shape
    tiles = np.zeros((-(-height // TILE), -(-width // TILE)), np.bool_)
    # Whole bands first: memory comparison is far quicker than arithmetic, and most bands are equal.
    for row in range(tiles.shape[0]):
        a, b = before[row * TILE : (row + 1) * TILE], after[row * TILE : (row + 1) * TILE]
        if np.array_equal(a, b):
            continue
        columns = (((a ^ b) & RGB) != 0).any(axis=0)
        padded = np.zeros(tiles.shape[1] * TILE, np.bool_)
        padded[:width] = columns
        tiles[row] = padded.reshape(-1, TILE).any(axis=1)
    return tiles


def regions_of(tiles: Tiles, before: Words | None = None, after: Words | None = None) -> list[Region]:
    """Rectangles over connected tiles, largest first; with both frames, tightened to the pixels that differ."""
    import cv2

    if not tiles.any():
        return []
    # Joined across one quiet tile: the letters of a word are one change.
    joined = cv2.dilate(tiles.astype(np.uint8), np.ones((3, 3), np.uint8))
    _, labels = cv2.connectedComponents(joined)
    labels = np.where(tiles, labels, 0)
    found = []
    for label in np.unique(labels[labels > 0]):
        rows, columns = np.nonzero(labels == label)
        region = Region(
            int(columns.min()) * TILE,
            int(rows.min()) * TILE,
            int(columns.max() - columns.min() + 1) * TILE,
            int(rows.max() - rows.min() + 1) * TILE,
        )
        found.append(_tight(region, before, after) if before is not None and after is not None else region)
    return sorted(found, key=lambda region: -region.area)


def changed_regions(before: Words, after: Words) -> list[Region]:
    """Rectangles that hold every pixel that differs, largest first; none when the frames are the same."""
    return regions_of(changed_tiles(before, after), before, after)


def _tight(region: Region, before: Words, after: Words) -> Region:
    rows = slice(region.y, min(region.bottom, before.shape[0]))
    columns = slice(region.x, min(region.right, before.shape[1]))
    differs = ((before[rows, columns] ^ after[rows, columns]) & RGB) != 0
    ys, xs = np.nonzero(differs)
    return Region(
        region.x + int(xs.min()),
        region.y + int(ys.min()),
        int(xs.max() - xs.min()) + 1,
        int(ys.max() - ys.min()) + 1,
    )
