"""How long quiet must last before a screen counts as still, by kind of action and by program.

Too short is a broken run, too long a slow one; the figures were measured on mousepad, Calc and Chromium
(`make bench ROWS=settle`).
"""

from __future__ import annotations

from dataclasses import dataclass

from screenwright.tools import keys
from screenwright.tools.actions import Action, Click, Move, OpenApp, PressKeys, Scroll, TypeText


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: `first` to wait for any change at all, `quiet` without change that means it has stopped.

    `loading`: what `quiet` becomes once the top of the window, where a browser has its tabs, has changed.
    """

    first: float
    quiet: float
    loading: float | None = None


def patience(action: Action) -> Patience:
    """Measured on mousepad, Calc and Chromium; see docs/develop.md."""
    match action:
        case TypeText():
            return Patience(first=0.75, quiet=0.35)
        case Move() | Scroll():
            return Patience(first=0.35, quiet=0.3)
        case OpenApp():
            return Patience(first=8.0, quiet=0.5)
        case _:
            return Patience(first=0.7, quiet=0.4)


# LibreOffice repaints a second time 0.6 s after a key, from a timer of its own: cells, then sidebar and bars.
REPAINTS_LATE_S = {"libreoffice": 0.7}
# Chromium keeps the old page on the screen for 0.5 s while it loads one of the same site ("paint holding");
# meanwhile only the tab and the reload button tell of it.
HOLDS_PAGES_S = 0.6
BROWSERS = ("chrom", "edge", "brave", "vivaldi", "opera")
LOADING_KEYS = frozenset(("enter", "f5", "browser_back", "browser_forward"))
LOADING_CHORDS = [frozenset(chord) for chord in (("ctrl", "r"), ("alt", "left"), ("alt", "right"))]


def in_program(action: Action, wanted: Patience, program: str) -> Patience:
    """Longer where the program is known to go on after a pause."""
    late = max((seconds for name, seconds in REPAINTS_LATE_S.items() if name in program), default=0.0)
    loads = any(name in program for name in BROWSERS) and _loads(action)
    return Patience(max(wanted.first, late), max(wanted.quiet, late), HOLDS_PAGES_S if loads else None)


def _loads(action: Action) -> bool:
    """May it take a browser to another page?"""
    match action:
        case Click(button="left"):
            return True
        case PressKeys(keys=names):
            chord = frozenset(keys.known(name) or name for name in names)
            return bool(chord & LOADING_KEYS) or chord in LOADING_CHORDS
        case TypeText(text=text):
            return "\n" in text
        case _:
            return False
