"""What a client asks of `screenwright serve`, read strictly: a field that would be ignored is refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

from screenwright.policies.chat import Part, Picture, Role, Sampling, Shape, Turn
from screenwright.policies.pictures import resized
from screenwright.tools.errors import ScreenwrightError
from screenwright.tools.geometry import Size

BODY_BYTES = 256_000_000
FACTOR = 32
KNOWN = frozenset(
    (
        "model", "messages", "tools", "tool_choice", "stream", "stream_options", "max_tokens",
        "max_completion_tokens", "temperature", "top_p", "top_k", "presence_penalty", "frequency_penalty",
        "seed", "response_format", "grammar", "n", "user", "stop", "logprobs",
    )
)  # fmt: skip


ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant", "tool": "tool"}


class BadRequest(ScreenwrightError):
    """What is wrong with a request, and its HTTP status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Asked:
    """A request as the engine takes it."""

    turns: list[Turn]
    tools: list[dict[str, Any]]
    shape: Shape | None
    limit: int
    sampling: Sampling
    stream: bool


def asked(body: bytes, model: str) -> Asked:
    """BadRequest names the field."""
    if len(body) > BODY_BYTES:
        raise BadRequest(f"the request has {len(body):,} bytes; {BODY_BYTES:,} are the most", 413)
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"the body is no JSON: {error}") from error
    if not isinstance(given, dict):
        raise BadRequest("the body must be a JSON object")
    wanted = cast("dict[str, Any]", given)
    if unknown := sorted(set(wanted) - KNOWN):
        raise BadRequest(f"unknown field: {unknown[0]}")
    for name, only in (("n", 1), ("stop", None), ("logprobs", False), ("frequency_penalty", 0)):
        if wanted.get(name, only) not in (only, None):
            raise BadRequest(f"{name}={wanted[name]!r} is not supported here")
    if wanted.get("model") not in (model, None, ""):
        raise BadRequest(f"the model {wanted['model']!r} does not exist here; there is: {model}", 404)
    messages = wanted.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequest("messages must be a list that is not empty")
    limit = wanted.get("max_completion_tokens") or wanted.get("max_tokens") or 1024
    return Asked(
        [_turn(message) for message in cast("list[object]", messages)],
        [] if wanted.get("tool_choice") == "none" else list(wanted.get("tools") or []),
        _shape(wanted),
        _number("max_tokens", limit, 1, 1_000_000, int),
        _sampling(wanted),
        bool(wanted.get("stream")),
    )


def _sampling(wanted: dict[str, Any]) -> Sampling:
    seed = wanted.get("seed")
    return Sampling(
        _number("temperature", wanted.get("temperature") or 0, 0, 10, float),
        _number("top_p", wanted.get("top_p") or 1, 0, 1, float),
        _number("top_k", wanted.get("top_k") or 0, 0, 1_000_000, int),
        _number("presence_penalty", wanted.get("presence_penalty") or 0, -10, 10, float),
        None if seed is None else _number("seed", seed, 0, 2**63 - 1, int),
    )


def _number(name: str, value: Any, least: float, most: float, kind: type[Any]) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise BadRequest(f"{name} is {value!r}; it must be a number from {least:g} to {most:g}")
    return kind(value)


def _shape(wanted: dict[str, Any]) -> Shape | None:
    grammar, form = wanted.get("grammar"), wanted.get("response_format")
    if grammar is not None:
        if not isinstance(grammar, dict) or cast("dict[str, Any]", grammar).get("type") != "lark":
            raise BadRequest('grammar must be {"type": "lark", "grammar": "..."}')
        return Shape(str(cast("dict[str, Any]", grammar).get("grammar", "")))
    kind = cast("dict[str, Any]", form).get("type") if isinstance(form, dict) else None
    if form is None or kind == "text":
        return None
    from screenwright.policies.shapes import json_shape

    if kind == "json_object":
        return json_shape({"type": "object"})
    if kind == "json_schema":
        return json_shape(form["json_schema"]["schema"])
    raise BadRequest(f"response_format {form!r} is not supported; there is: text, json_object, json_schema")


def _turn(message: object) -> Turn:
    if not isinstance(message, dict):
        raise BadRequest(f"a message is {message!r}; it must be an object")
    said = cast("dict[str, Any]", message)
    role = ROLES.get(str(said.get("role")))
    if role is None:
        raise BadRequest(f"role {said.get('role')!r} is none of {', '.join(ROLES)}")
    content = said.get("content")
    if isinstance(content, str):
        return Turn.of(role, content)
    if not isinstance(content, list):
        raise BadRequest(f"the content of a {role} message must be text or a list of parts")
    return Turn.of(role, *(_part(part) for part in cast("list[object]", content)))


def _part(part: object) -> Part:
    said = cast("dict[str, Any]", part) if isinstance(part, dict) else {}
    match said.get("type"):
        case "text":
            return str(said.get("text", ""))
        case "image_url":
            image = said.get("image_url")
            url = str(cast("dict[str, Any]", image).get("url", "") if isinstance(image, dict) else image)
            return _picture(url)
        case kind:
            raise BadRequest(f"a part of the type {kind!r} is not supported; there is: text, image_url")


def _picture(url: str) -> Picture:
    """Sides that are no multiples of 32 are brought to them: the engine takes no others."""
    from screenwright.tools.inputs.kinds import BadInput, Still
    from screenwright.tools.inputs.opening import open_input

    if not url.startswith("data:image/"):
        raise BadRequest(f"a picture must be a data: URL of an image; this one begins with {url[:40]!r}")
    try:
        still = open_input(url)
    except BadInput as error:
        raise BadRequest(str(error)) from error
    if not isinstance(still, Still):
        raise BadRequest("that data URL is no single picture")
    height, width = still.pixels.shape[:2]
    size = Size(*(max(FACTOR, round(side / FACTOR) * FACTOR) for side in (width, height)))
    return Picture(resized(still.pixels, size))
