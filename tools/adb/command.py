"""One command on the phone, to its end: what it printed, and the exit code that proves that it ended.

A connection that breaks looks like a command that ended well: adb itself exits 0 then. So an end counts
only when it was told, by the exit frame of shell v2, or on an old phone by a line printed after the command.
"""

from __future__ import annotations

import secrets
import selectors
from dataclasses import dataclass

from screenwright.tools.adb.wire import (
    CLOSE_STDIN,
    EXIT,
    STDERR,
    STDIN,
    STDOUT,
    Frames,
    Malformed,
    Wire,
    frame,
)

PIECE = 1 << 15


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command printed, and its exit code. Programs of Android often fail with code 0: read `err` too."""

    out: bytes
    err: bytes
    code: int

    @property
    def text(self) -> str:
        """Standard output as text, without white space around it."""
        return self.out.decode(errors="replace").strip()

    @property
    def said(self) -> str:
        """Both outputs as text, for an error's message or to look for a failure in."""
        return (self.out + b"\n" + self.err).decode(errors="replace").strip()


def follow(wire: Wire, stdin: bytes = b"") -> Ran:
    """Read a shell v2 service to its exit frame, writing `stdin` to it meanwhile. OSError: it broke before."""
    frames, out, err = Frames(), bytearray(), bytearray()
    if stdin:
        return _fed(wire, stdin, frames, out, err)
    # Without it a command that reads its input waits for ever.
    wire.send(frame(CLOSE_STDIN))
    while True:
        code = _sort(frames.feed(_some(wire)), out, err)
        if code is not None:
            return Ran(bytes(out), bytes(err), code)


def _fed(wire: Wire, stdin: bytes, frames: Frames, out: bytearray, err: bytearray) -> Ran:
    """Both at once: a command that prints much while it reads much would block a writer that only writes."""
    pieces = [stdin[start : start + PIECE] for start in range(0, len(stdin), PIECE)]
    waiting = memoryview(b"".join(frame(STDIN, piece) for piece in pieces) + frame(CLOSE_STDIN))
    with selectors.DefaultSelector() as ready:
        ready.register(wire, selectors.EVENT_READ | selectors.EVENT_WRITE)
        while True:
            for _, events in ready.select(wire.left()):
                if events & selectors.EVENT_READ:
                    code = _sort(frames.feed(_some(wire)), out, err)
                    if code is not None:
                        return Ran(bytes(out), bytes(err), code)
                elif waiting:
                    waiting = waiting[wire.send_some(waiting[:PIECE]) :]
                    if not waiting:
                        ready.modify(wire, selectors.EVENT_READ)


def _some(wire: Wire) -> bytes:
    data = wire.recv(1 << 18)
    if not data:
        raise ConnectionAbortedError("the connection ended without the command's exit code")
    return data


def _sort(frames: list[tuple[int, bytes]], out: bytearray, err: bytearray) -> int | None:
    for kind, data in frames:
        if kind == STDOUT:
            out += data
        elif kind == STDERR:
            err += data
        elif kind == EXIT:
            return data[0]
    return None


class Mark:
    """A word that no output holds by chance; printed after a command it tells that the command ended."""

    def __init__(self) -> None:
        self.word = f"end-{secrets.token_hex(8)}-"
        self._bytes = self.word.encode()

    def code(self, out: bytes | bytearray) -> tuple[bytes, int] | None:
        """The output before the mark and the code after it; None while the mark's line is not whole."""
        place = out.find(self._bytes)
        end = out.find(b"\n", place)
        if place < 0 or end < 0:
            return None
        digits = bytes(out[place + len(self._bytes) : end]).strip()
        if not digits.isdigit():
            raise Malformed(f"no exit code after a command: {digits!r}")
        return bytes(out[:place]), int(digits)


def follow_old(wire: Wire, mark: Mark) -> Ran:
    """The same for a phone without shell v2: both outputs are one there. OSError: it broke before its end."""
    out = wire.rest().replace(b"\r\n", b"\n")
    ended = mark.code(out)
    if ended is None:
        raise ConnectionAbortedError("the connection ended without the command's exit code")
    return Ran(ended[0], b"", ended[1])
