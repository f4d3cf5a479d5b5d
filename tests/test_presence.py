"""A person's own devices, told from what is injected: on a VNC server, whose client is the person."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from conftest import Echo, until
from rfb import Person, VncDisplay

from screenwright.tools.actions import Click, Drag, PressKeys, Scroll, TypeText
from screenwright.tools.desktop import Desktop
from screenwright.tools.errors import BadScript
from screenwright.tools.geometry import Point, Size
from screenwright.tools.presence.ears import ears_of, told_apart
from screenwright.tools.presence.heard import Ears, Heard
from screenwright.tools.presence.motion import Axis, Motion
from screenwright.tools.xlib import connect

pytest_plugins = ["vnc"]
CHORDS = {"panic": "ctrl+alt+escape", "resume": "ctrl+alt+r"}
FRAME = Size(1024, 768)


class Notes:
    """What the ears told."""

    def __init__(self) -> None:
        self.acts: list[str] = []
        self.hotkeys: list[str] = []
        self.troubles: list[str] = []
        self.heard = Heard(self.acts.append, self.hotkeys.append, self.troubles.append)


@contextmanager
def listening(display: str, chords: dict[str, str] | None = None) -> Iterator[tuple[Ears, Notes]]:
    notes, ears = Notes(), ears_of(display, CHORDS if chords is None else chords)
    ears.start(notes.heard)
    try:
        yield ears, notes
    finally:
        ears.stop()


def test_all_that_a_person_can_do_is_heard(vnc: VncDisplay, person: Person) -> None:
    with listening(vnc.display) as (_, notes):
        for does, said in (
            (lambda: person.glide(600, 400), "moved the mouse"),
            (lambda: person.click(600, 400), "clicked"),
            (lambda: person.click(600, 400, "down"), "turned the wheel"),
            (lambda: person.type("a"), "pressed a key"),
        ):
            notes.acts.clear()
            does()
            until(lambda said=said: said in notes.acts)


def test_nothing_that_is_injected_is_heard_however_much_it_is(
    vnc: VncDisplay, away: Desktop, window: Echo, person: Person
) -> None:
    with listening(vnc.display) as (ears, notes):
        for round_ in range(3):
            away.perform(TypeText(text="Ärger, 中文 and 1000 letters. " * 20))
            away.perform(Drag(start=Point(200, 200, FRAME), end=Point(500, 300 + round_, FRAME), seconds=0.5))
            away.perform(Scroll(point=Point(300, 300, FRAME), down=20))
            away.perform(PressKeys(keys=("ctrl", "a"), count=20))
            away.perform(Click(point=Point(300, 300, FRAME), count=3))
        injected = 3 * (2 * 26 * 20 + 60 + 40 + 80 + 6)
        assert injected > 3000 and notes.acts == [] and ears.idle_s > 1
        person.type("q")
        until(lambda: notes.acts)
        assert notes.acts == ["pressed a key"]


def test_a_persons_key_is_heard_amid_a_stream_of_injected_ones(
    vnc: VncDisplay, away: Desktop, window: Echo, person: Person
) -> None:
    typing = threading.Thread(target=lambda: away.perform(TypeText(text="words and " * 1500)))
    with listening(vnc.display) as (_, notes):
        typing.start()
        until(lambda: window.text)
        person.glide(500, 500)
        until(lambda: notes.acts)
        assert typing.is_alive(), "it was heard only when the stream had ended"
        typing.join()
        assert set(notes.acts) == {"moved the mouse"}


def test_a_bump_at_the_desk_is_no_movement(vnc: VncDisplay, person: Person) -> None:
    with listening(vnc.display) as (ears, notes):
        for _ in range(50):
            for dx, dy in ((3, 0), (-3, 2), (0, -2), (4, 4), (0, 0)):
                person.move(900 + dx, 700 + dy)
        person.key("shift", True)
        until(lambda: ears.held() == ("shift",))
        assert "moved the mouse" not in notes.acts and ears.idle_s < 1


def test_a_mouse_says_how_far_and_a_tablet_where() -> None:
    mouse = Motion(None, (0, 0))
    assert not any(mouse.moved(dx, -dx, 0.01 * n) for n, dx in enumerate([3, -3] * 50)), "it trembles"
    assert not any(mouse.moved(4, 0, 10 + n) for n in range(50)), "it is bumped now and then"
    assert [mouse.moved(4, 0, 100 + 0.1 * n) for n in range(4)] == [False, False, True, True]
    tablet = Motion((Axis(0, 32767, 1024), Axis(0, 32767, 768)), (512, 384))
    assert not tablet.moved(16400, 16400, 1.0)
    assert tablet.moved(17400, None, 1.01)


def test_hotkeys_are_heard_from_a_person_and_from_a_program_and_kept_from_the_window(
    vnc: VncDisplay, away: Desktop, window: Echo, person: Person, make_other: Callable[[str], None]
) -> None:
    with listening(vnc.display) as (_, notes):
        person.press("ctrl", "alt", "r")
        until(lambda: "resume" in notes.hotkeys)
        notes.hotkeys.clear()
        away.perform(PressKeys(keys=("ctrl", "alt", "escape")))  # as x11vnc and xdotool do it
        until(lambda: notes.hotkeys == ["panic"])
        make_other("de")
        notes.hotkeys.clear()
        person.press("ctrl", "alt", "escape")
        until(lambda: "panic" in notes.hotkeys)
        person.press("ctrl", "r")
        person.press("x")
        until(lambda: any(event["key"] == "x" for event in window.events("KeyPress")))
        assert "resume" not in notes.hotkeys
        assert not any(event["key"] == "Escape" for event in window.events("KeyPress"))
    assert notes.troubles == []


@pytest.fixture
def make_other(vnc: VncDisplay) -> Iterator[Callable[[str], None]]:
    """Another keyboard layout meanwhile."""

    def other(layout: str) -> None:
        subprocess.run(["setxkbmap", layout], env=vnc.environment, check=True)

    yield other
    other("us")


def test_a_hotkey_that_moves_with_the_layout_is_where_its_letter_is(
    vnc: VncDisplay, away: Desktop, make_other: Callable[[str], None]
) -> None:
    with listening(vnc.display, {"panic": "ctrl+alt+z"}) as (_, notes):
        make_other("de")
        until(lambda: away.perform(PressKeys(keys=("ctrl", "alt", "z"))) and notes.hotkeys)


def test_a_hotkey_is_heard_while_a_menu_holds_the_keyboard(vnc: VncDisplay, person: Person) -> None:
    from Xlib import X

    display = connect(vnc.display)
    try:
        with listening(vnc.display) as (_, notes):
            root = display.screen().root
            assert not root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
            display.sync()
            person.press("ctrl", "alt", "escape")
            until(lambda: notes.hotkeys)
    finally:
        display.close()


def test_a_hotkey_of_another_program_is_told_once_and_heard_all_the_same(vnc: VncDisplay, person: Person) -> None:
    with listening(vnc.display), listening(vnc.display) as (_, notes):
        assert len(notes.troubles) == 2, notes.troubles
        assert "ctrl+alt+escape (panic) is taken by another program" in notes.troubles[0]
        person.press("ctrl", "alt", "escape")
        until(lambda: notes.hotkeys)


@pytest.mark.parametrize("chord", ["escape", "ctrl+alt", "ctrl+bogus", ""])
def test_what_is_no_chord_is_refused(vnc: VncDisplay, chord: str) -> None:
    with pytest.raises(BadScript, match="is no chord such as"):
        ears_of(vnc.display, {"panic": chord})


def test_what_is_held_is_known_also_from_before(vnc: VncDisplay, person: Person) -> None:
    person.key("shift", True)
    until(lambda: _down(vnc))
    with listening(vnc.display) as (ears, _):
        assert ears.held() == ("shift",)
        person.move(900, 700, 1)
        until(lambda: ears.held() == ("shift", "the left button"))
        person.move(900, 700)
        person.key("shift", False)
        until(lambda: ears.held() == ())


def _down(vnc: VncDisplay) -> bool:
    display = connect(vnc.display)
    try:
        return any(display.query_keymap())
    finally:
        display.close()


def test_devices_that_come_and_go(vnc: VncDisplay, person: Person) -> None:
    """A device is taken from its pointer and put back: to who listens it is unplugged and plugged in."""
    assert told_apart(vnc.display) == "told apart by XInput2: TigerVNC pointer, TigerVNC keyboard"
    display = connect(vnc.display)
    pointer = next(d for d in display.xinput_query_device(0).devices if d.name == "TigerVNC pointer")
    try:
        with listening(vnc.display) as (ears, notes):
            _change(display, 4, pointer.deviceid)  # detach
            until(lambda: _use(display, pointer.deviceid) == 5)
            person.glide(500, 500)
            person.type("a")
            until(lambda: "pressed a key" in notes.acts)
            assert "moved the mouse" not in notes.acts
            _change(display, 3, pointer.deviceid, pointer.attachment)  # attach
            until(lambda: person.glide(500, 300) or person.glide(300, 500) or "moved the mouse" in notes.acts)
            assert ears.held() == ()
    finally:
        _change(display, 3, pointer.deviceid, pointer.attachment)
        display.close()


def _use(display: Any, device: int) -> int:
    return int(display.xinput_query_device(device).devices[0].use)


def _change(display: Any, kind: int, device: int, master: int | None = None) -> None:
    """XIChangeHierarchy, which python-xlib lacks."""
    from Xlib.protocol import rq

    fields = [rq.Card16("type"), rq.Card16("length"), rq.Card16("device"), rq.Card16("master")]

    class Change(rq.Request):
        _request = rq.Struct(
            rq.Card8("opcode"), rq.Opcode(43), rq.RequestLength(), rq.Card8("changes"), rq.Pad(3), *fields
        )

    opcode = display.display.get_extension_major("XInputExtension")
    Change(
        display=display.display, opcode=opcode, changes=1, type=kind, length=2, device=device, master=master or 0
    )
    display.sync()


HEARS = """
import sys
from screenwright.tools.presence.elsewhere import PynputEars
from screenwright.tools.presence.heard import Heard

