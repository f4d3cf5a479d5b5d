"""A task on a phone: the real adb, its real protocol, an Agent on it; the glass is simulated.

A note is written in two scripts of letters, a contact is found by scrolling. What it shows of a real phone, and
what it does not, is in docs/phone.md.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from stage import Stage, equal

from screenwright.tools import Size
from screenwright.tools.adb.client import Adb
from screenwright.tools.phone import Phone
from screenwright.tools.simphone import ADB_KEYBOARD, SimPhone

TITLE = "Write a note, find a contact (phone over adb, simulated glass)"
TEXT = "Tea at five – bring 茶 and a naïve Ünïcode"
WHO = "Sofia Rossi"


def play(stage: Stage) -> str:
    with phone() as (sim, device):
        stage.run("phone", device=device, text=TEXT, who=WHO)
        note = sim.phone.notes.notes[0]
        equal("the saved note", (note.title, note.text), ("Tea", TEXT))
        person = sim.phone.contacts.shown
        equal("the contact on the screen", person and person.name, WHO)
        return f"a note of {len(note.text)} letters, and {WHO}: {person and person.number}"


@contextmanager
def phone(size: Size = Size(540, 1200)) -> Iterator[tuple[SimPhone, Phone]]:  # noqa: B008 - frozen
    """A simulated phone, and it as a device, through an adb server of its own that meets nobody's phones."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    adb = Adb(port=port)
    try:
        with SimPhone(size, keyboards=(ADB_KEYBOARD,)) as sim:
            adb.connect(sim.address)
            with Phone(sim.address, adb=adb) as device:
                yield sim, device
    finally:
        subprocess.run([adb.path, "-P", str(port), "kill-server"], capture_output=True, check=False)
