"""What a recording has still to take: events as they are heard, and commands at their place among them."""

from __future__ import annotations

import queue
import time
from collections import deque

from screenwright.tools.recording.events import Raw
from screenwright.tools.recording.hotkeys import Command
from screenwright.tools.recording.seen import Seen

GRACE_S = 0.1  # what was done before a command may be heard so much after it: the server tells in batches
Heard = tuple[Raw, Seen | None]
"""An event, and what was on the screen before it."""


class Inbox:
    """Filled from several threads, emptied by one. Nothing is ever dropped."""

    def __init__(self) -> None:
        self._queue: queue.Queue[tuple[float, Heard | Command]] = queue.Queue()
        self._ready: deque[Heard | Command] = deque()

    def hear(self, raw: Raw, seen: Seen | None) -> None:
        self._queue.put((raw.at, (raw, seen)))

    def order(self, command: Command) -> None:
        """A command from outside the stream of events."""
        self._queue.put((time.perf_counter(), command))

    def get(self, seconds: float) -> Heard | Command | None:
        """The next in the order of time; None when nothing comes within `seconds`."""
        if not self._ready:
            try:
                first = self._queue.get(timeout=seconds)
            except queue.Empty:
                return None
            items = [first]
            if isinstance(first[1], str):
                items += self._within(GRACE_S)
                items.sort(key=lambda item: item[0])
            self._ready.extend(item for _, item in items)
        return self._ready.popleft()

    def _within(self, seconds: float) -> list[tuple[float, Heard | Command]]:
        items: list[tuple[float, Heard | Command]] = []
        until = time.perf_counter() + seconds
        while True:
            try:
                items.append(self._queue.get(timeout=max(0.0, until - time.perf_counter())))
            except queue.Empty:
                return items
