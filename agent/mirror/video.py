"""The video of a device that has one (a phone's H.264 stream), kept going while somebody looks.

Its encoded pictures go to the pages that can decode them, and its decoded ones stand in for looks at the device,
which on a phone take half a second each.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from screenwright.tools.device import Device
from screenwright.tools.errors import Ending, Mendable

if TYPE_CHECKING:
    from screenwright.tools.phone.stream import Frame, Packet, Stream

HEADER = struct.Struct(">BIHHBB")
VIDEO = 2
BREATH_S = 0.5


class Video:
    """The stream of one device; where it has none, this never runs.

    Args:
        came: called in a thread of this when another picture is there, or none will be any more.
    """

    def __init__(self, device: Device, came: Callable[[], None]) -> None:
        self._open: Callable[[], Stream] | None = getattr(device, "stream", None)
        self._came = came
        self._stream: Stream | None = None
        self._pump: threading.Thread | None = None
        self._device = device
        self._trouble = ""

    @property
    def trouble(self) -> str:
        """What has gone wrong since somebody looks; empty: nothing."""
        if getattr(self._device, "hides", False):
            return "a secret was typed, and only pictures can hide it"
        return self._trouble

    @property
    def there(self) -> bool:
        """Whether the device has a stream, and nothing has gone wrong with it since somebody looks."""
        return self._open is not None and not self.trouble

    @property
    def running(self) -> bool:
        return self._stream is not None and not self.trouble

    def begin(self) -> None:
        """Somebody looks."""
        if self._open is None or self._stream is not None:
            return
        self._trouble = ""
        self._stream = stream = self._open()
        self._pump = threading.Thread(target=self._wait, args=(stream,), name="mirror video", daemon=True)
        self._pump.start()

    def rest(self) -> None:
        """Nobody looks any more: the device encodes nothing; safe twice."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()
        if self._pump is not None:
            self._pump.join()
            self._pump = None

    @property
    def latest(self) -> int:
        """The serial of the newest picture."""
        stream = self._stream
        return stream.latest if stream else 0

    def packet(self, after: int) -> Packet | None:
        """The next encoded picture, if it is there."""
        stream = self._stream
        if stream is None or self.trouble:
            return None
        try:
            return stream.packet(after, 0.0)
        except (Ending, Mendable) as error:
            self._fail(error)
            return None

    def frame(self, after: int) -> Frame | None:
        """The newest picture, decoded, if there is one after that serial."""
        stream = self._stream
        if stream is None or stream.latest <= after or self.trouble:
            return None
        try:
            return stream.newest(0.0, after=after)
        except (Ending, Mendable) as error:
            self._fail(error)
            return None

    def _wait(self, stream: Stream) -> None:
        serial = 0
        try:
            while stream is self._stream:
                if stream.wait(serial, BREATH_S):
                    serial = stream.latest
                    self._came()
        except (Ending, Mendable) as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._trouble = str(error) or type(error).__name__
        self._came()


def message(packet: Packet) -> bytes:
    """As a page takes it: kind, serial, width, height, whether a decoder can begin here, the codec; the data."""
    codec, size = packet.shape.codec.encode(), packet.shape.size
    head = HEADER.pack(VIDEO, packet.serial & 0xFFFFFFFF, size.width, size.height, packet.key, len(codec))
    return head + codec + packet.data
