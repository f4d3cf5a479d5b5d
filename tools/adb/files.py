"""Files to and from the phone, by the first version of adb's file protocol, which every adbd speaks."""

from __future__ import annotations

import stat
import struct
import time

from screenwright.tools.adb.wire import Malformed, Wire

PIECE = 1 << 16
"""Bytes: adbd refuses a longer DATA."""


def push(wire: Wire, data: bytes, path: str, mode: int) -> str | None:
    """Write a file over an open `sync:`. None: written; a text: why not. OSError: it broke."""
    _say(wire, b"SEND", f"{path},{stat.S_IFREG | mode}".encode())
    for start in range(0, len(data), PIECE):
        _say(wire, b"DATA", data[start : start + PIECE])
    wire.send(struct.pack("<4sI", b"DONE", int(time.time())))
    name, length = _head(wire)
    if name == b"OKAY":
        return None
    return _reason(wire, name, length)


def pull(wire: Wire, path: str) -> tuple[bytes, str | None]:
    """Read a file over an open `sync:`: its bytes, or why not. OSError: it broke."""
    _say(wire, b"RECV", path.encode())
    parts: list[bytes] = []
    while True:
        name, length = _head(wire)
        if name == b"DATA" and length <= PIECE:
            parts.append(wire.exactly(length))
        elif name == b"DONE":
            return b"".join(parts), None
        else:
            return b"", _reason(wire, name, length)


def _say(wire: Wire, name: bytes, data: bytes) -> None:
    wire.send(struct.pack("<4sI", name, len(data)) + data)


def _head(wire: Wire) -> tuple[bytes, int]:
    name, length = struct.unpack("<4sI", wire.exactly(8))
    return name, length


def _reason(wire: Wire, name: bytes, length: int) -> str:
    if name != b"FAIL" or length > PIECE:
        raise Malformed(f"not an answer of adb's file service: {name!r}, {length} bytes")
    return wire.exactly(length).decode(errors="replace") or "no reason given"
