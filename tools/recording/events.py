"""What a hand does to mouse and keyboard, one event at a time, before anyone asks what was meant by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["key_down", "key_up", "button_down", "button_up", "move"]

SHIFT, CTRL, ALT, SUPER, ALTGR = 1, 4, 8, 64, 128
"""Bits of `Raw.state`: what was held before the event, whatever the keymap calls its modifiers."""
HELD: tuple[tuple[int, str], ...] = ((CTRL, "ctrl"), (ALT, "alt"), (SUPER, "super"), (SHIFT, "shift"))
WHEEL = {4: (-1, 0), 5: (1, 0), 6: (0, -1), 7: (0, 1)}
"""Buttons that are notches of a wheel: down, right."""


@dataclass(frozen=True, slots=True)
class Raw:
    """One event.

    `serial`: counts up; `at`: `time.perf_counter()` seconds; `x`, `y`: the pointer, input units; `code`: keycode
    or number of the button. Of keys: `keysym` and `text`, what it gives now, a dead key's accent put on ("" for
    none, and for an accent that waits); `key`: its name as in `keys.KEYS`, or the character that it has alone.
    """

    kind: Kind
    at: float
    x: int
    y: int
    code: int = 0
    state: int = 0
    keysym: int = 0
    text: str = ""
    key: str = ""
    serial: int = 0


Heard = Callable[[Raw], None]


class Source(Protocol):
    """Where events come from. `heard` is called in the source's own thread, and must be quick."""

    def start(self, heard: Heard) -> None: ...

    def stop(self) -> None:
        """No event comes after it; safe twice."""
        ...

    @property
    def lost(self) -> str | None:
        """Why nothing comes any more; None while all is well."""
        ...


def held(state: int) -> tuple[str, ...]:
    """The names of the modifiers in a state, in the order of a chord."""
    return tuple(name for bit, name in HELD if state & bit)
