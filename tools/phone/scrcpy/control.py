"""The control socket of a scrcpy server: touches, keys and the clipboard, without a program start for each."""

from __future__ import annotations

import threading
import time

from screenwright.tools.adb.server import why
from screenwright.tools.adb.trouble import ConnectionBroken
from screenwright.tools.adb.wire import Wire
from screenwright.tools.errors import BadAction
from screenwright.tools.geometry import Size
from screenwright.tools.phone.scrcpy.messages import (
    Acknowledged,
    Answers,
    Clipboard,
    GetClipboard,
    Message,
    SetClipboard,
    Touch,
    Wheel,
    encode,
)

ANSWER_S = 5.0


class Control:
    """Sends to one server; from any thread. `size`: of its video now, None where it sends none; `version`: its."""

    def __init__(self, wire: Wire, version: tuple[int, ...]) -> None:
        self.size: Size | None = None
        self._wire, self.version = wire, version
        self._turn = threading.Lock()
        self._answers = Answers()
        self._asked = 0

    @property
    def alive(self) -> bool:
        """Open, as far as is known before anything is sent."""
        return self._wire.idle()

    def send(self, *messages: Message) -> None:
        """Send them together.

        BadAction: none was sent, such as a touch that was measured on another size than the video's, which
        the server would drop without a word. ConnectionBroken: they may have been done.
        """
        with self._turn:
            self._send(*messages)

    def clipboard(self, text: str, *, paste: bool, seconds: float = ANSWER_S) -> str | None:
        """Set the clipboard, and press Paste if wished; what it held before, None for nothing that is text.

        On return the key was pressed, but the app may not have read the clipboard yet. BadAction: it is too
        long, nothing was done. ConnectionBroken: it may have been.
        """
        with self._turn:
            self._asked += 1
            before: str | None = None
            self._send(GetClipboard(), SetClipboard(self._asked, text, paste))
            try:
                self._wire.until = time.monotonic() + seconds
                while True:
                    for answer in self._answers.feed(self._data()):
                        match answer:
                            case Clipboard():
                                before = answer.text
                            case Acknowledged():
                                if answer.sequence == self._asked:
                                    return before
            except OSError as error:
                raise ConnectionBroken("setting the clipboard", True, why(error)) from error
            finally:
                self._wire.until = None

    def _send(self, *messages: Message) -> None:
        for message in messages:
            if isinstance(message, Touch | Wheel):
                self._check(message)
        data = b"".join(encode(message, self.version) for message in messages)
        try:
            self._wire.send(data)
        except OSError as error:
            raise ConnectionBroken(
                ", ".join(type(each).__name__ for each in messages), True, why(error)
            ) from error

    def _check(self, message: Touch | Wheel) -> None:
        if self.size is None:
            raise BadAction("scrcpy sends no picture here, so no place on one can be touched: open its video")
        if message.point.frame != self.size:
            raise BadAction(
                f"{message.point} was measured on {message.point.frame}, and scrcpy's video is {self.size} now: "
                "look again, then decide"
            )

    def _data(self) -> bytes:
        data = self._wire.recv()
        if not data:
            raise ConnectionAbortedError("the server closed its control socket")
        return data
