"""One phone over adb, with what a drop means: a question is asked again, an act never is.

The way to a phone breaks (a cable, Wi-Fi, a server that somebody ended). What only reads is repeated once the
phone is back. What acts may have been done: the loop has to look at the screen again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from screenwright.tools.adb.client import Adb
from screenwright.tools.adb.command import Ran
from screenwright.tools.adb.resident import Resident
from screenwright.tools.adb.trouble import ConnectionBroken, NoPermission, NotBooted, PhoneTrouble
from screenwright.tools.errors import BadAction, DeviceLost, OutcomeUnknown

T = TypeVar("T")
TRIES = 3
STAYS: tuple[type[PhoneTrouble], ...] = (NotBooted, NoPermission)
"""Troubles that no waiting mends. `Refused` is none: in the moment that a phone goes, adb calls it refusing."""


class Silent(DeviceLost):
    """The phone is there, and a question that was put to it is not answered in its time."""


class Link:
    """The way to one phone. One thread at a time.

    Args:
        reconnect_s: how long to wait for a phone that is gone.
    """

    def __init__(self, adb: Adb, serial: str, reconnect_s: float) -> None:
        self.adb, self.serial, self.reconnect_s = adb, serial, reconnect_s
        self.breaks = 0
        self.closed = False
        self._resident = Resident(adb, serial)

    def read(self, line: str, *, seconds: float = 20.0) -> Ran:
        """Run a line that may run twice. DeviceLost: the phone stayed away, with the fix. Silent: it was slow."""
        return self._again(lambda: self._resident.run(line, seconds=seconds))

    def fetch(self, line: str, *, seconds: float = 30.0) -> bytes:
        """All that such a line prints, as it is; the caller checks that it is whole. DeviceLost."""
        return self._again(lambda: self.adb.exec(self.serial, line, seconds=seconds))

    def ask(self, question: Callable[[Adb, str], T]) -> T:
        """Put another question that may be put twice to adb."""
        return self._again(lambda: question(self.adb, self.serial))

    def act(self, line: str, *, seconds: float = 30.0) -> Ran:
        """Run a line that must not be run twice.

        After a break the phone is waited for; then BadAction: it was not done, or OutcomeUnknown: it may have
        been. DeviceLost: the phone stayed away.
        """
        return self.do(_short(line), lambda: self._resident.run(line, seconds=seconds))

    def do(self, what: str, act: Callable[[], T]) -> T:
        """Do something else that must not be done twice; `what`: its name in messages. Raises as `act`."""
        self._open()
        try:
            return act()
        except ConnectionBroken as broken:
            self.await_back(broken)
            if broken.sent:
                raise OutcomeUnknown(
                    f"{broken.why} in the middle of {what!r} on the phone {self.serial}, which answers "
                    "again: whether it was done is not known; look at the screen before doing it again"
                ) from broken
            raise BadAction(f"{broken}; the phone is back: look again, then decide") from broken
        except PhoneTrouble as trouble:
            self.await_back(trouble)
            raise BadAction(
                f"the phone {self.serial} was gone ({trouble.said}) before {what!r}: nothing was done; it "
                "is back: look again, then decide"
            ) from trouble

    def await_back(self, reason: PhoneTrouble | ConnectionBroken) -> None:
        """Wait until the phone answers again. DeviceLost: it did not in time, with the fix."""
        if isinstance(reason, STAYS):
            raise reason
        self.breaks += 1
        began = time.monotonic()
        try:
            self.adb.wait_online(self.serial, self.reconnect_s)
        except DeviceLost as lost:
            gone = time.monotonic() - began
            raise DeviceLost(f"the phone {self.serial} did not come back within {gone:.0f} s: {lost}") from lost

    def close(self) -> None:
        """Safe twice."""
        self.closed = True
        self._resident.close()

    def _again(self, call: Callable[[], T]) -> T:
        for left in reversed(range(TRIES)):
            self._open()
            try:
                return call()
            except (PhoneTrouble, ConnectionBroken) as broken:
                self.await_back(broken)
                if isinstance(broken.__cause__, TimeoutError):
                    raise Silent(f"the phone {self.serial} answers, but this does not end: {broken}") from broken
                if not left:
                    raise DeviceLost(f"the phone {self.serial} breaks off again and again: {broken}") from broken
        raise AssertionError

    def _open(self) -> None:
        if self.closed:
            raise DeviceLost(f"the phone {self.serial} is closed here: open another Phone")


def _short(line: str) -> str:
    return line if len(line) < 80 else line[:77] + "..."
