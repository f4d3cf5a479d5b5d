"""One run of `screenrecord` on a phone: pictures as they come, until its time limit, a fault, or a close.

Over shell v2 its complaints and its exit code come apart from the video; `exec:` would mix them into it.
"""

from __future__ import annotations

import time

from screenwright.tools.adb.client import Adb
from screenwright.tools.adb.wire import EXIT, STDERR, STDOUT, Frames
from screenwright.tools.geometry import Size
from screenwright.tools.phone.h264 import Cutter, is_key, parameters

CHUNK = 1 << 18
SAID = 2000


class Recording:
    """A `screenrecord` that runs. One thread uses it.

    Args:
        line: the whole command.
        pause_s: after so long without a byte a picture that is held counts as whole.
        turned: the screen in input coordinates when it was begun; None where that is not known.
    """

    def __init__(self, adb: Adb, serial: str, line: str, pause_s: float, turned: Size | None) -> None:
        self.apart = "shell_v2" in adb.features(serial)
        self.wire = adb.stream(serial, f"shell,v2,raw:{line}" if self.apart else f"exec:{line}")
        self.pause_s, self.turned = pause_s, turned
        self.began = time.monotonic()
        self.ended = False
        self.code: int | None = None
        self.said = ""
        self.units = 0
        self._frames, self._cutter = Frames(), Cutter()
        self._last = self.began
        self._parameters = b""

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return time.monotonic() - self.began

    def fileno(self) -> int:
        return self.wire.fileno()

    def left(self) -> float | None:
        """Seconds until a held picture counts as whole; None when there is none."""
        return max(0.0, self._last + self.pause_s - time.monotonic()) if self._cutter.pending else None

    def read(self) -> list[bytes]:
        """What is there, as whole pictures; waits when there is nothing. h264.Torn, OSError."""
        data = self.wire.recv(CHUNK)
        self._last = time.monotonic()
        if not data:
            self.ended = True
            return self._whole(self._rest())
        units: list[bytes] = []
        for kind, part in self._frames.feed(data) if self.apart else [(STDOUT, data)]:
            if kind == STDOUT:
                units += self._cutter.feed(part)
            elif kind == STDERR:
                self.said = (self.said + part.decode(errors="replace"))[-SAID:]
            elif kind == EXIT:
                self.code, self.ended = part[0], True
                units += self._rest()
        return self._whole(units)

    def paused(self) -> list[bytes]:
        """The picture that is held, once it counts as whole."""
        return self._whole(self._rest()) if self.left() == 0.0 else []

    def close(self) -> None:
        """End it on the phone too; safe twice."""
        self.ended = True
        self.wire.close()

    def _rest(self) -> list[bytes]:
        unit = self._cutter.flush()
        return [unit] if unit else []

    def _whole(self, units: list[bytes]) -> list[bytes]:
        """With the parameters in every picture that a decoder may begin with: phones send them once."""
        found: list[bytes] = []
        for unit in units:
            own = parameters(unit)
            self._parameters = own or self._parameters
            key = is_key(unit)
            if not self.units and not (key and self._parameters):
                continue
            self.units += 1
            found.append(unit if own or not key else self._parameters + unit)
        return found
