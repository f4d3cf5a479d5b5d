"""Typing: plain text by `input`, all other by a borrowed keyboard; then the field is read again.

`input` says nothing of characters that got lost or that a pinyin keyboard made something else of, and a
keyboard's broadcast ends well also when nobody heard it. Only the field itself tells what arrived.
"""

from __future__ import annotations

import re
import time
import unicodedata

from screenwright.tools.errors import BadAction, Mendable
from screenwright.tools.phone import quoting
from screenwright.tools.phone.foliage import Foliage
from screenwright.tools.phone.hands import HalfDone, Hands
from screenwright.tools.phone.keyboards import INSTALL, Keyboard, Keyboards
from screenwright.tools.phone.link import Link
from screenwright.tools.phone.tree import Node

ARRIVE_S = 2.0
LOOK_S = 0.1


class Mistyped(Mendable):
    """Text was typed, and the field holds something else now; the message says what."""


class Writing:
    """Types into what has the focus on one phone. `arrive_s`: how long a text may take to show in its field."""

    def __init__(self, link: Link, hands: Hands, foliage: Foliage) -> None:
        self._link, self._hands, self._foliage = link, hands, foliage
        self.keyboards = Keyboards(link)
        self.arrive_s = ARRIVE_S

    def type(self, text: str) -> str:
        """Type it; how it is known to have arrived, in words.

        BadAction: nothing was typed. Mistyped, HalfDone: something was. OutcomeUnknown: the phone was gone.
        """
        if not text:
            return "nothing to type"
        if quoting.typable(text):
            self._hands.do(quoting.commands(text))
            return self._read_back(text)
        if stray := [each for each in text if unicodedata.category(each) in ("Cc", "Cs") and each not in "\n\t"]:
            raise BadAction(f"{stray[0]!r} is no character that can be typed; nothing was typed")
        keyboards = self.keyboards.installed()
        if not keyboards:
            first = next(character for character in text if not quoting.typable(character))
            raise BadAction(
                f"{first!r} can't be typed on this phone: `input text` has plain ASCII only, and no keyboard that "
                f"takes text from adb is installed; {INSTALL}; nothing was typed"
            )
        return self._by_keyboard(keyboards[0], text)

    def _by_keyboard(self, keyboard: Keyboard, text: str) -> str:
        before = self._field()
        if before is None and not self._foliage.trouble and self.keyboards.listening() is False:
            raise BadAction("no field has the focus: tap on one first; nothing was typed")
        with self.keyboards.borrowed(keyboard):
            parts = [part for part in re.split(r"([\n\t])", text) if part]
            for place, part in enumerate(parts):
                try:
                    self._part(keyboard, part, before if not place else None)
                except (BadAction, HalfDone) as refused:
                    if not place:
                        raise
                    raise HalfDone(
                        f"{place} of {len(parts)} parts of the text were typed, then: {refused}"
                    ) from refused
            return self._read_back(text)

    def _part(self, keyboard: Keyboard, part: str, before: Node | None) -> None:
        """One stretch between line feeds and tabs; sent again only where the field shows that it never came."""
        if part in ("\n", "\t"):
            self._hands.do(quoting.commands(part))
            return
        for _ in range(2):
            ran = self._link.act(keyboard.typing(part))
            if keyboard.proof in ran.said if keyboard.proof else self._came(before):
                return
        raise BadAction(
            f"{keyboard.name} was told to type {part!r}, and no field took it: nothing was typed; tap on the "
            "field, then try again"
        )

    def _came(self, before: Node | None) -> bool:
        """Did the field change? What can't be seen counts as come: nothing is typed twice on a guess."""
        until = time.monotonic() + self.arrive_s
        while True:
            now = self._field()
            if now is None or before is None or now.says("password"):
                return True
            if now.marks.get("text") != before.marks.get("text"):
                return True
            if time.monotonic() > until:
                return False
            time.sleep(LOOK_S)

    def _read_back(self, text: str) -> str:
        """Compare what was typed with what the field holds."""
        last = text.rpartition("\t")[2]  # what stands before a tab went into another field
        if not last:
            return "not read back (Tab led elsewhere)"
        until = time.monotonic() + (0.0 if "\n" in last else self.arrive_s)
        while True:
            field = self._field()
            if field is None:
                return f"not read back ({self._foliage.trouble or 'no field with the focus is told'})"
            if field.says("password"):
                return "not read back (a password)"
            held = field.marks.get("text", "")
            if "".join(last.split()) in "".join(held.split()):
                return "read back"
            if (wanted := letters(last)) and wanted in letters(held):
                return f"read back as {held!r}"
            if time.monotonic() > until:
                break
            time.sleep(LOOK_S)
        if "\n" in last:
            return "not read back (Enter led elsewhere)"
        if not wanted:
            return "not read back (signs only, which a tree may leave out)"
        raise Mistyped(
            f"{last!r} was typed, and the field holds {held!r} now: a keyboard on the phone may have changed it, "
            "or the field takes no more; look, then mend it"
        )

    def _field(self) -> Node | None:
        found = self._foliage.read()
        return found.focused() if found else None


def letters(text: str) -> str:
    """Without what fields put in or take out by themselves: spaces, dashes, capitals; and without emoji, for
    which uiautomator writes dots."""
    return "".join(character for character in text if character.isalnum()).casefold()
