"""Fingers, keyboards and buttons of the simulated phone: what comes in is logged, and then done."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from screenwright.tools.simphone import keycodes
from screenwright.tools.simphone.log import Input
from screenwright.tools.simphone.touch import Touch

if TYPE_CHECKING:
    from screenwright.tools.simphone.android import Android

STEPS_A_SECOND = 60


class Hands:
    """Inputs, in pixels of the turned screen; from any thread."""

    def __init__(self, phone: Android) -> None:
        self._phone = phone
        self._touch = Touch(phone)
        self._down_at = 0.0

    def tap(self, x: float, y: float, held_s: float = 0.0) -> None:
        with self._phone.changed:
            self._log("tap", x, y)
            self._touch.down(x, y)
            self._touch.up(held_s)

    def swipe(
        self, start: tuple[float, float], end: tuple[float, float], seconds: float, *, kind: str = "swipe"
    ) -> None:
        """A finger from start to end in that time; from a place to itself, a long press."""
        with self._phone.changed:
            self._log(kind, *start, *end, seconds)
            self._touch.down(*start)
        steps = max(1, round(seconds * STEPS_A_SECOND))
        for step in range(1, steps + 1):
            self._phone.wait(seconds / steps)
            part = step / steps
            with self._phone.changed:
                self._touch.move(start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part)
        with self._phone.changed:
            self._touch.up(seconds)

    def down(self, x: float, y: float) -> None:
        with self._phone.changed:
            self._log("down", x, y)
            self._down_at = time.monotonic()
            self._touch.down(x, y)

    def move(self, x: float, y: float) -> None:
        with self._phone.changed:
            self._touch.move(x, y)

    def up(self, x: float, y: float) -> None:
        with self._phone.changed:
            self._log("up", x, y)
            self._touch.move(x, y)
            self._touch.up(time.monotonic() - self._down_at)

    def type(self, text: str) -> None:
        """Text as from a keyboard that is plugged in."""
        with self._phone.changed:
            self._log("text", text)
            field = self._phone.focus
            if field:
                field.insert(text)
                self._phone.redraw()

    def key(self, code: int, *, held: bool = False) -> None:
        with self._phone.changed:
            name = keycodes.NAMES.get(code, str(code))
            self._log("key", name, *(("held",) if held else ()))

    def chord(self, codes: list[int]) -> None:
        with self._phone.changed:
            self._log("chord", *(keycodes.NAMES.get(code, str(code)) for code in codes))

    def _log(self, kind: str, *values: float | str) -> None:
        self._phone.log.append(Input(kind, values))
