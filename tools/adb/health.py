"""What a doctor says of phones: the adb program, its server, and every device with the fix for its state."""

from __future__ import annotations

from dataclasses import dataclass

from screenwright.tools.adb import binary, listing
from screenwright.tools.adb.services import Services
from screenwright.tools.adb.trouble import FIXES, UPGRADE, NoPhone, PhoneTrouble, VersionClash
from screenwright.tools.errors import Ending


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a doctor's table. `ok` False: no phone can be driven before `fix` is done."""

    what: str
    ok: bool
    said: str
    fix: str = ""


PAIRS_FROM = 30


def facts(adb: Services) -> list[Fact]:
    """The program, the server (which is started), the devices; ends at the first that keeps the others away."""
    try:
        found = [_program(adb), *_server(adb)]
        listed = adb.devices()
    except PhoneTrouble as error:
        return [_program(adb), Fact("adb server", False, error.said, error.fix)]
    except Ending as error:
        said, _, fix = str(error).partition("; ")
        return [Fact("adb", False, said, fix)]
    if not listed:
        found.append(Fact("phone", False, "no phone is connected", FIXES[NoPhone]))
    for each in listed:
        wrong = listing.trouble(each)
        found.append(Fact("phone", wrong is None, str(each), wrong.fix if wrong else ""))
    return found


def _program(adb: Services) -> Fact:
    version = binary.version(adb.path)
    major = version.partition(".")[0]
    old = major.isdecimal() and int(major) < PAIRS_FROM
    return Fact("adb", True, f"{version} at {adb.path}", f"to pair by Wi-Fi, {UPGRADE}" if old else "")


def _server(adb: Services) -> list[Fact]:
    """What runs, and whether the next `adb` that a person types would end it."""
    protocol, own = adb.server_version, binary.protocol(adb.path)
    fine, data = adb.server.ask_bytes("host:server-status")
    build, path = listing.server_build(data[4:]) if fine else ("", "")
    said = f"at {adb.server.address}, protocol {protocol}" + (f", {build} at {path}" if build else "")
    clash = own is not None and own != protocol
    if clash:
        said += f"; but {adb.path} speaks {own} and would end it"
    return [Fact("adb server", not clash, said, FIXES[VersionClash] if clash else "")]
