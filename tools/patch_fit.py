"""How well a kept picture fits a place on a frame: what is written on it, what beside it, its outline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from screenwright.tools.geometry import Region, Size
from screenwright.tools.observation import Pixels
from screenwright.tools.patch_marks import INK, Gray, edges, grayed, same_marks
from screenwright.tools.patch_search import Peak, Pictured

SLACK_PX = 3


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well a picture fits a place, each 0 to 1; None: there is nothing to tell by.

    `target`: what is written on the target; `context`: what is written beside it; `whole`: all edges;
    `exact`: share of its pixels that are the same to the eye.
    """

    target: float | None
    context: float | None
    whole: float
    exact: float
    colour: float


def agreement(pixels: Pixels, known: Pictured, peak: Peak) -> Agreement:
    """How well the picture fits there."""
    sized = known.at(peak.scale)
    height, width = sized.pixels.shape[:2]
    here = pixels[max(0, peak.y) : peak.y + height, max(0, peak.x) : peak.x + width]
    exact, colour = 0.0, 0.0
    if here.shape == sized.pixels.shape:
        exact, colour = _exact(here, sized)
    if exact > 0.999:
        return Agreement(1.0 if known.inner else None, 1.0 if known.row else None, 1.0, exact, colour)
    shown = _padded(pixels, peak, width, height)
    target = same_marks(sized.gray, shown, sized.inner, SLACK_PX) if sized.inner else None
    context = same_marks(sized.gray, shown, sized.row, SLACK_PX) if sized.row else None
    return Agreement(target, context, peak.score, exact, colour)


def bordered(pixels: Pixels, known: Pictured, peak: Peak) -> float:
    """How much of the target's outline is there, 0 to 1; 1 where it has none."""
    import cv2

    sized = known.at(peak.scale)
    t, height, width = sized.target, *sized.edges.shape
    ring = np.zeros((height, width), np.uint8)
    cv2.rectangle(ring, (t.x, t.y), (t.right - 1, t.bottom - 1), 1, 5)
    drawn = (sized.edges > INK // 2) & (ring > 0)
    if int(drawn.sum()) < 0.3 * (t.width + t.height):
        return 1.0
    box = Region(peak.x, peak.y, width, height)
    inside = box.within(Size(pixels.shape[1], pixels.shape[0]))
    shown = np.zeros((height, width), np.uint8)
    top, left = inside.y - box.y, inside.x - box.x
    part = edges(pixels[inside.y : inside.bottom, inside.x : inside.right])
    shown[top : top + part.shape[0], left : left + part.shape[1]] = part
    wide = np.asarray(cv2.dilate((shown > INK // 4).astype(np.uint8), np.ones((5, 5), np.uint8))) > 0
    return float(wide[drawn].mean())


def _padded(pixels: Pixels, peak: Peak, width: int, height: int) -> Gray:
    """What is there, with some more on every side; off the frame there is nothing."""
    box = Region(peak.x, peak.y, width, height).grown(SLACK_PX)
    inside = box.within(Size(pixels.shape[1], pixels.shape[0]))
    shown = np.zeros((box.height, box.width), np.uint8)
    part = grayed(pixels[inside.y : inside.bottom, inside.x : inside.right])
    top, left = inside.y - box.y, inside.x - box.x
    shown[top : top + part.shape[0], left : left + part.shape[1]] = part
    return shown


def _exact(here: Pixels, sized: Pictured) -> tuple[float, float]:
    """Share of pixels that are the same, and how far the target's mean colour is off, in levels."""
    import cv2

    off = cv2.absdiff(here, sized.pixels)
    t = sized.target
    same = float((cv2.inRange(off, (0, 0, 0, 0), (12, 12, 12, 0)) > 0).mean())
    now, then = (p[t.y : t.bottom, t.x : t.right].reshape(-1, 3) for p in (here, sized.pixels))
    return same, float(np.abs(now.mean(0) - then.mean(0)).max()) if len(now) else 0.0
