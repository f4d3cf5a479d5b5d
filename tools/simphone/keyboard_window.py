"""The keys on the screen, and what a tap on each does."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from screenwright.tools.geometry import Region
from screenwright.tools.simphone.keyboards import LATIN, NAMES
from screenwright.tools.simphone.keycodes import CODES
from screenwright.tools.simphone.view import Act, View

if TYPE_CHECKING:
    from screenwright.tools.simphone.android import Android

LETTERS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
SIGNS = ("1234567890", "@#$%&-+()", "*\"':;!?")
MARGIN_DP = 6


def keyboard(phone: Android) -> View:
    """The window of the chosen keyboard."""
    region = phone.metrics.keyboard
    window = View("android.inputmethodservice.SoftInputWindow", region, look="keys")
    if phone.keyboards.chosen != LATIN:
        name = f"{NAMES.get(phone.keyboards.chosen, '')} {{ON}}"
        window.add(View("android.widget.TextView", region, name, look="centred"))
        return window
    rows = SIGNS if phone.keyboards.signs else LETTERS
    margin = phone.metrics.dp(MARGIN_DP)
    high = (region.height - 2 * margin) // 4
    wide = (region.width - margin) / 10
    for place, row in enumerate(rows):
        top = region.y + margin + place * high
        left = region.x + (region.width - wide * len(row)) / 2
        for column, letter in enumerate(row):
            shown = letter.upper() if phone.keyboards.shifted else letter
            window.add(_key(left + column * wide, top, wide, high, shown, partial(_letter, phone, shown)))
    edge = 1.5 * wide - 2
    third = region.y + margin + 2 * high
    shift = _key(region.x + margin / 2, third, edge, high, "Shift", partial(_shift, phone), "shift")
    shift.checked = phone.keyboards.shifted
    erase = _key(
        region.right - margin / 2 - edge, third, edge, high, "Delete", partial(phone.hands.press, CODES["DEL"])
    )
    erase.glyph = "erase"
    window.add(shift, erase, *_bottom(phone, region, third + high, wide, high))
    return window


def _bottom(phone: Android, region: Region, top: int, wide: float, high: int) -> list[View]:
    left = region.x + phone.metrics.dp(MARGIN_DP) / 2
    signs = _key(left, top, 1.5 * wide, high, "ABC" if phone.keyboards.signs else "?123", partial(_signs, phone))
    comma = _key(left + 1.5 * wide, top, wide, high, ",", partial(_letter, phone, ","))
    space = _key(left + 2.5 * wide, top, 5 * wide, high, " ", partial(_letter, phone, " "))
    dot = _key(left + 7.5 * wide, top, wide, high, ".", partial(_letter, phone, "."))
    enter = _key(left + 8.5 * wide, top, 1.5 * wide, high, "Enter", partial(phone.hands.press, CODES["ENTER"]))
    enter.glyph, enter.checked = "enter", True
    return [signs, comma, space, dot, enter]


def _key(left: float, top: int, wide: float, high: int, text: str, tap: Act, glyph: str = "") -> View:
    region = Region(round(left), top, round(left + wide) - round(left), high)
    return View("android.inputmethodservice.Key", region, text, look="key", tap=tap, glyph=glyph)


def _letter(phone: Android, letter: str) -> None:
    if phone.focus:
        phone.note("ime", letter)
        phone.focus.insert(letter)
    phone.keyboards.shifted = False


def _shift(phone: Android) -> None:
    phone.keyboards.shifted = not phone.keyboards.shifted


def _signs(phone: Android) -> None:
    phone.keyboards.signs, phone.keyboards.shifted = not phone.keyboards.signs, False
