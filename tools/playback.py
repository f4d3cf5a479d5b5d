"""A recorded run as a device: it shows the recorded frames and knows which act comes next.

For looking at a policy without the program it was recorded on: the same pictures, in the same order, and
the first act that differs is said.
"""

from __future__ import annotations

import time
from pathlib import Path

from screenwright.tools.actions import Action, describe
from screenwright.tools.contract import LOOP_KINDS
from screenwright.tools.errors import BadAction, BadScript, DeviceLost
from screenwright.tools.geometry import Point
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Step
from screenwright.tools.trace import Trace

REACH_PX = 12.0


class Playback:
    """Shows a trace. An act must be the recorded one to go on; points may differ by some pixels.

    Args:
        trace: a Trace or the path of a run folder. BadScript where nothing was done in it.
        reach_px: how far from the recorded point an act may be and still count as the same.
    """

    def __init__(self, trace: Trace | str | Path, *, reach_px: float = REACH_PX) -> None:
        self.trace = trace if isinstance(trace, Trace) else Trace(trace)
        self.name = f"playback of {self.trace.folder.name}"
        self.reach_px = reach_px
        self._acts = [step for step in self.trace.steps if _is_act(step)]
        if not self._acts:
            raise BadScript(f"nothing was done in the run {self.trace.folder}, so there is nothing to play")
        self._next = 0
        self._serial = 0
        self._closed = False

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(step.decision.action.kind for step in self._acts if step.decision)

    @property
    def finished(self) -> bool:
        """Has every recorded act been done again?"""
        return self._next == len(self._acts)

    def observe(self) -> Observation:
        if self._closed:
            raise DeviceLost(f"{self.name} is closed")
        seen = self._seen()
        self._serial += 1
        return Observation(
            seen.view, pixels=seen.pixels, device=self.name, taken_at=time.time(), serial=self._serial
        )

    def perform(self, action: Action) -> str:
        view = self._seen().view
        for point in _points(action):
            view.to_input(point)
        if self.finished:
            raise BadAction(f"the recording ends here; {describe(action)!r} was not recorded")
        step = self._acts[self._next]
        assert step.decision
        recorded = step.decision.action
        if not self._same(action, recorded):
            raise BadAction(
                f"at step {step.index} the recording has {describe(recorded)!r}, not {describe(action)!r}"
            )
        self._next += 1
        return step.result.message or describe(action)

    def idle(self, seconds: float) -> None:
        """A recording does not change by itself, so there is nothing to wait for."""

    def release(self) -> None:
        """Nothing is ever held."""

    def close(self) -> None:
        self._closed = True

    def _seen(self) -> Observation:
        """The frame before the next act; after the last one, what it left."""
        if not self.finished:
            return self._acts[self._next].observation
        last = self._acts[-1]
        return last.after or last.observation

    def _same(self, action: Action, recorded: Action) -> bool:
        if type(action) is not type(recorded):
            return False
        points, others = _points(action), _points(recorded)
        if len(points) != len(others):
            return False
        near = all(
            (a.x - b.x) ** 2 + (a.y - b.y) ** 2 <= self.reach_px**2 for a, b in zip(points, others, strict=True)
        )
        loose = {"point", "start", "end", "target"}
        return near and action.model_dump(exclude=loose) == recorded.model_dump(exclude=loose)


def _is_act(step: Step) -> bool:
    return bool(step.decision and step.result.ok and step.decision.action.kind not in LOOP_KINDS)


def _points(action: Action) -> list[Point]:
    held = (getattr(action, name, None) for name in ("point", "start", "end"))
    return [point for point in held if isinstance(point, Point)]
