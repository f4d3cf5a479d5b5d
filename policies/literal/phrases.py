"""What both languages need: quoted words kept whole while a sentence is taken apart, numbers, keys."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from screenwright.tools.errors import BadScript

# An apostrophe inside a word opens nothing: "don't". A closing one is followed by no letter, except that
# Chinese puts no space between a word and a quotation mark.
QUOTED = re.compile(
    r"“([^”]*)”|„([^“”]*)[“”]|«([^»]*)»|「([^」]*)」|『([^』]*)』|‘([^’]*)’|\"([^\"]*)\"|`([^`]*)`"
    r"|(?<![^\W\u3400-\u9fff])'((?:[^']|'(?=[^\W\u3400-\u9fff]))*)'(?![^\W\u3400-\u9fff])"
    r"|(?P<bare>\{\{[^{}]*\}\})"
)
OPEN, CLOSE = "\ue000", "\ue001"
MARK = re.compile(OPEN + r"(\d+)" + CLOSE)
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "毫秒": 0.001, "秒": 1, "分": 60}


class Unclear(ValueError):
    """Words that can't be taken for one thing; says which. Becomes a BadScript with its line."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence whose quoted parts stand as marks; `quotes[n]` is what the n-th mark stands for.

    `bare` are the numbers of the marks that are parameters without quotation marks.
    """

    text: str
    quotes: tuple[str, ...]
    bare: frozenset[int] = frozenset()

    @classmethod
    def of(cls, text: str) -> Sentence:
        quotes: list[str] = []
        bare: set[int] = set()

        def mark(match: re.Match[str]) -> str:
            if match["bare"]:
                bare.add(len(quotes))
            quotes.append(next(group for group in match.groups() if group is not None))
            return f"{OPEN}{len(quotes) - 1}{CLOSE}"

        clean = text.replace(OPEN, "").replace(CLOSE, "")
        return cls(QUOTED.sub(mark, clean), tuple(quotes), frozenset(bare))

    def part(self, text: str) -> Sentence:
        return replace(self, text=text.strip())

    def full(self, text: str | None = None) -> str:
        """The words with their quotes put back, without quotation marks; blanks inside of these stay."""
        words = (self.text if text is None else text).strip()
        return MARK.sub(lambda match: self.quotes[int(match[1])], words)

    def one(self, text: str) -> str:
        """The words of one thing. Unclear where words stand beside a quoted text: 'click "Save" twise'."""
        quoted = [int(match[1]) for match in MARK.finditer(text)]
        beside = MARK.sub(" ", text).strip(" .,:，。：")
        if set(quoted) - self.bare and (beside or len(quoted) > 1):
            raise Unclear(
                f"what is {beside!r} beside {self.quotes[quoted[0]]!r}? Quote the whole text of one thing, or"
                " nothing; a text with quotation marks in it goes into “…”"
            )
        return self.full(text)

    def said(self) -> str:
        """The words as a person wrote them, more or less: quoted parts in straight quotes."""
        return MARK.sub(lambda match: f'"{self.quotes[int(match[1])]}"', self.text).strip()

    def quoted(self, text: str) -> bool:
        """Is this part nothing but one quoted text?"""
        return bool(MARK.fullmatch(text.strip()))


def seconds(number: str, unit: str) -> float:
    """'30', 'seconds' -> 30.0"""
    word = unit.strip().lower()
    known = "ms" if word.startswith(("ms", "milli")) else word[:1]
    factor = UNITS.get(unit.strip()) or UNITS.get(unit.strip()[:1]) or UNITS.get(known, 1)
    return float(number) * factor


def not_understood(said: str, line: int, verbs: Sequence[str]) -> BadScript:
    """The error for words that are no step: the line, the words, the verbs that come nearest."""
    from rapidfuzz import fuzz, process

    first = said.split(maxsplit=1)[0] if said.split() else said
    hits = process.extract(first.lower(), verbs, scorer=fuzz.ratio, limit=3, score_cutoff=45)
    near = ", ".join(hit[0] for hit in hits) or ", ".join(verbs[:8])
    where = f"line {line}: " if line else ""
    return BadScript(f"{where}{said!r} is not understood; verbs that come near: {near} (see docs/scripts.md)")


def unclear(said: str, line: int, error: Unclear) -> BadScript:
    """The error for a step whose verb is known and whose other words are not."""
    where = f"line {line}: " if line else ""
    return BadScript(f"{where}{said!r}: {error} (see docs/scripts.md)")
