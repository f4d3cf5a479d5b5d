"""What is typed arrives, or it is said that it did not; and the person has their own keyboard back."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from phones import AdbServer

from screenwright.tools.actions import Click, OpenApp, TypeText
from screenwright.tools.adb.client import Adb
from screenwright.tools.errors import BadAction, DeviceLost, OutcomeUnknown
from screenwright.tools.phone import Phone
from screenwright.tools.phone.writing import Mistyped
from screenwright.tools.simphone import SimPhone
from screenwright.tools.simphone.keyboards import ADB_KEYBOARD, LATIN, U2_KEYBOARD

pytest_plugins = ["phones"]

EVERYWHERE = "Grüße 你好 🎉 naïve"


@pytest.fixture
def phone(sim: SimPhone, new_server: AdbServer) -> Iterator[Phone]:
    with Phone(new_server.connect(sim), adb=Adb(new_server.binary, port=new_server.port)) as found:
        found.writing.arrive_s = 0.3
        yield found


@pytest.fixture
def field(sim: SimPhone, phone: Phone) -> Any:
    """A new note's title field, with the focus."""
    phone.perform(OpenApp(name="Notes"))
    tap(phone, "New note")
    assert sim.phone.focus is not None
    return sim.phone.focus


def tap(phone: Phone, text: str) -> None:
    seen = phone.observe()
    element = next(element for element in seen.elements if element.text == text)
    phone.perform(Click(point=element.region.center(seen.frame)))


def ways(sim: SimPhone) -> tuple[str, list[str]]:
    return sim.phone.keyboards.chosen, sim.phone.keyboards.enabled


@pytest.mark.parametrize(
    "text", ["plain words", 'it\'s "50%" of $HOME; a & b | c > d (e) `f` \\g', "%s and %%s", " "]
)
def test_plain_text_arrives_letter_by_letter(sim: SimPhone, phone: Phone, field: Any, text: str) -> None:
    assert phone.perform(TypeText(text=text)).endswith(", read back")
    assert field.text == text
    assert not any("ime" in line.split() for line in sim.lines)


def test_nothing_to_type_types_nothing(sim: SimPhone, phone: Phone, field: Any) -> None:
    assert "nothing to type" in phone.perform(TypeText(text=""))
    assert not any(line.startswith("input text") for line in sim.lines)


@pytest.mark.parametrize("keyboard", [ADB_KEYBOARD, U2_KEYBOARD])
def test_any_text_arrives_by_a_borrowed_keyboard(sim: SimPhone, phone: Phone, field: Any, keyboard: str) -> None:
    sim.phone.keyboards.install(keyboard)
    own = ways(sim)
    assert "read back" in phone.perform(TypeText(text=EVERYWHERE))
    assert field.text == EVERYWHERE
    assert ways(sim) == own and own[0] == LATIN


def test_a_keyboard_that_is_chosen_already_stays(sim: SimPhone, phone: Phone, field: Any) -> None:
    sim.phone.keyboards.install(ADB_KEYBOARD)
    sim.phone.keyboards.switch(ADB_KEYBOARD, True)
    sim.phone.keyboards.choose(ADB_KEYBOARD)
    phone.perform(TypeText(text="你好"))
    assert field.text == "你好" and ways(sim) == (ADB_KEYBOARD, [LATIN, ADB_KEYBOARD])
    assert not any(line.startswith(("ime set", "ime enable", "ime disable")) for line in sim.lines)


def test_without_a_way_nothing_is_typed_and_the_way_is_told(sim: SimPhone, phone: Phone, field: Any) -> None:
    with pytest.raises(BadAction, match=r"'你' can't be typed .*ADBKeyboard.*nothing was typed"):
        phone.perform(TypeText(text="ok 你好"))
    assert field.text == ""
    assert any("plain ASCII" in problem for problem in phone.problems())
    sim.phone.keyboards.install(ADB_KEYBOARD)
    assert not any("plain ASCII" in problem for problem in phone.problems())


