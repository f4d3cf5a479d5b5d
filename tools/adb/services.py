"""What the adb server does for one phone: commands, streams, files, ports; one connection for each."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

from screenwright.tools.adb import command, files, listing
from screenwright.tools.adb.command import Mark, Ran
from screenwright.tools.adb.listing import Announced, Listed
from screenwright.tools.adb.server import Server, why
from screenwright.tools.adb.trouble import ConnectionBroken, Refused, recognise
from screenwright.tools.adb.wire import NOTHING, Wire
from screenwright.tools.errors import Ending

ABSENT = "absent"
"""The state of a device that is not listed."""


class Services:
    """The server's services for the devices that it lists. `Adb` adds getting them there."""

    def __init__(self, path: str | None = None, *, port: int | None = None) -> None:
        self.server = Server(path, port)
        self._features: dict[str, frozenset[str]] = {}

    @property
    def path(self) -> str:
        """The adb program. AdbMissing: there is none."""
        return self.server.path

    @property
    def server_version(self) -> int:
        """The version of the server's protocol: 41 for all of adb 1.0.41 (29 to 36)."""
        return int(self.asked("host:version"), 16)

    def devices(self) -> list[Listed]:
        """All that the server lists, ready or not."""
        return listing.devices(self.asked("host:devices-l"))

    def pick(self, serial: str | None = None) -> Listed:
        """The device that is meant, ready to be driven: by serial, by ANDROID_SERIAL, else the only one.

        PhoneTrouble (none, several, unauthorized, offline, unknown serial) has the fix in its message.
        """
        return listing.pick(self.devices(), serial or os.environ.get("ANDROID_SERIAL") or None)

    def state(self, serial: str) -> str:
        """'device' (ready), 'offline', 'unauthorized', ...; 'absent' when it is not listed."""
        return next((each.state for each in self.devices() if each.serial == serial), ABSENT)

    def announced(self) -> list[Announced]:
        """The phones with wireless debugging that announce themselves in this network. AdbTooOld before adb 30."""
        return listing.announced(self.asked("host:mdns:services"))

    def disconnect(self, serial: str) -> None:
        """Let go of a device that was connected to by network; nothing happens when it is not listed."""
        self.server.ask(f"host:disconnect:{serial}")

    def features(self, serial: str) -> frozenset[str]:
        """What device and server both can ('shell_v2', 'cmd'); asked once."""
        if serial not in self._features:
            self._features[serial] = frozenset(self.asked(f"host-serial:{serial}:features", serial).split(","))
        return self._features[serial]

    def shell(self, serial: str, line: str, *, seconds: float = 30.0, stdin: bytes = b"") -> Ran:
        """Run a line in the phone's shell, to its end.

        PhoneTrouble: it was not run. ConnectionBroken: it may have been (`sent`), also when `seconds` are
        over; the phone may then still be at it. BadAction: it is longer than 65 kB or holds a zero byte.
        """
        until = time.monotonic() + seconds
        if "shell_v2" not in self.features(serial):
            return self._old_shell(serial, line, until, stdin)
        with self._opened(serial, f"shell,v2,raw:{line}", until, line) as wire:
            return command.follow(wire, stdin)

    def _old_shell(self, serial: str, line: str, until: float, stdin: bytes) -> Ran:
        if stdin:
            raise Refused(f"{serial}: a phone before Android 7 takes no input of a command", "push a file instead")
        mark = Mark()
        with self._opened(serial, f"shell:{line}\necho {mark.word}$?", until, line) as wire:
            return command.follow_old(wire, mark)

    def exec(self, serial: str, line: str, *, seconds: float = 30.0) -> bytes:
        """All that a line prints, both streams in one, as it is. No end is told: a drop looks like one.

        Check what comes (a picture's length, its last bytes). PhoneTrouble, ConnectionBroken, as `shell`.
        """
        with self._opened(serial, f"exec:{line}", time.monotonic() + seconds, line) as wire:
            return wire.rest()

    def stream(self, serial: str, service: str, *, seconds: float = 10.0) -> Wire:
        """A service that stays open ('exec:screenrecord -', 'tcp:9008', 'localabstract:NAME'): recv, send, close.

        `seconds` are for opening it; afterwards its `until` is None, which waits for ever.
        """
        wire = self.server.open(serial, service, time.monotonic() + seconds)
        wire.until = None
        return wire

    def push(self, serial: str, data: bytes, path: str, mode: int = 0o644, *, seconds: float = 60.0) -> None:
        """Write a file on the phone. Refused: the phone says why it can't."""
        with self._opened(serial, "sync:", time.monotonic() + seconds, f"push {path}") as wire:
            refused = files.push(wire, data, path, mode)
        if refused:
            raise Refused(
                f"{serial}: can't write {path}: {refused}", "adb may write in /data/local/tmp and /sdcard"
            )

    def pull(self, serial: str, path: str, *, seconds: float = 60.0) -> bytes:
        """Read a file of the phone. Refused: the phone says why it can't."""
        with self._opened(serial, "sync:", time.monotonic() + seconds, f"pull {path}") as wire:
            data, refused = files.pull(wire, path)
        if refused:
            raise Refused(
                f"{serial}: can't read {path}: {refused}", "see whether it is there: `adb shell ls -l PATH`"
            )
        return data

    def forward(self, serial: str, remote: str, local: int = 0) -> int:
        """Let a port of this machine (0: a free one) lead to 'tcp:PORT' or 'localabstract:NAME'; which port."""
        said = self.asked(f"host-serial:{serial}:forward:tcp:{local};{remote}", serial)
        return int(said) if said.isdecimal() else local

    def unforward(self, serial: str, local: int) -> None:
        """End such a forwarding; nothing happens when there is none."""
        self.server.ask(f"host-serial:{serial}:killforward:tcp:{local}")

    @contextlib.contextmanager
    def _opened(self, serial: str, service: str, until: float, line: str) -> Iterator[Wire]:
        """A service until the block ends; what breaks in it may have been done."""
        with self.server.open(serial, service, until, line) as wire:
            try:
                yield wire
            except OSError as error:
                raise ConnectionBroken(line, True, why(error)) from error

    def asked(self, service: str, serial: str = "") -> str:
        """The server's answer, or the error that its refusal stands for."""
        fine, said = self.server.ask(service)
        if fine:
            return said
        raise self._refusal(said, serial)

    def _refusal(self, said: str, serial: str) -> Ending:
        # Forwarding refuses an unknown or an offline device without a word.
        if said == NOTHING and serial:
            listing.pick(self.devices(), serial)
        return recognise(said, serial)
