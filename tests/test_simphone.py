"""The simulated phone, spoken to by the real adb of Debian and of adbutils' wheel."""

from __future__ import annotations

import io
import os
import pty
import select
import struct
import subprocess
import time
from pathlib import Path

import numpy as np
from conftest import until
from phones import SMALL, AdbServer
from PIL import Image

from screenwright.tools.simphone import SimPhone

pytest_plugins = ["phones"]


def test_connects_and_says_what_it_is(adb_server: AdbServer, sim: SimPhone) -> None:
    serial = adb_server.connect(sim)
    listed = adb_server.run("devices", "-l").stdout.decode()
    assert f"{serial}" in listed and "product:simphone model:Simulated_Phone device:sim" in listed
    assert adb_server.run("shell", "getprop", "ro.build.version.sdk").stdout == b"34\n"


def test_shell_keeps_streams_and_codes_apart(adb_server: AdbServer, sim: SimPhone) -> None:
    adb_server.connect(sim)
    for code in (0, 5, 255):
        ran = adb_server.run("shell", f"echo out; echo err >&2; exit {code}")
        assert (ran.stdout, ran.stderr, ran.returncode) == (b"out\n", b"err\n", code)
    ran = adb_server.run("shell", "nosuch")
    assert ran.returncode == 127 and b"nosuch: inaccessible or not found" in ran.stderr
    ran = adb_server.run("shell", stdin=b"echo one\nfalse\necho $?\necho 'two\nlines'\nexit 7\necho never\n")
    assert (ran.stdout, ran.returncode) == (b"one\n1\ntwo\nlines\n", 7)


def test_exec_is_raw_and_mixes_the_streams(adb_server: AdbServer, sim: SimPhone) -> None:
    adb_server.connect(sim)
    ran = adb_server.run("exec-out", "echo out; echo err >&2")
    assert (ran.stdout, ran.returncode) == (b"out\nerr\n", 0)
    png = adb_server.run("exec-out", "screencap", "-p").stdout
    raw = adb_server.run("exec-out", "screencap").stdout
    shown = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    assert struct.unpack("<4I", raw[:16]) == (SMALL.width, SMALL.height, 1, 1)
    pixels = np.frombuffer(raw[16:], np.uint8).reshape(SMALL.height, SMALL.width, 4)
    assert np.array_equal(pixels[..., :3], shown)


def test_files_go_there_and_back(adb_server: AdbServer, sim: SimPhone, tmp_path: Path) -> None:
    adb_server.connect(sim)
    (tmp_path / "there").write_bytes(os.urandom(300_001))
    adb_server.run("push", str(tmp_path / "there"), "/data/local/tmp/blob")
    assert b"blob" in adb_server.run("ls", "/data/local/tmp").stdout
    adb_server.run("pull", "/data/local/tmp/blob", str(tmp_path / "back"))
    assert (tmp_path / "there").read_bytes() == (tmp_path / "back").read_bytes()
    ran = adb_server.run("push", str(tmp_path / "there"), "/system/app")
    assert ran.returncode and b"Permission denied" in ran.stdout + ran.stderr
    ran = adb_server.run("pull", "/data/local/tmp/none", str(tmp_path / "none"))
    assert ran.returncode and b"does not exist" in ran.stdout + ran.stderr


def test_waits_to_be_allowed(adb_server: AdbServer) -> None:
    with SimPhone(SMALL, auth="refused") as sim:
        adb_server.run("connect", sim.address)
        assert b"unauthorized" in adb_server.run("devices").stdout
        ran = adb_server.run("-s", sim.address, "shell", "true")
        assert ran.returncode == 1 and b"unauthorized" in ran.stderr
        sim.allow()
        until(lambda: adb_server.run("-s", sim.address, "shell", "echo in").stdout == b"in\n")
        adb_server.run("disconnect", sim.address)
        adb_server.connect(sim)


def test_a_cut_in_mid_command_tells_no_code(adb_server: AdbServer, sim: SimPhone) -> None:
    serial = adb_server.connect(sim)
    sim.drop_at(2, "input tap", when="after")
    adb_server.run("shell", "input tap 1 1")
    ran = adb_server.run("shell", "input tap 2 2")
    assert ran.stdout == b"" and len(sim.phone.log) == 2
    adb_server.run("disconnect", serial)
    adb_server.connect(sim)
    sim.drop_at(1, "input tap", when="before")
    adb_server.run("shell", "input tap 3 3")
    assert len(sim.phone.log) == 2, "cut before it was done"


