"""Mouse and keyboard through the X server's own test extension: the executor on X11."""

from __future__ import annotations

import time
from collections.abc import Sequence

from screenwright.tools.brake import Brake
from screenwright.tools.clipboard import Clipboard
from screenwright.tools.executor import Spot
from screenwright.tools.x11 import X11
from screenwright.tools.x11_keyboard import Keyboard, NoSpareKey

OWNED_S = 0.15  # until the clipboard is really ours; a paste before that gets the old text
FETCHED_S = 0.4


class XTest:
    """An Executor on one X display."""

    def __init__(self, x11: X11, clipboard: Clipboard) -> None:
        self._x11 = x11
        self._clipboard = clipboard
        self._keyboard = Keyboard(x11)

    @property
    def brake(self) -> Brake:
        return self._x11.brake

    def position(self) -> Spot:
        return self._x11.position()

    def click(self, spot: Spot, button: str, count: int, modifiers: Sequence[str]) -> None:
        if not modifiers:
            self._x11.click(*spot, button, count)
            return
        with self._keyboard.holding(modifiers):
            self._x11.click(*spot, button, count)

    def move(self, spot: Spot) -> None:
        self._x11.move(*spot)

    def drag(self, start: Spot, end: Spot, button: str, seconds: float) -> None:
        self._x11.drag(start, end, button, seconds)

    def press(self, spot: Spot, button: str) -> None:
        self._x11.press(*spot, button)

    def lift(self, button: str) -> None:
        self._x11.lift(button)

    def hold(self, spot: Spot, seconds: float) -> None:
        self._x11.move(*spot)
        with self._x11.holding("left"):
            self._x11.sync()
            self.brake.rest(seconds)
        self._x11.sync()

    def scroll(self, spot: Spot, down: int, right: int) -> None:
        self._x11.move(*spot)
        self._x11.wheel("down" if down > 0 else "up", abs(down))
        self._x11.wheel("right" if right > 0 else "left", abs(right))

    def type(self, text: str) -> None:
        try:
            self._keyboard.type(text)
        except NoSpareKey:
            self._paste(text)

    def _paste(self, text: str) -> None:
        """Through the clipboard, which is put back. Programs fetch it some time after Ctrl+V."""
        with self._clipboard.lent(text):
            time.sleep(OWNED_S)
            self._keyboard.chord(("ctrl", "v"))
            time.sleep(FETCHED_S)

    def chord(self, keys: Sequence[str], count: int) -> None:
        self._keyboard.chord(keys, count)

    def release(self) -> None:
        self._keyboard.release()
        self._x11.release()

    def close(self) -> None:
        self._keyboard.close()
        self._x11.close()
