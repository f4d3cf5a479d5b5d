"""Fields into which a secret was typed: they stay hidden for as long as their box is on the screen.

What they show may change (an eye turns dots into letters) and their frame may change its colour (the focus
goes), so a box is known by its edges alone. Another page in its place has other edges, and is seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from screenwright.tools.busy import is_caret
from screenwright.tools.changes import RGB, changed_regions
from screenwright.tools.geometry import Region, Size
from screenwright.tools.observation import Words
from screenwright.tools.secrets.glyphs import ground_of
from screenwright.tools.secrets.patterns import grey_of

AROUND_PX = 9
STEP = 8.0  # of 255: from one row of pixels to the next, which is an edge
EDGE = 0.75  # of a side
SAME = 0.9
GREYS = (0x8B919A, 0x9AA0A8)
"""Of what is hidden; they take turns, so that typing anew is seen to change something, and not what was typed."""


@dataclass(eq=False, slots=True)
class Place:
    """One field, inside its frame.

    `edges`: which of its sides could be seen; `shown`: what it showed with the secret in it; `empty`: and before.
    """

    area: Region
    size: Size
    empty: Words
    shown: Words
    edges: frozenset[str]
    turn: int = 0
    learning: bool = True

    @classmethod
    def of(cls, area: Region, before: Words, words: Words) -> Place:
        size = Size(words.shape[1], words.shape[0])
        return cls(area, size, _part(before, area), _part(words, area), edges(words, area))

    def typed_anew(self, words: Words) -> None:
        self.shown, self.edges = _part(words, self.area), edges(words, self.area)
        self.turn, self.learning = self.turn + 1, True

    @property
    def grey(self) -> np.uint32:
        return np.uint32(GREYS[self.turn % len(GREYS)])

    def there(self, words: Words) -> bool:
        """Is it on this frame, with anything in it that was not there before the secret?"""
        if words.shape != (self.size.height, self.size.width) or self.is_empty(words):
            return False
        if self.same(words):
            return True
        now = edges(words, self.area)
        # without any edge to know it by, a plain place stays hidden until something is drawn around it
        return len(self.edges & now) * 2 >= len(self.edges) if self.edges else not now

    def same(self, words: Words) -> bool:
        """Does it show what it showed with the secret in it?"""
        now = _part(words, self.area)
        inked = (self.shown & RGB) != ground_of(words, self.area)
        return bool(inked.any()) and float((((now ^ self.shown) & RGB) == 0)[inked].mean()) >= SAME

    def is_empty(self, words: Words) -> bool:
        return all(is_caret(region) for region in changed_regions(self.empty, _part(words, self.area)))


def edges(words: Words, area: Region) -> frozenset[str]:
    """The sides of an area along which an edge runs, on it or a few pixels outside."""
    size = Size(words.shape[1], words.shape[0])
    outer = area.grown(AROUND_PX).within(size)
    grey = grey_of(words, outer)
    left, top = area.x - outer.x, area.y - outer.y
    right, bottom = left + area.width, top + area.height
    down = _runs(np.abs(np.diff(grey[:, left:right], axis=0)) > STEP, axis=1)
    across = _runs(np.abs(np.diff(grey[top:bottom], axis=1)) > STEP, axis=0)
    sides = {
        "top": down[: max(0, top + 1)],
        "bottom": down[max(0, bottom - 2) :],
        "left": across[: max(0, left + 1)],
        "right": across[max(0, right - 2) :],
    }
    return frozenset(name for name, runs in sides.items() if runs.any())


def _part(words: Words, area: Region) -> Words:
    return np.ascontiguousarray(words[area.y : area.bottom, area.x : area.right]).copy()


def _runs(steps: npt.NDArray[np.bool_], axis: int) -> npt.NDArray[np.bool_]:
    return np.asarray(steps.mean(axis=axis) >= EDGE) if steps.size else np.zeros(0, np.bool_)
