"""pynput's two listeners as one, for those who hear input where there is no X11."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from screenwright.tools import keys
from screenwright.tools.errors import NotInstalled

Hears = Callable[..., None]


class Listeners:
    """Keyboard and mouse, heard in threads of pynput's own.

    NotInstalled, with `purpose` (what can't be without it) in its words.
    """

    def __init__(self, purpose: str) -> None:
        try:
            self._keyboard: Any = importlib.import_module("pynput.keyboard")
            self._mouse: Any = importlib.import_module("pynput.mouse")
        except Exception as error:  # without a display it raises what its backend raises
            raise NotInstalled(f"{purpose} ({error}): pip install 'screenwright[record]'") from error
        self._running: list[Any] = []

    @property
    def alive(self) -> bool:
        return all(listener.is_alive() for listener in self._running)

    def start(self, *, press: Hears, lift: Hears, move: Hears, click: Hears, scroll: Hears) -> None:
        """They hear from now on, each with pynput's own arguments."""
        self._running = [
            self._keyboard.Listener(on_press=press, on_release=lift),
            self._mouse.Listener(on_move=move, on_click=click, on_scroll=scroll),
        ]
        for listener in self._running:
            listener.start()
        for listener in self._running:
            listener.wait()

    def stop(self) -> None:
        """Safe twice."""
        running, self._running = self._running, []
        for listener in running:
            listener.stop()
        for listener in running:
            listener.join(2)


def character(key: Any) -> str:
    """The character that a key gives; "" for none."""
    return getattr(key, "char", None) or (" " if getattr(key, "name", "") == "space" else "")


def name_of(key: Any) -> str:
    """As in `keys.KEYS`, or the character that it gives; "" for a key that has no name there."""
    name = keys.known(getattr(key, "name", None) or character(key).lower()) or ""
    return name.removesuffix("_r").removesuffix("_l")
