"""Typing: plain text by `input`, all other by a borrowed keyboard or by pasting; then the field is read again.

`input` says nothing of characters that got lost or that a pinyin keyboard made something else of, and a
keyboard's broadcast ends well also when nobody heard it. Only the field itself tells what arrived.
"""

from __future__ import annotations

import re
import time
import unicodedata
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from screenwright.tools.errors import BadAction, Mendable
from screenwright.tools.phone import quoting
from screenwright.tools.phone.foliage import Foliage
from screenwright.tools.phone.hands import HalfDone, Hands
from screenwright.tools.phone.keyboards import INSTALL, Borrowing, Keyboards
from screenwright.tools.phone.link import Link
from screenwright.tools.phone.tree import Node

if TYPE_CHECKING:
    from screenwright.tools.phone.scrcpy.pasting import Pasting

ARRIVE_S = 2.0
LOOK_S = 0.1


class Mistyped(Mendable):
    """Text was typed, and the field holds something else now; the message says what."""


class Way(Protocol):
    """A way to type any character."""

    @property
    def name(self) -> str: ...

    @property
    def tries(self) -> int:
        """How often a part is sent, where the field shows that it never came."""
        ...

    @property
    def late(self) -> bool:
        """Whether a part may still be on its way when `put` returns, so that the next would overtake it."""
        ...

    def ready(self) -> AbstractContextManager[None]: ...

    def put(self, part: str) -> bool | None: ...


class Writing:
    """Types into what has the focus on one phone. `arrive_s`: how long a text may take to show in its field."""

    def __init__(self, link: Link, hands: Hands, foliage: Foliage, pasting: Pasting | None = None) -> None:
        self._link, self._hands, self._foliage = link, hands, foliage
        self.keyboards, self.pasting = Keyboards(link), pasting
        self.arrive_s = ARRIVE_S

    def way(self) -> Way | None:
        """How any character can be typed here. Pasting comes last: it uses the person's clipboard."""
        for keyboard in self.keyboards.installed():
            return Borrowing(self.keyboards, keyboard, self._link)
        return self.pasting if self.pasting and self.pasting.there() else None

    def close(self) -> None:
        """Give back what is owed; raises nothing."""
        self.keyboards.close()
        if self.pasting:
            self.pasting.close()

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
        way = self.way()
        if way is None:
            first = next(character for character in text if not quoting.typable(character))
            scrcpy = f"; {self.pasting.trouble}" if self.pasting else ""
            raise BadAction(
                f"{first!r} can't be typed on this phone: `input text` has plain ASCII only, and no keyboard that "
                f"takes text from adb is installed; {INSTALL}{scrcpy}; nothing was typed"
            )
        return self._by(way, text)

    def _by(self, way: Way, text: str) -> str:
        before = self._field()
        if before is None and not self._foliage.trouble and self.keyboards.listening() is False:
            raise BadAction("no field has the focus: tap on one first; nothing was typed")
        with way.ready():
            parts = [part for part in re.split(r"([\n\t])", text) if part]
            for place, part in enumerate(parts):
                try:
                    if place:
                        before = self._field() if way.late else None
                    self._part(way, part, before)
                except (BadAction, HalfDone) as refused:
                    if not place:
                        raise
                    raise HalfDone(
                        f"{place} of {len(parts)} parts of the text were typed, then: {refused}"
                    ) from refused
            return self._read_back(text)

    def _part(self, way: Way, part: str, before: Node | None) -> None:
        """One stretch between line feeds and tabs; sent again only where the field shows that it never came."""
        if part in ("\n", "\t"):
            self._hands.do(quoting.commands(part))
            return
        for _ in range(way.tries):
            heard = way.put(part)
            if heard or (heard is None and self._came(before, late=way.late)):
                return
        raise BadAction(
            f"{way.name} was told to type {part!r}, and no field took it: nothing was typed; tap on the "
            "field, then try again"
        )

    def _came(self, before: Node | None, *, late: bool) -> bool:
        """Did the field change? What can't be seen counts as come: nothing is typed twice on a guess."""
        until = time.monotonic() + self.arrive_s
        while True:
            now = self._field()
            if now is None or before is None or now.says("password"):
                if late:
                    time.sleep(max(0.0, until - time.monotonic()))
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
