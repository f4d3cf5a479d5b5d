"""Chords that a person steers with: read from words, and taken from the programs of an X display."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from screenwright.tools import keys
from screenwright.tools.errors import BadScript
from screenwright.tools.recording.events import ALT, CTRL, SHIFT, SUPER

BITS = {"ctrl": CTRL, "alt": ALT, "super": SUPER, "shift": SHIFT}
"""Also the bits of X11's own modifier state, with the usual keymaps."""


@dataclass(frozen=True, slots=True)
class Chord:
    """Modifiers and one key, by their names in `keys.KEYS`."""

    modifiers: frozenset[str]
    key: str

    @classmethod
    def read(cls, words: str, what: str) -> Self:
        """`what`: what it is for. BadScript for words that are no chord."""
        *modifiers, key = [keys.known(name) or "" for name in words.split("+")]
        if not key or key in BITS or not modifiers or not set(modifiers) <= BITS.keys():
            raise BadScript(f"the hotkey {words!r} ({what}) is no chord such as ctrl+alt+p")
        return cls(frozenset(modifiers), key)

    @property
    def state(self) -> int:
        """The modifiers as bits."""
        return sum(BITS[modifier] for modifier in self.modifiers)

    def code(self, display: Any) -> int:
        """Its key's code in the keymap of that Xlib display; 0: no key gives it."""
        from Xlib import XK

        symbol = keys.KEYS[self.key][0] if self.key in keys.KEYS else self.key
        return int(display.keysym_to_keycode(XK.string_to_keysym(symbol)))

    def grab(self, display: Any) -> bool:
        """Keep it from the programs; False where another one holds it."""
        from Xlib import X
        from Xlib.error import BadAccess, CatchError

        root, code, taken = display.screen().root, self.code(display), CatchError(BadAccess)
        for locks in _LOCKS:  # with Caps and Num Lock on, too
            root.grab_key(code, self.state | locks, False, X.GrabModeAsync, X.GrabModeAsync, onerror=taken)
        display.sync()
        return taken.get_error() is None

    def __str__(self) -> str:
        return "+".join((*(modifier for modifier in BITS if modifier in self.modifiers), self.key))


_LOCKS = (0, 2, 16, 18)  # LockMask, Mod2Mask
