"""The live picture of a phone, from `screenrecord` or scrcpy: for a mirror and for knowing that something changed.

Not for exact pixels: the colours of a video are a few steps off.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from screenwright.tools.geometry import Size
from screenwright.tools.observation import Pixels
from screenwright.tools.phone.h264 import Decoder, Shape, Torn, is_key, parameters, shape
from screenwright.tools.phone.recorder import NoStream, Recorder, Wanted

if TYPE_CHECKING:
    from screenwright.tools.adb.client import Adb
    from screenwright.tools.phone.scrcpy.control import Control
    from screenwright.tools.phone.scrcpy.server_file import ServerFile

__all__ = ["Frame", "NoStream", "Packet", "Stream"]

LIMIT_S = 180
NEAR_PAUSE_S, FAR_PAUSE_S = 0.008, 0.04
GROUP_BYTES, GROUP_PACKETS = 6 << 20, 900
LOOPBACK = ("127.0.0.1:", "localhost:", "emulator-")


@dataclass(frozen=True, slots=True)
class Packet:
    """One encoded picture (Annex-B). A decoder begins at a `key` one, which has its parameters with it.

    `at`: when it had come, time.time(). `serial` counts. `shape`: the video's size, and the codec's name.
    """

    data: bytes
    key: bool
    at: float
    serial: int
    shape: Shape


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture: (H, W, 3) uint8 RGB; `at` and `serial` as those of its Packet."""

    pixels: Pixels
    at: float
    serial: int


class Source(Protocol):
    """A thread that brings a phone's pictures."""

    trouble: str
    begun: int

    @property
    def pause_s(self) -> float: ...

    def restart(self) -> None: ...

    def close(self) -> None: ...


