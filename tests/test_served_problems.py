"""What servers say, as they say it, and what it is taken for. Pure."""

from __future__ import annotations

import json
from email.utils import formatdate
from time import time
from typing import Any

import pytest

from screenwright.policies.chat import Shape
from screenwright.policies.served import errors, facts, holding, problems
from screenwright.policies.served.answers import Collected
from screenwright.policies.served.facts import Facts
from screenwright.tools.errors import ModelLost, TooLong

VLLM_LONG = (
    "This model's maximum context length is 4096 tokens. However, you requested 5512 tokens (5000 in the "
    "messages, 512 in the completion). Please reduce the length of the messages or completion."
)
VLLM_LIMIT = (
    "'max_tokens' or 'max_completion_tokens' is too large: 512. This model's maximum context length is 4096 "
    "tokens and your request has 4000 input tokens (512 > 4096 - 4000)."
)
VLLM_PICTURES = (
    "The decoder prompt (length 5951) is longer than the maximum model length of 4096. Make sure that "
    "`max_model_len` is no smaller than the number of text tokens plus multimodal tokens."
)
LLAMACPP = "request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it"
LLAMACPP_OLD = "the request exceeds the available context size, try increasing it"
OPENAI = "This model's maximum context length is 128000 tokens. However, your messages resulted in 130512 tokens."
LMSTUDIO = (
    "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context "
    "length of only 4096 tokens, which is not enough."
)


def said(message: str, **more: Any) -> str:
    return json.dumps({"error": {"message": message, **more}})


@pytest.mark.parametrize(
    ("status", "body", "limit"),
    [
        (400, json.dumps({"object": "error", "message": VLLM_LONG, "type": "BadRequestError", "code": 400}), 4096),
        (400, said(VLLM_LIMIT, type="BadRequestError", param="max_tokens", code=400), 4096),
        (400, said(VLLM_PICTURES), 4096),
        (400, said(LLAMACPP, type="exceed_context_size_error", n_prompt_tokens=5000, n_ctx=4096), 4096),
        (400, said(LLAMACPP_OLD, type="exceed_context_size_error", n_prompt_tokens=5000, n_ctx=4096), 4096),
        (500, said("prompt too long; exceeded max context length by 17 tokens"), None),
        (400, said("input length exceeds the context length"), None),
        (
            400,
            said(OPENAI, type="invalid_request_error", param="messages", code="context_length_exceeded"),
            128000,
        ),
        (400, said("Your input exceeds the context window of this model.", code="context_length_exceeded"), None),
        (
            400,
            said("<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]"),
            30720,
        ),
        (400, said("The input (5000 tokens) is longer than the model's context length (4096 tokens)."), 4096),
        (400, said("Requested token count exceeds the model's maximum context length of 4096 tokens."), 4096),
        (400, json.dumps({"error": LMSTUDIO}), 4096),
        (400, json.dumps({"error": "The number of tokens to keep is greater than the context length"}), None),
    ],
)
def test_too_long(status: int, body: str, limit: int | None) -> None:
    problem = problems.read(status, {}, body, {"max_tokens", "temperature"})
    assert (problem.error, problem.limit, problem.again) == (TooLong, limit, False)


@pytest.mark.parametrize(
    ("status", "body", "kind", "limit"),
    [
        (400, said("At most 1 image(s) may be provided in one request."), errors.TooManyPictures, 1),
        (400, said("At most 16 image(s) may be provided in one prompt."), errors.TooManyPictures, 16),
        (400, said("Too many images in request. Maximum number of images is 50."), errors.TooManyPictures, 50),
        (400, said("At most 0 image(s) may be provided in one prompt."), errors.NoPictures, None),
        (400, said("qwen3-4b is not a multimodal model"), errors.NoPictures, None),
        (
            500,
            said("image input is not supported - hint: if this is unexpected, you may need to provide the mmproj"),
            errors.NoPictures,
            None,
        ),
        (400, said("Exceeded limit on max bytes: image too large"), errors.PictureTooLarge, None),
        (
            400,
            said("The image length and width do not meet the model restrictions. [height:8 or width:8]"),
            errors.PictureTooLarge,
            None,
        ),
        (400, said("image exceeds the limit of 12845056 pixels"), errors.PictureTooLarge, 12845056),
        (404, said("The model `x` does not exist.", code=404), errors.UnknownModel, None),
        (404, said("model 'x' not found"), errors.UnknownModel, None),
        (404, said('model "x" not found, try pulling it first'), errors.UnknownModel, None),
        (
            404,
            said("The model `x` does not exist or you do not have access to it.", code="model_not_found"),
            errors.UnknownModel,
            None,
        ),
        (400, json.dumps({"detail": "Server is pinned to '/m/tiny'; requested 'x'."}), errors.UnknownModel, None),
        (400, said("Arrearage: your account is overdue."), errors.QuotaSpent, None),
        (429, said("You exceeded your current quota", code="insufficient_quota"), errors.QuotaSpent, None),
        (401, said("Incorrect API key provided: sk-ab***yz."), errors.WrongKey, None),
        (503, said("Loading model", type="unavailable_error", code=503), errors.ServerStarting, None),
        (529, said("overloaded_error"), errors.ServerFailed, None),
        (404, json.dumps({"detail": "Not Found"}), errors.WrongUrl, None),
        (418, "", errors.RequestRefused, None),
    ],
)
def test_named(status: int, body: str, kind: type[ModelLost], limit: int | None) -> None:
    problem = problems.read(status, {}, body, {"max_tokens"})
    assert (problem.error, problem.limit) == (kind, limit)


