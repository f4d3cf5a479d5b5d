"""Phones that are not like the others: old ones, slow ones, locked ones, one whose tree another program holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from phones import SMALL, AdbServer

from screenwright.tools.actions import Click, OpenApp, PressButton, PressKeys, TypeText
from screenwright.tools.adb.client import Adb
from screenwright.tools.contract import check_device
from screenwright.tools.errors import BadAction, DeviceLost
from screenwright.tools.geometry import Point
from screenwright.tools.phone import Phone
from screenwright.tools.simphone import SimPhone

pytest_plugins = ["phones"]
Opened = Callable[..., tuple[SimPhone, Phone]]


@pytest.fixture
def opened(new_server: AdbServer) -> Iterator[Opened]:
    """A simulated phone of the wanted kind, and the Phone on it."""
    ends: list[Any] = []

    def make(**kind: Any) -> tuple[SimPhone, Phone]:
        sim = SimPhone(SMALL, **kind).start()
        phone = Phone(new_server.connect(sim), adb=Adb(new_server.binary, port=new_server.port))
        ends.extend((phone, sim))
        return sim, phone

    yield make
    for end in ends:
        end.close()


def taps(sim: SimPhone) -> list[tuple[Any, ...]]:
    return [each.values for each in sim.phone.log if each.kind == "tap"]


def test_an_old_phone_keeps_the_contract_and_is_driven(opened: Opened) -> None:
    """Before Android 7: no exit codes, both outputs in one; raw pictures have no colour space."""
    sim, phone = opened(features=("cmd",), sdk=23)
    for _ in range(4):
        assert np.array_equal(phone.observe().pixels, sim.phone.glass.shown())
    assert set(phone.eyes.camera.seconds) == {"png", "raw"}
    phone.perform(OpenApp(name="Notes"))
    seen = phone.observe()
    new = next(element for element in seen.elements if element.text == "New note")
    phone.perform(Click(point=new.region.center(seen.frame)))
    assert phone.perform(TypeText(text="an old phone")).endswith("read back")
    assert sim.phone.focus and sim.phone.focus.text == "an old phone"
    with pytest.raises(BadAction, match="no app 'Nothing'"):
        phone.perform(OpenApp(name="Nothing"))
    check_device(phone)


def test_where_input_is_slow_the_second_tap_does_not_wait_for_the_first(opened: Opened) -> None:
    sim, phone = opened(delays={"input tap": 0.2})
    frame = phone.observe().frame
    phone.perform(Click(point=Point(20, 300, frame)))
    phone.perform(Click(point=Point(30, 300, frame), count=2))
    assert any(line.startswith("input tap 30 300 & sleep 0.1; input tap 30 300") for line in sim.lines)
    assert taps(sim) == [(20, 300), (30, 300), (30, 300)]


def test_a_lock_that_asks_for_nothing_is_put_away(opened: Opened) -> None:
    sim, phone = opened()
    phone.observe()
    phone.perform(PressButton(button="power"))
    sim.phone.locked = True
    said = phone.wake()
    assert "switched the screen on" in said and "lock screen away" in said
    assert not sim.phone.locked and phone.observe().pixels.any()
    assert phone.wake() == "it is awake and unlocked"
    sim.phone.locked = True
    phone.link.read(phone.state._upwards())  # for a maker whose lock screen does not hear the command
    assert not sim.phone.locked


def test_a_lock_that_asks_is_left_to_the_person(opened: Opened) -> None:
    sim, phone = opened()
    sim.phone.asks_for_pin = sim.phone.locked = True
    with pytest.raises(BadAction, match=r"locked with a PIN.*unlock it by hand"):
        phone.wake()
    assert any("locked" in problem for problem in phone.problems())


def test_a_tree_that_uiautomator2_holds_is_asked_of_its_server(opened: Opened) -> None:
    sim, phone = opened()
    sim.phone.automated = True  # its server runs, and `uiautomator dump` is refused
    named = {element.text for element in phone.observe().elements}
    assert {"Notes", "Settings", "Contacts"} <= named
    assert phone.eyes.foliage.trouble == ""


def test_a_tree_that_takes_for_ever_is_no_tree(opened: Opened) -> None:
    _, phone = opened(delays={"rm -f": 1.5})
    phone.eyes.foliage.dump_s = 0.3
    assert phone.observe().elements == ()
    assert "does not come to an end within 0.3 s" in phone.eyes.foliage.trouble
    assert phone.observe().pixels.any()


def test_a_form_of_picture_that_takes_for_ever_is_left(opened: Opened) -> None:
    sim, phone = opened(delays={"screencap -p": 3.0})
    phone.eyes.camera.most_s = 1.0  # what is not delayed takes a tenth of it
    for _ in range(3):
        assert phone.observe().pixels.any()
    assert phone.eyes.camera.form == "raw"
    sim.delays = sim.delays | {"screencap": 1.5}
    phone.eyes.camera.most_s = 0.4
    with pytest.raises(DeviceLost, match=r"gives no picture .* does not end"):
        phone.observe()


def test_keys_pressed_together(opened: Opened) -> None:
    sim, phone = opened()
    phone.perform(OpenApp(name="Notes"))
    seen = phone.observe()
    new = next(element for element in seen.elements if element.text == "New note")
    phone.perform(Click(point=new.region.center(seen.frame)))
    phone.perform(TypeText(text="first"))
    phone.perform(PressKeys(keys=("ctrl", "a")))
    phone.perform(TypeText(text="second"))
    assert sim.phone.focus and sim.phone.focus.text == "second"
    phone.perform(PressKeys(keys=("backspace",), count=3))
    assert sim.phone.focus.text == "sec"


def test_problems_of_a_phone_that_is_gone_are_told(sim: SimPhone, new_server: AdbServer) -> None:
    phone = Phone(new_server.connect(sim), adb=Adb(new_server.binary, port=new_server.port), reconnect_s=0.3)
    sim.offline()
    assert "did not come back" in phone.problems()[0]
    with pytest.raises(DeviceLost):
        phone.wake()
    phone.close()
