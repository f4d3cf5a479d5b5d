"""Events where there is no X11: through pynput, whose listeners tell the character that a key gave."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import Any

from screenwright.tools.pynput_listeners import Listeners, character, name_of
from screenwright.tools.recording.events import ALT, ALTGR, CTRL, SHIFT, SUPER, Heard, Kind, Raw

BITS = {"shift": SHIFT, "ctrl": CTRL, "alt": ALT, "super": SUPER, "altgr": ALTGR}
BUTTONS = {"left": 1, "middle": 2, "right": 3}


class PynputEvents:
    """A Source wherever pynput runs. NotInstalled without it."""

    def __init__(self) -> None:
        self._listeners = Listeners("recording needs pynput here")
        self._lock = threading.Lock()
        self._state = 0
        self._spot = (0, 0)
        self._serial = 0
        self._characters: dict[int, str] = {}

    @property
    def lost(self) -> str | None:
        if self._listeners.alive:
            return None
        return "pynput's listener has ended: is this program allowed to watch input?"

    def start(self, heard: Heard) -> None:
        self._tell = heard
        self._listeners.start(
            press=partial(self._key, "key_down"),
            lift=partial(self._key, "key_up"),
            move=self._move,
            click=self._click,
            scroll=self._scroll,
        )

    def stop(self) -> None:
        self._listeners.stop()

    def _key(self, kind: Kind, key: Any, *_: object) -> None:
        code = int(getattr(key, "vk", None) or getattr(getattr(key, "value", None), "vk", 0) or 0)
        text, name = character(key), name_of(key)
        if kind == "key_down":
            self._characters[code] = text
        else:  # Shift may be up already, and the key gives another character: paired by its code
            text = self._characters.pop(code, text)
        with self._lock:
            self._say(kind, code, text if text.isprintable() else "", name)
            bit = BITS.get(name, 0)
            self._state = self._state | bit if kind == "key_down" else self._state & ~bit

    def _move(self, x: float, y: float, *_: object) -> None:
        with self._lock:
            self._spot = int(x), int(y)
            self._say("move")

    def _click(self, x: float, y: float, button: Any, pressed: bool, *_: object) -> None:
        with self._lock:
            self._spot = int(x), int(y)
            self._say("button_down" if pressed else "button_up", BUTTONS.get(button.name, 9))

    def _scroll(self, x: float, y: float, right: float, up: float, *_: object) -> None:
        with self._lock:
            self._spot = int(x), int(y)
            for button, count in ((4, up), (5, -up), (7, right), (6, -right)):
                for _notch in range(int(count)):
                    self._say("button_down", button)
                    self._say("button_up", button)

    def _say(self, kind: Kind, code: int = 0, text: str = "", key: str = "") -> None:
        self._serial += 1
        x, y = self._spot
        self._tell(Raw(kind, time.perf_counter(), x, y, code, self._state, 0, text, key, self._serial))
