"""Reads the JSON of real replies: tolerant about wrapping, strict about values. Nothing is ever evaluated.

What is mended was seen in real replies (fences, a missing end tag, an unescaped quote, a stray brace, words
around it); a coordinate is never mended.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from screenwright.tools.errors import BadReply

END_MARKS = re.compile(r"(?:<\|(?:im_end|endoftext|eot_id)\|>|</s>)\s*$")
FENCE = re.compile(r"```[a-zA-Z]*\n?|```")


def answer_part(text: str) -> tuple[str, str]:
    """(thinking, the rest): what stands before the last `</think>` is thinking, tool calls in it included."""
    while END_MARKS.search(text):
        text = END_MARKS.sub("", text)
    thinking, mark, rest = text.rpartition("</think>")
    if not mark and "<think>" in text:
        raise BadReply("the reply ends within its thinking; think less, then answer", text)
    return thinking.replace("<think>", "").strip(), rest.strip()


def objects(text: str) -> list[dict[str, Any]]:
    """Every JSON object at the top of `text`, in order; what is no object is passed over."""
    return list(_objects(FENCE.sub("", text)))


def _objects(text: str) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder(strict=False)  # a raw line feed within a string is taken as one
    at = text.find("{")
    while at != -1:
        value, end = _decoded(decoder, text, at)
        if isinstance(value, dict):
            yield cast(dict[str, Any], value)
            at = text.find("{", end)
        else:
            at = text.find("{", at + 1)


def _decoded(decoder: json.JSONDecoder, text: str, at: int) -> tuple[Any, int]:
    try:
        return decoder.raw_decode(text, at)
    except (ValueError, RecursionError):
        pass
    end = _end_of_object(text, at)
    for mended in _mended(text[at:end]):
        try:
            return json.loads(mended, strict=False), end
        except (ValueError, RecursionError):
            continue
    return None, at + 1


def _end_of_object(text: str, at: int) -> int:
    """Where the tool call or the line of the object that begins at `at` ends."""
    ends = [found for mark in ("</tool_call>", "<tool_call>") if (found := text.find(mark, at)) != -1]
    return min(ends, default=len(text))


def _mended(text: str) -> Iterator[str]:
    text = text.strip()
    yield _quoted(text)
    if text.startswith("{{"):
        yield _quoted(text[1:])
    missing = text.count("{") - text.count("}")
    if 0 < missing <= 3:
        yield _quoted(text + "}" * missing)
    if missing < 0:
        yield _quoted(text[: text.rfind("}")].rstrip())


def _quoted(text: str) -> str:
    """Quotation marks within a string get their backslash: a string ends only where structure follows."""
    out: list[str] = []
    inside = False
    skip = False
    for place, char in enumerate(text):
        if skip:
            skip = False
        elif char == "\\":
            skip = inside
        elif char == '"':
            if not inside:
                inside = True
            elif _ends_here(text, place + 1):
                inside = False
            else:
                out.append("\\")
        out.append(char)
    return "".join(out)


_NEXT = re.compile(r'\s*(?:[}\]]|$|:\s*["\[{\d-]|:\s*(?:true|false|null)|,\s*["\[{\d-])')


def _ends_here(text: str, after: int) -> bool:
    """`, "` also stands within spoken text: there only a key, `"name":`, or a list's next item goes on."""
    if not _NEXT.match(text, after):
        return False
    comma = re.match(r'\s*,\s*"', text[after:])
    if comma is None:
        return True
    return bool(re.match(r'[^"\\]{0,60}"\s*[:,\]]', text[after + comma.end() :]))


def number(value: object, name: str) -> float:
    """A finite number, also as text ("512"); BadReply for all else, true and 1e999 included."""
    if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,7}(?:\.\d{1,6})?\s*", value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e7 < value < 1e7:
        raise BadReply(f"{name} is {value!r}; it must be a number")
    return float(value)


def pair(value: object, name: str = "coordinate") -> tuple[float, float]:
    """Two numbers: a list of two, or text that is exactly such a list; a box of four means its middle."""
    if isinstance(value, str):
        found = re.fullmatch(r"\s*[\[(]?\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*[\])]?\s*", value)
        value = list(found.groups()) if found else value
    if not isinstance(value, list | tuple):
        raise BadReply(f"{name} is {value!r}; it must be [x, y]")
    items = cast("list[object]", list(value))
    if len(items) == 4:
        left, top, right, bottom = (number(item, name) for item in items)
        if left <= right and top <= bottom:
            return (left + right) / 2, (top + bottom) / 2
    if len(items) != 2:
        raise BadReply(f"{name} is {value!r}; it must be [x, y]")
    return number(items[0], name), number(items[1], name)
