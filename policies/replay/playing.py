"""What one replay knows, and how it looks at the screen: shared by all of its parts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from screenwright.policies.literal.moment import Moment
from screenwright.policies.replay.completion import completion
from screenwright.policies.replay.demo import Demo, DemoStep, Expect, Looks, filled
from screenwright.policies.replay.found import RUNGS, Finder, Found, NotFound, Rung, TwoAlike
from screenwright.policies.replay.recorded import Recorded
from screenwright.tools.actions import Action
from screenwright.tools.elements import Target
from screenwright.tools.geometry import Region
from screenwright.tools.masking import Mask
from screenwright.tools.reading import Reader
from screenwright.tools.steps import Decision
from screenwright.tools.wording import ALIKE, likeness, squeezed

if TYPE_CHECKING:
    from screenwright.policies.replay.healing import Heal

CHEAP: tuple[Rung, ...] = ("element", "near", "picture")
SURELY: tuple[Rung, ...] = (*CHEAP, "text")
STAGES = ((0.0, 3), (0.4, 4), (2.0, 5), (3.0, 6))
"""After how many seconds of waiting how many of the rungs are used: reading costs, and guessing (where the
neighbours say, a model) is for what is really not there, not for what is late."""


class Hitch(Exception):
    """A step that can't go on as recorded: why, and the moment it was seen in."""

    def __init__(self, reason: str, now: Moment, cause: NotFound | TwoAlike | None = None) -> None:
        super().__init__(reason)
        self.now, self.cause = now, cause


@dataclass
class Playing:
    """One replay: its demo and values, what finds and reads, and what it has to tell.

    `notes`: said in the thought of the next decision; `seconds`: spent looking, by rung, since the last one;
    `ready`: how many rungs are used without waiting, since this run has needed them before; `longer_s`: how long
    the next target may take, where the demo has waited for it.
    """

    demo: Demo
    values: dict[str, str]
    finder: Finder
    reader: Reader
    recorded: Recorded
    patience_s: float
    mask: Mask
    heals: list[Heal] = field(default_factory=list["Heal"])
    notes: list[str] = field(default_factory=list[str])
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    ready: int = STAGES[0][1]
    longer_s: float = 0.0

    def step(self, index: int) -> DemoStep:
        return self.demo.steps[index]

    def place(self, index: int) -> str:
        """'step 3 save': how a person finds it in the file."""
        return f"step {index + 1} {self.step(index).id}"

    def find(self, looks: Looks, now: Moment, rungs: tuple[Rung, ...] = RUNGS) -> Found:
        """NotFound, TwoAlike."""
        started, rung = time.perf_counter(), "missed"
        try:
            found = self.finder.find(looks, now.observation, self.values, rungs=rungs)
            rung = found.rung
            self.ready = min(max(self.ready, RUNGS.index(rung) + 1), STAGES[1][1])
            return found
        finally:
            key = f"{rung}_s"
            self.seconds[key] = self.seconds.get(key, 0.0) + time.perf_counter() - started

    def spotted(self, looks: Looks, now: Moment, rungs: tuple[Rung, ...] = CHEAP) -> Found | None:
        """Found by cheap rungs and surely, or None."""
        try:
            found = self.find(looks, now, rungs)
        except (NotFound, TwoAlike):
            return None
        return found if found.confidence >= 0.8 else None

    def decision(self, index: int, action: Action, why: str, found: Found | None = None) -> Decision:
        """With where it stands in the demo, what has happened on the way, and without secrets."""
        notes = f" ({'; '.join(self.notes)})" if self.notes else ""
        self.notes.clear()
        by = f"{found.rung}, {found.why or found.region}: " if found else ""
        thought = self.mask.text(f"{self.place(index)}{notes}: {by}{why}".rstrip(": "))
        return Decision(action, thought, confidence=found.confidence if found else None)

    def act(self, index: int, action: Action, why: str, now: Moment, found: Found | None = None) -> Decision:
        """The decision that the step is there for: what it led to when it was recorded tells when it is over."""
        following = self.step(index + 1) if index + 1 < len(self.demo.steps) else None
        complete = completion(self.recorded, self.step(index), following, now.observation)
        return replace(self.decision(index, action, why, found), complete=complete)

    def rungs(self, waited: float) -> tuple[Rung, ...]:
        """Those that may be used after so many seconds of waiting."""
        due = max(count for after, count in STAGES if waited >= after)
        return RUNGS[: max(due, self.ready)]

    def texts(self, texts: Sequence[str]) -> list[str]:
        return [filled(text, self.values) for text in texts]

    def now_called(self, recorded: str) -> str:
        """A recorded text as it must be with the present values of the parameters."""
        for name, parameter in self.demo.parameters.items():
            if parameter.default and len(parameter.default) > 1:
                recorded = recorded.replace(parameter.default, self.values[name])
        return recorded

    def _fresh(self, text: str, now: Moment) -> bool:
        """Is it read in what has just changed? That costs less than to read all of the screen."""
        regions = now.effect.regions
        if (
            not regions
            or now.effect.share > 0.5
            or any(text in (e.text, e.value) for e in now.observation.elements)
        ):
            return False
        area = Region.around(regions).grown(4).within(now.observation.frame)
        return bool(self.reader.read(now.observation, region=area).find_all(Target(text=text)))

    def ready_for(self, index: int, now: Moment, rungs: tuple[Rung, ...] = CHEAP) -> bool:
        """Is the target of that step surely there?"""
        looks = self.step(index).on if index < len(self.demo.steps) else None
        return looks is not None and self.spotted(looks, now, rungs) is not None

    def not_shown(self, index: int, expect: Expect, now: Moment) -> Expect:
        """What is expected, without the texts that are what the next target is called, where that is found."""
        looks = self.step(index + 1).on if index + 1 < len(self.demo.steps) else None
        called = [squeezed(text) for text in (looks.name, looks.text) if text] if looks else []
        if not any(squeezed(text) in called for text in expect.see) or not self.ready_for(index + 1, now):
            return expect
        return expect.model_copy(update={"see": tuple(t for t in expect.see if squeezed(t) not in called)})

    def unmet(self, expect: Expect, now: Moment, changed: bool = True) -> str | None:
        """The first thing expected that is not so, in words; None when all is. Cheap evidence first."""
        if expect.window and not titled(filled(expect.window, self.values), now):
            return f'the window is "{now.observation.title or ""}", not "{expect.window}"'
        if expect.change and not changed:
            return "nothing has changed"
        for text, wanted in zip(expect.see, self.texts(expect.see), strict=True):
            if not self._fresh(wanted, now) and not seen(wanted, now):
                return f'"{text}" is not seen'
        for text, wanted in zip(expect.gone, self.texts(expect.gone), strict=True):
            if seen(wanted, now):
                return f'"{text}" is still there'
        return None


def titled(wanted: str, now: Moment) -> bool:
    """Is it a part of the title of the window that has the focus?"""
    title = now.observation.title or ""
    return wanted.casefold() in title.casefold()


def seen(text: str, now: Moment) -> bool:
    """Does the screen say so? The system is asked first, then the picture is read."""
    if titled(text, now):
        return True
    for element in now.observation.elements:
        for said in (element.text, element.value):
            if said and (match := likeness(text, said)) and match.kind >= ALIKE:
                return True
    return bool(now.scene.find_all(Target(text=text)))
