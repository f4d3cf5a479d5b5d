"""The video of the scrcpy server as packets: every picture with its length, so that none is held back.

Two forms are known. 3.x: the codec and the first size, then packets; a turned phone is told by new parameters
only. 4.x: the codec, then a packet of its own before each change of size; the flags are one bit further down.
"""

from __future__ import annotations

from dataclasses import dataclass

from screenwright.tools.geometry import Size
from screenwright.tools.phone.scrcpy.messages import Malformed

H264 = b"h264"
HEADER = 12
LONGEST = 1 << 26
"""Bytes: no picture of a phone's screen is as long."""


@dataclass(frozen=True, slots=True)
class Session:
    """The video has this size from here on."""

    size: Size


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a decoder needs before the next key picture (SPS and PPS, Annex-B)."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """One encoded picture (Annex-B). `pts_us`: when it was drawn, in microseconds of the phone's clock."""

    data: bytes
    key: bool
    pts_us: int


Part = Session | Parameters | Picture


class Reader:
    """Puts the parts together, however the connection cut them. `major`: of the server's version, 3 or 4."""

    def __init__(self, major: int) -> None:
        self._major = major
        self._held = bytearray()
        self._begun = False
        # The bit of a packet that holds parameters; the one of a key picture is next to it.
        self._parameters_bit = 63 if major == 3 else 62

    def feed(self, data: bytes) -> list[Part]:
        """The parts that are whole now. Malformed: it is not H.264, or not this version's form."""
        self._held += data
        found: list[Part] = []
        if not self._begun and not self._begin(found):
            return found
        while len(self._held) >= HEADER:
            flags = int.from_bytes(self._held[:8])
            if self._major >= 4 and flags >> 63:
                found.append(Session(self._size(4)))
                del self._held[:HEADER]
                continue
            length = int.from_bytes(self._held[8:HEADER])
            if not 0 < length <= LONGEST:
                raise Malformed(f"a packet of {length} bytes is not what a scrcpy server {self._major}.x sends")
            if len(self._held) < HEADER + length:
                break
            found.append(self._part(flags, bytes(self._held[HEADER : HEADER + length])))
            del self._held[: HEADER + length]
        return found

    def _begin(self, found: list[Part]) -> bool:
        """Read the head, once it is there."""
        length = 4 if self._major >= 4 else HEADER
        if len(self._held) < length:
            return False
        if bytes(self._held[:4]) != H264:
            raise Malformed(f"the video's codec is {bytes(self._held[:4])!r}, not {H264!r}")
        if length == HEADER:
            found.append(Session(self._size(4)))
        del self._held[:length]
        self._begun = True
        return True

    def _size(self, at: int) -> Size:
        width, height = (int.from_bytes(self._held[start : start + 4]) for start in (at, at + 4))
        if not (0 < width <= 0xFFFF and 0 < height <= 0xFFFF):
            raise Malformed(f"a video of {width}x{height} is not what a scrcpy server sends")
        return Size(width, height)

    def _part(self, flags: int, data: bytes) -> Part:
        if flags >> self._parameters_bit & 1:
            return Parameters(data)
        key = flags >> (self._parameters_bit - 1) & 1
        return Picture(data, bool(key), flags & ((1 << (self._parameters_bit - 1)) - 1))
