"""What goes wrong between a phone and this machine, told apart by what adb says of it.

adb's exit codes say little (a drop in the middle of a command exits 0, so does a refused connection), and
its texts differ by version, so all that is known of them is here. Every `DeviceLost` of this file means
that nothing was sent; only a `ConnectionBroken` may leave a command done.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from screenwright.tools.adb.wire import NOTHING
from screenwright.tools.errors import DeviceLost, Ending, NotInstalled, OutcomeUnknown

SHOWN = 120
"""Characters of a command that a message quotes; a typed text or a picture may be long."""


class ConnectionBroken(OutcomeUnknown):
    """The way to the phone broke, or the time was up, before the command's end was told.

    Args:
        command: what was asked for.
        sent: False: it never left this machine, so it was not done. True: it may have been done.
        why: what was seen of the break.
    """

    def __init__(self, command: str, sent: bool, why: str = "the connection was closed") -> None:
        shown = command if len(command) <= SHOWN else command[:SHOWN] + "..."
        said = (
            "whether it was done is not known: look at the screen before anything is done again"
            if sent
            else "it was not sent, so nothing was done"
        )
        super().__init__(f"{why} during {shown!r}; {said}")
        self.command, self.sent, self.why = command, sent, why


class PhoneTrouble(DeviceLost):
    """A phone that can't be reached now. Nothing was sent to it. `fix`: what a person can do about it."""

    def __init__(self, said: str, fix: str) -> None:
        super().__init__(f"{said}; {fix}")
        self.said, self.fix = said, fix


class NoPhone(PhoneTrouble):
    """No device is listed at all."""


class UnknownPhone(PhoneTrouble):
    """The serial that was asked for is not listed."""


class SeveralPhones(PhoneTrouble):
    """More than one could be meant, and none was named."""


class Unauthorized(PhoneTrouble):
    """The phone has not accepted this machine's key."""


class Offline(PhoneTrouble):
    """The server lists it, but does not reach it."""


class NoPermission(PhoneTrouble):
    """The USB device may not be opened by this user."""


class NotBooted(PhoneTrouble):
    """It is in its bootloader, recovery or sideload: there is no screen to drive."""


class CannotConnect(PhoneTrouble):
    """Nothing answers as a phone at that network address."""


class Refused(PhoneTrouble):
    """The phone is there, but refuses the service that was asked for."""


class ServerTrouble(PhoneTrouble):
    """The adb server can't be started or does not answer as one."""


class VersionClash(ServerTrouble):
    """Two adb programs of different versions end each other's server."""


class PairingFailed(PhoneTrouble):
    """The phone did not accept the pairing code."""


class AdbMissing(NotInstalled):
    """There is no adb program, or it can't be run."""


class AdbTooOld(NotInstalled):
    """The server's adb does not know what was asked for (pairing, discovery)."""


FIXES: dict[type[PhoneTrouble], str] = {
    NoPhone: "connect one by USB and switch on USB debugging in its Developer options, or connect by Wi-Fi: "
    "`adb connect HOST:PORT`",
    UnknownPhone: "`adb devices -l` lists the serials that are there; one that came by Wi-Fi has to be "
    "connected again after the adb server was restarted: `adb connect HOST:PORT`",
    SeveralPhones: "name one by its serial, or set ANDROID_SERIAL",
    Unauthorized: "unlock the phone and accept 'Allow USB debugging?'; when it does not ask, choose 'Revoke USB "
    "debugging authorizations' in its Developer options and connect it anew",
    Offline: "plug it in again, or switch its debugging off and on; by Wi-Fi: `adb disconnect SERIAL`, then "
    "`adb connect SERIAL`",
    NoPermission: "on Linux install its udev rules (Debian: `apt install android-sdk-platform-tools-common`), "
    "join the group plugdev, log in again and plug it in again",
    NotBooted: "start Android on it: `adb reboot`",
    CannotConnect: "check that phone and computer are in one network and that wireless debugging is on; its port "
    "changes each time: read it in Developer options > Wireless debugging",
    Refused: "its Android or its maker does not offer this over adb",
    ServerTrouble: "see who else uses the port, or set ANDROID_ADB_SERVER_PORT to a free one",
    VersionClash: "let all programs use one adb: put it first on PATH, or set ADB to its path",
    PairingFailed: "choose 'Pair device with pairing code' on the phone and give the code and the HOST:PORT that "
    "it shows then; that port is another than the one to connect to",
}
UPGRADE = (
    "use adb 30 or newer: `pip install 'screenwright[phone]'` has 36; set ADB to its path and stop the old server"
)

Made = Callable[[str], Ending]


def _phone(kind: type[PhoneTrouble]) -> Made:
    return lambda said: kind(said, FIXES[kind])


def _old(said: str) -> Ending:
    return AdbTooOld(f"the adb in use does not know this: {said}; {UPGRADE}")


PATTERNS: tuple[tuple[str, Made], ...] = (
    # The order counts: a text of several lines is known by its first match.
    (r"adb server version \(\d+\) doesn't match this client|server is out of date", _phone(VersionClash)),
    (r"unknown command|unknown host service", _old),
    (r"unauthorized|authorizing|failed to authenticate", _phone(Unauthorized)),
    (r"no permissions|insufficient permissions|Access denied", _phone(NoPermission)),
    (r"more than one (device|emulator)", _phone(SeveralPhones)),
    (r"no devices(/emulators)? found|no emulators found", _phone(NoPhone)),
    (r"device '?.*'? not found|no such device", _phone(UnknownPhone)),
    (r"pairing|pair code|Wrong password", _phone(PairingFailed)),
    (r"cannot connect to daemon|failed to start daemon|daemon still not running", _phone(ServerTrouble)),
    (r"smartsocket|cannot bind|Address already in use|failed to check server version", _phone(ServerTrouble)),
    (
        r"failed to connect|failed to resolve|unable to connect|bad port|empty host|No route to host",
        _phone(CannotConnect),
    ),
    (r"Connection (refused|timed out|reset)|Network is unreachable", _phone(CannotConnect)),
    (r"offline|no transport|still connecting|device is connecting", _phone(Offline)),
    (r"protocol fault", _phone(ServerTrouble)),
    (r"^closed$", _phone(Refused)),
)


def recognise(text: str, about: str = "") -> Ending:
    """The error that a text of adb's client (`error: ...`, `adb: ...`) or of its server stands for.

    Args:
        about: the phone's serial or address, for the message.
    """
    said = re.sub(r"^(error|adb|failed): ", "", text.strip(), flags=re.IGNORECASE)
    # Of the four lines about an unauthorized device one proposes `adb kill-server`, which ends others' work too.
    first = said.splitlines()[0] if said else NOTHING
    told = first if not about or about in first else f"{about}: {first}"
    for pattern, make in PATTERNS:
        if re.search(pattern, said, re.IGNORECASE | re.MULTILINE):
            return make(told)
    return Refused(told, "screenwright does not know this answer of adb's")
