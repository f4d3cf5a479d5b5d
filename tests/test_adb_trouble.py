"""What goes wrong between a real adb server, of both versions, and a phone: how it is told and got over."""

from __future__ import annotations

import signal
import socket
import threading
import time

import pytest
from conftest import until
from phones import SMALL, AdbServer, free_port

from screenwright.tools.adb import Adb, ConnectionBroken, Resident, trouble
from screenwright.tools.errors import DeviceLost
from screenwright.tools.simphone import SimPhone

pytest_plugins = ["phones"]


def lines(sim: SimPhone, text: str) -> int:
    """How often the phone was told a line with that text."""
    return sum(text in each for each in sim.lines)


def taps(sim: SimPhone) -> list[tuple[float, ...]]:
    return [each.values for each in sim.phone.log if each.kind == "tap"]


def test_none_unknown_and_several(adb: Adb, sim: SimPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANDROID_SERIAL", raising=False)
    with pytest.raises(trouble.NoPhone, match="switch on USB debugging"):
        adb.pick()
    for ask in (lambda: adb.pick("nope"), lambda: adb.shell("nope", "true"), lambda: adb.exec("nope", "true")):
        with pytest.raises(trouble.UnknownPhone, match=r"'nope'.*adb devices -l"):
            ask()
    with SimPhone(SMALL) as other:
        first, second = adb.connect(sim.address), adb.connect(other.address)
        with pytest.raises(trouble.SeveralPhones, match=f"2 devices: .*{first.serial}.*set ANDROID_SERIAL"):
            adb.pick()
        monkeypatch.setenv("ANDROID_SERIAL", second.serial)
        assert adb.pick().serial == second.serial
        assert adb.pick(first.serial).serial == first.serial
        other.offline()
        until(lambda: adb.state(second.serial) == "offline")
        monkeypatch.delenv("ANDROID_SERIAL")
        assert adb.pick().serial == first.serial, "an address that has gone is not meant"


def test_nobody_at_an_address(adb: Adb) -> None:
    port = free_port()
    with pytest.raises(
        trouble.CannotConnect, match=f"failed to connect to '127.0.0.1:{port}': Connection refused"
    ):
        adb.connect(f"127.0.0.1:{port}")
    with pytest.raises(trouble.CannotConnect, match=r"no\.such\.host.*wireless debugging is on"):
        adb.connect("no.such.host")
    adb.disconnect(f"127.0.0.1:{port}")


def test_an_address_that_is_silent(adb: Adb) -> None:
    """As a phone that sleeps, or another program's port; adb itself waits ten seconds and more."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(DeviceLost, match=f"{place}.*(no answer within 0.3 s|lists it as)"):
            adb.connect(place, seconds=0.3)
        assert time.monotonic() - began < 2


def test_a_phone_that_has_not_accepted_the_key(adb: Adb) -> None:
    with SimPhone(SMALL, auth="refused") as sim:
        for ask in (lambda: adb.connect(sim.address), lambda: adb.shell(sim.address, "input tap 1 1")):
            with pytest.raises(trouble.Unauthorized, match="accept 'Allow USB debugging"):
                ask()
        with pytest.raises(trouble.Unauthorized, match="key"):
            adb.wait_online(sim.address, 0.2)
        waiting = threading.Timer(0.3, sim.allow)
        waiting.start()
        assert adb.wait_online(sim.address, 10).ready
        waiting.join()
        assert adb.shell(sim.address, "echo in").text == "in" and not lines(sim, "tap")


def test_a_phone_that_goes_and_comes_back(adb: Adb, sim: SimPhone) -> None:
    serial = adb.connect(sim.address).serial
    sim.offline()
    until(lambda: adb.state(serial) == "offline")
    for ask in (lambda: adb.shell(serial, "input tap 1 1"), lambda: adb.pick(), lambda: adb.pick(serial)):
        with pytest.raises(trouble.Offline, match="adb connect SERIAL"):
            ask()
    with pytest.raises(DeviceLost, match=f"{serial}"):
        adb.connect(serial, seconds=0.3)
    began = time.monotonic()
    with pytest.raises(DeviceLost, match=f"{serial}"):
        adb.wait_online(serial, 0.5)
    assert 0.4 < time.monotonic() - began < 3
    back = threading.Timer(0.4, sim.online)
    back.start()
    assert adb.wait_online(serial, 10).ready
    back.join()
    assert adb.shell(serial, "input tap 2 2").code == 0 and taps(sim) == [(2.0, 2.0)]


def test_connecting_gets_a_phone_back_that_adb_calls_connected(adb: Adb, sim: SimPhone) -> None:
    """Both say "already connected" of a transport that is offline, with the phone up again."""
    serial = adb.connect(sim.address).serial
    sim.offline()
    gone = time.monotonic()
    until(lambda: adb.state(serial) == "offline")
    # The server tries by itself after 0.25 s, then every 10 s (29) or 3 s (36).
    until(lambda: time.monotonic() > gone + 0.6)
    sim.online()
    assert adb.server.ask(f"host:connect:{serial}") == (True, f"already connected to {serial}")
    assert adb.state(serial) == "offline"
    began = time.monotonic()
    assert adb.connect(serial).ready and adb.shell(serial, "echo x").text == "x"
    assert time.monotonic() - began < 1.5, "sooner than the server tries by itself"


@pytest.mark.parametrize("when", ["before", "after", "half"])
@pytest.mark.parametrize("resident", [False, True])
def test_a_drop_in_the_middle_leaves_a_command_unknown(adb: Adb, sim: SimPhone, when: str, resident: bool) -> None:
    serial = adb.connect(sim.address).serial
    shell = Resident(adb, serial)
    run = shell.run if resident else lambda line: adb.shell(serial, line)
    run("input tap 1 1")
    sim.drop_at(1, "tap 2 2", when=when)  # type: ignore[arg-type]
    with pytest.raises(
        ConnectionBroken, match="'input tap 2 2; echo done'; whether it was done is not known"
    ) as broken:
        run("input tap 2 2; echo done")
    assert broken.value.sent and broken.value.command == "input tap 2 2; echo done"
    adb.wait_online(serial, 10)
    run("input tap 3 3")
    shell.close()
    unknown = [] if when == "before" else [(2.0, 2.0)]
    assert taps(sim) == [(1.0, 1.0), *unknown, (3.0, 3.0)]
    assert lines(sim, "tap 2 2") == 1, "it is not sent again"


def test_a_drop_cuts_a_picture_and_adb_says_nothing(adb: Adb, sim: SimPhone) -> None:
    """Why whoever takes bytes by `exec` has to look at their end."""
    serial = adb.connect(sim.address).serial
    whole = adb.exec(serial, "screencap -p")
    sim.drop_at(1, "screencap", when="half")
    cut = adb.exec(serial, "screencap -p")
    assert len(cut) < len(whole) and not cut.endswith(b"IEND\xaeB`\x82")


@pytest.mark.parametrize("way", ["shell", "exec", "resident"])
def test_a_command_that_hangs(adb: Adb, sim: SimPhone, way: str) -> None:
    serial = adb.connect(sim.address).serial
    sim.delays = {"input": 20.0}
    shell = Resident(adb, serial)
    run = {"shell": lambda: adb.shell(serial, "input tap 4 4", seconds=0.3)}
    run["exec"] = lambda: adb.exec(serial, "input tap 4 4", seconds=0.3)  # type: ignore[assignment,return-value]
    run["resident"] = lambda: shell.run("input tap 4 4", seconds=0.3)
    began = time.monotonic()
    with pytest.raises(ConnectionBroken, match="the time was up during 'input tap 4 4'") as broken:
        run[way]()
    assert broken.value.sent and 0.25 < time.monotonic() - began < 3
    sim.delays = {}
    assert adb.shell(serial, "echo still here").text == "still here"
    assert shell.run("echo me too").text == "me too"
    shell.close()


def test_a_ctrl_c_within_a_command_leaves_nothing_for_the_next(adb: Adb, sim: SimPhone) -> None:
    serial = adb.connect(sim.address).serial
    sim.delays = {"echo late": 1.0}
    main = threading.main_thread().ident or 0
    with Resident(adb, serial) as shell:
        assert shell.run("echo early").text == "early"
        interrupt = threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGINT))
        interrupt.start()
        with pytest.raises(KeyboardInterrupt):
            shell.run("echo late")
        interrupt.join()
        assert shell.run("echo next").text == "next"


def test_a_server_that_somebody_ends(server: AdbServer, adb: Adb, sim: SimPhone) -> None:
    """In the middle: unknown. Afterwards it is started anew, and the phone connected to again."""
    serial = adb.connect(sim.address).serial
    sim.delays = {"input": 1.0}
    killer = threading.Timer(0.2, server.kill)
    killer.start()
    with pytest.raises(ConnectionBroken) as broken:
        adb.shell(serial, "input tap 5 5")
    killer.join()
    assert broken.value.sent and lines(sim, "tap 5 5") == 1
    server.start()  # by us, so that it can be ended by its process id
    with pytest.raises(trouble.UnknownPhone, match="connected again after the adb server was restarted"):
        adb.shell(serial, "input tap 6 6")
    sim.delays = {}
    assert adb.wait_online(serial, 15).ready
    assert adb.shell(serial, "input tap 7 7").code == 0
    assert (6.0, 6.0) not in taps(sim) and taps(sim).count((7.0, 7.0)) == 1
