"""The portable executor: pyautogui, with every way in which it loses or mistypes input closed.

It pauses 0.1 s after each call, stops a run that touches a screen corner, ignores unknown keys, drops
what it can't type and types `>` for `<`. Here it does what it is told, or refuses and names the character.
"""

from __future__ import annotations

import string
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from screenwright.tools.brake import Brake
from screenwright.tools.errors import BadAction, Interrupted, NotInstalled
from screenwright.tools.executor import Spot
from screenwright.tools.keys import KEYS, canonical
from screenwright.tools.keys import chord as pressed
from screenwright.tools.x11 import AGAIN_S, X11

STEP_S = 0.01
WHEEL = 120 if sys.platform == "win32" else 1  # Windows counts a notch of the wheel as 120
PLAIN = frozenset(string.printable) - set("\x0b\x0c")


class PyAutoGui:
    """An Executor anywhere pyautogui runs. On X11, text goes through our own keyboard when `x11` is given.

    pyautogui binds itself to $DISPLAY when it is imported: one display a process.
    """

    def __init__(self, x11: X11 | None = None) -> None:
        try:
            import pyautogui
        except KeyError as error:
            raise NotInstalled(f"pyautogui needs a display when it is imported ({error} is not set)") from error
        except ImportError as error:
            raise NotInstalled(f"pyautogui can't be imported ({error}): pip install pyautogui") from error
        pyautogui.PAUSE = 0
        pyautogui.FAILSAFE = False  # the stop is a deliberate one; a click in a corner is a click
        self._gui: Any = _Unbroken(pyautogui)
        self.brake = x11.brake if x11 is not None else Brake()
        self._held_keys: list[str] = []
        self._held_buttons: list[str] = []
        self._keyboard: Any = None
        if x11 is not None:
            from screenwright.tools.x11_keyboard import Keyboard

            self._keyboard = Keyboard(x11)

    def position(self) -> Spot:
        x, y = self._gui.position()
        return int(x), int(y)

    def click(self, spot: Spot, button: str, count: int, modifiers: Sequence[str]) -> None:
        self._gui.moveTo(*spot)
        try:
            for name in modifiers:
                self._down(self._name(name))
            for number in range(count):
                if number:
                    self.brake.rest(AGAIN_S)
                self._press(button)
                self._lift(button)
        finally:
            self.release()

    def move(self, spot: Spot) -> None:
        self._gui.moveTo(*spot)

    def drag(self, start: Spot, end: Spot, button: str, seconds: float) -> None:
        """In small timed steps: pyautogui's own drag jumps when it is to be quick."""
        self.brake()
        self._gui.moveTo(*start)
        steps = max(5, int(seconds / STEP_S))
        try:
            self._press(button)
            for step in range(1, steps + 1):
                self.brake()
                part = step / steps
                x, y = (round(a + (b - a) * part) for a, b in zip(start, end, strict=True))
                self._gui.moveTo(x, y)
                time.sleep(seconds / steps)
        except Interrupted as broken:
            raise Interrupted(f"{broken}; it was let go of on its way", part=True) from broken
        finally:
            self.release()

    def press(self, spot: Spot, button: str) -> None:
        self._gui.moveTo(*spot)
        self._press(button)

    def lift(self, button: str) -> None:
        if button in self._held_buttons:
            time.sleep(STEP_S)
            self._lift(button)

    def hold(self, spot: Spot, seconds: float) -> None:
        self._gui.moveTo(*spot)
        try:
            self._press("left")
            self.brake.rest(seconds)
        finally:
            self.release()

    def scroll(self, spot: Spot, down: int, right: int) -> None:
        self._gui.moveTo(*spot)
        for turn, notches in ((self._gui.scroll, -down), (self._gui.hscroll, right)):
            for _ in range(abs(notches)):
                self.brake()
                turn(WHEEL if notches > 0 else -WHEEL)

    def type(self, text: str) -> None:
        if self._keyboard is not None:
            self._keyboard.type(text)
            return
        for place, character in enumerate(text):
            if character not in PLAIN or (character == "<" and sys.platform.startswith("linux")):
                raise BadAction(
                    f"character {place + 1} of the text, {character!r}, can't be typed by pyautogui on this "
                    "system; nothing was typed: paste it from the clipboard instead"
                )
        text = text.replace("\r\n", "\n")
        for typed, character in enumerate(text):
            try:
                self.brake()
            except Interrupted as broken:
                said = f"{broken}: {typed} of the {len(text)} characters had been typed"
                raise Interrupted(said, typed=typed, part=typed > 0) from broken
            self._gui.write(character)

    def chord(self, keys: Sequence[str], count: int) -> None:
        if self._keyboard is not None:
            self._keyboard.chord(keys, count)
            return
        known = [self._name(name) for name in pressed(keys)]
        try:
            for _ in range(count):
                self.brake()
                for name in known:
                    self._down(name)
                self._up_all()
        finally:
            self.release()

    def release(self) -> None:
        if self._keyboard is not None:
            self._keyboard.release()
        self._up_all()
        while self._held_buttons:
            self._lift(self._held_buttons[-1])

    def close(self) -> None:
        self.release()
        if self._keyboard is not None:
            self._keyboard.close()

    def _name(self, name: str) -> str:
        """pyautogui's name; BadAction for a key that it would silently ignore."""
        found = canonical(name)
        theirs = KEYS[found][1] if found in KEYS else found
        if theirs == "win" and sys.platform == "darwin":
            theirs = "command"
        if theirs is None or not self._gui.isValidKey(theirs):
            raise BadAction(f"the key {name!r} can't be pressed through pyautogui on this system")
        return theirs

    def _down(self, name: str) -> None:
        self._held_keys.append(name)
        self._gui.keyDown(name)

    def _up_all(self) -> None:
        while self._held_keys:
            self._gui.keyUp(self._held_keys[-1])
            self._held_keys.pop()

    def _press(self, button: str) -> None:
        self._held_buttons.append(button)
        self._gui.mouseDown(button=button)

    def _lift(self, button: str) -> None:
        self._gui.mouseUp(button=button)
        self._held_buttons.remove(button)


class _Unbroken:
    """pyautogui's functions; one that a Ctrl-C breaks off leaves its X connection locked, like `Connection`'s."""

    def __init__(self, gui: Any) -> None:
        self._gui = gui

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._gui, name)

        def whole(*words: Any, **more: Any) -> Any:
            try:
                return call(*words, **more)
            except BaseException:
                self._connect_anew()
                raise

        return whole

    def _connect_anew(self) -> None:
        platform = self._gui.platformModule
        broken = getattr(platform, "_display", None)  # on X11 alone
        if broken is not None:
            from screenwright.tools.xlib import connect

            platform._display = connect(broken.get_display_name())
            broken.display.socket.close()
