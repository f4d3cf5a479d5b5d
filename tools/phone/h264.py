"""Cuts a stream of H.264 without lengths (Annex-B) into pictures, reads what they say of themselves, decodes them.

Such a stream tells that a picture is whole only by beginning the next one. A screen that stands still begins
none, so that a plain decoder always shows the state before the last. Here the last picture is taken for
whole after a pause; should the stream then not go on with a new beginning, the pause lay within a picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from screenwright.tools.geometry import Size

START = b"\x00\x00\x01"
SLICE, KEY_SLICE, SPS, PPS = 1, 5, 7, 8
SLICES = frozenset((SLICE, KEY_SLICE))
BEFORE_A_PICTURE = frozenset((6, 7, 8, 9, 14, 15, 16, 17, 18))
HIGH_PROFILES = frozenset((100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135))


class Torn(ValueError):
    """The pause lay within a picture, or the bytes are no H.264; what follows can't be decoded any more."""


class Cutter:
    """Cuts a stream into access units: one picture each, with the parameters that stand before it."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._scanned = 0
        self._pictured = False
        self._cut_by_pause = False

    @property
    def pending(self) -> bool:
        """Something is held that may be a whole picture."""
        return self._has_picture()

    def feed(self, data: bytes) -> list[bytes]:
        """The pictures that are whole now, since another one began. Raises Torn."""
        self._held += data
        units: list[bytes] = []
        if self._cut_by_pause and not self._goes_on():
            return units
        place = self._held.find(START, self._scanned)
        while 0 <= place < len(self._held) - len(START) - 1:
            kind, begins = self._nal(place)
            if self._pictured and (kind in BEFORE_A_PICTURE or (kind in SLICES and begins)):
                units.append(self._take(place))
                place = self._held.find(START)
                continue
            self._pictured = self._pictured or kind in SLICES
            self._scanned = place + len(START)
            place = self._held.find(START, self._scanned)
        return units

    def flush(self) -> bytes | None:
        """The picture that is held, taken for whole because nothing came for a while; None when there is none."""
        if not self._has_picture():
            return None
        end = len(self._held)
        while end and not self._held[end - 1]:  # zeros begin the next start code
            end -= 1
        unit = bytes(self._held[:end])
        del self._held[:end]
        self._scanned, self._pictured, self._cut_by_pause = 0, False, True
        return unit

    def _has_picture(self) -> bool:
        if self._pictured:
            return True
        place = self._held.find(START, self._scanned)
        return place >= 0 and len(self._held) > place + 3 and self._held[place + 3] & 31 in SLICES

    def _goes_on(self) -> bool:
        """Whether a new picture begins after the pause; False while that can't be seen yet. Raises Torn."""
        place = self._held.find(START)
        if place < 0:
            if len(self._held) > 3 or any(self._held[:2]) or (len(self._held) == 3 and self._held[2] > 1):
                raise Torn("a pause lay within a picture")
            return False
        if any(self._held[:place]) or place > 8:
            raise Torn("a pause lay within a picture")
        if len(self._held) <= place + len(START) + 1:
            return False
        kind, begins = self._nal(place)
        if kind in SLICES and not begins:
            raise Torn("a pause lay between two slices of a picture")
        self._cut_by_pause = False
        return True

    def _nal(self, place: int) -> tuple[int, bool]:
        """The kind of the unit whose start code is there, and whether a slice is the first of its picture."""
        header = place + len(START)
        return self._held[header] & 31, bool(self._held[header + 1] & 0x80)

    def _take(self, end: int) -> bytes:
        if end and not self._held[end - 1]:  # a start code of four bytes
            end -= 1
        unit = bytes(self._held[:end])
        del self._held[:end]
        self._scanned, self._pictured = 0, False
        return unit


def parts(unit: bytes) -> list[bytes]:
    """The NAL units of an access unit, without their start codes."""
    found: list[bytes] = []
    place = unit.find(START)
    while place >= 0:
        after = unit.find(START, place + len(START))
        end = len(unit) if after < 0 else after
        found.append(unit[place + len(START) : end].rstrip(b"\0"))
        place = after
    return [part for part in found if part]


