"""A Phone over the real adbs: what it sees, what its fingers do. The phone is simulated, the way to it is not."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from conftest import until
from phones import SMALL, AdbServer

from screenwright.tools.actions import (
    Click,
    Drag,
    LongPress,
    Move,
    OpenApp,
    PressButton,
    PressKeys,
    Scroll,
    Swipe,
)
from screenwright.tools.adb.client import Adb
from screenwright.tools.adb.trouble import Unauthorized, UnknownPhone
from screenwright.tools.contract import check_device
from screenwright.tools.errors import BadAction, BlackScreen, DeviceLost
from screenwright.tools.geometry import Point, Size
from screenwright.tools.observation import Observation
from screenwright.tools.phone import Phone
from screenwright.tools.phone.apps import App
from screenwright.tools.phone.eyes import placed
from screenwright.tools.phone.hands import InputRefused
from screenwright.tools.settle import Settler
from screenwright.tools.simphone import SimPhone

pytest_plugins = ["phones"]


def phone_of(sim: SimPhone, server: AdbServer, **options: Any) -> Phone:
    return Phone(server.connect(sim), adb=Adb(server.binary, port=server.port), **options)


@pytest.fixture
def phone(sim: SimPhone, new_server: AdbServer) -> Iterator[Phone]:
    with phone_of(sim, new_server) as found:
        yield found


def at(seen: Observation, text: str) -> Point:
    """The middle of what is called so."""
    element = next(element for element in seen.elements if element.text == text)
    return element.region.center(seen.frame)


def did(sim: SimPhone) -> list[tuple[str, tuple[Any, ...]]]:
    return [(each.kind, each.values) for each in sim.phone.log]


def test_the_contract_is_kept_over_both_adbs(sim: SimPhone, adb_server: AdbServer) -> None:
    check_device(phone_of(sim, adb_server))
    assert [kind for kind, _ in did(sim)] == []


def test_the_only_phone_is_taken_and_another_is_not_found(sim: SimPhone, new_server: AdbServer) -> None:
    adb = Adb(new_server.binary, port=new_server.port)
    new_server.connect(sim)
    with Phone(adb=adb) as found:
        assert found.serial == sim.address and "Simulated" in found.name
    with pytest.raises(UnknownPhone, match=r"no.such.*127\.0\.0\.1"):
        Phone("no.such", adb=adb)


def test_a_phone_that_allows_nobody_is_told_with_the_fix(new_server: AdbServer) -> None:
    with SimPhone(SMALL, auth="refused") as shy:
        new_server.run("connect", shy.address)
        with pytest.raises(Unauthorized, match="Allow USB debugging"):
            Phone(shy.address, adb=Adb(new_server.binary, port=new_server.port))


def test_a_picture_is_exact_in_both_forms(sim: SimPhone, phone: Phone) -> None:
    shown = sim.phone.glass.shown()
    forms = set()
    for _ in range(6):
        forms.add(phone.eyes.camera.form)
        assert np.array_equal(phone.observe().pixels, shown)
    assert forms == {"png", "raw"}
    assert set(phone.eyes.camera.seconds) == forms


def test_the_quicker_form_stays(sim: SimPhone, phone: Phone) -> None:
    sim.delays = sim.delays | {"screencap -p": 0.3}
    for _ in range(4):
        phone.observe()
    assert phone.eyes.camera.form == "raw"
    assert phone.eyes.camera.seconds["png"] > 0.3 > phone.eyes.camera.usual_s


def test_a_slow_picture_is_looked_at_twice_before_it_counts_as_still(sim: SimPhone, phone: Phone) -> None:
    for _ in range(4):
        phone.observe()
    sim.delays = sim.delays | {"screencap": 0.6}
    phone.eyes.camera.seconds = {"png": 0.62, "raw": 0.62}
    before, settler = phone.observe(), Settler(phone)
    looks = sum("screencap" in line for line in sim.lines)
    began = time.perf_counter()
    phone.perform(OpenApp(name="Notes"))
    effect, after = settler.settle(before, PressButton(button="home"), began)
    assert effect.settled and effect.where == "near"
    assert sum("screencap" in line for line in sim.lines) - looks == 2
    assert np.array_equal(after.pixels, sim.phone.glass.shown())


def test_an_open_stream_wakes_who_waits(sim: SimPhone, phone: Phone) -> None:
    def idled(seconds: float) -> float:
        began = time.perf_counter()
        phone.idle(seconds)
        return time.perf_counter() - began

    assert idled(5.0) < 1.0, "without a stream it is a short pause"
    with phone.stream() as stream:
        assert stream.packet(0, 10.0)
        until(lambda: not stream.wait(stream.latest, 0.3))
        phone.observe()
        assert idled(0.4) >= 0.3, "nothing is drawn"
        drawing = threading.Timer(0.2, sim.phone.open, [sim.phone.apps[1]])
        drawing.start()
        assert 0.1 < idled(10.0) < 5.0
        drawing.join()
        assert idled(10.0) < 1.0, "it was drawn since the last look"
        phone.observe()
    assert idled(5.0) < 1.0


@pytest.mark.parametrize("where", ["out", "err"])
def test_several_displays_are_noticed_and_the_right_one_taken(sim: SimPhone, phone: Phone, where: str) -> None:
    sim.phone.faults.displays_warning = where
    assert np.array_equal(phone.observe().pixels, sim.phone.glass.shown())
    assert phone.eyes.several_displays
    phone.observe()
    assert sum("screencap" in line and " -d " not in line for line in sim.lines) == 1
    assert any("several displays" in problem for problem in phone.problems())


def test_what_is_in_front_and_its_tree(sim: SimPhone, phone: Phone) -> None:
    phone.perform(OpenApp(name="notes"))
    seen = phone.observe()
    front = sim.phone.front
    assert seen.program == front.package
    assert front.label in (seen.title or "")
    assert seen.focus and seen.focus.area > 0.5 * seen.frame.area
    named = {element.text for element in seen.elements}
    assert {"Shopping", "Milk, bread, tea"} <= named
    phone.perform(Click(point=at(seen, "New note")))
    title, text = (element for element in phone.observe().elements if element.role == "field")
    assert title.source == "uiautomator" and title.focused and not text.focused


def test_a_screen_that_never_rests_has_no_tree_for_a_while(sim: SimPhone, phone: Phone) -> None:
    sim.phone.faults.idle_state_error = True
    assert phone.observe().elements == ()
    assert "does not come to rest" in phone.eyes.foliage.trouble
    dumps = sum("uiautomator dump" in line for line in sim.lines)
    assert phone.observe().elements == () and sum("uiautomator dump" in line for line in sim.lines) == dumps


def test_taps_are_where_they_were_aimed(sim: SimPhone, phone: Phone) -> None:
    seen = phone.observe()
    phone.perform(Click(point=Point(33, 44, seen.frame)))
    phone.perform(Click(point=Point(50, 60, seen.frame), count=2))
    assert did(sim) == [("tap", (33, 44)), ("tap", (50, 60)), ("tap", (50, 60))]


def test_fingers_hold_move_and_drag(sim: SimPhone, phone: Phone) -> None:
    frame = phone.observe().frame
    phone.perform(LongPress(point=Point(50, 300, frame), seconds=0.6))
    phone.perform(Swipe(start=Point(300, 400, frame), end=Point(60, 400, frame), seconds=0.1))
    phone.perform(Drag(start=Point(100, 500, frame), end=Point(200, 600, frame), seconds=0.1))
    kinds = [kind for kind, _ in did(sim)]
    assert kinds[-1] == "drag" and "swipe" in kinds
    assert any(line.startswith("input draganddrop 100 500 200 600 100") for line in sim.lines)
    assert any(line.startswith("input swipe 50 300 50 300 600") for line in sim.lines)


def test_scrolling_shows_what_is_further_down(sim: SimPhone, phone: Phone) -> None:
    phone.perform(OpenApp(name="contacts"))
    tops = {element.text: element.region.y for element in phone.observe().elements}
    said = phone.perform(Scroll(down=5))
    after = phone.observe()
    assert "1 swipe" in said
    moved = [tops[e.text] - e.region.y for e in after.elements if e.text in tops]
    assert moved and max(moved) > 100
    phone.perform(Scroll(down=-9))
    assert {element.text: element.region.y for element in phone.observe().elements} == tops


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (lambda p: Click(point=p, button="right"), "long press"),
        (lambda p: Click(point=p, modifiers=("ctrl",)), "no key can be held"),
        (lambda p: Drag(end=p), "needs its start"),
        (lambda p: Move(point=p), "can't move"),
        (lambda p: PressKeys(keys=("f20",)), "no key 'f20'"),
        (lambda p: OpenApp(name="Notez"), "near: Notes"),
    ],
)
def test_what_a_finger_can_not_do_is_refused(sim: SimPhone, phone: Phone, action: Any, said: str) -> None:
    with pytest.raises(BadAction, match=said):
        phone.perform(action(Point(100, 100, phone.observe().frame)))
    assert did(sim) == []


def test_buttons_and_keys(sim: SimPhone, phone: Phone) -> None:
    phone.perform(OpenApp(name="settings"))
    assert sim.phone.front.label == "Settings"
    phone.perform(PressButton(button="home"))
    assert sim.phone.front.package == "com.android.launcher3"
    phone.perform(PressKeys(keys=("volume_up",), count=2))
    assert sum(line.startswith("input keyevent 24 24") for line in sim.lines) == 1


def test_apps_go_by_label_and_by_package(sim: SimPhone, phone: Phone) -> None:
    listed = phone.apps()
    labels = {app.name for app in listed}
    assert {"Notes", "Settings", "Contacts"} <= labels
    notes = next(app for app in listed if app.name == "Notes")
    assert phone.perform(OpenApp(name=notes.package)).startswith("started Notes")
    assert sim.phone.front.package == notes.package
    phone.link.read(App("com.android.contacts").starting())  # where no activity is told
    assert sim.phone.front.label == "Contacts"


def test_a_turned_phone_takes_taps_where_they_are_seen_now(sim: SimPhone, phone: Phone) -> None:
    old = phone.observe()
    sim.phone.turn(1)
    with pytest.raises(BadAction, match="turned or resized"):
        phone.perform(Click(point=Point(100, 700, old.frame)))
    assert did(sim) == []
    now = phone.observe()
    assert now.frame == Size(800, 360) and phone.rotation == 1
    with pytest.raises(BadAction, match="measured on a 360x800"):
        phone.perform(Click(point=Point(100, 300, old.frame)))
    phone.perform(Click(point=Point(700, 100, now.frame)))
    assert did(sim) == [("tap", (700, 100))]


def test_who_looks_after_a_turn_is_not_refused(sim: SimPhone, phone: Phone) -> None:
    phone.observe()
    sim.phone.turn(3)
    phone.perform(Click(point=Point(700, 100, phone.observe().frame)))
    assert did(sim) == [("tap", (700, 100))]


def test_a_picture_of_another_size_than_the_touches() -> None:
    view = placed(Size(1080, 2400), Size(720, 1600))
    assert view.to_input(Point(540, 1200, Size(1080, 2400))) == (360, 800)


def test_upside_down_has_the_same_size_and_is_noticed(sim: SimPhone, phone: Phone) -> None:
    sim.phone.turn(1)
    seen = phone.observe()
    sim.phone.turn(3)
    with pytest.raises(BadAction, match="800x360 at quarter turn 1 then, 800x360 at 3 now"):
        phone.perform(Click(point=Point(700, 100, seen.frame)))
    assert did(sim) == []


def test_an_override_of_the_size_is_followed(sim: SimPhone, phone: Phone) -> None:
    old = phone.observe()
    sim.phone.resize(Size(270, 600))
    with pytest.raises(BadAction, match="turned or resized"):
        phone.perform(Click(point=Point(100, 100, old.frame)))
    now = phone.observe()
    phone.perform(Click(point=Point(now.frame.width / 2, now.frame.height / 2, now.frame)))
    assert did(sim) == [("tap", (135, 300))]


def test_a_screen_that_is_off_is_told_and_waked(sim: SimPhone, phone: Phone) -> None:
    seen = phone.observe()
    phone.perform(PressButton(button="power"))
    assert not phone.screen_on
    with pytest.raises(BlackScreen, match="is off: press its power button"):
        phone.observe()
    taps = len(did(sim))
    with pytest.raises(BadAction, match="screen is off"):
        phone.perform(Click(point=Point(10, 10, seen.frame)))
    assert len(did(sim)) == taps
    assert any("off" in problem for problem in phone.problems())
    assert "switched the screen on" in phone.wake()
    assert phone.screen_on and phone.observe().pixels.any()


def test_a_protected_screen_is_black_and_its_tree_is_there(sim: SimPhone, phone: Phone) -> None:
    secure = next(app for app in sim.phone.apps if app.secure)
    phone.perform(OpenApp(name=secure.package))
    seen = phone.observe()
    assert not seen.pixels.any()
    assert "protected" in (seen.title or "")
    assert any(element.text for element in seen.elements)
    assert any("protects its screen" in problem for problem in phone.problems())


def test_a_phone_that_lets_nobody_touch_says_which_switch(sim: SimPhone, phone: Phone) -> None:
    sim.phone.faults.inject_events_denied = True
    with pytest.raises(InputRefused, match=r"USB debugging \(Security settings"):
        phone.perform(Click(point=Point(10, 10, phone.observe().frame)))


def test_what_is_closed_stays_closed(phone: Phone) -> None:
    phone.close()
    for call in (phone.observe, phone.apps, lambda: phone.perform(PressButton(button="back"))):
        with pytest.raises(DeviceLost, match="closed here"):
            call()
