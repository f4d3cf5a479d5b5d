"""A model's server that fails: what is tried again, what ends the run and in which words, how soon it stops."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from servers.strict import MODEL, Call, Say, Strict, error, words

from screenwright.policies.chat import Shape, Turn
from screenwright.policies.served import errors
from screenwright.policies.served.link import Timeouts
from screenwright.policies.served.model import ServedModel
from screenwright.policies.served.retry import Retries
from screenwright.tools.errors import ModelLost, NotInstalled, Stopped, TooLong

QUICK = Retries(tries=3, first_s=0.01, longest_s=0.02, starting_s=0.4, obeyed_s=5)
HELLO = [Turn.of("user", "Hello")]
KEYS = ["sk-secret-0123456789abcdef", "0123456789abcdef.plain"]


@contextmanager
def served(server: Strict | str, model: str | None = MODEL, **more: Any) -> Iterator[ServedModel]:
    url = server if isinstance(server, str) else server.url
    with ServedModel(url, model, **{"retries": QUICK, "cache": None, **more}) as made:
        yield made


def html(status: int) -> Say:
    page = b"<!DOCTYPE html><html><head><title>Bad gateway</title></head><body>nginx</body></html>"
    return lambda call: call.raw_answer(status, page, "text/html")


def dropped(call: Call) -> None:
    call.drop()


def half(call: Call) -> None:
    call.begin()
    call.delta(content="Hel")


def half_then_reset(call: Call) -> None:
    call.begin()
    call.delta(content="Hel")
    call.drop()


def half_an_error(call: Call) -> None:
    call.begin()
    call.delta(content="Hel")
    call.event({"error": {"message": "CUDA error: device-side assert", "code": 500}})


def no_choices(call: Call) -> None:
    call.json(200, {"id": "x", "object": "chat.completion", "choices": []})


def empty_stream(call: Call) -> None:
    call.begin()
    call.event({"choices": [], "usage": {"prompt_tokens": 3}})
    call.event("[DONE]")


@pytest.mark.parametrize(
    "bad",
    [
        error(429, "Rate limit reached", Retry_After="0"),
        error(500, "Internal Server Error"),
        error(502, "Bad Gateway"),
        error(503, "overloaded"),
        error(529, "overloaded"),
        html(502),
        dropped,
        half,
        half_then_reset,
        half_an_error,
        no_choices,
        empty_stream,
    ],
)
def test_what_may_pass_is_tried_again(bad: Say) -> None:
    with Strict(bad, bad, words("ok")) as server, served(server) as model:
        assert model.reply(HELLO).text == "ok"
    assert len(server.bodies) == 3 and len(set(server.bodies)) == 1


@pytest.mark.parametrize(
    ("bad", "kind", "said"),
    [
        (error(429, "Rate limit reached"), errors.RateLimited, "Rate limit reached"),
        (
            error(500, "CUDA out of memory"),
            errors.ServerFailed,
            "500 CUDA out of memory; look at the server's log",
        ),
        (html(502), errors.ServerFailed, "Bad gateway"),
        (half, errors.CutReply, "ended in the middle"),
        (no_choices, errors.ServerFailed, "without a choice"),
        (dropped, errors.Unreachable, "broke"),
    ],
)
def test_it_is_given_up_after_so_many_tries(bad: Say, kind: type[ModelLost], said: str) -> None:
    with Strict(bad) as server, served(server) as model:
        with pytest.raises(kind, match=said):
            model.reply(HELLO)
        assert len(server.bodies) == 3


@pytest.mark.parametrize(
    ("bad", "kind", "said"),
    [
        (error(400, "temperature must be at least 0"), errors.RequestRefused, "400 temperature must be"),
        (error(403, "Forbidden"), errors.WrongKey, "none was given: api_key="),
        (error(404, "Not Found"), errors.WrongUrl, "mostly ends in /v1"),
        (error(405, "Method Not Allowed"), errors.WrongUrl, "mostly ends in /v1"),
        (html(200), errors.WrongUrl, "a web page.*mostly ends in /v1"),
        (html(404), errors.WrongUrl, "Bad gateway nginx"),
        (
            lambda call: call.raw_answer(200, b"Ollama is running", "text/plain"),
            errors.WrongUrl,
            "Ollama is running",
        ),
        (lambda call: call.raw_answer(302, b"", "text/plain", Location="/login"), errors.WrongUrl, "go to /login"),
        (error(402, "Insufficient Balance"), errors.QuotaSpent, "pay"),
        (error(429, "You exceeded your current quota"), errors.QuotaSpent, "pay"),
        (error(429, "Slow down", Retry_After="3600"), errors.RateLimited, "Slow down"),
        (error(400, "prompt too long; exceeded max context length by 17 tokens"), TooLong, "by 17 tokens"),
        (error(413, "Request Entity Too Large"), TooLong, "client_max_body_size"),
        (error(500, "model is not a multimodal model"), errors.NoPictures, "serve a model that sees"),
    ],
)
def test_what_will_not_pass_is_asked_once(bad: Say, kind: type[ModelLost], said: str) -> None:
    with Strict(bad) as server, served(server) as model:
        with pytest.raises(kind, match=f"(?s)model 'qwen3-vl:4b' at http://127.0.0.1.*{said}"):
            model.reply(HELLO)
        assert len(server.bodies) == 1 and issubclass(kind, ModelLost)


def test_an_unknown_model_is_told_with_those_there_are() -> None:
    with Strict() as server, served(server, "qwen3-vl:8b") as model:
        with pytest.raises(
            errors.UnknownModel, match=r"does not exist.*did you mean qwen3-vl:4b\? there is: qwen3"
        ):
            model.reply(HELLO)
        assert len(server.bodies) == 1


def test_retry_after_is_obeyed() -> None:
    with Strict(error(429, "slow", Retry_After="0.4"), words("ok")) as server, served(server) as model:
        began = time.monotonic()
        model.reply(HELLO)
        assert 0.4 <= time.monotonic() - began < 3


def test_pauses_grow_and_vary() -> None:
    retries = Retries(first_s=1, longest_s=8)
    for failures, longest in ((1, 1), (2, 2), (3, 4), (4, 8), (9, 8)):
        pauses = {retries.pause_s(failures) for _ in range(20)}
        assert len(pauses) > 1 and all(longest / 2 <= pause <= longest for pause in pauses)
    assert retries.pause_s(1, 30) > 30


def test_a_server_that_loads_its_model_is_waited_for() -> None:
    loading = error(503, "Loading model")
    with Strict(*[loading] * 5, words("ok")) as server, served(server, retries=Retries(first_s=0.01)) as model:
        assert model.reply(HELLO).text == "ok"
    with Strict(loading) as server, served(server) as model:
        with pytest.raises(errors.ServerStarting, match="503 Loading model; wait until it has loaded"):
            model.reply(HELLO)
        assert len(server.bodies) > 3


def silent(call: Call) -> None:
    call.hang()


def head_then_silent(call: Call) -> None:
    call.begin()
    call.delta(role="assistant", content="")
    call.hang()


def word_then_silent(call: Call) -> None:
    call.begin()
    call.delta(content="Hel")
    call.hang()


@pytest.mark.parametrize(
    ("hangs", "kind", "said"),
    [
        (silent, errors.FirstTokenTimeout, "no word of a reply within 0.2 s"),
        (head_then_silent, errors.FirstTokenTimeout, "no word of a reply within 0.2 s"),
        (word_then_silent, errors.StalledReply, "no further word for 0.1 s"),
    ],
)
def test_a_hang_is_noticed(hangs: Say, kind: type[ModelLost], said: str, eventually: Callable[..., Any]) -> None:
    timeouts = Timeouts(first_token_s=0.2, between_s=0.1)
    with Strict(hangs) as server, served(server, timeouts=timeouts, retries=Retries(tries=1)) as model:
        began = time.monotonic()
        with pytest.raises(kind, match=said):
            model.reply(HELLO)
        assert time.monotonic() - began < 3
        eventually(lambda: server.left)


def test_a_slow_reply_that_goes_on_is_no_hang() -> None:
    def slow(call: Call) -> None:
        call.begin()
        for _ in range(8):
            call.delta(content="x")
            time.sleep(0.05)
        call.delta(finish="stop")

    timeouts = Timeouts(first_token_s=0.25, between_s=0.25)
    with Strict(slow) as server, served(server, timeouts=timeouts) as model:
        assert model.reply(HELLO).text == "x" * 8


@pytest.mark.parametrize("hangs", [silent, head_then_silent, word_then_silent])
def test_stop_ends_it_at_once_and_closes_the_connection(hangs: Say, eventually: Callable[..., Any]) -> None:
    with Strict(hangs) as server, served(server) as model:
        model.facts()
        pressed = threading.Event()
        at: list[float] = []

        def press() -> None:
            eventually(lambda: server.bodies)
            time.sleep(0.05)  # well within the hang
            at.append(time.monotonic())
            pressed.set()

        thread = threading.Thread(target=press)
        thread.start()
        with pytest.raises(Stopped):
            model.reply(HELLO, stop=pressed.is_set)
        ended = time.monotonic()
        thread.join()
        eventually(lambda: server.left)
        assert ended - at[0] < 0.1
        assert server.left[0] - at[0] < 0.2


def test_ctrl_c_closes_the_connection(eventually: Callable[..., Any]) -> None:
    with Strict(silent) as server, served(server) as model:
        model.facts()

        def press() -> None:
            eventually(lambda: server.bodies)
            signal.raise_signal(signal.SIGINT)

        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        thread = threading.Thread(target=press)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            model.reply(HELLO)
        thread.join()
        signal.signal(signal.SIGINT, before)
        eventually(lambda: server.left)


def test_stop_ends_a_pause_and_an_unanswered_connection() -> None:
    with Strict(error(429, "slow", Retry_After="4")) as server, served(server) as model:
        began = time.monotonic()
        with pytest.raises(Stopped):
            model.reply(HELLO, stop=lambda: time.monotonic() - began > 0.3)
        assert time.monotonic() - began < 0.4
        with pytest.raises(Stopped):
            model.reply(HELLO, stop=lambda: True)
        assert len(server.bodies) == 1


def test_a_connection_survives_what_was_stopped() -> None:
    with Strict(word_then_silent, words("ok")) as server, served(server) as model:
        with pytest.raises(Stopped):
            model.reply(HELLO, stop=lambda: bool(server.bodies))
        assert model.reply(HELLO).text == "ok"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_nothing_listens() -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    with served(url, retries=Retries()) as model:
        began = time.monotonic()
        with pytest.raises(errors.Unreachable, match=f"{url}: nothing listens there; start the server"):
            model.reply(HELLO)
        assert time.monotonic() - began < 1, "not tried again before anything ever answered"
    with pytest.raises(errors.Unreachable, match="nothing listens"), served(url, None):
        pass


def test_a_server_that_is_started_anew_is_found_again() -> None:
    port = free_port()
    patient = Retries(tries=100, first_s=0.02, longest_s=0.05)
    with ExitStack() as stack:
        with Strict(port=port) as first:
            model = stack.enter_context(served(first, retries=patient))
            assert model.reply(HELLO).text == "ok"
        later = threading.Timer(0.3, lambda: stack.enter_context(Strict(words("again"), port=port)))
        later.start()
        assert model.reply(HELLO).text == "again"
        later.join()


def test_nobody_accepts() -> None:
    """A full backlog: the kernel neither takes nor refuses the connection."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
            fillers.append(filler)
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        timeouts, retries = Timeouts(connect_s=0.1), Retries(tries=2, first_s=0.01)
        refused = pytest.raises(errors.ConnectTimeout, match=r"no connection within 0\.1 s; is the address right")
        with served(url, timeouts=timeouts, retries=retries) as model, refused:
            model.reply(HELLO)
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("127.0.0.1:8000", "is no address of a server"),
        ("ftp://127.0.0.1/v1", "one is http://127.0.0.1:11434/v1"),
        ("http:///v1", "no address"),
        ("", "no address"),
    ],
)
def test_no_address(url: str, said: str) -> None:
    with pytest.raises(errors.WrongUrl, match=said):
        ServedModel(url, MODEL)


