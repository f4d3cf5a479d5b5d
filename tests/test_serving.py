"""`screenwright serve` with a tiny checkpoint, asked by the openai client and by bare HTTP."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tiny.build import tiny

from screenwright.policies.chat import Picture, Sampling, Turn
from screenwright.policies.dialects.dialect import Screen, dialect
from screenwright.policies.served.model import ServedModel
from screenwright.tools.errors import ModelLost, Stopped
from screenwright.tools.geometry import Size

KINDS = frozenset(("click", "type_text", "done"))


class Server:
    """The command itself, in a process of its own, on a port that it finds free."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        command = [sys.executable, "-m", "screenwright.agent.cli", "serve", str(folder), "--port", "0", *options]
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1", **environment}
        )
        assert self.process.stderr
        self.said = ""
        for line in self.process.stderr:
            self.said += line
            if found := re.search(r"at (http://\S+)", line):
                self.url = found[1]
                break
        else:
            raise AssertionError(f"the server ended: {self.said}")
        self._rest = threading.Thread(target=self.process.stderr.read, daemon=True)
        self._rest.start()

    def post(self, body: Any, path: str = "/chat/completions", **headers: str) -> tuple[int, Any]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json", **headers})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def close(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(20)
        self._rest.join(5)
        assert self.process.stderr
        self.process.stderr.close()
        return code


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    server = Server(folder)
    yield server
    assert server.close() in (0, 130)


@pytest.fixture
def model(server: Server, tmp_path: Path) -> Iterator[ServedModel]:
    with ServedModel(server.url, cache=tmp_path / "servers.json") as model:
        yield model


def picture(seed: int = 0) -> Picture:
    return Picture(np.random.default_rng(seed).integers(0, 255, (96, 128, 3), dtype=np.uint8))


def test_it_says_what_it_is(server: Server, folder: Path) -> None:
    with urllib.request.urlopen(server.url + "/models") as answer:
        (about,) = json.load(answer)["data"]
    assert about["owned_by"] == "screenwright" and about["id"] == str(folder) and about["grammars"] == ["lark"]
    assert about["max_model_len"] == 262_144


@pytest.mark.parametrize("name", ["plain", "qwen3vl"])
def test_a_reply_is_held_to_its_grammar_through_http(model: ServedModel, name: str) -> None:
    spoken, screen = dialect(name), Screen(Size(128, 96), Size(128, 96), KINDS)
    turns = [Turn.of("system", spoken.system(screen)), Turn.of("user", "do it ", picture())]
    for round in range(3):
        reply = model.reply(
            turns,
            tools=spoken.tools(screen),
            shape=spoken.shape(screen),
            limit=60,
            sampling=Sampling(temperature=3.0, seed=round),
        )
        assert spoken.read(reply, screen).action.kind in KINDS
        assert reply.usage["cached_tokens"] > (0 if round == 0 else 300) - 1
        turns += [Turn.of("assistant", reply.text), Turn.of("user", picture(round + 1))]


def test_a_client_that_goes_away_frees_the_engine(model: ServedModel) -> None:
    since = time.monotonic()
    with pytest.raises(Stopped):
        model.reply([Turn.of("user", "hello")], limit=100_000, stop=lambda: time.monotonic() - since > 0.5)
    since = time.monotonic()
    assert model.reply([Turn.of("user", "hello again")], limit=3).usage["reply_tokens"] <= 3
    assert time.monotonic() - since < 20


def test_two_agents_at_once(server: Server, tmp_path: Path) -> None:
    said: list[str] = []

    def ask(number: int) -> None:
        with ServedModel(server.url, cache=None) as model:
            turns = [Turn.of("user", f"I am number {number}")]
            for _ in range(3):
                reply = model.reply(turns, limit=5)
                turns += [Turn.of("assistant", reply.text), Turn.of("user", "more")]
            said.append(reply.text)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(said) == 3


def message(*content: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": list(content)}], "max_tokens": 4}


def png(width: int, height: int) -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def test_a_picture_of_any_size_and_a_whole_answer(server: Server) -> None:
    status, value = server.post(message({"type": "image_url", "image_url": {"url": png(50, 70)}}))
    assert status == 200 and value["choices"][0]["finish_reason"] in ("stop", "length")
    assert value["usage"]["completion_tokens"] <= 4 and value["usage"]["prompt_tokens"] > 4


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"<html>", 400, "the body is no JSON"),
        (b"[" * 100_000, 400, "the body is no JSON"),
        ([], 400, "must be a JSON object"),
        ({"messages": []}, 400, "a list that is not empty"),
        ({**message("x"), "logit_bias": {}}, 400, "unknown field: logit_bias"),
        ({**message(), "n": 2}, 400, "n=2 is not supported"),
        ({**message(), "model": "gpt-4"}, 404, "the model 'gpt-4' does not exist here; there is:"),
        ({**message(), "temperature": "hot"}, 400, "temperature is 'hot'"),
        ({**message(), "response_format": {"type": "xml"}}, 400, "there is: text, json_object, json_schema"),
        ({**message(), "grammar": {"type": "lark", "grammar": "start: ("}}, 400, "is no grammar"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, 400, "role 'wizard'"),
        (message({"type": "input_audio"}), 400, "a part of the type 'input_audio'"),
        (
            message({"type": "image_url", "image_url": {"url": "http://127.0.0.1/a.png"}}),
            400,
            "must be a data: URL",
        ),
        (message({"type": "image_url", "image_url": {"url": "data:image/png;base64,aaaa"}}), 400, ""),
        ({**message({"type": "text", "text": "x"}), "max_tokens": 300_000}, 400, "context_length_exceeded"),
    ],
)
def test_what_can_t_be_answered_is_refused_in_words(server: Server, body: Any, status: int, words: str) -> None:
    got, value = server.post(body)
    assert got == status and words in value["error"]["message"]


def test_json_schema_is_held(server: Server) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    body = {**message({"type": "text", "text": "x"}), "max_tokens": 30, "response_format": form}
    status, value = server.post(body)
    assert status == 200 and isinstance(json.loads(value["choices"][0]["message"]["content"])["n"], int)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[::1"},
    ],
)
def test_without_a_key_no_other_name_and_no_other_page_is_answered(
    server: Server, headers: dict[str, str]
) -> None:
    status, value = server.post(message({"type": "text", "text": "x"}), **headers)
    assert status == 403 and "--key" in value["error"]["message"]


def test_a_key_is_asked_for(folder: Path) -> None:
    server = Server(folder, "--key", "s3cret")
    try:
        status, value = server.post(message({"type": "text", "text": "x"}))
        assert status == 401 and "API key" in value["error"]["message"]
        status, _ = server.post(message({"type": "text", "text": "x"}), Authorization="Bearer s3cret")
        assert status == 200
        told = {"Authorization": "Bearer s3cret", "Host": "gpu.example", "Origin": "http://page.example"}
        assert server.post(message({"type": "text", "text": "x"}), **told)[0] == 200
        with pytest.raises(ModelLost, match="key"), ServedModel(server.url, "x", cache=None) as model:
            model.reply([Turn.of("user", "x")])
    finally:
        server.close()


def test_the_network_without_a_key_is_refused(folder: Path) -> None:
    command = [sys.executable, "-m", "screenwright.agent.cli", "serve", str(folder), "--host", "0.0.0.0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "give an API key too" in done.stderr
