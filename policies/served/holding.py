"""Ways to hold a server's reply to a shape, and how to tell whether it really is held.

Servers take a field that they don't know, or know and ignore, without a word. So a way counts only once a
reply has shown what no model would say by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any, cast

from screenwright.policies.chat import Shape
from screenwright.policies.served.facts import Facts

MARK = "kx7q"
QUESTION = "Write one word about the weather."
PROOF = Shape(
    f'start: "{MARK}"',
    {
        "type": "object",
        "properties": {"mark": {"type": "string", "enum": [MARK]}},
        "required": ["mark"],
        "additionalProperties": False,
    },
)

# Each way is called by the field of the request that it goes in.
BY_LARK: dict[str, Callable[[str], Any]] = {
    "grammar": lambda lark: {"type": "lark", "grammar": lark},
    "structured_outputs": lambda lark: {"grammar": lark},
    "guided_grammar": lambda lark: lark,
    "ebnf": lambda lark: lark,
}
BY_SCHEMA: dict[str, Callable[[dict[str, Any]], Any]] = {
    "response_format": lambda schema: {
        "type": "json_schema",
        "json_schema": {"name": "reply", "strict": True, "schema": schema},
    },
    "guided_json": lambda schema: schema,
    "json_schema": lambda schema: schema,
}
WAYS: dict[str, tuple[str, ...]] = {
    "screenwright": ("grammar", "response_format"),
    "vllm": ("structured_outputs", "guided_grammar", "response_format", "guided_json"),
    "sglang": ("ebnf", "response_format"),
    # One built with LLAMA_LLGUIDANCE reads Lark behind this line; others say that they can't parse it.
    "llamacpp": ("grammar", "response_format", "json_schema"),
}


def ways(facts: Facts, shape: Shape, refused: Collection[str]) -> list[str]:
    """The ways that this server may hold this shape in, the tightest first."""
    known = WAYS.get(facts.server, ("response_format",))
    if facts.server == "sglang" and "lark" not in facts.grammars:
        known = ("response_format",)
    return [way for way in known if way not in refused and (way in BY_LARK or shape.schema is not None)]


def field(way: str, shape: Shape, server: str) -> dict[str, Any]:
    """What the way adds to a request."""
    if way in BY_LARK:
        if way == "grammar" and server == "llamacpp":
            return {way: "%llguidance {}\n" + shape.lark}
        return {way: BY_LARK[way](shape.lark)}
    assert shape.schema is not None, way
    return {way: BY_SCHEMA[way](shape.schema)}


def proven(way: str, text: str, thinking: str, finish: str) -> bool | None:
    """Whether the reply to QUESTION was held to PROOF; None where it ended before its words began."""
    said = text.rsplit("</think>", 1)[-1].strip()
    if not said and (thinking or finish == "length"):
        return None
    if way in BY_LARK:
        return said == MARK
    try:
        return bool(json.loads(said) == {"mark": MARK})
    except ValueError:
        return False


def fits(schema: dict[str, Any], text: str) -> bool:
    """Whether a whole reply is JSON of about this schema: its type, its required and its fixed values."""
    try:
        value: Any = json.loads(text.rsplit("</think>", 1)[-1])
    except ValueError:
        return False
    return _fits(schema, value)


def _fits(schema: dict[str, Any], value: Any) -> bool:
    if "const" in schema and value != schema["const"]:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if schema.get("type") == "array":
        return isinstance(value, list)
    if schema.get("type") != "object" and "properties" not in schema:
        return True
    if not isinstance(value, dict):
        return False
    found = cast(dict[str, Any], value)
    inner: dict[str, Any] = schema.get("properties") or {}
    if any(name not in found for name in schema.get("required") or ()):
        return False
    return all(_fits(each, found[name]) for name, each in inner.items() if name in found)
