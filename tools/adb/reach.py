"""Getting a phone, and getting it back: connecting by network, pairing, waiting until it answers.

adb says "already connected" of a device that is offline, "connected" before it can be used, and exits 0
whatever happened. So a phone counts as there when the server lists it as ready and it echoes a fresh word.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import time

from screenwright.tools.adb import listing
from screenwright.tools.adb.listing import Listed
from screenwright.tools.adb.services import ABSENT, Services
from screenwright.tools.adb.trouble import (
    FIXES,
    CannotConnect,
    PairingFailed,
    PhoneTrouble,
    UnknownPhone,
    recognise,
)
from screenwright.tools.errors import BadScript, Ending, OutcomeUnknown

ECHO_S = 5.0
ALREADY, CONNECTED = "already connected", "connected to"
LOOK_S = 0.03
AGAIN_S = 0.5


def with_port(place: str) -> str:
    """'HOST' as 'HOST:5555'; a name that mDNS gave stays as it is. BadScript: it is no address."""
    place = place.strip()
    if "._adb" in place:
        return place
    if not place or re.search(r"[\s;]", place) or place.endswith(":"):
        raise BadScript(f"{place!r} is no address of a phone; write HOST:PORT, as its wireless debugging shows it")
    if re.search(r":\d+$", place.rpartition("]")[2] or place):
        return place
    return f"{place}:5555"


def by_network(serial: str) -> bool:
    """Was it connected to by address? Such a device is forgotten by a server that is started anew."""
    return "._adb" in serial or re.search(r":\d+$", serial) is not None


def connect(adb: Services, place: str, seconds: float) -> Listed:
    """Connect to 'HOST:PORT', and make sure that it answers. CannotConnect, Unauthorized."""
    serial = with_port(place)
    return _Reaching(adb, serial, seconds, patient=False).reach()


def wait_online(adb: Services, serial: str, seconds: float) -> Listed:
    """Wait until it answers. PhoneTrouble: what was wrong at last."""
    return _Reaching(adb, serial, seconds, patient=True).reach()


def pair(adb: Services, place: str, code: str) -> str:
    """Pair by code; what adb says of it. Asked of the server: adb's program hides the reason of a failure."""
    fine, said = adb.server.ask(f"host:pair:{code.strip()}:{place}", 30.0)
    if fine and "uccessfully" in said:
        return said
    error = recognise(said, place)
    raise error if not isinstance(error, PhoneTrouble) else PairingFailed(f"{place}: {said}", FIXES[PairingFailed])


class _Reaching:
    """One try to reach a phone, over some seconds.

    Args:
        patient: wait for a refused connection and for a person who has to accept the key.
    """

    def __init__(self, adb: Services, serial: str, seconds: float, *, patient: bool) -> None:
        self.adb, self.serial, self.patient = adb, serial, patient
        self.until = time.monotonic() + seconds
        self.seconds = seconds
        self.again_at = 0.0
        self.said = ""

    def reach(self) -> Listed:
        while True:
            listed = self._listed()
            if listed.ready and self._echoes():
                return listed
            nobody = listed.state == ABSENT and self.said and CONNECTED not in self.said
            if not self.patient and (nobody or listed.state == "unauthorized"):
                raise self._wrong(listed)
            if time.monotonic() >= self.until:
                raise self._wrong(listed)
            if not self._connect_anew(listed):
                time.sleep(LOOK_S)

    def _listed(self) -> Listed:
        for each in self.adb.devices():
            if each.serial == self.serial:
                return each
        return Listed(self.serial, ABSENT)

    def _echoes(self) -> bool:
        word = secrets.token_hex(8)
        with contextlib.suppress(Ending, OutcomeUnknown):
            ran = self.adb.shell(self.serial, f"echo {word}", seconds=max(0.1, min(ECHO_S, self._left())))
            return ran.text == word
        return False

    def _connect_anew(self, listed: Listed) -> bool:
        """By ourselves: the server tries again by itself, but takes up to ten seconds for it."""
        # A phone that is listed as ready but does not answer is behind a connection that has died silently.
        mendable = by_network(self.serial) and listed.state in (ABSENT, "offline", "device")
        if not mendable or time.monotonic() < self.again_at:
            return False
        if listed.state != ABSENT:
            self.adb.disconnect(self.serial)
        try:
            _, self.said = self.adb.server.ask(f"host:connect:{self.serial}", max(0.5, self._left()))
        except PhoneTrouble:
            # The server waits longer for an address that is silent than we do.
            self.said = f"failed to connect to '{self.serial}': no answer within {self.seconds:g} s"
        # "already connected" is said also of one that is offline or just being let go of: then nothing was done.
        self.again_at = time.monotonic() + (LOOK_S if ALREADY in self.said else AGAIN_S)
        return True

    def _left(self) -> float:
        return self.until - time.monotonic()

    def _wrong(self, listed: Listed) -> Ending:
        """What to tell: the state if it is listed, else what adb said when it was connected to."""
        wrong: Ending | None = listing.trouble(listed)
        if listed.state == ABSENT:
            if self.said and CONNECTED not in self.said:
                wrong = recognise(self.said, self.serial)
            else:
                wrong = UnknownPhone(f"there is no device {self.serial!r}", FIXES[UnknownPhone])
        elif wrong is None:
            wrong = CannotConnect(f"{self.serial} is listed, but does not answer", FIXES[CannotConnect])
        if isinstance(wrong, PhoneTrouble) and by_network(self.serial) and (moved := self._moved()):
            return type(wrong)(wrong.said, f"it announces itself at {moved} now: connect to that")
        return wrong

    def _moved(self) -> str | None:
        """Where that phone announces itself now: its port changes when its debugging is switched off and on."""
        host = self.serial.rpartition(":")[0]
        with contextlib.suppress(Ending):
            for each in self.adb.announced():
                if (
                    each.kind == "connect"
                    and each.address.rpartition(":")[0] == host
                    and each.address != self.serial
                ):
                    return each.address
        return None
