"""What must still be done if this process is killed: let go of keys, end programs, remove folders.

Nobody hears a `kill -9`, and the X server keeps what a dead client pressed down: a Shift that nobody holds
makes the desktop useless until somebody finds out why. So each thing is told to a second process before it is
done (`heir.py`), over a pipe that ends with this one, whichever way it ends.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HEIR = Path(__file__).with_name("heir.py")


class LastWill:
    """What is left to the heir, by name; a later line replaces an earlier one of the same name.

    The heir is started with the first line. Where it can't be (no fork left, not Linux), nothing is promised
    and nothing fails.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pipe = -1
        self._of = 0

    def says(self, name: str, facts: dict[str, Any] | None) -> None:
        """Leave this to the heir, or nothing any more for None. Told when it returns."""
        if not sys.platform.startswith("linux"):
            return
        line = json.dumps([name, facts]).encode() + b"\n"
        with self._lock, contextlib.suppress(OSError):  # an heir that was killed: nothing is promised any more
            if self._of != os.getpid():  # also in a child that was forked: the pipe is its parent's
                self._of, self._pipe = os.getpid(), _heir()
            os.write(self._pipe, line)


def _heir() -> int:
    """Start it; the pipe that it reads. It is in a session of its own: Ctrl-C in the terminal is not for it."""
    read, write = os.pipe()
    try:
        # posix_spawn and not Popen: nothing waits for it, and nobody warns that it still runs
        os.posix_spawn(
            sys.executable,
            [sys.executable, "-I", "-S", str(HEIR), json.dumps(_places())],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, read, 0),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
            setsid=True,
        )
    except BaseException:
        os.close(write)
        raise
    finally:
        os.close(read)
    return write


def _places() -> list[str]:
    """Where packages are found: it starts without them, in a tenth of the time."""
    return [place for place in sys.path if os.path.isabs(place) and os.path.isdir(place)]  # noqa: PTH112, PTH117


WILL = LastWill()
_numbers = itertools.count(1)


class Pledge:
    """What one connection to an X display may be holding down, and which keycodes it has borrowed.

    A name is added before the press is sent and stays until the release has arrived.
    """

    def __init__(self, display: str) -> None:
        self._name = f"display {next(_numbers)}"
        self._facts: dict[str, Any] = {"display": display}
        self._parts: dict[str, set[int]] = {"keys": set(), "buttons": set(), "lent": set()}

    def add(self, part: str, *codes: int) -> None:
        """`part`: keys, buttons or lent."""
        if not self._parts[part].issuperset(codes):
            self._parts[part].update(codes)
            self._tell()

    def keep(self, part: str, codes: Iterable[int] = ()) -> None:
        """Only these are left."""
        left = set(codes)
        if self._parts[part] != left:
            self._parts[part] = left
            self._tell()

    def _tell(self) -> None:
        parts = {part: sorted(codes) for part, codes in self._parts.items()}
        WILL.says(self._name, self._facts | parts if any(parts.values()) else None)


def began(pid: int) -> str:
    """When a process was started, in ticks, so that its number is not taken for another's; "" unknown."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