def test_goes_offline_and_comes_back(adb_server: AdbServer, sim: SimPhone) -> None:
    serial = adb_server.connect(sim)
    sim.offline()
    until(lambda: b"offline" in adb_server.run("devices").stdout)
    assert b"refused" in adb_server.run("connect", "127.0.0.1:1").stdout
    sim.online()
    adb_server.run("disconnect", serial)
    adb_server.connect(sim)
    assert adb_server.run("shell", "echo back").stdout == b"back\n"


def test_a_socket_that_nobody_listens_on_is_refused(adb_server: AdbServer, sim: SimPhone) -> None:
    adb_server.connect(sim)
    forwarded = adb_server.run("forward", "tcp:0", "localabstract:none").stdout
    assert int(forwarded) > 0
    ran = subprocess.run(
        ["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{int(forwarded)}; cat <&3"],
        capture_output=True,
        timeout=10,
        check=False,
    )
    assert ran.stdout == b""


def test_a_person_types_at_a_terminal(adb_server: AdbServer, sim: SimPhone) -> None:
    """`adb shell` with a terminal: a prompt, an echo, Backspace, Ctrl-D."""
    serial = adb_server.connect(sim)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [adb_server.binary, "-s", serial, "shell"], env=adb_server.environment, stdin=theirs, stdout=theirs
    )
    os.close(theirs)
    try:
        said = b""

        def shown(text: bytes) -> bool:
            nonlocal said
            if select.select([ours], [], [], 0.05)[0]:
                said += os.read(ours, 4096)
            return text in said

        until(lambda: shown(b"sim:/ $ "))
        os.write(ours, "echo Grüßx\x7f\r".encode())
        until(lambda: shown("\r\nGrüß\r\nsim:/ $ ".encode()))
        os.write(ours, b"\x04")
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_an_old_phone_has_no_codes_and_other_line_ends(adb_server: AdbServer) -> None:
    with SimPhone(SMALL, features=("cmd",), sdk=23) as sim:
        adb_server.connect(sim)
        ran = adb_server.run("shell", "echo a; nosuch; exit 7")
        assert ran.returncode == 0 and ran.stdout.startswith(b"a\r\n/system/bin/sh: nosuch: ")
        assert adb_server.run("exec-out", "echo a").stdout == b"a\n"


def test_programs_take_the_time_they_are_given(new_server: AdbServer) -> None:
    with SimPhone(SMALL, delays={"screencap": 0.2, "input tap": 0.1}) as sim:
        new_server.connect(sim)

        def took(line: str) -> float:
            began = time.monotonic()
            new_server.run("exec-out", line)
            return time.monotonic() - began

        assert took("screencap -p") >= 0.2 and took("input tap 1 1") >= 0.1
        assert min(took("input keyevent 4") for _ in range(5)) < 0.1


def test_half_an_answer_is_sent(new_server: AdbServer, sim: SimPhone) -> None:
    new_server.connect(sim)
    whole = new_server.run("exec-out", "screencap").stdout
    sim.drop_at(1, "screencap", when="half")
    half = new_server.run("exec-out", "screencap")
    assert half.returncode == 0 and 0 < len(half.stdout) < len(whole)


def test_a_program_ends_when_nobody_hears_it(new_server: AdbServer, sim: SimPhone) -> None:
    serial = new_server.connect(sim)
    process = subprocess.Popen(
        [new_server.binary, "-s", serial, "exec-out", "screenrecord --output-format=h264 -"],
        env=new_server.environment,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout and process.stdout.read(1000), "the screen stands still: this is all there is"
        assert sim.phone.recorders == 1
    finally:
        process.kill()
        process.communicate()
    until(lambda: sim.phone.recorders == 0)
    ran = new_server.run("shell", "screenrecord --output-format=h264 --time-limit 200 -")
    assert ran.returncode == 2 and ran.stderr == b"Time limit 200s outside acceptable range [1,180]\n"
