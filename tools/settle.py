"""When the screen has stopped after an action, what changed, and what never stops.

Fixed sleeps are too short for a slow program and too long for all others. Here the pixels are watched:
quiet for a moment means stopped. What keeps changing (a spinner, a video, a clock) is learnt by tile and
left out; a caret is known by its shape.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from screenwright.tools.actions import Action, aim
from screenwright.tools.busy import Busy, is_caret, without_carets
from screenwright.tools.changes import TILE, Tiles, changed_regions, changed_tiles, regions_of
from screenwright.tools.device import Device
from screenwright.tools.errors import BlackScreen
from screenwright.tools.geometry import Region, Size, View
from screenwright.tools.observation import Observation, Words
from screenwright.tools.patience import Patience, in_program
from screenwright.tools.patience import patience as usual_patience
from screenwright.tools.steps import Effect, Where

FRAME_S = 0.015  # between two looks, so that a video does not take a whole core
NEAR_PX = 80
TOP_PX = 100  # tabs and toolbar of a browser; with a scale of 2 the tabs alone
REGIONS_KEPT = 8
COMPLETE_S = 0.06  # quiet that is enough where all that was to come is seen
NOTHING_S = 0.25  # and where nothing was to come


class Settler:
    """Watches one device after each action; remembers between actions what never stops.

    Args:
        cap_s: when to give up on a screen that does not stop.
        patience: how long to wait by kind of action; by default the device's own `patience`, or a desktop's.
    """

    def __init__(
        self, device: Device, *, cap_s: float = 5.0, patience: Callable[[Action], Patience] | None = None
    ) -> None:
        self.device = device
        self.cap_s = cap_s
        own: Callable[[Action], Patience] = getattr(device, "patience", usual_patience)
        self.patience = patience or own
        self._busy = Busy()

    def settle(
        self,
        before: Observation,
        action: Action,
        acted_at: float,
        complete: Callable[[Observation], bool] | None = None,
    ) -> tuple[Effect, Observation]:
        """Wait until the screen has stopped; the effect, and the last frame. DeviceLost passes through.

        Args:
            before: the frame that the action was decided on.
            acted_at: `time.perf_counter()` just before the action was performed.
            complete: whether a frame shows all that will come; a moment of quiet is enough then.
        """
        point = aim(action)
        spot = (point.x, point.y) if point else None
        if spot:
            self._busy.forget_at(*spot)
        wanted = in_program(action, self.patience(action), (before.program or "").casefold())
        watch = _Watch(self.device, before, self._busy, acted_at)
        watch.complete = complete
        if wanted.loading and (window := before.focus):
            watch.top = Region(window.x, window.y, window.width, TOP_PX)
        cap = time.perf_counter() + max(self.cap_s, wanted.first)
        settled = watch.until_quiet(wanted, cap)
        return watch.effect(spot, settled), watch.last

    def wait(self, before: Observation, seconds: float, until_change: bool) -> tuple[Effect, Observation]:
        """Let time pass; with `until_change`, only until the screen differs from `before` and has stopped.

        No time at all is a look: nothing is watched, and `before` stands.
        """
        if seconds <= 0:
            return Effect(), before
        start = time.perf_counter()
        watch = _Watch(self.device, before, self._busy, start)
        end = start + seconds
        watch.look()
        while time.perf_counter() < end and not (until_change and watch.changed_at is not None):
            watch.pause(end - time.perf_counter())
            watch.look()
        settled = True
        if until_change and watch.changed_at is not None:
            settled = watch.until_quiet(Patience(0.0, 0.25), time.perf_counter() + self.cap_s)
        return watch.effect(None, settled), watch.last


class _Watch:
    """One wait: looks at frame after frame and keeps what it learnt."""

    def __init__(self, device: Device, before: Observation, busy: Busy, start: float) -> None:
        self.device, self.before, self.busy, self.start = device, before, busy, start
        self.last = before
        self.first_at: float | None = None
        self.changed_at: float | None = None
        self.top: Region | None = None
        self.top_changed = False
        self.complete: Callable[[Observation], bool] | None = None
        self._judged_at: float | None = None
        self._looked_at = 0.0
        self._black: BlackScreen | None = None

    def pause(self, seconds: float) -> None:
        """Until something may have been drawn; never sooner than a frame after the last look."""
        early = self._looked_at + FRAME_S - time.perf_counter()
        if early > 0:
            time.sleep(min(early, seconds))
        self.device.idle(max(0.001, seconds - max(0.0, early)))

    def look(self) -> None:
        """Take a frame and note whether anything changed that does stop."""
        self._looked_at = now = time.perf_counter()
        try:
            seen = self.device.observe()
            self._black = None
        except BlackScreen as black:
            self._black = black
            self._note(now)
            return
        if seen.frame != self.last.frame:
            self._note(now)
        else:
            previous, current = self.last.words, seen.words
            tiles = without_carets(changed_tiles(previous, current), previous, current)
            if tiles.any():
                tiles = self.busy.without(tiles, now)
                if tiles.any():
                    self._note(now)
                    self.top_changed |= self.top is not None and _holds(tiles, self.top)
        self.last = seen

    def until_quiet(self, wanted: Patience, cap: float) -> bool:
        """Whether it stopped before `cap` (perf_counter seconds)."""
        began = time.perf_counter()
        self.look()
        while True:
            now = time.perf_counter()
            if self._black is None and now >= cap:
                return False
            early = self._left_if_complete(now)
            if early is not None:
                left = early
            elif self.changed_at is None:
                left = began + wanted.first - now
            else:
                quiet = wanted.loading if self.top_changed and wanted.loading else wanted.quiet
                left = self.changed_at + quiet - now
            if left <= 0 and self._black is None:
                return True
            if now >= cap and self._black is not None:
                raise self._black
            self.pause(max(0.001, min(left if left > 0 else FRAME_S, cap - now)))
            self.look()

    def _left_if_complete(self, now: float) -> float | None:
        """Seconds until all that was to come is there and still; None: there is more to come, or nobody knows.

        Each change is judged once, when it has been still for a moment, and so is it that none has come.
        """
        latest, still = (self.start, NOTHING_S) if self.changed_at is None else (self.changed_at, COMPLETE_S)
        if self.complete is None or self._judged_at == latest:
            return None
        if (left := latest + still - now) > 0:
            return left
        self._judged_at = latest
        return 0.0 if self._black is None and self.complete(self.last) else None

    def effect(self, spot: tuple[float, float] | None, settled: bool) -> Effect:
        regions = self._differences(spot)
        mask = self.busy.mask()
        moving = tuple(regions_of(mask)[:REGIONS_KEPT]) if mask.any() else ()
        area = self.last.frame.area
        return Effect(
            where=where(regions, spot),
            share=min(1.0, sum(region.area for region in regions) / area),
            regions=tuple(regions[:REGIONS_KEPT]),
            first_s=None if self.first_at is None else self.first_at - self.start,
            last_s=None if self.changed_at is None else self.changed_at - self.start,
            settled=settled,
            moving=tuple(region.within(self.last.frame) for region in moving),
            waited_s=time.perf_counter() - self.start,
        )

    def _differences(self, spot: tuple[float, float] | None) -> list[Region]:
        """Where the last frame differs from the one before the action, busy tiles and idle carets left out."""
        if self.before.frame != self.last.frame:
            return [whole(self.last.frame)]
        a, b = self.before.words, self.last.words
        tiles = changed_tiles(a, b)
        mask = self.busy.mask()
        if mask.shape == tiles.shape:
            tiles &= ~mask
        regions = regions_of(tiles, a, b)
        return [r for r in regions if not is_caret(r) or (spot and r.distance(*spot) <= NEAR_PX)]

    def _note(self, now: float) -> None:
        self.first_at = now if self.first_at is None else self.first_at
        self.changed_at = now


class Shown(Protocol):
    """A frame, whatever else is known of it."""

    @property
    def view(self) -> View: ...
    @property
    def words(self) -> Words: ...


def difference(before: Shown, after: Shown, spot: tuple[float, float] | None) -> Effect:
    """What differs between two frames, where and how much, idle carets left out; times are the caller's."""
    size = after.view.frame
    if before.view.frame != size:
        regions = [whole(size)]
    else:
        found = changed_regions(before.words, after.words)
        regions = [r for r in found if not is_caret(r) or (spot and r.distance(*spot) <= NEAR_PX)]
    share = min(1.0, sum(region.area for region in regions) / size.area)
    return Effect(where=where(regions, spot), share=share, regions=tuple(regions[:REGIONS_KEPT]))


def where(regions: Sequence[Region], spot: tuple[float, float] | None) -> Where:
    """Typing and keys have no point: what they change is where the focus is, and counts as near."""
    if not regions:
        return "nothing"
    if spot is None or any(region.distance(*spot) <= NEAR_PX for region in regions):
        return "near"
    return "elsewhere"


def _holds(tiles: Tiles, region: Region) -> bool:
    """Is any of these tiles in the region?"""
    rows = slice(max(0, region.y // TILE), -(-region.bottom // TILE))
    columns = slice(max(0, region.x // TILE), -(-region.right // TILE))
    return bool(tiles[rows, columns].any())


def whole(size: Size) -> Region:
    return Region(0, 0, size.width, size.height)
