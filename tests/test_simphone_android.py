"""What the simulated phone does with what is done to it, through a shell of the real adb where it matters."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from xml.etree import ElementTree

import numpy as np
import pytest
from conftest import until
from phones import SMALL

from screenwright.tools.geometry import Size
from screenwright.tools.simphone import ADB_KEYBOARD, SimPhone
from screenwright.tools.simphone.programs import PROGRAMS
from screenwright.tools.simphone.shell import Shell

pytest_plugins = ["phones"]


class Typed:
    """A shell of a phone, without adb between."""

    def __init__(self, sim: SimPhone) -> None:
        self.sim = sim
        self.shell = Shell(sim.phone, PROGRAMS)

    def __call__(self, line: str) -> str:
        """What the line prints on both streams."""
        said = bytearray()
        self.shell.run(line, said.extend, said.extend)
        return said.decode(errors="replace")

    def tap(self, **named: str) -> None:
        """Tap the view of the tree whose attributes are so (`_` for `-`)."""
        left, top, right, bottom = map(int, re.findall(r"\d+", self.find(**named)["bounds"]))
        assert self(f"input tap {(left + right) // 2} {(top + bottom) // 2}") == ""

    def find(self, **named: str) -> dict[str, str]:
        wanted = {name.replace("_", "-"): value for name, value in named.items()}
        nodes = [node.attrib for node in ElementTree.fromstring(self.tree()).iter("node")]
        found = [node for node in nodes if all(node.get(name) == value for name, value in wanted.items())]
        assert found, f"{wanted} is not in {[node.get('text') or node.get('content-desc') for node in nodes]}"
        return found[-1]

    def tree(self) -> str:
        said = self("uiautomator dump /dev/tty")
        return said[: said.rindex("UI hierchary")]


@pytest.fixture
def typed(sim: SimPhone) -> Typed:
    return Typed(sim)


def test_a_note_is_written_and_saved(typed: Typed) -> None:
    typed.tap(text="Notes")
    typed.tap(content_desc="New note")
    assert typed.find(text="Title")["focused"] == "true", "an empty field shows its hint as its text"
    typed("input text 'Buy%smilk'")
    typed.tap(text="Write something")
    typed("input text 'two pints'; input keyevent 66; input text 'and;tea'")
    typed.tap(text="Save")
    newest = typed.sim.phone.notes.notes[0]
    assert (newest.title, newest.text) == ("Buy milk", "two pints\nand;tea")
    typed.find(text="Buy milk")


def test_text_that_no_key_writes_is_an_exception(typed: Typed) -> None:
    typed.tap(text="Contacts")
    typed.tap(text="Search contacts")
    assert "NullPointerException: Attempt to get length of null array" in typed("input text Grüße")
    assert "NullPointerException" in typed("input text two words")
    assert typed.find(resource_id="com.android.contacts:id/search")["text"] == "Search contacts"


def test_unquoted_text_goes_wrong_as_in_a_real_shell(typed: Typed) -> None:
    assert typed("input text a(b)") == "/system/bin/sh: syntax error: unexpected '('\n"
    assert typed("input text it's") == "/system/bin/sh: no closing quote\n"
    assert "b: inaccessible or not found" in typed("input text a;b")
    assert typed("echo 'a(b)' \"c'd\" e\\ f $? '$?' \"$?\"") == "a(b) c'd e f 127 $? 127\n"
    assert typed("false && echo no || echo yes; echo x | cat; nosuch 2>/dev/null; echo $?") == "yes\nx\n127\n"


def test_a_list_follows_the_finger(typed: Typed) -> None:
    typed.tap(text="Contacts")
    first = typed.find(text="Ben Carter")["bounds"]
    typed("input swipe 180 600 180 400 50")
    moved = typed.find(text="Ben Carter")["bounds"]
    assert int(re.findall(r"\d+", first)[1]) - int(re.findall(r"\d+", moved)[1]) == 200
    (whole,) = ElementTree.fromstring(typed.tree()).iterfind(".//node[@scrollable='true']")
    edges = [tuple(map(int, re.findall(r"\d+", each.get("bounds", "")))) for each in whole.iter()]
    assert len(edges) > 8 and all(edges[0][1] <= top < bottom <= edges[0][3] for _, top, _, bottom in edges[1:])
    for _ in range(12):
        typed("input swipe 180 700 180 200 30")
    typed.tap(text="李娜")
    assert typed.sim.phone.contacts.shown and typed.sim.phone.contacts.shown.name == "李娜"


def test_buttons_go_back_and_home(typed: Typed) -> None:
    typed("am start -n com.android.contacts/.activities.PeopleActivity")
    typed.tap(text="Search contacts")
    assert "mInputShown=true" in typed("dumpsys input_method")
    typed("input keyevent BACK")
    assert "mInputShown=false" in typed("dumpsys input_method"), "the first Back puts the keyboard away"
    assert typed.sim.phone.focus, "and leaves the field its focus"
    typed("input keyevent KEYCODE_HOME")
    assert "mCurrentFocus=Window{51cbd85 u0 com.android.launcher3/com.android.launcher3.Launcher}" in typed(
        "dumpsys window"
    )
    typed("input keyevent 187")
    typed.tap(content_desc="Contacts")
    assert typed.sim.phone.front is typed.sim.phone.contacts


def test_switches_are_the_settings(typed: Typed) -> None:
    typed("monkey -p com.android.settings -c android.intent.category.LAUNCHER 1")
    assert typed("settings get global bluetooth_on") == "0\n"
    typed.tap(text="Bluetooth")
    assert typed("settings get global bluetooth_on") == "1\n"
    light = typed.sim.phone.glass.shown()[400, 10].sum()
    typed.tap(text="Dark theme")
    assert typed.sim.phone.glass.shown()[400, 10].sum() < light / 2
    typed("settings put secure ui_night_mode 1")
    assert typed.sim.phone.glass.shown()[400, 10].sum() == light


def test_a_slider_is_moved(typed: Typed) -> None:
    typed("am start -a android.settings.SETTINGS")
    left, top, right, bottom = map(
        int, re.findall(r"\d+", typed.find(content_desc="Display brightness")["bounds"])
    )
    typed(f"input draganddrop {left + 5} {(top + bottom) // 2} {right} {(top + bottom) // 2} 60")
    assert typed("settings get system screen_brightness") == "255\n"


@pytest.mark.parametrize("rotation", [0, 1, 2, 3])
def test_turned_it_is_another_screen(typed: Typed, rotation: int) -> None:
    typed(f"settings put system user_rotation {rotation}")
    wide, high = (800, 360) if rotation % 2 else (360, 800)
    assert typed.sim.phone.glass.shown().shape == (high, wide, 3)
    said = typed("wm size; dumpsys display")
    assert "Physical size: 360x800" in said and f"orientation={rotation}" in said
    assert f"logicalFrame=Rect(0, 0 - {wide}, {high})" in said
    typed.tap(text="Vault")
    assert typed.sim.phone.front is typed.sim.phone.vault


def test_turned_the_field_that_is_typed_into_stays_in_sight(typed: Typed) -> None:
    typed("am start -n org.screenwright.notes/.MainActivity")
    typed.tap(content_desc="New note")
    typed.tap(text="Write something")
    typed.sim.phone.turn(1)
    typed("input text seen")
    field = typed.find(text="seen")
    assert field["focused"] == "true" and int(re.findall(r"\d+", field["bounds"])[3]) < 360


def test_a_size_that_it_pretends_to_have(typed: Typed) -> None:
    typed("wm size 180x400")
    assert typed("wm size") == "Physical size: 360x800\nOverride size: 180x400\n"
    assert typed.sim.phone.glass.captured().shape == (400, 180, 3)
    typed("wm size reset")
    assert typed.sim.phone.screen == SMALL


def test_a_secure_window_is_black_and_its_tree_can_be_read(typed: Typed) -> None:
    typed.tap(text="Vault")
    assert typed.sim.phone.glass.secure and not typed.sim.phone.glass.captured().any()
    assert " SECURE " in typed("dumpsys window")
    typed.tap(text="PIN")
    typed("input text 2468")
    assert typed.find(resource_id="org.screenwright.vault:id/pin")["text"] == "••••"
    typed.tap(text="Unlock")
    typed.find(text="731 904")
    typed("input keyevent HOME")
    assert typed.sim.phone.glass.captured().any()


def test_off_and_locked(typed: Typed) -> None:
    typed("input keyevent POWER")
    assert "mWakefulness=Asleep" in typed("dumpsys power") and not typed.sim.phone.glass.captured().any()
    assert "null root node" in typed("uiautomator dump /dev/tty")
    typed("input keyevent WAKEUP")
    assert "mDreamingLockscreen=true" in typed("dumpsys window")
    typed("input tap 50 650")
    assert typed.sim.phone.locked
    typed("input swipe 180 600 180 200 40")
    assert not typed.sim.phone.locked
    typed("input keyevent SLEEP; input keyevent WAKEUP; wm dismiss-keyguard")
    assert not typed.sim.phone.locked
    typed.sim.phone.asks_for_pin = True
    typed("input keyevent SLEEP; input keyevent WAKEUP; wm dismiss-keyguard")
    assert typed.sim.phone.locked


def test_adb_keyboard_hears_only_when_it_is_chosen(make_typed: Callable[..., Typed]) -> None:
    typed = make_typed(keyboards=(ADB_KEYBOARD,))
    message = base64.b64encode("Grüße 你好 🎉".encode()).decode()
    say = f"am broadcast -a ADB_INPUT_B64 --es msg {message}"
    typed("am start -n org.screenwright.notes/.MainActivity")
    typed.tap(content_desc="New note")
    assert "result=0" in typed(say)
    assert typed.sim.phone.notes.draft == ("", "")
    assert "cannot be selected" in typed(f"ime set {ADB_KEYBOARD}"), "it must be switched on first"
    typed(f"ime enable {ADB_KEYBOARD}; ime set {ADB_KEYBOARD}")
    assert typed("settings get secure default_input_method") == f"{ADB_KEYBOARD}\n"
    assert "result=0" in typed(say)
    assert typed.sim.phone.notes.draft == ("Grüße 你好 🎉", "")
    assert typed.find(resource_id="org.screenwright.notes:id/title")["text"] == "Grüße 你好 .."


def test_keys_of_the_keyboard_on_the_screen(typed: Typed) -> None:
    typed("am start -n org.screenwright.notes/.MainActivity")
    typed.tap(content_desc="New note")
    keyboard = typed.sim.phone.metrics.keyboard
    keys = {view.text: view.region.middle for view in typed.sim.phone.glass.windows().walk() if view.look == "key"}
    assert keyboard.height and keys["q"][1] > keyboard.y
    for key in ("Shift", "h", "i", "x", "Delete", ".", "?123"):
        typed("input tap {} {}".format(*keys[key]))
    keys = {view.text: view.region.middle for view in typed.sim.phone.glass.windows().walk() if view.look == "key"}
    typed("input tap {} {}".format(*keys["7"]))
    assert typed.sim.phone.notes.draft[0] == "Hi.7"


def test_chords_select_copy_and_paste(typed: Typed) -> None:
    typed("am start -n org.screenwright.notes/.MainActivity")
    typed.tap(content_desc="New note")
    typed("input text one; input keycombination CTRL_LEFT A; input keycombination CTRL_LEFT X")
    assert typed.sim.phone.notes.draft[0] == ""
    typed("input keycombination 113 50; input keyevent MOVE_HOME; input keycombination SHIFT_LEFT B")
    assert typed.sim.phone.notes.draft[0] == "Bone"
    typed("input keyevent DPAD_RIGHT FORWARD_DEL")
    assert typed.sim.phone.notes.draft[0] == "Boe"


def test_faults_say_what_phones_say(typed: Typed) -> None:
    faults = typed.sim.phone.faults
    faults.idle_state_error = True
    assert typed("uiautomator dump") == "ERROR: could not get idle state.\n"
    assert typed("echo $?") == "0\n"
    faults.inject_events_denied = True
    assert "requires INJECT_EVENTS permission" in typed("input tap 1 1")
    assert not typed.sim.phone.log
    faults.displays_warning = "out"
    assert typed("screencap").startswith("[Warning] Multiple displays were found")
    assert typed("cmd clipboard get-text") == "No shell command implementation.\n"
    assert typed("echo $?") == "0\n"
    assert "does not exist" in typed("am start -n no.such/.App")
    assert "No activities found to run, monkey aborted" in typed("monkey -p no.such 1")


def test_old_phones_lack_a_colour_space_and_end_lines_their_way(make_typed: Callable[..., Typed]) -> None:
    typed = make_typed(sdk=26)
    said = bytearray()
    typed.shell.run("screencap", said.extend, said.extend)
    assert len(said) == 12 + SMALL.area * 4


def test_two_taps_at_once_with_wait(typed: Typed) -> None:
    typed("input tap 1 1 & sleep 0.01; input tap 2 2; wait")
    assert [done.values for done in typed.sim.phone.log] == [(1, 1), (2, 2)]


def test_a_stopwatch_never_comes_to_rest(typed: Typed) -> None:
    typed.tap(text="Stopwatch")
    typed.tap(text="Start")
    assert typed("uiautomator dump") == "ERROR: could not get idle state.\n"
    version = typed.sim.phone.version
    until(lambda: typed.sim.phone.version > version + 2)
    typed("input keyevent HOME; am start -n org.screenwright.notes/.MainActivity")
    typed.find(text="Notes")


def test_apps_react_late_and_in_order(typed: Typed) -> None:
    typed("am start -n org.screenwright.notes/.MainActivity")
    typed.tap(content_desc="New note")
    typed.sim.phone.faults.reacts_s = 0.1
    typed("input text one; input keyevent SPACE; input text two")
    assert typed.sim.phone.notes.draft[0] == "" and len(typed.sim.phone.log) == 5
    until(lambda: typed.sim.phone.notes.draft[0] == "one two")


def test_what_is_on_the_glass_is_drawn_once(typed: Typed) -> None:
    first = typed.sim.phone.glass.shown()
    assert typed.sim.phone.glass.shown() is first
    typed.tap(text="Notes")
    assert not np.array_equal(typed.sim.phone.glass.shown(), first)


@pytest.fixture
def make_typed() -> Callable[..., Typed]:
    return lambda **named: Typed(SimPhone(Size(360, 800), **named))