class Stream:
    """A phone's live picture; begins when somebody first asks for it. Any number of threads may ask.

    Args:
        size: of the video while the phone is upright; by default its screen's. A smaller one is quicker.
        limit_s: after how long the phone's recorder ends; a new one takes over before.
        pause_s: how long nothing must come for a picture to count as whole; by default 8 ms for a phone on
            this machine and 40 ms for all others. It is doubled where it turns out to be too short.
        bit_rate: bits a second at most.
        scrcpy: the server that sends the video; where it can't be used, `screenrecord` does as without one.
    """

    def __init__(
        self,
        adb: Adb,
        serial: str,
        *,
        size: Size | None = None,
        limit_s: int = LIMIT_S,
        pause_s: float | None = None,
        bit_rate: int = 8_000_000,
        scrcpy: ServerFile | None = None,
    ) -> None:
        self.serial = serial
        self._adb, self._wanted = adb, Wanted(size, limit_s, bit_rate)
        self._pause_s = pause_s or (NEAR_PAUSE_S if serial.startswith(LOOPBACK) else FAR_PAUSE_S)
        self._news = threading.Condition()
        self._group: list[Packet] = []
        self._bytes = self._count = 0
        self._over = False
        self._failed: NoStream | None = None
        self._recorder: Source | None = None
        self._scrcpy = scrcpy
        self.instead = ""
        """Why it is `screenrecord` that brings the pictures, though a server was given."""
        self._decoding = threading.Lock()
        self._decoder: Decoder | None = None
        self._frame: Frame | None = None

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def latest(self) -> int:
        """The serial of the last picture that came; 0 before the first."""
        return self._count

    @property
    def trouble(self) -> str:
        """Why there is no picture now; '' while there is."""
        return str(self._failed or (self._recorder.trouble if self._recorder else ""))

    @property
    def recordings(self) -> int:
        """How many recordings were begun on the phone."""
        return self._recorder.begun if self._recorder else 0

    @property
    def control(self) -> Control | None:
        """What takes touches on these pictures at once; None while it isn't scrcpy that brings them."""
        from screenwright.tools.phone.scrcpy.cast import Cast

        return self._recorder.control if isinstance(self._recorder, Cast) else None

    @property
    def pause_s(self) -> float:
        """After so long without a byte a picture counts as whole, now."""
        return self._recorder.pause_s if self._recorder else self._pause_s

    def packet(self, after: int, seconds: float | None = None) -> Packet | None:
        """The next encoded picture after that serial; None: none within `seconds`, or closed. NoStream.

        Nothing is left out but what a newer key picture makes needless: who is slow, or came late, begins
        at the last key picture.
        """
        self._begin()
        with self._news:
            self._news.wait_for(lambda: self._count > after or self._over or self._failed is not None, seconds)
            if self._over:
                return None
            if self._count > after:
                return self._group[max(0, after + 1 - self._group[0].serial)]
            if self._failed:
                raise self._failed
            return None

    def packets(self) -> Iterator[Packet]:
        """Every encoded picture, from the last key picture on, until the stream is closed. NoStream."""
        serial = 0
        while packet := self.packet(serial):
            serial = packet.serial
            yield packet

    def newest(self, seconds: float = 5.0, *, after: int = 0) -> Frame | None:
        """The newest picture that is beyond `after`; waits for one. None: none within `seconds`. NoStream."""
        deadline = time.monotonic() + seconds
        while self.packet(after, max(0.0, deadline - time.monotonic())):
            with self._decoding:
                try:
                    self._decode()
                except Torn:
                    self._decoder, self._frame = None, None
                if self._frame and self._frame.serial > after:
                    return self._frame
            after = self._count
            self.restart()
        return None

    def frames(self) -> Iterator[Frame]:
        """The newest picture again and again until the stream is closed; others are left out. NoStream."""
        serial = 0
        while not self._over:
            if frame := self.newest(1.0, after=serial):
                serial = frame.serial
                yield frame

    def wait(self, after: int, seconds: float) -> bool:
        """Wait until something was drawn after that serial; whether it was. NoStream."""
        return self.packet(after, seconds) is not None

    def restart(self) -> None:
        """Begin a new recording, which takes over with its first picture."""
        if self._recorder:
            self._recorder.restart()

    def close(self) -> None:
        """End it, on the phone too; safe twice."""
        with self._news:
            over, self._over = self._over, True
            self._news.notify_all()
        if self._recorder and not over:
            self._recorder.close()

    def _begin(self) -> None:
        with self._news:
            if self._recorder is None and not self._over:
                self._recorder = self._cast(self._scrcpy) if self._scrcpy else self._record()

    def _record(self) -> Source:
        return Recorder(self._adb, self.serial, self._wanted, self._pause_s, self._publish, self._fail)

    def _cast(self, file: ServerFile) -> Source:
        from screenwright.tools.phone.scrcpy.cast import Cast

        size = self._wanted.size
        longest = max(size.width, size.height) if size else 0
        rate = self._wanted.bit_rate
        return Cast(self._adb, self.serial, file, longest, rate, publish=self._publish, failed=self._do_without)

    def _do_without(self, why: Exception) -> None:
        """The server can't be used: go on as without one."""
        with self._news:
            self.instead = str(why)
            if not self._over:
                self._recorder = self._record()

    def _publish(self, unit: bytes) -> None:
        key = is_key(unit)
        with self._news:
            if not key and not self._group:
                return
            if key:
                self._group, self._bytes = [], 0
            whole = shape(parameters(unit)) if key else self._group[-1].shape
            self._count += 1
            self._group.append(Packet(unit, key, time.time(), self._count, whole))
            self._bytes += len(unit)
            self._news.notify_all()
            long = self._bytes > GROUP_BYTES or len(self._group) > GROUP_PACKETS
        if long:
            # A recorder makes key pictures seldom; who comes late would have all since the last one to decode.
            self.restart()

    def _fail(self, why: NoStream) -> None:
        with self._news:
            self._failed = why
            self._news.notify_all()

    def _decode(self) -> None:
        """Decode all that came since the last time; only the last one's pixels are made. Torn."""
        done = self._frame.serial if self._frame else 0
        with self._news:
            group = list(self._group)
        last = None
        for packet in group:
            if packet.serial <= done:
                continue
            if packet.key:
                self._decoder = Decoder()
            elif self._decoder is None:
                continue
            last = self._decoder.decode(packet.data) or last
        if last is not None:
            self._frame = Frame(last.to_ndarray(format="rgb24"), group[-1].at, group[-1].serial)
