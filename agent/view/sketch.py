"""An action drawn into a picture: where it was clicked, dragged, turned, and what was typed."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from screenwright.tools.actions import Action, Drag, Scroll, Swipe, TypeText, aim, describe
from screenwright.tools.geometry import Point
from screenwright.tools.observation import Pixels
from screenwright.tools.steps import Step

Place = tuple[int, int]

MARK, WHITE = (240, 18, 106), (255, 255, 255)
BAR, INK, SOFT, BAD = (27, 29, 34), (238, 239, 243), (160, 166, 178), (255, 127, 118)
FONTS = ("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "msyh.ttc", "PingFang.ttc", "DejaVuSans.ttf")
SHIFT = 4  # cv2 takes places in sixteenths of a pixel


def drawn(pixels: Pixels, step: Step) -> Pixels:
    """A copy of the frame (H, W, 3), scaled or not, with the step's action on it."""
    picture = np.ascontiguousarray(pixels).copy()
    action = step.decision.action if step.decision else None
    if action is None:
        return picture
    unit = max(picture.shape[:2]) / 640
    at = _on(aim(action), picture)
    match action:
        case Drag(start=start) | Swipe(start=start) if at:
            begin = _on(start, picture)
            if begin:
                _arrow(picture, begin, at, unit * 2)
                _disc(picture, begin, unit * 5)
            else:
                _aim(picture, at, unit)
        case Scroll(right=right, down=down):
            begin = at or (picture.shape[1] // 2, picture.shape[0] // 2)
            long = unit * 55
            _arrow(picture, begin, (_toward(begin[0], right, long), _toward(begin[1], down, long)), unit * 3)
        case _ if at:
            _aim(picture, at, unit)
        case _:
            pass
    return picture


def captioned(pixels: Pixels, step: Step, steps: int, height: int, after: bool) -> Pixels:
    """The picture with a bar of `height` pixels below it that says which step it is, and what is done."""
    from PIL import Image, ImageDraw

    width = pixels.shape[1]
    image = Image.new("RGB", (width, pixels.shape[0] + height), BAR)
    image.paste(Image.fromarray(pixels), (0, 0))
    pen, font = ImageDraw.Draw(image), _font(max(11, height // 2))
    top = pixels.shape[0] + height // 5
    number = f"{step.index + 1}/{steps}"
    pen.text((height // 3, top), number, SOFT, font)
    left = height // 3 + int(pen.textlength(f"{steps}/{steps}  ", font))
    said = _said(step, after)
    while said and left + pen.textlength(said, font) > width - height // 3:
        said = said[:-2].rstrip("…") + "…" if len(said) > 2 else ""
    pen.text((left, top), said, INK if step.result.ok else BAD, font)
    return np.asarray(image)


def _said(step: Step, after: bool) -> str:
    action: Action | None = step.decision.action if step.decision else None
    said = describe(action) if action else "no decision"
    if isinstance(action, TypeText):
        said = "type " + " ".join(action.text.split())
    if after and not step.result.ok:
        said += " - " + (" ".join(step.result.message.split()) or "failed")
    return said


def _on(point: Point | None, picture: Pixels) -> Place | None:
    if point is None:
        return None
    return round(point.x * picture.shape[1] / point.frame.width), round(
        point.y * picture.shape[0] / point.frame.height
    )


def _toward(at: int, turns: int, long: float) -> int:
    return round(at + (long if turns > 0 else -long if turns < 0 else 0))


def _aim(picture: Pixels, at: Place, unit: float) -> None:
    _ring(picture, at, unit * 11, unit * 3.6, WHITE)
    _ring(picture, at, unit * 11, unit * 1.9, MARK)
    _disc(picture, at, unit * 2.4)


def _ring(picture: Pixels, at: Place, radius: float, width: float, colour: tuple[int, int, int]) -> None:
    import cv2

    middle = (at[0] << SHIFT, at[1] << SHIFT)
    cv2.circle(picture, middle, round(radius * 2**SHIFT), colour, max(1, round(width)), cv2.LINE_AA, SHIFT)


def _disc(picture: Pixels, at: Place, radius: float) -> None:
    import cv2

    for colour, size in ((WHITE, radius * 1.35), (MARK, radius)):
        cv2.circle(
            picture, (at[0] << SHIFT, at[1] << SHIFT), round(size * 2**SHIFT), colour, -1, cv2.LINE_AA, SHIFT
        )


def _arrow(picture: Pixels, start: Place, end: Place, width: float) -> None:
    import cv2

    long = max(1.0, float(np.hypot(end[0] - start[0], end[1] - start[1])))
    for colour, wide in ((WHITE, width * 2), (MARK, width)):
        cv2.arrowedLine(
            picture, start, end, colour, max(1, round(wide)), cv2.LINE_AA, tipLength=min(0.5, width * 6 / long)
        )


@cache
def _font(size: int) -> Any:
    from PIL import ImageFont

    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
