"""Conversations as the model's own inputs, in batches; the same numbers that its processor makes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from screenwright.policies.chat import Picture, Turn
from tiny.scenes import SHOWN, Lesson

PATCH, MERGE = 16, 2
GRID = (1, SHOWN.height // PATCH, SHOWN.width // PATCH)
PADS = GRID[1] * GRID[2] // MERGE**2
"""Tokens that one picture takes."""
IGNORED = -100


def patches(pixels: Any) -> torch.Tensor:
    """(192, 256, 3) uint8 as (192, 1536) float32: one row a patch, in the order of the merged tokens."""
    _, down, across = GRID
    values = (pixels.astype(np.float32) / 255 - 0.5) / 0.5
    blocks = values.reshape(down // MERGE, MERGE, PATCH, across // MERGE, MERGE, PATCH, 3)
    rows = blocks.transpose(0, 3, 1, 4, 6, 2, 5).reshape(down * across, 3, 1, PATCH * PATCH)
    twice = np.repeat(rows, 2, axis=2)  # a still is two equal frames
    return torch.from_numpy(np.ascontiguousarray(twice.reshape(down * across, -1)))


class Writer:
    """Writes turns as tokens, as the plain template does."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        number = tokenizer.convert_tokens_to_ids
        self.start, self.end, self.pad = (number(f"<|{name}|>") for name in ("im_start", "im_end", "image_pad"))
        self.filler = number("<|endoftext|>")
        self.picture = [number("<|vision_start|>"), *[self.pad] * PADS, number("<|vision_end|>")]
        self.opens = self.picture[0]
        self.words = lru_cache(20_000)(lambda text: tuple(tokenizer(text).input_ids))
        self.pointing = {self.words(word)[0] for word in ("click", "done", *"0123456789")}

    def write(self, lesson: Lesson) -> tuple[list[int], list[int], list[tuple[list[int], list[int]]]]:
        """The tokens; what of them is taught: the right replies with their end mark; and where to look.

        The last are pairs of positions: from those before a reply's kind and its digits, one should look at
        the tokens of its button in the newest picture, or at that picture's begin where it is not there.
        """
        tokens: list[int] = []
        labels: list[int] = []
        looks: list[tuple[list[int], list[int]]] = []
        newest = 0
        for number, turn in enumerate(lesson.turns):
            head = [self.start, *self.words(f"{turn.role}\n")]
            body = [token for part in turn.parts for token in self._part(part)] + [self.end]
            taught = number in lesson.looks
            at = len(tokens) + len(head)
            if self.opens in body:
                newest = at + body.index(self.opens)
            if taught:
                cells = cells_of(lesson.looks[number])
                asking = [at + n - 1 for n, token in enumerate(body) if token in self.pointing]
                looks.append((asking, [newest + 1 + cell for cell in cells] or [newest]))
            tokens += head + body + list(self.words("\n"))
            labels += [IGNORED] * len(head) + (body if taught else [IGNORED] * len(body)) + [IGNORED]
        return tokens, labels, looks

    def _part(self, part: Any) -> Sequence[int]:
        return self.picture if isinstance(part, Picture) else self.words(part)

    def batch(self, lessons: Sequence[Lesson]) -> dict[str, torch.Tensor]:
        """Inputs of the model with labels, filled on the right to one length."""
        written = [self.write(lesson) for lesson in lessons]
        longest = max(len(tokens) for tokens, _, _ in written)
        ids = torch.full((len(written), longest), self.filler)
        labels = torch.full((len(written), longest), IGNORED)
        mask = torch.zeros((len(written), longest), dtype=torch.long)
        looks = torch.zeros((len(written), longest, longest), dtype=torch.bool)
        for row, (tokens, taught, pairs) in enumerate(written):
            for asking, seen_at in pairs:
                looks[row, torch.tensor(asking)[:, None], torch.tensor(seen_at)] = True
            ids[row, : len(tokens)] = torch.tensor(tokens)
            labels[row, : len(taught)] = torch.tensor(taught)
            mask[row, : len(tokens)] = 1
        seen = [picture for lesson in lessons for picture in pictures(lesson.turns)]
        return self.inputs(ids, mask, seen) | {"labels": labels, "looks": looks}

    def prompts(self, conversations: Sequence[Sequence[Turn]]) -> dict[str, torch.Tensor]:
        """Inputs for the next reply to each of them; they must be equally long."""
        head = [self.start, *self.words("assistant\n")]
        ids = torch.tensor([self.write(Lesson(tuple(turns), {}))[0] + head for turns in conversations])
        seen = [picture for turns in conversations for picture in pictures(turns)]
        return self.inputs(ids, torch.ones_like(ids), seen)

    def inputs(self, ids: torch.Tensor, mask: torch.Tensor, seen: Sequence[Picture]) -> dict[str, torch.Tensor]:
        return {
            "input_ids": ids,
            "attention_mask": mask,
            "mm_token_type_ids": (ids == self.pad).int(),
            "pixel_values": torch.cat([patches(picture.pixels) for picture in seen]),
            "image_grid_thw": torch.tensor([GRID] * len(seen)),
        }


def pictures(turns: Sequence[Turn]) -> list[Picture]:
    return [part for turn in turns for part in turn.parts if isinstance(part, Picture)]


def cells_of(button: Any) -> list[int]:
    """The merged tokens that a button covers for a good part; none for None."""
    if button is None:
        return []
    across = GRID[2] // MERGE
    side = PATCH * MERGE
    return [
        cell
        for cell in range(PADS)
        if button.holds(cell % across * side + side / 2, cell // across * side + side / 2)
    ]
