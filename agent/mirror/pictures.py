"""What the viewers of a screen are shown: its newest picture, and of a picture they have, only what changed since.

Every picture has a number. For each tile the number of the picture in which it last changed is kept: that is
all it takes to cut out what a viewer has not seen yet, whichever pictures he missed, and to tell whether what
he touched was still what he saw. Pictures themselves are not kept, so memory stays flat.
"""

from __future__ import annotations

import struct
import threading
import time
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from screenwright.tools.busy import Busy, without_carets
from screenwright.tools.changes import TILE, Tiles, changed_tiles
from screenwright.tools.geometry import Region, Size
from screenwright.tools.observation import Observation, Words

JPEG_QUALITY = 80
STALE_S = 4.0  # a viewer who was shown nothing newer for so long does not see what he touches
SPOT_PX = 12  # around a point: what is touched
WHOLE = 0.6  # of the frame: a patch so large is sent as the whole
CODING = 32  # of 255: coding a video alone may change a colour by so much
HEADER = struct.Struct(">BIHHHHHH")
JPEG = 1

Stamps = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture. `drawn`: for each tile, the number of the picture that changed it last; `meant`: the same
    without what never stops and without carets. `sized`: the first picture of this size."""

    number: int
    words: Words
    size: Size
    sized: int
    drawn: Stamps
    meant: Stamps


class Pictures:
    """The newest picture of one screen. `show` is called by the one thread that looks, the rest by any."""

    def __init__(self) -> None:
        self.newest: Shown | None = None
        self._busy = Busy()
        self._times: deque[tuple[int, float]] = deque(maxlen=512)
        self._encoded: OrderedDict[tuple[int, int, int], bytes] = OrderedDict()
        self._scaled: tuple[tuple[int, int], Any] | None = None
        self._coded = False  # the newest picture is one of a video
        self._serials: deque[tuple[int, int]] = deque(maxlen=512)
        self._encoding = threading.Lock()

    def show_video(self, seen: Observation, serial: int) -> bool:
        """`show`, for a decoded picture of a video: what its coding alone has changed counts as no change."""
        new = self.show(seen, lossy=True)
        assert self.newest
        self._serials.append((serial, self.newest.number))
        return new

    def number_of(self, serial: int) -> int:
        """The number of the picture that a viewer of the video saw at that serial; 0: none."""
        return max((number for other, number in self._serials.copy() if other <= serial), default=0)

    def show(self, seen: Observation, *, lossy: bool = False) -> bool:
        """Take this frame; whether it differs from the newest picture and so became it."""
        last, words, now = self.newest, seen.words, time.monotonic()
        number = last.number + 1 if last else 1
        if last is None or last.size != seen.frame:
            rows, columns = -(-seen.frame.height // TILE), -(-seen.frame.width // TILE)
            stamps = np.full((rows, columns), number, np.int64)
            self._put(Shown(number, words, seen.frame, number, stamps, stamps), now)
            return True
        tiles = changed_tiles(last.words, words)
        if not tiles.any():
            return False
        coded, self._coded = lossy or self._coded, lossy
        real = _real(tiles, last.words, words) if coded else without_carets(tiles.copy(), last.words, words)
        meant = self._busy.without(real, now)
        drawn = np.where(tiles, number, last.drawn)
        self._put(
            Shown(number, words, seen.frame, last.sized, drawn, np.where(meant, number, last.meant)),
            now,
        )
        return True

    def _put(self, shown: Shown, now: float) -> None:
        self._times.append((shown.number, now))
        self.newest = shown

    def objection(self, number: int, x: float, y: float, *, spot: bool = True) -> str | None:
        """Why a touch at these fractions of picture `number` can't be meant for the screen as it is; None: it can.

        Args:
            spot: whether a change under the point counts as well.
        """
        newest = self.newest
        if newest is None:
            return "there is no picture yet: look again"
        if number == 0:  # of the video, of which this side has decoded none so far
            return "the picture you touched is not known here yet: look again"
        if number > newest.number or number < 0:
            return f"picture {number} was never shown here: reload the page"
        if number < newest.sized:
            return f"the screen was turned or resized since; it is {newest.size} now: look again"
        late = self._age(number)
        if late > STALE_S:
            return f"the picture you touched was {late:.0f} s behind the screen: look again"
        if spot and self._changed_at(newest, number, x, y):
            return "the screen changed there just before: look again"
        return None

    def _age(self, number: int) -> float:
        """Seconds since a newer picture than this one was there; 0 for the newest."""
        replaced = next((at for other, at in self._times.copy() if other > number), None)
        return 0.0 if replaced is None else time.monotonic() - replaced

    def _changed_at(self, newest: Shown, number: int, x: float, y: float) -> bool:
        region = Region(round(x * newest.size.width), round(y * newest.size.height), 1, 1).grown(SPOT_PX)
        part = region.within(newest.size)
        rows = slice(part.y // TILE, -(-part.bottom // TILE))
        columns = slice(part.x // TILE, -(-part.right // TILE))
        return bool((newest.meant[rows, columns] > number).any())

    def message(self, since: int, width: int) -> tuple[int, bytes] | None:
        """The newest picture at most `width` px wide, as what changed since `since`; None: nothing did.

        The number of the picture, and a header (kind, number, width and height of the whole, place and size of
        the patch) with a JPEG after it.
        """
        newest = self.newest
        if newest is None or newest.number <= since:
            return None
        width = min(width, newest.size.width)
        key = (newest.number, since if since >= newest.sized else 0, width)
        with self._encoding:
            if key not in self._encoded:
                self._encoded[key] = self._message(newest, key[1], width)
                while len(self._encoded) > 8:
                    self._encoded.popitem(last=False)
            return newest.number, self._encoded[key]

    def _message(self, shown: Shown, since: int, width: int) -> bytes:
        import cv2

        height = max(1, round(shown.size.height * width / shown.size.width))
        whole = Size(width, height)
        area = _changed(shown.drawn > since, shown.size, whole) if since else Region(0, 0, width, height)
        picture = self._resized(shown, whole)
        cut = np.ascontiguousarray(picture[area.y : area.bottom, area.x : area.right])
        bgr = cv2.cvtColor(cut, cv2.COLOR_BGRA2BGR)
        _, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        place = (area.x, area.y, area.width, area.height)
        return HEADER.pack(JPEG, shown.number & 0xFFFFFFFF, width, height, *place) + jpeg.tobytes()

    def _resized(self, shown: Shown, whole: Size) -> Any:
        """Kept until the next: several viewers mostly want the same width."""
        import cv2

        bgrx = shown.words.view(np.uint8).reshape(*shown.words.shape, 4)
        if whole == shown.size:
            return bgrx
        key = (shown.number, whole.width)
        if self._scaled is None or self._scaled[0] != key:
            self._scaled = key, cv2.resize(bgrx, (whole.width, whole.height), interpolation=cv2.INTER_AREA)
        return self._scaled[1]


def _real(tiles: Tiles, before: Words, after: Words) -> Tiles:
    """Those of the tiles that differ by more than what coding a video does to them."""
    import cv2

    found = np.zeros_like(tiles)
    rows, columns = np.nonzero(tiles.any(axis=1))[0], np.nonzero(tiles.any(axis=0))[0]
    top, left, bottom, right = int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1
    part = slice(top * TILE, bottom * TILE), slice(left * TILE, right * TILE)
    a, b = (np.ascontiguousarray(words[part]).view(np.uint8) for words in (before, after))
    high, wide = before[part].shape
    strong = (cv2.absdiff(a, b).reshape(high, wide, 4)[..., :3] > CODING).any(axis=2)
    padded = np.zeros(((bottom - top) * TILE, (right - left) * TILE), np.bool_)
    padded[:high, :wide] = strong
    found[top:bottom, left:right] = padded.reshape(bottom - top, TILE, right - left, TILE).any(axis=(1, 3))
    return np.asarray(tiles & found, np.bool_)


def _changed(tiles: Tiles, size: Size, whole: Size) -> Region:
    """The rectangle over these tiles on the resized picture, a pixel wider: resizing mixes neighbours."""
    rows, columns = np.nonzero(tiles.any(axis=1))[0], np.nonzero(tiles.any(axis=0))[0]
    top, bottom = int(rows[0]) * TILE, (int(rows[-1]) + 1) * TILE
    left, right = int(columns[0]) * TILE, (int(columns[-1]) + 1) * TILE
    area = Region(left, top, right - left, bottom - top).within(size).on(size, whole).grown(1).within(whole)
    return Region(0, 0, whole.width, whole.height) if area.area > WHOLE * whole.area else area
