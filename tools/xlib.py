"""Xlib: connections that survive a Ctrl-C, and which of two packages this is.

Two packages write the same `Xlib/` folder, and only one of them can do the work. PyAutoGUI requires
python3-Xlib 0.15 (2014: no XDamage, no XFixes, no XInput), we require python-xlib 0.33. pip puts python-xlib
last, so a plain install is right; an older environment, a later `pip install pyautogui`, and uv (which
unpacks packages at the same time) can leave the old files, or a mixture, while both stand in `pip list`.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

from screenwright.tools.errors import DeviceLost, NotInstalled

_CONNECTING = threading.Lock()
FIX = "pip install --force-reinstall --no-deps python-xlib"


def connect(name: str) -> Any:
    """An Xlib Display. What Xlib prints on the way (no authority file, say) goes to stderr, not into --json."""
    check_xlib()
    from Xlib.display import Display
    from Xlib.protocol import display, event

    with _CONNECTING, contextlib.redirect_stdout(sys.stderr):
        # python-xlib has one table of events for all connections, but each server numbers its extensions itself:
        # the second kind of server in a process (Xvfb, then Xvnc) could not be connected to, or was misread.
        table: Any = dict(event.event_class)
        display.Display.event_classes = table
        made: Any = Display(name)
        made.display.event_classes = table
        return made


class Connection:
    """A connection to one X display. Used by one thread.

    What a signal raises in the middle of python-xlib leaves its locks taken, and the next request on that
    connection would wait for ever: nothing that is held could be let go of. So a connection that was broken
    off like that is dropped, and the next request goes over a new one.

    Args:
        opened: called with the Xlib Display each time a connection was made.
    """

    def __init__(self, name: str, opened: Callable[[Any], None] | None = None) -> None:
        self.name = name
        self._opened = opened
        self._display: Any = None
        self._closed = False
        with self.asking():
            pass

    @contextmanager
    def asking(self) -> Iterator[Any]:
        """The Xlib Display, for some requests and their answers. DeviceLost when the server is gone."""
        from Xlib.error import ConnectionClosedError, DisplayError, XError

        if self._closed:
            raise DeviceLost(f"the connection to the X display {self.name} is closed")
        try:
            if self._display is None:
                self._display = connect(self.name)
                if self._opened:
                    self._opened(self._display)
            yield self._display
        except (ConnectionClosedError, DisplayError, BrokenPipeError, ConnectionError) as error:
            raise DeviceLost(f"the X display {self.name} is gone: {error}") from error
        except XError:  # the server's answer, and a whole one
            raise
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        display, self._display = self._display, None
        if display is not None:
            display.display.socket.close()  # Display.close() would wait for the lock

    def close(self) -> None:
        """Hang up; safe twice and with a dead server."""
        self._closed = True
        display, self._display = self._display, None
        if display is not None:
            with contextlib.suppress(Exception):  # a dead server answers a goodbye in many ways
                display.close()


@functools.cache
def check_xlib() -> None:
    """Compare the files of `Xlib/` with what python-xlib installed, by size, in about 2 ms.

    Raises NotInstalled, with the command that mends it.
    """
    try:
        package = distribution("python-xlib")
    except PackageNotFoundError:
        raise NotInstalled(f"the package python-xlib is not installed: {FIX}") from None
    for file in package.files or ():
        if file.size is None or file.suffix != ".py":
            continue
        path = file.locate()
        try:
            size = path.stat().st_size  # type: ignore[attr-defined]
        except FileNotFoundError:
            size = 0
        if size != file.size:
            raise NotInstalled(
                f"{path} is not the one of python-xlib {package.version} ({size} bytes, not {file.size}): "
                f"python3-Xlib, which PyAutoGUI brings, has written over it; {FIX}"
            )