def is_key(unit: bytes) -> bool:
    """A decoder may begin with this picture, given the parameters."""
    return any(part[0] & 31 == KEY_SLICE for part in parts(unit))


def parameters(unit: bytes) -> bytes:
    """The SPS and PPS in it, with start codes; b"" when it has none."""
    return b"".join(b"\0" + START + part for part in parts(unit) if part[0] & 31 in (SPS, PPS))


@dataclass(frozen=True, slots=True)
class Shape:
    """What the parameters say: the picture's size, and the codec's name as a browser wants it."""

    size: Size
    codec: str


def shape(parameters: bytes) -> Shape:
    """Of an SPS (and PPS) with start codes. ValueError when there is no SPS, or it ends too early."""
    sps = next((part for part in parts(parameters) if part[0] & 31 == SPS), None)
    if sps is None or len(sps) < 4:
        raise ValueError(f"no sequence parameters in {len(parameters)} bytes")
    bits = Bits(sps[1:].replace(b"\0\0\3", b"\0\0"))
    profile, limits, level = bits.take(8), bits.take(8), bits.take(8)
    bits.golomb()
    chroma = 1
    if profile in HIGH_PROFILES:
        chroma = bits.golomb()
        if chroma == 3:
            bits.take(1)
        bits.skip(numbers=2, flags=1)
        if bits.take(1):
            for place in range(12 if chroma == 3 else 8):
                if bits.take(1):
                    _skip_scaling(bits, 16 if place < 6 else 64)
    bits.golomb()
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1)
        bits.skip(numbers=2)
        bits.skip(numbers=bits.golomb())
    bits.skip(numbers=1, flags=1)
    wide, high = bits.golomb() + 1, bits.golomb() + 1
    whole_frames = bits.take(1)
    if not whole_frames:
        bits.take(1)
    bits.take(1)
    width, height = 16 * wide, 16 * high * (2 - whole_frames)
    if bits.take(1):
        left, right, top, bottom = (bits.golomb() for _ in range(4))
        across = 2 if chroma in (1, 2) else 1
        down = (2 if chroma == 1 else 1) * (2 - whole_frames)
        width, height = width - (left + right) * across, height - (top + bottom) * down
    return Shape(Size(width, height), f"avc1.{profile:02X}{limits:02X}{level:02X}")


def _skip_scaling(bits: Bits, length: int) -> None:
    """A list of quantiser scales, each told as the difference to the one before; a zero ends it early."""
    last = 8
    for _ in range(length):
        number = bits.golomb()
        change = (number + 1) // 2 if number % 2 else -(number // 2)
        last = (last + change) % 256
        if not last:
            return


class Bits:
    """Reads bits, the highest first. ValueError past the end."""

    def __init__(self, data: bytes) -> None:
        self._number, self._left = int.from_bytes(data), 8 * len(data)

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise ValueError("the sequence parameters end too early")
        return self._number >> self._left & ((1 << count) - 1)

    def golomb(self) -> int:
        """A number as H.264 writes it: zeros, a one, and as many bits as there were zeros."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def skip(self, numbers: int = 0, flags: int = 0) -> None:
        """Pass over so many numbers, then so many single bits."""
        for _ in range(numbers):
            self.golomb()
        self.take(flags)


class Decoder:
    """Decodes access units, each at once. Needs PyAV."""

    def __init__(self) -> None:
        import av

        self._context: Any = av.CodecContext.create("h264", "r")
        self._context.thread_type = "NONE"  # threads would hold frames back
        self._context.options = {"flags": "low_delay"}

    def decode(self, unit: bytes) -> Any:
        """The decoded frame (`to_ndarray(format="rgb24")` gives its pixels), or None. Raises Torn."""
        import av
        from av.error import FFmpegError

        try:
            frames = self._context.decode(av.Packet(unit))
        except FFmpegError as error:
            raise Torn(f"a picture that can't be decoded: {error}") from error
        return frames[-1] if frames else None
