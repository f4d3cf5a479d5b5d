"""Finding a target: wait while it is not there yet, scroll while it may be off the screen, else give up."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from typing import TypeVar

import numpy as np

from screenwright.policies.literal.moment import Moment
from screenwright.tools.actions import Scroll, Wait
from screenwright.tools.elements import Ambiguous, Match, NotSeen, Target
from screenwright.tools.errors import GaveUp
from screenwright.tools.geometry import Point, Region
from screenwright.tools.steps import Decision

GRACE_S = 1.5  # before scrolling is tried: most things that are missing are just late
NOTCHES = 5
PAGES = 25
PLAIN_PX = 12
SCROLLED = 0.01  # share of the frame that must change for a scroll to count as one
TOUCHY = ("field", "combo", "slider", "cell")  # a wheel turned over these changes their value

T = TypeVar("T")
Found = Generator[Decision, Moment, tuple[Match, Moment]]
Seen = Generator[Decision, Moment, Moment]
Scrolled = Generator[Decision, Moment, tuple[Moment, T | None]]


def seek(target: Target, now: Moment, patience_s: float, *, scroll: bool = True) -> Found:
    """The match, and the moment it was seen in. GaveUp with the nearest texts; never a guess."""
    deadline = time.monotonic() + patience_s
    scroll_at = time.monotonic() + min(GRACE_S, patience_s)
    missing: NotSeen | None = None
    while True:
        try:
            return now.scene.find(target), now
        except NotSeen as error:
            missing = error
        except Ambiguous as error:
            raise GaveUp(str(error)) from error
        if scroll and time.monotonic() >= scroll_at:
            scroll = False
            sought = yield from _scroll_to(target, now)
            if isinstance(sought, tuple):
                return sought
            now = sought
            continue
        left = (scroll_at if scroll else deadline) - time.monotonic()
        if left <= 0:
            if not scroll:
                raise GaveUp(f"{missing} (looked for {patience_s:g} s)") from missing
            continue
        now = yield Decision(Wait(seconds=left, until_change=True), f"{missing}; waiting for it")


def _scroll_to(target: Target, now: Moment) -> Generator[Decision, Moment, tuple[Match, Moment] | Moment]:
    """Down to the end, then up to the start; stops where turning the wheel changes nothing."""

    def look(at: Moment) -> tuple[Match, Moment] | None:
        try:
            return at.scene.find(target), at
        except NotSeen:
            return None
        except Ambiguous as error:
            raise GaveUp(str(error)) from error

    for down in (NOTCHES, -NOTCHES):
        for _ in range(PAGES):
            scroll = Scroll(point=resting_place(now), down=down)
            now, found = yield from scrolled(now, scroll, f"{target} may be off the screen", look)
            if found:
                return found
            if now.effect.where == "nothing" or now.effect.share < SCROLLED:
                break
    return now


def scrolled(now: Moment, scroll: Scroll, why: str, look: Callable[[Moment], T | None]) -> Scrolled[T]:
    """Turn the wheel and look; the moment after it, and what `look` gave.

    Where nothing of what stood there is to be seen any more, something may have been jumped over: back then,
    and notch by notch.
    """
    after = yield Decision(scroll, why)
    found = look(after)
    if found is not None or not _jumped(now, after):
        return after, found
    turned = abs(scroll.down or scroll.right)
    back = scroll.model_copy(update={"down": -scroll.down, "right": -scroll.right})
    notch = scroll.model_copy(update={"down": scroll.down // turned, "right": scroll.right // turned})
    now = yield Decision(back, "nothing of what stood here is seen any more: back, and on in small steps")
    for _ in range(turned):
        now = yield Decision(notch, why)
        found = look(now)
        if found is not None or now.effect.where == "nothing":
            break
    return now, found


def _jumped(before: Moment, after: Moment) -> bool:
    """Did texts go and others come, and none of them only move?"""
    regions = after.effect.regions

    def lines(moment: Moment) -> dict[str, set[tuple[int, int]]]:
        found: dict[str, set[tuple[int, int]]] = {}
        for line in moment.scene.lines:
            if len(line.text) > 2 and any(region.holds(*line.region.middle) for region in regions):
                found.setdefault(line.text, set()).add((line.region.x, line.region.y))
        return found

    old, new = lines(before), lines(after)
    gone, come = old.keys() - new.keys(), new.keys() - old.keys()
    moved = any(old[text] != new[text] for text in old.keys() & new.keys())
    return bool(gone and come and not moved)


def resting_place(now: Moment, inside: Region | None = None) -> Point:
    """Where a wheel can be turned without harm: near the middle, on nothing that a wheel changes."""
    frame = now.observation.frame
    # Outside the active window a wheel may scroll another one, or switch the desktop.
    area = inside or now.observation.focus or Region(0, 0, frame.width, frame.height)
    touchy = [e.region.grown(4) for e in now.scene.elements if e.role in TOUCHY]
    middle = area.middle
    spots = [
        (area.x + area.width * (i + 0.5) / 16, area.y + area.height * (j + 0.5) / 16)
        for i in range(16)
        for j in range(16)
    ]
    spots.sort(key=lambda spot: (spot[0] - middle[0]) ** 2 + (spot[1] - middle[1]) ** 2)
    free = [spot for spot in spots if not any(region.holds(*spot) for region in touchy)] or spots
    x, y = next(iter(_plain(now, area, free)), free[0])
    return Point(round(x), round(y), frame)


def _plain(now: Moment, area: Region, spots: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Those of the spots around which there is nothing but the commonest colour: a drop-down that only
    pixels know of would take the wheel for a choice."""
    words = now.observation.words & 0xFFFFFF
    colours, counts = np.unique(words[area.y : area.bottom : 4, area.x : area.right : 4], return_counts=True)
    if not len(colours):
        return
    common = colours[counts.argmax()]
    for x, y in spots:
        patch = words[max(0, int(y) - PLAIN_PX) : int(y) + PLAIN_PX, max(0, int(x) - PLAIN_PX) : int(x) + PLAIN_PX]
        if (patch == common).all():
            yield x, y


def await_seen(target: Target, now: Moment, seconds: float, *, gone: bool = False) -> Seen:
    """Wait until it is there (or gone). GaveUp when that does not happen in time."""
    deadline = time.monotonic() + seconds
    while True:
        missing = _missing(target, now)
        if (missing is not None) == gone:
            return now
        left = deadline - time.monotonic()
        if left <= 0:
            raise GaveUp(
                f"{target} is still on the screen after {seconds:g} s"
                if gone
                else f"{missing} (waited {seconds:g} s)"
            )
        why = f"{target} is still there" if gone else str(missing)
        now = yield Decision(Wait(seconds=left, until_change=True), f"{why}; waiting")


def _missing(target: Target, now: Moment) -> NotSeen | None:
    """Several that match are also seen."""
    try:
        now.scene.find(target)
    except NotSeen as error:
        return error
    except Ambiguous:
        return None
    return None
