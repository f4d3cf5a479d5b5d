"""Draws what the simulated phone shows: each view by its look, parents before children."""

from __future__ import annotations

from typing import Any

import numpy as np

from screenwright.tools.geometry import Region
from screenwright.tools.simphone.looks import look
from screenwright.tools.simphone.metrics import Metrics
from screenwright.tools.simphone.paint import DARK, LIGHT, Paint
from screenwright.tools.simphone.view import View


def draw(root: View, metrics: Metrics, dark: bool) -> Any:
    """(H, W, 3) uint8 RGB."""
    from PIL import Image

    theme = DARK if dark else LIGHT
    image = Image.new("RGB", (metrics.screen.width, metrics.screen.height), theme.page)
    _view(Paint(image, metrics, theme), root)
    return np.asarray(image)


def _view(paint: Paint, view: View) -> None:
    if view.hidden:
        return
    if view.scroller:
        _clipped(paint, view)
        return
    look(paint, view)
    for child in view.children:
        _view(paint, child)


def _clipped(paint: Paint, view: View) -> None:
    """Draw a list; what its first and last rows cover outside of it is put back afterwards."""
    region = view.region
    rows = [child for child in view.children if not child.hidden]
    top = min((row.region.y for row in rows), default=region.y)
    bottom = max((row.region.bottom for row in rows), default=region.bottom)
    edges = [(region.x, max(0, top), region.right, region.y), (region.x, region.bottom, region.right, bottom)]
    kept = [(box, paint.image.crop(box)) for box in edges if box[3] > box[1]]
    for row in rows:
        _view(paint, row)
    for box, before in kept:
        paint.image.paste(before, box[:2])
    if view.scroller and view.scroller.furthest:
        _scrollbar(paint, view, view.scroller.offset, view.scroller.furthest)


def _scrollbar(paint: Paint, view: View, offset: int, furthest: int) -> None:
    region, wide = view.region, paint.dp(3)
    tall = max(paint.dp(24), region.height * region.height // (region.height + furthest))
    top = region.y + (region.height - tall) * offset // furthest
    paint.round(Region(region.right - 2 * wide, top, wide, tall), wide // 2, paint.theme.line)
