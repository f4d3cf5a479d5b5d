"""Sizes, points and regions, and the only code that converts between coordinate spaces.

Three spaces exist. *Frame pixels*: a place on the picture that was observed; every `Point` carries the
size of the picture it was measured on. *Input units*: what the mouse is told, in the space of the whole
desktop; on X11 they are physical pixels, on a Mac they are points, two pixels or more each. *Model
space*: whatever grid or resized picture a model answers in; a `Point` on another `Size`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from screenwright.tools.errors import BadAction


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height of a picture, in pixels of that picture."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    width: int
    height: int

    @property
    def area(self) -> int:
        return self.width * self.height

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Point:
    """A place on a picture, in pixels from its top left corner; `frame` is the size of that picture."""

    __pydantic_config__ = {"extra": "forbid", "allow_inf_nan": False}  # noqa: RUF012

    x: float
    y: float
    frame: Size

    def on(self, size: Size) -> Point:
        """The same place on a picture of another size (a resized copy of the same frame)."""
        if size == self.frame:
            return self
        return Point(self.x * size.width / self.frame.width, self.y * size.height / self.frame.height, size)

    def clamped(self) -> Point:
        """The nearest place that is on the picture."""
        x, y = min(max(self.x, 0), self.frame.width - 1), min(max(self.y, 0), self.frame.height - 1)
        return self if (x, y) == (self.x, self.y) else Point(x, y, self.frame)

    def out_of(self, crop: Region, frame: Size) -> Point:
        """Measured on a picture of `crop`, at any size, the same place on the frame it was cut from."""
        inner = self.on(Size(crop.width, crop.height))
        return Point(crop.x + inner.x, crop.y + inner.y, frame)

    @property
    def inside(self) -> bool:
        return 0 <= self.x < self.frame.width and 0 <= self.y < self.frame.height

    def __str__(self) -> str:
        return f"({round(self.x, 1):g}, {round(self.y, 1):g})"


@dataclass(frozen=True, slots=True)
class Region:
    """An axis-aligned rectangle in frame pixels; right and bottom are exclusive."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def between(cls, left: float, top: float, right: float, bottom: float) -> Region:
        """The smallest whole-pixel rectangle over two corners."""
        x, y = int(left // 1), int(top // 1)
        return cls(x, y, max(0, -int(-right // 1) - x), max(0, -int(-bottom // 1) - y))

    @classmethod
    def around(cls, regions: Iterable[Region]) -> Region:
        """The smallest rectangle that holds all; ValueError when there is none."""
        boxes = list(regions)
        return cls.between(
            min(r.x for r in boxes),
            min(r.y for r in boxes),
            max(r.right for r in boxes),
            max(r.bottom for r in boxes),
        )

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def center(self, frame: Size) -> Point:
        x, y = self.middle
        return Point(x, y, frame)

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x < self.right and self.y <= y < self.bottom

    def shared(self, other: Region) -> Region:
        """The part both cover; area 0 when they do not meet."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        return Region(
            x,
            y,
            max(0, min(self.right, other.right) - x),
            max(0, min(self.bottom, other.bottom) - y),
        )

    def overlap(self, other: Region) -> float:
        """Intersection over union, 0 to 1."""
        both = self.shared(other).area
        return both / (self.area + other.area - both) if both else 0.0

    def distance(self, x: float, y: float) -> float:
        """Pixels from a point to the nearest edge; 0 inside."""
        dx = max(self.x - x, 0, x - self.right)
        dy = max(self.y - y, 0, y - self.bottom)
        return float((dx * dx + dy * dy) ** 0.5)

    def grown(self, pixels: int) -> Region:
        return Region(self.x - pixels, self.y - pixels, self.width + 2 * pixels, self.height + 2 * pixels)

    def moved(self, dx: int, dy: int) -> Region:
        return Region(self.x + dx, self.y + dy, self.width, self.height)

    def within(self, size: Size) -> Region:
        """Clipped to a picture of that size."""
        return self.shared(Region(0, 0, size.width, size.height))

    def on(self, source: Size, target: Size) -> Region:
        """Measured on a picture of size `source`, the same place on one of size `target`."""
        fx, fy = target.width / source.width, target.height / source.height
        return Region.between(self.x * fx, self.y * fy, self.right * fx, self.bottom * fy)

    def __str__(self) -> str:
        return f"{self.width}x{self.height}+{self.x}+{self.y}"


@dataclass(frozen=True, slots=True)
class View:
    """Where a frame lies in the space of the mouse.

    `left`, `top`: the input-unit place of the frame's top left pixel (a second monitor, a window; may be
    negative). `scale`: frame pixels in one input unit (2.0 on a Retina Mac, 1.0 on X11).
    """

    frame: Size
    left: float = 0.0
    top: float = 0.0
    scale: float = 1.0

    def to_input(self, point: Point) -> tuple[int, int]:
        """Input units for the mouse; BadAction when the point is off the frame or of another frame."""
        if point.frame != self.frame:
            raise BadAction(
                f"{point} was measured on a {point.frame} frame, but the screen is {self.frame} now: "
                "observe again, then decide"
            )
        if not point.inside:
            raise BadAction(
                f"{point} is off the {self.frame} screen; x runs 0 to {self.frame.width - 1}, "
                f"y 0 to {self.frame.height - 1}"
            )
        return int(self.left + point.x / self.scale), int(self.top + point.y / self.scale)

    def from_input(self, x: float, y: float) -> Point:
        """The frame place of an input-unit position; may lie off the frame (see `Point.inside`)."""
        return Point((x - self.left) * self.scale, (y - self.top) * self.scale, self.frame)

    def region_from_input(self, x: float, y: float, width: float, height: float) -> Region:
        a, b = self.from_input(x, y), self.from_input(x + width, y + height)
        return Region.between(a.x, a.y, b.x, b.y)
