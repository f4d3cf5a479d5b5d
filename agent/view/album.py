"""The pictures of a page: as the trace stores them, so that of a frame that differs little only the difference.

The page puts them together again (frames.js). A step costs about as much in the page as in the run's folder.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

import numpy as np

from screenwright.agent.view.composing import Composed
from screenwright.agent.view.redacting import blurred
from screenwright.tools.frames import Frame, FrameStore, Part
from screenwright.tools.geometry import Region, Size
from screenwright.tools.observation import Pixels

Json = dict[str, Any]
Manner = Literal["exact", "small", "blurred", "none"]

SMALL_WIDTH_PX = 1280
THUMB_PX = (208, 132)
RAW_BYTES = 3000
"""A PNG up to this goes into the page as it is; a larger one becomes WebP without loss, a third of it."""
MARGIN_PX = 3
"""Scaling down mixes so many pixels: a part that is scaled is cut with them around it."""
UNREADABLE = (OSError, KeyError, ValueError, MemoryError, TypeError, AttributeError)


@dataclass
class Shown:
    """A frame of the page: its size, the number in the page that it builds on, its parts, its thumbnail.

    `size` is that of the frame itself, in which places are told; `own` that of its picture.
    """

    size: Size
    own: Size
    base: int | None
    parts: list[list[int]]
    thumb: int

    def json(self) -> Json:
        facts: Json = {"size": [self.size.width, self.size.height], "parts": self.parts, "thumb": self.thumb}
        if self.base is not None:
            facts["base"] = self.base
        if self.own != self.size:
            facts["own"] = [self.own.width, self.own.height]
        return facts


class Album:
    """Frames by the number that the trace gave them.

    Args:
        manner: "exact": without loss; "small": scaled to 1280 px of width and with loss; "blurred": blocks of
            colour; "none": no pictures at all.
    """

    def __init__(self, store: FrameStore, manner: Manner) -> None:
        self.manner = manner
        self.frames: list[Shown] = []
        self.pieces: list[str] = []
        """Pictures as data URIs: thumbnails and parts."""
        self.bytes = 0
        self._store = store
        self._composed = Composed(store)
        self._numbers: dict[int, int | None] = {}
        self._pieces: dict[str, int] = {}

    def put(self, number: int | None) -> int | None:
        """Its number in the page; None where there is no picture, or it can't be read (cut off, damaged)."""
        if number is None or self.manner == "none":
            return None
        if number not in self._numbers:
            try:
                self._numbers[number] = self._add(number)
            except UNREADABLE:
                self._numbers[number] = None
        return self._numbers[number]

    def _add(self, number: int) -> int:
        stored = self._store.frames[number]
        base = self.put(stored.base)
        if stored.base is not None and base is None:
            raise ValueError("what it builds on can't be read")
        picture = self._composed.picture(number)
        match self.manner:
            case "exact":
                shown = self._exact(stored, base, picture)
            case "small":
                shown = self._small(stored, base, picture)
            case _:
                shown = self._blurred(stored, picture)
        self.frames.append(shown)
        return len(self.frames) - 1

    def _exact(self, stored: Frame, base: int | None, picture: Pixels) -> Shown:
        parts = [[self._stored(part, picture), *_box(part.region)] for part in stored.parts]
        return Shown(stored.size, stored.size, base, parts, self._thumb(picture))

    def _stored(self, part: Part, picture: Pixels) -> int:
        path = self._store.folder / "frames" / part.file
        if path.stat().st_size <= RAW_BYTES:
            return self._keep("png", path.read_bytes())
        region = part.region
        cut = picture[region.y : region.bottom, region.x : region.right]
        # Measured on 1280x800: 15 ms and 14 kB. Method 0 gives 16 times the size, PNG three times.
        return self._keep("webp", _coded(cut, "WEBP", lossless=True, method=1, quality=20))

    def _small(self, stored: Frame, base: int | None, picture: Pixels) -> Shown:
        size = stored.size
        factor = min(1.0, SMALL_WIDTH_PX / size.width)
        own = Size(round(size.width * factor), round(size.height * factor))
        scaled = _scaled(picture, own)
        frame = Region(0, 0, own.width, own.height)
        regions = [frame] if base is None else [_shrunk(part.region, size, own) for part in stored.parts]
        parts: list[list[int]] = []
        for r in regions:
            cut = scaled[r.y : r.bottom, r.x : r.right]
            parts.append([self._keep("webp", _coded(cut, "WEBP", quality=60, method=2)), *_box(r)])
        return Shown(size, own, base, parts, self._thumb(scaled))

    def _blurred(self, stored: Frame, picture: Pixels) -> Shown:
        blocks = blurred(picture)
        own = Size(blocks.shape[1], blocks.shape[0])
        piece = self._keep("png", _coded(blocks, "PNG"))
        return Shown(stored.size, own, None, [[piece, 0, 0, own.width, own.height]], piece)

    def _thumb(self, picture: Pixels) -> int:
        height, width = picture.shape[:2]
        # By a whole number cv2 scales six times as quickly.
        factor = max(1, width // THUMB_PX[0], height // THUMB_PX[1])
        size = Size(max(1, width // factor), max(1, height // factor))
        thumb = _scaled(picture[: size.height * factor, : size.width * factor], size)
        return self._keep("webp", _coded(thumb, "WEBP", quality=50, method=2))

    def _keep(self, kind: str, data: bytes) -> int:
        uri = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
        if uri not in self._pieces:
            self._pieces[uri] = len(self.pieces)
            self.pieces.append(uri)
            self.bytes += len(uri)
        return self._pieces[uri]


def _coded(pixels: Pixels, kind: str, **manner: Any) -> bytes:
    from PIL import Image

    data = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(data, kind, **manner)
    return data.getvalue()


def _scaled(pixels: Pixels, size: Size) -> Pixels:
    if (pixels.shape[1], pixels.shape[0]) == (size.width, size.height):
        return pixels
    import cv2

    return np.asarray(cv2.resize(pixels, (size.width, size.height), interpolation=cv2.INTER_AREA), np.uint8)


def _shrunk(region: Region, size: Size, own: Size) -> Region:
    """The part of the scaled frame that a changed region reaches."""
    across, down = own.width / size.width, own.height / size.height
    left, top = int(region.x * across) - MARGIN_PX, int(region.y * down) - MARGIN_PX
    right, bottom = int(region.right * across) + MARGIN_PX + 1, int(region.bottom * down) + MARGIN_PX + 1
    return Region(left, top, right - left, bottom - top).within(own)


def _box(region: Region) -> list[int]:
    return [region.x, region.y, region.width, region.height]
