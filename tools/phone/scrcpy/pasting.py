"""Typing any character by scrcpy: it is put into the clipboard and pasted, and the clipboard is given back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from screenwright.tools.errors import BadAction, DeviceLost, Mendable
from screenwright.tools.phone.link import Link
from screenwright.tools.phone.scrcpy.control import Control
from screenwright.tools.phone.scrcpy.server import Server
from screenwright.tools.phone.scrcpy.server_file import NoScrcpy, ServerFile


class Pasting:
    """A way of typing (`writing.Way`). Its server sends no video; it is started when first asked for."""

    name = "scrcpy's clipboard"
    tries = 1  # an app that is slow to paste would have it twice
    late = True

    def __init__(self, link: Link, file: ServerFile) -> None:
        self._link, self._file = link, file
        self._server: Server | None = None
        self._owed: str | None = None
        self.trouble = ""
        """Why it can't be used; '' while it can, or was not tried."""

    def there(self) -> bool:
        """Does the server run, or can it be started? DeviceLost."""
        if not self.trouble:
            try:
                self._control()
            except NoScrcpy as error:
                self.trouble = str(error)
        return not self.trouble

    @contextlib.contextmanager
    def ready(self) -> Iterator[None]:
        """What is put within is pasted; then the clipboard holds what it held before."""
        try:
            yield
        finally:
            self._give_back()

    def put(self, part: str) -> None:
        """Paste it once. Whether a field took it is not told. BadAction, OutcomeUnknown, DeviceLost."""
        try:
            control = self._control()
        except NoScrcpy as error:
            self.trouble = str(error)
            raise BadAction(f"{error}; nothing was typed") from error
        before = self._link.do("pasting a text", lambda: control.clipboard(part, paste=True))
        if self._owed is None:
            self._owed = before or ""  # what is no text, such as a picture, is lost

    def close(self) -> None:
        """A last try to give the clipboard back where that failed; raises nothing."""
        self._give_back()
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def _give_back(self) -> None:
        owed = self._owed
        if owed is not None:
            with contextlib.suppress(NoScrcpy, DeviceLost, Mendable):
                control = self._control()
                self._link.do("giving the clipboard back", lambda: control.clipboard(owed, paste=False))
                self._owed = None

    def _control(self) -> Control:
        """The way to a server that runs; one that ended meanwhile is begun anew. NoScrcpy, DeviceLost."""
        if self._server is None or not self._server.control.alive:
            if self._server is not None:
                self._server.close()
            self._server = None
            self._server = self._link.ask(lambda adb, serial: Server(adb, serial, self._file, video=False))
        return self._server.control
