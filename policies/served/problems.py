"""What a server's error means, in plain words. Pure: from status, headers and body to a `Problem`.

The wordings are those that the servers use; `tests/test_served_problems.py` has them as they were recorded.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from typing import Any, cast

from screenwright.policies.served.answers import parsed
from screenwright.policies.served.errors import (
    NoPictures,
    PictureTooLarge,
    QuotaSpent,
    RateLimited,
    RequestRefused,
    ServerFailed,
    ServerStarting,
    TooManyPictures,
    UnknownModel,
    WrongKey,
    WrongUrl,
)
from screenwright.tools.errors import ModelLost, TooLong


@dataclass(frozen=True, slots=True)
class Problem:
    """One failed request.

    `error`: what it becomes where nothing helps. `said`: the server's words. `fix`: what a person can do.
    `again`: whether it is worth sending once more. `field`: the optional field of the request that the server
    won't have. `limit`: the number it named (context in tokens, pictures a request, pixels a picture).
    """

    error: type[ModelLost]
    said: str
    fix: str = ""
    again: bool = False
    retry_after_s: float | None = None
    field: str = ""
    limit: int | None = None
    status: int | None = None


CONTEXT = re.compile(
    r"maximum context length|maximum model length|context[_ ]length[_ ]exceeded|exceed_context_size"
    r"|exceeds? the (available )?context|context size has been exceeded|exceed(s|ed) (the )?max(imum)? context"
    r"|longer than the model's context length|exceeds? (the )?(model's )?context (length|window)"
    r"|range of input length should be|reduce the length of the (messages|input)|prompt is too long"
    r"|greater than the context length|when context the overflows|input is too long"
    r"|too long to fit into the model",
    re.IGNORECASE,
)
CONTEXT_TOKENS = re.compile(
    r"(?:context length(?: is| of)?(?: only)?|model length of|context size \(|context length \("
    r"|length should be \[1, ?|\"?n_ctx\"?:?|context window of|context length of only)\s*\(?(\d[\d,]*)",
    re.IGNORECASE,
)
COUNT = re.compile(
    r"at most \d+ image|(?:maximum|max|limit)[^.]{0,40}?images?[^.\d]{0,30}\d|too many (?:images|pictures)"
    r"|number of images? .{0,30}exceed",
    re.IGNORECASE,
)
COUNTED = re.compile(r"at most (\d+) image|(?:maximum|max|limit)[^.\d]{0,60}(\d+)", re.IGNORECASE)
LARGE = re.compile(
    r"image (?:is |file )?(?:size )?too (?:large|big)|image length and width"
    r"|image (?:size|dimensions?|resolution)s? (?:exceed|must|should)|exceeds?.{0,30}\bpixels"
    r"|maximum .{0,20}pixels|multimodal file size is too large",
    re.IGNORECASE,
)
PIXELS = re.compile(r"(\d[\d,]{3,}) pixels", re.IGNORECASE)
BLIND = re.compile(
    r"not a multimodal model|image input is not supported|does not support (?:image|vision)|mmproj"
    r"|missing data required for image input|at most 0 image|unknown (?:variant|content type)[^.]*image_url"
    r"|content type 'image_url' is not supported|images? (?:are|is) not supported",
    re.IGNORECASE,
)
MODEL = re.compile(
    r"model[^.]{0,200}?(?:does not exist|not found|not exist|not loaded)|no such model|unknown model"
    r"|model_not_found|server is pinned to|model .{0,200}? not found|failed to load model|invalid model",
    re.IGNORECASE,
)
QUOTA = re.compile(
    r"insufficient_quota|exceeded your current quota|arrearage|overdue|insufficient.{0,10}balance|billing"
    r"|free tier .{0,30}exhausted|credit",
    re.IGNORECASE,
)
LOADING = re.compile(
    r"loading model|model is (?:still )?loading|is (?:starting|warming) up|not ready", re.IGNORECASE
)
ALTERNATE = re.compile(r"roles must alternate|alternate user/assistant", re.IGNORECASE)
REFUSAL = re.compile(
    r"not (?:yet )?support|unsupported|unexpected|unknown|unrecognized|extra (?:inputs|fields)|not permitted"
    r"|invalid|should be|requires? |not allowed|cannot|can't|not available|must be set"
    r"|failed to (?:parse|compile)|does not support",
    re.IGNORECASE,
)
# What a server calls a field of ours other than by its name.
ALSO_CALLED = {
    "tools": r"\btools?\b|tool[_ -]choice|tool-call-parser|function call",
    "response_format": r"response_format|json_schema|structured output|json mode|invalid schema",
    "grammar": r"grammar|llguidance|lark",
    "structured_outputs": r"structured_outputs|guided|grammar|lark|structured output",
    "guided_grammar": r"guided|grammar",
    "guided_json": r"guided|json_schema",
    "ebnf": r"ebnf|grammar",
}


def read(status: int, headers: Mapping[str, str], body: str, fields: Collection[str] = ()) -> Problem:
    """Args: `headers` by lower-case name; `fields`: the optional fields that the request had."""
    said = words(body)
    retry_after = retry_after_s(headers)
    if "html" in headers.get("content-type", "") or body.lstrip()[:15].lower().startswith(("<!doctype", "<html")):
        again = status in (429, 500, 502, 503, 504, 520, 522, 529)
        if again:
            return Problem(ServerFailed, f"a gateway's page, {said!r}", "", True, retry_after, status=status)
        return Problem(WrongUrl, f"a web page, {said!r}", WRONG_URL, status=status)
    if status in (400, 404, 413, 422, 500) and (problem := _named(status, said, body, fields)):
        return problem
    match status:
        case 401 | 403:
            return Problem(WrongKey, said, "give the right key with api_key=", status=status)
        case 402:
            return Problem(QuotaSpent, said, QUOTA_FIX, status=status)
        case 429 if QUOTA.search(said + body):
            return Problem(QuotaSpent, said, QUOTA_FIX, status=status)
        case 429:
            return Problem(
                RateLimited, said, "ask less often, or for a higher limit", True, retry_after, status=status
            )
        case 503 if LOADING.search(said):
            return Problem(ServerStarting, said, "wait until it has loaded", True, retry_after, status=status)
        case 408 | 409 | 500 | 502 | 503 | 504 | 529:
            return Problem(ServerFailed, said, "look at the server's log", True, retry_after, status=status)
        case 404 | 405 | 301 | 302 | 307 | 308:
            there = headers.get("location")
            return Problem(
                WrongUrl, said or "nothing", f"it says: go to {there}" if there else WRONG_URL, status=status
            )
        case _ if status >= 500:
            return Problem(ServerFailed, said, "look at the server's log", status=status)
        case _:
            return Problem(RequestRefused, said, field=refused_field(said, fields), status=status)


WRONG_URL = "give the address of the API, which mostly ends in /v1: http://127.0.0.1:11434/v1"
QUOTA_FIX = "pay for more with the provider, or use another model"


def _named(status: int, said: str, body: str, fields: Collection[str]) -> Problem | None:
    """What the message itself tells, whatever its status."""
    text = said if said in body else f"{said} {body}"
    if QUOTA.search(said) and status != 500:
        return Problem(QuotaSpent, said, QUOTA_FIX, status=status)
    if CONTEXT.search(text):
        return Problem(TooLong, said, limit=_number(CONTEXT_TOKENS, text + body), status=status)
    if BLIND.search(text):
        fix = "serve a model that sees (with llama.cpp: start it with --mmproj)"
        return Problem(NoPictures, said, fix, status=status)
    if COUNT.search(text):
        fix = "keep fewer, or raise the server's limit (vLLM: --limit-mm-per-prompt.image 16)"
        return Problem(TooManyPictures, said, fix, limit=_number(COUNTED, text), status=status)
    if status == 413 and not LARGE.search(text):
        fix = "the request's bytes are too many for a proxy between; raise its limit (nginx: client_max_body_size)"
        return Problem(TooLong, said, fix, status=status)
    if LARGE.search(text):
        return Problem(PictureTooLarge, said, "give smaller pictures", limit=_number(PIXELS, text), status=status)
    if status != 500 and not refused_field(said, fields) and MODEL.search(text):
        return Problem(UnknownModel, said, status=status)
    return None


def refused_field(said: str, fields: Collection[str]) -> str:
    """The optional field that a refusal is about; "" where it names none that was sent.

    "roles": the messages must alternate between user and assistant.
    """
    if ALTERNATE.search(said):
        return "roles"
    if not REFUSAL.search(said):
        return ""
    for name in sorted(fields, key=len, reverse=True):
        if re.search(rf"(?<![a-z_]){re.escape(name)}(?![a-z_])", said, re.IGNORECASE):
            return name
    for name in fields:
        if name in ALSO_CALLED and re.search(ALSO_CALLED[name], said, re.IGNORECASE):
            return name
    return ""


def words(body: str) -> str:
    """The message within an error's body: {"error": {"message": ...}} and the shapes that others use."""
    value: Any = parsed(body.encode(errors="replace"))
    for name in ("error", "message", "detail", "msg"):
        if isinstance(value, dict) and value.get(name):
            value = cast(dict[str, Any], value)[name]
    if isinstance(value, dict):
        value = cast(dict[str, Any], value).get("message") or value
    if isinstance(value, list) and value and isinstance(value[0], dict):
        # FastAPI's own validation: a list of {"loc": ["body", "top_k"], "msg": "extra fields not permitted"}.
        issues = cast(list[dict[str, Any]], value)
        value = "; ".join(f"{'.'.join(map(str, each.get('loc', ())))}: {each.get('msg', '')}" for each in issues)
    text = value if isinstance(value, str) else body if value is None else str(value)
    if "<" in text:
        text = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]*>", " ", text)
    text = " ".join(text.split())
    return text if len(text) <= 400 else text[:400] + "..."


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that Retry-After asks for: a number, or a date; None where there is none that makes sense."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        if re.fullmatch(r"\d+(\.\d+)?", value):
            return float(value) / unit
        if value and unit == 1.0:
            try:
                return max(0.0, parsedate_to_datetime(value).timestamp() - time())
            except (ValueError, TypeError):
                return None
    return None


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    digits = next((group for group in found.groups() if group), None) if found else None
    return int(digits.replace(",", "")) if digits and digits.replace(",", "").isdigit() else None
