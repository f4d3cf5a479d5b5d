"""A run of many steps whose every frame is another one, written without waiting for any program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from screenwright.tools import Observation, Point, Size, Task, TraceWriter
from screenwright.tools.actions import Action, Click, Scroll, TypeText
from screenwright.tools.geometry import Region, View
from screenwright.tools.steps import Decision, Effect, Outcome, Result, Step, Verdict

SIZE = Size(1280, 800)
SENTENCE = "the quick brown fox jumps over a lazy dog and writes it down in the ledger of the seven hills"
WORDS = SENTENCE.split()
LINES = 22


def write_long_run(folder: Path, steps: int, size: Size = SIZE) -> Path:
    """A run folder: a page that is filled line by line, and turned when it is full."""
    writer = TraceWriter(folder)
    writer.begin(
        Task("Fill the ledger, page after page", {}, "ledger"), {"device": "desktop :1", "policy": "literal"}
    )
    now, before = 1_795_000_000.0, _seen(_page(size, 0), 0, 0.0)
    for index in range(steps):
        picture = _page(size, index + 1)
        after = _seen(picture, index + 1, now)
        writer.add(_step(index, before, after, now, size))
        before, now = after, now + 0.9 + index % 5 * 0.3
    writer.end(Outcome("done", "every line is written", None, steps, now - 1_795_000_000.0))
    return folder


def _seen(pixels: Any, serial: int, at: float) -> Observation:
    size = Size(pixels.shape[1], pixels.shape[0])
    return Observation(View(size), pixels=pixels, device="desktop :1", serial=serial, taken_at=at)


def _page(size: Size, index: int) -> Any:
    """The screen after so many steps."""
    image = Image.new("RGB", (size.width, size.height), (46, 58, 70))
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(20)
    hue = (40 + index // LINES * 37 % 160, 90, 150)
    pen.rectangle((120, 60, size.width - 120, size.height - 60), (250, 250, 246))
    pen.rectangle((120, 60, size.width - 120, 96), hue)
    pen.text((136, 66), f"Ledger, page {index // LINES + 1}", (255, 255, 255), font)
    for line in range(index % LINES + 1):
        number = index - index % LINES + line
        said = " ".join(WORDS[(number * 7 + k * 3) % len(WORDS)] for k in range(9))
        pen.text((150, 112 + line * 28), f"{number:>5}  {said}", (30, 32, 40), font)
    return np.asarray(image)


def _step(index: int, before: Observation, after: Observation, now: float, size: Size) -> Step:
    top = 112 + (index + 1) % LINES * 28
    actions: list[Action] = [
        TypeText(text=f"line {index} of the ledger"),
        Click(point=Point(300, top + 12, size), target=f"line {index}"),
        Scroll(point=Point(600, 400, size), down=2),
    ]
    usage = {"prompt_tokens": 2400.0 + index, "cached_tokens": 2300.0 + index, "reply_tokens": 31.0}
    thought = f"Line {index} is still empty, and {WORDS[index % len(WORDS)]} goes there."
    reply = f'{{"action": "type", "text": "line {index}"}}'
    decision = Decision(actions[index % 3], thought, reply, usage, 0.5 + index % 50 / 100, "literal")
    asked = index % 97 == 96
    verdict = Verdict("ask" if asked else "allow", "writes", "it changes the ledger", True if asked else None)
    effect = Effect("near", 0.02, (Region(140, top, size.width - 280, 26),), 0.05, 0.3, True, (), 0.5)
    parts = {"observe": 0.01, "decide": 0.2 + index % 7 * 0.1, "guard": 0.001, "perform": 0.08, "settle": 0.4}
    failed = index % 131 == 130
    result = Result(not failed, "the line is locked" if failed else "typed", effect, {**parts, "record": 0.01})
    return Step(index, before, decision, verdict, result, now, after)
