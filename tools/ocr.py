"""Text from pixels, read again only where pixels changed.

What makes it incremental and still exact: a frame is cut into fixed bands, and each result depends on the
pixels of its band (or crop) alone. So results are kept by content, and reading a changed frame gives what
a fresh reading of that frame would give.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

import numpy as np

from screenwright.tools.geometry import Region
from screenwright.tools.observation import Pixels
from screenwright.tools.textlines import Box, gap_places, pieces, quiet
from screenwright.tools.textnets import Networks, Spelled, networks

Value = TypeVar("Value")

BAND_PX = 192
MARGIN_PX = 48
"""Half of the tallest text that a band sees whole; taller text is looked at again in a taller cut."""
CROPS_KEPT = 8192
BANDS_KEPT = 256
SURE = 0.5
BLANK = " \u25a1\u2610\u2611\u2612\u25cb\u25cf\u25a0"
"""Tick boxes and radio buttons beside a label come as these characters; widgets.py tells what they are."""


@dataclass(frozen=True, slots=True)
class Line:
    """A phrase as it stands on the screen. `ends`: frame x where each character ends, for parts of it."""

    text: str
    region: Region
    confidence: float
    ends: tuple[float, ...]


class Kept(Generic[Value]):
    """The last so many results by the content they were made from."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[bytes, Value] = OrderedDict()

    def get(self, key: bytes) -> Value | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: bytes, value: Value) -> None:
        self._values[key] = value
        if len(self._values) > self._limit:
            self._values.popitem(last=False)

    def __len__(self) -> int:
        return len(self._values)


class TextReader:
    """Reads lines of text off frames, remembering what it read before."""

    def __init__(self, load: Callable[[], Networks] = networks) -> None:
        self._load = load
        self._bands: Kept[tuple[Box, ...]] = Kept(BANDS_KEPT)
        self._crops: Kept[Spelled] = Kept(CROPS_KEPT)
        self.detected_px = 0
        """Pixels given to the detector so far; with `spelled`, how much work reading was."""
        self.spelled = 0

    def read(self, pixels: Pixels, within: Region | None = None) -> list[Line]:
        """Lines of (H, W, 3) RGB pixels, top to bottom; with `within` only those that lie mostly in it."""
        boxes: list[Box] = []
        for top in range(0, pixels.shape[0], BAND_PX):
            if within is None or (top < within.bottom and top + BAND_PX > within.y):
                boxes += self._band(pixels, top)
        regions = [piece for box in distinct(boxes) for piece in pieces(pixels, box)]
        if within is not None:
            regions = [region for region in regions if region.shared(within).area * 2 > region.area]
        lines: list[Line] = []
        for region, spelled in zip(regions, self._spell(pixels, regions), strict=True):
            if believable(spelled):
                lines += phrases(pixels, region, spelled)
        return lines

    def _band(self, pixels: Pixels, top: int) -> list[Box]:
        """Boxes whose middle is in the band; what a cut through big text spoils is seen in a taller one."""
        height = pixels.shape[0]
        last = min(top + BAND_PX, height)
        found: list[Box] = []
        for margin in (MARGIN_PX, BAND_PX, height):
            first, end = max(0, top - margin), min(height, last + margin)
            found = [box.moved(0, first) for box in self._detect(pixels[first:end])]
            cut = [box for box in found if _cut(box, first, end, height)]
            near = [box for box in cut if top - MARGIN_PX < box.middle < last + MARGIN_PX]
            if not any(box.height > MARGIN_PX for box in near):
                break
        # Two bands may see a line on their border half a pixel apart: neither must leave it to the other.
        return [box for box in found if top - 6 <= box.middle < last + 6]

    def _detect(self, part: Pixels) -> tuple[Box, ...]:
        left, right = _written(part)
        if right <= left:
            return ()
        part = np.ascontiguousarray(part[:, left:right])
        key = _digest(part)
        found = self._bands.get(key)
        if found is None:
            self.detected_px += part.shape[0] * part.shape[1]
            found = tuple(self._load().detect(part))
            self._bands.put(key, found)
        return tuple(box.moved(left, 0) for box in found)

    def _spell(self, pixels: Pixels, regions: Sequence[Region]) -> list[Spelled]:
        crops = [np.ascontiguousarray(pixels[r.y : r.bottom, r.x : r.right]) for r in regions]
        keys = [_digest(crop) for crop in crops]
        known = {key: found for key in keys if (found := self._crops.get(key))}
        fresh = {key: crop for key, crop in zip(keys, crops, strict=True) if key not in known}
        if fresh:
            self.spelled += len(fresh)
            for key, spelled in zip(fresh, self._load().spell(list(fresh.values())), strict=True):
                known[key] = spelled
                self._crops.put(key, spelled)
        return [known[key] for key in keys]


def distinct(boxes: Sequence[Box]) -> list[Box]:
    """Without those that lie in another: two bands may both see a line that stands on their border."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda box: -box.area):
        if not any(box.shared(other) > 0.6 * box.area for other in kept):
            kept.append(box)
    return sorted(kept, key=lambda box: (box.top, box.left))


def believable(spelled: Spelled) -> bool:
    """No icon read as a letter: those come as one rare character that the network is not sure of."""
    text = spelled.text.strip()
    sure = 0.9 if len(text) == 1 and not text.isascii() else SURE
    return bool(text) and spelled.confidence >= sure


def phrases(pixels: Pixels, region: Region, spelled: Spelled) -> list[Line]:
    """A line as the phrases a person would name: cut at gaps that are wide for letters of that width."""
    starts = [0, *gap_places(pixels, region, spelled.text, spelled.ends), len(spelled.text)]
    return [line for first, last in pairwise(starts) if (line := _part(region, spelled, first, last))]


def _part(region: Region, spelled: Spelled, first: int, last: int) -> Line | None:
    """The characters first to last of a line, without blanks and tick boxes around them."""
    while first < last and spelled.text[first] in BLANK:
        first += 1
    while first < last and spelled.text[last - 1] in BLANK:
        last -= 1
    if first == last:
        return None
    left = region.x + (spelled.ends[first - 1] * region.width if first else 0)
    right = region.x + spelled.ends[last - 1] * region.width
    box = Region.between(left, region.y, right, region.bottom)
    ends = tuple(region.x + end * region.width for end in spelled.ends[first:last])
    return Line(spelled.text[first:last], box, spelled.confidence, ends)


def _cut(box: Box, first: int, end: int, height: int) -> bool:
    """Does the box touch an edge of the cut that is no edge of the frame?"""
    return (box.top <= first + 1 and first > 0) or (box.bottom >= end - 1 and end < height)


def _written(part: Pixels) -> tuple[int, int]:
    """The columns of a band that are not plain, on a grid of 32, so that blank sides cost nothing."""
    busy = np.flatnonzero(~quiet(part))
    if not len(busy):
        return 0, 0
    return max(0, (int(busy[0]) - 24) // 32 * 32), min(part.shape[1], -(-(int(busy[-1]) + 24) // 32) * 32)


def _digest(pixels: Pixels) -> bytes:
    shape = pixels.shape[0].to_bytes(4, "big") + pixels.shape[1].to_bytes(4, "big")
    return bytes(shape + hashlib.blake2b(pixels.tobytes(), digest_size=16).digest())