def test_nobody_listens_so_nothing_is_typed(sim: SimPhone, phone: Phone) -> None:
    sim.phone.keyboards.install(ADB_KEYBOARD)
    phone.perform(OpenApp(name="Notes"))
    with pytest.raises(BadAction, match="no field has the focus"):
        phone.perform(TypeText(text="你好"))
    assert not any("ADB_INPUT" in line for line in sim.lines)
    assert ways(sim)[0] == LATIN


def test_a_broadcast_that_nobody_heard_is_not_taken_for_typing(sim: SimPhone, phone: Phone, field: Any) -> None:
    """It says `result=0` either way: only the field, which stays as it was, tells."""
    sim.phone.keyboards.install(ADB_KEYBOARD)
    field.changed = lambda text: field.set("") if text else None  # a field that throws everything away
    with pytest.raises(BadAction, match="no field took it: nothing was typed"):
        phone.perform(TypeText(text="你好"))
    assert ways(sim)[0] == LATIN


def test_a_field_that_takes_less_is_told(sim: SimPhone, phone: Phone, field: Any) -> None:
    field.changed = lambda text: field.set(text[:5]) if len(text) > 5 else None
    with pytest.raises(Mistyped, match="the field holds '12345' now"):
        phone.perform(TypeText(text="123456789"))


def test_a_field_that_writes_it_otherwise_is_well(sim: SimPhone, phone: Phone, field: Any) -> None:
    field.changed = lambda text: field.set("0123-456") if text == "0123456" else None
    assert phone.perform(TypeText(text="0123456")).endswith("read back as '0123-456'")


def test_a_password_is_not_read_back(sim: SimPhone, phone: Phone) -> None:
    phone.perform(OpenApp(name="Vault"))
    tap(phone, "PIN")
    assert "a password" in phone.perform(TypeText(text="2468"))
    assert sim.phone.focus and sim.phone.focus.text == "2468"


def test_enter_and_tab_are_keys(sim: SimPhone, phone: Phone, field: Any) -> None:
    sim.phone.keyboards.install(ADB_KEYBOARD)
    phone.perform(TypeText(text="标题\tone\ntwo"))
    [notes] = [app for app in sim.phone.apps if app.label == "Notes"]
    assert getattr(notes, "draft") == ("标题", "one\ntwo")  # noqa: B009 - another app's own


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_drop_while_typing_gives_the_keyboard_back(sim: SimPhone, phone: Phone, field: Any, when: Any) -> None:
    sim.phone.keyboards.install(ADB_KEYBOARD)
    sim.drop_at(1, "ADB_INPUT_B64", when=when)
    with pytest.raises(OutcomeUnknown, match="not known"):
        phone.perform(TypeText(text="你好"))
    assert field.text == ("" if when == "before" else "你好")
    assert ways(sim) == (LATIN, [LATIN])


def test_a_stop_while_typing_gives_the_keyboard_back(sim: SimPhone, phone: Phone, field: Any) -> None:
    sim.phone.keyboards.install(ADB_KEYBOARD)
    sim.delays = sim.delays | {"am broadcast": 0.9}
    stop = threading.Timer(0.4, _thread.interrupt_main)
    stop.start()
    with pytest.raises(KeyboardInterrupt):
        phone.perform(TypeText(text="你好"))
    stop.join()
    assert ways(sim) == (LATIN, [LATIN])


def test_what_a_lost_phone_was_owed_is_given_back_at_the_end(sim: SimPhone, new_server: AdbServer) -> None:
    adb = Adb(new_server.binary, port=new_server.port)
    phone = Phone(new_server.connect(sim), adb=adb, reconnect_s=0.5)
    sim.phone.keyboards.install(ADB_KEYBOARD)
    phone.perform(OpenApp(name="Notes"))
    tap(phone, "New note")
    gone = threading.Timer(0.4, sim.offline)
    sim.delays = sim.delays | {"am broadcast": 0.9}
    gone.start()
    with pytest.raises(DeviceLost, match="did not come back"):
        phone.perform(TypeText(text="你好"))
    gone.join()
    assert ways(sim)[0] == ADB_KEYBOARD
    sim.online()
    adb.wait_online(phone.serial, 10)
    phone.close()
    assert ways(sim) == (LATIN, [LATIN])
