"""Commands, files, streams and the resident shell, through both real adb servers, on the simulated phone."""

from __future__ import annotations

import shlex
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from conftest import until
from phones import ADBS, SMALL, adb_server_of

from screenwright.tools.adb import Adb, ConnectionBroken, Ran, Resident
from screenwright.tools.adb.trouble import Refused, UnknownPhone
from screenwright.tools.errors import BadAction
from screenwright.tools.simphone import SimPhone

pytest_plugins = ["phones"]

FILE = "/data/local/tmp/some file.bin"


@dataclass
class Line:
    """A connected phone: the way to it, its serial, and the phone itself."""

    adb: Adb
    serial: str
    sim: SimPhone


@pytest.fixture(scope="module", params=sorted(ADBS))
def adb(request: pytest.FixtureRequest) -> Iterator[Adb]:
    """One server for all tests: 36 looks for USB devices for three seconds before it answers first."""
    with adb_server_of(ADBS[request.param]()) as server:
        yield Adb(server.binary, port=server.port)


@pytest.fixture
def line(adb: Adb, sim: SimPhone) -> Iterator[Line]:
    serial = adb.connect(sim.address).serial
    yield Line(adb, serial, sim)
    adb.disconnect(serial)


@pytest.fixture
def old(adb: Adb) -> Iterator[Line]:
    """A phone before Android 7, which has no shell v2."""
    with SimPhone(SMALL, features=("cmd",)) as sim:
        serial = adb.connect(sim.address).serial
        yield Line(adb, serial, sim)
        adb.disconnect(serial)


def test_a_command_and_all_that_comes_of_it(line: Line) -> None:
    def ran(command: str, stdin: bytes = b"") -> Ran:
        return line.adb.shell(line.serial, command, stdin=stdin)

    assert ran("echo out; echo err >&2; exit 5") == Ran(b"out\n", b"err\n", 5)
    assert ran("no-such-program").code == 127 and b"not found" in ran("no-such-program").err
    assert ran("echo " + shlex.quote("Grüße 你好 $HOME")).text == "Grüße 你好 $HOME"
    assert ran("cat", b"typed in").out == b"typed in"
    assert ran("cat").out == b"", "a command that reads its input does not wait for ever"
    assert {"shell_v2", "cmd"} <= line.adb.features(line.serial)
    listed = line.adb.pick()
    assert (listed.serial, listed.state, listed.name) == (line.serial, "device", "Simulated Phone")
    assert line.adb.server_version == 41 and line.adb.version[:2] in ("29", "36")


def test_much_in_both_directions_at_once(line: Line) -> None:
    data = bytes(range(256)) * 8192
    assert line.adb.shell(line.serial, "cat", stdin=data).out == data
    line.adb.push(line.serial, data, FILE)
    assert line.adb.exec(line.serial, f"cat {shlex.quote(FILE)}") == data
    assert line.adb.pull(line.serial, FILE) == data
    assert line.sim.phone.files.read(FILE) == data


def test_files_that_the_phone_refuses(line: Line) -> None:
    line.adb.push(line.serial, b"", FILE)
    assert line.adb.pull(line.serial, FILE) == b""
    with pytest.raises(Refused, match=r"can't read /nowhere: .*No such file.*ls -l"):
        line.adb.pull(line.serial, "/nowhere")
    with pytest.raises(Refused, match=r"can't write /system/x: .*; adb may write in /data/local/tmp"):
        line.adb.push(line.serial, b"x" * 300_000, "/system/x")


def test_a_picture_comes_whole(line: Line) -> None:
    picture = line.adb.exec(line.serial, "screencap -p")
    assert picture.startswith(b"\x89PNG") and picture.endswith(b"IEND\xaeB`\x82")
    width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == (SMALL.width, SMALL.height)


def test_a_port_of_this_machine_leads_to_the_phone(line: Line) -> None:
    port = line.adb.forward(line.serial, "tcp:1")
    with socket.create_connection(("127.0.0.1", port), 5) as end:
        assert end.recv(1) == b"", "nobody listens on the phone's port 1"
    line.adb.unforward(line.serial, port)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)
    with pytest.raises(UnknownPhone, match="nope"):
        line.adb.forward("nope", "tcp:1")


def test_a_stream_is_read_to_its_end_and_closed_from_elsewhere(line: Line) -> None:
    with line.adb.stream(line.serial, "exec:echo hi") as stream:
        assert stream.rest() == b"hi\n" and stream.recv() == b""
    stream = line.adb.stream(line.serial, "exec:cat")
    came: list[bytes] = []
    reader = threading.Thread(target=lambda: came.append(stream.recv()))
    reader.start()
    reader.join(0.05)
    assert reader.is_alive(), "it waits"
    stream.close()
    reader.join(5)
    assert came == [b""]
    with pytest.raises(Refused, match="closed"):
        line.adb.stream(line.serial, "tcp:1")


