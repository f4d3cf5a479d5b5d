"""A recorded run as a device: it shows the recorded frames and knows which act comes next.

For looking at a policy without the program it was recorded on: the same pictures, in the same order, and
the first act that differs is said.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from screenwright.tools.actions import Action, describe
from screenwright.tools.contract import LOOP_KINDS
from screenwright.tools.elements import Element
from screenwright.tools.errors import BadAction, BadScript, DeviceLost
from screenwright.tools.geometry import Point
from screenwright.tools.observation import Observation
from screenwright.tools.reading import CONTAINERS
from screenwright.tools.steps import Step
from screenwright.tools.trace import Trace
from screenwright.tools.wording import folded

REACH_PX = 12.0
NAMED_PX = 48.0  # from a tick box to the middle of its words
Alike = Callable[[Action, Step], bool]


@dataclass(frozen=True, slots=True)
class Parting:
    """Where the acts first differ: what was recorded (None: nothing any more), and what came instead."""

    recorded: Step | None
    decided: Action

    def __str__(self) -> str:
        decided = repr(describe(self.decided))
        if self.recorded is None or self.recorded.decision is None:
            return f"the recording ends here; {decided} was not recorded"
        recorded = describe(self.recorded.decision.action)
        return f"at step {self.recorded.index} the recording has {recorded!r}, not {decided}"


class Playback:
    """Shows a trace, with what the system told of its frames. An act must be the recorded one to go on.

    Points may differ by some pixels, or by more within the same element or what both acts call the same.

    Args:
        trace: a Trace or the path of a run folder. BadScript where nothing was done in it.
        reach_px: how far from the recorded point an act may be and still count as the same.
        alike: says of an act and the recorded step whether it counts as the same besides.
    """

    def __init__(
        self, trace: Trace | str | Path, *, reach_px: float = REACH_PX, alike: Alike | None = None
    ) -> None:
        self.trace = trace if isinstance(trace, Trace) else Trace(trace)
        self.name = f"playback of {self.trace.folder.name}"
        self.reach_px = reach_px
        self.alike = alike
        self.acts = [step for step in self.trace.steps if _is_act(step)]
        if not self.acts:
            raise BadScript(f"nothing was done in the run {self.trace.folder}, so there is nothing to play")
        self.parted: Parting | None = None
        """The first act that was not the recorded one; None so far."""
        self._next = 0
        self._serial = 0
        self._closed = False

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(step.decision.action.kind for step in self.acts if step.decision)

    @property
    def expected(self) -> Step | None:
        """The recorded step that comes next; None when every one has been done."""
        return None if self.finished else self.acts[self._next]

    @property
    def finished(self) -> bool:
        """Has every recorded act been done again?"""
        return self._next == len(self.acts)

    def observe(self) -> Observation:
        if self._closed:
            raise DeviceLost(f"{self.name} is closed")
        seen = self._seen()
        self._serial += 1
        return Observation(
            seen.view,
            pixels=seen.pixels,
            device=self.name,
            taken_at=time.time(),
            serial=self._serial,
            elements=lambda: seen.elements,
            title=lambda: seen.title,
            program=lambda: seen.program,
            focus=lambda: seen.focus,
        )

    def perform(self, action: Action) -> str:
        view = self._seen().view
        for point in _points(action):
            view.to_input(point)
        step = self.expected
        if step is None or not self.accepts(action):
            parting = Parting(step, action)
            self.parted = self.parted or parting
            raise BadAction(str(parting))
        self.go_on()
        return step.result.message or describe(action)

    def accepts(self, action: Action, ahead: int = 0) -> bool:
        """Is it the recorded act that comes next, or `ahead` acts later? Nothing is done."""
        if self._next + ahead >= len(self.acts):
            return False
        step = self.acts[self._next + ahead]
        return self._same(action, step) or (self.alike is not None and self.alike(action, step))

    def go_on(self, acts: int = 1) -> None:
        """Show what comes after the next recorded acts, as if they were done."""
        self._next = min(self._next + acts, len(self.acts))

    def idle(self, seconds: float) -> None:
        """A recording does not change by itself, so there is nothing to wait for."""

    def release(self) -> None:
        """Nothing is ever held."""

    def close(self) -> None:
        self._closed = True

    def _seen(self) -> Observation:
        """The frame before the next act; after the last one, what it left: where a later step looked, that."""
        if not self.finished:
            return self.acts[self._next].observation
        last, end = self.acts[-1], self.trace.steps[-1]
        return end.observation if end.index > last.index else last.after or last.observation

    def _same(self, action: Action, step: Step) -> bool:
        assert step.decision
        recorded = step.decision.action
        if type(action) is not type(recorded):
            return False
        points, others = _points(action), _points(recorded)
        if len(points) != len(others):
            return False
        reach = NAMED_PX if _called(action) and _called(action) == _called(recorded) else self.reach_px
        near = all(_near(a, b, step.observation, reach) for a, b in zip(points, others, strict=True))
        loose = {"point", "start", "end", "target"} | ({"seconds"} if points else set[str]())
        return near and action.model_dump(exclude=loose) == recorded.model_dump(exclude=loose)


def _near(point: Point, recorded: Point, seen: Observation, reach_px: float) -> bool:
    if point.frame != recorded.frame:
        return False
    if (point.x - recorded.x) ** 2 + (point.y - recorded.y) ** 2 <= reach_px**2:
        return True
    element = element_at(seen, recorded)
    return element is not None and element.region.holds(point.x, point.y)


def _called(action: Action) -> str:
    return folded(getattr(action, "target", None) or "")


def element_at(seen: Observation, point: Point) -> Element | None:
    """The smallest thing at a point that one acts on, as far as the system told; None: only what holds others."""
    there = [e for e in seen.elements if e.role not in CONTAINERS and e.region.holds(point.x, point.y)]
    return min(there, key=lambda e: e.region.area, default=None)


def _is_act(step: Step) -> bool:
    return bool(step.decision and step.result.ok and step.decision.action.kind not in LOOP_KINDS)


def _points(action: Action) -> list[Point]:
    held = (getattr(action, name, None) for name in ("point", "start", "end"))
    return [point for point in held if isinstance(point, Point)]
