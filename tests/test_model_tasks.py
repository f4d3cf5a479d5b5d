"""A whole task on a real window, decided by a model that really looks: in this process, and through a server."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from tiny.build import CHECKPOINT
from tiny.trial import task

from screenwright.policies.chat import Model
from screenwright.policies.qwen3vl.engine import Engine
from screenwright.policies.qwen3vl.loading import open_checkpoint
from screenwright.policies.served.model import ServedModel
from screenwright.tools import Desktop, Trace


@pytest.fixture(scope="module")
def screen() -> Iterator[Desktop]:
    with Desktop.virtual(800, 600) as desktop:
        yield desktop


@contextmanager
def in_process() -> Iterator[Model]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Engine(open_checkpoint(str(CHECKPOINT)))
    torch.set_num_threads(threads)


@contextmanager
def through_a_server() -> Iterator[Model]:
    command = [sys.executable, "-m", "screenwright.agent.cli", "serve", str(CHECKPOINT), "--port", "0"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stderr
        line = next(line for line in server.stderr if "/v1" in line)
        rest = threading.Thread(target=server.stderr.read, daemon=True)
        rest.start()
        address = re.search(r"http://\S+", line)
        assert address
        try:
            with ServedModel(address[0], cache=None) as model:
                yield model
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(20)
            rest.join(5)


@pytest.mark.parametrize("way", [in_process, through_a_server])
def test_it_hits_what_it_is_told_to(way: object, screen: Desktop, tmp_path: Path) -> None:
    said = []
    with way() as model:  # type: ignore[operator]
        for number in range(10):
            folder = tmp_path / str(number)
            folder.mkdir()
            said.append(task(screen, model, 500 + number, folder))
    assert sum(one["good"] for one in said) >= 8, said
    trace = Trace(tmp_path / "0" / "run")
    first = trace.steps[0].decision
    assert first and first.source == "model" and first.usage["prompt_tokens"] > 48
    second = trace.steps[1].decision
    assert second and second.usage["cached_tokens"] > 48
