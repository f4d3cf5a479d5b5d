"""Wakes a waiter as soon as something was drawn on an X display (the XDamage extension).

XDamage over-reports: a repaint that changes no pixel counts. So this only says "look now"; whether
anything changed is for a comparison of frames to say.
"""

from __future__ import annotations

import select
import time
from typing import Any

from screenwright.tools.x11 import reaching

POLL_S = 0.015


class Damage:
    """One connection that hears about drawing on the whole screen."""

    def __init__(self, name: str) -> None:
        from Xlib.ext import damage

        from screenwright.tools.xlib import connect

        self._name = name
        self._damage: Any = None
        with reaching(name):
            self._display = connect(name)
            if not self._display.has_extension("DAMAGE"):
                return
            self._display.damage_query_version()
            root = self._display.screen().root
            # NonEmpty: one event until we subtract, so that a video does not flood the connection
            self._damage = root.damage_create(damage.DamageReportNonEmpty)
            self._display.sync()

    def wait(self, seconds: float) -> bool:
        """Whether something was drawn since the last call, or is within `seconds`; polls without XDamage."""
        if self._damage is None:
            time.sleep(min(seconds, POLL_S))
            return True
        deadline = time.monotonic() + seconds
        with reaching(self._name):
            while not self._drain():
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                select.select([self._display.fileno()], [], [], left)
        return True

    def _drain(self) -> bool:
        """Read all events; tell the server to report the next drawing."""
        waiting = self._display.pending_events()
        for _ in range(waiting):
            self._display.next_event()
        if waiting:
            self._display.damage_subtract(self._damage)
            self._display.flush()
        return bool(waiting)

    def close(self) -> None:
        try:
            self._display.close()
        except Exception:  # a dead server answers a goodbye in many ways, and none of them matters
            return