def say(kind):
    return lambda what: print(kind, what, flush=True)

ears = PynputEars({"panic": "ctrl+alt+escape"})
ears.start(Heard(say("act"), say("hotkey"), say("trouble")))
print("ready", flush=True)
sys.stdin.readline()
print("held", *ears.held(), flush=True)
ears.stop()
"""


def test_the_ears_of_other_systems(vnc: VncDisplay, person: Person) -> None:
    """What is the same everywhere; that X11's pynput takes injected input for a person's is why it is not used."""
    heard = subprocess.Popen(
        [sys.executable, "-c", HEARS],
        env=vnc.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert heard.stdin and heard.stdout
    assert heard.stdout.readline() == "ready\n"
    person.glide(600, 300)
    person.click(600, 300)
    person.click(600, 300, "down")
    person.press("ctrl", "alt", "escape")
    person.key("shift", True)
    lines = [heard.stdout.readline().strip()]
    while lines.count("act held a key") < 3:
        lines.append(heard.stdout.readline().strip())
    rest, _ = heard.communicate("\n", timeout=20)
    assert set(lines) == {
        "act moved the mouse", "act clicked", "act turned the wheel", "act held a key", "hotkey panic"
    }  # fmt: skip
    assert rest.splitlines()[-1] == "held shift"
