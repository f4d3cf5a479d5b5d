"""The terminal that a run was started in, as a place to hand the device back from."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from screenwright.tools.errors import ScreenwrightError

if TYPE_CHECKING:
    from screenwright.tools.x11 import X11

BACK_S = 2.0  # for a window to come to the front


def forget_what_was_typed() -> None:
    """An answer counts only after its question: the agent itself may have typed "y" into this terminal."""
    try:
        import termios

        termios.tcflush(sys.stdin, termios.TCIFLUSH)
    except (ImportError, OSError, ValueError):  # Windows; no terminal
        return


def entered(seconds: float) -> bool:
    """Was Enter pressed there within that time? What was typed before it is dropped."""
    if sys.platform == "win32":
        import msvcrt

        time.sleep(seconds)
        found = False
        while msvcrt.kbhit():
            found |= msvcrt.getwch() == "\r"
        return found
    import select

    try:
        ready, _, _ = select.select([sys.stdin], [], [], seconds)
    except (OSError, ValueError):  # it was closed
        time.sleep(seconds)
        return False
    # read by os.read: a line in Python's own buffer would be left for the next question to take for its answer
    return bool(ready) and b"\n" in os.read(sys.stdin.fileno(), 4096)


class OwnWindow:
    """The terminal's window on an X display: who presses Enter in it has the focus there.

    Without more, the keys meant for a program would be typed into the terminal.
    """

    def __init__(self, display: str) -> None:
        self._display = display
        self._id = 0
        self._ears: X11 | None = None
        if os.environ.get("SSH_CONNECTION"):
            return
        if os.environ.get("WINDOWID", "").isdigit():
            self._id = int(os.environ["WINDOWID"])
            return
        with suppress(ScreenwrightError):  # the one in front when the run begins: its command was typed there
            x11 = self._connected()
            try:
                front = x11.active()
                self._id = front.id if front else 0
            finally:
                x11.close()

    def is_meant(self, *, clicked: bool) -> bool:
        """Is a click now, or a key, one for the terminal? From one thread only."""
        if not self._id:
            return False
        try:
            x11 = self._ears = self._ears or self._connected()
            if clicked:
                x, y = x11.position()
                hit = next((w for w in reversed(x11.windows()) if w.region.holds(x, y)), None)
            else:
                hit = x11.active()
        except ScreenwrightError:
            return False
        return hit is not None and hit.id == self._id

    def close(self) -> None:
        """Hang up; after the thread of `is_meant` has ended."""
        if self._ears is not None:
            self._ears.close()

    def step_back(self) -> None:
        """Put the window that lies under it in front, if it is in front itself."""
        if not self._id:
            return
        with suppress(ScreenwrightError):
            x11 = self._connected()
            try:
                self._step_back(x11)
            finally:
                x11.close()

    def _step_back(self, x11: X11) -> None:
        front = x11.active()
        below = [window for window in x11.windows() if window.id != self._id]
        if front is None or front.id != self._id or not below:
            return
        x11.raise_window(below[-1])
        deadline = time.monotonic() + BACK_S
        while (front := x11.active()) is not None and front.id == self._id and time.monotonic() < deadline:
            time.sleep(0.02)

    def _connected(self) -> X11:
        from screenwright.tools.x11 import X11

        return X11(self._display)
