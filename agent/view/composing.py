"""The frames of a trace made whole again, in the order in which they are asked for, each part read once.

A stored frame builds on up to 32 others. Read each by itself, a run of a thousand steps takes minutes.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np

from screenwright.tools.frames import Frame, FrameStore
from screenwright.tools.observation import Pixels
from screenwright.tools.plainfile import own_file

KEPT = 4


class Composed:
    """Whole pictures by the number of their frame; the last few are kept, since the next builds on one of them."""

    def __init__(self, store: FrameStore) -> None:
        self.store = store
        self._kept: OrderedDict[int, Pixels] = OrderedDict()

    def picture(self, number: int) -> Pixels:
        """(H, W, 3) uint8 RGB; do not write into it. KeyError, OSError, ValueError: it is not wholly there."""
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        chain: list[Frame] = []
        at: int | None = number
        while at is not None and at not in self._kept:
            frame = self.store.frames[at]
            if len(chain) > len(self.store.frames):
                raise ValueError(f"frame {number} can't be put together")
            chain.append(frame)
            at = frame.base
        picture = self._kept[at].copy() if at is not None else None
        for frame in reversed(chain):
            if picture is None:
                picture = np.zeros((frame.size.height, frame.size.width, 3), np.uint8)
            for part in frame.parts:
                region = part.region
                picture[region.y : region.bottom, region.x : region.right] = self._part(part.file)
        assert picture is not None
        self._kept[number] = picture
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return picture

    def _part(self, file: str) -> Pixels:
        from PIL import Image

        # a link in a stranger's trace could show any picture of this machine
        with Image.open(own_file(self.store.folder / "frames" / file)) as image:
            return np.asarray(image.convert("RGB"))
