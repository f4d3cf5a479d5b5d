"""Dead keys and the Compose key: several strokes that give one character.

By the system's Compose file where there is one, else an accent is put on by Unicode's own composition.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from screenwright.tools.recording.keysyms import text_of

MULTI = 0xFF20
DEAD = range(0xFE50, 0xFE94)
ACCENTS: dict[int, int] = {
    0xFE50: 0x300, 0xFE51: 0x301, 0xFE52: 0x302, 0xFE53: 0x303, 0xFE54: 0x304, 0xFE55: 0x306, 0xFE56: 0x307,
    0xFE57: 0x308, 0xFE58: 0x30A, 0xFE59: 0x30B, 0xFE5A: 0x30C, 0xFE5B: 0x327, 0xFE5C: 0x328, 0xFE5D: 0x345,
    0xFE5E: 0x3099, 0xFE5F: 0x309A, 0xFE60: 0x323, 0xFE61: 0x309, 0xFE62: 0x31B, 0xFE63: 0x338, 0xFE64: 0x313,
    0xFE65: 0x314, 0xFE66: 0x30F, 0xFE67: 0x325, 0xFE68: 0x331, 0xFE69: 0x32D, 0xFE6A: 0x330, 0xFE6B: 0x32E,
    0xFE6C: 0x324, 0xFE6D: 0x311, 0xFE6E: 0x326,
}  # fmt: skip
ALONE: dict[int, str] = {
    0xFE50: "`", 0xFE51: "'", 0xFE52: "^", 0xFE53: "~", 0xFE54: "¯", 0xFE55: "˘", 0xFE56: "˙", 0xFE57: '"',
    0xFE58: "°", 0xFE59: "˝", 0xFE5A: "ˇ", 0xFE5B: "¸", 0xFE5C: "˛", 0xFE5D: "ͺ",
}  # fmt: skip
"""What an accent and a space give."""
PLACES = ("/usr/share/X11/locale", "/usr/lib/X11/locale", "/usr/local/share/X11/locale")
RULE = re.compile(r'\s*((?:<\w+>\s*)+):\s*"((?:\\.|[^"\\])*)"')

Keys = tuple[int, ...]


class Composer:
    """Puts strokes together; one keyboard's worth of waiting accents."""

    def __init__(self) -> None:
        self._waiting: Keys = ()

    def feed(self, keysym: int, text: str) -> str:
        """What a stroke gives now; "" while more is waited for, and for a sequence that means nothing."""
        if not self._waiting and keysym != MULTI and keysym not in DEAD:
            return text
        if self._waiting and not text and keysym != MULTI and keysym not in DEAD:
            self._waiting = ()  # Escape, an arrow: the accent is given up
            return text
        strokes = (*self._waiting, keysym)
        rules, begun = _rules()
        if strokes in rules:
            self._waiting = ()
            return rules[strokes]
        if strokes in begun or (len(strokes) == 1 and keysym != MULTI):
            self._waiting = strokes
            return ""
        self._waiting = ()
        return _composed(strokes, text)


def _composed(strokes: Keys, text: str) -> str:
    """Accents on a letter, without a Compose file."""
    *dead, last = strokes
    if not all(keysym in ACCENTS for keysym in dead):
        return ""
    if last == 0x20 or last in dead:
        return ALONE.get(dead[0], "")
    whole = unicodedata.normalize("NFC", text + "".join(chr(ACCENTS[keysym]) for keysym in dead))
    return whole if len(whole) == 1 else ""


@cache
def _rules() -> tuple[dict[Keys, str], frozenset[Keys]]:
    """The sequences, and all beginnings of them. A person's own file goes before the system's."""
    rules: dict[Keys, str] = {}
    for path in _files():
        for strokes, text in _read(path, 0):
            rules[strokes] = text
        if rules:
            break
    begun = frozenset(strokes[:n] for strokes in rules for n in range(1, len(strokes)))
    return rules, begun


def _files() -> Iterator[Path]:
    if named := os.environ.get("XCOMPOSEFILE"):
        yield Path(named)
    yield Path("~/.XCompose").expanduser()
    yield from _system_files()


def _system_files() -> Iterator[Path]:
    for place in PLACES:
        path = Path(place, "en_US.UTF-8", "Compose")  # nearly all locales use this one
        if path.exists():
            yield path


def _read(path: Path, depth: int) -> Iterator[tuple[Keys, str]]:
    """The rules of one file; what can't be read is passed over."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        if line.startswith("include") and depth < 4:
            yield from _included(line, depth)
        elif rule := RULE.match(line):
            strokes = tuple(_keysym(name) for name in re.findall(r"<(\w+)>", rule[1]))
            if all(strokes):
                yield strokes, re.sub(r"\\(.)", r"\1", rule[2])


def _included(line: str, depth: int) -> Iterator[tuple[Keys, str]]:
    named = re.search(r'"([^"]*)"', line)
    if named and ("%L" in named[1] or "%S" in named[1]):
        for path in _system_files():
            yield from _read(path, depth + 1)
    elif named:
        yield from _read(Path(named[1].replace("%H", str(Path.home()))), depth + 1)


@cache
def _keysym(name: str) -> int:
    from Xlib import XK

    if re.fullmatch(r"U[0-9A-Fa-f]{4,6}", name):
        number = int(name[1:], 16)
        return number if number < 0x100 else 0x01000000 | number
    return int(XK.string_to_keysym(name)) or _DEAD_NAMES.get(name, 0)


_DEAD_NAMES = {
    "dead_stroke": 0xFE63, "dead_hook": 0xFE61, "dead_horn": 0xFE62, "dead_belowdot": 0xFE60, "dead_greek": 0xFE8C,
    "dead_currency": 0xFE6F, "dead_belowcomma": 0xFE6E, "dead_doublegrave": 0xFE66, "dead_invertedbreve": 0xFE6D,
    "dead_belowmacron": 0xFE68, "dead_abovecomma": 0xFE64, "dead_abovereversedcomma": 0xFE65,
}  # fmt: skip


def waits(keysym: int) -> bool:
    """Is it an accent or the Compose key?"""
    return keysym == MULTI or (keysym in DEAD and not text_of(keysym))
