"""How well a model does on fresh windows: whole runs, greedy, without a grammar.

python tests/tiny/judge.py FOLDER --seed 1 --scenes 400
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from screenwright.policies.chat import Reply, Turn
from screenwright.tools.actions import Click, Done
from screenwright.tools.errors import BadReply
from tiny.lessons import Writer
from tiny.scenes import DIALECT, NOTHING, SCREEN, Scene, opening

TURNS = 3
ABSENT = 8  # in one of so many windows the colour asked for is missing


@dataclass
class Run:
    """One window and what was said about it."""

    scene: Scene
    asked: str
    absent: bool
    turns: list[Turn]
    replies: list[Any] = field(default_factory=list[Any])
    hits: list[str | None] = field(default_factory=list["str | None"])
    over: bool = False

    @classmethod
    def chosen(cls, chance: random.Random, number: int) -> Run:
        scene = Scene.chosen(chance)
        asked = chance.choice(scene.buttons).colour
        absent = number % ABSENT == ABSENT - 1
        scene = scene.without(asked) if absent else scene
        return cls(scene, asked, absent, [Turn.of("user", opening(asked), scene.picture())])

    def answer(self, text: str) -> None:
        """What the window does upon a reply, and what the loop says next."""
        try:
            action = DIALECT.read(Reply(text), SCREEN).action
        except BadReply:
            self.replies.append(None)
            self.over = True
            return
        self.replies.append(action)
        self.turns.append(Turn.of("assistant", text))
        if not isinstance(action, Click):
            self.over = True
            return
        hit = self.scene.at(action.point.x, action.point.y)
        self.hits.append(hit)
        if hit is None:
            self.turns.append(Turn.of("user", NOTHING))
        else:
            self.scene = self.scene.without(hit)
            self.turns.append(Turn.of("user", self.scene.picture()))
        self.over = len(self.replies) == TURNS


def figures(model: Any, tokenizer: Any, seed: int, scenes: int) -> dict[str, Any]:
    """Shares of `scenes` windows.

    hit: the first click is in the button asked for (where it is there); any: in some button; parses: of all
    replies; done: of the pictures on which it is gone, those answered with success; too_soon: of all
    other pictures, those answered so; absent: of the windows without it, those answered with a failure;
    whole: of the windows with it, those where only it was clicked and then success was said.
    """
    chance = random.Random(f"judge {seed}")
    runs = [Run.chosen(chance, number) for number in range(scenes)]
    writer = Writer(tokenizer)
    for _ in range(TURNS):
        _turn(model, writer, [run for run in runs if not run.over])
    asked = [run for run in runs if not run.absent]
    first = [run.hits[0] if run.hits and isinstance(run.replies[0], Click) else None for run in asked]
    replies = [reply for run in runs for reply in run.replies]
    gone = [run.replies[len(run.hits)] for run in asked if run.hits[-1:] == [run.asked] and _more(run)]
    there = [reply for run in asked for reply in run.replies[: len(run.hits) or 1]]
    return {
        "scenes": scenes,
        "seed": seed,
        "hit": _share([hit == run.asked for hit, run in zip(first, asked, strict=True)]),
        "any": _share([hit is not None for hit in first]),
        "parses": _share([reply is not None for reply in replies]),
        "done": _share([_ended(reply, True) for reply in gone]),
        "too_soon": _share([_ended(reply, True) for reply in there]),
        "absent": _share([_ended(run.replies[0], False) for run in runs if run.absent]),
        "whole": _share([run.hits == [run.asked] and _ended(run.replies[-1], True) for run in asked]),
    }


def _more(run: Run) -> bool:
    return len(run.replies) > len(run.hits)


def _ended(reply: Any, success: bool) -> bool:
    return isinstance(reply, Done) and reply.success is success


def _share(held: list[bool]) -> float:
    return round(sum(held) / max(1, len(held)), 4)


@torch.no_grad()
def _turn(model: Any, writer: Writer, runs: list[Run]) -> None:
    """One reply to each; those that are equally long together."""
    alike: dict[int, list[Run]] = defaultdict(list)
    for run in runs:
        alike[writer.prompts([run.turns])["input_ids"].shape[1]].append(run)
    for group in alike.values():
        for at in range(0, len(group), 50):
            some = group[at : at + 50]
            inputs = writer.prompts([run.turns for run in some])
            made = model.generate(
                **inputs, do_sample=False, temperature=None, top_p=None, top_k=None, max_new_tokens=40
            )
            for run, row in zip(some, made[:, inputs["input_ids"].shape[1] :], strict=True):
                run.answer(writer.tokenizer.decode(row, skip_special_tokens=True))


def main() -> None:
    from transformers import AutoModelForImageTextToText, AutoTokenizer

    parser = argparse.ArgumentParser(description="Figures of a tiny checkpoint on fresh windows.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scenes", type=int, default=400)
    given = parser.parse_args()
    model = AutoModelForImageTextToText.from_pretrained(given.folder, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(given.folder)
    print(json.dumps(figures(model.eval(), tokenizer, given.seed, given.scenes)))


if __name__ == "__main__":
    main()
