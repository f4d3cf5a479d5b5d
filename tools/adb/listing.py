"""What adb lists (devices, services found by mDNS, its own server's state), read by pure parsers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from screenwright.tools.adb.trouble import (
    FIXES,
    NoPermission,
    NoPhone,
    NotBooted,
    Offline,
    PhoneTrouble,
    SeveralPhones,
    Unauthorized,
    UnknownPhone,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of `adb devices -l`.

    `state`: 'device' means ready; see `trouble` for the others. `transport`: the server's own number for
    it, another one after each reconnect.
    """

    serial: str
    state: str
    model: str = ""
    product: str = ""
    transport: int = 0

    @property
    def ready(self) -> bool:
        return self.state == "device"

    @property
    def name(self) -> str:
        """For a person: the model, else the serial."""
        return self.model.replace("_", " ") or self.serial

    def __str__(self) -> str:
        model = f"{self.name}, " if self.model else ""
        return f"{self.serial} ({model}{'ready' if self.ready else self.state})"


STATES = (
    "device",
    "offline",
    "unauthorized",
    "authorizing",
    "connecting",
    "bootloader",
    "recovery",
    "rescue",
    "sideload",
    "detached",
    "host",
    "unknown",
    "no permissions",
)
# The serial may hold spaces: mDNS adds " (2)" to a name that it has seen before.
LINE = re.compile(rf"^(?P<serial>\S.*?)\s+(?P<state>{'|'.join(STATES)})\b(?P<rest>.*)$")
FACT = re.compile(r"(\w+):(\S+)")


def devices(text: str) -> list[Listed]:
    """The devices in what `host:devices-l` or `adb devices -l` says; other lines are passed over."""
    found: list[Listed] = []
    for line in text.splitlines():
        read = LINE.match(line)
        if read and not line.startswith("*"):
            facts = dict(FACT.findall(read["rest"]))
            number = facts.get("transport_id", "0")
            found.append(
                Listed(
                    read["serial"],
                    read["state"],
                    facts.get("model", ""),
                    facts.get("product", ""),
                    int(number) if number.isdecimal() else 0,
                )
            )
    return found


def trouble(listed: Listed) -> PhoneTrouble | None:
    """Why this one can't be driven; None when it is ready."""
    kind: type[PhoneTrouble]
    match listed.state:
        case "device":
            return None
        case "unauthorized" | "authorizing":
            kind, said = Unauthorized, "it has not accepted this computer's key"
        case "no permissions":
            kind, said = NoPermission, "this user may not open its USB device"
        case "bootloader" | "recovery" | "rescue" | "sideload":
            kind, said = NotBooted, f"it is in its {listed.state}"
        case state:
            kind, said = Offline, f"adb lists it as {state}"
    return kind(f"{listed.serial}: {said}", FIXES[kind])


def pick(listed: Sequence[Listed], serial: str | None = None) -> Listed:
    """The device that is meant, ready to be driven.

    Without a serial, the only one there is; those that are offline are left out when another is ready,
    since a network address that has gone stays in the list. PhoneTrouble says why there is none.
    """
    if serial is not None:
        named = [each for each in listed if each.serial == serial]
        if not named:
            there = ", ".join(map(str, listed)) or "none"
            raise UnknownPhone(f"there is no device {serial!r}; there are: {there}", FIXES[UnknownPhone])
        chosen = named[0]
    elif not listed:
        raise NoPhone("no phone is connected", FIXES[NoPhone])
    else:
        able = [each for each in listed if each.state != "offline"] or list(listed)
        if len(able) > 1:
            there = ", ".join(map(str, able))
            raise SeveralPhones(f"there are {len(able)} devices: {there}", FIXES[SeveralPhones])
        chosen = able[0]
    wrong = trouble(chosen)
    if wrong:
        raise wrong
    return chosen


@dataclass(frozen=True, slots=True)
class Announced:
    """A phone that announces itself in the network.

    `kind`: 'connect' (for computers it was paired with) or 'pair' (it waits for a code). `address`: HOST:PORT.
    """

    name: str
    kind: str
    address: str


SERVICES = {"_adb-tls-connect._tcp": "connect", "_adb-tls-pairing._tcp": "pair", "_adb._tcp": "connect"}


def announced(text: str) -> list[Announced]:
    """The phones in what `host:mdns:services` or `adb mdns services` says."""
    found: list[Announced] = []
    for line in text.splitlines():
        parts = line.split("\t") if "\t" in line else line.rsplit(None, 2)
        if len(parts) == 3 and (kind := SERVICES.get(parts[1].strip().rstrip("."))):
            found.append(Announced(parts[0].strip(), kind, parts[2].strip()))
    return found


def server_build(data: bytes) -> tuple[str, str]:
    """Version and path of the server's program, in the protobuf of `host:server-status`; '' where absent."""
    fields: dict[int, str] = {}
    place = 0
    while place < len(data):
        tag, place = _varint(data, place)
        number, place = _varint(data, place)
        if tag & 7 == 2:
            fields[tag >> 3] = data[place : place + number].decode(errors="replace")
            place += number
        elif tag & 7:
            break
    return fields.get(5, ""), fields.get(7, "")


def _varint(data: bytes, place: int) -> tuple[int, int]:
    number = 0
    for shift, byte in enumerate(data[place : place + 10]):
        number |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            return number, place + shift + 1
    return number, len(data)
