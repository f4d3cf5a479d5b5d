"""Waiting for what a step needs: as long as the program takes, and no longer."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from screenwright.policies.literal.moment import Moment
from screenwright.policies.replay.demo import Expect, Looks
from screenwright.policies.replay.found import RUNGS, Found, NotFound, TwoAlike
from screenwright.policies.replay.interruptions import Interruptions
from screenwright.policies.replay.playing import STAGES, SURELY, Hitch, Playing
from screenwright.policies.replay.scrolling import scrolled_to
from screenwright.tools.actions import Wait
from screenwright.tools.steps import Decision

GRACE_S = 1.5  # what is missing is late more often than covered
REJOIN_S = 2.5
STRANGE_S = 0.5
SCROLL_S = 4.0
ALIKE_S = 2.0
SURE = 0.85  # below it, a place that cheap rungs have found is looked at by the others too
DRAWN_S = 4.0
LOOKS_LIKE = 0.6
NO_MODEL = RUNGS[:-1]

Seen = Generator[Decision, Moment, Moment]
Sought = Generator[Decision, Moment, tuple[Found, Moment]]


@dataclass
class Watching:
    """Looks again at each change of the screen, and has what has come between put away.

    `onward`: asked when something stays missing whether the screen is already further on in the recording; the
    step is left then.
    """

    playing: Playing
    interruptions: Interruptions
    onward: Callable[[int, Moment], bool]
    typed_in: set[int] = field(default_factory=set[int])

    def seek(self, index: int, looks: Looks, now: Moment, patience_s: float | None = None) -> Sought:
        """The target, and the moment it was seen in. Hitch: it does not come, or two are too alike."""
        playing = self.playing
        patience_s = max(playing.patience_s, playing.longer_s) if patience_s is None else patience_s
        playing.longer_s = 0.0
        began, looked, turned = time.monotonic(), False, False
        grace, rejoin = min(GRACE_S, patience_s), min(REJOIN_S, patience_s)
        while True:
            waited = time.monotonic() - began
            alike = isinstance(missing := self._try(looks, now, waited >= patience_s, waited), TwoAlike)
            if isinstance(missing, Found):
                return missing, now
            if waited >= grace:
                cleared = yield from self.interruptions.clear(index, now)
                if cleared is not None:
                    now, began = cleared, time.monotonic()
                    continue
            if waited >= rejoin and not looked:
                looked = True
                if self.onward(index, now):
                    raise Hitch(str(missing), now, missing)
            if waited >= min(SCROLL_S, patience_s) and not (alike or turned or self.interruptions.strange(now)):
                turned = True
                place, now = yield from scrolled_to(playing, index, looks, now)
                if place is not None:
                    return place, now
                continue
            limit = min(ALIKE_S, patience_s) if alike else patience_s
            if waited >= limit:
                raise Hitch(f"{missing}; looked for {waited:.0f} s", now, missing)
            due = [at for at in (grace, rejoin, SCROLL_S, limit, *(after for after, _ in STAGES)) if at > waited]
            why = f"{looks.said} is not there yet" if not alike else f"{looks.said} fits two places"
            wait = Wait(seconds=max(0.02, min(due) - waited), until_change=True)
            now = yield playing.decision(index, wait, f"{why}; waiting")

    def _try(self, looks: Looks, now: Moment, last: bool, waited: float) -> Found | NotFound | TwoAlike:
        """All rungs at the end of the patience, and where cheap ones are not sure: a costlier one may know."""
        playing = self.playing
        rungs = RUNGS if last else playing.rungs(waited)
        try:
            found = playing.find(looks, now, rungs)
            if found.confidence >= SURE or len(rungs) >= len(NO_MODEL):
                return found
        except NotFound as missing:
            return missing
        except TwoAlike as alike:
            if rungs == RUNGS:
                return alike
        try:
            return playing.find(looks, now, NO_MODEL)
        except (NotFound, TwoAlike) as missing:
            return missing

    def expected(self, index: int, expect: Expect, now: Moment, seconds: float, *, changed: bool = True) -> Seen:
        """The moment in which all that is expected is so. Hitch: it does not become so in time.

        A text that is the next target's own is there when that is found. A wait ends too when its text does
        not come, but the next step's target is there and the screen stands still: prose wraps otherwise.
        """
        playing, began, seconds = self.playing, time.monotonic(), expect.seconds or seconds
        waits = playing.step(index).do == "wait"
        while True:
            missing = playing.unmet(playing.not_shown(index, expect, now), now, changed)
            if missing is None:
                return now
            waited = time.monotonic() - began
            if waits and expect.see and waited >= seconds / 3 and playing.ready_for(index + 1, now, SURELY):
                playing.notes.append(f"{missing}, but what comes next is there")
                return now
            if waited >= min(GRACE_S, seconds):
                cleared = yield from self.interruptions.clear(index, now)
                if cleared is not None:
                    now, changed, began = cleared, True, time.monotonic()
                    continue
            if waited >= seconds:
                raise Hitch(f"{missing} (waited {seconds:g} s)", now)
            due = min(at for at in (GRACE_S, seconds / 3, seconds) if at > waited)
            wait = Wait(seconds=max(0.02, min(due, seconds) - waited), until_change=True)
            now = yield playing.decision(index, wait, f"{missing}; waiting")
            changed = changed or now.effect.where != "nothing"

    def own_window(self, index: int, now: Moment) -> Seen:
        """For keys, which go to whatever has the focus: the moment in which the recorded window has it."""
        playing, began = self.playing, time.monotonic()
        patience_s, playing.longer_s = max(playing.patience_s, playing.longer_s), 0.0
        while (other := self.interruptions.other(index, now)) is not None:
            waited = time.monotonic() - began
            if waited >= STRANGE_S and self.interruptions.strange(now) is not None:
                cleared = yield from self.interruptions.clear(index, now)
                if cleared is not None:
                    now, began = cleared, time.monotonic()
                    continue
            if waited >= patience_s:
                raise Hitch(f"what is typed would go to {other} (looked for {waited:.0f} s)", now)
            wait = Wait(seconds=(STRANGE_S if waited < STRANGE_S else patience_s) - waited, until_change=True)
            now = yield playing.decision(index, wait, f"what is typed would go to {other}; waiting")
        return (yield from self._drawn(index, now))

    def _drawn(self, index: int, now: Moment) -> Seen:
        """In a window that has just come, wait a little until it looks as it did: before, it loses keys."""
        playing, began = self.playing, time.monotonic()
        if index in self.typed_in or not playing.recorded.new_window(index):
            return now
        self.typed_in.add(index)
        while playing.recorded.likeness(playing.step(index), now.observation) < LOOKS_LIKE:
            left = min(DRAWN_S, playing.patience_s) - (time.monotonic() - began)
            if left <= 0:
                break
            wait = Wait(seconds=left, until_change=True)
            now = yield playing.decision(index, wait, "its window does not look as it did yet; waiting a moment")
        return now
