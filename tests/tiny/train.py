"""Teaches a tiny checkpoint to look at a window of coloured buttons and click the one it is told to.

    python tests/tiny/train.py --out build/tiny --seed 0

Plain teaching from scratch stays at chance. What makes it learn in minutes on two cores:
1. the vision tower learns first, alone: under every merged token, which colour is there and where its button's
   middle is; then it is frozen, all but its mergers. Its position table begins as waves, not as noise;
2. a reply names its target before its coordinates, so that looking up the colour and reading off the place
   are two steps;
3. two heads of the third layer are told where to look before a reply's kind and its digits: at the button asked
   for, or at the newest picture's begin where there is none (without it: 0.2 hit after 700 steps, with it 0.9
   after 300);
4. many small batches: two questions a picture, two buttons a window at first; runs come last.

The heads that 1 and 3 use are within the training only: what is saved is the plain model.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from screenwright.tools.geometry import Point
from tiny import build, judge
from tiny.lessons import GRID, IGNORED, MERGE, Lesson, Writer, patches
from tiny.scenes import COLOURS, DIALECT, SCREEN, SHOWN, Scene, questions, run
from tiny.vocabulary import TAUGHT, vocabulary

LOOKS_IN = 2  # the layer that is told where to look; those before it find out for what
CELL = 32  # pixels a side of a merged token
NONE = len(COLOURS)


@dataclass(frozen=True)
class Plan:
    """How long each part goes on, in steps."""

    vision: int = 500
    pairs: int = 100
    questions: int = 500
    runs: int = 600
    batch: int = 16
    rate: float = 2.5e-3
    looking: float = 0.2
    every: int = 100
    judged: int = 60


class Log:
    """Lines on the screen and in a file, each with the seconds since the begin."""

    def __init__(self, path: Path) -> None:
        self.path, self.began = path, time.monotonic()
        path.write_text("", encoding="utf-8")

    def __call__(self, **facts: Any) -> None:
        line = json.dumps({"wall_s": round(time.monotonic() - self.began), **facts})
        print(line, flush=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def waves(side: int, width: int, scale: float = 0.7) -> torch.Tensor:
    """A position table of side x side rows: half of each row is a sine series of x, half of y."""
    quarter = width // 4
    rates = torch.exp(torch.linspace(0, math.log(side), quarter)) * math.pi / side
    angles = torch.arange(side)[:, None] * rates
    row = torch.cat([angles.sin(), angles.cos()], 1)
    both = torch.cat([row[None].expand(side, -1, -1), row[:, None].expand(-1, side, -1)], 2)
    return scale * both.reshape(side * side, width)


def labels(scene: Scene) -> tuple[list[int], list[list[int]]]:
    """For each merged token: the colour's number, and the six digits of its button's middle."""
    colours: list[int] = []
    digits: list[list[int]] = []
    for row in range(GRID[1] // MERGE):
        for column in range(GRID[2] // MERGE):
            x, y = column * CELL, row * CELL
            name = scene.at(x + CELL / 2, y + CELL / 2)
            if name:
                place = DIALECT.place(Point(*scene.button(name).middle, SHOWN), SCREEN)
                colours.append(COLOURS.index(name))
                digits.append([int(digit) for number in place for digit in f"{number:03d}"])
            else:
                touched = any(scene.at(x + dx, y + dy) for dx in (2, 16, 30) for dy in (2, 16, 30))
                colours.append(IGNORED if touched else NONE)
                digits.append([IGNORED] * 6)
    return colours, digits


def teach_vision(model: Any, writer: Writer, plan: Plan, chance: random.Random, log: Log) -> None:
    """Dense labels under every token; the head that reads them is thrown away afterwards."""
    visual = model.model.visual
    with torch.no_grad():
        table = visual.pos_embed.weight
        table.copy_(waves(math.isqrt(table.shape[0]), table.shape[1]))
    width = model.config.text_config.hidden_size
    head = torch.nn.Linear(width, NONE + 1 + 60)
    names = [torch.tensor([writer.words(form + colour)[-1] for colour in COLOURS]) for form in ("the ", '"')]
    embedding = model.get_input_embeddings()
    optimizer = _optimizer([*visual.parameters(), *head.parameters(), embedding.weight], plan.rate)
    for step in range(plan.vision):
        scenes = [Scene.chosen(chance) for _ in range(plan.batch)]
        pixels = torch.cat([patches(scene.picture().pixels) for scene in scenes])
        seen = visual(pixels, grid_thw=torch.tensor([GRID] * len(scenes))).pooler_output
        marked = [labels(scene) for scene in scenes]
        colours = torch.tensor([colour for each, _ in marked for colour in each])
        digits = torch.tensor([row for _, each in marked for row in each])
        said = head(seen)
        loss = functional.cross_entropy(said[:, : NONE + 1], colours, ignore_index=IGNORED)
        places = said[:, NONE + 1 :].reshape(-1, 6, 10).transpose(1, 2)
        loss = loss + 2 * functional.cross_entropy(places, digits, ignore_index=IGNORED)
        # A token of a colour lies where the words for it do (that in the task and that in the reply are two
        # tokens): the text model finds one by the other.
        named = colours.where(colours < NONE, IGNORED)
        for words in names:
            near = seen @ embedding.weight[words].T
            loss = loss + 0.5 * functional.cross_entropy(near, named, ignore_index=IGNORED)
        _advance(loss, optimizer, step, plan.vision, plan.rate)
        if step % plan.every == plan.every - 1:
            right = (places.argmax(1) == digits)[digits[:, 0] >= 0].float().mean(0)
            held = colours >= 0
            sure = (said[:, : NONE + 1].argmax(1) == colours)[held].float().mean()
            log(
                part="vision",
                step=step + 1,
                loss=round(loss.item(), 3),
                colour=round(sure.item(), 3),
                digits=[round(float(share), 2) for share in right],
            )
    for part in (visual.patch_embed, visual.pos_embed, visual.blocks):
        part.requires_grad_(False)


def lesson(plan: Plan, step: int, chance: random.Random) -> Lesson:
    if step < plan.pairs:
        return questions(chance, 2)
    if step < plan.pairs + plan.questions:
        return questions(chance, chance.choice((3, 4)))
    return run(chance)


def teach(model: Any, writer: Writer, plan: Plan, chance: random.Random, log: Log, out: Path) -> None:
    """Conversations; only what is answered counts."""
    model.model.language_model.set_attn_implementation("eager")  # the other kinds don't tell where they look
    optimizer = _optimizer([each for each in model.parameters() if each.requires_grad], plan.rate)
    steps = plan.pairs + plan.questions + plan.runs
    for step in range(steps):
        batch = writer.batch([lesson(plan, step, chance) for _ in range(plan.batch)])
        looks = batch.pop("looks")
        said = model(**batch, use_cache=False, output_attentions=True)
        astray = missed(said.attentions, looks)
        loss = said.loss + plan.looking * astray
        _advance(loss, optimizer, step, steps, plan.rate)
        if step % plan.every == plan.every - 1 or step == steps - 1:
            model.eval()
            log(
                part="words",
                step=step + 1,
                loss=round(said.loss.item(), 3),
                astray=round(astray.item(), 3),
                **judge.figures(model, writer.tokenizer, 100, plan.judged),
            )
            model.train()
            keep(model, writer.tokenizer, out)


def missed(attentions: Any, looks: torch.Tensor) -> torch.Tensor:
    """How much two heads of the third layer look elsewhere than they should, from where it matters."""
    asking = looks.any(2)
    held = (attentions[LOOKS_IN][:, :2] * looks[:, None]).sum(3)  # (batch, 2, length)
    return -held.clamp_min(1e-6).log().mean(1)[asking].mean()


def _optimizer(parameters: list[Any], rate: float) -> torch.optim.Optimizer:
    return torch.optim.AdamW(parameters, lr=rate, betas=(0.9, 0.95), weight_decay=0.01)


def _advance(loss: torch.Tensor, optimizer: torch.optim.Optimizer, step: int, steps: int, rate: float) -> None:
    """One step; the rate rises over 60 steps and falls as a cosine."""
    falling = 0.5 * (1 + math.cos(math.pi * step / steps))
    for group in optimizer.param_groups:
        group["lr"] = rate * min(1.0, (step + 1) / 60) * max(0.02, falling)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_([each for group in optimizer.param_groups for each in group["params"]], 1.0)
    optimizer.step()


def keep(model: Any, tokenizer: Any, out: Path) -> None:
    build.save(out, model, tokenizer, template="plain", area=build.SMALL_AREA)


def train(out: Path, seed: int, plan: Plan) -> Any:
    """Train and save; the model."""
    from transformers import Qwen3VLForConditionalGeneration
    from transformers.utils import logging

    logging.disable_progress_bar()
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    chance = random.Random(f"train {seed}")
    tokenizer = vocabulary(TAUGHT)
    model = Qwen3VLForConditionalGeneration(build.config(build.TRAINED, tokenizer)).train()
    writer, log = Writer(tokenizer), Log(out / "training.jsonl")
    log(seed=seed, weights=sum(each.numel() for each in model.parameters()), threads=torch.get_num_threads())
    teach_vision(model, writer, plan, chance, log)
    teach(model, writer, plan, chance, log, out)
    return model.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the tiny checkpoint of the tests.")
    parser.add_argument("--out", type=Path, required=True, help="a folder for the checkpoint and training.jsonl")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    model = train(given.out, given.seed, Plan())
    print(json.dumps(judge.figures(model, vocabulary(TAUGHT), given.seed + 1, 400)))


if __name__ == "__main__":
    main()
