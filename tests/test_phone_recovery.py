"""The way to the phone breaks at the worst moments: nothing is done twice, nothing is told that is not known."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from phones import AdbServer

from screenwright.agent.loop import Agent
from screenwright.policies.guard import Guard
from screenwright.policies.scripted import Scripted
from screenwright.tools.actions import Action, Click, Done, PressKeys, Swipe, TypeText
from screenwright.tools.adb.client import Adb
from screenwright.tools.errors import DeviceLost, OutcomeUnknown
from screenwright.tools.geometry import Point
from screenwright.tools.patience import Patience
from screenwright.tools.phone import Phone
from screenwright.tools.phone.hands import HalfDone
from screenwright.tools.simphone import SimPhone
from screenwright.tools.trace import Trace

pytest_plugins = ["phones"]


def phone_of(sim: SimPhone, server: AdbServer, **options: Any) -> Phone:
    return Phone(server.connect(sim), adb=Adb(server.binary, port=server.port), **options)


@pytest.fixture
def phone(sim: SimPhone, adb_server: AdbServer) -> Iterator[Phone]:
    """Over each adb once."""
    with phone_of(sim, adb_server) as found:
        yield found


def taps(sim: SimPhone) -> list[tuple[Any, ...]]:
    return [each.values for each in sim.phone.log if each.kind == "tap"]


@pytest.mark.parametrize(("when", "done"), [("before", 0), ("after", 1)])
def test_a_tap_that_broke_off_is_unknown_and_never_sent_again(
    sim: SimPhone, phone: Phone, when: Any, done: int
) -> None:
    seen = phone.observe()
    sim.drop_at(1, "input tap", when=when)
    with pytest.raises(
        OutcomeUnknown, match=r"in the middle of 'input tap 20 30' on the phone .* answers again: whether"
    ):
        phone.perform(Click(point=Point(20, 30, seen.frame)))
    assert len(taps(sim)) == done
    phone.observe()
    phone.perform(Click(point=Point(40, 50, seen.frame)))
    assert taps(sim)[done:] == [(40, 50)]


@pytest.mark.parametrize("when", ["before", "after", "half"])
def test_a_picture_that_broke_off_is_taken_again(sim: SimPhone, phone: Phone, when: Any) -> None:
    for _ in range(2):
        sim.drop_at(1, "screencap", when=when)
        assert np.array_equal(phone.observe().pixels, sim.phone.glass.shown())
    assert phone.link.breaks == 2


def test_a_phone_that_was_gone_before_a_tap_did_nothing(sim: SimPhone, phone: Phone) -> None:
    seen = phone.observe()
    sim.drop_at(1, "wm size", when="before")  # the look at the screen before the tap
    phone.perform(Click(point=Point(20, 30, seen.frame)))
    assert taps(sim) == [(20, 30)]
    assert phone.link.breaks == 1


def test_a_text_that_broke_off_is_not_begun_anew(sim: SimPhone, phone: Phone) -> None:
    phone.observe()
    sim.drop_at(2, "input text", when="after")
    with pytest.raises(OutcomeUnknown):
        phone.perform(TypeText(text="a" * 200 + "b" * 200 + "c" * 200))
    assert sum(line.startswith("input text") for line in sim.lines) == 2


def test_what_was_half_done_is_told_so(sim: SimPhone, phone: Phone) -> None:
    with pytest.raises(HalfDone, match=r"1 of 2 parts were done, then: .*'nosuch'"):
        phone._hands.do(["input tap 1 1", "input nosuch"])
    assert taps(sim) == [(1, 1)]


def test_a_phone_that_comes_back_within_the_limit_is_waited_for(
    sim: SimPhone, phone: Phone, eventually: Callable[..., Any]
) -> None:
    phone.observe()
    sim.offline()
    back = threading.Timer(1.0, sim.online)
    back.start()
    began = time.monotonic()
    assert phone.observe().pixels.any()
    assert time.monotonic() - began >= 0.9
    back.join()


def test_a_phone_that_stays_away_ends_the_run_with_the_fix(sim: SimPhone, adb_server: AdbServer) -> None:
    with phone_of(sim, adb_server, reconnect_s=0.6) as phone:
        seen = phone.observe()
        sim.offline()
        for call in (phone.observe, lambda: phone.perform(Click(point=Point(1, 1, seen.frame)))):
            with pytest.raises(DeviceLost, match=r"did not come back within .* s: .*(connect|plug)"):
                call()
        sim.online()


def test_an_adb_server_that_was_ended_is_started_again(sim: SimPhone, adb_server: AdbServer) -> None:
    with phone_of(sim, adb_server) as phone:
        seen = phone.observe()
        adb_server.kill()
        adb_server.start()
        phone.perform(Click(point=Point(20, 30, seen.frame)))
        assert taps(sim) == [(20, 30)]


def test_a_stop_in_the_middle_of_a_swipe_leaves_nothing_confused(sim: SimPhone, phone: Phone) -> None:
    seen = phone.observe()
    import _thread

    stop = threading.Timer(0.3, _thread.interrupt_main)
    stop.start()
    with pytest.raises(KeyboardInterrupt):
        phone.perform(Swipe(start=Point(300, 400, seen.frame), end=Point(60, 400, seen.frame), seconds=1.0))
    stop.join()
    phone.release()
    phone.observe()
    phone.perform(PressKeys(keys=("enter",)))


def test_a_run_goes_on_after_drops_and_every_tap_is_accounted_for(
    sim: SimPhone, phone: Phone, tmp_path: Any
) -> None:
    """Ten taps, drops before and after three of them: done once, or not done, never twice."""
    frame = phone.observe().frame
    script: list[Action] = [Click(point=Point(20 + n, 400, frame)) for n in range(10)]
    sim.drop_at(3, "input tap", when="before")
    sim.drop_at(5, "input tap", when="after")
    sim.drop_at(8, "input tap", when="after")
    agent = Agent(Scripted([*script, Done()]), phone, guard=Guard([], "allow"), trace=tmp_path / "run")
    agent.settler.patience = lambda _: Patience(first=0.05, quiet=0.05)
    outcome = agent.run("ten taps")
    assert outcome.status == "done", outcome
    results = [step.result for step in Trace(tmp_path / "run").steps][:10]
    unknown = [n for n, result in enumerate(results) if not result.ok]
    assert len(unknown) == 3 and unknown[0] == 2
    assert all("not known" in result.message for result in results if not result.ok)
    done = [x - 20 for x, _ in taps(sim)]
    assert done == [n for n in range(10) if n != unknown[0]], (
        "each is done once; the one that was cut off before it, never"
    )
