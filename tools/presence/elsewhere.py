"""A person's input where there is no X11: pynput says of each event whether it was injected.

Windows marks what programs inject, macOS names the process that an event comes from. Neither was at hand when
this was written: what is proven is the part that is the same everywhere.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from typing import Any

from screenwright.tools.chords import BITS, Chord
from screenwright.tools.presence.heard import Heard
from screenwright.tools.presence.motion import Axis, Motion
from screenwright.tools.pynput_listeners import Listeners, name_of

PIXELS = Axis(0, 1, 1), Axis(0, 1, 1)


class PynputEars:
    """Ears wherever pynput runs. NotInstalled without it; BadScript for a chord that is none.

    The programs get the hotkeys too: nothing can be kept from them here.
    """

    def __init__(self, chords: Mapping[str, str]) -> None:
        self._listeners = Listeners("a person's input is heard through pynput")
        self._chords = {Chord.read(words, what): what for what, words in chords.items()}
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
        self._heard = heard
        self._listeners.start(
            press=self._press, lift=self._lift, move=self._move, click=self._click, scroll=self._scroll
        )

    def stop(self) -> None:
        self._listeners.stop()

    def _press(self, key: Any, injected: bool = False) -> None:
        name = name_of(key)
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
        name = name_of(key)
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
