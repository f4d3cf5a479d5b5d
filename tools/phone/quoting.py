"""`input text`, quoted so that what is typed is what was meant.

Three readers take the argument apart: adb joins words with spaces, the phone's shell splits them again, and
`input` makes a space of every `%s`, also of one that was meant.
"""

from __future__ import annotations

import re
import shlex
from typing import Literal

PIECE = 200  # characters a call: phones have lost some of much longer ones

Route = Literal["input", "keyboard"]


def commands(text: str) -> list[str]:
    """The shell commands that type a text of printable ASCII, line feeds and tabs, in order."""
    found: list[str] = []
    for part in re.split(r"([\n\t])", text):
        if part in ("\n", "\t"):
            found.append(f"input keyevent {66 if part == chr(10) else 61}")
            continue
        found += [f"input text {shlex.quote(piece)}" for piece in pieces(part)]
    return found


def pieces(text: str) -> list[str]:
    """Arguments for `input text`, spaces as `%s`; a literal `%s` is parted between two calls."""
    found: list[str] = []
    for stretch in re.split(r"(?<=%)(?=s)", text):
        found += [stretch[at : at + PIECE].replace(" ", "%s") for at in range(0, len(stretch), PIECE)]
    return [piece for piece in found if piece]


def typable(text: str) -> bool:
    """Can `input text` type it? Its key map has printable ASCII and nothing else."""
    return all(" " <= character <= "~" or character in "\n\t" for character in text)
