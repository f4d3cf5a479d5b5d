"""What the simulated screen shows, as pixels: drawn when somebody looks, kept until something changes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from screenwright.tools.simphone import drawing, windows
from screenwright.tools.simphone.view import View

if TYPE_CHECKING:
    from screenwright.tools.simphone.android import Android


class Glass:
    """The screen of one phone."""

    def __init__(self, phone: Android) -> None:
        self._phone = phone
        self._drawing = threading.Lock()
        self._drawn: tuple[int, Any] = (-1, None)

    def windows(self) -> View:
        """All that is on the screen, as a tree."""
        with self._phone.changed:
            return windows.compose(self._phone)

    def shown(self) -> Any:
        """(H, W, 3) uint8 RGB: what a person sees."""
        phone = self._phone
        with self._drawing:
            with phone.changed:
                version, metrics = phone.version, phone.metrics
                if self._drawn[0] == version:
                    return self._drawn[1]
                root = windows.compose(phone)
                dark = phone.settings["secure"].get("ui_night_mode") == "2"
            self._drawn = (version, drawing.draw(root, metrics, dark))
            return self._drawn[1]

    @property
    def secure(self) -> bool:
        """A window is in front that no capture shows."""
        return self._phone.front.secure and self._phone.awake and not self._phone.locked

    def captured(self) -> Any:
        """(H, W, 3) uint8 RGB: what a capture gets; black where a window is secure or the screen is off."""
        if self.secure:
            screen = self._phone.screen
            return np.zeros((screen.height, screen.width, 3), np.uint8)
        return self.shown()