def test_what_can_be_no_command_is_refused_before_it_is_sent(line: Line) -> None:
    with pytest.raises(BadAction, match="too long for adb"):
        line.adb.shell(line.serial, "x" * 70_000)
    with pytest.raises(BadAction, match="zero byte"):
        line.adb.exec(line.serial, "echo \0")
    assert not [each for each in line.sim.lines if each.startswith("x")]


def test_the_resident_shell_tells_commands_apart(line: Line) -> None:
    with Resident(line.adb, line.serial) as shell:
        assert shell.run("echo a; echo b >&2; false || nosuch").code == 127
        assert shell.run("echo a; echo b >&2") == Ran(b"a\nb\n", b"", 0), "both outputs, as on a terminal"
        assert shell.run("nosuch 'a;b'").out.endswith(b"not found\n") and shell.run("NAME=x") == Ran(b"", b"", 0)
        assert shell.run("printf abc") == Ran(b"abc", b"", 0), "no line feed at its end"
        for word in ("it's # 你好", '<< "', "\\", "$HOME"):
            assert shell.run(f"echo {shlex.quote(word)}").out.decode() == f"{word}\n"
        assert shell.run('echo "a \\" b" \\<\\<').text == 'a " b <<'
        assert shell.run("# nothing") == Ran(b"", b"", 0)
        assert shell.run("input tap 3 4") == Ran(b"", b"", 0)
        assert shell.run("exit 3") == Ran(b"", b"", 3)
        assert shell.run("echo a new shell").text == "a new shell"
    assert [each.values for each in line.sim.phone.log if each.kind == "tap"] == [(3.0, 4.0)]
    assert "input tap 3 4 2>&1" in line.sim.lines and "echo a; echo b >&2" in line.sim.lines


@pytest.mark.parametrize(
    "command", ["echo 'open", 'echo "open', "echo \\", "echo a\necho b", "cat <<X", "echo a\0b"]
)
def test_a_line_that_would_swallow_the_next_is_refused(command: str) -> None:
    with Resident(Adb("/bin/true", port=1), "none") as shell, pytest.raises(BadAction, match="line"):
        shell.run(command)


def test_no_answer_waits_for_an_acknowledgement(line: Line) -> None:
    """The server sends a second small piece only after our ACK of the first, which is held back for 40 ms."""

    def took_s() -> float:
        began = time.perf_counter()
        assert shell.run("echo a; echo b >&2").out == b"a\nb\n"
        return time.perf_counter() - began

    with Resident(line.adb, line.serial) as shell:
        assert min([took_s() for _ in range(30)][15:]) < 0.03


def test_threads_take_turns_in_it(line: Line) -> None:
    wrong: list[Ran] = []
    with Resident(line.adb, line.serial) as shell:

        def talk(name: str) -> None:
            wrong.extend(ran for _ in range(50) if (ran := shell.run(f"echo {name}")).out != f"{name}\n".encode())

        threads = [threading.Thread(target=talk, args=(f"thread-{number}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def test_a_resident_shell_that_broke_while_nothing_ran_loses_nothing(line: Line) -> None:
    with Resident(line.adb, line.serial) as shell:
        shell.run("input tap 1 1")
        line.sim.drop()
        until(lambda: line.adb.state(line.serial) != "device")
        line.adb.wait_online(line.serial, 10)
        assert shell.run("input tap 2 2").code == 0
    assert [each.values for each in line.sim.phone.log if each.kind == "tap"] == [(1.0, 1.0), (2.0, 2.0)]


def test_an_old_phone_has_exit_codes_too(old: Line) -> None:
    assert "shell_v2" not in old.adb.features(old.serial)
    assert old.adb.shell(old.serial, "echo a; echo b >&2; nosuch").code == 127
    assert old.adb.shell(old.serial, "echo a; echo b >&2") == Ran(b"a\nb\n", b"", 0)
    assert old.adb.shell(old.serial, "printf abc # no end") == Ran(b"abc", b"", 0)
    with Resident(old.adb, old.serial) as shell:
        assert shell.run("input tap 7 8").code == 0
    with pytest.raises(Refused, match="before Android 7"):
        old.adb.shell(old.serial, "cat", stdin=b"x")
    old.sim.drop_at(1, "tap 9 9")
    with pytest.raises(ConnectionBroken) as broken:
        old.adb.shell(old.serial, "input tap 9 9")
    assert broken.value.sent
