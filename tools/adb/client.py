"""`Adb`: all that screenwright does through adb."""

from __future__ import annotations

from screenwright.tools.adb import binary, reach
from screenwright.tools.adb.health import Fact, facts
from screenwright.tools.adb.listing import Listed
from screenwright.tools.adb.services import Services


class Adb(Services):
    """The way to phones. Any number of threads may use one; making one does nothing yet.

    Whatever it raises as `DeviceLost` (`trouble.PhoneTrouble`) was not sent; a `ConnectionBroken` says
    whether it was. Nothing that was sent is ever sent again.

    Args:
        path: the adb program; by default $ADB, the one on PATH, or the one in the package adbutils.
        port: where its server listens; by default as adb's own settings say, else 5037.
    """

    @property
    def version(self) -> str:
        """The program's version: '36.0.0-13206524'. AdbMissing."""
        return binary.version(self.path)

    def facts(self) -> list[Fact]:
        """What a doctor says of adb, its server and the devices, each with its fix; raises nothing of adb's."""
        return facts(self)

    def connect(self, place: str, *, seconds: float = 15.0) -> Listed:
        """Connect to 'HOST:PORT' (5555 by default), and make sure that it answers. CannotConnect, Unauthorized."""
        return reach.connect(self, place, seconds)

    def wait_online(self, serial: str, seconds: float) -> Listed:
        """Wait until it answers; one that came by network is connected to again. PhoneTrouble at the end."""
        return reach.wait_online(self, serial, seconds)

    def pair(self, place: str, code: str) -> str:
        """Pair with 'HOST:PORT' by the code that the phone shows. AdbTooOld before adb 30; PairingFailed."""
        return reach.pair(self, place, code)
