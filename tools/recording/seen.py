"""What was on the screen at one moment of a recording, and the bursts of change between such moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from screenwright.tools.changes import changed_tiles
from screenwright.tools.elements import Element
from screenwright.tools.geometry import Region, View
from screenwright.tools.observation import Observation, Words
from screenwright.tools.x11 import Window

QUIET_S = 0.25  # without change, and what comes then is another burst
Told = tuple[Element, ...]


@dataclass(eq=False, slots=True)
class Seen:
    """One frame. `at`: `time.perf_counter()` when it was wholly there; `version`: counts what really changed.

    `told`: what the accessibility tree said while just this was shown, as soon as it is known. `window`: the one
    that had the focus; `windows`: those on the screen, the topmost last.
    """

    at: float
    taken_at: float
    serial: int
    version: int
    view: View
    words: Words
    device: str = ""
    window: Window | None = None
    windows: tuple[Window, ...] = ()
    told: Told | None = None

    @property
    def middle(self) -> tuple[float, float]:
        """Of the frame, in input units."""
        view = self.view
        return view.left + view.frame.width / view.scale / 2, view.top + view.frame.height / view.scale / 2

    def observation(self, told: Sequence[Element], words: Words | None = None) -> Observation:
        """As a step keeps it, with `words` instead of its own where something is blanked."""
        window = self.window
        focus = None
        if window:
            area = window.region
            focus = self.view.region_from_input(area.x, area.y, area.width, area.height)
        observation = Observation(
            self.view,
            words=self.words if words is None else words,
            device=self.device,
            taken_at=self.taken_at,
            serial=self.serial,
            elements=lambda: told,
            title=lambda: window.title if window else None,
            program=lambda: window.program if window else None,
            focus=lambda: focus,
        )
        observation.ask()
        return observation

    def elements(self, near: Seen | None) -> Told:
        """What the tree told of it; else what it told of the frame `near` where both show the same."""
        if self.told is not None:
            return self.told
        if near is None or near.told is None or near.view != self.view or not _same_window(near, self):
            return ()
        tiles = changed_tiles(near.words, self.words)
        if not tiles.any():
            return near.told
        kept: list[Element] = []
        for element in near.told:
            r = element.region
            part = tiles[r.y // 16 : -(-r.bottom // 16), r.x // 16 : -(-r.right // 16)]
            share = float(part.mean()) if part.size else 0.0
            if share == 0.0:
                kept.append(element)
            elif share < 0.3 or element.role == "window":
                kept.append(replace(element, value=None))
        return tuple(kept)


def _same_window(a: Seen, b: Seen) -> bool:
    return (a.window.id if a.window else None) == (b.window.id if b.window else None)


@dataclass(frozen=True, slots=True)
class Change:
    """Something was drawn that counts. `regions`: where, frame pixels; `pointer`: where it was, input units."""

    at: float
    regions: tuple[Region, ...]
    pointer: tuple[int, int]


@dataclass(eq=False, slots=True)
class Burst:
    """Changes without a pause, with the frames before the first and after the last."""

    began: float
    ended: float
    before: Seen
    after: Seen
