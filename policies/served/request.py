"""The body of a request, from what is asked and what the server is known to take."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from screenwright.policies.chat import Sampling, Shape
from screenwright.policies.served import holding
from screenwright.policies.served.facts import Facts
from screenwright.policies.served.learned import Learned

# What a server is known to refuse is not sent to it even once.
NEVER: dict[str, frozenset[str]] = {
    "openai": frozenset(("top_k", "max_tokens")),
    "transformers": frozenset(("top_k",)),
}


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for, whatever the server. `way`: how the reply is held to the shape; "" is not at all."""

    model: str
    tools: Sequence[dict[str, Any]] = ()
    shape: Shape | None = None
    way: str = ""
    limit: int = 512
    sampling: Sampling = field(default_factory=Sampling)
    extra: dict[str, Any] = field(default_factory=dict[str, Any])


def optional(ask: Ask, facts: Facts, learned: Learned, seen: bool) -> dict[str, Any]:
    """The fields beside the messages, in one order, without those that the server won't have.

    `seen`: there are pictures in it.
    """
    sampling = ask.sampling
    wanted: dict[str, Any] = {"stream_options": {"include_usage": True}}
    wanted[limit_name(facts, learned)] = ask.limit
    wanted["temperature"] = sampling.temperature
    if sampling.top_p != 1.0:
        wanted["top_p"] = sampling.top_p
    if sampling.top_k:
        wanted["top_k"] = sampling.top_k
    if sampling.presence_penalty:
        wanted["presence_penalty"] = sampling.presence_penalty
    if sampling.seed is not None:
        wanted["seed"] = sampling.seed
    if ask.tools and not in_words(ask, facts, learned):
        wanted["tools"] = list(ask.tools)
        if learned.plain_calls:
            wanted["tool_choice"] = "none"
    if ask.shape is not None and ask.way:
        wanted |= holding.field(ask.way, ask.shape, facts.server)
    if seen and facts.server == "dashscope":
        # Without it pictures of more than about 1280 tokens are made smaller there.
        wanted["vl_high_resolution_images"] = True
    wanted |= ask.extra
    out = NEVER.get(facts.server, frozenset()) | set(learned.refused)
    return {name: value for name, value in wanted.items() if name not in out}


def limit_name(facts: Facts, learned: Learned) -> str:
    """OpenAI's newer models have another word for max_tokens, which few other servers know."""
    refused = NEVER.get(facts.server, frozenset()) | set(learned.refused)
    return "max_completion_tokens" if "max_tokens" in refused else "max_tokens"


def in_words(ask: Ask, facts: Facts, learned: Learned) -> bool:
    """Whether the tools stand in the system turn: where the server takes none, or (llama.cpp) none beside a
    grammar. The words are those that Qwen's chat template makes of `tools`, so the model reads the same."""
    if not ask.tools:
        return False
    return "tools" in learned.refused or facts.calls is False or (facts.server == "llamacpp" and bool(ask.way))


def with_words(messages: list[dict[str, Any]], tools: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages with the tools told of in the first one."""
    lines = "\n".join(json.dumps(tool, ensure_ascii=False) for tool in tools)
    page = files("screenwright.policies.served") / "tools_in_words.txt"
    words = page.read_text(encoding="utf-8").strip().replace("{tools}", lines)
    if messages and messages[0]["role"] == "system" and isinstance(messages[0]["content"], str):
        first = {"role": "system", "content": f"{messages[0]['content']}\n\n{words}".lstrip()}
        return [first, *messages[1:]]
    return [{"role": "system", "content": words}, *messages]


def body(model: str, messages: bytes, fields: dict[str, Any]) -> bytes:
    """The request as it is sent. The messages come first, so that even the body's bytes keep their beginning."""
    head = json.dumps({"model": model}, ensure_ascii=False, separators=(",", ":"))[:-1]
    tail = json.dumps({"stream": True, **fields}, ensure_ascii=False, separators=(",", ":"))[1:]
    return head.encode() + b',"messages":' + messages + b"," + tail.encode()
