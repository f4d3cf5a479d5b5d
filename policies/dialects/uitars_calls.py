"""The calls in a reply of UI-TARS: `click(start_box='<|box_start|>(10,20)<|box_end|>')`, read without evaluating.

They look like Python and often are not: marks that a server took out, points in other brackets, a quotation mark
within a text, a wide colon, an end that is missing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from screenwright.policies.dialects.loose import short
from screenwright.tools.errors import BadReply

CALLS_MOST = 16
ACTION = re.compile(r"^[ \t]*(?:\*\*)?(?:Action|动作|操作)(?:\*\*)?[ \t]*[:：](?:\*\*)?[ \t]*", re.MULTILINE)
THOUGHT = re.compile(r"^[ \t]*(?:Thought|Reflection|Action_Summary|思考)[ \t]*[:：][ \t]*", re.MULTILINE)
CALL = re.compile(r"[ \t]*(?:pyautogui\.)?([A-Za-z_]{2,24})[ \t]*[(（]")
BARE_CALL = re.compile(
    r"^[ \t]*(?:```\w{0,20}\n[ \t]*)?[a-z]\w{1,24}[(（](?:[a-z]\w{1,15}[ \t]*=|[)）])", re.MULTILINE
)
NAME = re.compile(r"[\s,，]*([a-z_]{1,16})\s*=\s*")
CLOSED = re.compile(r"[\s,，]*[)）]")
# A quotation mark ends its text where the call ends, or its next argument begins.
ENDS = re.compile(
    r"\s*\Z|\s*[)）]\s*(?:\Z|\n|```|<\||;|Action\b|[a-z_]+\()|\s*[,，]\s*[a-z_]{1,16}\s*=\s*[\"'‘“(\[<\d]"
)
PLACE_ENDS = re.compile(r"\s*(?:\Z|\n|[)）,，])")
UNQUOTED = re.compile(r"[^,，)）\n'\"]{1,80}")
BOX = re.compile(r"(?:start|end)_(?:box|point)|point")
CLOSING = {"'": "'", '"': '"', "‘": "’", "“": "”", "＇": "＇"}
# A place whose quotation mark never ends: that of its own brackets must be there.
OPEN_PLACE = re.compile(r"(?:<\|?[a-z_]+\|?>)?\s*[\[(（<]?[\d.,，\s]{3,60}(?:[\])）]|<\|?/?[a-z_]+\|?>)+")
ESCAPES = {"n": "\n", "t": "\t", "'": "'", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Called:
    """One call. `start`, `end`: where it stands in the text; `closed`: its last bracket is there."""

    name: str
    arguments: dict[str, str]
    start: int
    end: int
    closed: bool = True


def calls(text: str) -> list[Called]:
    """Those after the first `Action:`, or at the beginning of a line. BadReply: the first can't be read."""
    label = ACTION.search(text) or BARE_CALL.search(text)
    if label is None:
        return []
    at = label.end() if label.re is ACTION else label.start()
    found: list[Called] = []
    while len(found) < CALLS_MOST and (begin := _begin(text, at, bool(found))) is not None:
        try:
            found.append(_call(text, begin))
        except BadReply:
            if not found:
                raise
            break
        at = found[-1].end
    return found


def _begin(text: str, at: int, further: bool) -> int | None:
    """Where the next call begins: at once, in a fence, or for a further one in a line of its own."""
    gap = re.compile(r"(?:[\s;`]|```\w*\n|Action\s*[:：])*" if further else r"\s*(?:```\w*\s*|`)?").match(text, at)
    at = gap.end() if gap else at
    return at if CALL.match(text, at) else None


def spans(text: str) -> list[tuple[int, int]]:
    try:
        return [(call.start, call.end) for call in calls(text)]
    except BadReply:
        return []


def _call(text: str, begin: int) -> Called:
    match = CALL.match(text, begin)
    assert match is not None
    name, at = match[1].lower(), match.end()
    arguments: dict[str, str] = {}
    while True:
        if closed := CLOSED.match(text, at):
            return Called(name, arguments, begin, closed.end())
        argument = NAME.match(text, at)
        if argument is None:
            if arguments and re.compile(r"[ \t`]*(?:\n|\Z)").match(text, at):  # the last bracket is missing
                return Called(name, arguments, begin, at, closed=False)
            raise BadReply(f"{name} can't be read from {short(text[at : at + 60])}; write {name}(name='value')")
        value, at = _value(text, argument.end(), name, argument[1])
        if arguments.get(argument[1], value) != value:
            raise BadReply(f"{name} has {argument[1]} twice")
        arguments[argument[1]] = value


def _value(text: str, at: int, name: str, argument: str) -> tuple[str, int]:
    mark = text[at : at + 1]
    if mark not in CLOSING:
        place = OPEN_PLACE.match(text, at) if BOX.fullmatch(argument) else None
        match = place or UNQUOTED.match(text, at)
        if match is None:
            raise BadReply(f"{name} has no value for {argument}")
        return match[0].strip(), match.end()
    closing, ends = CLOSING[mark], PLACE_ENDS if BOX.fullmatch(argument) else ENDS
    out: list[str] = []
    start, run = at, re.compile(rf"[^\\{closing}]*")
    at += 1
    while True:
        plain = run.match(text, at)
        assert plain is not None  # it may be empty
        out.append(plain[0])
        at = plain.end() + 1
        if at > len(text):
            break
        if text[at - 1] == "\\":
            char = text[at : at + 1]
            out.append(ESCAPES.get(char, "\\" + char))
            at += 1
        elif ends.match(text, at):
            return "".join(out), at
        else:
            out.append(closing)
    if BOX.fullmatch(argument) and (place := OPEN_PLACE.match(text, start + 1)):
        return place[0], place.end()
    raise BadReply(
        f"the {argument} of {name} has no end: {short(text[start : start + 60])}; close it with {closing})"
    )


def quoted(text: str) -> str:
    """A text as UI-TARS writes it."""
    for plain, escaped in (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(plain, escaped)
    return f"'{text}'"
