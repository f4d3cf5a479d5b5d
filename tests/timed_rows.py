"""What the rows of `make bench` and of `make faults` share: an end to each, and where they were run."""

from __future__ import annotations

import os
import platform
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def time_limit(seconds: float, row: str) -> Iterator[None]:
    """TimeoutError inside a row that goes on too long, so that its own `finally` still cleans up."""

    def late(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"{row} ran past {seconds:g} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def machine() -> str:
    """Such as: Linux x86_64, 2 cores, Python 3.11.7."""
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"{system}, Python {platform.python_version()}"