@pytest.mark.parametrize(
    ("status", "body", "field"),
    [
        (400, said("'response_format' is not supported by this model"), "response_format"),
        (400, said("This model does not support structured outputs"), "response_format"),
        (
            400,
            said('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
            "tools",
        ),
        (400, said("registry.ollama.ai/library/llava:7b does not support tools"), "tools"),
        (422, json.dumps({"detail": "Unexpected fields in the request: {'top_k'}"}), "top_k"),
        (
            422,
            json.dumps({"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}),
            "seed",
        ),
        (
            400,
            said(
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
                "'max_completion_tokens' instead."
            ),
            "max_tokens",
        ),
        (400, said("Unknown model parameter: top_k"), "top_k"),
        (400, said("Cannot use custom grammar constraints with tools."), "grammar"),
        (400, said("Failed to parse grammar"), "grammar"),
        (400, said("Conversation roles must alternate user/assistant/user/assistant/..."), "roles"),
        (400, said("top_p must be in (0, 1]"), ""),
    ],
)
def test_refused_field(status: int, body: str, field: str) -> None:
    fields = {"response_format", "tools", "top_k", "top_p", "seed", "max_tokens", "grammar"}
    if field == "max_tokens":
        fields -= {"grammar"}
    problem = problems.read(status, {}, body, fields)
    assert (problem.error, problem.field) == (errors.RequestRefused, field)


def test_a_field_that_was_not_sent_is_not_left_out() -> None:
    assert problems.read(400, {}, said("'response_format' is not supported"), {"seed"}).field == ""


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "in 30 s as a date"}, pytest.approx(30, abs=2)),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: Any) -> None:
    given = {
        name: formatdate(time() + 30, usegmt=True) if "date" in value else value for name, value in headers.items()
    }
    assert problems.read(429, given, "").retry_after_s == seconds


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_stream_may_be_cut_anywhere(size: int) -> None:
    events = [
        {"choices": [{"delta": {"content": "点\u2028击 "}}]},
        {"choices": [{"delta": {"reasoning": "because"}}]},
        {"choices": [{"delta": {}, "finish_reason": "stop"}]},
        {
            "choices": [],
            "usage": {"prompt_tokens": 4, "completion_tokens": 2},
            "timings": {"cache_n": 3, "prompt_ms": 5},
        },
    ]
    lines = [f"data: {json.dumps(event, ensure_ascii=False)}\r\n\r\n" for event in events]
    stream = (": keep-alive\n\nevent: x\n" + "".join(lines) + "data: [DONE]\n\n").encode()
    collected = Collected()
    for start in range(0, len(stream), size):
        collected.feed(stream[start : start + size])
    collected.end()
    assert (collected.text, collected.thinking, collected.done) == ("点\u2028击 ", "because", True)
    assert collected.usage == {"prompt_tokens": 4, "reply_tokens": 2, "cached_tokens": 3, "prefill_s": 0.005}


def test_ollamas_calls_all_have_index_0() -> None:
    calls = [
        {"index": 0, "id": f"call_{n}", "function": {"name": "click", "arguments": json.dumps({"x": n})}}
        for n in (1, 2)
    ]
    collected = Collected()
    for call in calls:
        collected.feed(f"data: {json.dumps({'choices': [{'delta': {'tool_calls': [call]}}]})}\n\n".encode())
    assert collected.reply(0).calls == (("click", '{"x": 1}'), ("click", '{"x": 2}'))


def test_an_error_that_is_no_json_is_still_read() -> None:
    collected = Collected()
    collected.feed(b'data: {"error": "no attribute "get_vocab""}\n\n')
    assert collected.error is not None and "get_vocab" in collected.error["message"]


