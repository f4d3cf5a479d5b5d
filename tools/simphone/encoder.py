"""`screenrecord --output-format=h264 -`: the screen as an H.264 stream, a frame for every change.

Encoded by x264 in software. As phones do it, the parameters are sent once, at the start. What this cannot
show: a phone's encoder may hold small frames back, and has limits of size.
"""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import numpy as np

from screenwright.tools.geometry import Size
from screenwright.tools.simphone.android import Android
from screenwright.tools.simphone.call import Call

LIMIT_S = 180
FASTEST_S = 1 / 60
KEY_EVERY = 600
LISTEN_S = 0.1


class Encoder:
    """One H.264 stream (baseline, no delay, Annex-B): every picture gives its bytes at once.

    Args:
        size: of the video; odd sides are made even, as 4:2:0 wants them.
        bit_rate: bits a second at most.
        key_every: pictures from one key picture to the next.
    """

    def __init__(self, size: Size, bit_rate: int = 8_000_000, key_every: int = KEY_EVERY) -> None:
        import av
        from av.codec.context import Flags

        self.size = Size(size.width & ~1, size.height & ~1)
        context: Any = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = self.size.width, self.size.height, "yuv420p"
        context.time_base, context.framerate = Fraction(1, 1_000_000), Fraction(60)
        context.bit_rate = bit_rate
        context.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "profile": "baseline",
            # One slice a picture, as phones have it; sliced threads would make several.
            "x264-params": f"keyint={key_every}:scenecut=0:threads=1:sliced-threads=0:repeat-headers=0",
        }
        context.flags |= Flags.global_header
        context.open()
        self._parameters = bytes(context.extradata)
        self._context = context
        self.key = False
        """Whether the last picture was one that a decoder may begin with."""
        self._began = time.monotonic()

    def encode(self, pixels: Any) -> bytes:
        """One (H, W, 3) uint8 RGB picture of the encoder's size, as one access unit."""
        import av
        import cv2

        # For 1080x2400 cv2 takes 4 ms, PyAV 10.
        planes = np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2YUV_I420), np.uint8)
        frame: Any = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = round((time.monotonic() - self._began) * 1_000_000)
        packets = self._context.encode(frame)
        self.key = any(packet.is_keyframe for packet in packets)
        return self.take_parameters() + b"".join(bytes(packet) for packet in packets)

    def take_parameters(self) -> bytes:
        """What a decoder needs first; else it comes with the first picture. b"" when it was given already."""
        taken, self._parameters = self._parameters, b""
        return taken


def screenrecord(call: Call) -> int:
    """`screenrecord --output-format=h264 [--size WxH] [--bit-rate N] [--time-limit S] -`."""
    named = _named(call.args)
    if named.get("--output-format") != "h264" or call.args[-1:] != ["-"]:
        call.complain("Error: this simulated phone records --output-format=h264 to - only")
        return 2
    limit = int(named.get("--time-limit", LIMIT_S))
    if not 1 <= limit <= LIMIT_S:
        call.complain(f"Time limit {limit}s outside acceptable range [1,{LIMIT_S}]")
        return 2
    phone = call.phone
    size = phone.screen
    if "--size" in named:
        wide, _, high = named["--size"].partition("x")
        size = Size(int(wide), int(high))
    if phone.faults.one_recorder and phone.recorders:
        call.complain("ERROR: unable to configure video/avc codec at " + str(size))
        return 1
    phone.recorders += 1
    try:
        _record(call, Encoder(size, _bits(named.get("--bit-rate", "8M")), phone.faults.key_every), limit)
    finally:
        phone.recorders -= 1
    return 0


def _record(call: Call, encoder: Encoder, seconds: float) -> None:
    phone = call.phone
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and call.heard() and not phone.closed:
        version = phone.version
        _send(call, encoder.encode(fitted(phone, encoder.size)))
        phone.wait(FASTEST_S)
        with phone.changed:
            while phone.version == version and time.monotonic() < ends and call.heard() and not phone.closed:
                phone.changed.wait(min(LISTEN_S, max(0.0, ends - time.monotonic())))


def _send(call: Call, data: bytes) -> None:
    """Whole, or in two halves with a pause between, as a bad Wi-Fi delivers it."""
    pause = call.phone.faults.halves_s
    if pause:
        call.out(data[: len(data) // 2])
        call.phone.wait(pause)
        data = data[len(data) // 2 :]
    call.out(data)


def fitted(phone: Android, size: Size) -> Any:
    """The capture in a video that keeps its size: turned since, it has black edges."""
    from PIL import Image

    pixels = phone.glass.captured()
    high, wide = pixels.shape[:2]
    if (wide, high) == (size.width, size.height):
        return pixels
    if wide - size.width in (0, 1) and high - size.height in (0, 1):
        return pixels[: size.height, : size.width]
    scale = min(size.width / wide, size.height / high)
    small = Image.fromarray(pixels).resize((max(1, round(wide * scale)), max(1, round(high * scale))))
    whole = Image.new("RGB", (size.width, size.height))
    whole.paste(small, ((size.width - small.width) // 2, (size.height - small.height) // 2))
    return np.asarray(whole)


def _named(args: list[str]) -> dict[str, str]:
    """`--name value` and `--name=value`."""
    found: dict[str, str] = {}
    for place, arg in enumerate(args):
        if arg.startswith("--"):
            name, equals, value = arg.partition("=")
            found[name] = value if equals else (args[place + 1] if place + 1 < len(args) else "")
    return found


def _bits(said: str) -> int:
    return round(float(said[:-1]) * 1_000_000) if said[-1:] in "mM" else int(said)
