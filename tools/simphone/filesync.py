"""adb's file service, first version (STAT, LIST, SEND, RECV, QUIT): what push, pull and ls use."""

from __future__ import annotations

import struct

from screenwright.tools.simphone.files import Files
from screenwright.tools.simphone.link import Gone, Stream

CHUNK = 64 * 1024


class Incoming:
    """Bytes of a stream, in the lengths that are asked for."""

    def __init__(self, stream: Stream) -> None:
        self._stream, self._held = stream, bytearray()

    def take(self, length: int) -> bytes:
        """Exactly that many. Raises Gone when the host closes first."""
        while len(self._held) < length:
            piece = self._stream.read()
            if not piece:
                raise Gone("the host closed the stream")
            self._held += piece
        taken = bytes(self._held[:length])
        del self._held[:length]
        return taken

    def request(self) -> tuple[bytes, int]:
        name, number = struct.unpack("<4sI", self.take(8))
        return name, number


def serve(stream: Stream, files: Files) -> None:
    """Answer requests until QUIT."""
    incoming = Incoming(stream)
    while True:
        name, length = incoming.request()
        if name == b"QUIT":
            return
        path = incoming.take(length).decode(errors="replace")
        if name == b"STAT":
            stream.write(b"STAT" + struct.pack("<III", *files.status(path)))
        elif name == b"LIST":
            stream.write(_listing(files, path))
        elif name == b"RECV":
            stream.write(_content(files, path))
        elif name == b"SEND":
            stream.write(_received(files, path, incoming))
        else:
            stream.write(_failure(f"unknown command {name.decode(errors='replace')}"))
            return


def _listing(files: Files, path: str) -> bytes:
    entries: list[bytes] = []
    for name in files.names(path):
        raw = name.encode()
        status = files.status(f"{path}/{name}")
        entries.append(b"DENT" + struct.pack("<IIII", *status, len(raw)) + raw)
    return b"".join(entries) + b"DONE" + bytes(16)


def _content(files: Files, path: str) -> bytes:
    try:
        data = files.read(path)
    except OSError as error:
        return _failure(f"open failed: {error}")
    pieces = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
    return b"".join(b"DATA" + struct.pack("<I", len(piece)) + piece for piece in pieces) + b"DONE" + bytes(4)


def _received(files: Files, path_and_mode: str, incoming: Incoming) -> bytes:
    path, _, mode = path_and_mode.rpartition(",")
    data = bytearray()
    while True:
        name, length = incoming.request()
        if name == b"DONE":
            break
        if name != b"DATA" or length > CHUNK:
            return _failure(f"unexpected {name.decode(errors='replace')} of {length} bytes")
        data += incoming.take(length)
    try:
        files.write(path, bytes(data), int(mode or "0", 0) & 0o777)
    except OSError as error:
        return _failure(f"couldn't create file: {error}")
    return b"OKAY" + bytes(4)


def _failure(text: str) -> bytes:
    raw = text.encode()
    return b"FAIL" + struct.pack("<I", len(raw)) + raw
