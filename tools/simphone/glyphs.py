"""The pictures on app icons and buttons, drawn once for each size."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

GRID = 96  # every glyph is drawn on a square of this size
FINER = 4  # ... that is so many times larger, and made smaller afterwards


class Pen:
    """Draws on the grid; `fill` and `outline` are how much of the icon's colour shows, 0 to 255."""

    def __init__(self, draw: Any) -> None:
        self._draw = draw

    def __getattr__(self, shape: str) -> Callable[..., None]:
        draw = getattr(self._draw, shape)

        def scaled(points: Any, *numbers: float, **named: Any) -> None:
            if shape == "rounded_rectangle":
                numbers = (numbers[0] * FINER,)
            if "width" in named:
                named["width"] *= FINER
            draw(_larger(points), *numbers, **named)

        return scaled


def _larger(points: Any) -> Any:
    return tuple(_larger(part) if isinstance(part, tuple) else part * FINER for part in points)


def _settings(draw: Any) -> None:
    for tooth in range(8):
        angle = tooth * math.pi / 4
        x, y = 48 + 29 * math.cos(angle), 48 + 29 * math.sin(angle)
        draw.ellipse((x - 8, y - 8, x + 8, y + 8), fill=255)
    draw.ellipse((20, 20, 76, 76), fill=255)
    draw.ellipse((36, 36, 60, 60), fill=0)


def _notes(draw: Any) -> None:
    draw.rounded_rectangle((24, 16, 72, 80), 6, fill=255)
    for top in (30, 42, 54):
        draw.rectangle((32, top, 64, top + 4), fill=0)
    draw.rectangle((32, 66, 50, 70), fill=0)


def _contacts(draw: Any) -> None:
    draw.ellipse((34, 18, 62, 46), fill=255)
    draw.pieslice((18, 52, 78, 112), 180, 360, fill=255)


def _vault(draw: Any) -> None:
    draw.arc((32, 14, 64, 58), 180, 360, fill=255, width=8)
    draw.rounded_rectangle((24, 40, 72, 80), 8, fill=255)
    draw.ellipse((42, 52, 54, 64), fill=0)
    draw.rectangle((46, 60, 50, 72), fill=0)


def _watch(draw: Any) -> None:
    draw.ellipse((20, 26, 76, 82), outline=255, width=8)
    draw.rectangle((42, 10, 54, 20), fill=255)
    draw.line(((48, 54), (62, 40)), fill=255, width=7)


def _back(draw: Any) -> None:
    draw.line(((60, 22), (34, 48), (60, 74)), fill=255, width=8, joint="curve")


def _arrow(draw: Any) -> None:
    draw.line(((76, 48), (24, 48)), fill=255, width=8)
    draw.line(((46, 24), (22, 48), (46, 72)), fill=255, width=8, joint="curve")


def _home(draw: Any) -> None:
    draw.ellipse((28, 28, 68, 68), outline=255, width=8)


def _recents(draw: Any) -> None:
    draw.rounded_rectangle((30, 30, 66, 66), 8, outline=255, width=8)


def _plus(draw: Any) -> None:
    draw.rectangle((44, 22, 52, 74), fill=255)
    draw.rectangle((22, 44, 74, 52), fill=255)


def _battery(draw: Any) -> None:
    draw.rounded_rectangle((32, 18, 64, 84), 8, outline=255, width=7)
    draw.rectangle((40, 8, 56, 18), fill=255)
    draw.rectangle((40, 36, 56, 76), fill=255)


def _wifi(draw: Any) -> None:
    draw.pieslice((4, 18, 92, 106), 225, 315, fill=255)


def _plane(draw: Any) -> None:
    draw.polygon(((48, 8), (56, 36), (90, 58), (90, 66), (56, 56), (54, 76), (64, 86), (48, 82)), fill=255)
    draw.polygon(((48, 8), (40, 36), (6, 58), (6, 66), (40, 56), (42, 76), (32, 86), (48, 82)), fill=255)


def _shift(draw: Any) -> None:
    draw.polygon(((48, 18), (78, 52), (62, 52), (62, 76), (34, 76), (34, 52), (18, 52)), fill=255)


def _erase(draw: Any) -> None:
    draw.polygon(((34, 24), (86, 24), (86, 72), (34, 72), (10, 48)), fill=255)
    draw.line(((46, 36), (70, 60)), fill=0, width=6)
    draw.line(((70, 36), (46, 60)), fill=0, width=6)


def _enter(draw: Any) -> None:
    draw.line(((74, 26), (74, 52), (28, 52)), fill=255, width=8)
    draw.polygon(((14, 52), (36, 34), (36, 70)), fill=255)


GLYPHS: dict[str, Callable[[Any], None]] = {
    "settings": _settings,
    "notes": _notes,
    "contacts": _contacts,
    "vault": _vault,
    "watch": _watch,
    "back": _back,
    "arrow": _arrow,
    "home": _home,
    "recents": _recents,
    "plus": _plus,
    "battery": _battery,
    "wifi": _wifi,
    "plane": _plane,
    "shift": _shift,
    "erase": _erase,
    "enter": _enter,
}


@lru_cache(maxsize=128)
def glyph(name: str, side: int) -> Image.Image:
    """A mask of `side` by `side` pixels; an unknown name gives an empty one."""
    from PIL import Image, ImageDraw

    whole = Image.new("L", (GRID * FINER, GRID * FINER), 0)
    if draw := GLYPHS.get(name):
        draw(Pen(ImageDraw.Draw(whole)))
    return whole.resize((side, side), Image.Resampling.BOX)
