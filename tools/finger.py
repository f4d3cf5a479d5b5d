"""A drag as it happens: a button or a finger that is down on a device until somebody lifts it.

An agent's drag is one action with a start and an end. A person's has no end yet when it begins: what moves
under it tells where to let go.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from screenwright.tools.errors import DeviceLost
from screenwright.tools.executor import Executor, Spot
from screenwright.tools.geometry import Point


class Finger(Protocol):
    """What is down on a device. Its thread does nothing else with the device meanwhile."""

    def move(self, point: Point) -> None:
        """Go there, measured on the frame that it came down on. Errors as of `Device.perform`."""
        ...

    def lift(self) -> None:
        """Let go, where it is; safe twice. A device that is gone is no error."""
        ...


def touch(device: object, point: Point) -> Finger | None:
    """Come down there. Errors as of `Device.perform`; None: this device can't, nothing was done."""
    # no Protocol: from Python 3.12 on isinstance does not see what a wrapper hands on by __getattr__
    come_down: Callable[[Point], Finger | None] | None = getattr(device, "touch", None)
    return come_down(point) if come_down else None


class Pressed:
    """The left button of a desktop's mouse, held down.

    Args:
        spot: from a point on the frame to input units.
    """

    def __init__(self, executor: Executor, spot: Callable[[Point], Spot], point: Point) -> None:
        self._executor, self._spot = executor, spot
        executor.press(spot(point), "left")

    def move(self, point: Point) -> None:
        self._executor.move(self._spot(point))

    def lift(self) -> None:
        with suppress(DeviceLost):
            self._executor.lift("left")
