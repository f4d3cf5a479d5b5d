"""`screencap`: what the screen shows, as a PNG or as raw pixels."""

from __future__ import annotations

import io
import struct

import numpy as np

from screenwright.tools.simphone.call import Call

WARNING = (
    "[Warning] Multiple displays were found, but no display id was specified! "
    "Defaulting to the first display found, however this default is not guaranteed to be consistent "
    "across captures. A display id should be specified.\n"
)
RGBA_8888 = 1


def screencap(call: Call) -> int:
    """`screencap [-p] [-d DISPLAY] [FILE]`; a name that ends with .png means -p."""
    args = call.args
    display = None
    if "-d" in args:
        place = args.index("-d")
        display = args[place + 1] if place + 1 < len(args) else None
        del args[place : place + 2]
    files = [arg for arg in args if not arg.startswith("-")]
    if call.phone.faults.displays_warning and display is None:
        sink = call.out if call.phone.faults.displays_warning == "out" else call.err
        sink(WARNING.encode())
    png = "-p" in args or bool(files and files[0].endswith(".png"))
    data = picture(call, png)
    if not files:
        call.out(data)
        return 0
    try:
        call.phone.files.write(files[0], data)
    except OSError as error:
        call.complain(f"Error opening file: {files[0]} ({error})")
        return 1
    return 0


def picture(call: Call, png: bool) -> bytes:
    """The capture: PNG, or width, height, format, colour space (not before Android 9) and RGBA rows."""
    from PIL import Image

    pixels = call.phone.glass.captured()
    height, width = pixels.shape[:2]
    if png:
        held = io.BytesIO()
        Image.fromarray(pixels).save(held, "PNG", compress_level=1)
        return held.getvalue()
    whole = np.full((height, width, 4), 255, np.uint8)
    whole[..., :3] = pixels
    header = struct.pack("<III", width, height, RGBA_8888)
    if call.phone.sdk >= 28:
        header += struct.pack("<I", 1)
    return header + whole.tobytes()
