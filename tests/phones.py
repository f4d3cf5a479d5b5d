"""Simulated phones for the tests, and adb servers of their own: neither meets the person's adb or phones.

A test file says `pytest_plugins = ["phones"]` and takes `sim`, `adb_server` (once with each adb) or `either_adb`.
PYTEST_DONT_REWRITE: that file has imported this module before pytest hears of the plugin.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from conftest import until

from screenwright.tools.adb import Adb
from screenwright.tools.geometry import Size
from screenwright.tools.simphone import SimPhone

SMALL = Size(360, 800)


def wheel_adb() -> str:
    """The adb in adbutils' wheel (36.0.0 at the time of writing)."""
    import adbutils

    return str(Path(adbutils.__file__).parent / "binaries" / "adb")


def debian_adb() -> str:
    """The adb on PATH (29.0.6 on Debian 12)."""
    found = shutil.which("adb")
    if found is None:
        pytest.skip("no adb on PATH: sudo apt-get install adb")
    return found


ADBS: dict[str, Callable[[], str]] = {"29": debian_adb, "36": wheel_adb}


def free_port() -> int:
    """A free port outside the ports that adb scans for emulators."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port != 5037 and not 5554 <= port <= 5682:
            return port


class AdbServer:
    """An adb server on a free port, in a home of its own; ended by its process id."""

    def __init__(self, binary: str) -> None:
        self.binary, self.port = binary, free_port()
        self.home = Path(tempfile.mkdtemp(prefix="adb-home-"))
        self.environment = os.environ | {
            "HOME": str(self.home),
            "TMPDIR": str(self.home),
            "ANDROID_USER_HOME": str(self.home),
            "ANDROID_ADB_SERVER_PORT": str(self.port),
            "ADB_MDNS": "0",
            "ADB_LIBUSB": "0",  # with libusb the newer server looks for USB phones for 3 s first
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [self.binary, "-L", f"tcp:{self.port}", "nodaemon", "server"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._listens)

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2):
            return True
        return False

    def run(self, *words: str, stdin: bytes = b"", seconds: float = 20) -> subprocess.CompletedProcess[bytes]:
        """`adb WORDS` against this server."""
        return subprocess.run(
            [self.binary, *words],
            env=self.environment,
            input=stdin,
            capture_output=True,
            timeout=seconds,
            check=False,
        )

    def connect(self, phone: SimPhone) -> str:
        """Its serial; on return adb calls it a device."""
        said = self.run("connect", phone.address)
        until(lambda: self.run("-s", phone.address, "get-state").stdout == b"device\n", 10)
        assert b"connected" in said.stdout, said
        return phone.address

    def kill(self) -> None:
        """End the server at once, as when it crashes; safe twice."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.wait(10)

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)


@contextmanager
def adb_server_of(binary: str) -> Iterator[AdbServer]:
    server = AdbServer(binary)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def sim() -> Iterator[SimPhone]:
    """A small simulated phone, listening."""
    with SimPhone(SMALL) as phone:
        yield phone


@pytest.fixture(params=sorted(ADBS))
def either_adb(request: pytest.FixtureRequest) -> str:
    """The path of an adb binary: the test runs once with each."""
    return ADBS[request.param]()


@pytest.fixture
def adb_server(either_adb: str) -> Iterator[AdbServer]:
    """A server of its own: the test runs once with each adb."""
    with adb_server_of(either_adb) as server:
        yield server


@pytest.fixture
def new_server() -> Iterator[AdbServer]:
    """A server of its own with the newer adb, for tests that need not see both."""
    with adb_server_of(wheel_adb()) as server:
        yield server


@pytest.fixture(scope="module", params=sorted(ADBS))
def server(request: pytest.FixtureRequest) -> Iterator[AdbServer]:
    """One for all tests of a file, once with each adb."""
    with adb_server_of(ADBS[request.param]()) as one:
        yield one


@pytest.fixture
def adb(server: AdbServer) -> Iterator[Adb]:
    """A way to a server that lists nothing before and after the test."""
    if server.process is None:
        server.start()
    adb = Adb(server.binary, port=server.port)
    yield adb
    if server.process is not None:
        for each in adb.devices():
            adb.disconnect(each.serial)
