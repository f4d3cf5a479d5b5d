"""What the recording showed around each step of a demo; not needed to play, but it helps to heal."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from screenwright.policies.replay.demo import DemoStep, Looks
from screenwright.policies.replay.folder import DemoFolder
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.reading import Reader
from screenwright.tools.steps import Effect, Step
from screenwright.tools.wording import folded

FRAMES_KEPT = 6


class Recorded:
    """The trace of a demo, asked by the steps of the demo. A missing or damaged one has nothing to say."""

    def __init__(self, folder: DemoFolder) -> None:
        self._folder = folder
        self._pixels: dict[int, Pixels | None] = {}
        self._steps = folder.demo.steps
        self._labels: dict[int, frozenset[str]] = {}

    @cached_property
    def _by_index(self) -> dict[int, Step]:
        trace = self._folder.trace
        return {step.index: step for step in trace.steps} if trace else {}

    def step(self, step: DemoStep) -> Step | None:
        return None if step.recorded is None else self._by_index.get(step.recorded)

    def before(self, step: DemoStep) -> Observation | None:
        """What was on the screen before it."""
        recorded = self.step(step)
        return recorded.observation if recorded else None

    def after(self, step: DemoStep) -> Observation | None:
        recorded = self.step(step)
        return recorded.after if recorded else None

    def effect(self, step: DemoStep) -> Effect | None:
        """What it changed; None where that is not known."""
        recorded = self.step(step)
        return recorded.result.effect if recorded and recorded.result.effect.where != "unseen" else None

    def changed(self, step: DemoStep) -> bool | None:
        """Did it change the screen? None: nobody knows. What the demo says goes before what was recorded."""
        if step.after and step.after.change is not None:
            return step.after.change
        effect = self.effect(step)
        return None if effect is None else effect.where != "nothing"

    def new_window(self, index: int) -> bool:
        """Had its window just come when this step was done: is it the first act, or was the last in another?"""
        here = self.before(self._steps[index])
        earlier = [step for step in self._steps[:index] if step.do != "wait"]
        last = self.before(earlier[-1]) if earlier else None
        return here is not None and (last is None or last.title != here.title)

    def likeness(self, step: DemoStep, now: Observation) -> float:
        """How like the window with the focus is to the recorded one before this step; 1.0 where nobody knows."""
        from screenwright.tools.patches import resemblance

        before = self.before(step)
        pixels = None if before is None else self.pixels(before)
        if before is None or pixels is None or before.focus is None or now.focus is None or not now.focus.area:
            return 1.0
        area = before.focus
        return resemblance(pixels[area.y : area.bottom, area.x : area.right], now.crop(now.focus))

    def pixels(self, observation: Observation) -> Pixels | None:
        """(H, W, 3) RGB of a recorded frame; None where its files are gone."""
        key = id(observation)
        if key not in self._pixels:
            try:
                held: Pixels | None = observation.pixels
            except (OSError, KeyError, ValueError, SyntaxError):
                held = None
            for old in list(self._pixels)[: max(0, len(self._pixels) - FRAMES_KEPT + 1)]:
                del self._pixels[old]
            self._pixels[key] = held
        return self._pixels[key]

    @cached_property
    def titles(self) -> frozenset[str]:
        """Titles of all windows that had the focus, folded; those that the demo names too."""
        seen = [o.title for o in self._observations()]
        named = [looks.window for looks in self._looks()]
        expected = [e.window for step in self._steps for e in (step.before, step.after) if e]
        return frozenset(folded(title) for title in (*seen, *named, *expected) if title)

    @cached_property
    def programs(self) -> frozenset[str]:
        seen = [o.program for o in self._observations()]
        named = [looks.program for looks in self._looks()]
        return frozenset(program.casefold() for program in (*seen, *named) if program)

    @cached_property
    def window(self) -> Region | None:
        """The largest window that had the focus."""
        areas = [o.focus for o in self._observations() if o.focus]
        return max(areas, key=lambda area: area.area, default=None)

    def labels(self, index: int, reader: Reader) -> frozenset[str]:
        """What stood on the screen around a step, folded. What the system told is taken; else it is read."""
        if index not in self._labels:
            found: set[str] = set()
            for step in self._steps[max(0, index - 1) : index + 2]:
                observation = self.before(step)
                if observation is None:
                    continue
                told = {folded(element.text) for element in observation.elements if element.text}
                pixels = None if told else self.pixels(observation)
                if pixels is not None:
                    seen = Observation(observation.view, pixels=pixels)
                    told = {folded(element.text) for element in reader.read(seen).elements if element.text}
                found |= told
            self._labels[index] = frozenset(found)
        return self._labels[index]

    def _observations(self) -> Iterable[Observation]:
        for step in map(self.step, self._steps):
            if step:
                yield step.observation
                if step.after is not None:
                    yield step.after

    def _looks(self) -> Iterable[Looks]:
        return (looks for step in self._steps for looks in (step.on, step.to) if looks)
