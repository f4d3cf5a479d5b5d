"""JSON as models write it when nothing holds them to it: read by hand, once from left to right, never evaluated.

Mended is what was seen in real replies: a quotation mark within a text, single or curly ones around it, Python's
True, None and (x, y), a comma too many, a bare key, a wide colon, up to a few braces missing at the end. A number
is never mended, and a text whose end is not certain is refused: half of it would be typed.
"""

from __future__ import annotations

import re
from typing import Any

DEEPEST = 12
QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "＂": "＂"}
LISTS = {"[": "]", "［": "］", "(": ")", "（": "）", "【": "】"}
OPEN, CLOSE, COLON, COMMA = "{｛", "}｝", ":：", ",，"
ESCAPES = {'"': '"', "'": "'", "\\": "\\", "/": "/", "n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
WORDS = {"true": True, "True": True, "false": False, "False": False, "null": None, "None": None}

SPACE = re.compile(r"\s*")
RUNS = {mark: re.compile(f"[^\\\\{mark}]*") for mark in QUOTES.values()}
NUMBER = re.compile(r"-?\d{1,17}(?:\.\d{1,17})?(?:[eE][+-]?\d{1,3})?(?![\w.])")
BARE = re.compile(r"[A-Za-z_]\w{0,40}")
END = re.compile(r"\s*(?:\Z|</?tool_call>|```|<\|)")
KEY_ENDS = re.compile(r"\s*[:：]")
# A text ends where its object does, and that at the end of the call, or where a further key follows.
TEXT_ENDS = re.compile(
    r"\s*(?:\Z|</?tool_call>|```|<\||[}｝\]］](?:[}｝\]］]|\s)*?(?:\Z|</?tool_call>|```|<\||[,，]|\n))"
    r"|\s*[,，]\s*(?:[\"'“‘＂][\w .-]{1,60}[\"'”’＂]|[A-Za-z_]\w{0,40})\s*[:：]|\s*[,，]\s*[}｝]"
)
ITEM_ENDS = re.compile(r"\s*[\]］)）】]|\s*[,，]\s*[\"'“‘＂\d\[{\-\]]")
HOLDS_CALL = re.compile(r"[{｛]|[\"'”’＂]\s*[:：]")


class NotJson(ValueError):
    """What stands there is not near enough to JSON."""


def read_object(text: str, at: int) -> tuple[dict[str, Any], int]:
    """The object that begins at `at`, and where it ends. NotJson."""
    reader = _Reader(text, at)
    return reader.object(0), reader.at


class _Reader:
    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at

    def object(self, depth: int) -> dict[str, Any]:
        self._deeper(depth)
        found: dict[str, Any] = {}
        while True:
            char = self._next()
            if char and char in CLOSE:
                self.at += 1
                return found
            if found and self._over():
                return found
            key = self._string(KEY_ENDS) if char in QUOTES else self._bare()
            if self._next() not in tuple(COLON):
                raise NotJson("a key has no colon")
            self.at += 1
            value = self._value(depth, TEXT_ENDS)
            if found.get(key, value) != value:
                raise NotJson(f"{key} is given twice")
            found[key] = value
            if self._next() in tuple(COMMA):
                self.at += 1
            elif self._next() not in tuple(CLOSE) and not self._over():
                raise NotJson("a value has no end")

    def _list(self, depth: int) -> list[Any]:
        closing = LISTS[self.text[self.at]]
        self._deeper(depth)
        items: list[Any] = []
        while (char := self._next()) != closing:
            if not char:
                raise NotJson("a list has no end")
            items.append(self._value(depth, ITEM_ENDS))
            if self._next() in tuple(COMMA):
                self.at += 1
            elif self._next() != closing:
                raise NotJson("a list's item has no end")
        self.at += 1
        return items

    def _value(self, depth: int, ends: re.Pattern[str]) -> Any:
        char = self._next()
        if char in QUOTES:
            return self._string(ends)
        if char in LISTS:
            return self._list(depth + 1)
        if char and char in OPEN:
            return self.object(depth + 1)
        if match := NUMBER.match(self.text, self.at):
            if match.end() == len(self.text):
                raise NotJson("the text ends within a number, perhaps")
            self.at = match.end()
            return float(match[0]) if set(match[0]) & set(".eE") else int(match[0])
        word = self._bare()
        if word not in WORDS:
            raise NotJson(f"{word} is no value")
        return WORDS[word]

    def _string(self, ends: re.Pattern[str]) -> str:
        """Up to the first closing mark after which what must follow a text does follow."""
        closing = QUOTES[self.text[self.at]]
        self.at += 1
        out: list[str] = []
        while True:
            run = RUNS[closing].match(self.text, self.at)
            assert run is not None  # it may be empty
            out.append(run[0])
            self.at = run.end() + 1
            if self.at > len(self.text):
                raise NotJson("a text has no end")
            if self.text[self.at - 1] == "\\":
                out.append(self._escaped())
            elif not ends.match(self.text, self.at):
                out.append(closing)
            elif closing in out and HOLDS_CALL.search("".join(out)):
                raise NotJson("a text holds what may be a further key")
            else:
                return "".join(out)

    def _escaped(self) -> str:
        char = self.text[self.at : self.at + 1]
        self.at += 1
        if char == "u":
            code = self.text[self.at : self.at + 4]
            if not re.fullmatch(r"[0-9a-fA-F]{4}", code) or "d800" <= code.lower() <= "dfff":
                raise NotJson(f"\\u{code} is no character")
            self.at += 4
            return chr(int(code, 16))
        return ESCAPES.get(char, "\\" + char)  # a path such as C:\Users

    def _bare(self) -> str:
        match = BARE.match(self.text, self.at)
        if match is None:
            raise NotJson(f"{self.text[self.at : self.at + 1]!r} is not expected")
        self.at = match.end()
        return match[0]

    def _next(self) -> str:
        """The next character that is not white; "" at the end."""
        match = SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def _over(self) -> bool:
        return END.match(self.text, self.at) is not None

    def _deeper(self, depth: int) -> None:
        if depth > DEEPEST:
            raise NotJson(f"nested more than {DEEPEST} deep")
        self.at += 1
