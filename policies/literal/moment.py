"""What an instruction sees each time it decides: the frame, what its last act did, and the text when asked."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import replace

from screenwright.tools.busy import is_caret
from screenwright.tools.changes import changed_regions
from screenwright.tools.observation import Observation
from screenwright.tools.reading import Reader, Scene
from screenwright.tools.steps import Decision, Effect, Step

CLOCK = 0.05
"""Of the height of a phone's screen, from the top: a clock and signs, which change by themselves."""


class Moment:
    """One look at the screen. Reading costs, so the scene is made when first asked for."""

    def __init__(self, observation: Observation, last: Step | None, reader: Reader) -> None:
        self.observation = observation
        self.last = last
        self.read_s = 0.0
        self._reader = reader
        self._scene: Scene | None = None

    @property
    def scene(self) -> Scene:
        if self._scene is None:
            started = time.perf_counter()
            self._scene = self._reader.read(self.observation)
            self.read_s = time.perf_counter() - started
        return self._scene

    @property
    def effect(self) -> Effect:
        """What the last act changed."""
        return self.last.result.effect if self.last else Effect()

    def was_done(self) -> bool:
        """Was the last act done? Of what may have been, the screen tells: where it changed, it counts as done."""
        if self.last is None or self.last.result.ok:
            return True
        done = self._as_if_done(self.last) if self.last.result.unknown else None
        self.last = done or self.last
        return done is not None

    def _as_if_done(self, last: Step) -> Step | None:
        """The step as one that was done, where the screen has changed since it was decided; else None."""
        now = self.observation
        if last.observation.frame == now.frame:
            changed = changed_regions(last.observation.words, now.words)
            if not any(region.bottom > CLOCK * now.frame.height and not is_caret(region) for region in changed):
                return None
        return replace(last, result=replace(last.result, ok=True, effect=Effect(where="elsewhere")))


class Undone:
    """How often one step was decided and not done; each step has its own."""

    def __init__(self) -> None:
        self._times = 0

    def again(self, last: Step) -> bool:
        """May it be decided anew? Once; not what was refused, nor what may have been done."""
        self._times += 1
        refused = last.verdict is not None and not last.verdict.allowed
        return not refused and self._times == 1 and not last.result.unknown


Acts = Generator[Decision, Moment, str | None]
"""An instruction at work: yields decisions, is sent the moment after each; may return what it read."""
