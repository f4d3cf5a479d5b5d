"""The one thread that uses the screen: jobs one after the other, and nothing that is raised ends it.

No pool of the library's: a hotkey that stops a run raises in the thread that it ran in, and may come between two
calls. There it would end a pool's thread, and with it every call that follows.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress


class JobThread:
    """Does jobs in order, each once. A daemon: `last` is what is waited for."""

    def __init__(self, name: str) -> None:
        self._jobs: deque[_Job] = deque()
        self._ready = threading.Event()
        self._over = False
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def do(self, work: Callable[[], None]) -> None:
        self._jobs.append(_Job(work))
        self._ready.set()

    def last(self, work: Callable[[], None], seconds: float) -> bool:
        """Do this, and no more; whether that was done in time."""
        done = threading.Event()

        def ending() -> None:
            try:
                work()
            finally:
                self._over = True
                done.set()

        self.do(ending)
        return done.wait(seconds)

    def _run(self) -> None:
        while not self._over:
            with suppress(BaseException):
                while self._jobs:
                    self._jobs[0]()
                    self._jobs.popleft()
                self._ready.wait()
                self._ready.clear()


class _Job:
    """Work that is begun once, even where what is raised keeps it from being taken off the list."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._begun = False

    def __call__(self) -> None:
        if not self._begun:
            self._begun = True
            self._work()
