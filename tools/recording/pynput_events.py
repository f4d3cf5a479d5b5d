"""Events where there is no X11: through pynput, whose listeners tell the character that a key gave."""

from __future__ import annotations

import importlib
import threading
import time
from functools import partial
from typing import Any

from screenwright.tools import keys
from screenwright.tools.errors import NotInstalled
from screenwright.tools.recording.events import ALT, ALTGR, CTRL, SHIFT, SUPER, Heard, Kind, Raw

BITS = {"shift": SHIFT, "ctrl": CTRL, "alt": ALT, "super": SUPER, "altgr": ALTGR}
BUTTONS = {"left": 1, "middle": 2, "right": 3}


class PynputEvents:
    """A Source wherever pynput runs. NotInstalled without it."""

    def __init__(self) -> None:
        try:
            keyboard: Any = importlib.import_module("pynput.keyboard")
            mouse: Any = importlib.import_module("pynput.mouse")
        except Exception as error:  # without a display it raises what its backend raises
            raise NotInstalled(
                f"recording needs pynput here ({error}): pip install 'screenwright[record]'"
            ) from error
        self._modules: tuple[Any, Any] = (keyboard, mouse)
        self._listeners: list[Any] = []
        self._lock = threading.Lock()
        self._state = 0
        self._spot = (0, 0)
        self._serial = 0
        self._characters: dict[int, str] = {}

    @property
    def lost(self) -> str | None:
        if all(listener.is_alive() for listener in self._listeners):
            return None
        return "pynput's listener has ended: is this program allowed to watch input?"

    def start(self, heard: Heard) -> None:
        keyboard, mouse = self._modules
        self._tell = heard
        self._listeners = [
            keyboard.Listener(on_press=partial(self._key, "key_down"), on_release=partial(self._key, "key_up")),
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

    def _key(self, kind: Kind, key: Any, *_: object) -> None:
        code = int(getattr(key, "vk", None) or getattr(getattr(key, "value", None), "vk", 0) or 0)
        text = getattr(key, "char", None) or (" " if getattr(key, "name", "") == "space" else "")
        name = keys.known(getattr(key, "name", None) or text.lower()) or ""
        name = name.removesuffix("_r").removesuffix("_l")
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
