"""Sure clicks: how often a policy that misses by a known distribution hits, with and without the check.

The targets are labels of real Chromium and Tk windows, 10 to 16 px, and drawn icons of 12 to 48 px, which say
nothing to OCR. What a model would do is played by the oracle: some units of its grid beside the target, now
and then another element (and half of the time that one again), now and then "not there".
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from harness import Row, row
from labels import screens
from PIL import Image, ImageDraw

from screenwright.policies.oracle import Misses, Oracle
from screenwright.policies.policy import Policy
from screenwright.policies.sure import Sure, Zoom
from screenwright.tools.actions import Click
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Region, Size, View
from screenwright.tools.observation import Observation
from screenwright.tools.reading import Reader
from screenwright.tools.steps import Task
from screenwright.tools.wording import squeezed

PAGES, PER_PAGE = 6, 50
TRIES = 3  # as Limits.bad_replies
MISSES = Misses(sigma=4.0, wrong=0.08, missing=0.03, invents=0.3, repeats=0.5)
FRAME = Size(1280, 800)


@dataclass(frozen=True)
class Board:
    """One frame, the true place of each target, and which of them are asked for."""

    observation: Observation
    places: dict[str, Region]
    asked: tuple[str, ...]


@dataclass
class Tally:
    """What became of the clicks of one run over all targets."""

    right: int = 0
    wrong: int = 0
    refused: int = 0
    calls: float = 0
    sure_s: list[float] = field(default_factory=list[float])
    sizes: dict[str, list[bool]] = field(default_factory=dict[str, list[bool]])
    bands: dict[float, list[bool]] = field(default_factory=dict[float, list[bool]])

    @property
    def clicks(self) -> int:
        return self.right + self.wrong + self.refused

    def figures(self) -> dict[str, object]:
        """Shares, the cost, and how often each size and each band of confidence was right."""
        return {
            "wrong": round(self.wrong / self.clicks, 4),
            "refused": round(self.refused / self.clicks, 4),
            "calls a click": round(self.calls / self.clicks, 2),
            "wrong or refused by size": {
                k: round(1 - float(np.mean(v)), 4) for k, v in sorted(self.sizes.items())
            },
            "right by confidence": {
                f"{k:g}": [round(float(np.mean(v)), 3), len(v)] for k, v in sorted(self.bands.items())
            },
        }


@cache
def boards() -> tuple[Board, ...]:
    return (*pages(), *(icons(seed) for seed in (1, 2)))


def pages() -> Iterator[Board]:
    """Real windows; of texts that stand there twice none is asked for, since nobody could say which."""
    dice = random.Random(7)
    for screen in screens(PAGES):
        said = [squeezed(one.text) for one in screen.labels]
        alone = [one for one in screen.labels if said.count(squeezed(one.text)) == 1]
        places = {one.text: one.region.within(FRAME) for one in alone}
        asked = dice.sample(sorted(places), min(PER_PAGE, len(places)))
        # The desktop is gone by the time it is clicked: what stays is the picture, and OCR must do.
        seen = Observation(screen.observation.view, pixels=screen.observation.pixels)
        yield Board(seen, places, tuple(asked))


def icons(seed: int) -> Board:
    """Drawings on a plain ground, in rows from small to large."""
    dice = random.Random(seed)
    image = Image.new("RGB", (FRAME.width, FRAME.height), (240, 240, 242))
    draw = ImageDraw.Draw(image)
    places: dict[str, Region] = {}
    for row_number, size in enumerate((12, 16, 24, 32, 48)):
        for column in range(10):
            x, y = 60 + column * 120 + dice.randrange(30), 60 + row_number * 150 + dice.randrange(40)
            box = (x, y, x + size - 1, y + size - 1)
            colour = (dice.randrange(120), dice.randrange(120), dice.randrange(160))
            shape = dice.choice((draw.ellipse, draw.rectangle))
            shape(box, fill=colour if dice.random() < 0.5 else None, outline=colour, width=max(2, size // 8))
            draw.line((x + 2, y + size // 2, x + size - 3, y + size // 2), colour, 2)
            places[f"shape {len(places)}"] = Region(x, y, size, size)
    observation = Observation(View(FRAME), pixels=np.ascontiguousarray(np.asarray(image)))
    return Board(observation, places, tuple(places))


@cache
def readers() -> tuple[Reader, ...]:
    """One for each board: what it has read it remembers."""
    return tuple(Reader() for _ in boards())


@cache
def played(zoom: Zoom | None) -> Tally:
    """Every target once; None: without the check."""
    tally = Tally()
    for number, board in enumerate(boards()):
        reader = readers()[number]
        reader.read(board.observation)
        for index, name in enumerate(board.asked):
            oracle = Oracle([name], places=lambda _, b=board: b.places, misses=MISSES, seed=1000 * number + index)
            policy: Policy = oracle if zoom is None else Sure(oracle, reader, zoom=zoom)
            click(policy, board, name, tally)
            tally.calls += oracle.asked
    return tally


def click(policy: Policy, board: Board, name: str, tally: Tally) -> None:
    """One target, tried as often as the loop would."""
    region = board.places[name]
    side = min(region.width, region.height)
    size = "up to 16 px" if side <= 16 else "up to 24 px" if side <= 24 else "over 24 px"
    policy.begin(Task("click"))
    for _ in range(TRIES):
        began = time.perf_counter()
        try:
            decision = policy.decide(Task("click"), [], board.observation)
        except BadReply:
            continue
        tally.sure_s.append(time.perf_counter() - began)
        if not isinstance(decision.action, Click):
            break
        hit = region.holds(decision.action.point.x, decision.action.point.y)
        tally.right, tally.wrong = tally.right + hit, tally.wrong + (not hit)
        tally.sizes.setdefault(size, []).append(hit)
        if decision.confidence is not None:
            tally.bands.setdefault(decision.confidence, []).append(hit)
        return
    tally.refused += 1
    tally.sizes.setdefault(size, []).append(False)


@row("sure_clicks", unit="share wrong or refused", wants="ratio >= 3", seconds=600)
def sure_clicks() -> Row:
    """Clicks of an oracle that misses by a known distribution, checked against what the screen says.

    Wrong is a point outside of the target's true box; refused is a person asked, or three bad replies. The
    baseline is the same oracle with the same seeds, unchecked.
    """
    ours, theirs = played("small"), played(None)
    share, plain = ((t.wrong + t.refused) / t.clicks for t in (ours, theirs))
    extra: dict[str, object] = {
        "targets": ours.clicks,
        "with": ours.figures(),
        "without": theirs.figures(),
        "extra calls a click": round((ours.calls - theirs.calls) / ours.clicks, 3),
        "median check s, the screen being read": round(float(np.median(ours.sure_s)), 4),
        "zoom always": played("always").figures(),
        "zoom never": played("never").figures(),
    }
    return Row(share, "the same oracle unchecked", plain, floor=1 / ours.clicks, extra=extra)
