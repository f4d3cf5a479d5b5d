# pyright: basic
"""A phone over adb: what a tap and a picture cost on this side of the cable, and what drops do to a thousand taps.

Against the simulated phone in a process of its own: host and adb alone are measured, no phone's own time.
"""

from __future__ import annotations

import functools
import hashlib
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness import FOLDER, Row, row

from screenwright.tools.adb.client import Adb
from screenwright.tools.adb.resident import Resident
from screenwright.tools.errors import DeviceLost, OutcomeUnknown
from screenwright.tools.geometry import Point, Size
from screenwright.tools.phone import Phone
from screenwright.tools.phone.scrcpy.server_file import ServerFile
from screenwright.tools.phone.stream import FAR_PAUSE_S, NEAR_PAUSE_S, Stream
from screenwright.tools.simphone import SimPhone
from screenwright.tools.simphone.scrcpy import dummy

sys.path.append(str(FOLDER.parent))  # tests/phones.py

TAPS, PICTURES, ROUNDS = 200, 30, 3
COMMANDS, DROPS = 1000, 20
TAP = "input tap 100 200"


@contextmanager
def adb_of_its_own() -> Iterator[Adb]:
    """The adb of adbutils' wheel with a server that knows no phone yet; ended by its process id."""
    from phones import adb_server_of, wheel_adb

    with adb_server_of(wheel_adb()) as server:
        yield Adb(server.binary, port=server.port)


def port_of(adb: Adb) -> int:
    return adb.server.address.port


@contextmanager
def told_by(*words: str) -> Iterator[str]:
    """The first line of a program that runs meanwhile."""
    process = subprocess.Popen([sys.executable, "-u", *words], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield process.stdout.readline()
    finally:
        process.terminate()
        process.wait()


@contextmanager
def phone_beside(size: str = "1080x2400") -> Iterator[tuple[Adb, str]]:
    """A simulated phone in another process, connected."""
    with told_by("-m", "screenwright.tools.simphone", "--size", size) as line, adb_of_its_own() as adb:
        address = line.split(" listens at ")[1].split()[0].rstrip(".")
        adb.connect(address)
        yield adb, address


def as_a_process(adb: Adb, address: str) -> list[str]:
    return [adb.path, "-P", str(port_of(adb)), "-s", address]


def median_ms(act: Callable[[], Any], count: int) -> float:
    act()
    times = []
    for _ in range(count):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


@functools.cache
def taps() -> dict[str, float]:
    """Median ms of one tap, by who sends it."""
    import adbutils

    with phone_beside() as (adb, address):
        theirs = adbutils.AdbClient("127.0.0.1", port_of(adb)).device(address)
        program = [*as_a_process(adb, address), "shell", *TAP.split()]
        with Resident(adb, address) as resident, Phone(address, adb=adb) as phone:
            frame = phone.observe().frame
            from screenwright.tools.actions import Click

            click = Click(point=Point(100, 200, frame))
            return {
                "resident": median_ms(lambda: resident.run(TAP), TAPS),
                "shell": median_ms(lambda: adb.shell(address, TAP), TAPS),
                "whole click": median_ms(lambda: phone.perform(click), TAPS),
                "adb": median_ms(lambda: subprocess.run(program, capture_output=True, check=True), TAPS),
                "adbutils": median_ms(lambda: theirs.shell(TAP), TAPS),
            }


def way_alone() -> dict[str, float]:
    """The same without the simulated phone's share, which answers as quickly as Python can."""
    with told_by(str(FOLDER / "answering.py")) as port, adb_of_its_own() as adb:
        address = f"127.0.0.1:{port.strip()}"
        subprocess.run([adb.path, "-P", str(port_of(adb)), "connect", address], capture_output=True, check=True)
        adb.wait_online(address, 20)
        program = [*as_a_process(adb, address), "shell", *TAP.split()]
        with Resident(adb, address) as resident:
            return {
                "way alone, ours": median_ms(lambda: resident.run(TAP), TAPS),
                "way alone, adb": median_ms(lambda: subprocess.run(program, check=True), TAPS),
            }


@row("phone_tap", unit="ms", wants="ratio >= 10")
def phone_tap() -> Row:
    """One tap sent to a phone through our client, beside adb as a process."""
    made = taps()
    extra = {"a shell each": made["shell"], "a click with all its checks": made["whole click"]} | way_alone()
    return Row(made["resident"], "adb shell input tap", made["adb"], extra=extra)


@row("phone_tap_adbutils", unit="ms", wants="ratio >= 40")
def phone_tap_adbutils() -> Row:
    """The same beside adbutils."""
    return Row(taps()["resident"], "adbutils' shell", taps()["adbutils"])


@row("phone_observe", unit="ms", wants="ratio >= 1")
def phone_observe() -> Row:
    """A picture of a 1080x2400 screen to pixels, beside `adb exec-out screencap -p` and a PNG decoder."""
    import io

    import numpy as np
    from PIL import Image

    with phone_beside() as (adb, address):
        program = [*as_a_process(adb, address), "exec-out", "screencap", "-p"]

        def theirs() -> Any:
            png = subprocess.run(program, capture_output=True, check=True).stdout
            return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))

        with Phone(address, adb=adb) as phone:
            for _ in range(4):
                phone.observe()
            ours = median_ms(lambda: phone.observe().words, PICTURES)
            extra = {"form": phone.eyes.camera.form} | {
                f"{form} ms": round(seconds * 1000, 1) for form, seconds in phone.eyes.camera.seconds.items()
            }
        return Row(ours, "adb exec-out screencap -p, decoded", median_ms(theirs, PICTURES), extra=extra)


