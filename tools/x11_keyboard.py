"""Typing on X11, right in every layout: by the live keymap, and through borrowed keys for the rest.

The common ways lose text: a keymap read once and a US shift table type `>` for `<`; one key remapped for
each character at a time races the program that reads it. Here all characters of a text that the layout
lacks are given unused keycodes in one batch, the server is waited for, and only then are they pressed.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from screenwright.tools import keys
from screenwright.tools.errors import BadAction, DeviceLost, Interrupted
from screenwright.tools.x11 import X11

MAPPED_S = 0.08  # until programs have read a new keymap; sooner they decode with the old one
READ_S = 0.3  # until programs have decoded what was pressed; a key freed sooner is read as nothing
BURST = 8  # keystrokes on their way at a time: so many still come after a person broke it off
HELD = {"Shift": 1, "Ctrl": 4, "Alt": 8, "Super": 64}  # bits of the pointer's modifier mask
CONTROL_KEYS = {"\n": "Return", "\r": "Return", "\t": "Tab"}


@dataclass(frozen=True, slots=True)
class Stroke:
    """A keycode and the modifiers that make it give the wanted symbol."""

    code: int
    shift: bool = False
    altgr: bool = False


class NoSpareKey(BadAction):
    """The text has characters that the layout lacks, and no keycode is free to lend them; nothing was typed."""


class Keyboard:
    """Types and presses keys on one display."""

    def __init__(self, x11: X11) -> None:
        self._x11 = x11
        self._held: list[int] = []
        self._borrowed: dict[int, int] = {}

    def type(self, text: str) -> None:
        """Type it all, or raise BadAction naming the character before anything is typed."""
        self.refuse(text)
        layout = _Layout(self._x11)
        layout.check_free()
        if not layout.spare and any(_symbols(text) - layout.strokes.keys()):
            raise NoSpareKey("this keyboard map has no unused keycode to type other characters with")
        self._x11.brake()
        typed, whole = 0, len(_lines(text))
        try:
            if layout.caps:
                self._tap(layout, "Caps_Lock")
            for part in self._parts(text, layout):
                borrowed = self._borrow(part, layout)
                for symbol in part:
                    self._stroke(borrowed.get(symbol) or layout.strokes[symbol], layout)
                    typed += 1
                    if typed % BURST == 0:
                        self._x11.sync()
                        self._x11.brake()
                self._x11.sync()
        except Interrupted as broken:
            raise Interrupted(
                f"{broken}: {typed} of the {whole} characters had been typed", typed=typed, part=typed > 0
            ) from broken
        finally:
            self.release()
            if layout.caps:
                self._tap(layout, "Caps_Lock")
            self._give_back()

    def _tap(self, layout: _Layout, name: str) -> None:
        self._stroke(layout.strokes[_keysym(name)], layout)
        self._x11.sync()

    def refuse(self, text: str) -> None:
        """BadAction for what no key can give: control characters and halves of surrogate pairs."""
        for place, character in enumerate(text):
            if character in CONTROL_KEYS:
                continue
            if ord(character) < 32 or 0x7F <= ord(character) < 0xA0 or 0xD800 <= ord(character) < 0xE000:
                raise BadAction(
                    f"character {place + 1} of the text, {character!r} (U+{ord(character):04X}), can't be typed; "
                    "nothing was typed: take it out, or press keys for it"
                )

    def chord(self, names: Sequence[str], count: int = 1) -> None:
        """Press keys down in order and up in reverse, `count` times."""
        symbols = [_symbol(name) for name in keys.chord(names)]
        layout = _Layout(self._x11)
        try:
            borrowed = self._borrow([s for s in symbols if s not in layout.strokes], layout)
            strokes = [borrowed.get(symbol) or layout.strokes[symbol] for symbol in symbols]
            for _ in range(count):
                self._x11.brake()
                self._press_all(strokes, layout)
        finally:
            self.release()
            self._give_back()

    @contextmanager
    def holding(self, names: Iterable[str]) -> Iterator[None]:
        """Hold modifiers around something else (a click)."""
        layout = _Layout(self._x11)
        try:
            for name in names:
                self._down(layout.strokes[_symbol(keys.canonical(name))].code)
            self._x11.sync()
            yield
        finally:
            self.release()

    def release(self) -> None:
        """Let go of every key that is held here."""
        while self._held:
            self._up(self._held[-1])
        self._x11.sync()
        self._x11.pledge.keep("keys")

    def close(self) -> None:
        """Let go of keys and give borrowed keycodes back; safe with a dead server."""
        with contextlib.suppress(DeviceLost):
            self.release()
            self._give_back()

    def _press_all(self, strokes: Sequence[Stroke], layout: _Layout) -> None:
        down: list[int] = []
        for stroke in strokes:
            extra = layout.modifiers(stroke)
            for code in (*extra, stroke.code):
                if code not in down:
                    self._down(code)
                    down.append(code)
        for code in reversed(down):
            self._up(code)
        self._x11.sync()

    def _stroke(self, stroke: Stroke, layout: _Layout) -> None:
        extra = layout.modifiers(stroke)
        for code in (*extra, stroke.code):
            self._down(code)
        for code in (stroke.code, *reversed(extra)):
            self._up(code)

    def _down(self, code: int) -> None:
        self._held.append(code)
        self._x11.pledge.add("keys", code)
        self._x11.fake(self._x11.X.KeyPress, code)

    def _up(self, code: int) -> None:
        self._x11.fake(self._x11.X.KeyRelease, code)
        self._held.remove(code)

    def _parts(self, text: str, layout: _Layout) -> Iterator[list[int]]:
        """Cut where the spare keycodes would not be enough."""
        part: list[int] = []
        needed: set[int] = set()
        for character in _lines(text):
            key = CONTROL_KEYS.get(character)
            symbol = _keysym(key) if key else _of(character)
            if symbol not in layout.strokes:
                if symbol not in needed and len(needed) == len(layout.spare):
                    yield part
                    part, needed = [], set()
                needed.add(symbol)
            part.append(symbol)
        if part:
            yield part

    def _borrow(self, symbols: Iterable[int], layout: _Layout) -> dict[int, Stroke]:
        """Give spare keycodes to the symbols that the layout lacks, all in one go."""
        wanted = list(dict.fromkeys(s for s in symbols if s not in layout.strokes))
        if not wanted:
            return {}
        if not layout.spare:
            raise NoSpareKey("this keyboard map has no unused keycode to type other characters with")
        self._give_back()
        strokes = {}
        self._x11.pledge.add("lent", *layout.spare[: len(wanted)])
        with self._x11.asking() as display:
            for symbol, code in zip(wanted, layout.spare, strict=False):
                self._borrowed[code] = symbol
                display.change_keyboard_mapping(code, [[symbol, symbol]])
                strokes[symbol] = Stroke(code)
            display.sync()
        self._x11.brake.rest(MAPPED_S)
        return strokes

    def _give_back(self) -> None:
        if not self._borrowed:
            return
        self._x11.sync()
        time.sleep(READ_S)
        with self._x11.asking() as display:
            for code in self._borrowed:
                display.change_keyboard_mapping(code, [[0, 0]])
            display.sync()
        self._borrowed.clear()
        self._x11.pledge.keep("lent")


class _Layout:
    """The keymap as it is now: which stroke gives which symbol, and which keycodes nobody uses."""

    def __init__(self, x11: X11) -> None:
        with x11.asking() as display:
            first, last = display.display.info.min_keycode, display.display.info.max_keycode
            rows: Any = display.get_keyboard_mapping(first, last - first + 1)
            modifiers: Any = display.get_modifier_mapping()
            pointer = display.screen().root.query_pointer()
        self.down = [name for name, bit in HELD.items() if pointer.mask & bit]
        group = (pointer.mask >> 13) & 3
        self.caps = bool(pointer.mask & x11.X.LockMask)
        self.strokes: dict[int, Stroke] = {}
        self.spare: list[int] = []
        self.used = {code for codes in modifiers for code in codes if code}
        for code, row in enumerate(rows, first):
            self._read(code, list(row), group)
        self.shift = self.strokes[_keysym("Shift_L")].code
        altgr = self.strokes.get(_keysym("ISO_Level3_Shift"))
        self.altgr = altgr.code if altgr else 0
        if not self.altgr:
            self.strokes = {s: stroke for s, stroke in self.strokes.items() if not stroke.altgr}

    def _read(self, code: int, row: list[int], group: int) -> None:
        """Columns 0 and 1 are the first group, 2 and 3 the second, 4 and 5 the third level of the first."""
        if not any(row):
            if code not in self.used:
                self.spare.append(code)
            return
        start = 2 if group == 1 and len(row) > 3 and row[2] else 0
        levels = [(start, False, False), (start + 1, True, False), (4, False, True), (5, True, True)]
        for column, shift, altgr in levels:
            symbol = row[column] if column < len(row) else 0
            if symbol and (symbol not in self.strokes or _simpler(shift, altgr, self.strokes[symbol])):
                self.strokes[symbol] = Stroke(code, shift, altgr)

    def check_free(self) -> None:
        """BadAction while somebody holds a modifier: every letter would be a shortcut."""
        if self.down:
            raise BadAction(
                f"{' and '.join(self.down)} is held down on the keyboard, so typing would press shortcuts; "
                "nothing was typed: let go of it"
            )

    def modifiers(self, stroke: Stroke) -> list[int]:
        return [self.shift] * stroke.shift + [self.altgr] * stroke.altgr


def _simpler(shift: bool, altgr: bool, than: Stroke) -> bool:
    return shift + 2 * altgr < than.shift + 2 * than.altgr


def _symbol(name: str) -> int:
    return _keysym(keys.KEYS[name][0]) if name in keys.KEYS else _of(name)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _symbols(text: str) -> set[int]:
    return {_of(character) for character in text if character not in CONTROL_KEYS}


def _of(character: str) -> int:
    """The keysym of a character: itself in Latin-1, the Unicode range above."""
    return ord(character) if ord(character) < 0x100 else 0x01000000 | ord(character)


@cache
def _keysym(name: str) -> int:
    from Xlib import XK

    XK.load_keysym_group("xf86")
    XK.load_keysym_group("xkb")
    number = XK.string_to_keysym(name)
    if not number and name.startswith("XF86"):
        number = XK.string_to_keysym("XF86_" + name[4:])
    return int(number)
