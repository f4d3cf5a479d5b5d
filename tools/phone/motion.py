"""One finger on the glass from down to up, as commands of `input`, each of which is over at once."""

from __future__ import annotations

from contextlib import suppress

from screenwright.tools.errors import Ending, Mendable, OutcomeUnknown
from screenwright.tools.geometry import Point, View
from screenwright.tools.phone.gestures import Spot
from screenwright.tools.phone.hands import Hands


class Motion:
    """A finger that came down at `spot`, input units; see `finger.Finger`.

    Raises as `Hands.do` does: BadAction where this phone's `input` knows no `motionevent`.
    """

    def __init__(self, hands: Hands, view: View, spot: Spot) -> None:
        self._hands, self._view, self._spot = hands, view, spot
        self._down = True
        try:
            self._do("DOWN", spot)
        except OutcomeUnknown:
            self.lift()
            raise

    def move(self, point: Point) -> None:
        self._do("MOVE", self._view.to_input(point))

    def lift(self) -> None:
        """An UP without a DOWN is dropped by Android, so one too many does no harm."""
        if self._down:
            self._down = False
            with suppress(Mendable, Ending):
                self._do("UP", self._spot)

    def _do(self, act: str, spot: Spot) -> None:
        self._hands.do([f"input motionevent {act} {spot[0]} {spot[1]}"])
        self._spot = spot
