"""What every screen that can be driven must do, and the check that a device does it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from screenwright.tools.actions import Action
from screenwright.tools.observation import Observation


@runtime_checkable
class Device(Protocol):
    """A screen that can be observed and acted on. Used by one thread at a time."""

    name: str
    """For a person: 'desktop :0', 'Pixel 8'."""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of action this device performs; wait, ask and done are the loop's, so never here."""
        ...

    def observe(self) -> Observation:
        """The present frame. Raises BlackScreen, DeviceLost."""
        ...

    def perform(self, action: Action) -> str:
        """Do it; returns what was done in words. BadAction: nothing was done. DeviceLost: the run is over.

        Keys and buttons that the action holds are up again when it returns or raises, Ctrl-C included.
        """
        ...

    def idle(self, seconds: float) -> None:
        """Return as soon as the screen may have changed, at the latest after `seconds`; never busy."""
        ...

    def release(self) -> None:
        """Let go of every key and button that is held; safe at any time."""
        ...

    def close(self) -> None:
        """Give back what was opened; safe twice."""
        ...
