"""The trained tiny checkpoint looks and clicks: on drawings, and through the whole loop on the real window."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))

from tiny import judge, scenes, trial
from tiny.build import CHECKPOINT
from tiny.scenes import SHOWN

from screenwright.policies.qwen3vl.engine import Engine
from screenwright.policies.qwen3vl.loading import open_checkpoint
from screenwright.tools import Desktop, Point
from screenwright.tools.actions import Click
from screenwright.tools.errors import DeviceLost

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_the_trained_checkpoint_looks_and_clicks() -> None:
    from transformers import AutoModelForImageTextToText, AutoTokenizer

    model = AutoModelForImageTextToText.from_pretrained(CHECKPOINT, dtype=torch.float32).eval()
    found = judge.figures(model, AutoTokenizer.from_pretrained(CHECKPOINT), seed=7, scenes=60)
    assert found["hit"] >= 0.8, found
    assert found["done"] >= 0.8, found
    assert found["whole"] >= 0.8, found
    assert found["parses"] >= 0.98, found


def test_the_trained_checkpoint_does_tasks_on_the_real_window(desktop: Desktop, tmp_path: Path) -> None:
    """Loop, dialect, grammar and engine: what is asked for is clicked and nothing else, and it says so."""
    engine = Engine(open_checkpoint(str(CHECKPOINT)))
    runs: list[dict[str, Any]] = []
    for seed in range(10):
        (tmp_path / str(seed)).mkdir()
        size = "256x192" if seed < 7 else "512x384"
        runs.append(trial.task(desktop, engine, 100 + seed, tmp_path / str(seed), size))
    assert sum(run["good"] for run in runs) >= 8, runs


def test_the_window_of_buttons_reacts(desktop: Desktop, tmp_path: Path, eventually: Any) -> None:
    clicked = tmp_path / "clicked.txt"
    desktop.start(
        [sys.executable, str(ROOT / "demos" / "buttons.py"), str(clicked), "--seed", "3", "--count", "3"]
    )
    buttons = scenes.demo.scatter(random.Random(3), 3)
    first = buttons[0]
    with Desktop(window="Coloured buttons", display=desktop.environment["DISPLAY"]) as window:

        def shown() -> bool:
            try:
                observation = window.observe()
            except DeviceLost:
                return False
            x, y = first.middle
            same = tuple(observation.pixels[int(y), int(x)]) == scenes.demo.PALETTE[first.colour]
            return observation.frame == SHOWN and same

        eventually(shown)
        window.perform(Click(point=Point(*first.middle, SHOWN)))
        eventually(lambda: not shown())
    assert clicked.read_text(encoding="utf-8") == f"{first.colour}\n"
