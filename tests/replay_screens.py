"""Frames of the test form in all its looks, with where its widgets are; for the tests of finding targets."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from screenwright.tools.desktop import Desktop
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Observation

PROGRAM = Path(__file__).parent / "programs" / "replay_form.py"


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame of the form and the true place of each of its widgets, in frame pixels."""

    observation: Observation
    places: dict[str, Region]


def shown(desktop: Desktop, **options: str) -> Shown:
    """The form as it looks with these options; it is closed again before this returns."""
    with showing(desktop, **options) as seen:
        return seen


@contextmanager
def showing(desktop: Desktop, **options: str) -> Iterator[Shown]:
    """The form as it looks with these options, on the screen until this ends."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "places.json")
        words = [f"{name}={value}" for name, value in options.items()]
        program = desktop.start([sys.executable, str(PROGRAM), str(out), *words])
        try:
            end = time.monotonic() + 20
            while not (out.exists() and desktop.observe().title == "Form"):
                assert program.poll() is None and time.monotonic() < end, "the form did not come up"
                desktop.idle(0.05)
            seen = still(desktop)
            seen.ask()
            held = {name: Region(*box) for name, box in json.loads(out.read_text()).items()}
            yield Shown(seen, held)
        finally:
            program.terminate()
            program.wait(10)


def still(desktop: Desktop, calm_s: float = 0.3, limit_s: float = 10) -> Observation:
    """The frame once nothing has changed for a moment."""
    seen, since, end = desktop.observe(), time.monotonic(), time.monotonic() + limit_s
    while time.monotonic() - since < calm_s and time.monotonic() < end:
        desktop.idle(0.05)
        now = desktop.observe()
        if ((now.words ^ seen.words) & 0xFFFFFF).any():
            since = time.monotonic()
        seen = now
    return seen
