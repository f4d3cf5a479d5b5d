"""Which server answers, and what it says of itself. Asked for once, from pages that cost it nothing.

Each server tells in a place of its own; the readers are pure, the asking is `ask`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlsplit

from screenwright.policies.served.answers import parsed

Get = Callable[[str, bytes | None], tuple[int, str]]
"""From a page's address, and what to post there: its status and its body."""

OWNERS = {
    "vllm": "vllm",
    "sglang": "sglang",
    "llamacpp": "llamacpp",
    "library": "ollama",
    "organization_owner": "lmstudio",
    "screenwright": "screenwright",
}
HOSTS = {"api.openai.com": "openai", "aliyuncs.com": "dashscope", "openrouter.ai": "openrouter"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a server says; None where it says nothing.

    `server`: vllm, sglang, ollama, lmstudio, llamacpp, dashscope, openai, transformers, screenwright, unknown.
    `context`: tokens. `sees`: takes pictures. `calls`: takes tools. `grammars`: kinds of grammar by name.
    """

    server: str = "unknown"
    version: str = ""
    models: tuple[str, ...] = ()
    context: int | None = None
    sees: bool | None = None
    calls: bool | None = None
    pictures: int | None = None
    picture_px: int | None = None
    grammars: tuple[str, ...] = ()
    listed: str = "no"
    """"yes": there is a list of models; "key": not without the right key; "late": no answer in time; "no"."""


def ask(base_url: str, model: str | None, get: Get) -> Facts:
    """One to three small pages. Failed where nothing answers at all."""
    status, body = get(f"{base_url}/models", None)
    facts = of_models(status, body, model, urlsplit(base_url).hostname or "")
    if facts.listed == "late":
        return facts
    root = re.sub(r"/v\d+$", "", base_url)
    name = model or (facts.models[0] if facts.models else "")

    def page(path: str, post: bytes | None = None) -> dict[str, Any]:
        status, body = get(f"{root}{path}", post)
        value = parsed(body.encode(errors="replace")) if status == 200 else None
        return cast(dict[str, Any], value) if isinstance(value, dict) else {}

    match facts.server:
        case "vllm":
            return replace(facts, version=str(page("/version").get("version", "")))
        case "sglang":
            return of_sglang(facts, page("/get_server_info"))
        case "llamacpp":
            return of_llamacpp(facts, page("/props"))
        case "lmstudio":
            return of_lmstudio(facts, page("/api/v0/models"), name)
        case "unknown":
            return _of_pages(facts, page, name)
        case "ollama":
            return _of_ollama(facts, page, name)
        case _:
            return facts


def of_models(status: int, body: str, model: str | None, host: str) -> Facts:
    """From /v1/models, where most servers sign what they list. `status`: 0 where nothing came in time."""
    named = next((name for tail, name in HOSTS.items() if host == tail or host.endswith("." + tail)), "unknown")
    if status in (401, 403):
        return Facts(named, listed="key")
    if status == 0:
        return Facts(named, listed="late")
    value = parsed(body.encode(errors="replace")) if status == 200 else None
    listed: Any = cast(dict[str, Any], value).get("data") if isinstance(value, dict) else None
    if not isinstance(listed, list):
        return Facts(named)
    entries = [cast(dict[str, Any], each) for each in listed if isinstance(each, dict)]
    mine = next((each for each in entries if each.get("id") == model), entries[0] if entries else {})
    owner = str(mine.get("owned_by", ""))
    server = named if named != "unknown" else OWNERS.get(owner, "unknown")
    grammars: Any = mine.get("grammars") or ()
    return Facts(
        server,
        str(mine.get("version", "")),
        tuple(str(each["id"]) for each in entries if each.get("id")),
        _whole(mine.get("max_model_len") or mine.get("context_length")),
        pictures=_whole(mine.get("pictures")),
        picture_px=_whole(mine.get("picture_px")),
        grammars=tuple(str(each) for each in grammars) if isinstance(grammars, list) else (),
        listed="yes",
    )


def of_llamacpp(facts: Facts, props: dict[str, Any]) -> Facts:
    """From /props. A llama.cpp built with LLAMA_LLGUIDANCE does not say so: a grammar is tried."""
    settings: dict[str, Any] = props.get("default_generation_settings") or {}
    modalities: dict[str, Any] = props.get("modalities") or {}
    return replace(
        facts,
        server="llamacpp",
        version=str(props.get("build_info", "")),
        context=_whole(settings.get("n_ctx") or props.get("n_ctx")) or facts.context,
        sees=bool(modalities["vision"]) if "vision" in modalities else None,
    )


def of_sglang(facts: Facts, info: dict[str, Any]) -> Facts:
    """From /get_server_info. Its `ebnf` is Lark only where the backend is llguidance."""
    return replace(
        facts,
        server="sglang",
        version=str(info.get("version", "")),
        context=_whole(info.get("context_length")) or facts.context,
        grammars=("lark",) if info.get("grammar_backend") == "llguidance" else (),
    )


def of_lmstudio(facts: Facts, listing: dict[str, Any], model: str) -> Facts:
    """From /api/v0/models: type "vlm" sees; the context it was loaded with, not the one that it could have."""
    entries = cast(list[dict[str, Any]], listing.get("data") or [])
    mine = next((each for each in entries if each.get("id") == model), {})
    if not mine:
        return facts
    return replace(
        facts,
        server="lmstudio",
        context=_whole(mine.get("loaded_context_length")) or facts.context,
        sees=mine.get("type") == "vlm",
        calls="tool_use" in mine["capabilities"] if isinstance(mine.get("capabilities"), list) else None,
    )


def of_ollama(facts: Facts, version: str, show: dict[str, Any], running: dict[str, Any], model: str) -> Facts:
    """From /api/version, /api/show and /api/ps.

    The context in `model_info` is what the model could have; it runs with num_ctx or the server's default,
    which /api/ps tells once it is loaded. What is longer is cut without a word.
    """
    abilities = show.get("capabilities")
    known = isinstance(abilities, list)
    told = re.search(r"(?m)^num_ctx\s+(\d+)", str(show.get("parameters", "")))
    entries = cast(list[dict[str, Any]], running.get("models") or [])
    loaded: dict[str, Any] = next((each for each in entries if model in (each.get("name"), each.get("model"))), {})
    return replace(
        facts,
        server="ollama",
        version=version,
        context=_whole(loaded.get("context_length")) or (int(told[1]) if told else None),
        sees="vision" in cast(list[str], abilities) if known else None,
        calls="tools" in cast(list[str], abilities) if known else None,
    )


def _of_ollama(facts: Facts, page: Callable[..., dict[str, Any]], model: str) -> Facts:
    import json

    show = page("/api/show", json.dumps({"model": model}).encode())
    return of_ollama(facts, str(page("/api/version").get("version", "")), show, page("/api/ps"), model)


def _of_pages(facts: Facts, page: Callable[..., dict[str, Any]], model: str) -> Facts:
    """A server that does not sign its list. Ollama's owner is the account that a model was pulled from; the
    page that lists a FastAPI program's own paths tells `transformers serve` from others."""
    if version := page("/api/version").get("version"):
        return replace(_of_ollama(facts, page, model), version=str(version))
    described = page("/openapi.json")
    if "/load_model" in (described.get("paths") or {}):
        return replace(facts, server="transformers")
    return facts


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
