"""What an instruction sees each time it decides: the frame, what its last act did, and the text when asked."""

from __future__ import annotations

import time
from collections.abc import Generator

from screenwright.tools.observation import Observation
from screenwright.tools.reading import Reader, Scene
from screenwright.tools.steps import Decision, Effect, Step


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


Acts = Generator[Decision, Moment, str | None]
"""An instruction at work: yields decisions, is sent the moment after each; may return what it read."""