def test_an_address_may_lack_its_end_or_have_too_much() -> None:
    with Strict() as server:
        for url in (server.url.removesuffix("/v1"), server.url + "/", server.url + "/chat/completions"):
            with served(url) as model:
                assert model.reply(HELLO).text == "ok"


def test_https_where_none_is_spoken() -> None:
    refused = pytest.raises(errors.Unreachable, match="https")
    with Strict() as server, served(server.url.replace("http:", "https:")) as model, refused:
        model.reply(HELLO)


@pytest.mark.parametrize("key", KEYS)
def test_the_right_key_is_sent_and_a_wrong_one_never_shown(key: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Strict(key=key) as server:
        with served(server, api_key=key) as model:
            assert model.reply(HELLO).text == "ok"
            assert key not in repr(model) + str(model.described())
        with served(server, api_key=key[:-1]) as model, pytest.raises(errors.WrongKey) as caught:
            model.reply(HELLO)
        with served(server) as model, pytest.raises(errors.WrongKey, match="none was given: api_key="):
            model.reply(HELLO)
    import traceback

    told = "".join(traceback.format_exception(caught.value))
    assert "give the right key with api_key=" in told and "[key]" in told
    assert key[:-1] not in told and key[:-1] not in caplog.text and key[:-1] not in repr(caught.value.__dict__)


def test_no_key_of_the_environment_goes_to_another_host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secrets = {
        "OPENAI_API_KEY": "sk-env-api-key",
        "OPENAI_ADMIN_KEY": "sk-env-admin-key",
        "DASHSCOPE_API_KEY": "sk-env-dashscope",
        "OPENAI_ORG_ID": "org-env",
        "OPENAI_PROJECT_ID": "proj-env",
        "OPENAI_CUSTOM_HEADERS": "X-Secret: custom-env\nAuthorization: Bearer sk-env-custom",
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Strict() as server, served(server, cache=tmp_path / "c.json") as model:
        model.reply(HELLO, shape=Shape("start: /a/", {"type": "object"}))
    told = repr(server.headers) + (tmp_path / "c.json").read_text()
    assert "authorization" not in server.headers[0]
    assert "env" not in told


def test_the_vendors_key_is_the_vendors(monkeypatch: pytest.MonkeyPatch) -> None:
    from screenwright.policies.served.address import key_for, shown

    monkeypatch.setenv("OPENAI_API_KEY", "sk-env")
    assert key_for("https://api.openai.com/v1", None) == "sk-env"
    assert key_for("https://api.openai.com/v1", "other") == "other"
    for url in (
        "http://api.openai.com/v1",
        "https://api.openai.com.evil.net/v1",
        "https://evil.net/api.openai.com",
    ):
        assert key_for(url, None) is None
    assert key_for("https://api.openai.com@evil.net/v1", None) is None
    assert shown("http://me:pass@host:1/v1?key=abc") == "http://host:1/v1"


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(NotInstalled, match=r"pip install 'screenwright\[served\]'"):
        ServedModel("http://127.0.0.1:1", MODEL)
