"""Qwen2.5-VL: the same functions with fewer actions, coordinates in pixels of the picture as it was shown."""

from __future__ import annotations

from screenwright.policies.chat import GREEDY
from screenwright.policies.dialects.dialect import Screen, in_pixels, to_pixels
from screenwright.policies.dialects.qwen3vl import QwenDialect
from screenwright.tools.geometry import Point, Size


class Qwen25VLDialect(QwenDialect):
    """Qwen2.5-VL. It was trained on 11 actions of a desktop; the others are read all the same."""

    name = "qwen25vl"
    factor = 28
    sampling = GREEDY
    left_out: tuple[str, ...] = ("triple_click", "hscroll", "answer", "interact")
    left_out_on_phones: tuple[str, ...] = ("answer", "interact")

    def most(self, screen: Screen) -> Size:
        return Size(screen.shown.width - 1, screen.shown.height - 1)

    def declared(self, screen: Screen) -> Size:
        return screen.shown

    def at(self, x: float, y: float, screen: Screen) -> Point:
        return in_pixels(x, y, screen)

    def place(self, point: Point, screen: Screen) -> list[int]:
        return to_pixels(point, screen)
