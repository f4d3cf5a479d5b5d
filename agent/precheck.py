"""Before a demo runs: which of its steps would be found on the present screen. Nothing is performed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from screenwright.policies.replay.demo import DemoStep, Looks, filled
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.replay.found import Finder, Found, NotFound, TwoAlike
from screenwright.tools.device import Device
from screenwright.tools.observation import Observation

State = Literal["found", "not found", "two alike", "later", "no target"]
STATES: dict[State, str] = {
    "found": "found",
    "not found": "NOT FOUND",
    "two alike": "TWO ALIKE",
    "later": "not on this screen yet",
    "no target": "-",
}


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is to be expected of one step. `region`: [x, y, width, height] of its target on the frame."""

    step: str
    said: str
    state: State
    rung: str | None = None
    confidence: float | None = None
    region: tuple[int, int, int, int] | None = None
    why: str = ""


def look(
    folder: DemoFolder,
    finder: Finder,
    device: Device,
    values: dict[str, str],
    first: int = 0,
    patience_s: float = 0,
) -> list[Prospect]:
    """What is to be expected on the screen now; with patience, as soon as the first step would be found."""
    from screenwright.tools.settle import Settler

    settler, deadline = Settler(device), time.monotonic() + patience_s
    seen = device.observe()
    while True:
        told = prospects(folder, finder, seen, values, first)
        left = deadline - time.monotonic()
        if would_begin(told) or left <= 0:
            return told
        _, seen = settler.wait(seen, left, until_change=True)


def prospects(
    folder: DemoFolder,
    finder: Finder,
    seen: Observation,
    values: dict[str, str],
    first: int = 0,
) -> list[Prospect]:
    """A line for each step from `first` on; for a drag, of its worse end."""
    looked = _Looking(folder, finder, seen, values)
    return [looked.at(step) for step in folder.demo.steps[first:]]


def would_begin(told: Sequence[Prospect]) -> bool:
    """Would the first step that has a target find it?"""
    first = next((prospect for prospect in told if prospect.state != "no target"), None)
    return first is None or first.state == "found"


@dataclass
class _Looking:
    folder: DemoFolder
    finder: Finder
    seen: Observation
    values: dict[str, str]

    def at(self, step: DemoStep) -> Prospect:
        targets = [looks for looks in (step.on, step.to) if looks is not None]
        if not targets:
            return Prospect(step.id, step.said, "no target")
        ends = [self._target(step, looks) for looks in targets]
        return next((end for end in ends if end.state != "found"), ends[0])

    def _target(self, step: DemoStep, looks: Looks) -> Prospect:
        try:
            found = self.finder.find(looks, self.seen, self.values)
        except TwoAlike as alike:
            return Prospect(step.id, step.said, "two alike", why=str(alike))
        except NotFound as missing:
            if reason := self._later(looks):
                return Prospect(step.id, step.said, "later", why=reason)
            return Prospect(step.id, step.said, "not found", why=str(missing))
        return _prospect(step, found)

    def _later(self, looks: Looks) -> str:
        """Why it need not be there yet; "" where it should be."""
        title = self.seen.title or ""
        window = filled(looks.window or "", self.values)
        if window and title and not _alike(window, title):
            return f'it is in the window "{window}"; in front is "{title}"'
        start = self._start()
        if start is None:
            return ""
        try:
            self.finder.find(looks, start, self.values)
        except (NotFound, TwoAlike):
            return "when it was recorded it came up on the way too"
        return ""

    def _start(self) -> Observation | None:
        """The first recorded frame, if it is there and can be read."""
        trace = self.folder.trace
        try:
            start = trace.steps[0].observation if trace and trace.steps else None
            return start if start is not None and start.pixels.size else None
        except (OSError, KeyError, ValueError):
            return None


def _prospect(step: DemoStep, found: Found) -> Prospect:
    area = found.region
    region = (area.x, area.y, area.width, area.height)
    return Prospect(step.id, step.said, "found", found.rung, round(found.confidence, 2), region, found.why)


def _alike(recorded: str, present: str) -> bool:
    """Titles tell the document too ("*note.txt - Mousepad"): the program's end is enough."""
    end = recorded.rpartition(" - ")[2].casefold()
    return end in present.casefold() or recorded.casefold() in present.casefold()


def table(told: Sequence[Prospect]) -> str:
    """For a terminal: a line a step."""
    rows = [("step", "", "found by", "sure")]
    for prospect in told:
        by = prospect.rung or STATES[prospect.state]
        sure = f"{prospect.confidence:.2f}" if prospect.confidence is not None else ""
        rows.append((prospect.step, prospect.said, by, sure))
    widths = [min(48, max(len(row[column]) for row in rows)) for column in range(3)]
    return "\n".join(
        "  ".join(
            [*(cell[:width].ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]
        ).rstrip()
        for row in rows
    )


def summary(told: Sequence[Prospect]) -> dict[str, Any]:
    """For --json."""
    return {"would_begin": would_begin(told), "steps": [asdict(prospect) for prospect in told]}
