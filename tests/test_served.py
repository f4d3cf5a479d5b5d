"""A model on a server: what is sent, what comes back, what is learned; over connections to a strict server."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from servers.strict import MODEL, Call, Say, Strict, error, png_size, whole, words

from screenwright.policies.chat import Clip, Model, Picture, Reply, Sampling, Shape, Turn
from screenwright.policies.served import errors
from screenwright.policies.served.errors import NoPictures, PictureTooLarge, TooManyPictures, UnknownModel
from screenwright.policies.served.link import Timeouts
from screenwright.policies.served.messages import Encoder, as_bytes
from screenwright.policies.served.model import ServedModel
from screenwright.policies.served.retry import Retries
from screenwright.policies.served.spent import Prices
from screenwright.tools.errors import Stopped, TooLong

QUICK = Retries(tries=3, first_s=0.01, longest_s=0.02, starting_s=0.5)
HELLO = [Turn.of("system", "Be brief."), Turn.of("user", "Hello")]
TOOL = {"type": "function", "function": {"name": "click", "description": "d", "parameters": {"type": "object"}}}
SCHEMA = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
SHAPE = Shape("start: /[0-9]+/", SCHEMA)
PROVEN = words('{"mark": "kx7q"}')


def picture(seed: int = 0, width: int = 64, height: int = 32) -> Picture:
    return Picture(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))


def served(server: Strict, model: str | None = MODEL, **more: Any) -> ServedModel:
    return ServedModel(server.url, model, **{"retries": QUICK, "cache": None, **more})


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's own cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))


def answer(server: Strict, turns: list[Turn] = HELLO, **more: Any) -> Reply:
    with served(server) as model:
        return model.reply(turns, **more)


def test_a_chat() -> None:
    usage = {"prompt_tokens": 12, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 8}}
    with Strict(words("Hello there, user", usage=usage)) as server, served(server) as model:
        assert isinstance(model, Model) and model.name == MODEL
        reply = model.reply(HELLO, limit=77, sampling=Sampling(0.7, 0.8, seed=5, presence_penalty=1.5))
        assert (reply.text, reply.thinking, reply.calls, reply.finish) == ("Hello there, user", "", (), "stop")
        assert {name: reply.usage[name] for name in ("prompt_tokens", "cached_tokens", "reply_tokens")} == {
            "prompt_tokens": 12,
            "cached_tokens": 8,
            "reply_tokens": 3,
        }
        assert 0 < reply.usage["first_token_s"] <= reply.usage["wall_s"] < 5
    sent = server.sent()
    assert (sent["temperature"], sent["top_p"], sent["seed"], sent["max_tokens"]) == (0.7, 0.8, 5, 77)
    assert "tools" not in sent and "response_format" not in sent and "stop" not in sent
    assert server.complaints == []


def test_the_messages_of_a_request_are_the_beginning_of_the_next() -> None:
    turns = [Turn.of("system", "Be\u2028brief \ud83d"), Turn.of("user", "Look:", picture(0), "What now?")]
    with Strict() as server, served(server) as model:
        for step in range(1, 5):
            model.reply(turns, tools=[TOOL])
            turns += [Turn.of("assistant", f"step {step} 点击\n"), Turn.of("user", picture(step), "And now?")]
            turns += [Turn.of("tool", "done")] * (step == 2)
        assert model._encoder.encoded == 4, "a picture is encoded once"
    assert server.complaints == []
    parts = [body.split(b',"messages":', 1)[1].split(b',"stream":', 1) for body in server.bodies]
    arrays, tails = [part[0] for part in parts], [part[1] for part in parts]
    for before, after in pairwise(arrays):
        assert after.startswith(before[:-1] + b",") and len(after) > len(before)
    for before, after in pairwise(server.bodies):
        assert after.startswith(before[: before.index(b"]" + b',"stream"')])
    assert len(set(tails)) == 1


def test_pictures_and_clips_arrive_as_they_are() -> None:
    clip = Clip((picture(1).pixels, picture(2).pixels), (0.0, 1.54))
    with Strict() as server:
        answer(server, [Turn.of("user", "a", picture(0, 70, 50), clip, "b")])
    assert server.complaints == []
    parts = server.sent()["messages"][0]["content"]
    told = [part.get("text") or png_size(part["image_url"]["url"]) for part in parts]
    assert told == ["a", (70, 50), "<0.0 seconds>", (64, 32), "<1.5 seconds>", (64, 32), "b"]
    import base64

    import cv2

    file = base64.b64decode(parts[1]["image_url"]["url"].split(",")[1])
    pixels = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]
    assert np.array_equal(pixels, picture(0, 70, 50).pixels), "RGB stays RGB"


def test_encoded_pictures_are_bounded() -> None:
    encoder = Encoder(kept_bytes=20_000)
    first = as_bytes(encoder.messages([Turn.of("user", picture(0))]))
    for seed in range(1, 9):
        encoder.messages([Turn.of("user", picture(seed))])
    assert encoder._held <= 20_000 and len(encoder._urls) < 4
    assert as_bytes(encoder.messages([Turn.of("user", picture(0))])) == first


def test_stop_is_heard_while_a_film_is_encoded() -> None:
    clip = Clip(tuple(picture(seed).pixels for seed in range(50)), tuple(map(float, range(50))))
    with Strict() as server, served(server) as model:
        with pytest.raises(Stopped):
            model.reply([Turn.of("user", clip)], stop=lambda: model._encoder.encoded >= 3)
        assert model._encoder.encoded == 3 and server.bodies == []


def test_a_tool_turn_is_what_qwens_template_makes_of_it() -> None:
    turns = [*HELLO, Turn.of("assistant", "<tool_call>...</tool_call>"), Turn.of("tool", "done", picture())]
    with Strict() as server:
        answer(server, turns)
    content = server.sent()["messages"][-1]["content"]
    assert [part.get("text", "picture") for part in content] == [
        "<tool_response>\n",
        "done",
        "picture",
        "\n</tool_response>",
    ]


CALL = {"index": 0, "id": "a", "type": "function", "function": {"name": "click", "arguments": '{"x":'}}
MORE = {"index": 0, "function": {"arguments": " 1}"}}
SECOND = {"index": 0, "id": "b", "function": {"name": "type", "arguments": {"text": "hé"}}}


@pytest.mark.parametrize(
    ("say", "expected"),
    [
        (words("yes<|im_end|>"), Reply("yes")),
        (words("yes<|im_end|>\n<|endoftext|>"), Reply("yes")),
        (words("a <|im_end|> b "), Reply("a <|im_end|> b ")),
        (words("<think>hm</think>\n yes"), Reply("<think>hm</think>\n yes")),
        (words("hm</think>yes"), Reply("hm</think>yes")),
        (words("click(start_box='(1,2)')"), Reply("click(start_box='(1,2)')")),
        (words("line\u2028sep \x85 end"), Reply("line\u2028sep \x85 end")),
        (words("yes", reasoning_content="hm"), Reply("yes", "hm")),
        (words("yes", reasoning="hm"), Reply("yes", "hm")),
        (words([{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "yes"}]), Reply("yes", "hm")),
        (words("cut he", finish="length"), Reply("cut he", finish="length")),
        (words(calls=[CALL, MORE], finish="tool_calls"), Reply("", calls=(("click", '{"x": 1}'),))),
        (
            words("I click", calls=[CALL, MORE, SECOND], finish="tool_calls"),
            Reply("I click", calls=(("click", '{"x": 1}'), ("type", '{"text": "hé"}'))),
        ),
        (whole("at once"), Reply("at once")),
    ],
)
def test_what_comes_back(say: Say, expected: Reply) -> None:
    with Strict(say) as server:
        reply = answer(server)
    assert Reply(reply.text, reply.thinking, reply.calls, reply.finish) == expected


def test_tokens_and_money_are_counted() -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 800}}
    prices = Prices(prompt=2.0, cached=0.5, reply=10.0)
    says = words("a", usage=usage), words("b")
    with Strict(*says) as server, served(server, prices=prices) as model:
        model.reply(HELLO)
        model.reply(HELLO)
        spent = model.spent
        assert (spent.replies, spent.uncounted, spent.prompt_tokens, spent.reply_tokens) == (2, 1, 1000, 100)
        assert spent.money == pytest.approx((200 * 2.0 + 800 * 0.5 + 100 * 10.0) / 1e6)
        spent.prices = None
        assert spent.money is None


@pytest.mark.parametrize(
    ("asked", "said", "left_out", "instead"),
    [
        (Sampling(top_k=20), "Unrecognized request argument supplied: top_k", "top_k", ""),
        (Sampling(seed=3), "seed is not supported by this model", "seed", ""),
        (
            Sampling(),
            "Unsupported parameter: 'max_tokens' is not supported with this model.",
            "max_tokens",
            "max_completion_tokens",
        ),
        (
            Sampling(),
            "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is "
            "supported.",
            "temperature",
            "",
        ),
        (Sampling(), "Unexpected fields in the request: {'stream_options'}", "stream_options", ""),
    ],
)
def test_a_refused_field_is_left_out_from_then_on(asked: Sampling, said: str, left_out: str, instead: str) -> None:
    def strict(call: Call) -> None:
        (error(400, said) if left_out in call.body else words("ok"))(call)

    with Strict(strict, takes=["top_k"]) as server, served(server) as model:
        assert model.reply(HELLO, sampling=asked).text == "ok"
        assert model.reply(HELLO, sampling=asked).text == "ok"
    assert [left_out in json.loads(body) for body in server.bodies] == [True, False, False]
    assert not instead or instead in server.sent()


def test_stop_that_makes_a_server_fail_is_left_out() -> None:
    def no_stop(call: Call) -> None:
        (error(500, "Internal Server Error") if "stop" in call.body else words("ok"))(call)

    with Strict(no_stop) as server, served(server, extra={"stop": ["\n"]}) as model:
        assert model.reply(HELLO).text == "ok"
        assert model.reply(HELLO).text == "ok"
    assert [("stop" in json.loads(body)) for body in server.bodies] == [True] * 3 + [False] * 2


def test_roles_are_merged_only_where_the_server_wants_it() -> None:
    turns = [*HELLO, Turn.of("user", "Again"), Turn.of("assistant", "A"), Turn.of("user", picture())]
    with Strict(alternates=True) as server:
        answer(server, turns)
    assert [message["role"] for message in server.sent(0)["messages"]] == [t.role for t in turns]
    assert [message["role"] for message in server.sent()["messages"]] == ["system", "user", "assistant", "user"]
    assert "".join(part["text"] for part in server.sent()["messages"][1]["content"]) == "Hello\n\nAgain"


@pytest.mark.parametrize("owner", ["someone", "vllm"])
def test_tools_that_a_server_won_t_take(owner: str) -> None:
    said = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
    pages = {"/v1/models": {"data": [{"id": MODEL, "owned_by": owner}]}, "/version": {"version": "0.11.0"}}

    def no_tools(call: Call) -> None:
        (error(400, said) if "tools" in call.body and call.body.get("tool_choice") != "none" else words("ok"))(
            call
        )

    with Strict(no_tools, pages=pages) as server:
        assert answer(server, tools=[TOOL]).text == "ok"
    sent = server.sent()
    if owner == "vllm":
        assert sent["tools"] == [TOOL] and sent["tool_choice"] == "none"
    else:
        said = sent["messages"][0]["content"]
        assert "tools" not in sent and said.startswith("Be brief.\n\n# Tools\n")
        assert f"<tools>\n{json.dumps(TOOL)}\n</tools>" in said


def test_a_tool_parser_that_eats_the_reply_is_turned_off() -> None:
    def eats(call: Call) -> None:
        if call.body.get("tool_choice") == "none":
            return words("<tool_call>{}</tool_call>")(call)
        return words("", finish="tool_calls")(call)

    with Strict(eats) as server:
        assert answer(server, tools=[TOOL]).text == "<tool_call>{}</tool_call>"
    assert len(server.bodies) == 2


def holds(call: Call) -> None:
    """A server that does hold replies to a schema."""
    asked = call.body.get("response_format")
    (words("It rains.") if asked is None else PROVEN if b"kx7q" in call.raw else words('{"x": 1}'))(call)


def test_a_reply_is_held_to_its_schema_where_that_is_proven(tmp_path: Path) -> None:
    cache = tmp_path / "deep" / "servers.json"
    with Strict(holds) as server:
        for asked in (2, 3):
            with served(server, cache=cache) as model:
                assert model.reply(HELLO, shape=SHAPE).text == '{"x": 1}'
                assert len(server.bodies) == asked, "proven once, and remembered by the next run"
    assert server.sent()["response_format"]["json_schema"]["schema"] == SCHEMA


def test_a_schema_that_is_taken_and_ignored_counts_for_nothing() -> None:
    with Strict(words("It rains.")) as server, served(server) as model:
        model.reply(HELLO, shape=SHAPE)
        assert "response_format" in server.sent(0) and "response_format" not in server.sent(1)
        assert model.described()["learned"]["holds"] == {"response_format": False}


def test_a_schema_that_is_refused_is_left_out() -> None:
    def refuses(call: Call) -> None:
        said = "response_format not supported"
        (error(400, said) if "response_format" in call.body else words("ok"))(call)

    with Strict(refuses) as server, served(server) as model:
        assert model.reply(HELLO, shape=SHAPE).text == "ok"
        assert model.reply(HELLO, shape=SHAPE).text == "ok"
    assert [("response_format" in json.loads(body)) for body in server.bodies] == [True, False, False]


def test_a_proven_way_that_breaks_once_is_not_trusted_again() -> None:
    with Strict(PROVEN, words("no JSON"), words("free")) as server, served(server) as model:
        assert model.reply(HELLO, shape=SHAPE).text == "no JSON"
        assert model.reply(HELLO, shape=SHAPE).text == "free"
    assert "response_format" not in server.sent()


def test_one_shape_beyond_a_server_leaves_the_others_held() -> None:
    def picky(call: Call) -> None:
        odd = "odd" in json.dumps(call.body.get("response_format", ""))
        (error(400, "Invalid schema for response_format 'reply'") if odd else holds)(call)

    odd = Shape("start: /./", {"type": "object", "properties": {"odd": {}}})
    with Strict(picky) as server, served(server) as model:
        assert model.reply(HELLO, shape=odd).text == "It rains."
        assert model.reply(HELLO, shape=SHAPE).text == '{"x": 1}'


@pytest.mark.parametrize(
    ("owner", "field", "read"),
    [
        ("screenwright", "grammar", lambda value: value["type"] == "lark" and value["grammar"]),
        ("vllm", "structured_outputs", lambda value: value["grammar"]),
        ("llamacpp", "grammar", lambda value: value.removeprefix("%llguidance {}\n")),
    ],
)
def test_a_grammar_goes_where_each_server_reads_it(owner: str, field: str, read: Callable[[Any], str]) -> None:
    def constrained(call: Call) -> None:
        lark = read(call.body[field]) if field in call.body else ""
        (words("kx7q") if "kx7q" in lark else words("42" if lark == SHAPE.lark else "free"))(call)

    pages = {"/v1/models": {"data": [{"id": MODEL, "owned_by": owner}]}}
    with Strict(constrained, pages=pages, takes=[field]) as server:
        assert answer(server, shape=SHAPE, tools=[TOOL]).text == "42"
    if owner == "llamacpp":
        assert "tools" not in server.sent() and "<tools>" in server.sent()["messages"][0]["content"]
    else:
        assert server.sent()["tools"] == [TOOL]


def test_a_learned_limit_is_not_met_twice() -> None:
    def two_at_most(call: Call) -> None:
        (
            error(400, "At most 2 image(s) may be provided in one prompt.")
            if call.raw.count(b"data:image") > 2
            else words("ok")
        )(call)

    three = [Turn.of("user", picture(0), picture(1), picture(2))]
    with Strict(two_at_most) as server, served(server) as model:
        for _ in range(2):
            with pytest.raises(TooManyPictures, match=r"(?s)2.*fewer"):
                model.reply(three)
        assert len(server.bodies) == 1
        assert model.reply([Turn.of("user", picture(0), picture(1))]).text == "ok"
        assert issubclass(TooManyPictures, TooLong)


def test_a_picture_is_refused_not_shrunk() -> None:
    pages = {"/v1/models": {"data": [{"id": MODEL, "owned_by": "screenwright", "picture_px": 2000}]}}
    with Strict(pages=pages) as server:
        answer(server, [Turn.of("user", picture(0, 50, 40))])
        with pytest.raises(PictureTooLarge, match="51x40, and it takes at most 2000 pixels"):
            answer(server, [Turn.of("user", picture(0, 51, 40))])
        assert len(server.bodies) == 1


OLLAMA: dict[str, Any] = {
    "/v1/models": {"data": [{"id": MODEL, "owned_by": "library"}, {"id": "llama3.2:3b", "owned_by": "library"}]},
    "/api/version": {"version": "0.13.1"},
    "/api/show": {
        "capabilities": ["completion", "vision", "tools"],
        "model_info": {"qwen3vl.context_length": 262144},
    },
    "/api/ps": {"models": [{"name": MODEL, "model": MODEL, "context_length": 4096}]},
}


def test_ollama_that_would_cut_the_conversation_is_not_let_to() -> None:
    usage = {"prompt_tokens": 4000, "completion_tokens": 200}
    with Strict(words("ok", usage=usage), pages=OLLAMA) as server, served(server) as model:
        model.reply(HELLO)
        longer = [*HELLO, Turn.of("assistant", "ok"), Turn.of("user", "more")]
        with pytest.raises(TooLong, match=r"4200 tokens or more, and it runs with 4096; .*OLLAMA_CONTEXT_LENGTH"):
            model.reply(longer)
        assert model.reply([Turn.of("user", "another")]).text == "ok"


def test_a_model_that_does_not_see() -> None:
    pages = {**OLLAMA, "/api/show": {"capabilities": ["completion"]}}
    with Strict(pages=pages) as server, pytest.raises(NoPictures, match=r"ollama 0\.13\.1.*takes no pictures"):
        answer(server, [Turn.of("user", picture())])
    assert server.bodies == []


def test_the_only_model_need_not_be_named() -> None:
    with Strict() as server, served(server, None) as model:
        assert model.name == MODEL and model.reply(HELLO).text == "ok"
    with Strict(pages=OLLAMA) as server, pytest.raises(UnknownModel, match=r"several.*qwen3-vl:4b, llama3\.2:3b"):
        served(server, None)


def test_pages_that_a_server_hasn_t_or_can_t_give_are_no_matter() -> None:
    def broken(call: Call) -> None:
        error(500, "CacheNotFound")(call)

    with Strict(pages={"/v1/models": broken}) as server, served(server) as model:
        assert model.reply(HELLO).text == "ok"
        assert model.facts().server == "unknown" and model.facts().models == ()
        asked = len(server.asked)
        model.reply(HELLO)
        assert len(server.asked) == asked, "asked once"


def test_thoughts_tell_the_field_they_come_in(tmp_path: Path) -> None:
    with Strict(words("a", reasoning="b")) as server, served(server, cache=tmp_path / "c.json") as model:
        model.reply(HELLO)
        assert model.described()["learned"]["reasoning"] == "reasoning"
    assert '"reasoning": "reasoning"' in (tmp_path / "c.json").read_text()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"version": 1, "servers": {"a": 3}}', '{"version": 9}'])
def test_a_broken_cache_is_learned_again(tmp_path: Path, text: str) -> None:
    cache = tmp_path / "servers.json"
    cache.write_text(text)
    with Strict(holds) as server, served(server, cache=cache) as model:
        assert model.reply(HELLO, shape=SHAPE).text == '{"x": 1}'
    assert json.loads(cache.read_text())["servers"]


def test_what_was_learned_expires(tmp_path: Path) -> None:
    cache = tmp_path / "servers.json"
    with Strict(holds) as server:
        with served(server, cache=cache) as model:
            model.reply(HELLO, shape=SHAPE)
        kept = json.loads(cache.read_text())
        for entry in kept["servers"].values():
            entry["at"] -= 8 * 24 * 3600
        cache.write_text(json.dumps(kept))
        with served(server, cache=cache) as model:
            model.reply(HELLO, shape=SHAPE)
    assert len(server.bodies) == 4, "proven anew"


def test_a_thinker_that_proves_nothing_is_asked_once() -> None:
    def thinks(call: Call) -> None:
        if call.body["max_tokens"] == 32:
            return words("", reasoning="The user wants", finish="length")(call)
        return words('{"x": 2}', reasoning="hm")(call)

    with Strict(thinks) as server, served(server) as model:
        for _ in range(2):
            assert model.reply(HELLO, shape=SHAPE).text == '{"x": 2}'
        assert "response_format" in server.sent() and len(server.bodies) == 3


def test_a_server_too_busy_to_say_what_it_is_is_asked_again() -> None:
    listing = {"data": [{"id": MODEL, "owned_by": "vllm", "max_model_len": 9}]}
    answers: list[Say] = [lambda call: call.hang(), lambda call: call.json(200, listing)]
    pages = {"/v1/models": lambda call: answers.pop(0)(call)}
    with Strict(pages=pages) as server, served(server, timeouts=Timeouts(facts_s=0.1)) as model:
        assert model.reply(HELLO).text == "ok" and model.facts().server == "vllm"
        assert server.asked.count("/v1/models") == 2


def test_the_python_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "served.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 2
    for block in blocks:
        with Strict(words("ok", usage={"prompt_tokens": 5, "completion_tokens": 1})) as server:
            made: dict[str, Any] = {}
            exec(block.replace("http://127.0.0.1:11434/v1", server.url), made)
            with made["policy"]._open() if "policy" in made else made["model"] as model:
                assert model.reply(HELLO).text == "ok" and not server.complaints
    assert capsys.readouterr().out == "0 0 0.0\n"


def test_every_error_is_on_the_page() -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "served.md").read_text(encoding="utf-8")
    named = [name for name, value in vars(errors).items() if isinstance(value, type)]
    assert len(named) > 15 and [name for name in named if f"`{name}`" not in page] == []
