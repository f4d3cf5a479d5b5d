"""Which symbol a key gives, by the server's keymap as it is now and the modifiers that are held.

A keymap that was read once lies as soon as the layout is switched, or a program (this one too) borrows an
unused key for a character that the layout lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from screenwright.tools.recording.events import ALT, ALTGR, CTRL, SHIFT, SUPER
from screenwright.tools.recording.keysyms import name_of, text_of

LOCK = 2
CAPS_LOCK, NUM_LOCK, LEVEL3, MODE_SWITCH = 0xFFE5, 0xFF7F, 0xFE03, 0xFF7E
MEANINGS = ((ALT, (0xFFE9, 0xFFEA, 0xFFE7, 0xFFE8)), (SUPER, (0xFFEB, 0xFFEC)), (ALTGR, (LEVEL3,)))
KEYPAD = range(0xFF80, 0xFFBE)
DEEPEST = 5  # levels a key type usually has at most


@dataclass(frozen=True, slots=True)
class Symbol:
    """`keysym` and its `text`; `key`: the name of the key by itself, as a chord calls it."""

    keysym: int
    text: str
    key: str


class Keymap:
    """A core keymap.

    Args:
        first: the keycode of the first row.
        rows: keysyms by level: two of the first group, two of the second, then the deeper levels of each.
        modifiers: eight rows of keycodes, as in GetModifierMapping.
    """

    def __init__(self, first: int, rows: Sequence[Sequence[int]], modifiers: Sequence[Sequence[int]]) -> None:
        self._first, self._rows = first, [list(row) for row in rows]
        self._depth, self._groups = self._shape()
        self._bits: dict[int, int] = {}
        self._num = 0
        self._mode = 0
        self._caps = True
        for index, codes in enumerate(modifiers):
            self._learn(1 << index, {s for code in codes if code for s in self._row(code)})

    @classmethod
    def of(cls, display: Any) -> Keymap:
        """Of an Xlib Display, as it is now."""
        first, last = display.display.info.min_keycode, display.display.info.max_keycode
        rows: Any = display.get_keyboard_mapping(first, last - first + 1)
        return cls(first, rows, display.get_modifier_mapping())

    def held(self, state: int) -> int:
        """The modifiers of a server's state mask, by what they mean here (`events.SHIFT` and so on)."""
        meant = state & (SHIFT | CTRL)
        for bit, meaning in self._bits.items():
            if state & bit:
                meant |= meaning
        return meant

    def symbol(self, code: int, state: int) -> Symbol:
        """What the key gives with this state mask of the server."""
        group = state >> 13 & 3 or int(bool(self._mode and state & self._mode))
        level = 2 if self.held(state) & ALTGR else 0
        plain, shifted = self._pair(code, group, level)
        keysym = self._choose(plain, shifted, state)
        return Symbol(keysym, text_of(keysym), self._own(code, group, keysym))

    def _choose(self, plain: int, shifted: int, state: int) -> int:
        shift = bool(state & SHIFT)
        if self._num and shifted in KEYPAD and plain in KEYPAD:
            return shifted if shift != bool(state & self._num) else plain
        if self._caps and state & LOCK and text_of(plain).isalpha():
            # Caps Lock turns letters alone: digits and the like stay as they are
            pair = text_of(plain), text_of(shifted)
            if pair[0].upper() == pair[1] != pair[0]:
                shift = not shift
        return shifted if shift and shifted else plain

    def _own(self, code: int, group: int, keysym: int) -> str:
        """The key's name in a chord: without Shift, and in Latin letters where another group has them."""
        if name := name_of(keysym):
            return name
        symbols = [self._pair(code, g, 0)[0] for g in (group, *range(self._groups))]
        texts = [text_of(symbol) for symbol in symbols if symbol]
        own = next((text for text in texts if text.isascii() and text), texts[0] if texts else "")
        return "space" if own == " " else own.lower()

    def _pair(self, code: int, group: int, level: int) -> tuple[int, int]:
        """Without and with Shift; a group or level that the key lacks is the first one's."""
        row = self._row(code)
        if group >= self._groups or not any(self._columns(row, group)):
            group = 0
        columns = self._columns(row, group)
        plain, shifted = [*columns[level : level + 2], 0, 0][:2]
        if level and not plain and not shifted:
            plain, shifted = columns[0], columns[1]
        if not shifted and text_of(plain).isalpha() and len(text_of(plain).upper()) == 1:
            upper = ord(text_of(plain).upper())
            shifted = upper if upper < 0x100 else 0x01000000 | upper
        return plain, shifted or plain

    def _columns(self, row: list[int], group: int) -> list[int]:
        """The levels of one group. X puts two of each of the first two groups in front, then the deeper ones."""
        deeper = max(0, self._depth - 2)
        if group < 2:
            begin = 4 + group * deeper
            own = row[2 * group : 2 * group + 2] + row[begin : begin + deeper]
        else:
            begin = group * self._depth
            own = row[begin : begin + self._depth]
        return [*own, 0, 0][: max(2, len(own))]

    def _row(self, code: int) -> list[int]:
        place = code - self._first
        return self._rows[place] if 0 <= place < len(self._rows) else []

    def _shape(self) -> tuple[int, int]:
        """Levels a group has, and groups, from the width of the rows and what stands in them."""
        width = max((len(row) for row in self._rows), default=0)
        if not any(any(row[2:4]) and row[2:4] != row[:2] for row in self._rows):
            return max(2, width - 2), 1  # the one group stands there twice
        for groups in (2, 3, 4):
            if width % groups == 0 and width // groups in (DEEPEST, DEEPEST - 1):
                return width // groups, groups
        return max(2, width // 2), 2

    def _learn(self, bit: int, symbols: set[int]) -> None:
        if bit == LOCK:
            self._caps = CAPS_LOCK in symbols
        if bit < 8:
            return
        self._num |= bit if NUM_LOCK in symbols else 0
        for meaning, its in MEANINGS:
            if symbols & set(its):
                self._bits[bit] = self._bits.get(bit, 0) | meaning
        if MODE_SWITCH in symbols and bit not in self._bits:
            self._mode |= bit
