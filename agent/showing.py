"""From inputs to what a model is shown: pieces that are made when their turn comes, with a name and a price.

A document of 300 pages is 300 pieces, and never more of them in memory than go into one conversation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from screenwright.policies.chat import Clip, Part, Picture
from screenwright.tools.geometry import Size
from screenwright.tools.inputs.fitting import fitted, token_count
from screenwright.tools.inputs.kinds import BadInput, Document, Film, Input, Page, Still, Words
from screenwright.tools.observation import Pixels

MARKS = re.compile(r"<\|([A-Za-z_]{1,40})\|>")
FILM_PICTURES = 8
"""A film may cost as much as so many pictures."""
STAMP_TOKENS = 10
"""What the time of two frames costs in words."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is shown of one input.

    `parts`: text, Picture, Clip, as a Turn holds them. `group`: the input's name; `place`: a page's number,
    or the first and last line of a part of a text. `warnings`: what a person must know.
    """

    label: str
    group: str
    parts: tuple[Part, ...]
    tokens: int
    place: int | tuple[int, int] | None = None
    warnings: tuple[str, ...] = ()

    @property
    def pictures(self) -> int:
        return sum(not isinstance(part, str) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Shown:
    """An input as pieces. `total`: pages or lines there are; `unit`: what they are called. `long`: it may be
    read part by part, where a single picture is always shown."""

    name: str
    pieces: Callable[[], Iterator[Piece]]
    total: int = 1
    unit: str = ""
    long: bool = False


def shown(inputs: Sequence[Input], tokens: int, text_tokens: int) -> list[Shown]:
    """Inputs as pieces. `tokens`: a picture's budget; `text_tokens`: of a part of a text."""
    held: list[Shown] = []
    pictures = sum(isinstance(each, Still) for each in inputs)
    number = 0
    for each, name in zip(inputs, _names(inputs), strict=True):
        match each:
            case Still():
                number += 1
                label = "" if len(inputs) == 1 else f"Picture {number}: {name}" if pictures > 1 else name
                held.append(_still(each, name, label, tokens))
            case Film():
                held.append(_film(each, name, tokens))
            case Words():
                held.append(_words(each, name, text_tokens))
            case _:
                held.append(_document(each, name, tokens))
    return held


def _names(inputs: Sequence[Input]) -> list[str]:
    """Each its own, so that two scan.pdf of two folders are two: the second becomes "scan.pdf (2)"."""
    names: list[str] = []
    for each in inputs:
        name, number = harmless(each.name), 1
        while name in names:
            number += 1
            name = f"{harmless(each.name)} ({number})"
        names.append(name)
    return names


def price(text: str) -> int:
    """Tokens of a text, rather too many: three bytes a token suits English, and Chinese at a letter each."""
    return len(text.encode("utf-8", "replace")) // 3 + 1


def harmless(text: str) -> str:
    """A page that writes a model's own marks, such as the end of a turn, must not end the turn."""
    return MARKS.sub(r"< |\1|>", text)


def _still(still: Still, name: str, label: str, tokens: int) -> Shown:
    def pieces() -> Iterator[Piece]:
        pixels = fitted(still.pixels, tokens, name)
        words = f"{label}\n" if label else ""
        yield Piece(label or name, name, (words, Picture(pixels), "\n"), _cost(pixels) + price(words))

    return Shown(name, pieces)


def _film(film: Film, name: str, tokens: int) -> Shown:
    """Fitted so that a long film costs no more than FILM_PICTURES pictures; two frames share their tokens."""

    def pieces() -> Iterator[Piece]:
        pairs = math.ceil(len(film.frames) / 2)
        each = min(tokens, max(16, FILM_PICTURES * tokens // pairs))
        frames = tuple(fitted(frame, each, name) for frame in film.frames)
        words = f"Film: {name}, {len(frames)} frames of {film.length_s:.1f} s\n"
        words += f"{harmless(film.caption)}\n" if film.caption else ""
        cost = pairs * (_cost(frames[0]) + STAMP_TOKENS) + price(words)
        parts = (words, Clip(frames, film.seconds), "\n")
        yield Piece(f"{name} ({film.length_s:.1f} s)", name, parts, cost, warnings=film.notes)

    return Shown(name, pieces)


def _document(document: Document, name: str, tokens: int) -> Shown:
    def pieces() -> Iterator[Piece]:
        for number in document.numbers:
            label = f"{name}, page {number}"
            try:
                page = document.page(number)
            except BadInput as error:
                yield Piece(label, name, (), 0, None, (str(error),))
                continue
            yield _page(page, label, name)

    return Shown(name, pieces, document.total, "page", long=len(document.numbers) > 1)


def _page(page: Page, label: str, group: str) -> Piece:
    layer = f"\nThe text of this page as the file holds it:\n{harmless(page.text)}\n" if page.text else "\n"
    words = f"{label}\n"
    cost = _cost(page.pixels) + price(words) + price(layer)
    return Piece(label, group, (words, Picture(page.pixels), layer), cost, page.number)


def _words(words: Words, name: str, text_tokens: int) -> Shown:
    lines = harmless(words.text).split("\n")

    def pieces() -> Iterator[Piece]:
        for first, last in _blocks(lines, text_tokens):
            whole = (first, last) == (1, len(lines))
            label = name if whole else f"{name}, lines {first}-{last}"
            text = "\n".join(lines[first - 1 : last])
            # a line that is longer than a part, such as a JSON file's
            for at in range(0, max(len(text), 1), text_tokens) if first == last else [0]:
                part = text[at : at + text_tokens] if first == last else text
                said = f"{label}\n{part}\n"
                yield Piece(label, name, (said,), price(said), (first, last))

    return Shown(name, pieces, len(lines), "line", long=price(words.text) > text_tokens // 2)


def _blocks(lines: Sequence[str], tokens: int) -> Iterator[tuple[int, int]]:
    """First and last number of lines that cost so many tokens together."""
    first, cost = 1, 0
    for number, line in enumerate(lines, 1):
        adds = price(line)
        if cost and cost + adds > tokens:
            yield first, number - 1
            first, cost = number, 0
        cost += adds
    yield first, len(lines)


def _cost(pixels: Pixels) -> int:
    height, width = pixels.shape[:2]
    return token_count(Size(width, height))


def labels(pieces: Sequence[Piece]) -> str:
    """Names of what is shown together: "doc.pdf, pages 3-9"."""
    said: list[str] = []
    for group in dict.fromkeys(piece.group for piece in pieces):
        mine = [piece for piece in pieces if piece.group == group]
        pages = [piece.place for piece in mine if isinstance(piece.place, int)]
        if len(pages) > 1:
            said.append(f"{group}, pages {ranges(pages)}")
        else:
            said += dict.fromkeys(piece.label for piece in mine)
    return "; ".join(said)


def ranges(places: Sequence[int | tuple[int, int]]) -> str:
    """1, 2, 3, 7 as "1-3, 7"; blocks of lines that follow each other as one."""
    spans: list[list[int]] = []
    for place in places:
        first, last = place if isinstance(place, tuple) else (place, place)
        if spans and first == spans[-1][1] + 1:
            spans[-1][1] = last
        else:
            spans.append([first, last])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
