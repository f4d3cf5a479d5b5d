"""What a person holds down: an agent that goes on meanwhile would press shortcuts instead of letters."""

from __future__ import annotations

from typing import Any, Literal

from screenwright.tools.recording.events import ALT, CTRL, SHIFT, SUPER

Part = Literal["key", "button"]
Down = tuple[Part, int, int]
"""What, of which device, its code."""
NAMES = {CTRL: "ctrl", ALT: "alt", SUPER: "super", SHIFT: "shift"}
ROWS = {0: SHIFT, 2: CTRL, 3: ALT, 6: SUPER}
"""Rows of X11's table of modifiers."""
BUTTONS = {1: "the left button", 2: "the middle button", 3: "the right button"}
WHEEL = range(4, 8)
NOBODYS = 0


class Held:
    """Of all devices of a person's together. Told by one thread, read by any."""

    def __init__(self) -> None:
        self._down: frozenset[Down] = frozenset()
        self._bits: dict[int, int] = {}

    def begin(self, display: Any) -> None:
        """Read which keys are modifiers in the keymap of that Xlib display."""
        bits: dict[int, int] = {}
        for row, codes in enumerate(display.get_modifier_mapping()):
            if row in ROWS:
                bits |= {code: ROWS[row] for code in codes if code}
        self._bits = bits

    def already(self, display: Any) -> None:
        """What is down before anything was heard; of which device, nobody knows."""
        for place, eight in enumerate(display.query_keymap()):
            self._down |= set[Down](("key", NOBODYS, 8 * place + bit) for bit in range(8) if eight >> bit & 1)

    def down(self, part: Part, device: int, code: int) -> None:
        if part == "key" or code not in WHEEL:
            self._down |= set[Down]([(part, device, code)])

    def up(self, part: Part, device: int, code: int) -> None:
        self._down -= {(part, device, code), (part, NOBODYS, code)}

    def forget(self, device: int) -> None:
        """It was unplugged."""
        self._down = frozenset(one for one in self._down if one[1] != device)

    def modifies(self, code: int) -> bool:
        """Is that key a modifier?"""
        return code in self._bits

    @property
    def state(self) -> int:
        """The modifiers that are down, as bits."""
        state = 0
        for part, _, code in self._down:
            state |= self._bits.get(code, 0) if part == "key" else 0
        return state

    def names(self) -> tuple[str, ...]:
        """In words, modifiers by their names."""
        said = set[str]()
        for part, _, code in self._down:
            if part == "button":
                said.add(BUTTONS.get(code, f"button {code}"))
            else:
                said.add(NAMES.get(self._bits.get(code, 0), "a key"))
        return tuple(sorted(said))
