"""What moves and is no change: carets, and what never stops (a spinner, a video, a clock)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from screenwright.tools.changes import TILE, Tiles, regions_of
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Words

CARET_PX = (3, 48)  # widest and tallest a text caret is
BUSY_CHANGES, BUSY_S = 8, 0.4  # a tile that changed so often over so long never stops
BUSY_APART_S = 0.045  # changes nearer to each other count as one
BUSY_FORGOTTEN_S = 1.5
FEW_TILES = 64  # more is no caret, and finding its parts takes milliseconds


class Busy:
    """Which tiles never stop, by how often and how lately each has changed."""

    def __init__(self) -> None:
        self._counts: npt.NDArray[np.int32] | None = None
        self._first: npt.NDArray[np.float64] = np.zeros((0, 0))
        self._latest: npt.NDArray[np.float64] = np.zeros((0, 0))

    def without(self, tiles: Tiles, now: float) -> Tiles:
        """Note these changes; the tiles among them that do stop."""
        if self._counts is None or self._counts.shape != tiles.shape:
            self._counts = np.zeros(tiles.shape, np.int32)
            self._first = np.full(tiles.shape, now)
            self._latest = np.full(tiles.shape, now)
        stale = now - self._latest > BUSY_FORGOTTEN_S
        fresh = tiles & (stale | (self._counts == 0))
        self._first[fresh] = now
        self._counts[stale] = 0
        # An animation of a fifth of a second has as many frames as a slow spinner in two: time counts, not frames.
        apart = tiles & (fresh | (now - self._latest >= BUSY_APART_S))
        self._counts[apart] += 1
        self._latest[apart] = now
        return tiles & ~self.mask()

    def mask(self) -> Tiles:
        if self._counts is None:
            return np.zeros((0, 0), np.bool_)
        return np.asarray((self._counts >= BUSY_CHANGES) & (self._latest - self._first >= BUSY_S), np.bool_)

    def forget_at(self, x: float, y: float) -> None:
        """What was busy there is acted on now, and its changes count again."""
        if self._counts is not None:
            row, column = int(y) // TILE, int(x) // TILE
            self._counts[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3] = 0


def without_carets(tiles: Tiles, before: Words, after: Words) -> Tiles:
    """Carets are no change, nor does their blinking make busy the very place where text will be typed."""
    if not 0 < tiles.sum() <= FEW_TILES:
        return tiles
    for caret in filter(is_caret, regions_of(tiles, before, after)):
        rows = slice(caret.y // TILE, -(-caret.bottom // TILE))
        tiles[rows, caret.x // TILE : -(-caret.right // TILE)] = False
    return tiles


def is_caret(region: Region) -> bool:
    return region.width <= CARET_PX[0] and region.height <= CARET_PX[1]
