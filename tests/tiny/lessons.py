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
        self.words = lru_cache(20_000)(lambda text: tuple(tokenizer(text).input_ids))

    def write(self, lesson: Lesson) -> tuple[list[int], list[int]]:
        """The tokens, and what of them is taught: the right replies with their end mark."""
        tokens: list[int] = []
        labels: list[int] = []
        for number, turn in enumerate(lesson.turns):
            head = [self.start, *self.words(f"{turn.role}\n")]
            body = [token for part in turn.parts for token in self._part(part)] + [self.end]
            taught = turn.role == "assistant" and number not in lesson.wrong
            tokens += head + body + list(self.words("\n"))
            labels += [IGNORED] * len(head) + (body if taught else [IGNORED] * len(body)) + [IGNORED]
        return tokens, labels

    def _part(self, part: Any) -> Sequence[int]:
        return self.picture if isinstance(part, Picture) else self.words(part)

    def batch(self, lessons: Sequence[Lesson]) -> dict[str, torch.Tensor]:
        """Inputs of the model with labels, filled on the right to one length."""
        written = [self.write(lesson) for lesson in lessons]
        longest = max(len(tokens) for tokens, _ in written)
        ids = torch.full((len(written), longest), self.filler)
        labels = torch.full((len(written), longest), IGNORED)
        mask = torch.zeros((len(written), longest), dtype=torch.long)
        for row, (tokens, taught) in enumerate(written):
            ids[row, : len(tokens)] = torch.tensor(tokens)
            labels[row, : len(taught)] = torch.tensor(taught)
            mask[row, : len(tokens)] = 1
        seen = [picture for lesson in lessons for picture in pictures(lesson.turns)]
        return self.inputs(ids, mask, seen) | {"labels": labels}

    def prompts(self, conversations: Sequence[Sequence[Turn]]) -> dict[str, torch.Tensor]:
        """Inputs for the next reply to each of them; they must be equally long."""
        head = [self.start, *self.words("assistant\n")]
        ids = torch.tensor([self.write(Lesson(tuple(turns)))[0] + head for turns in conversations])
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
