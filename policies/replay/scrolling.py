"""A target that a longer page or larger letters have pushed off the screen is scrolled to."""

from __future__ import annotations

from collections.abc import Generator

from screenwright.policies.literal.moment import Moment
from screenwright.policies.literal.seeking import NOTCHES, SCROLLED, resting_place, scrolled
from screenwright.policies.replay.demo import Looks
from screenwright.policies.replay.found import Found
from screenwright.policies.replay.playing import SURELY, Playing
from screenwright.tools.actions import Scroll
from screenwright.tools.steps import Decision

PAGES = 12


def scrolled_to(
    playing: Playing, index: int, looks: Looks, now: Moment
) -> Generator[Decision, Moment, tuple[Found | None, Moment]]:
    """Down to the end, then up to the start, until it is surely there."""

    def look(at: Moment) -> Found | None:
        return playing.spotted(looks, at, SURELY)

    for down in (NOTCHES, -NOTCHES):
        for _ in range(PAGES if down > 0 else 2 * PAGES):
            scroll = Scroll(point=resting_place(now), down=down)
            turning = scrolled(now, scroll, f"{looks.said} may be off the screen", look)
            now, found = yield from _told(playing, index, turning)
            if found:
                return found, now
            if now.effect.where == "nothing" or now.effect.share < SCROLLED:
                break
    return None, now


def _told(
    playing: Playing, index: int, turning: Generator[Decision, Moment, tuple[Moment, Found | None]]
) -> Generator[Decision, Moment, tuple[Moment, Found | None]]:
    """Each decision with its place in the demo."""
    try:
        decision = next(turning)
        while True:
            moment = yield playing.decision(index, decision.action, decision.thought)
            decision = turning.send(moment)
    except StopIteration as finished:
        answer: tuple[Moment, Found | None] = finished.value
        return answer
