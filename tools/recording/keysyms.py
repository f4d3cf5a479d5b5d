"""From an X keysym to the character or the key it stands for.

Old keysyms number the characters of old character sets; Python has codecs for those.
"""

from __future__ import annotations

from functools import cache

from screenwright.tools.keys import KEYS

SETS: dict[int, str] = {
    0x1: "iso8859-2", 0x2: "iso8859-3", 0x3: "iso8859-4", 0x5: "iso8859-6", 0x7: "iso8859-7", 0xC: "iso8859-8",
    0xD: "tis-620", 0x12: "iso8859-14", 0x13: "iso8859-15",
}  # fmt: skip
"""The second byte of a keysym, and what its last byte is encoded in."""
KOI8_MORE = "ђѓёєѕіїјљњћќґўџ№ЂЃЁЄЅІЇЈЉЊЋЌҐЎЏ"
GREEK = dict(
    zip(
        range(0x7A1, 0x7F9),
        "ΆΈΉΊΪ\0ΌΎΫ\0Ώ\0\0΅―\0άέήίϊΐόύϋΰώ\0\0\0\0\0ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣ\0ΤΥΦΧΨΩ\0\0\0\0\0\0\0αβγδεζηθικλμνξοπρσςτυφχψω",
        strict=False,
    )
)
HANGUL = "ㄱㄲㄳㄴㄵㄶㄷㄸㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅃㅄㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
ODD: dict[int, str] = {
    0x13BC: "Œ", 0x13BD: "œ", 0x13BE: "Ÿ", 0x20AC: "€", 0x3A2: "ĸ", 0x47E: "‾", 0x4B0: "ー", 0x4DE: "゛",
    0x4DF: "゜", 0x8C8: "∼", 0x8C9: "≃", 0xAD5: "‰", 0xAEC: "♣", 0xAED: "♦", 0xAEE: "♥", 0xAF0: "✠",
    0xAA1: "\u2003", 0xAA2: "\u2002", 0xAA3: "\u2004", 0xAA4: "\u2005", 0xAA5: "\u2007", 0xAA6: "\u2008",
    0xAA7: "\u2009", 0xAA8: "\u200a", 0xAA9: "—", 0xAAA: "–", 0xAAE: "…", 0xAAF: "‥", 0xAB0: "⅓", 0xAB1: "⅔",
    0xAB2: "⅕", 0xAB3: "⅖", 0xAB4: "⅗", 0xAB5: "⅘", 0xAB6: "⅙", 0xAB7: "⅚", 0xAB8: "℅", 0xABB: "‒",
    0xAC3: "⅛", 0xAC4: "⅜", 0xAC5: "⅝", 0xAC6: "⅞", 0xAC9: "™", 0xAD0: "‘", 0xAD1: "’", 0xAD2: "“", 0xAD3: "”",
    0xAD4: "℞", 0xAD6: "′", 0xAD7: "″", 0xAD9: "✝", 0xAF1: "†", 0xAF2: "‡", 0xAF3: "✓", 0xAF4: "✗",
    0xAF5: "♯", 0xAF6: "♭", 0xAF7: "♂", 0xAF8: "♀", 0xAFD: "‚", 0xAFE: "„",
    0x8A1: "⎷", 0x8BC: "≤", 0x8BD: "≠", 0x8BE: "≥", 0x8BF: "∫", 0x8C0: "∴", 0x8C1: "∝", 0x8C2: "∞", 0x8C5: "∇",
    0x8CD: "⇔", 0x8CE: "⇒", 0x8CF: "≡", 0x8D6: "√", 0x8DA: "⊂", 0x8DB: "⊃", 0x8DC: "∩", 0x8DD: "∪", 0x8DE: "∧",
    0x8DF: "∨", 0x8EF: "∂", 0x8F6: "ƒ", 0x8FB: "←", 0x8FC: "↑", 0x8FD: "→", 0x8FE: "↓",
    **{0xEA1 + n: letter for n, letter in enumerate(HANGUL)},
    0xFF80: " ", 0xFFAA: "*", 0xFFAB: "+", 0xFFAC: ",", 0xFFAD: "-", 0xFFAE: ".", 0xFFAF: "/", 0xFFBD: "=",
    **{0xFFB0 + n: str(n) for n in range(10)},
}  # fmt: skip
SAME: dict[int, str] = {
    0xFFE2: "shift", 0xFFE4: "ctrl", 0xFFEA: "alt", 0xFFE7: "alt", 0xFFE8: "alt", 0xFFEC: "super", 0xFE03: "altgr",
    0xFF7E: "altgr", 0xFE20: "tab", 0xFF95: "home", 0xFF9C: "end", 0xFF9A: "page_up", 0xFF9B: "page_down",
    0xFF97: "up", 0xFF99: "down", 0xFF96: "left", 0xFF98: "right", 0xFF9E: "insert", 0xFF9F: "delete",
    0xFF89: "tab", 0xFF15: "print_screen", 0xFF6B: "pause",
}  # fmt: skip
"""Keys that go by the name of another: the right ones, and the keypad without Num Lock."""


def text_of(keysym: int) -> str:
    """The character, or "" for what gives none."""
    if 0x20 <= keysym <= 0x7E or 0xA0 <= keysym <= 0xFF:
        return chr(keysym)
    if keysym >> 24 == 1:
        number = keysym & 0xFFFFFF
        printable = 0x20 <= number <= 0x10FFFF and not 0x7F <= number < 0xA0 and not 0xD800 <= number < 0xE000
        return chr(number) if printable else ""
    if keysym in ODD:
        return ODD[keysym]
    if keysym in GREEK:
        return GREEK[keysym].strip("\0")
    return _from_set(keysym)


def _from_set(keysym: int) -> str:
    number, byte = keysym >> 8, keysym & 0xFF
    if number == 0x4:  # half-width kana of JIS X 0201, by their full-width names
        import unicodedata

        return unicodedata.normalize("NFKC", bytes([byte]).decode("shift_jis", "ignore")) if byte >= 0xA1 else ""
    if number == 0x6:
        if 0xA1 <= byte <= 0xBF:
            return KOI8_MORE[byte - 0xA1]
        return bytes([byte]).decode("koi8-r") if byte >= 0xC0 else ""
    if number in SETS and byte >= 0xA1:
        return bytes([byte]).decode(SETS[number], "ignore")
    return ""


@cache
def _names() -> dict[int, str]:
    from Xlib import XK

    XK.load_keysym_group("xf86")
    XK.load_keysym_group("xkb")
    found: dict[int, str] = {}
    for name, (symbol, _) in KEYS.items():
        number = XK.string_to_keysym(symbol) or XK.string_to_keysym(symbol.replace("XF86", "XF86_", 1))
        found.setdefault(int(number), name)
    found.pop(0, None)
    return found


def name_of(keysym: int) -> str:
    """The name in `keys.KEYS` of a key that gives no character (and of the space bar); "" for none."""
    if 0xFFB0 <= keysym <= 0xFFB9:
        return f"numpad_{keysym - 0xFFB0}"
    return SAME.get(keysym) or _names().get(keysym, "")
