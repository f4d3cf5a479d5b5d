"""`input` on the phone: what it can do there, and what its failures mean."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from screenwright.tools.adb.command import Ran
from screenwright.tools.errors import BadAction, DeviceLost, Mendable
from screenwright.tools.phone.link import Link

SLOW_S = 0.15  # a tap that takes as long makes no double tap with a second one after it


class InputRefused(DeviceLost):
    """The phone takes no input from adb. Nothing was done."""


class HalfDone(Mendable):
    """Some parts of an action were done, and then it could not go on; look at the screen."""


class Hands:
    """Runs commands of `input` over one Link."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._usage: str | None = None
        self.tap_s = 0.0

    def knows(self, name: str) -> bool | None:
        """Does this phone's `input` list that command? None: it lists none, so only a try tells."""
        if self._usage is None:
            self._usage = self._link.read("input").said
        return name in self._usage if "swipe" in self._usage else None

    @property
    def slow(self) -> bool:
        return self.tap_s > SLOW_S

    def do(self, commands: Sequence[str], *, seconds: float = 0.0) -> None:
        """Run them one after another; `seconds`: how long each is meant to take.

        BadAction: none was done. HalfDone: some were. OutcomeUnknown: the phone was gone meanwhile.
        """
        for place, command in enumerate(commands):
            began = time.perf_counter()
            try:
                check(self._link.act(command, seconds=seconds + 30.0), command)
            except BadAction as refused:
                if not place:
                    raise
                raise HalfDone(f"{place} of {len(commands)} parts were done, then: {refused}") from refused
            if command.startswith("input tap") and ";" not in command:
                self.tap_s = time.perf_counter() - began


def check(ran: Ran, command: str) -> None:
    """Raise what `input` said went wrong; it says it with exit code 0 as well."""
    said = ran.said
    if "INJECT_EVENTS" in said:
        raise InputRefused(
            "the phone lets adb look, but not touch (INJECT_EVENTS): in Developer options turn on 'USB debugging "
            "(Security settings)', on Xiaomi with an account and a SIM card, or 'Disable permission monitoring'"
        )
    if "Unknown command" in said or "Unknown option" in said:
        raise BadAction(f"this phone's `input` does not know {' '.join(command.split()[1:2])!r}")
    if "NullPointerException" in said or said == "Killed":
        raise BadAction(f"the phone's keyboard has no keys for this text: {_reason(said)}")
    if ran.code or "Exception" in said or said.startswith("Error"):
        raise BadAction(f"the phone refused {command!r}: {_reason(said) or f'exit code {ran.code}'}")


def _reason(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("WARNING: linker")]
    named = [line for line in lines if re.search(r"\w\.\w*(Exception|Error)|^Error", line)]
    return (named or lines or [""])[0][:200]
