"""Wakes a waiter as soon as something was drawn on an X display (the XDamage extension).

XDamage over-reports: a repaint that changes no pixel counts. So this only says "look now"; whether
anything changed is for a comparison of frames to say.
"""

from __future__ import annotations

import select
import time
from typing import Any

from screenwright.tools.xlib import Connection

POLL_S = 0.015


class Damage:
    """One connection that hears about drawing on the whole screen."""

    def __init__(self, name: str) -> None:
        self._damage: Any = None
        self._connection = Connection(name, self._begin)

    def _begin(self, display: Any) -> None:
        from Xlib.ext import damage

        if not display.has_extension("DAMAGE"):
            return
        display.damage_query_version()
        root = display.screen().root
        # NonEmpty: one event until we subtract, so that a video does not flood the connection
        self._damage = root.damage_create(damage.DamageReportNonEmpty)
        display.sync()

    def wait(self, seconds: float) -> bool:
        """Whether something was drawn since the last call, or is within `seconds`; polls without XDamage."""
        if self._damage is None:
            time.sleep(min(seconds, POLL_S))
            return True
        deadline = time.monotonic() + seconds
        with self._connection.asking() as display:
            while not self._drain(display):
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                select.select([display.fileno()], [], [], left)
        return True

    def _drain(self, display: Any) -> bool:
        """Read all events; tell the server to report the next drawing."""
        waiting = display.pending_events()
        for _ in range(waiting):
            display.next_event()
        if waiting:
            display.damage_subtract(self._damage)
            display.flush()
        return bool(waiting)

    def close(self) -> None:
        self._connection.close()
