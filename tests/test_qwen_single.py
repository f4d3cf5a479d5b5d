"""A reply's tokens fed one at a time over all of the cache's room: the same logits, whatever lies in the rest."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from test_qwen_families import experts, qwen25
from tiny.build import tiny

from screenwright.policies.chat import Picture, Turn
from screenwright.policies.qwen3vl import layer
from screenwright.policies.qwen3vl.engine import Engine
from screenwright.policies.qwen3vl.loading import open_checkpoint
from screenwright.policies.qwen3vl.single import MOST
from screenwright.tools.errors import Stopped

DEVICES = [
    "cpu",
    pytest.param(
        "cuda:0", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU here")
    ),
]


def opened(make: Any, folder: Path, device: str = "cpu") -> Engine:
    torch.manual_seed(0)
    return Engine(open_checkpoint(str(make(folder)), dtype="float32", device_map=device), sessions=1)


def asked(engine: Engine, words: str = "hello") -> list[Turn]:
    factor = engine.checkpoint.patching.factor
    noise = np.random.default_rng(3).integers(0, 255, (3 * factor, 4 * factor, 3), dtype=np.uint8)
    return [Turn.of("user", words, Picture(noise))]


def fed(engine: Engine, parts: list[list[int]], *, singly: bool) -> list[Any]:
    """The logits after each part of a reply, after the same prompt."""
    engine.forget()
    engine.network.singly = singly
    engine.reply(asked(engine), limit=1)
    session = engine._sessions[-1]
    with engine.network.working(None):
        return [engine.network.step(part, session).clone() for part in parts]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("make", [tiny, qwen25, experts])
def test_one_at_a_time_gives_the_logits_of_one_pass(
    make: Any, device: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while the cache grows, which moves its buffers, and where more than a few are certain."""
    monkeypatch.setattr(layer, "BLOCK", 16)
    engine = opened(make, tmp_path, device)
    parts = [[5], [6, 7], list(range(8, 8 + MOST + 3)), *([n] for n in range(20, 60)), [3, 4, 5]]
    expected = fed(engine, parts, singly=False)
    assert engine._sessions[-1].single is None
    found = fed(engine, parts, singly=True)
    if engine.network.singly:  # experts on a GPU may not be captured, and say so
        assert engine._sessions[-1].single is not None
    else:
        assert make is experts
    assert max(float((a - b).abs().max()) for a, b in zip(expected, found, strict=True)) < 1e-4


def test_a_cut_cache_and_what_is_left_in_its_room(tmp_path: Path) -> None:
    engine = opened(tiny, tmp_path)
    expected = fed(engine, [[5], [6]], singly=False)[-1]
    fed(engine, [[9], [11], [12, 13, 14]], singly=True)
    session = engine._sessions[-1]
    length = len(session.ids) - 5
    session.rewind(length)
    engine.network._next_place -= 5
    with engine.network.working(None):
        for part in (session.layers[0].keys, session.layers[1].values):
            part[..., length + 2 :, :] = 1e6  # as another conversation might have left it
        for token in (5, 6):
            last = engine.network.step([token], session)
    assert float((last - expected).abs().max()) < 1e-4


def test_stopped_between_tokens_and_whole_again(tmp_path: Path) -> None:
    engine = opened(tiny, tmp_path)
    engine.network.singly = True
    text = engine.reply(asked(engine), limit=12).text
    for after in (30, 60, 90):
        calls = iter(range(1000))
        with pytest.raises(Stopped):
            engine.reply(asked(engine), limit=400, stop=lambda calls=calls, after=after: next(calls) > after)  # type: ignore[misc]
        assert engine.reply(asked(engine), limit=12).text == text


def test_a_session_that_leaves_takes_its_buffers_along(tmp_path: Path) -> None:
    engine = opened(tiny, tmp_path)
    engine.network.singly = True
    engine.reply(asked(engine), limit=4)
    session = engine._sessions[-1]
    assert session.single is not None
    gone = weakref.ref(session)
    gc.disable()
    try:
        del session
        engine.forget()
        assert gone() is None
    finally:
        gc.enable()


def test_where_a_pass_can_t_be_captured_it_goes_as_it_comes(tmp_path: Path) -> None:
    """A real failure: a network without a GPU has no graphs to capture."""
    engine = opened(tiny, tmp_path)
    engine.network.singly = False
    text = engine.reply(asked(engine), limit=8).text
    engine.forget()
    engine.network.singly = True
    engine.network.captured = True
    if torch.cuda.is_available():
        pytest.skip("there is a GPU, on which a graph of a CPU's pass may be captured")
    assert engine.reply(asked(engine), limit=8).text == text
    assert not engine.network.singly
