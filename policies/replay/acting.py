"""What a step of a demo does, as a generator: it yields one decision at a time and is sent what became of it."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal

from screenwright.policies.literal.moment import Moment
from screenwright.policies.literal.seeking import resting_place
from screenwright.policies.replay.demo import TRAVELS, DemoStep, Looks, filled
from screenwright.policies.replay.found import Found, NotFound, TwoAlike
from screenwright.policies.replay.healing import Heal, heal_of
from screenwright.policies.replay.interruptions import Interruptions
from screenwright.policies.replay.playing import SURELY, Hitch, Playing
from screenwright.policies.replay.rejoin import PASSING, Rejoin
from screenwright.policies.replay.typing_in import Typing
from screenwright.policies.replay.watching import Seen, Watching
from screenwright.tools.actions import Action, Wait
from screenwright.tools.steps import Decision

SLOW_S = 3.0
OPTIONAL_S = 1.5
AFTER_S = 10.0
FOCUSED = ("field", "cell")  # a click that only gives these the focus may change nothing that lasts

Places = dict[Literal["on", "to"], Found]
Aim = tuple[Action, Places, Moment]


@dataclass
class Acting:
    """Does the steps of one replay."""

    playing: Playing
    watching: Watching
    interruptions: Interruptions
    rejoin: Rejoin

    def step(self, index: int, now: Moment) -> Generator[Decision, Moment, int]:
        """Do one step; the number of the next. Hitch: it can't be done, and the screen is not further on."""
        step = self.playing.step(index)
        try:
            if step.optional and (yield from self._left_out(index, now)):
                self.playing.notes.append(f"{self.playing.place(index)} is optional, and not asked for: left out")
                return index + 1
            yield from self._do(index, now)
        except Hitch as hitch:
            later = self.rejoin.later(index, hitch.now)
            if later is None:
                raise
            self._skipped(index, later, str(hitch))
            return later
        self.interruptions.passed()
        return index + 1

    def _do(self, index: int, now: Moment) -> Seen:
        step, playing = self.playing.step(index), self.playing
        if step.do == "wait":
            return (yield from self._wait(index, now))
        if step.before:
            now = yield from self.watching.expected(index, step.before, now, playing.patience_s)
        if step.do == "type_text":
            now = yield from Typing(playing, self.watching).type(index, now, self._learn)
        else:
            now = yield from self._act(index, now)
        if step.after:
            now = yield from self.watching.expected(index, step.after, now, AFTER_S)
        return now

    def _wait(self, index: int, now: Moment) -> Seen:
        """For what is expected. Where that is just any change, the next step's target says when it has come."""
        step, playing = self.playing.step(index), self.playing
        if step.before is None:
            return (yield playing.decision(index, Wait(seconds=step.seconds or 0), "as long as the demo says"))
        seconds = max(playing.patience_s, step.seconds or 0)
        if step.before.see or step.before.gone or step.before.window:
            return (yield from self.watching.expected(index, step.before, now, seconds))
        following = playing.step(index + 1) if index + 1 < len(playing.demo.steps) else None
        if following is None or following.on is None:
            wait = Wait(seconds=step.before.seconds or seconds, until_change=True)
            return (yield playing.decision(index, wait, "until something changes"))
        playing.longer_s = step.before.seconds or seconds
        return now

    def _act(self, index: int, now: Moment) -> Seen:
        """Find, act, and see that something came of it; once more where plainly nothing did."""
        step = self.playing.step(index)
        action, found, now = yield from self._aim(index, now)
        if "on" in found and self.rejoin.ticked(index, found["on"], now):
            self._skipped(index, index + 1, "it is as the step would leave it")
            return now
        before = now
        now = yield self.playing.act(index, action, step.note, now, found.get("on"))
        now, nothing = yield from self._watched(index, now)
        if nothing:
            cleared = yield from self.interruptions.clear(index, now)
            if cleared is None and not self._as_it_was(step, found, before, now, action):
                raise Hitch("it changed nothing, and did when it was recorded", now)
            action, found, now = yield from self._aim(index, cleared or now)
            before = now
            again = "once more, as nothing came of it" if cleared is None else "again, the way being free"
            now = yield self.playing.decision(index, action, again, found.get("on"))
            now, nothing = yield from self._watched(index, now)
            if nothing:
                raise Hitch("done twice it changed nothing, and did when it was recorded", now)
        self._learn(index, found, before)
        return now

    def _aim(self, index: int, now: Moment) -> Generator[Decision, Moment, Aim]:
        """The action with its places, all seen in one moment."""
        step, playing = self.playing.step(index), self.playing
        if step.on is None:
            if step.do == "press_keys":
                now = yield from self.watching.own_window(index, now)
            return step.action(playing.values, None), {}, now
        if step.do == "scroll":
            return (yield from self._aim_wheel(index, step.on, now))
        while True:
            on, now = yield from self.watching.seek(index, step.on, now)
            if step.do not in TRAVELS or step.to is None:
                action = step.action(playing.values, on.point)
                return _named(action, _called(on, step.on, now, playing.values)), {"on": on}, now
            seen = now
            to, now = yield from self.watching.seek(index, step.to, now)
            if now is seen:
                action = step.action(playing.values, on.point, to.point)
                called = f"{_called(on, step.on, now, playing.values)} to {to.text or step.to.said}"
                return _named(action, called), {"on": on, "to": to}, now

    def _aim_wheel(self, index: int, looks: Looks, now: Moment) -> Generator[Decision, Moment, Aim]:
        """A wheel needs no exact place: where the recorded one is not found, a plain one in its window does."""
        step, playing = self.playing.step(index), self.playing
        now = yield from self.watching.own_window(index, now)
        found = playing.spotted(looks, now, SURELY)
        if found is None:
            wait = Wait(seconds=min(OPTIONAL_S, playing.patience_s), until_change=True)
            now = yield playing.decision(index, wait, f"{looks.said} is not there yet; waiting a moment")
            found = playing.spotted(looks, now, SURELY)
        if found is not None:
            action = step.action(playing.values, found.point)
            return _named(action, _called(found, looks, now, playing.values)), {}, now
        playing.notes.append("its place is not found: in the middle of the window")
        return step.action(playing.values, resting_place(now)), {}, now

    def _watched(self, index: int, now: Moment) -> Generator[Decision, Moment, tuple[Moment, bool]]:
        """The moment after an act, and whether plainly nothing came of it; a slow program is waited for."""
        step, playing = self.playing.step(index), self.playing
        focus = step.do == "click" and step.on is not None and step.on.role in FOCUSED
        if step.do in PASSING or focus or not playing.recorded.changed(step) or now.effect.where != "nothing":
            return now, False
        if self.rejoin.done(index, now):
            playing.notes.append("nothing changed, as it is so already")
            return now, False
        wait = Wait(seconds=min(SLOW_S, playing.patience_s), until_change=True)
        now = yield playing.decision(index, wait, "nothing has changed yet; waiting")
        return now, now.effect.where == "nothing" and not self.rejoin.done(index, now)

    def _as_it_was(self, step: DemoStep, found: Places, before: Moment, now: Moment, action: Action) -> bool:
        """May it be done once more: target and screen as they were, and no harm in doing it twice?"""
        if not self.interruptions.harmless(action, now) or before.observation.frame != now.observation.frame:
            return False
        on = found.get("on")
        if on is None or step.on is None:
            return bool((before.observation.pixels == now.observation.pixels).mean() > 0.999)
        try:
            again = self.playing.find(step.on, now, (on.rung,))
        except (NotFound, TwoAlike):
            return False
        return again.region.overlap(on.region) > 0.8

    def _left_out(self, index: int, now: Moment) -> Generator[Decision, Moment, bool]:
        """An optional step whose target does not come, or behind which the next step's target is there already."""
        playing, step = self.playing, self.playing.step(index)
        began = time.monotonic()
        following = playing.step(index + 1) if index + 1 < len(playing.demo.steps) else None
        while True:
            waited = time.monotonic() - began
            if step.on is not None:
                there = playing.spotted(step.on, now, playing.rungs(waited)) is not None
            else:
                there = step.before is None or playing.unmet(step.before, now) is None
            if there:
                return False
            if following and following.on and playing.spotted(following.on, now):
                return True
            left = OPTIONAL_S - waited
            if left <= 0:
                return True
            due = 0.4 - waited if waited < 0.4 else left
            wait = Wait(seconds=max(0.02, due), until_change=True)
            now = yield playing.decision(index, wait, "it is optional; waiting a moment for it")

    def _learn(self, index: int, found: Places, before: Moment) -> None:
        """What was found otherwise than recorded, and did work, is proposed."""
        playing = self.playing
        for target, place in found.items():
            heal = heal_of(playing.step(index), target, place, before.observation, playing.values)
            if heal is not None:
                playing.heals.append(heal)

    def _skipped(self, index: int, later: int, why: str) -> None:
        playing = self.playing
        for number in range(index, later):
            step = playing.step(number)
            playing.heals.append(Heal(step.id, "skipped, was done", playing.mask.text(step.said), "it was done"))
        names = ", ".join(playing.step(number).id for number in range(index, later))
        playing.notes.append(f"{names} left out, as what it does is done already: {why}")


def _named(action: Action, target: str) -> Action:
    """With what stands there now, where the action has a word for it."""
    return action.model_copy(update={"target": target}) if "target" in type(action).model_fields else action


def _called(found: Found, looks: Looks, now: Moment, values: dict[str, str]) -> str:
    """What stands there now: the guard judges by it. A guessed place, and one without words, is read."""
    if found.text:
        return found.text
    recorded = filled(looks.name or looks.text or "", values)
    if recorded and found.rung not in ("neighbours", "model"):
        return recorded
    held = [e.text for e in now.scene.elements if e.text and found.region.holds(*e.region.middle)]
    return " ".join(held) or recorded or looks.said
