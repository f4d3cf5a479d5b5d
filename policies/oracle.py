"""A policy that knows where everything is and points beside it by a known, seeded distribution.

For trying out what is to catch the misses of a real model (`Sure`, `Cascade`) without one, and for this
project's own tests and figures. It misses as models do: by some units of a grid of a thousand, now and then
by a whole element, and less on a crop than on the full frame.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from screenwright.tools.actions import Action, Click, Done
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point, Region
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Step, Task

GRID = 999
Places = Callable[[Observation], Mapping[str, Region]]


@dataclass(frozen=True, slots=True)
class Misses:
    """How it errs.

    Args:
        sigma: spread of the point around the target's middle, in units of the grid over what it looks at.
        wrong: share of answers that are another element's middle; on a crop, of an element in it.
        missing: share of answers that it is not there, though it is.
        invents: share of answers about a crop without the target that name something in it all the same.
        repeats: share of times that a wrong element is chosen again where it is to be seen, as models do.
    """

    sigma: float = 3.0
    wrong: float = 0.0
    missing: float = 0.0
    invents: float = 0.3
    repeats: float = 0.0


class Oracle:
    """Does a plan: clicks on what is named, and plain actions as they are; then Done.

    Args:
        plan: names of what is to be clicked, or actions.
        places: the true place of each name on a frame; by default what the device's own elements say.
        misses: how far and how often it errs. The same seed errs the same way.
    """

    name = "oracle"

    def __init__(
        self,
        plan: Iterable[str | Action],
        *,
        places: Places | None = None,
        misses: Misses = Misses(),
        seed: int = 0,
    ) -> None:
        self.plan = list(plan)
        self.misses = misses
        self.asked = 0
        self._places = places or _by_elements
        self._seed = seed
        self._dice = random.Random(seed)
        self._at = 0
        self._said: Action | None = None
        self._mistaken: dict[str, str] = {}

    def begin(self, task: Task) -> None:
        self._dice = random.Random(self._seed)
        self._at, self._said, self.asked = 0, None, 0
        self._mistaken = {}

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        """The next of the plan; the same again, with a new error, when it was not done. BadReply: not seen."""
        if self._was_done(steps):
            self._at += 1
        if self._at >= len(self.plan):
            self._said = None
            return Decision(Done(), "the plan is at its end", source=self.name)
        wish = self.plan[self._at]
        self.asked += 1
        usage = {"calls": 1.0}
        if not isinstance(wish, str):
            self._said = wish
            return Decision(wish, "as planned", usage=usage, source=self.name)
        self._said = None
        frame = observation.frame
        point = self._points(wish, observation, Region(0, 0, frame.width, frame.height))
        if point is None:
            raise BadReply(f"there is no {wish!r} on the screen", wish)
        self._said = Click(point=point, target=wish)
        return Decision(self._said, f'I click "{wish}".', reply=str(point), usage=usage, source=self.name)

    def point_at(
        self, what: str, observation: Observation, region: Region
    ) -> tuple[Point | None, dict[str, float]]:
        """The same on a crop, where the same share of it is fewer pixels."""
        self.asked += 1
        return self._points(what, observation, region), {"calls": 1.0}

    def _was_done(self, steps: Sequence[Step]) -> bool:
        """Was its own last wish performed? A check between may have moved the point, or asked a person."""
        last = steps[-1] if steps else None
        done = last is not None and last.decision is not None and last.result.ok
        return self._said is not None and done and last.decision.action.kind == self._said.kind  # type: ignore[union-attr]

    def _points(self, what: str, observation: Observation, region: Region) -> Point | None:
        known = {name: place for name, place in self._places(observation).items() if region.holds(*place.middle)}
        others = [name for name in known if name != what]
        draw = self._dice.random()
        if what not in known:
            if others and draw < self.misses.invents:
                return self._near(known[self._dice.choice(others)], observation, region)
            return None
        again = self._mistaken.get(what)
        if again in known and self._dice.random() < self.misses.repeats:
            return self._near(known[again], observation, region)
        if draw < self.misses.missing:
            return None
        name = what
        if others and draw < self.misses.missing + self.misses.wrong:
            name = self._mistaken[what] = self._dice.choice(others)
        return self._near(known[name], observation, region)

    def _near(self, place: Region, observation: Observation, region: Region) -> Point:
        """Beside the middle by the spread, on the grid that a model answers in."""
        x, y = place.middle
        spread = self.misses.sigma
        column = round((x - region.x) / region.width * GRID + self._dice.gauss(0, spread))
        line = round((y - region.y) / region.height * GRID + self._dice.gauss(0, spread))
        across, down = (min(max(0, n), GRID) / GRID for n in (column, line))
        frame = observation.frame
        return Point(
            min(region.x + across * region.width, frame.width - 1),
            min(region.y + down * region.height, frame.height - 1),
            frame,
        )


def _by_elements(observation: Observation) -> dict[str, Region]:
    """The last of several that are called the same: fields after their labels."""
    return {e.text: e.region for e in observation.elements if e.text}
