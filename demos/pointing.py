"""A model looks at a window without a word on it and clicks what it is told to: the path without a script.

The model is Qwen3-VL's own architecture with a million weights, taught on drawings of this one window
(`tests/tiny/checkpoint`). The 4B goes the same way: same loading, same cache, same grammar, same loop.
"""

import random
import sys
from pathlib import Path

import buttons
from stage import Stage, equal, eventually

from screenwright.agent import Agent, Limits
from screenwright.policies import Qwen3VL
from screenwright.tools import Desktop
from screenwright.tools.errors import DeviceLost

TITLE = "Click a button by its colour (a tiny Qwen3-VL, trained for this)"
CHECKPOINT = Path(__file__).parents[1] / "tests/tiny/checkpoint"
WINDOW = "Coloured buttons"
SEED = 302


def play(stage: Stage) -> str:
    clicked = stage.folder / "clicked.txt"
    asked = buttons.scatter(random.Random(SEED), 4)[1].colour
    program = [sys.executable, buttons.__file__, str(clicked), "--seed", str(SEED), "--size", "512x384"]
    stage.desktop.start([*program, "--title", WINDOW])
    display = stage.desktop.environment.get("DISPLAY")
    with Desktop(window=WINDOW, display=display) as window:
        eventually("the window is drawn", lambda: _drawn(window), 20)
        model = Qwen3VL(str(CHECKPOINT), dialect="plain", budget=48, limit=160)
        agent = Agent(model, window, trace=stage.folder / "run", listeners=stage.listeners, limits=Limits(steps=6))
        stage.finished(agent.run(f"click the {asked} button"))
    equal("what was clicked", clicked.read_text(encoding="utf-8").split(), [asked])
    return f"clicked {asked}, and nothing else"


def _drawn(window: Desktop) -> bool:
    """Tk fills the buttons a moment after the window is there."""
    try:
        seen = window.observe().pixels
    except DeviceLost:
        return False
    places = [
        (button.colour, *(int(2 * at) for at in button.middle))
        for button in buttons.scatter(random.Random(SEED), 4)
    ]
    return all(y < len(seen) and tuple(seen[y, x]) == buttons.PALETTE[colour] for colour, x, y in places)
