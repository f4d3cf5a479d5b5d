"""Finds what a reply calls for: tolerant about what is around it, strict about what it says. Nothing is evaluated.

Every search here ends soon, whatever a degenerate reply holds: a hundred thousand braces cost milliseconds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from screenwright.policies.dialects.lenient import read_object
from screenwright.tools.errors import BadReply

END_MARKS = ("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end|>", "<end_of_turn>", "</s>", "[EOS]")
TRIES = 24  # braces that begin something; a reply has one or a few
OBJECT = re.compile(r"[{｛]\s*(?:[\"'“‘＂}｝]|[A-Za-z_]\w{0,40}\s*[:：])")
# An envelope that is spoilt while what it holds is whole: {"name": "computer_use", "arguments" {...}
ENVELOPE = re.compile(
    r"[{｛]\s*[\"'“]?name[\"'”]?\s*[:：]?\s*[\"'“]?[\w.-]{1,40}[\"'”]?\s*[,，]?"
    r"\s*[\"'“]?(?:arguments|parameters)[\"'”]?\s*[:：]?\s*(?=[{｛])"
)
ECHOED = re.compile(r'\{"name": ?<function-name>, ?"arguments": ?<args-json-object>\}')
TAG = re.compile(r"</?tool_call>")

Spans = Callable[[str], list[tuple[int, int]]]


def trimmed(text: str) -> str:
    """Without the end marks that some servers leave at the end."""
    end = len(text)
    while True:
        while end and text[end - 1].isspace():
            end -= 1
        mark = next((mark for mark in END_MARKS if text.endswith(mark, 0, end)), None)
        if mark is None:
            return text[:end]
        end -= len(mark)


def answer_part(text: str, spans: Spans | None = None) -> tuple[str, str]:
    """(thinking, the rest): what stands before the last `</think>` is thinking, calls in it included.

    spans: where in a text calls stand; a mark within one is part of what is typed. Default: JSON objects.
    """
    text = trimmed(clean(text, len(text)))
    if "</think>" in text:
        held = (spans or object_spans)(text)
        end = len(text)
        while (at := text.rfind("</think>", 0, end)) != -1:
            if not any(start < at < stop for start, stop in held):
                return text[:at].replace("<think>", "").strip(), text[at + len("</think>") :].strip()
            end = at
    if text.lstrip().startswith("<think>"):
        raise BadReply("the reply ends within its thinking; think less, then answer", text)
    return "", text.strip()


@dataclass(frozen=True, slots=True)
class Found:
    """The JSON objects of a text, up to the first that can't be read. `broken`: how that one begins.
    `rest`: what stands after the last one that was read."""

    objects: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    broken: str = ""
    rest: str = ""


def objects(text: str) -> Found:
    """In order; what is no object is passed over. What comes after one that can't be read is not looked at:
    it was decided on as the second step, or it stands within the first."""
    found: list[dict[str, Any]] = []
    end = 0
    for start, stop, value in _scan(text):
        if value is None:
            return Found(found, text[start : start + 120], text[end:])
        found.append(value)
        end = stop
    return Found(found, "", text[end:])


def call_objects(text: str) -> Found:
    """The same, of what stands in and after the first `<tool_call>`; without any there, of the whole text."""
    text = ECHOED.sub("", text)
    tag = text.find("<tool_call>")
    if tag > 0:
        after = objects(text[tag:])
        if after.objects or after.broken:
            return after
    return objects(text)


def object_spans(text: str) -> list[tuple[int, int]]:
    return [(start, stop) for start, stop, value in _scan(text) if value is not None]


def _scan(text: str) -> Iterator[tuple[int, int, dict[str, Any] | None]]:
    """(start, end, object or None) of all that begins like an object."""
    at = 0
    for _ in range(TRIES):
        match = OBJECT.search(text, at)
        if match is None:
            return
        start = match.start()
        value, at = _decoded(text, start)
        if value is None:
            tag = TAG.search(text, start)
            at = tag.end() if tag else len(text)
        yield start, at, value


def _decoded(text: str, at: int) -> tuple[dict[str, Any] | None, int]:
    """The object that begins at `at`, or what its spoilt envelope holds; what is exact before what is mended."""
    envelope = ENVELOPE.match(text, at)
    for read in (STRICT.raw_decode, read_object):
        for begin in (at, envelope.end()) if envelope else (at,):
            try:
                value, end = read(text, begin)
                json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair can be typed by nobody
                return cast(dict[str, Any], value), end
            except (ValueError, RecursionError):  # a number of 5,000 digits is a ValueError, too
                continue
    return None, at


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are there once: of two places for a click none is right."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found and found[key] != value:
            raise ValueError(f"{key} is given twice")
        found[key] = value
    return found


STRICT = json.JSONDecoder(strict=False, object_pairs_hook=_once)  # a raw line feed within a text is taken as one


def short(value: object, most: int = 120) -> str:
    """A value in a message: one line, not long, and no character that can't be written to a file."""
    if isinstance(value, str):
        value = value[: most * 4]
    words = " ".join((repr(value) if not isinstance(value, str) else value).split())
    words = words if len(words) <= most else words[: most - 3] + "..."
    return repr(words) if isinstance(value, str) else words


def clean(text: str, most: int = 4000) -> str:
    """Words of a model, fit for a file: halves of surrogate pairs become question marks."""
    return text[:most].encode("utf-8", "replace").decode("utf-8")
