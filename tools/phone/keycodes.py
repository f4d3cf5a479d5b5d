"""Names of keys and buttons as Android's key codes, and the `input` commands that press them.

Numbers, since the names that `input` understands grew with the versions and the numbers never changed.
"""

from __future__ import annotations

import string
from collections.abc import Sequence

from screenwright.tools import keys
from screenwright.tools.actions import SystemButton
from screenwright.tools.errors import BadAction

BUTTONS: dict[SystemButton, int] = {
    "home": 3, "back": 4, "volume_up": 24, "volume_down": 25, "power": 26, "enter": 66, "menu": 82,
    "recents": 187,
}  # fmt: skip
WAKE_UP = 224

CODES: dict[str, int] = {
    "ctrl": 113, "shift": 59, "alt": 57, "altgr": 58, "super": 117, "enter": 66, "tab": 61, "escape": 111,
    "space": 62, "backspace": 67, "delete": 112, "insert": 124, "home": 122, "end": 123, "page_up": 92,
    "page_down": 93, "up": 19, "down": 20, "left": 21, "right": 22, "caps_lock": 115, "num_lock": 143,
    "scroll_lock": 116, "print_screen": 120, "pause": 121, "menu": 82, "volume_up": 24, "volume_down": 25,
    "volume_mute": 164, "play_pause": 85, "next_track": 87, "previous_track": 88, "browser_back": 4,
    "browser_forward": 125, "numpad_enter": 160,
    **{f"f{n}": 130 + n for n in range(1, 13)},
    **{f"numpad_{n}": 144 + n for n in range(10)},
    **{str(n): 7 + n for n in range(10)},
    **{letter: 29 + place for place, letter in enumerate(string.ascii_lowercase)},
    "*": 17, "#": 18, ",": 55, ".": 56, "`": 68, "-": 69, "=": 70, "[": 71, "]": 72, "\\": 73, ";": 74,
    "'": 75, "/": 76, "@": 77, "+": 81,
}  # fmt: skip

# Before Android 13 `input` presses one key at a time; of chords, these three have a key of their own.
LONE_CHORDS = {("ctrl", "x"): 277, ("ctrl", "c"): 278, ("ctrl", "v"): 279}


def button(name: SystemButton) -> str:
    """The command that presses a system button."""
    return f"input keyevent {BUTTONS[name]}"


def chord(names: Sequence[str], count: int, *, together: bool | None) -> list[str]:
    """The commands that press keys together, `count` times. Raises BadAction for what this phone can't press.

    Args:
        together: does its `input` know `keycombination` (Android 13)? None: not known, so it is tried.
    """
    wanted = keys.chord(names)
    if len(wanted) == 1:
        return _alone(wanted[0], count)
    lone = LONE_CHORDS.get((wanted[0], wanted[1])) if len(wanted) == 2 else None
    if together is False and lone is None:
        raise BadAction(
            f"this phone can't press {'+'.join(wanted)}: Android before 13 presses one key at a time; use what is "
            "on the screen, such as a long press on the text"
        )
    if together is False:
        return [_repeated(str(lone), count)]
    codes = " ".join(str(_code(name)) for name in wanted)
    return [f"input keycombination {codes}"] * count


def _alone(name: str, count: int) -> list[str]:
    if name in CODES:
        return [_repeated(str(CODES[name]), count)]
    if len(name) == 1 and name.isascii():  # a capital or a sign: the keyboard's map finds the keys for it
        from screenwright.tools.phone.quoting import commands

        return commands(name * count)
    raise BadAction(_unknown(name))


def _repeated(code: str, count: int) -> str:
    return "input keyevent " + " ".join([code] * count)


def _code(name: str) -> int:
    found = CODES.get(name) or CODES.get(name.lower())
    if found is None:
        raise BadAction(_unknown(name))
    return found


def _unknown(name: str) -> str:
    return f"a phone has no key {name!r}; it has: {', '.join(list(CODES)[:40])}; to type a character use type_text"
