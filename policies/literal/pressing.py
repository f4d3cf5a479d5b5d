"""Words that name keys: 'Ctrl+S', 'Page Down', 'Tab 3 times and Enter', and which of them are labels after all."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from screenwright.policies.literal.instruction import Instruction
from screenwright.policies.literal.phrases import Sentence, Unclear
from screenwright.tools import keys
from screenwright.tools.errors import BadAction

# Names that X and other systems have for keys, and that people read on buttons: "press Next".
ON_BUTTONS = frozenset(
    (
        "next",
        "prior",
        "print",
        "option",
        "opt",
        "command",
        "windows",
        "win",
        "meta",
        "apps",
        "menu",
        "pause",
        "mute",
    )
)
HELD = frozenset(("ctrl", "control", "strg", "shift", "alt", "altgr", "cmd", "super"))


def chord(text: str, quoted: bool) -> tuple[str, ...] | None:
    """Key names for 'Ctrl+S', 'Page Down', 'a'; None for what is no key, or is quoted and no chord.

    What is quoted stands on the screen, so `press "Enter"` clicks Enter; `press "Ctrl+S"` can only be keys.
    """
    text = text.strip()
    key = re.fullmatch(r"(.+?) keys?", text, re.IGNORECASE)
    parts = _parts(key[1] if key else text)
    if len(parts) < 2 and (quoted or text.lower() in ON_BUTTONS):
        return None
    known = [keys.known(part) for part in parts]
    if not parts or any(name is None for name in known):
        return None
    return tuple(name for name in known if name is not None)


def presses(
    part: Sentence, text: str, joint: re.Pattern[str], one: Callable[[str], tuple[str, int]]
) -> list[Instruction]:
    """One press for each of 'Ctrl+A, Ctrl+C and Tab twice'; none when any of them is no key.

    `joint` stands between two; `one` takes 'Tab twice' apart into the key's words and how often.
    """
    found = []
    for piece in joint.split(text):
        words, count = one(piece)
        names = chord(part.full(words), part.quoted(words))
        if not names:
            return []
        found.append(Instruction("press", keys=names, count=count))
    if len(found) > 1 and all(key in keys.MODIFIERS for key in found[0].keys):
        return [Instruction("press", keys=tuple(key for press in found for key in press.keys))]
    return found


def refuse_unknown_keys(text: str) -> None:
    """Unclear for 'Ctrl+Bogus': a label with a plus after the name of a modifier is a slip of the pen."""
    parts = _parts(text.strip())
    if len(parts) > 1 and keys.known(parts[0]) in keys.MODIFIERS:
        for part in parts:
            try:
                keys.canonical(part)
            except BadAction as error:
                raise Unclear(str(error)) from None


def _parts(text: str) -> Sequence[str]:
    if text in ("+", "-"):
        return [text]
    plus = [part.strip() for part in re.split(r"\s*\+\s*(?=.)", text)]
    if len(plus) > 1:
        return plus
    dash = text.split("-")
    if len(dash) > 1 and keys.known(dash[0].strip()) in keys.MODIFIERS:
        return [part.strip() for part in dash]
    words = text.split()
    if len(words) > 1 and words[0].lower() in HELD and all(keys.known(word) for word in words):
        return words
    return [text]
