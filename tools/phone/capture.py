"""The payload of `screencap`, whole or not at all: a PNG, or raw pixels behind a header of 12 or 16 bytes.

adb ends with exit code 0 when the phone is pulled out in the middle of a picture, so that nothing but the
payload itself tells whether it is one. Words before it (several displays, a linker's warning) are kept.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

import numpy as np

from screenwright.tools.observation import Words

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"IEND\xaeB`\x82"
RGBA, RGBX, BGRA = 1, 2, 5
WARNING = re.compile(rb"\s*(?:\[Warning\]|WARNING:|A display ID can be)[^\n]*\n")
SIDE_PX = 20_000


class Torn(Exception):
    """The payload is no whole picture: the connection broke, or screencap failed; the message says what it is."""


@dataclass(frozen=True, slots=True)
class Capture:
    """(H, W) uint32 words of B, G, R, x bytes, and what screencap said beside the picture."""

    words: Words
    said: str = ""

    @property
    def several_displays(self) -> bool:
        return "Multiple displays" in self.said


def png(payload: bytes) -> Capture:
    """Of `screencap -p`. Raises Torn."""
    import cv2

    start = payload.find(SIGNATURE)
    if start < 0:
        raise Torn(_told(payload))
    end = payload.rfind(END)
    if end < start:
        raise Torn(f"the picture broke off after {len(payload) - start} bytes")
    picture = np.frombuffer(payload, np.uint8, end + len(END) - start, start)
    colours = cv2.imdecode(picture, cv2.IMREAD_COLOR)
    if colours is None:
        raise Torn(f"{len(picture)} bytes that look like a PNG can't be decoded")
    words = cv2.cvtColor(colours, cv2.COLOR_BGR2BGRA).view(np.uint32)[..., 0]
    return Capture(words, _words(payload[:start] + payload[end + len(END) :]))


def raw(payload: bytes) -> Capture:
    """Of `screencap`: width, height, format, from Android 9 on a colour space, then the pixels. Raises Torn."""
    import cv2

    start = 0
    while found := WARNING.match(payload, start):
        start = found.end()
    body = len(payload) - start
    if body < 12:
        raise Torn(_told(payload))
    width, height, form = struct.unpack_from("<III", payload, start)
    if not (0 < width <= SIDE_PX and 0 < height <= SIDE_PX):
        raise Torn(_told(payload))
    header = body - width * height * 4
    if form not in (RGBA, RGBX, BGRA):
        raise Torn(f"pixels of format {form}, which is not known; a PNG can be had")
    if header not in (12, 16):
        raise Torn(f"a picture of {width}x{height} has {width * height * 4} bytes, and {body - 16} came")
    pixels = np.frombuffer(payload, np.uint8, width * height * 4, start + header).reshape(height, width, 4)
    ordered = pixels if form == BGRA else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA))
    return Capture(ordered.view(np.uint32)[..., 0], _words(payload[:start]))


def black(words: Words) -> bool:
    """All black? A sparse look first, since nearly every frame shows something there."""
    return not (words[::37, ::37] & 0xFFFFFF).any() and not (words & 0xFFFFFF).any()


def _words(payload: bytes) -> str:
    return payload.decode("utf-8", "replace").strip()


def _told(payload: bytes) -> str:
    """What came instead of a picture, for a person."""
    said = _words(payload[:300])
    if not payload:
        return "screencap gave nothing"
    return (
        f"screencap said {said!r}" if said.isprintable() or "\n" in said else f"{len(payload)} bytes of no picture"
    )
