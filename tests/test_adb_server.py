"""The adb program and its server: found, started, of two versions, something else, ended at the worst moment."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import until
from phones import ADBS, SMALL, AdbServer, free_port

from screenwright.tools.adb import Adb, ConnectionBroken, binary, trouble
from screenwright.tools.simphone import SimPhone

pytest_plugins = ["phones"]


def ended(port: int) -> None:
    """End the server that was started on this port, by its process id."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if f"tcp:{port}".encode() in words and b"fork-server" in words:
                os.kill(int(folder.name), 15)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for the server in /proc")
@pytest.mark.parametrize("name", sorted(ADBS))
def test_a_server_that_is_not_there_is_started_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    port = free_port()
    adb = Adb(ADBS[name](), port=port)
    try:
        answers: list[int] = []
        threads = [threading.Thread(target=lambda: answers.append(adb.server_version)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [41] * 4
        ended(port)
        until(lambda: not _listens(port))
        assert adb.server_version == 41, "ended by somebody: the next question starts it"
    finally:
        ended(port)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            "echo '* failed to start daemon'; echo 'error: cannot connect to daemon'; exit 1",
            "failed to start daemon",
        ),
        ("exit 0", "was started, but can't be reached"),
    ],
)
def test_a_server_that_does_not_start(tmp_path: Path, script: str, said: str) -> None:
    program, port = tmp_path / "adb", free_port()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    with pytest.raises(trouble.ServerTrouble, match=f"{port}.*{said}.*ANDROID_ADB_SERVER_PORT"):
        Adb(str(program), port=port).devices()


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """Something else on the port: it answers every connection with these bytes, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(1000)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@contextmanager
def hanging_up(answers: list[int]) -> Iterator[tuple[int, list[str]]]:
    """An adb server that ends at the worst moment: how many requests of each connection it answers with OKAY.

    Gives its port and the requests that came.
    """
    came: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for fine in answers:
                connection, _ = listener.accept()
                with connection, connection.makefile("rb") as read:
                    for number in range(fine + 1):
                        came.append(read.read(int(read.read(4), 16)).decode())
                        if number < fine:
                            connection.sendall(b"OKAY")

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1], came
        thread.join()


def test_what_may_have_been_sent_is_never_sent_again() -> None:
    """The server is ended after it has taken the command, and before it says so."""
    with hanging_up([1]) as (port, came):
        with pytest.raises(ConnectionBroken) as broken:
            Adb("/bin/true", port=port).exec("S", "input tap 1 1")
        assert broken.value.sent
    assert came == ["host:transport:S", "exec:input tap 1 1"]


def test_what_was_not_sent_is_sent_to_the_next_server() -> None:
    with hanging_up([0, 1]) as (port, came), pytest.raises(ConnectionBroken) as broken:
        Adb("/bin/true", port=port).exec("S", "input tap 1 1")
    assert broken.value.sent and came == ["host:transport:S", "host:transport:S", "exec:input tap 1 1"]
    with hanging_up([0, 0]) as (port, came), pytest.raises(ConnectionBroken, match="nothing was done") as broken:
        Adb("/bin/true", port=port).exec("S", "input tap 1 1")
    assert not broken.value.sent and came == ["host:transport:S"] * 2


@pytest.mark.parametrize(
    ("answer", "said"), [(b"HTTP/1.1 400 Bad Request\r\n\r\n", "is something else"), (b"", "hangs up")]
)
def test_something_else_listens_there(answer: bytes, said: str) -> None:
    with answering(answer) as port:
        adb = Adb(ADBS["36"](), port=port)
        with pytest.raises(trouble.ServerTrouble, match=f"127.0.0.1:{port} {said}.*ANDROID_ADB_SERVER_PORT"):
            adb.devices()
        assert [fact.ok for fact in adb.facts()] == [True, False]


def test_a_server_of_another_protocol_is_told_before_it_is_ended() -> None:
    with answering(b"OKAY00040027") as port:
        server = next(fact for fact in Adb(ADBS["36"](), port=port).facts() if fact.what == "adb server")
    assert not server.ok and "protocol 39" in server.said and "speaks 41 and would end it" in server.said
    assert "let all programs use one adb" in server.fix


def test_a_server_on_another_machine_is_not_started_here() -> None:
    adb = Adb("/bin/true")
    adb.server.address = adb.server.address._replace(host="127.0.0.2", port=free_port())
    with pytest.raises(trouble.ServerTrouble, match="start it there"):
        adb.devices()


def test_pairing_and_discovery_need_a_new_adb(server: AdbServer, adb: Adb) -> None:
    place = f"127.0.0.1:{free_port()}"
    if adb.version.startswith("29"):
        for ask in (lambda: adb.pair(place, "123456"), adb.announced):
            with pytest.raises(trouble.AdbTooOld, match="adb 30 or newer"):
                ask()
    else:
        with pytest.raises(
            trouble.PairingFailed, match=f"{place}: Failed: Unable to start pairing client.*pairing code"
        ):
            adb.pair(place, "123456")


def test_the_adb_that_is_used(tmp_path: Path) -> None:
    real, nowhere = ADBS["36"](), {"PATH": str(tmp_path)}
    assert binary.find("/bin/true", {"ADB": real, "PATH": "/bin"}) == "/bin/true"
    assert binary.find(None, {"ADB": "/bin/true", "PATH": "/bin"}) == "/bin/true"
    assert binary.find(None, nowhere) == binary.bundled() == real
    (tmp_path / "adb").symlink_to(real)
    assert binary.find(None, nowhere) == str(tmp_path / "adb")
    with pytest.raises(trouble.AdbMissing, match="no program /no/adb"):
        binary.find("/no/adb", nowhere)
    with pytest.raises(trouble.AdbMissing, match="no program ADB=/no/adb"):
        binary.find(None, {"ADB": "/no/adb", "PATH": ""})


def test_a_program_that_is_not_adb(tmp_path: Path) -> None:
    with pytest.raises(trouble.AdbMissing, match=r"/bin/true is not adb.*pip install"):
        binary.version("/bin/true")
    broken = tmp_path / "adb"
    broken.write_bytes(b"\x7fELF of another machine")
    broken.chmod(0o755)
    with pytest.raises(trouble.AdbMissing, match="can't be run"):
        binary.version(str(broken))
    facts = Adb(str(broken), port=free_port()).facts()
    assert [(fact.what, fact.ok) for fact in facts] == [("adb", False)] and "pip install" in facts[0].fix


def test_what_a_doctor_says(server: AdbServer, adb: Adb, sim: SimPhone) -> None:
    def said() -> list[tuple[str, bool]]:
        return [(fact.what, fact.ok) for fact in adb.facts()]

    assert said() == [("adb", True), ("adb server", True), ("phone", False)]
    adb.connect(sim.address)
    with SimPhone(SMALL, auth="refused") as locked:
        with pytest.raises(trouble.Unauthorized):
            adb.connect(locked.address)
        program, served, *phones = adb.facts()
        assert server.binary in program.said and f"127.0.0.1:{server.port}, protocol 41" in served.said
        assert ("adb 30 or newer" in program.fix) == adb.version.startswith("29")
        by_serial = {fact.said.split()[0]: fact for fact in phones}
        assert by_serial[sim.address].ok and not by_serial[sim.address].fix
        assert not by_serial[locked.address].ok and "Allow USB debugging" in by_serial[locked.address].fix
