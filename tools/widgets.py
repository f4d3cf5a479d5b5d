"""Widgets that have no text of their own, found from pixels: fields, drop-downs, tick boxes, sliders.

Only shapes are looked at, never a theme's colours, so that light and dark, Tk, GTK and a browser are all
the same: a field is a plain rectangle that is empty or whose text begins at its left end; a button's text
stands in the middle; a tick box is a small square beside a text, a radio button a small circle.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from screenwright.tools.elements import Element, Role
from screenwright.tools.geometry import Region, Size
from screenwright.tools.observation import Pixels
from screenwright.tools.shapes import (
    FAINT,
    Mask,
    Surface,
    background,
    blobs,
    diamond,
    different,
    solidity,
    surfaces,
    whole_fields,
)

SURE = 0.7
"""How sure an element made of pixels is; the tree's are 1."""


class Widgets:
    """What a frame shows without words, looked for when first asked. `lines`: its text, to tell apart."""

    def __init__(self, pixels: Pixels, lines: Sequence[Element]) -> None:
        self._pixels = pixels
        self._lines = lines
        self._frame = Size(pixels.shape[1], pixels.shape[0])

    def of(self, role: Role) -> tuple[Element, ...]:
        """All that look like it, in no order."""
        match role:
            case "field" | "button" | "combo" | "scroll":
                return tuple(e for e in self._rectangles if e.role == role)
            case "checkbox" | "radio":
                return tuple(e for e in self._ticks if e.role == role)
            case "slider":
                return self._sliders
            case _:
                return ()

    @cached_property
    def _surfaces(self) -> list[Surface]:
        return whole_fields(self._pixels, surfaces(self._pixels))

    @cached_property
    def _rectangles(self) -> tuple[Element, ...]:
        """Fields, buttons, drop-downs and panes."""
        found = [element for surface in self._surfaces if (element := self._judged(surface))]
        return tuple(found)

    def _judged(self, surface: Surface) -> Element | None:
        region = surface.region
        texts = [
            line for line in self._lines if region.holds(*line.region.middle) and not is_ornament(line, region)
        ]
        if region.width < 24 or region.height < 12 or region.area > 0.4 * self._frame.area:
            return None
        if region.width >= 150 and region.height >= 100:
            holds = sum(region.shared(other.region) == other.region for other in self._surfaces)
            amid = any(line.region.x - region.x > 0.2 * region.width for line in texts)  # a notice, a heading
            role: Role = "field" if holds < 3 and surface.filled > 0.8 and not amid else "scroll"
            return self._element(region, role, texts)
        if region.height > 90 and region.width < region.height:
            return None
        if arrow := self._arrow(surface):
            return self._element(Region.around([region, arrow]), "combo", texts)
        if region.width < 1.3 * region.height and not texts:
            return None
        if not texts:
            return self._element(region, "field", texts) if surface.filled > 0.9 else None
        first = min(texts, key=lambda line: line.region.x)
        left = first.region.x - region.x
        right = region.right - max(line.region.right for line in texts)
        if len(texts) == 1 and abs(left - right) <= max(6, 0.12 * region.width):
            return self._element(region, "button", texts)
        in_rows = len(texts) <= max(1, region.height // 14)
        return self._element(region, "field", texts) if left <= 14 + first.region.height / 2 and in_rows else None

    def _element(self, region: Region, role: Role, texts: Sequence[Element]) -> Element:
        held = " ".join(line.text for line in sorted(texts, key=lambda e: (e.region.y, e.region.x)))
        if role == "button":
            return Element(held, region, role, "pixels", SURE)
        return Element("", region, role, "pixels", SURE, value=held or None)

    def _arrow(self, surface: Surface) -> Region | None:
        """The part at the right end that holds the arrow of a drop-down: in the field, or a box beside it."""
        region = surface.region
        if not 14 <= region.height <= 64 or region.width < 1.5 * region.height:
            return None
        side = round(1.2 * region.height)
        for left in (region.right - side, region.right - 2):
            end = Region(left, region.y, side + 4, region.height).within(self._frame)
            if self._shows_arrow(end, beside=left > region.right - side):
                return end if left > region.right - side else region
        return None

    def _shows_arrow(self, end: Region, *, beside: bool) -> bool:
        part = self._crop(end)
        if part.size == 0:
            return False
        inner = part[3:-3, : -6 if not beside else None]
        if inner.size == 0:
            return False
        if beside and any(
            line.region.x >= end.x - 2 and end.holds(*line.region.middle) and len(line.text) > 1
            for line in self._lines
        ):
            return False
        height = part.shape[0]
        for blob in blobs(different(inner, background(inner), 60)):
            y = blob.middle[1]
            level = abs(y + 3 - height / 2) <= 0.2 * height
            small = 4 <= blob.width <= 0.6 * height and 2 <= blob.height <= 0.55 * height
            alone = blob.x > 0 and blob.right < inner.shape[1]
            if level and small and alone and _pointed(different(inner, background(inner), 60), blob):
                return True
        return False

    @cached_property
    def _ticks(self) -> tuple[Element, ...]:
        """Tick boxes and radio buttons that stand beside a text."""
        found: list[Element] = []
        for line in self._lines:
            for tick in self._ticks_beside(line):
                if not any(tick.region.overlap(other.region) > 0.5 for other in found):
                    found.append(tick)
        return tuple(found)

    def _ticks_beside(self, line: Element) -> Iterator[Element]:
        box = line.region
        reach = round(2.4 * box.height)
        # Not the window's commonest colour: half of it may be the desktop behind.
        ground = background(self._crop(box))
        for window in (
            Region(box.x - reach, box.y - 4, reach + round(0.5 * box.height), box.height + 8),
            Region(box.right - 2, box.y - 4, reach, box.height + 8),
        ):
            window = window.within(self._frame)
            part = self._crop(window)
            if part.size == 0:
                continue
            mask = different(part, ground, FAINT)
            for blob in blobs(mask):
                place = blob.moved(window.x, window.y)
                tick = self._tick(part, mask, blob, place, line)
                if tick:
                    yield tick

    def _tick(self, part: Pixels, mask: Mask, blob: Region, place: Region, line: Element) -> Element | None:
        side, height = max(blob.width, blob.height), line.region.height
        if not 8 <= side <= 40 or min(blob.width, blob.height) < 0.78 * side:
            return None
        if (
            not 0.35 * height <= side <= 1.7 * height
            or abs(place.middle[1] - line.region.middle[1]) > 0.35 * height
        ):
            return None
        if blob.x <= 0 or blob.y <= 0 or blob.right >= part.shape[1] or blob.bottom >= part.shape[0]:
            return None
        if any(o != line and len(o.text) > 1 and o.region.holds(*place.middle) for o in self._lines):
            return None
        inner_mask = mask[blob.y : blob.bottom, blob.x : blob.right]
        full = solidity(inner_mask)
        if full < 0.7 and not diamond(inner_mask):
            return None
        role: Role = "checkbox" if full > 0.88 else "radio"
        checked = _marked(part[blob.y : blob.bottom, blob.x : blob.right], background(part))
        return Element("", place, role, "pixels", SURE, checked=checked)

    @cached_property
    def _sliders(self) -> tuple[Element, ...]:
        found: list[Element] = []
        for line in self._lines:
            for slider in self._sliders_near(line.region):
                if not any(slider.region.overlap(other.region) > 0.3 for other in found):
                    found.append(slider)
        return tuple(found)

    def _sliders_near(self, label: Region) -> Iterator[Element]:
        height = max(16, label.height)
        ground = background(self._crop(label))
        row = Region(label.right + 2, label.y - height // 2 - 3, 640, label.height + 2 * (height // 2) + 6)
        under = Region(label.x - 60, label.bottom, 640, 6 * height)
        for window in (row.within(self._frame), under.within(self._frame)):
            part = self._crop(window)
            if part.size == 0:
                continue
            mask = different(part, ground, 14)
            for blob in blobs(mask):
                if blob.width < 60 or not 4 <= blob.height <= 44 or blob.width < 4 * blob.height:
                    continue
                if blob.y <= 0 or blob.bottom >= part.shape[0]:
                    continue
                place = blob.moved(window.x, window.y)
                if any(place.holds(*line.region.middle) for line in self._lines if len(line.text) > 1):
                    continue
                where = _thumb(part[blob.y : blob.bottom, blob.x : blob.right], mask, blob)
                if where is not None:
                    yield Element("", place, "slider", "pixels", SURE, value=f"{where:.2f}")

    def _crop(self, region: Region) -> Pixels:
        r = region.within(self._frame)
        return self._pixels[r.y : r.bottom, r.x : r.right]


def is_ornament(line: Element, region: Region) -> bool:
    """An arrow or a handle at the right end, which OCR took for a letter; in one line, a digit is a digit."""
    tall = region.height > 2 * line.region.height
    odd = len(line.text) <= 2 and (tall or not any(c.isdigit() for c in line.text))
    return odd and region.right - line.region.right < 12 and line.region.x > region.middle[0]


def _pointed(mask: Mask, blob: Region) -> bool:
    """Does its width shrink from one end to the other, or come to a point, as arrows' do?"""
    part = mask[blob.y : blob.bottom, blob.x : blob.right]
    spans = [int(np.ptp(np.flatnonzero(row))) + 1 if row.any() else 0 for row in part]
    third = max(1, len(spans) // 3)
    top, bottom = max(spans[:third]), max(spans[-third:])
    return blob.width >= 0.9 * blob.height and min(top, bottom) <= 0.67 * max(spans)


def _marked(part: Pixels, ground: npt.NDArray[np.int16]) -> bool:
    """Is there a tick or a dot inside, or is it filled? Else its inside is plain and pale up to a thin border."""
    height, width = part.shape[:2]
    dy, dx = max(2, round(height * 0.25)), max(2, round(width * 0.25))
    inner = part[dy : height - dy, dx : width - dx].reshape(-1, 3).astype(np.int16)
    middle = np.median(part[height // 2 - 1 : height // 2 + 2, width // 2 - 1 : width // 2 + 2], axis=(0, 1))
    if (np.abs(inner - np.median(inner, axis=0)).max(1) > 45).mean() > 0.06:
        return True
    # ttk's own theme fills the box with blue, without a mark.
    if np.ptp(middle) - np.ptp(ground) > 40 or ground.mean() - middle.mean() > 80:
        return True
    across = np.abs(part[height // 2].astype(np.int16) - middle).max(1) > 25
    down = np.abs(part[:, width // 2].astype(np.int16) - middle).max(1) > 25
    return (_hollow(across) + _hollow(down)) / 2 < 0.6


def _hollow(other: Mask) -> float:
    """How much of a line through the middle has the middle's colour without a break."""
    half = len(other) // 2
    before, after = np.flatnonzero(other[:half]), np.flatnonzero(other[half:])
    first = int(before[-1]) + 1 if len(before) else 0
    last = half + int(after[0]) if len(after) else len(other)
    return (last - first) / len(other)


def _thumb(part: Pixels, mask: Mask, blob: Region) -> float | None:
    """Where along a track the thumb stands, 0 to 1; None when there is none."""
    height, width = part.shape[:2]
    tall = mask[blob.y : blob.bottom, blob.x : blob.right].sum(0)
    usual = float(np.median(tall))
    bump = np.flatnonzero(tall > 1.35 * usual)
    if len(bump) and np.ptp(bump) < 2.2 * height and len(bump) >= 4:
        middle = float(bump.mean())
        return float(middle / width)
    row = part[height // 2].astype(np.int16)
    edges = np.flatnonzero(np.abs(np.diff(row, axis=0)).max(1) > 12)
    inner = edges[(edges > 3) & (edges < width - 5)]
    if len(inner) >= 2 and 6 <= np.ptp(inner) <= max(48, 3 * height):
        return float((inner.min() + inner.max()) / 2 / width)
    return None
