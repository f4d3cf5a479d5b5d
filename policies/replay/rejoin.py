"""Whether the screen is further on in the recording than the step that can't be done: then go on there.

A step is only left out where its effect is seen to be there already: what it changed looks as it did later in
the recording and not as before it, and what it typed is read. What can't be seen is never taken for done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from screenwright.policies.literal.moment import Moment
from screenwright.policies.replay.compared import Compared, offset
from screenwright.policies.replay.demo import DemoStep, Expect, filled
from screenwright.policies.replay.found import Found
from screenwright.policies.replay.playing import Playing
from screenwright.tools.actions import aim
from screenwright.tools.elements import Element
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.secrets.naming import names_in
from screenwright.tools.steps import Effect
from screenwright.tools.wording import ALIKE, folded, likeness, squeezed

FARTHEST = 8
TITLES_ALIKE = 70
PASSING = ("wait", "move", "scroll")  # what lasts of these is in what comes after them
TYPED_PX = 12
COVERED = 0.7


@dataclass
class Rejoin:
    """Compares the present screen with the recording."""

    playing: Playing

    def done(self, index: int, now: Moment) -> bool:
        """Is the effect of this one step there?"""
        return self._evidence(index, index + 1, now)

    def later(self, index: int, now: Moment) -> int | None:
        """The farthest step from which to go on, all before it being done; one past the last where all are."""
        steps = self.playing.demo.steps
        for after in range(min(len(steps), index + FARTHEST), index, -1):
            if self._evidence(index, after, now) and (after == len(steps) or self._fits(after, now)):
                return after
        return None

    def onward(self, index: int, now: Moment) -> bool:
        return self.later(index, now) is not None

    def ticked(self, index: int, found: Found, now: Moment) -> bool:
        """Is a tick box that this click is to change as the click left it? Once more would undo it.

        One of several choices is clicked all the same: that undoes nothing, and is surer than any look.
        """
        step, recorded = self.playing.step(index), self.playing.recorded
        if step.do != "click" or step.button not in (None, "left"):
            return False
        act = recorded.step(step)
        point = getattr(act.decision.action, "point", None) if act and act.decision else None
        before, after = recorded.before(step), recorded.after(step)
        if point is None or before is None or after is None:
            return False
        was, became = (_checked(o.elements, point.x, point.y) for o in (before, after))
        here = _checked(now.observation.elements, found.point.x, found.point.y)
        if None not in (was, became, here):
            return was is not became and here is became
        toggles = step.on is not None and step.on.role == "checkbox"
        compared, effect = self._compared(index, index + 1, now), recorded.effect(step)
        pixels = recorded.pixels(before)
        if not toggles or compared is None or effect is None or pixels is None:
            return False
        return bool(compared.exactly(effect.regions, pixels))

    def _fits(self, index: int, now: Moment) -> bool:
        """Is the screen one on which this step can be done: its window, and its target by cheap rungs?"""
        from rapidfuzz import fuzz

        step = self.playing.step(index)
        before, observation = self.playing.recorded.before(step), now.observation
        if before is not None:
            if before.program and observation.program and before.program != observation.program:
                return False
            titles = folded(before.title or ""), folded(observation.title or "")
            if all(titles) and fuzz.partial_ratio(*titles) < TITLES_ALIKE:
                return False
        return step.on is None or self.playing.spotted(step.on, now) is not None

    def _evidence(self, first: int, after: int, now: Moment) -> bool:
        """Are the effects of all steps from `first` on, up to but not with `after`, on the screen?"""
        compared = self._compared(first, after, now)
        seen = 0
        for index in range(first, after):
            step = self.playing.step(index)
            if step.do in PASSING or self._only_focus(index, after) or self._led_to_next(index, after):
                continue
            if step.do == "type_text":
                there = self._typed(step, compared, now)
            else:
                there = self._there(step, compared, now, last=index == after - 1)
            if not there:
                return False
            seen += 1
        return seen > 0

    def _compared(self, first: int, after: int, now: Moment) -> Compared | None:
        recorded, steps = self.playing.recorded, self.playing.demo.steps
        goal = recorded.before(steps[after]) if after < len(steps) else None
        goal = goal or recorded.after(steps[after - 1])
        if goal is None or goal.frame != now.observation.frame:
            return None
        pixels = recorded.pixels(goal)
        dx, dy = offset(goal, now.observation)
        return None if pixels is None else Compared(now.observation, pixels, dx, dy)

    def _only_focus(self, index: int, after: int) -> bool:
        """A click that only gave the focus to what the next step typed into: what was typed is looked at."""
        if index + 1 >= after or self.playing.recorded.changed(self.playing.step(index)):
            return False
        step, following = self.playing.step(index), self.playing.step(index + 1)
        return step.do == "click" and following.do == "type_text" and following.on is None

    def _led_to_next(self, index: int, after: int) -> bool:
        """It opened what the next step then acted in (a menu): what the next did is looked at."""
        if index + 1 >= after:
            return False
        step, following = self.playing.step(index), self.playing.step(index + 1)
        effect, act = self.playing.recorded.effect(step), self.playing.recorded.step(following)
        point = aim(act.decision.action) if act and act.decision else None
        if effect is None or point is None or step.do != "click":
            return False
        then = self.playing.recorded.effect(following)
        return any(region.holds(point.x, point.y) for region in effect.regions) and _covered(effect, then)

    def _there(self, step: DemoStep, compared: Compared | None, now: Moment, *, last: bool) -> bool:
        effect = self.playing.recorded.effect(step)
        before = self.playing.recorded.before(step)
        pixels = None if before is None else self.playing.recorded.pixels(before)
        regions = effect.regions if effect else ()
        arrived = compared.arrived(regions, pixels) if compared and regions and pixels is not None else None
        if arrived is None:
            return self._as_said(step, now)
        # What is expected right after a step need not be so any more when others have followed.
        return arrived and (not last or step.after is None or self.playing.unmet(step.after, now) is None)

    def _as_said(self, step: DemoStep, now: Moment) -> bool:
        """What the demo expects after it is so, and was not so before it when it was recorded."""
        expect = step.after
        if expect is None or not (expect.see or expect.window) or self.playing.unmet(expect, now) is not None:
            return False
        before = self.playing.recorded.before(step)
        pixels = None if before is None else self.playing.recorded.pixels(before)
        if before is None or pixels is None:
            return True
        return not _held(expect, before, pixels, self.playing)

    def _typed(self, step: DemoStep, compared: Compared | None, now: Moment) -> bool:
        """Is what it types read where it was typed? A secret can't be."""
        text = filled(step.text or "", self.playing.values)
        wanted = squeezed(text)
        if not wanted or names_in(text):
            return False
        areas = self._typed_at(step, compared, now)
        if not areas:
            return False
        told = [e for e in now.observation.elements if any(e.region.shared(area).area for area in areas)]
        if any(_says(said, text) for e in told if e.role != "window" for said in (e.value, e.text) if said):
            return True
        lines = [e for e in now.scene.lines if any(area.holds(*e.region.middle) for area in areas)]
        return wanted in squeezed(" ".join(line.text for line in lines))

    def _typed_at(self, step: DemoStep, compared: Compared | None, now: Moment) -> list[Region]:
        found = self.playing.spotted(step.on, now) if step.on else None
        if found:
            return [found.region.grown(2)]
        effect = self.playing.recorded.effect(step)
        if compared is None or effect is None:
            return []
        return [compared.place(region).grown(TYPED_PX) for region in effect.regions]


