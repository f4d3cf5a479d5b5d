"""How an action is broken off in the middle: a person wants his mouse back while a long text is being typed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol, runtime_checkable

Check = Callable[[], None]
"""Asked between keystrokes and movements; raises what breaks the action off: Interrupted, Stopped."""

SLICE_S = 0.02


class Brake:
    """What an executor asks. Without a check it lets everything pass."""

    def __init__(self) -> None:
        self._check: Check | None = None

    def __call__(self) -> None:
        if self._check is not None:
            self._check()

    def rest(self, seconds: float) -> None:
        """Sleep; broken off as an action is."""
        end = time.monotonic() + seconds
        self()
        while (left := end - time.monotonic()) > 0:
            time.sleep(left if self._check is None else min(left, SLICE_S))
            self()

    @contextmanager
    def asks(self, check: Check) -> Iterator[None]:
        """Meanwhile, `check` is asked, after whatever is asked already."""
        before = self._check

        def both() -> None:
            if before is not None:
                before()
            check()

        self._check = both
        try:
            yield
        finally:
            self._check = before


@runtime_checkable
class Braked(Protocol):
    """A device whose actions can be broken off."""

    def braked(self, check: Check) -> AbstractContextManager[None]:
        """Meanwhile, actions ask `check` on their way."""
        ...


def braked(device: object, check: Check) -> AbstractContextManager[None]:
    """`device.braked`, of the device or of the one that it wraps; nothing where none can."""
    inner: object = device
    while inner is not None and not isinstance(inner, Braked):
        inner = getattr(inner, "device", None)
    return inner.braked(check) if isinstance(inner, Braked) else nullcontext()
