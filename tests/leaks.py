"""Looks for a value in everything below a folder: in any writing of it, packed, in base64, and in pictures."""

from __future__ import annotations

import base64
import contextlib
import gzip
import html
import io
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{40,}={0,2}")
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")


def leaks(folder: Path, *values: str, reader: Any = None) -> list[str]:
    """Where they stand, file by file. `reader`: reads what the pictures show."""
    return [
        f"{path.relative_to(folder)}: {how}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for how in in_data(path.read_bytes(), values, reader)
    ]


def in_data(data: bytes, values: tuple[str, ...], reader: Any = None, inside: str = "") -> Iterator[str]:
    for value in values:
        for form in forms(value):
            if form in data:
                yield f"{inside}{form!r}"
    if data[:2] == b"\x1f\x8b":
        yield from in_data(gzip.decompress(data), values, reader, inside + "gzip: ")
    elif data[:1] == b"\x78":
        with contextlib.suppress(zlib.error):
            yield from in_data(zlib.decompress(data), values, reader, inside + "zlib: ")
    if data.startswith(PICTURES):
        if reader is not None:
            with contextlib.suppress(OSError):  # some other data begins like a picture
                yield from in_picture(data, values, reader, inside)
        return
    for match in BASE64.finditer(data):
        packed = match[0].translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
        try:
            plain = base64.b64decode(packed[: len(packed) // 4 * 4])
        except ValueError:
            continue
        yield from in_data(plain, values, reader, inside + "base64: ")


def forms(value: str) -> set[bytes]:
    """All ways in which it may be written down."""
    texts = {
        value,
        repr(value)[1:-1],
        json.dumps(value)[1:-1],
        html.escape(value),
        quote(value),
        quote_plus(value),
    }
    return {form for text in texts for form in (text.encode(), text.encode("utf-16-le"))} | {
        base64.b64encode(value.encode())[:-4]
    }


def in_picture(data: bytes, values: tuple[str, ...], reader: Any, inside: str) -> Iterator[str]:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as picture:
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            yield from (f"{inside}picture: {said}" for said in shown(picture.convert("RGB"), values, reader))


def shown(picture: Any, values: tuple[str, ...], reader: Any) -> Iterator[str]:
    """Of a picture: what is read in it that is the half of a value or more."""
    import numpy as np

    from screenwright.tools.geometry import Size, View
    from screenwright.tools.observation import Observation

    pixels = np.ascontiguousarray(np.asarray(picture))
    view = View(Size(pixels.shape[1], pixels.shape[0]))
    text = re.sub(r"\s", "", reader.read(Observation(view, pixels=pixels)).text()).casefold()
    for value in values:
        plain = re.sub(r"\s", "", value).casefold()
        half = max(3, len(plain) // 2)
        if any(plain[at : at + half] in text for at in range(len(plain) - half + 1)):
            yield value
