"""A shell that stays open on the phone, for the many short commands that input is made of.

Opening a service for each costs more. Each command is followed by a line that prints a word of
its own and the exit code; only that word says that the command ended.
"""

from __future__ import annotations

import re
import threading
import time

from screenwright.tools.adb.command import Mark, Ran
from screenwright.tools.adb.server import why
from screenwright.tools.adb.services import Services
from screenwright.tools.adb.trouble import ConnectionBroken
from screenwright.tools.adb.wire import EXIT, QUICK_ACK, STDERR, STDIN, STDOUT, Frames, Wire, frame
from screenwright.tools.errors import BadAction


class Resident:
    """A shell of one phone, kept open. Threads take turns. It opens at the first command, and again after a break.

    Where each answer would wait for an acknowledgement (all but Linux), commands go by `Adb.shell` after all.
    It is for commands of one line that read no input (they would read the lines that follow).
    """

    def __init__(self, adb: Services, serial: str) -> None:
        self._adb, self.serial = adb, serial
        self._wire: Wire | None = None
        self._frames = Frames()
        self._turn = threading.Lock()

    def __enter__(self) -> Resident:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, line: str, *, seconds: float = 30.0) -> Ran:
        """Run a line to its end; `out` holds both of its outputs, as on a terminal.

        PhoneTrouble: it was not run. ConnectionBroken: it may have been (`sent`).
        BadAction: it is not one whole line; nothing was sent.
        """
        _check(line)
        if QUICK_ACK is None or "shell_v2" not in self._adb.features(self.serial):
            ran = self._adb.shell(self.serial, line, seconds=seconds)
            return Ran(ran.out + ran.err, b"", ran.code)
        mark, whole = Mark(), _is_simple(line)
        asked = (
            f"{line} 2>&1\necho {mark.word}$?\n"
            if whole
            else f"{line}\necho {mark.word}$?; echo {mark.word}0 >&2\n"
        )
        with self._turn:
            wire = self._ready(time.monotonic() + seconds, line)
            try:
                wire.send(frame(STDIN, asked.encode()))
                return self._ended(wire, mark, whole)
            except OSError as error:
                self.close()
                raise ConnectionBroken(line, True, why(error)) from error
            except BaseException:
                self.close()  # a Ctrl-C: what this command prints now would be taken for the next one's
                raise

    def close(self) -> None:
        """End the shell; safe twice."""
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    def _ready(self, until: float, line: str) -> Wire:
        """The open shell. One that broke while nothing ran is opened anew: nothing is lost with it."""
        wire = self._wire
        if wire is None or not wire.idle():
            self.close()
            wire = self._adb.server.open(self.serial, "shell,v2,raw:", until, line)
            self._wire, self._frames = wire, Frames()
        wire.until = until
        return wire

    def _ended(self, wire: Wire, mark: Mark, whole: bool) -> Ran:
        """Read up to the mark, on both streams: adbd sends what it reads first, not what was printed first."""
        out, err = bytearray(), bytearray()
        while True:
            data = wire.recv()
            if not data:
                raise ConnectionAbortedError("the connection ended without the command's exit code")
            for kind, part in self._frames.feed(data):
                if kind == EXIT:  # the line was `exit`
                    self.close()
                    return Ran(bytes(out + err), b"", part[0])
                {STDOUT: out, STDERR: err}[kind].extend(part)
            ended, cleared = mark.code(out), (bytes(err), 0) if whole else mark.code(err)
            if ended and cleared:
                return Ran(ended[0] + cleared[0], b"", ended[1])


# What is quoted in a line, each way of it.
QUOTED = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|\\.""")


def _is_simple(line: str) -> bool:
    """One command, whose errors can be led into its output: a stream less to wait for, which halves the time."""
    return not re.search(r"[;&|(){}<>#!]", QUOTED.sub("", line)) and not re.search(r"`|\$\(", line)


def _check(line: str) -> None:
    """A line feed, an open quote, a backslash at the end and << would each swallow the line that tells the end."""
    bare = QUOTED.sub("", line)
    if re.search(r"[\n\0]", line) or re.search(r"""['"\\]|<<""", bare):
        raise BadAction(
            f"{line!r} is not one whole line for a shell: it has a line feed, a zero byte, << or an open quote; "
            "quote words with shlex.quote, press Enter for a line feed"
        )