@row("phone_drops", unit="actions done twice or unaccounted", wants="value <= 0", seconds=300)
def phone_drops() -> Row:
    """Of a thousand taps with twenty drops of the connection, those done twice, or told other than they went."""
    with SimPhone(Size(360, 800)) as sim, adb_of_its_own() as adb:
        adb.connect(sim.address)
        chance, told = random.Random(3), {"done": 0, "unknown": 0, "not done": 0}
        wrong = 0
        with Resident(adb, sim.address) as resident:
            for number in range(COMMANDS):
                if number % (COMMANDS // DROPS) == 0:
                    when = chance.choice(("before", "after", "half"))
                    sim.drop_at(1 + chance.randrange(40), "input tap", when=when)
                line = f"input tap {number % 300} {number // 300}"
                state = _sent(adb, sim.address, resident, line)
                told[state] += 1
                times = sum(each.startswith(f"{line} ") or each == line for each in sim.lines)
                wrong += times > 1 or (state == "done" and times != 1)
        resent = told["unknown"] + told["not done"]
        return Row(wrong, "sent again after each failure", resent, floor=1, extra=dict(told))


def _sent(adb: Adb, serial: str, resident: Resident, line: str) -> str:
    try:
        resident.run(line)
        return "done"
    except OutcomeUnknown as broken:
        state = "unknown" if getattr(broken, "sent", True) else "not done"
    except DeviceLost:
        state = "not done"
    adb.wait_online(serial, 20)
    return state


@row("phone_scrcpy_frame", unit="ms", wants="ratio >= 1.3", seconds=120)
def phone_scrcpy_frame() -> Row:
    """From a tap by `input` on a 1080x2400 screen to the decoded picture: scrcpy's video, beside screenrecord's.

    Against the stand-in of scrcpy's server, so no phone's encoder is in it. Each picture comes with its length,
    where the end of one of screenrecord's is told by a pause only: 40 ms for all phones but one on this machine.
    """
    from screenwright.tools.actions import OpenApp
    from screenwright.tools.phone.scrcpy.messages import Touch

    made: dict[str, list[float]] = {"scrcpy": [], "touches too": [], "40 ms": [], "8 ms": []}
    with phone_beside() as (adb, address), Phone(address, adb=adb) as phone, dummy_server() as file:
        phone.perform(OpenApp(name="Settings"))
        seen = phone.observe()
        spot = next(each for each in seen.elements if each.checked is not None).region.center(seen.frame)
        touches = Touch("down", spot), Touch("up", spot)
        with Resident(adb, address) as resident:

            def tap() -> None:
                resident.run(f"input tap {spot.x:.0f} {spot.y:.0f}")

            for _ in range(ROUNDS):  # what else the machine does changes meanwhile
                with Stream(adb, address, scrcpy=file) as stream:
                    made["scrcpy"] += frames_ms(stream, tap)
                    control = stream.control
                    assert control
                    made["touches too"] += frames_ms(stream, functools.partial(control.send, *touches))
                for name, pause_s in (("40 ms", FAR_PAUSE_S), ("8 ms", NEAR_PAUSE_S)):
                    with Stream(adb, address, pause_s=pause_s) as stream:
                        made[name] += frames_ms(stream, tap)
    medians = {name: round(statistics.median(times), 1) for name, times in made.items()}
    extra = {
        "touched by scrcpy as well": medians["touches too"],
        "screenrecord on this machine (8 ms)": medians["8 ms"],
        "taps each": len(made["scrcpy"]),
    }
    return Row(medians["scrcpy"], "screenrecord's video, its pause 40 ms", medians["40 ms"], extra=extra)


def frames_ms(stream: Stream, tap: Callable[[], Any]) -> list[float]:
    """From each tap to the first picture after it, decoded; the screen is still before each."""
    times: list[float] = []
    stream.newest()
    for _ in range(PICTURES // ROUNDS + 1):
        while stream.newest(0.15, after=stream.latest):
            pass
        before, began = stream.latest, time.perf_counter()
        tap()
        assert stream.newest(after=before)
        times.append((time.perf_counter() - began) * 1000)
    return times[1:]


@contextmanager
def dummy_server() -> Iterator[ServerFile]:
    """A file that the simulated phone takes for scrcpy's server."""
    data = dummy("4.1")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "scrcpy-server-v4.1")
        path.write_bytes(data)
        yield ServerFile(path, "4.1", hashlib.sha256(data).hexdigest())
