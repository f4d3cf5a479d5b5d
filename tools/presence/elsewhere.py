"""A person's input where there is no X11: pynput says of each event whether it was injected.

Windows marks what programs inject, macOS names the process that an event comes from. Neither was at hand when
this was written: what is proven is the part that is the same everywhere.
"""

from __future__ import annotations

import importlib
import math
import threading
import time
from collections.abc import Mapping
from typing import Any

from screenwright.tools import keys
from screenwright.tools.chords import BITS, Chord
from screenwright.tools.errors import NotInstalled
from screenwright.tools.presence.heard import Heard
from screenwright.tools.presence.motion import Axis, Motion

PIXELS = Axis(0, 1, 1), Axis(0, 1, 1)


class PynputEars:
    """Ears wherever pynput runs. NotInstalled without it; BadScript for a chord that is none.

    The programs get the hotkeys too: nothing can be kept from them here.
    """

    def __init__(self, chords: Mapping[str, str]) -> None:
        try:
            keyboard: Any = importlib.import_module("pynput.keyboard")
            mouse: Any = importlib.import_module("pynput.mouse")
        except Exception as error:  # without a display it raises what its backend raises
            raise NotInstalled(
                f"a person's input is heard through pynput ({error}): pip install 'screenwright[record]'"
            ) from error
        self._modules: tuple[Any, Any] = (keyboard, mouse)
        self._chords = {Chord.read(words, what): what for what, words in chords.items()}
        self._listeners: list[Any] = []
        self._lock = threading.Lock()
        self._pressed: set[str] = set()
        self._down: set[str] = set()
        self._motion: Motion | None = None
        self._last_at = -math.inf

    @property
    def idle_s(self) -> float:
        return time.monotonic() - self._last_at

    def held(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(sorted(self._down))

    def start(self, heard: Heard) -> None:
        keyboard, mouse = self._modules
        self._heard = heard
        self._listeners = [
            keyboard.Listener(on_press=self._press, on_release=self._lift),
            mouse.Listener(on_move=self._move, on_click=self._click, on_scroll=self._scroll),
        ]
        for listener in self._listeners:
            listener.start()
        for listener in self._listeners:
            listener.wait()

    def stop(self) -> None:
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.stop()
        for listener in listeners:
            listener.join(2)

    def _press(self, key: Any, injected: bool = False) -> None:
        name = _name(key)
        with self._lock:
            chord = Chord(frozenset(self._pressed & BITS.keys()), name)
            self._pressed.add(name)
            if not injected:
                self._down.add(name or "a key")
                self._last_at = time.monotonic()
        if what := self._chords.get(chord):
            self._heard.hotkey(what)
        elif not injected:
            self._heard.act("held a key" if name in BITS else "pressed a key")

    def _lift(self, key: Any, injected: bool = False) -> None:
        name = _name(key)
        with self._lock:
            self._pressed.discard(name)
            if not injected:
                self._down.discard(name or "a key")
                self._last_at = time.monotonic()

    def _move(self, x: float, y: float, injected: bool = False) -> None:
        now = time.monotonic()
        with self._lock:
            if injected or self._motion is None:
                self._motion = Motion(PIXELS, (x, y))
                return
            self._last_at = now
            meant = self._motion.moved(x, y, now)
        if meant:
            self._heard.act("moved the mouse")

    def _click(self, _x: float, _y: float, button: Any, pressed: bool, injected: bool = False) -> None:
        if injected:
            return
        name = f"the {button.name} button"
        with self._lock:
            self._last_at = time.monotonic()
            if pressed:
                self._down.add(name)
            else:
                self._down.discard(name)
        if pressed:
            self._heard.act("clicked")

    def _scroll(self, _x: float, _y: float, _right: float, _up: float, injected: bool = False) -> None:
        if injected:
            return
        with self._lock:
            self._last_at = time.monotonic()
        self._heard.act("turned the wheel")


def _name(key: Any) -> str:
    """As in `keys.KEYS`, or the character that it gives; "" for a key that has no name there."""
    text = getattr(key, "char", None) or (" " if getattr(key, "name", "") == "space" else "")
    name = keys.known(getattr(key, "name", None) or text.lower()) or ""
    return name.removesuffix("_r").removesuffix("_l")
