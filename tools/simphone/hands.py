"""Fingers, keyboards and buttons of the simulated phone: what comes in is logged, and then done."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from screenwright.tools.simphone.keycodes import CHARACTERS, CODES, NAMES
from screenwright.tools.simphone.touch import Touch
from screenwright.tools.simphone.view import Act

if TYPE_CHECKING:
    from screenwright.tools.simphone.android import Android

STEPS_A_SECOND = 60
SHIFTS = frozenset((CODES["SHIFT_LEFT"], CODES["SHIFT_RIGHT"]))
CONTROLS = frozenset((CODES["CTRL_LEFT"], CODES["CTRL_RIGHT"]))


class Hands:
    """Inputs, in pixels of the turned screen; from any thread. A screen that is off feels none but its button."""

    def __init__(self, phone: Android) -> None:
        self._phone = phone
        self._touch = Touch(phone)
        self._down_at = 0.0
        self._late: list[tuple[float, Act]] = []

    def tap(self, x: float, y: float, held_s: float = 0.0) -> None:
        def act() -> None:
            self._touch.down(x, y)
            self._touch.up(held_s)

        self._done(act, "tap", x, y)

    def swipe(
        self, start: tuple[float, float], end: tuple[float, float], seconds: float, *, kind: str = "swipe"
    ) -> None:
        """A finger from start to end in that time; from a place to itself, a long press."""
        with self._phone.changed:
            self._phone.note(kind, *start, *end, seconds)
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
            self._phone.note("down", x, y)
            self._down_at = time.monotonic()
            self._touch.down(x, y)

    def move(self, x: float, y: float) -> None:
        with self._phone.changed:
            self._touch.move(x, y)

    def up(self, x: float, y: float) -> None:
        with self._phone.changed:
            self._phone.note("up", x, y)
            self._touch.move(x, y)
            self._touch.up(time.monotonic() - self._down_at)

    def wheel(self, x: float, y: float, right: float, down: float) -> None:
        """Notches of a mouse's wheel over that place; nothing here scrolls sideways."""
        with self._phone.changed:
            self._phone.note("wheel", x, y, right, down)
            self._touch.wheel(x, y, down)

    def type(self, text: str) -> None:
        """Text as from a keyboard that is plugged in."""
        self._done(partial(self._insert, text), "text", text)

    def key(self, code: int, *, held: bool = False) -> None:
        """A key by its number; `held` long."""
        self._done(partial(self.press, code), "key", NAMES.get(code, str(code)), *(("held",) if held else ()))

    def chord(self, codes: list[int]) -> None:
        """Keys that are down together: Shift with a letter, Ctrl with A, C, X or V."""
        with self._phone.changed:
            self._phone.note("chord", *(NAMES.get(code, str(code)) for code in codes))
            last = NAMES.get(codes[-1], "")
            if CONTROLS & set(codes[:-1]):
                self._edit(last)
            elif SHIFTS & set(codes[:-1]):
                self._insert(CHARACTERS.get(codes[-1], "").upper())
            else:
                for code in codes:
                    self.press(code)

    def _done(self, act: Act, kind: str, *values: float | str) -> None:
        """Log an input and let the apps react to it: now, or after the time that they take, in order."""
        with self._phone.changed:
            self._phone.note(kind, *values)
            wait = self._phone.faults.reacts_s
            if not wait and not self._late:
                act()
                return
            self._late.append((time.monotonic() + wait, act))
            if len(self._late) == 1:
                threading.Thread(target=self._react, daemon=True, name="reactions").start()

    def _react(self) -> None:
        while True:
            with self._phone.changed:
                if not self._late or self._phone.closed:
                    return
                due, act = self._late[0]
            self._phone.wait(max(0.0, due - time.monotonic()))
            with self._phone.changed:
                act()
                self._late.pop(0)

    def press(self, code: int) -> None:
        """What a key does, without a line in the log (a key on the screen)."""
        phone, name = self._phone, NAMES.get(code, "")
        if name in ("POWER", "SLEEP", "WAKEUP"):
            phone.switch_screen(not phone.awake if name == "POWER" else name == "WAKEUP")
        elif not phone.awake:
            return
        elif name.startswith("VOLUME_"):
            phone.volume = max(0, min(15, phone.volume + {"VOLUME_UP": 1, "VOLUME_DOWN": -1}.get(name, -15)))
            phone.toast(f"Volume {phone.volume}")
        elif phone.locked:
            return
        elif name == "HOME":
            phone.go_home()
        elif name == "BACK":
            phone.go_back()
        elif name == "APP_SWITCH":
            phone.show_recents()
        else:
            self._write(code, name)
        phone.redraw()

    def _write(self, code: int, name: str) -> None:
        field = self._phone.focus
        if field is None:
            return
        if name == "DEL":
            field.delete()
        elif name == "FORWARD_DEL":
            field.delete(0, 1)
        elif name == "ENTER":
            if field.lines > 1:
                field.insert("\n")
            else:
                self._phone.keyboards.put_away = True
        elif name == "TAB":
            self._phone.next_field()
        elif name in ("DPAD_LEFT", "DPAD_RIGHT"):
            field.cursor = max(0, min(len(field.text), field.cursor + (1 if name == "DPAD_RIGHT" else -1)))
            field.all_selected = False
        elif name in ("MOVE_HOME", "MOVE_END"):
            field.cursor = 0 if name == "MOVE_HOME" else len(field.text)
            field.all_selected = False
        elif name in ("CUT", "COPY", "PASTE"):
            self._edit({"CUT": "X", "COPY": "C", "PASTE": "V"}[name])
        else:
            self._insert(CHARACTERS.get(code, ""))

    def _edit(self, letter: str) -> None:
        field, phone = self._phone.focus, self._phone
        if field is None:
            return
        if letter == "A":
            field.all_selected = bool(field.text)
        elif letter in ("C", "X") and field.all_selected and not field.password:
            phone.clipboard = field.text
            if letter == "X":
                field.set("")
        elif letter == "V":
            field.insert(phone.clipboard)
        phone.redraw()

    def _insert(self, text: str) -> None:
        if text and self._phone.awake and not self._phone.locked and (field := self._phone.focus):
            field.insert(text)
            self._phone.redraw()
