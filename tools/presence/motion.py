"""When a mouse was really moved: a bump at the desk, or a mouse that trembles, is nobody's wish to take over."""

from __future__ import annotations

import math
from dataclasses import dataclass

MEANT_PX = 10.0
NEAR_PX, FAR_PX = 40, 100
PAUSE_S = 0.5  # what is further apart than this does not belong together


@dataclass(frozen=True, slots=True)
class Axis:
    """A device's axis: the least value and the span of its values, in pixels of the screen `span_px`."""

    least: float
    span: float
    span_px: float

    def px(self, value: float) -> float:
        return (value - self.least) * self.span_px / self.span


class Motion:
    """How far one device has gone, as the bird flies, since it last stood still.

    Args:
        axes: of a device that says where it is (a tablet, a virtual machine's); none of a mouse, which says how
            far it went.
        spot: where the pointer is, in pixels.
    """

    def __init__(self, axes: tuple[Axis, Axis] | None, spot: tuple[float, float]) -> None:
        self.axes = axes
        self._spot = spot
        self._gone = (0.0, 0.0)
        self._at = -math.inf

    def doubt(self, x: float, y: float, pointer: tuple[float, float]) -> None:
        """Does it say where it is, whatever it says of itself? TigerVNC's pointer does.

        `pointer`: where that is a moment later, so it may have gone on; a mouse that went as far as the pointer
        is from the corner came from the corner.
        """
        near = NEAR_PX if math.hypot(x, y) >= FAR_PX else 2
        if math.dist((x, y), pointer) <= near:
            self.axes = Axis(0, 1, 1), Axis(0, 1, 1)

    def moved(self, x: float | None, y: float | None, at: float) -> bool:
        """Was that a real movement? `x`, `y`: what the device says (None: nothing); `at`: seconds."""
        if at - self._at > PAUSE_S:
            self._gone = (0.0, 0.0)
        self._at = at
        dx, dy = self._way(x, y)
        self._gone = self._gone[0] + dx, self._gone[1] + dy
        return math.hypot(*self._gone) >= MEANT_PX

    def _way(self, x: float | None, y: float | None) -> tuple[float, float]:
        if self.axes is None:
            return x or 0.0, y or 0.0
        old = self._spot
        self._spot = (
            old[0] if x is None else self.axes[0].px(x),
            old[1] if y is None else self.axes[1].px(y),
        )
        return self._spot[0] - old[0], self._spot[1] - old[1]
