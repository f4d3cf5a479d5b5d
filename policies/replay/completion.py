"""The end of an act, seen rather than waited for: the screen shows all that it led to when it was recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from screenwright.policies.replay.compared import offset
from screenwright.policies.replay.demo import DemoStep
from screenwright.policies.replay.recorded import Recorded
from screenwright.tools.actions import Click, aim
from screenwright.tools.busy import without_carets
from screenwright.tools.changes import changed_tiles
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.settle import REGIONS_KEPT

ONE_PLACE_PX = 8
SHADE = 2  # of 255
MOST_OF = 0.95  # the rest may be a caret


@dataclass(frozen=True, slots=True)
class Completion:
    """`was`, `goal`: (H, W, 3) RGB before and after the recorded act; `regions`: all that it changed."""

    was: Pixels
    goal: Pixels
    after: Observation
    regions: Sequence[Region]

    def __call__(self, now: Observation) -> bool:
        """Is every part as it was after the act? Not merely most of them: a pressed button is no saved file."""
        if now.frame != self.after.frame:
            return False
        dx, dy = offset(self.after, now)
        return all(self._as_after(now.crop(region.moved(dx, dy)), region) for region in self.regions)

    def _as_after(self, here: Pixels, region: Region) -> bool:
        """To the eye's last shade, since hovering changes no more than that."""
        was, goal = (frame[region.y : region.bottom, region.x : region.right] for frame in (self.was, self.goal))
        if not here.shape == was.shape == goal.shape:
            return False
        changed = (was != goal).any(axis=2)
        same = np.abs(here.astype(np.int16) - goal).max(axis=2) <= SHADE
        return bool(changed.any() and (same & changed).sum() >= MOST_OF * changed.sum())


def completion(
    recorded: Recorded, step: DemoStep, following: DemoStep | None, now: Observation
) -> Callable[[Observation], bool] | None:
    """What tells that the act is over; None where nothing can, or where the screen looks like it already.

    Two clicks on one place stay as far apart as they were meant, or they would be a double click.
    """
    before, after, effect = recorded.before(step), recorded.after(step), recorded.effect(step)
    if effect is None or _once_more(recorded, step, following):
        return None
    if effect.where == "nothing":
        return lambda later: later.frame == now.frame and not _changed(now, later)
    if before is None or after is None or not 0 < len(effect.regions) < REGIONS_KEPT:
        return None
    if not effect.settled or not (before.frame == after.frame == now.frame):
        return None
    was, goal = recorded.pixels(before), recorded.pixels(after)
    if was is None or goal is None:
        return None
    complete = Completion(was, goal, after, effect.regions)
    return None if complete(now) else complete


def _changed(one: Observation, other: Observation) -> bool:
    """But for a caret, which is all that a click into a field often shows."""
    return bool(without_carets(changed_tiles(one.words, other.words), one.words, other.words).any())


def _once_more(recorded: Recorded, step: DemoStep, following: DemoStep | None) -> bool:
    """Does the next step click where this one does?"""
    acts = [recorded.step(each) for each in (step, following) if each is not None]
    actions = [act.decision.action for act in acts if act is not None and act.decision is not None]
    if len(actions) < 2 or not all(isinstance(action, Click) for action in actions):
        return following is not None and len(actions) < 2 and step.do == "click"
    one, other = (aim(action) for action in actions)
    return bool(one and other and max(abs(one.x - other.x), abs(one.y - other.y)) <= ONE_PLACE_PX)
