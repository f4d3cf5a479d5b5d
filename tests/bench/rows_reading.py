"""Reading rows: what a second look costs, and how much of what toolkits draw is read right."""

from __future__ import annotations

import time
from functools import cache
from typing import Any, cast

import numpy as np
from harness import Row, row
from labels import Screenful, screens

from screenwright.tools.geometry import Region
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.ocr import TextReader
from screenwright.tools.reading import Reader
from screenwright.tools.textnets import networks
from screenwright.tools.wording import squeezed

SCREENS = 10


@cache
def shown() -> tuple[Screenful, ...]:
    return tuple(screens(SCREENS))


def timed(reader: Reader, pixels: Pixels, view: Any) -> float:
    """Seconds for one reading of a frame, from pixels as a grabber gives them."""
    observation = Observation(view, pixels=pixels)
    _ = observation.words
    began = time.perf_counter()
    reader.read(observation)
    return time.perf_counter() - began


@cache
def seconds() -> dict[str, list[float]]:
    """A first reading of each screen, of the same screen again, and after a small change of it."""
    networks()
    taken: dict[str, list[float]] = {"first": [], "again": [], "changed": []}
    for number, screen in enumerate(shown()):
        pixels, view = screen.observation.pixels, screen.observation.view
        reader = Reader(TextReader())
        taken["first"].append(timed(reader, pixels, view))
        taken["again"].append(timed(reader, pixels.copy(), view))
        taken["changed"].append(timed(reader, changed(pixels, number, screen), view))
    return taken


def changed(pixels: Pixels, number: int, screen: Screenful) -> Pixels:
    """One label now shows what another shows: what typing into a field or ticking a box does to a screen."""
    after = pixels.copy()
    one, other = screen.labels[7 + number], screen.labels[40 + number]
    width, height = min(one.region.width, other.region.width), min(one.region.height, other.region.height)
    after[one.region.y : one.region.y + height, one.region.x : one.region.x + width] = pixels[
        other.region.y : other.region.y + height, other.region.x : other.region.x + width
    ]
    return after


def share(kind: str) -> Row:
    taken = seconds()
    first, later = float(np.median(taken["first"])), float(np.median(taken[kind]))
    extra = {"first_s": round(first, 3), "later_s": round(later, 4), "screens": SCREENS}
    return Row(value=later / first, baseline_name="reading the whole frame", baseline=1.0, floor=1e-6, extra=extra)


@row("read_unchanged", unit="share of a first read", wants="value <= 0.02")
def read_unchanged() -> Row:
    """Reading a frame that shows what the last one showed."""
    return share("again")


@row("read_small_change", unit="share of a first read", wants="value <= 0.25")
def read_small_change() -> Row:
    """Reading a frame in which one label changed."""
    return share("changed")


@row("read_recall", unit="share read right", more=True, wants="value >= 0.98", seconds=900)
def read_recall() -> Row:
    """Of some 1,000 generated labels, light and dark, 10 to 16 px, Chromium and Tk: how many are read.

    Right is: the same letters, digits and signs at the place of the widget; case, spaces and punctuation
    at the ends are not counted, as nothing that searches by text does. The baseline is rapidocr's own
    pipeline with the same networks, as it comes but for orientation.
    """
    import rapidocr

    settings = {"Global.log_level": "critical", "Global.use_cls": False}
    plain = cast(Any, rapidocr.RapidOCR(params=settings))
    ours, theirs, exact, total = 0, 0, 0, 0
    ours_s = theirs_s = 0.0
    for screen in shown():
        pixels = screen.observation.pixels
        began = time.perf_counter()
        lines = [(line.text, line.region) for line in TextReader().read(pixels)]
        middle = time.perf_counter()
        found = plain(np.ascontiguousarray(pixels[..., ::-1]), use_det=True, use_cls=False, use_rec=True)
        theirs_s += time.perf_counter() - middle
        ours_s += middle - began
        others = lines_of(found) if found.boxes is not None else []
        for label in clear(screen):
            total += 1
            ours += read(lines, label.text, label.region)
            theirs += read(others, label.text, label.region)
            exact += any(text == label.text and label.region.holds(*box.middle) for text, box in lines)
    extra = {
        "labels": total,
        "to the letter": round(exact / total, 4),
        "seconds a frame": round(ours_s / SCREENS, 2),
        "baseline seconds a frame": round(theirs_s / SCREENS, 2),
    }
    return Row(
        value=ours / total,
        baseline_name="rapidocr 3.10 as it comes",
        baseline=theirs / total,
        floor=0.001,
        extra=extra,
    )


def lines_of(found: Any) -> list[tuple[str, Region]]:
    """What rapidocr found, as texts and places."""
    return [
        (str(text), Region.between(*box.min(0).tolist(), *box.max(0).tolist()))
        for text, box in zip(found.txts, found.boxes, strict=True)
    ]


def clear(screen: Screenful) -> list[Any]:
    """Labels that lie wholly on the screen and under no other: the others no one can read."""
    frame = Region(0, 0, screen.observation.frame.width, screen.observation.frame.height)
    return [
        one
        for one in screen.labels
        if one.region.shared(frame) == one.region
        and not any(other is not one and other.region.shared(one.region).area for other in screen.labels)
    ]


def read(lines: list[tuple[str, Region]], wanted: str, place: Region) -> bool:
    return any(squeezed(text) == squeezed(wanted) and place.holds(*box.middle) for text, box in lines)
