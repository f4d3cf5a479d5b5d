"""What both languages need: quoted words kept whole while a sentence is taken apart, numbers, keys."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from screenwright.tools import keys
from screenwright.tools.errors import BadAction, BadScript

# An apostrophe inside a word opens nothing: "don't". A closing one is followed by no letter.
QUOTED = re.compile(
    r"“([^”]*)”|„([^“”]*)[“”]|«([^»]*)»|「([^」]*)」|『([^』]*)』|‘([^’]*)’|\"([^\"]*)\"|`([^`]*)`"
    r"|(?<!\w)'((?:[^']|'(?=\w))*)'(?!\w)|(\{\{[^{}]*\}\})"
)
OPEN, CLOSE = "\ue000", "\ue001"
MARK = re.compile(OPEN + r"(\d+)" + CLOSE)
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "毫秒": 0.001, "秒": 1, "分": 60}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence whose quoted parts stand as marks; `quotes[n]` is what the n-th mark stands for."""

    text: str
    quotes: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Sentence:
        quotes: list[str] = []

        def mark(match: re.Match[str]) -> str:
            quotes.append(next(group for group in match.groups() if group is not None))
            return f"{OPEN}{len(quotes) - 1}{CLOSE}"

        clean = text.replace(OPEN, "").replace(CLOSE, "")
        return cls(QUOTED.sub(mark, clean), tuple(quotes))

    def part(self, text: str) -> Sentence:
        return Sentence(text.strip(), self.quotes)

    def full(self, text: str | None = None) -> str:
        """The words with their quotes put back, without quotation marks."""
        return MARK.sub(lambda match: self.quotes[int(match[1])], self.text if text is None else text).strip()

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


def chord(text: str, quoted: bool) -> tuple[str, ...] | None:
    """Key names for 'Ctrl+S', 'Page Down', 'a'; None for what is no key, or is quoted and no chord.

    What is quoted stands on the screen, so `press "Enter"` clicks Enter; `press "Ctrl+S"` can only be keys.
    """
    text = text.strip()
    parts = _parts(text)
    if quoted and len(parts) < 2:
        return None
    known = [keys.known(part) for part in parts]
    if not parts or any(name is None for name in known):
        return None
    return tuple(name for name in known if name is not None)


def refuse_unknown_keys(text: str, line: int) -> None:
    """BadScript for 'Ctrl+Bogus': a label with a plus after the name of a modifier is a slip of the pen."""
    parts = _parts(text.strip())
    if len(parts) > 1 and keys.known(parts[0]) in keys.MODIFIERS:
        for part in parts:
            try:
                keys.canonical(part)
            except BadAction as error:
                where = f"line {line}: " if line else ""
                raise BadScript(f"{where}press {text!r}: {error}") from None


def _parts(text: str) -> Sequence[str]:
    if text in ("+", "-"):
        return [text]
    plus = [part.strip() for part in re.split(r"\s*\+\s*(?=.)", text)]
    if len(plus) > 1:
        return plus
    dash = text.split("-")
    if len(dash) > 1 and keys.known(dash[0].strip()) in keys.MODIFIERS:
        return [part.strip() for part in dash]
    return [text]


def not_understood(said: str, line: int, verbs: Sequence[str]) -> BadScript:
    """The error for words that are no step: the line, the words, the verbs that come nearest."""
    from rapidfuzz import fuzz, process

    first = said.split(maxsplit=1)[0] if said.split() else said
    hits = process.extract(first.lower(), verbs, scorer=fuzz.ratio, limit=3, score_cutoff=45)
    near = ", ".join(hit[0] for hit in hits) or ", ".join(verbs[:8])
    where = f"line {line}: " if line else ""
    return BadScript(f"{where}{said!r} is not understood; verbs that come near: {near} (see docs/scripts.md)")
