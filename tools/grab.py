"""Frames of the desktop from mss: one long-lived grabber, and no copy between the server and the frame."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from screenwright.tools.errors import BlackScreen, DeviceLost
from screenwright.tools.geometry import Region, Size, View
from screenwright.tools.observation import Words

Place = Callable[[], Region]
"""Where to grab, in input units, asked at every frame: a window moves."""


class Grabber:
    """Grabs one part of one display.

    Args:
        display: the X display, ":1"; None on other systems and for the present one.
        monitor: 0 for all of them together, 1 for the first, and so on.
        place: overrides the monitor with a part of the desktop in input units (a window, a region).
        layout: a cheap token of the monitors' layout; when it changes the grabber is made anew, since mss
            asks for the monitors once and goes on with what it was told.
    """

    def __init__(
        self,
        display: str | None = None,
        monitor: int = 1,
        place: Place | None = None,
        layout: Callable[[], object] | None = None,
    ) -> None:
        self._display, self._monitor, self._place, self._layout = display, monitor, place, layout
        self._token: object = None
        self._mss: Any = None
        self._here: threading.local | None = None
        self._open()

    def _open(self) -> None:
        import mss
        from mss.exception import ScreenShotError

        self.close()
        try:
            self._mss = self._any(mss.MSS)
            self.monitors = [Region(m["left"], m["top"], m["width"], m["height"]) for m in self._mss.monitors]
        except (ScreenShotError, OSError) as error:
            raise DeviceLost(f"the screen {self._display or ''} can't be captured: {error}") from error
        if not 0 <= self._monitor < len(self.monitors):
            raise DeviceLost(
                f"there is no monitor {self._monitor}; 0 is all together, and there are "
                f"{len(self.monitors) - 1}: {', '.join(map(str, self.monitors[1:]))}"
            )
        self._token = self._layout() if self._layout else None

    def _any(self, make: Any) -> Any:
        from mss.exception import ScreenShotError

        if not self._display:
            return make()
        try:
            return make(display=self._display)
        except ScreenShotError as error:
            # TigerVNC with GLX lists depth 24 twice, and mss looks for the visual in the first list alone; its
            # other way asks for none, is slower, takes all monitors for one and works in one thread only
            if "visual" not in str(error):
                raise
            self._here = threading.local()  # its number can be that of a thread that has ended
            self._here.is_here = True
            return make(display=self._display, backend="xlib")

    def grab(self) -> tuple[Words, View]:
        """(H, W) uint32 words of B, G, R, x bytes, and where they lie. Raises BlackScreen, DeviceLost."""
        elsewhere = self._here is not None and not hasattr(self._here, "is_here")
        if elsewhere or (self._layout and self._layout() != self._token):
            self._open()
        area = self._place() if self._place else self.monitors[self._monitor]
        if self._place:
            area = self._visible(area)
        started = time.monotonic()
        shot = self._shoot(area)
        words = np.frombuffer(shot.raw, np.uint32).reshape(shot.height, shot.width)
        scale = shot.width / area.width
        if not self._place and _black(words):
            raise BlackScreen(
                f"the capture of {area} is black all over: the screen is locked, asleep, or shows something "
                f"protected ({time.monotonic() - started:.2f} s to grab); unlock it or end the screen saver"
            )
        return words, View(Size(shot.width, shot.height), area.x, area.y, scale)

    def _visible(self, area: Region) -> Region:
        """The part of a window that lies on the desktop."""
        seen = area.shared(self.monitors[0])
        if not seen.area:
            raise DeviceLost(f"what is captured, {area}, lies wholly off the desktop {self.monitors[0]}")
        return seen

    def _shoot(self, area: Region) -> Any:
        from mss.exception import ScreenShotError

        box = {"left": area.x, "top": area.y, "width": area.width, "height": area.height}
        try:
            return self._mss.grab(box)
        except (ScreenShotError, OSError, AttributeError) as error:
            raise DeviceLost(f"the screen {self._display or ''} is gone: {error}") from error

    def close(self) -> None:
        if self._mss is not None:
            with suppress(AttributeError):  # of the other way, in another thread than its own
                self._mss.close()
            self._mss = None


def _black(words: Words) -> bool:
    """All black? A sparse look first, since nearly every frame shows something there."""
    return not (words[::37, ::37] & 0xFFFFFF).any() and not (words & 0xFFFFFF).any()
