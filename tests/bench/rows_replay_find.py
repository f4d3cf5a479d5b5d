"""Finding a recorded target near its place on a 1920x1080 screen, beside what pyautogui does for it."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
from harness import FOLDER, Row, row
from PIL import Image
from rows_acting import pyautogui

from screenwright.policies.replay.demo import Looks, Patch, Place
from screenwright.policies.replay.found import TwoAlike
from screenwright.policies.replay.ladder import Ladder
from screenwright.tools.desktop import Desktop
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Pixels
from screenwright.tools.patches import alike, cut
from screenwright.tools.reading import Reader

sys.path.append(str(FOLDER.parent))
from replay_screens import Shown, showing

ROWS = "Alpha 1,Alpha 2,Alpha 3,Beta,Gamma"
TIMES = 15
LOCATE = "median_ms(lambda: pyautogui.locateOnScreen({file!r}), 6)"
READY = "median_ms(lambda: pyautogui.locate({file!r}, {screen!r}), 6)"


def recorded(shown: Shown, name: str) -> tuple[Looks, Pixels]:
    """What a demo keeps of a widget of the form: its picture and its place in the window."""
    seen, region = shown.observation, shown.places[name]
    window = seen.focus or Region(0, 0, seen.frame.width, seen.frame.height)
    aim = round(region.middle[0]), round(region.middle[1])
    picture, target, inner = cut(seen.pixels, region, aim, window=window)
    patch = Patch(file=name, aim=inner, target=target, alike=alike(seen.pixels, region))
    place = Place(at=(aim[0] - window.x, aim[1] - window.y), size=(window.width, window.height))
    role = name.split()[0]
    return Looks.model_validate({"role": role, "patches": (patch,), "place": place}), picture


@contextmanager
def forms() -> Iterator[tuple[Desktop, Shown]]:
    """A 1920x1080 screen with the form on it."""
    with Desktop.virtual(1920, 1080) as desktop, showing(desktop, rows=ROWS) as shown:
        yield desktop, shown


@cache
def found_ms() -> dict[str, float | list[str]]:
    """Milliseconds for each of the form's widgets: unchanged, changed by what was typed since, and pyautogui's."""
    with forms() as (desktop, shown):
        known = {name: recorded(shown, name) for name in shown.places}
        pictures = {name: picture for name, (_, picture) in known.items()}
        with tempfile.TemporaryDirectory() as folder:
            # As people use it: the picture of the target itself, no colour, as it comes.
            file = str(Path(folder, "button.png"))
            region = shown.places["button Send"]
            Image.fromarray(np.ascontiguousarray(shown.observation.crop(region))).save(file)
            screen = str(Path(folder, "screen.png"))
            Image.fromarray(shown.observation.pixels).save(screen)
            on_screen = pyautogui(desktop, LOCATE.format(file=file))
            ready = pyautogui(desktop, READY.format(file=file, screen=screen))
        same, changed, missed = [], [], []
        for looks, _ in known.values():
            same += timed(Ladder(pictures.get, Reader()), looks, desktop)
        with showing(desktop, rows=ROWS, filled="new", theme="dark", place="+140+95") as other:
            assert other.observation.focus
            for name, (looks, _) in known.items():
                try:
                    changed += timed(Ladder(pictures.get, Reader()), looks, desktop)
                except (TwoAlike, LookupError):
                    missed.append(name)
    figures = {"unchanged": same, "typed in, moved and dark": changed}
    ours = {f"{how}, {part}": value for how, taken in figures.items() for part, value in summed(taken).items()}
    return {**ours, "missed": missed, "locateOnScreen": on_screen, "locate on a ready picture": ready}


def timed(ladder: Ladder, looks: Looks, desktop: Desktop) -> list[float]:
    """Milliseconds of whole searches by the near rung, each on a frame of its own. LookupError: not found."""
    from screenwright.policies.replay.found import NotFound

    taken: list[float] = []
    for _ in range(TIMES):
        seen = desktop.observe()
        began = time.perf_counter()
        try:
            ladder.find(looks, seen, {}, rungs=("near",))
        except NotFound as error:
            raise LookupError(str(error)) from error
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def summed(taken: list[float]) -> dict[str, float]:
    return {"median": statistics.median(taken), "p95": float(np.percentile(taken, 95))}


@row("find_target_near", unit="ms", wants="ratio >= 20")
def find_target_near() -> Row:
    """A recorded target near its place, all of the ladder's work with it, on a 1920x1080 screen."""
    taken = found_ms()
    value, theirs = taken["unchanged, median"], taken["locateOnScreen"]
    assert isinstance(value, float) and isinstance(theirs, float)
    return Row(value, "pyautogui.locateOnScreen()", theirs, extra=dict(taken))
