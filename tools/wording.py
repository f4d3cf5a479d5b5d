"""How alike two texts are to a person who names something on a screen.

OCR drops spaces, takes I for l and adds a dot; people drop the colon and the case. All that is forgiven.
What makes another thing of it is not: a digit, a negation ("Select all", "Deselect all"), a short word.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

EXACT, ALIKE, PART, CLOSE = 4, 3, 2, 1
"""The same; the same but for case, spaces, punctuation at the end; whole words of a longer text; some
letters differ. A better kind wins over any number of worse ones."""

_TRAILING = " \t:：.。…*＊,，;；›»>"
_LEADING = " \t*•·–-›»>"
_NEGATIONS = ("un", "de", "dis", "in", "im", "non", "re", "ir", "不", "取消", "未", "非", "反")
_TWINS = str.maketrans(
    {
        "0": "o",
        "1": "l",
        "|": "l",
        "i": "l",
        "!": "l",
        "5": "s",
        "$": "s",
        "8": "b",
        "二": "=",
        "一": "-",
        "十": "+",
    }
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a text answers to what is wanted; `first`, `last` say which characters do (for whole words)."""

    kind: int
    score: float
    first: int = 0
    last: int = 0


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Case, widths, spaces, ellipses, accelerator marks and punctuation at the ends taken away."""
    text = unicodedata.normalize("NFKC", text.replace("…", " ")).casefold().replace("_", " ")
    text = text.replace("’", "'").replace("“", '"').replace("”", '"')
    text = re.sub(r"(?<=[\u2e80-\U0003ffff])\s*\(&?[a-z0-9]\)", "", text)  # 文件(F)
    text = text.replace("&&", "\0").replace("&", "").replace("\0", "&") if text.startswith("&") else text
    return " ".join(text.strip(_LEADING + _TRAILING).split()) or " ".join(text.split())


@lru_cache(maxsize=4096)
def squeezed(text: str) -> str:
    """Folded, without any space."""
    return folded(text).replace(" ", "")


def likeness(wanted: str, seen: str) -> Likeness | None:
    """None when no person would call `seen` by the name `wanted`."""
    if not seen or not wanted:
        return None
    whole = len(seen)
    if wanted.strip() == seen.strip():
        return Likeness(EXACT, 1.0, 0, whole)
    want, have = squeezed(wanted), squeezed(seen)
    if not want or not have:
        return None
    if want == have:
        close = 0.98 if folded(wanted) == folded(seen) else 0.96
        return Likeness(ALIKE, close, 0, whole)
    if part := _part(wanted, seen):
        share = len(want) / max(len(have), len(want))
        return Likeness(PART, 0.7 + 0.2 * min(1.0, share), *part)
    return _close(wanted, seen)


def _part(wanted: str, seen: str) -> tuple[int, int] | None:
    """Which characters of `seen` are `wanted` as whole words; Chinese knows no spaces, so any place will do."""
    words = folded(wanted).split()
    pattern = r"[\s_]*".join(re.escape(word) for word in words)
    start = r"(?<![^\W_])" if _spaced(words[0][0]) else ""
    end = r"(?![^\W_])" if _spaced(words[-1][-1]) else ""
    found = re.search(start + pattern + end, seen, re.IGNORECASE)
    return found.span() if found else None


def _close(wanted: str, seen: str) -> Likeness | None:
    from rapidfuzz.distance import OSA

    want, have = squeezed(wanted), squeezed(seen)
    if want.translate(_TWINS) == have.translate(_TWINS) and not (want.isdigit() or have.isdigit()):
        return Likeness(CLOSE, 0.66, 0, len(seen))
    if _digits(want) != _digits(have):
        return None
    allowed = _allowed(want)
    distance = OSA.distance(want, have, score_cutoff=allowed)
    if distance > allowed or _negated(folded(wanted), folded(seen)):
        return None
    return Likeness(CLOSE, 0.65 * (1 - distance / max(len(want), len(have))), 0, len(seen))


def _allowed(text: str) -> int:
    """Letters that may differ. A wide character says as much as three narrow ones."""
    if any(not _spaced(c) for c in text):
        return 0 if len(text) < 4 else 1 if len(text) < 8 else 2
    return 0 if len(text) < 5 else 1 if len(text) < 10 else 2 if len(text) < 16 else 3


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _negated(wanted: str, seen: str) -> bool:
    """Does one say the opposite of the other ("check" and "uncheck", 选中 and 取消选中)?"""
    left, right = set(wanted.split()), set(seen.split())
    pairs = [(a, b) for a in left - right for b in right - left]
    return any(
        longer == negation + shorter
        for a, b in pairs
        for longer, shorter in ((a, b), (b, a))
        for negation in _NEGATIONS
    )


def _spaced(char: str) -> bool:
    """Is it of a script that puts spaces between words?"""
    return char.isalnum() and not unicodedata.name(char, "").startswith(
        ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI")
    )


def nearest(wanted: str, texts: list[str], count: int = 5) -> list[str]:
    """The texts most like the wanted one, best first, each once."""
    from rapidfuzz import fuzz

    want = squeezed(wanted)
    scored = {text: max(fuzz.ratio(want, squeezed(text)), 0.9 * _partial(want, text)) for text in texts if text}
    best = sorted(scored, key=lambda text: (-scored[text], len(text)))
    return [text for text in best[:count] if scored[text] >= 25] or best[: min(3, count)]


def _partial(want: str, text: str) -> float:
    from rapidfuzz import fuzz

    have = squeezed(text)
    return float(fuzz.partial_ratio(want, have)) if min(len(want), len(have)) >= 3 else 0.0
