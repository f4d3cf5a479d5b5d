"""A thousand commands, twenty drops: each is told as done, not done or unknown, and none is done twice."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from phones import AdbServer

from screenwright.tools.adb import Adb, ConnectionBroken, PhoneTrouble, Ran, Resident
from screenwright.tools.simphone import SimPhone

pytest_plugins = ["phones"]

COMMANDS, DROPS = 1000, 20


@dataclass
class Account:
    """The numbers of the commands by what was said of them."""

    done: list[int] = field(default_factory=list)
    not_done: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)

    def enter(self, number: int, run: Callable[[str], Ran]) -> bool:
        """Whether it went through. The place of the tap is its number."""
        try:
            ran = run(f"input tap {number % 300} {number // 300}")
        except ConnectionBroken as broken:
            (self.unknown if broken.sent else self.not_done).append(number)
            return False
        except PhoneTrouble:
            self.not_done.append(number)
            return False
        assert ran == Ran(b"", b"", 0)
        self.done.append(number)
        return True


def drop_now_and_then(sim: SimPhone, over: threading.Event, drops: list[float], chance: random.Random) -> None:
    """Half of the drops fall in the middle of a command, half at any time."""
    while len(drops) < DROPS and not over.is_set():
        told = len(sim.lines)
        if len(drops) % 2:
            sim.drop_at(chance.randint(1, 30), "tap", when=chance.choice(("before", "after", "half")))
        while len(sim.lines) < told + 30 and not over.wait(0.002):
            pass
        if not len(drops) % 2:
            over.wait(chance.random() / 200)
            sim.drop()
        drops.append(time.monotonic())


@pytest.mark.parametrize("way", ["shell", "resident"])
def test_every_command_is_accounted_for(adb_server: AdbServer, sim: SimPhone, way: str) -> None:
    adb = Adb(adb_server.binary, port=adb_server.port)
    serial = adb.connect(sim.address).serial
    resident = Resident(adb, serial)
    run: Callable[[str], Ran] = resident.run if way == "resident" else lambda line: adb.shell(serial, line)
    account, over, drops = Account(), threading.Event(), list[float]()
    dropper = threading.Thread(target=drop_now_and_then, args=(sim, over, drops, random.Random(7)))
    dropper.start()
    for number in range(COMMANDS):
        if not account.enter(number, run):
            adb.wait_online(serial, 15)
    over.set()
    dropper.join()
    resident.close()

    did = Counter(int(x) + 300 * int(y) for x, y in (each.values for each in sim.phone.log if each.kind == "tap"))
    assert len(drops) == DROPS
    assert max(did.values()) == 1, "none is done twice"
    assert all(did[number] == 1 for number in account.done)
    assert not any(did[number] for number in account.not_done)
    assert len(account.done) + len(account.not_done) + len(account.unknown) == COMMANDS
    assert len(account.unknown) + len(account.not_done) <= DROPS, "a drop costs one command"
    assert len(account.unknown) >= 5, "those that were cut in the middle are not called done"
