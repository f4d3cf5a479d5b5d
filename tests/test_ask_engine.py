"""Asking and extracting with the real engine on a checkpoint of random weights: nothing it says means anything,
but every picture, film and page goes through the real prompt, and what it extracts is held to the schema."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch
from pydantic import BaseModel, Field

sys.path.insert(0, str(Path(__file__).parent))

from pdfs import pdf_of
from tiny.build import tiny

from screenwright.agent.asking import ask, extracted
from screenwright.agent.longread import Manner
from screenwright.policies.chat import Sampling
from screenwright.policies.qwen3vl.engine import Engine
from screenwright.policies.qwen3vl.loading import open_checkpoint
from screenwright.tools.errors import TooLong
from screenwright.tools.inputs import Bounds, Film, Still, open_inputs


class Line(BaseModel):
    what: str = Field(max_length=8)
    amount: float = Field(ge=0, le=999)


class Receipt(BaseModel):
    shop: str = Field(max_length=12)
    day: datetime.date
    sort: Literal["餐", "ชา", "قهوة"]
    paid: bool
    lines: list[Line] = Field(min_length=1, max_length=2)


PICTURE = Still("receipt.png", np.random.default_rng(1).integers(0, 255, (96, 128, 3), np.uint8))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Engine(open_checkpoint(str(tiny(tmp_path_factory.mktemp("ask") / "tiny"))))
    torch.set_num_threads(before)


def test_random_weights_give_receipts_all_the_same(engine: Any) -> None:
    for seed in range(6):
        manner = Manner(limit=400, tokens=64, sampling=Sampling(temperature=1.0, seed=seed))
        got = extracted(engine, Receipt, [PICTURE], manner)
        assert isinstance(got.value, Receipt)
        assert got.answer.asked == 1  # held by the grammar: never told to try again
        assert got.answer.usage["prompt_tokens"] > 0


def test_pictures_films_and_pages_are_answered_about(engine: Any, tmp_path: Path) -> None:
    frames = tuple(np.full((96, 128, 3), 30 * n, np.uint8) for n in range(5))
    film = Film("clip.mp4", frames, (0.0, 0.5, 1.0, 1.5, 2.0), 2.0)
    (tmp_path / "a.pdf").write_bytes(pdf_of(["one", "two"]))
    manner = Manner(limit=8, tokens=16)
    with open_inputs([tmp_path / "a.pdf"], Bounds(tokens=16)) as inputs:
        answer = ask(engine, "总额是多少？", [PICTURE, film, *inputs], manner)
    assert answer.read == ("receipt.png", "clip.mp4", "a.pdf: pages 1-2 of 2")
    assert answer.asked == 1


def test_more_pages_than_its_context_holds_are_read_in_parts(engine: Any, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf_of([f"page {n}" for n in range(1, 41)]))
    heard: list[str] = []
    manner = Manner(limit=8, tokens=64, context=1800, tell=heard.append)
    with open_inputs([tmp_path / "a.pdf"], Bounds(tokens=64)) as inputs:
        try:
            answer = ask(engine, "?", inputs, manner)
            assert answer.read == ("a.pdf: pages 1-40 of 40",)
        except TooLong as error:  # the notes of random weights need not become shorter when they are noted
            assert "the notes have about" in str(error)
    parts = [said for said in heard if said.startswith("reading a.pdf, page")]
    assert len(parts) >= 3
    assert parts[-1].endswith("40")
