"""Whole tasks on the real window: the loop, the dialect and the engine, with a tiny checkpoint deciding.

python tests/tiny/trial.py FOLDER --tasks 10 --seed 0
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from screenwright.agent import Agent
from screenwright.agent.limits import Limits
from screenwright.policies.chat import Model
from screenwright.policies.guard import Guard
from screenwright.policies.model_policy import ModelPolicy
from screenwright.policies.qwen3vl.engine import Engine
from screenwright.policies.qwen3vl.loading import open_checkpoint
from screenwright.tools import Desktop
from screenwright.tools.errors import DeviceLost
from tiny.scenes import demo

PROGRAM = Path(__file__).resolve().parents[2] / "demos" / "buttons.py"
TITLE = "Coloured buttons"
TOKENS = demo.WIDTH * demo.HEIGHT // 32**2
"""Of one picture: a larger window is shown to the model at this size."""
LIMIT = 160
"""Tokens of a reply, far more than the 30 it has: a reply held to a grammar begins to close 48 before."""


def task(
    desktop: Desktop, model: Model, seed: int, folder: Path, size: str = "256x192", grammar: bool = True
) -> dict[str, Any]:
    """One window, one colour; what was clicked and how the run ended."""
    chance = random.Random(seed)
    count = chance.choice((3, 4))
    asked = chance.choice(demo.scatter(random.Random(seed), count)).colour
    clicked = folder / "clicked.txt"
    words = [str(PROGRAM), str(clicked), "--seed", str(seed), "--count", str(count), "--size", size]
    process = desktop.start([sys.executable, *words])
    with Desktop(window=TITLE, display=desktop.environment["DISPLAY"]) as window:
        drawn(window, seed, count, size)
        policy = ModelPolicy(model, "plain", budget=TOKENS, limit=LIMIT, grammar=grammar)
        agent = Agent(policy, window, trace=folder / "run", limits=Limits(steps=6), guard=Guard.standard())
        outcome = agent.run(f"click the {asked} button")
    process.terminate()
    process.wait()
    hits = clicked.read_text(encoding="utf-8").split()
    return {
        "good": hits == [asked] and outcome.ok,
        "seed": seed,
        "asked": asked,
        "clicked": hits,
        "status": outcome.status,
        "steps": outcome.steps,
        "message": outcome.message,
        "seconds": round(outcome.seconds, 2),
    }


def drawn(window: Desktop, seed: int, count: int, size: str) -> None:
    """Wait until every button is on the screen."""
    buttons = demo.scatter(random.Random(seed), count)
    scale = int(size.partition("x")[0]) / demo.WIDTH
    until = time.monotonic() + 15
    while time.monotonic() < until:
        try:
            seen = window.observe().pixels
            spots = [(button, *(int(at * scale) for at in button.middle)) for button in buttons]
            if all(tuple(seen[y, x]) == demo.PALETTE[button.colour] for button, x, y in spots):
                return
        except (DeviceLost, IndexError):
            pass
        window.idle(0.05)
    raise TimeoutError(f"the window of seed {seed} was not drawn in 15 s")


def main() -> None:
    parser = argparse.ArgumentParser(description="Tasks on the real window with a tiny checkpoint.")
    parser.add_argument("folder")
    parser.add_argument("--tasks", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", default=f"{demo.WIDTH}x{demo.HEIGHT}")
    parser.add_argument("--no-grammar", action="store_true")
    given = parser.parse_args()
    model = Engine(open_checkpoint(given.folder))
    good = 0
    with Desktop.virtual(800, 600) as desktop:
        for number in range(given.tasks):
            with tempfile.TemporaryDirectory() as folder:
                said = task(desktop, model, given.seed + number, Path(folder), given.size, not given.no_grammar)
            good += said["good"]
            print(json.dumps(said), flush=True)
    print(json.dumps({"tasks": given.tasks, "size": given.size, "good": good}))


if __name__ == "__main__":
    main()