def _held(expect: Expect, before: Observation, pixels: Pixels, playing: Playing) -> bool:
    """Was it so on the recorded frame, with the values that were recorded?"""
    values = {name: p.default for name, p in playing.demo.parameters.items() if p.default is not None}
    seen = Observation(
        before.view,
        pixels=pixels,
        elements=lambda: before.elements,
        title=lambda: before.title,
    )
    expect = Expect(
        see=tuple(filled(text, values) for text in expect.see),
        gone=tuple(filled(text, values) for text in expect.gone),
        window=filled(expect.window, values) if expect.window else None,
    )
    return playing.unmet(expect, Moment(seen, None, playing.reader)) is None


def _says(said: str, text: str) -> bool:
    match = likeness(text, said)
    return match is not None and match.kind >= ALIKE


def _checked(elements: Sequence[Element], x: float, y: float) -> bool | None:
    ticks = [e for e in elements if e.checked is not None and e.region.holds(x, y)]
    return min(ticks, key=lambda e: e.region.area).checked if ticks else None


def _covered(effect: Effect, then: Effect | None) -> bool:
    """Was what an act changed changed again by the next one?"""
    area = sum(region.area for region in effect.regions)
    again = sum(region.shared(other).area for region in effect.regions for other in (then.regions if then else ()))
    return area > 0 and again >= COVERED * area
