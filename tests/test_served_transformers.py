"""A served model against a real server, `transformers serve`, with a real architecture of random weights."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

pytest.importorskip("transformers", reason="the real server is part of transformers")
pytest.importorskip("uvicorn", reason="transformers[serving] has uvicorn and fastapi")

from servers import tiny
from test_served_faults import free_port

from screenwright.policies.chat import Picture, Sampling, Shape, Turn
from screenwright.policies.served.errors import UnknownModel, Unreachable
from screenwright.policies.served.model import ServedModel
from screenwright.policies.served.retry import Retries
from screenwright.tools.errors import Stopped

LONG = Sampling(temperature=1.0, seed=1)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Its address, and the name of its model."""
    home = tmp_path_factory.mktemp("served")
    folder = tiny.make(home / "tiny")
    (home / "hub").mkdir()
    port = free_port()
    command = [sys.executable, tiny.__file__, "serve", str(folder), "--device", "cpu", "--port", str(port)]
    environment = os.environ | {"HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with (home / "log").open("w") as log:
        process = subprocess.Popen([*command, "--host", "127.0.0.1"], stdout=log, stderr=log, env=environment)
    try:
        url = f"http://127.0.0.1:{port}/v1"
        deadline = time.monotonic() + 90
        while True:
            try:
                with ServedModel(url, str(folder), cache=None) as model:
                    model.facts()
                break
            except Unreachable:
                assert process.poll() is None, (home / "log").read_text()[-3000:]
                assert time.monotonic() < deadline, (home / "log").read_text()[-3000:]
                time.sleep(0.1)
        yield url, str(folder)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def model(real: tuple[str, str]) -> Iterator[ServedModel]:
    with ServedModel(*real, cache=None, retries=Retries(first_s=0.05)) as made:
        yield made


def picture(seed: int, width: int = 96, height: int = 64) -> Picture:
    return Picture(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))


def test_words(model: ServedModel) -> None:
    facts = model.facts()
    assert facts.server == "transformers" and facts.models == (model.name,)
    first = model.reply([Turn.of("system", "Be brief."), Turn.of("user", "Hello")], limit=16)
    again = model.reply([Turn.of("system", "Be brief."), Turn.of("user", "Hello")], limit=16)
    assert first.text == again.text, "greedy"
    assert 0 < first.usage["reply_tokens"] <= 16 and first.usage["prompt_tokens"] > 20
    assert first.usage["first_token_s"] <= first.usage["wall_s"]
    assert first.finish == ("length" if first.usage["reply_tokens"] == 16 else "stop")


def test_pictures_over_several_turns(model: ServedModel) -> None:
    turns = [Turn.of("user", "Look: ", picture(0), " What now?")]
    words = model.reply([Turn.of("user", "Look: ", " What now?")], limit=4).usage["prompt_tokens"]
    counts = []
    for step in range(1, 4):
        reply = model.reply(turns, limit=8)
        counts.append(reply.usage["prompt_tokens"])
        turns += [Turn.of("assistant", reply.text), Turn.of("user", picture(step), "And now?")]
    assert counts[0] == words + 6 + 2, "96x64 pixels are 6 tokens, and a mark before and after"
    assert counts[0] < counts[1] < counts[2]
    assert model.spent.replies == 4 and model.spent.prompt_tokens == words + sum(counts)


def test_the_picture_reaches_the_model(model: ServedModel) -> None:
    def logits_of(shown: Picture) -> str:
        return model.reply([Turn.of("user", shown)], limit=24, sampling=LONG).text

    replies = {logits_of(picture(seed)) for seed in range(3)}
    assert len(replies) == 3 and logits_of(picture(0)) in replies


def test_a_wrong_model(real: tuple[str, str]) -> None:
    url, name = real
    with ServedModel(url, "no/such", cache=None) as model, pytest.raises(UnknownModel, match=f"there is: {name}"):
        model.reply([Turn.of("user", "Hello")])
    with ServedModel(url, cache=None) as model:
        assert model.name == name, "the only one need not be named"


def test_a_shape_is_ignored_and_that_is_noticed(model: ServedModel) -> None:
    shape = Shape("start: /a/", {"type": "object", "properties": {}})
    model.reply([Turn.of("user", "Hello")], shape=shape, limit=8)
    assert model.described()["learned"]["holds"] == {"response_format": False}


def test_what_it_fails_at_is_left_out(real: tuple[str, str]) -> None:
    retries = Retries(tries=2, first_s=0.05)
    with ServedModel(*real, cache=None, retries=retries, extra={"stop": ["\n"]}) as model:
        assert (
            model.reply([Turn.of("user", "Hello")], limit=4, sampling=Sampling(top_k=20)).usage["reply_tokens"] > 0
        )
        assert model.described()["learned"]["refused"] == ["stop"]


def test_tools_are_taken(model: ServedModel) -> None:
    tool = {
        "type": "function",
        "function": {"name": "click", "description": "d", "parameters": {"type": "object"}},
    }
    model.reply([Turn.of("user", "Hello")], tools=[tool], limit=4)
    assert model.described()["learned"]["refused"] == []


def test_cancelling(model: ServedModel, eventually: Callable[..., Any]) -> None:
    model.facts()
    pressed = threading.Event()
    at: list[float] = []

    def press() -> None:
        time.sleep(0.5)
        at.append(time.monotonic())
        pressed.set()

    thread = threading.Thread(target=press)
    thread.start()
    with pytest.raises(Stopped):
        while True:  # a reply may end by itself; one of them is met in the middle
            model.reply([Turn.of("user", picture(0))], limit=3000, sampling=LONG, stop=pressed.is_set)
    took = time.monotonic() - at[0]
    thread.join()
    assert took < 0.15
    assert model.reply([Turn.of("user", "Hello")], limit=4).usage["reply_tokens"] > 0, "it still answers"
