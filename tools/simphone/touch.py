"""What a finger does: a tap, a long press, a list dragged along, a slider moved, a locked screen swiped away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screenwright.tools.simphone.view import Scroller, View

if TYPE_CHECKING:
    from screenwright.tools.simphone.android import Android

SLOP_DP, LONG_S, UNLOCK_DP, NOTCH_DP = 8, 0.5, 120, 64


class Touch:
    """One finger from down to up, in pixels of the turned screen."""

    def __init__(self, phone: Android) -> None:
        self._phone = phone
        self._start: tuple[float, float] | None = None
        self._last = (0.0, 0.0)
        self._path: list[View] = []
        self._moved = False

    def down(self, x: float, y: float) -> None:
        self._start = self._last = (x, y)
        self._moved = False
        self._path = self._phone.glass.windows().path(x, y)
        if slider := self._slider():
            self._slide(slider, x)

    def move(self, x: float, y: float) -> None:
        if self._start is None:
            return
        slop = self._phone.metrics.dp(SLOP_DP)
        if not self._moved and max(abs(x - self._start[0]), abs(y - self._start[1])) <= slop:
            return
        self._moved = True
        if slider := self._slider():
            self._slide(slider, x)
        elif (scroller := self._scroller()) and scroller.by(round(self._last[1]) - round(y)):
            self._phone.redraw()
        self._last = (x, y)

    def wheel(self, x: float, y: float, down: float) -> None:
        """A mouse's wheel over that place, in notches."""
        path = self._phone.glass.windows().path(x, y)
        scroller = next((view.scroller for view in reversed(path) if view.scroller), None)
        if scroller and scroller.by(round(down * self._phone.metrics.dp(NOTCH_DP))):
            self._phone.redraw()

    def up(self, held_s: float) -> None:
        """Lift the finger, `held_s` seconds after it came down."""
        start, self._start = self._start, None
        if start is None:
            return
        if self._moved:
            if self._phone.locked and start[1] - self._last[1] > self._phone.metrics.dp(UNLOCK_DP):
                self._phone.unlock()
            return
        act = None
        for view in reversed(self._path):
            if not view.enabled:
                break
            if view.edits:
                self._phone.keyboards.put_away = False
            act = view.long_tap if held_s >= LONG_S and view.long_tap else view.tap
            if act:
                break
        if act:
            act()
            self._phone.redraw()

    def _slider(self) -> View | None:
        return next((view for view in reversed(self._path) if view.slide and view.enabled), None)

    def _slide(self, slider: View, x: float) -> None:
        if slider.slide:
            slider.slide(min(1.0, max(0.0, (x - slider.region.x) / max(1, slider.region.width))))
            self._phone.redraw()

    def _scroller(self) -> Scroller | None:
        return next((view.scroller for view in reversed(self._path) if view.scroller), None)
