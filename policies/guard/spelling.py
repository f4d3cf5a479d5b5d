"""A label as a person reads it, whatever it is written with.

A rule that looks for "Delete" must also find it in full-width letters, with a zero-width space or a soft hyphen
in it, in Cyrillic letters that look the same, struck through, or letter by letter.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

BLANKS = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u034f"
"""Fillers that show nothing and are no format characters to Unicode."""
LOOKALIKES = {
    "a": "аӑαɑ", "b": "ЬьƄ", "c": "сϲᴄ", "d": "ԁɗ", "e": "еёє℮ε", "g": "ɡց", "h": "һհ", "i": "іїıιɩӏ", "j": "јϳ",
    "k": "кќκ", "l": "ℓ", "m": "м", "n": "ոпη", "o": "оοօσ", "p": "рρ", "q": "ԛզ", "r": "гᴦ", "s": "ѕꜱ", "t": "тτ",
    "u": "υսʋц", "v": "ѵν", "w": "ԝωѡ", "x": "хχ", "y": "уўγʏ",
    "A": "АΑᎪꓮ",
    "B": "ВΒᏴꓐ", "C": "СϹᏟꓚ", "D": "Ꭰꓓᗪ", "E": "ЕЁΕᎬꓰ", "G": "Ԍᏻ", "H": "НΗᎻꓧ", "I": "ІЇΙᏆ", "J": "ЈͿᎫ",
    "K": "КЌΚᏦꓗ", "L": "Ꮮ", "M": "МΜᎷ", "N": "Νꓠ", "O": "ОΟՕꓳ", "P": "РΡᏢꓑ", "Q": "Ԛ", "R": "ᎡᏒꓣ", "S": "ЅՏᏚꓢ",
    "T": "ТΤᎢꓔ", "U": "Սᑌ", "V": "ᏙѴ", "W": "ԜᎳ", "X": "ХΧ", "Y": "УΥҮꓬ", "Z": "ΖᏃ",
}  # fmt: skip
"""Letters of other scripts under the Latin one that they look like; accented and styled ones go by their names."""
TWINS = {ord(twin): letter for letter, twins in LOOKALIKES.items() for twin in twins}
DIGITS = tuple(str.maketrans("013457@$!|", letters) for letters in ("oieastasil", "oleastasll"))
LETTER = re.compile(
    r"(?:LATIN|REGIONAL INDICATOR|NEGATIVE|SQUARED|CROSSED|PARENTHESIZED)[A-Z ]*? "
    r"(?:LETTER )?(?:SMALL |CAPITAL )*([A-Z])(?: WITH .*)?"
)
APART = re.compile(r"(?<!\w)(\w)(?:[ .\-·_](?=\w(?!\w)))")
RINGED = re.compile(r"\((\w)\)")
LEET = re.compile(r"(?<=[a-z])[013457@$!|]|[013457@$!|](?=[a-z])", re.IGNORECASE)


@lru_cache(maxsize=4096)
def spellings(text: str) -> tuple[str, ...]:
    """The text, and all that a person may read in it; for a rule that asks or denies one is enough."""
    bare = _bare(text)
    looks = _skeleton(bare)
    more = [looks, _skeleton(_bare(text[::-1])) if "\u202e" in text else looks]
    more.append(APART.sub(r"\1", RINGED.sub(r"\1", looks)))
    more += [LEET.sub(lambda match: match[0].translate(digits), looks) for digits in DIGITS]  # noqa: B023
    return tuple(dict.fromkeys((*plain(text), bare, *more)))


@lru_cache(maxsize=4096)
def plain(text: str) -> tuple[str, ...]:
    """As it stands; an underscore may be there for a shortcut (_Delete) or for a blank."""
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    return tuple(dict.fromkeys((text, text.replace("_", ""), text.replace("_", " "))))


def _bare(text: str) -> str:
    """Without what shows nothing."""
    shown = (" " if c.isspace() else c for c in text if unicodedata.category(c) != "Cf" and c not in BLANKS)
    return " ".join(unicodedata.normalize("NFKC", "".join(shown)).split())


def _skeleton(text: str) -> str:
    """In plain Latin letters, as far as each character looks like one."""
    parted = unicodedata.normalize("NFD", text.translate(TWINS))
    return "".join(_letter(c) for c in parted if not unicodedata.combining(c)).translate(TWINS)


@lru_cache(maxsize=4096)
def _letter(char: str) -> str:
    if char.isascii():
        return char
    found = LETTER.fullmatch(unicodedata.name(char, ""))
    return found[1] if found else char