LISTED = {"id": "m", "object": "model"}
PAGES: list[tuple[str, str, dict[str, Any], Facts]] = [
    (
        "vllm",
        "http://h:8000",
        {
            "/v1/models": {"data": [LISTED | {"owned_by": "vllm", "max_model_len": 32768}]},
            "/version": {"version": "0.11.2"},
        },
        Facts("vllm", "0.11.2", ("m",), 32768, listed="yes"),
    ),
    (
        "sglang",
        "http://h:30000",
        {
            "/v1/models": {"data": [LISTED | {"owned_by": "sglang", "max_model_len": 262144}]},
            "/get_server_info": {"version": "0.5.5", "grammar_backend": "llguidance", "context_length": 32768},
        },
        Facts("sglang", "0.5.5", ("m",), 32768, grammars=("lark",), listed="yes"),
    ),
    (
        "llama.cpp",
        "http://h:8080",
        {
            "/v1/models": {"data": [LISTED | {"owned_by": "llamacpp", "meta": {"n_ctx_train": 262144}}]},
            "/props": {
                "default_generation_settings": {"n_ctx": 8192},
                "modalities": {"vision": True, "audio": False},
                "build_info": "b7000-abc",
            },
        },
        Facts("llamacpp", "b7000-abc", ("m",), 8192, True, listed="yes"),
    ),
    (
        "ollama",
        "http://h:11434",
        {
            "/v1/models": {"data": [LISTED | {"owned_by": "library"}]},
            "/api/version": {"version": "0.13.1"},
            "/api/show": {"capabilities": ["completion", "vision"], "parameters": "num_ctx    16384\ntop_k 20"},
            "/api/ps": {"models": []},
        },
        Facts("ollama", "0.13.1", ("m",), 16384, True, False, listed="yes"),
    ),
    (
        "ollama, a model of somebody's",
        "http://h:11434",
        {
            "/v1/models": {"data": [LISTED | {"owned_by": "somebody"}]},
            "/api/version": {"version": "0.13.1"},
            "/api/show": {"capabilities": ["completion", "vision", "tools"]},
            "/api/ps": {"models": [{"name": "m", "context_length": 4096}]},
        },
        Facts("ollama", "0.13.1", ("m",), 4096, True, True, listed="yes"),
    ),
    (
        "lm studio",
        "http://h:1234",
        {
            "/v1/models": {"data": [LISTED | {"owned_by": "organization_owner"}]},
            "/api/v0/models": {
                "data": [
                    {"id": "other", "type": "llm"},
                    {"id": "m", "type": "vlm", "loaded_context_length": 8192, "capabilities": ["tool_use"]},
                ]
            },
        },
        Facts("lmstudio", "", ("m",), 8192, True, True, listed="yes"),
    ),
    (
        "transformers",
        "http://h:8000",
        {
            "/v1/models": {"data": [LISTED | {"owned_by": "Qwen"}]},
            "/openapi.json": {"paths": {"/load_model": {}, "/v1/chat/completions": {}}},
        },
        Facts("transformers", "", ("m",), listed="yes"),
    ),
    (
        "screenwright",
        "http://h:8000",
        {
            "/v1/models": {
                "data": [
                    LISTED | {"owned_by": "screenwright", "max_model_len": 9, "grammars": ["lark"], "version": "1"}
                ]
            }
        },
        Facts("screenwright", "1", ("m",), 9, grammars=("lark",), listed="yes"),
    ),
    (
        "openai",
        "https://api.openai.com",
        {"/v1/models": {"data": [LISTED]}},
        Facts("openai", "", ("m",), listed="yes"),
    ),
    ("dashscope", "https://dashscope-intl.aliyuncs.com/compatible-mode", {}, Facts("dashscope")),
    ("nothing known", "http://h", {"/v1/models": {"data": "what"}, "/openapi.json": ["?"]}, Facts()),
]


@pytest.mark.parametrize(
    ("base", "pages", "expected"), [page[1:] for page in PAGES], ids=[page[0] for page in PAGES]
)
def test_facts(base: str, pages: dict[str, Any], expected: Facts) -> None:
    asked: list[str] = []

    def get(url: str, post: bytes | None) -> tuple[int, str]:
        path = url.removeprefix(base)
        asked.append(path)
        assert (post is not None) == (path == "/api/show")
        return (200, json.dumps(pages[path])) if path in pages else (404, "<html>")

    assert facts.ask(f"{base}/v1", "m", get) == expected
    assert len(asked) <= 5


@pytest.mark.parametrize(
    ("way", "text", "thinking", "finish", "expected"),
    [
        ("grammar", "kx7q", "", "stop", True),
        ("grammar", "Sunny", "", "stop", False),
        ("response_format", '{"mark": "kx7q"}', "", "stop", True),
        ("response_format", '<think>x</think>\n{\n "mark": "kx7q" }', "", "stop", True),
        ("response_format", '{"weather": "fine"}', "", "stop", False),
        ("response_format", "", "The user wants", "length", None),
    ],
)
def test_proof(way: str, text: str, thinking: str, finish: str, expected: bool | None) -> None:
    assert holding.proven(way, text, thinking, finish) is expected


def test_ways() -> None:
    both, lark = Shape("start: /a/", {"type": "object"}), Shape("start: /a/")
    assert holding.ways(Facts("vllm"), both, ["guided_grammar"]) == [
        "structured_outputs",
        "response_format",
        "guided_json",
    ]
    assert holding.ways(Facts("ollama"), lark, []) == []
    assert holding.ways(Facts("sglang"), both, []) == ["response_format"]
    assert holding.ways(Facts("sglang", grammars=("lark",)), lark, []) == ["ebnf"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"x": {"kind": "click"}}', True),
        ('{"x": {"kind": "type"}}', False),
        ('{"x": {}}', False),
        ('{"y": 1}', False),
        ("[]", False),
        ("{", False),
    ],
)
def test_fits(text: str, expected: bool) -> None:
    inner = {"type": "object", "properties": {"kind": {"const": "click"}}, "required": ["kind"]}
    assert holding.fits({"type": "object", "properties": {"x": inner}, "required": ["x"]}, text) is expected
