"""Where a picture shows something that the system did not tell: only there a phone's screen is read by OCR.

A phone's own tree has nearly every word on the screen, and reading two and a half million pixels takes seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from screenwright.tools.changes import TILE, Tiles, regions_of
from screenwright.tools.elements import Element, Role
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Pixels

INK = 48
"""Levels between the darkest and the lightest pixel of a tile, from which on something may be written in it."""
LETTER_PX = 10
SWITCHED: tuple[Role, ...] = ("checkbox", "radio", "slider")
MARGIN_PX = 24
AROUND_PX = 12


def tells_words(tree: Sequence[Element]) -> bool:
    """Is this a tree that has the words of its screen?"""
    return any(element.source == "uiautomator" and element.text for element in tree)


def leaves(tree: Sequence[Element]) -> list[Element]:
    """What is named or holds a text, and has nothing such within but a switch, which is named after it."""
    named = [e for e in tree if (e.text or e.value) and e.region.area and e.role not in ("window", "scroll")]
    inner = [e for e in named if e.role not in SWITCHED]
    return [e for e in named if not any(o is not e and _within(o.region, e.region) for o in inner)]


def untold(pixels: Pixels, told: Sequence[Element]) -> tuple[Pixels, list[Region]]:
    """The picture without what was told, and where in it something is left that may be text."""
    left = pixels.copy()
    for element in told:
        r = element.region
        part = left[max(0, r.y) : r.bottom, max(0, r.x) : r.right]
        if part.size:
            part[:] = part[0, 0]
    tiles = _inked(left)
    found = [r for r in regions_of(tiles) if r.width >= LETTER_PX and r.height >= LETTER_PX]
    frame = Region(0, 0, pixels.shape[1], pixels.shape[0])
    return left, [region.grown(AROUND_PX).shared(frame) for region in found]


def as_lines(told: Sequence[Element]) -> list[Element]:
    """What was told, as texts that stand on the screen: what a field holds, or else what a thing is called."""
    words = {e.text for e in told if e.role not in SWITCHED}
    shown = [e for e in told if e.role not in SWITCHED or e.text not in words]
    return [replace(e, text=text, role="text", value=None) for e in shown if (text := (e.value or e.text).strip())]


def _within(inner: Region, outer: Region) -> bool:
    return inner.area < outer.area and inner.shared(outer).area > 0.9 * inner.area


def _inked(pixels: Pixels) -> Tiles:
    """(ceil(H/16), ceil(W/16)) bool: the tiles that are not plain."""
    green = pixels[..., 1]
    height, width = green.shape
    padded = np.pad(green, ((0, -height % TILE), (0, -width % TILE)), mode="edge")
    blocks = padded.reshape(padded.shape[0] // TILE, TILE, padded.shape[1] // TILE, TILE)
    spread = blocks.max(axis=(1, 3)).astype(np.int16) - blocks.min(axis=(1, 3))
    return np.asarray(spread >= INK, np.bool_)
