"""The numbers and names of Android's keys that this phone knows."""

from __future__ import annotations

_NAMED = {
    "MENU": 82,
    "HOME": 3,
    "BACK": 4,
    "CALL": 5,
    "ENDCALL": 6,
    "STAR": 17,
    "POUND": 18,
    "DPAD_UP": 19,
    "DPAD_DOWN": 20,
    "DPAD_LEFT": 21,
    "DPAD_RIGHT": 22,
    "DPAD_CENTER": 23,
    "VOLUME_UP": 24,
    "VOLUME_DOWN": 25,
    "POWER": 26,
    "CAMERA": 27,
    "COMMA": 55,
    "PERIOD": 56,
    "ALT_LEFT": 57,
    "ALT_RIGHT": 58,
    "SHIFT_LEFT": 59,
    "SHIFT_RIGHT": 60,
    "TAB": 61,
    "SPACE": 62,
    "ENTER": 66,
    "DEL": 67,
    "MINUS": 69,
    "EQUALS": 70,
    "SEARCH": 84,
    "PAGE_UP": 92,
    "PAGE_DOWN": 93,
    "ESCAPE": 111,
    "FORWARD_DEL": 112,
    "CTRL_LEFT": 113,
    "CTRL_RIGHT": 114,
    "META_LEFT": 117,
    "MOVE_HOME": 122,
    "MOVE_END": 123,
    "VOLUME_MUTE": 164,
    "APP_SWITCH": 187,
    "SLEEP": 223,
    "WAKEUP": 224,
    "CUT": 277,
    "COPY": 278,
    "PASTE": 279,
}
CODES: dict[str, int] = {
    **_NAMED,
    **{str(digit): 7 + digit for digit in range(10)},
    **{chr(ord("A") + place): 29 + place for place in range(26)},
    **{f"F{number}": 130 + number for number in range(1, 13)},
}
NAMES = {code: name for name, code in CODES.items()}

CHARACTERS = {
    **{CODES[letter]: letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    **{CODES[str(digit)]: str(digit) for digit in range(10)},
    CODES["SPACE"]: " ",
    CODES["COMMA"]: ",",
    CODES["PERIOD"]: ".",
    CODES["MINUS"]: "-",
    CODES["EQUALS"]: "=",
}


def code(word: str) -> int | None:
    """The number of a key as `input keyevent` takes it: 66, ENTER or KEYCODE_ENTER; None when unknown."""
    if word.isdigit():  # "7" is the key of that number, which is the digit 0
        return int(word)
    return CODES.get(word.upper().removeprefix("KEYCODE_"))
