"""Stopwatch: a screen that never stands still while it runs, so that no tree can be had of it."""

from __future__ import annotations

import threading
import time

from screenwright.tools.geometry import Region
from screenwright.tools.simphone.app import App
from screenwright.tools.simphone.metrics import Metrics
from screenwright.tools.simphone.view import View

FRAMES_A_SECOND = 30


class Stopwatch(App):
    """Start, Stop and Reset; it draws thirty times a second while it runs and is shown."""

    package = "org.screenwright.stopwatch"
    label = "Stopwatch"
    colour = (180, 76, 62)
    glyph = "watch"

    def reset(self) -> None:
        super().reset()
        self._before = 0.0
        self._since: float | None = None

    @property
    def seconds(self) -> float:
        """What it shows."""
        return self._before + (time.monotonic() - self._since if self._since is not None else 0.0)

    @property
    def restless(self) -> bool:
        return self._since is not None

    def page(self, metrics: Metrics) -> View:
        root, bar = self.root(metrics), self.bar(metrics, "Stopwatch")
        below, pad = self.below(metrics, bar), metrics.dp(24)
        time_box = Region(below.x, below.y + below.height // 6, below.width, metrics.dp(80))
        shown = f"{int(self.seconds // 60):02d}:{self.seconds % 60:05.2f}"
        resource = f"{self.package}:id/time"
        root.add(bar, View("android.widget.TextView", time_box, shown, look="large", resource=resource))
        wide, high = (below.width - 3 * pad) // 2, metrics.dp(48)
        left = Region(below.x + pad, time_box.bottom + pad, wide, high)
        right = Region(left.right + pad, left.y, wide, high)
        root.add(self.button(left, "Stop" if self.restless else "Start", self._switch))
        root.add(self.button(right, "Reset", self.reset, "outlined"))
        return root

    def _switch(self) -> None:
        if self._since is not None:
            self._before, self._since = self.seconds, None
        else:
            self._since = time.monotonic()
            threading.Thread(target=self._draw, args=(self._since,), daemon=True, name="stopwatch").start()

    def _draw(self, since: float) -> None:
        while self._since == since and not self.phone.closed:
            if self.phone.front is self and self.phone.awake:
                self.phone.redraw()
            self.phone.wait(1 / FRAMES_A_SECOND)
