"""kill -9 of what works for an agent: the server of its model, and the adb server of its phone."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import time
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

from fault import ROOT, Skipped, Trial, fault
from ground import HERE, Ground, Process, agent, await_file, check_trace, cleared, until

from screenwright.tools.adb import Adb, ConnectionBroken, PhoneTrouble, Resident
from screenwright.tools.geometry import Size
from screenwright.tools.simphone import SimPhone


@fault(
    "model-server",
    "kill -9 of the server of the model, in the middle of a reply or between two",
    promise="the run ends within 30 s, names the server and what to do; the trace is whole",
    seconds=300,
)
def model_server(trial: Trial) -> None:
    with Ground(trial.folder) as ground:
        for _ in trial.times(8):
            home = cleared(trial.folder / "home")
            server = Process(
                [sys.executable, str(HERE / "replying.py")], cleared(trial.folder / "server"), dict(os.environ)
            )
            port = _port(server)
            url = f"http://127.0.0.1:{port}/v1"
            words = ["run", "wait about", "--policy", "served", "--url", url, "--model", "faults", "--trace", "t"]
            run = agent([*words, "--json"], home, ground.environment | {"XDG_CACHE_HOME": str(home)})
            await_file(home / "t" / "steps.jsonl", run)
            time.sleep(trial.dice.uniform(0, 1))
            server.signal(signal.SIGKILL)
            server.ended()
            ended = run.ended(30)
            trial.check(ended.code == 1 and ended.clear and str(port) in ended.out, f"ended so: {ended.said}")
            check_trace(trial, home / "t", ended=True)
            trial.saw("ended, naming the server" if ended.code == 1 else f"ended with {ended.code}")


def _port(server: Process) -> int:
    found = until(lambda: re.search(r"listens at (\d+)", server.paths[0].read_text()), 20)
    if not found:
        raise RuntimeError("the model's server did not begin")
    return int(found[1])


@fault(
    "adb-server",
    "kill -9 of the adb server at random moments while a phone is tapped",
    promise="each tap is told as done, not done or unknown, and that is true; none is done twice",
    seconds=180,
)
def adb_server(trial: Trial) -> None:
    server, over = _adb_server(), threading.Event()
    did: Counter[int] = Counter()
    told: dict[str, list[int]] = {"done": [], "not done": [], "unknown": []}
    try:
        with SimPhone(Size(360, 800)) as sim:
            adb = Adb(server.binary, port=server.port)
            serial = adb.connect(sim.address).serial
            resident = Resident(adb, serial)
            killer = threading.Thread(target=_kill, args=(trial, server, over))
            killer.start()
            number = -1
            while killer.is_alive():
                number += 1
                outcome = _tapped(resident, number)
                told[outcome].append(number)
                if outcome != "done":
                    _again(adb, sim, serial)
            over.set()
            killer.join()
            resident.close()
            did = Counter(
                int(x) + 300 * int(y) for x, y in (each.values for each in sim.phone.log if each.kind == "tap")
            )
    finally:
        over.set()
        server.close()
        # of the server that adb itself starts where it finds none
        for log in Path(os.environ["TMPDIR"]).glob("adb.*.log"):
            log.unlink()
    for outcome, numbers in told.items():
        trial.seen[f"told as {outcome}"] += len(numbers)
    trial.check(max(did.values(), default=0) == 1, "a tap was done twice")
    trial.check(all(did[number] == 1 for number in told["done"]), "a tap that was told as done was not")
    trial.check(not any(did[number] for number in told["not done"]), "a tap that was told as not done was")


def _adb_server() -> Any:
    """A server of its own, of the tests; Skipped where there is no adb."""
    if str(ROOT / "tests") not in sys.path:
        sys.path.append(str(ROOT / "tests"))
    try:
        phones = import_module("phones")
        return phones.AdbServer(phones.wheel_adb())
    except ImportError as error:
        raise Skipped(f"there is no adb here: {error}") from error


def _kill(trial: Trial, server: Any, over: threading.Event) -> None:
    for _ in trial.times(12):
        if over.wait(trial.dice.uniform(0.05, 0.5)):
            trial.injected -= 1
            return
        server.kill()
        server.start()


def _tapped(resident: Resident, number: int) -> str:
    try:
        resident.run(f"input tap {number % 300} {number // 300}")
    except ConnectionBroken as broken:
        return "unknown" if broken.sent else "not done"
    except PhoneTrouble:
        return "not done"
    return "done"


def _again(adb: Adb, sim: SimPhone, serial: str) -> None:
    """A new server knows no phone."""

    def there() -> bool:
        try:
            adb.connect(sim.address)
            adb.wait_online(serial, 5)
        except PhoneTrouble:
            return False
        return True

    until(there, 20)
