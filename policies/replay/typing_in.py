"""Typing: the focus first, then the text, then a look whether it went where it should."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Literal

from screenwright.policies.literal.moment import Moment
from screenwright.policies.replay.demo import DemoStep, filled
from screenwright.policies.replay.found import Found
from screenwright.policies.replay.playing import Hitch, Playing
from screenwright.policies.replay.watching import Seen, Watching
from screenwright.tools.actions import Click, PressKeys, TypeText, Wait
from screenwright.tools.elements import Element
from screenwright.tools.geometry import Region
from screenwright.tools.steps import Decision
from screenwright.tools.wording import squeezed

LINE_PX = 48  # a field taller than this has several lines, where a triple click selects only one
NEAR_PX = 40
SLOW_S = 3.0
STALE_S = 2.0  # how long a tree may lag behind what is shown
HELD = ("field", "combo", "cell")

_Arrived = Generator[Decision, Moment, tuple[Moment, bool]]
Learn = Callable[[int, dict[Literal["on", "to"], Found], Moment], None]


@dataclass
class Typing:
    """One typing step."""

    playing: Playing
    watching: Watching

    def type(self, index: int, now: Moment, learn: Learn) -> Seen:
        """Hitch where the text plainly did not arrive."""
        playing, step = self.playing, self.playing.step(index)
        text = filled(step.text or "", playing.values)
        if step.on is None:
            now = yield from self.watching.own_window(index, now)
            now = yield playing.act(index, TypeText(text=text), step.note or "into what has the focus", now)
            if now.effect.where == "nothing" and text and playing.recorded.changed(step):
                now = yield from self._late(index, now)
            return now
        for attempt in (1, 2):
            found, now = yield from self.watching.seek(index, step.on, now)
            seen = now
            now = yield from self._focus(index, step, found, now)
            called = found.text or filled(step.on.name or step.on.text or step.on.said, playing.values)
            action = TypeText(text=text, target=called) if text else PressKeys(keys=("delete",))
            now = yield playing.act(index, action, step.note or "into the field", now, found)
            now, arrived = yield from self._arrived(index, text, found, now, last=attempt == 2)
            if arrived:
                learn(index, {"on": found}, seen)
                return now
            playing.notes.append("nothing of what was typed is seen: once more")
        return now

    def _focus(self, index: int, step: DemoStep, found: Found, now: Moment) -> Seen:
        """Click into the field; with what it holds selected, where that is to be replaced."""
        field = self._field(found, now)
        if field and field.focused and not step.replace and field.value == "":
            self.playing.notes.append("the field has the focus")
            return now
        tall = found.region.height > LINE_PX
        called = found.text or (step.on.said if step.on else None)
        click = Click(point=found.point, target=called, count=3 if step.replace and not tall else 1)
        why = "to replace what it holds" if step.replace else "to give it the focus"
        now = yield self.playing.decision(index, click, why, found)
        if step.replace and tall:
            now = yield self.playing.decision(index, PressKeys(keys=("ctrl", "a")), "all that it holds")
        return now

    def _field(self, found: Found, now: Moment) -> Element | None:
        """What the system says of it: the smallest that takes text there."""
        x, y = found.point.x, found.point.y
        fields = [e for e in now.observation.elements if e.role in HELD and e.region.holds(x, y)]
        return min(fields, key=lambda e: e.region.area, default=None)

    def _arrived(self, index: int, text: str, found: Found, now: Moment, *, last: bool) -> _Arrived:
        """Whether it is there. Hitch: something else is, or (the last time) nothing."""
        began, step = time.monotonic(), self.playing.step(index)
        effect = now.effect
        while True:
            held = self._held(found, now)
            if held is not None and _answers(text, held):
                return now, True
            if held is None and (effect.where != "nothing" or not text or not self.playing.recorded.changed(step)):
                break
            waited = time.monotonic() - began
            limit = min(STALE_S if held else SLOW_S, self.playing.patience_s)
            if waited >= limit:
                break
            wait = Wait(seconds=limit - waited, until_change=True)
            now = yield self.playing.decision(index, wait, "what was typed is not seen yet; waiting")
            effect = now.effect if now.effect.where != "nothing" else effect
        held = self._held(found, now)
        if held and text and not _answers(text, held):
            raise Hitch(self._mask(f"the field should hold {text!r} and holds {held!r}"), now)
        if effect.where == "nothing" and text and (held == "" or self.playing.recorded.changed(step)):
            if not last:
                return now, False
            raise Hitch("what was typed is not seen", now)
        if effect.regions and held is None and self._recorded_near(step) and not _near(effect.regions, found):
            raise Hitch("what was typed changed nothing at the field, but something else", now)
        return now, True

    def _held(self, found: Found, now: Moment) -> str | None:
        """What the field holds, where the system tells; None for a secret one."""
        field = self._field(found, now)
        return None if field is None or field.secret else field.value

    def _recorded_near(self, step: DemoStep) -> bool:
        """When it was recorded, was the change at the field?"""
        before, effect = self.playing.recorded.before(step), self.playing.recorded.effect(step)
        if step.on is None or step.on.place is None or before is None or before.focus is None or effect is None:
            return False
        x, y = (a + b for a, b in zip(step.on.place.at, (before.focus.x, before.focus.y), strict=True))
        return any(region.distance(x, y) <= NEAR_PX for region in effect.regions)

    def _late(self, index: int, now: Moment) -> Seen:
        """Typed into what has the focus, and nothing has changed: it is not typed twice."""
        wait = Wait(seconds=min(SLOW_S, self.playing.patience_s), until_change=True)
        now = yield self.playing.decision(index, wait, "what was typed is not seen yet; waiting")
        if now.effect.where == "nothing":
            raise Hitch("what was typed is not seen", now)
        return now

    def _mask(self, said: str) -> str:
        return self.playing.mask.text(said)


def _answers(text: str, held: str) -> bool:
    """Does the field hold it? Programs put in blanks and marks of their own; a Tab leads out of the field."""
    from rapidfuzz import fuzz

    wanted, there = squeezed(text.split("\t")[0]), squeezed(held)
    if not wanted:
        return not there or "\t" in text
    return wanted in there or fuzz.ratio(wanted, there) >= 75


def _near(regions: tuple[Region, ...], found: Found) -> bool:
    area = found.region.grown(NEAR_PX)
    return any(region.shared(area).area for region in regions)
