"""What is typed is heard as exactly that text, in any layout, with borrowed keys, dead keys and Compose."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from screenwright.tools import keys
from screenwright.tools.actions import Click, PressKeys, Scroll, TypeText
from screenwright.tools.desktop import Desktop
from screenwright.tools.geometry import Point
from screenwright.tools.recording.compose import Composer
from screenwright.tools.recording.events import ALTGR, CTRL, SHIFT, Raw
from screenwright.tools.recording.keymap import Keymap
from screenwright.tools.recording.keysyms import name_of, text_of
from screenwright.tools.recording.x11_events import Clock, X11Events

TEXTS = [
    "naïve 中文 😀 <>",
    "/?-_@#<>[]{}\\|~^`'\"",
    "Grüße ÄÖÜ ß € Привет Az",
]


class Ear:
    """Hears a desktop."""

    def __init__(self, desktop: Desktop) -> None:
        self.raw: list[Raw] = []
        self.source = X11Events(desktop.environment["DISPLAY"])
        self.source.start(self.raw.append)

    @property
    def text(self) -> str:
        return "".join(raw.text for raw in self.raw if raw.kind == "key_down")

    @property
    def pressed(self) -> list[str]:
        return [raw.key for raw in self.raw if raw.kind == "key_down"]


@pytest.fixture
def ear(desktop: Desktop) -> Iterator[Ear]:
    heard = Ear(desktop)
    yield heard
    heard.source.stop()


def layout(desktop: Desktop, name: str) -> None:
    subprocess.run(["setxkbmap", *name.split()], env=desktop.environment, check=True, capture_output=True)


@pytest.mark.parametrize("name", ["us", "de", "fr", "us -variant intl", "ru", "us,ru"])
def test_typed_text_is_heard_as_it_was_meant(desktop: Desktop, ear: Ear, eventually: Any, name: str) -> None:
    layout(desktop, name)
    for text in TEXTS:
        desktop.perform(TypeText(text=text))
    eventually(lambda: len(ear.text) >= len("".join(TEXTS)))
    assert ear.text == "".join(TEXTS)


class Fingers:
    """Presses keys of a desktop by their keycodes, as hardware does."""

    def __init__(self, desktop: Desktop) -> None:
        from screenwright.tools.x11 import X11

        self.x11 = X11(desktop.environment["DISPLAY"])

    def press(self, *codes: int) -> None:
        for code in codes:
            self.x11.fake(2, code)
        for code in reversed(codes):
            self.x11.fake(3, code)
        self.x11.sync()


@pytest.fixture
def fingers(desktop: Desktop) -> Iterator[Fingers]:
    own = Fingers(desktop)
    yield own
    own.x11.close()


SHIFT_L, ALT_R, CAPS, NUM, QUOTE, A, E, SPACE, Q, Y, KP_7 = 50, 108, 66, 77, 48, 38, 26, 65, 24, 29, 79


@pytest.mark.parametrize(
    ("name", "strokes", "text"),
    [
        ("us", [(A,), (SHIFT_L, A), (CAPS,), (A,), (SHIFT_L, A), (CAPS,), (A,)], "aAAaa"),
        ("de", [(Y,), (ALT_R, Q), (ALT_R, E), (QUOTE,), (SHIFT_L, QUOTE)], "z@€äÄ"),
        ("fr", [(A,), (10,), (SHIFT_L, 10), (CAPS,), (10,), (CAPS,)], "q&1&"),
        ("us -variant intl", [(QUOTE,), (E,), (QUOTE,), (SPACE,), (SHIFT_L, QUOTE), (A,)], "é'ä"),
        ("us -variant intl", [(QUOTE,), (SHIFT_L, E), (E,)], "Ée"),
        ("us", [(NUM,), (KP_7,), (NUM,), (A,)], "7a"),
        ("us,ru", [(A,), (SHIFT_L, A)], "aA"),
    ],
)
def test_keys_give_what_the_keymap_says_now(
    desktop: Desktop, ear: Ear, fingers: Fingers, eventually: Any, name: str, strokes: Any, text: str
) -> None:
    layout(desktop, name)
    for stroke in strokes:
        fingers.press(*stroke)
    eventually(lambda: ear.raw and ear.raw[-1].kind == "key_up" and len(ear.text) >= len(text))
    assert ear.text == text


def test_the_second_group_gives_its_letters_and_chords_latin_ones(
    desktop: Desktop, ear: Ear, fingers: Fingers, eventually: Any
) -> None:
    layout(desktop, "us,ru -option grp:shifts_toggle")
    fingers.press(SHIFT_L, 62)
    eventually(lambda: len(ear.raw) >= 4)
    ear.raw.clear()
    fingers.press(A)
    fingers.press(37, A)
    eventually(lambda: len(ear.raw) >= 6)
    assert ear.raw[0].text == "ф"
    assert ear.raw[3].key == "a"


def test_the_keypad_without_num_lock_moves(desktop: Desktop, ear: Ear, fingers: Fingers, eventually: Any) -> None:
    fingers.press(KP_7)
    eventually(lambda: len(ear.raw) >= 2)
    assert (ear.raw[0].text, ear.raw[0].key) == ("", "home")


def test_an_escape_gives_up_a_waiting_accent(
    desktop: Desktop, ear: Ear, fingers: Fingers, eventually: Any
) -> None:
    layout(desktop, "us -variant intl")
    for code in (QUOTE, 9, E):
        fingers.press(code)
    eventually(lambda: len(ear.raw) >= 6)
    assert ear.text == "e"
    assert ear.pressed == ["", "escape", "e"]


def test_every_key_of_ours_is_heard_by_its_name(desktop: Desktop, ear: Ear, eventually: Any) -> None:
    names = [name for name in keys.NAMES if name not in keys.MODIFIERS and not name.endswith("_lock")]
    heard: dict[str, str] = {}
    for name in names:
        ear.raw.clear()
        desktop.perform(PressKeys(keys=(name,)))
        eventually(lambda: len(ear.raw) >= 2)
        heard[name] = ear.pressed[-1]
    assert heard == {name: name for name in names}


def test_the_old_keysyms_are_those_of_pynput(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYNPUT_BACKEND", "dummy")
    table: Any = pytest.importorskip("pynput._util.xorg_keysyms")
    compared, wrong = 0, []
    for character, name in table.CHARS.items():
        keysym = table.SYMBOLS[name][0]
        if keysym >> 8 in (0x9, 0xB) or 0x8A1 <= keysym <= 0x8B7 or 0xFE00 <= keysym < 0x1000000:
            continue  # pieces of lines and brackets, which no keyboard has; dead keys
        compared += 1
        if text_of(keysym) != character:
            wrong.append((hex(keysym), character, text_of(keysym)))
    assert compared > 1300
    # X's own list says U+2248 for it; a few signs for telephones are left out
    assert [each for each in wrong if each[2]] in ([], [("0x1002248", "≅", "≈")])
    assert len(wrong) < 8, wrong


def test_the_right_keys_go_by_the_names_of_the_left() -> None:
    assert [name_of(s) for s in (0xFFE4, 0xFFE2, 0xFFEA, 0xFFEC, 0xFE03, 0xFE20, 0xFF96)] == [
        "ctrl", "shift", "alt", "super", "altgr", "tab", "left",
    ]  # fmt: skip


def test_accents_without_a_compose_file(monkeypatch: pytest.MonkeyPatch) -> None:
    from screenwright.tools.recording import compose

    monkeypatch.setattr(compose, "_rules", lambda: ({}, frozenset()))
    composer = Composer()

    def typed(*strokes: int) -> str:
        return "".join(composer.feed(stroke, text_of(stroke)) for stroke in strokes)

    assert typed(0xFE51, ord("e")) == "é"
    assert typed(0xFE51, 0x20) == "'"
    assert typed(0xFE57, ord("U")) == "Ü"
    assert typed(0xFE51, ord("x"), ord("x")) == "x"


@pytest.mark.skipif(
    not os.path.exists("/usr/share/X11/locale/en_US.UTF-8/Compose"),  # noqa: PTH110
    reason="this system has no Compose file",
)
def test_the_compose_key_by_the_systems_file() -> None:
    composer = Composer()

    def typed(*strokes: int) -> str:
        return "".join(composer.feed(stroke, text_of(stroke)) for stroke in strokes)

    assert typed(0xFF20, ord("a"), ord("e")) == "æ"
    assert typed(0xFF20, ord("o"), ord("c")) == "©"
    assert typed(0xFE63, ord("o")) == "ø"
    assert typed(ord("b")) == "b"


def test_a_keymap_of_two_groups_keeps_their_deeper_levels_apart() -> None:
    row = [ord("q"), ord("Q"), 0x6CA, 0x6EA, ord("@"), 0, 0, 0x20AC, 0, 0]
    modifiers = [[0]] * 7 + [[92]]
    keymap = Keymap(24, [row] + [[0] * 10] * 67 + [[0xFE03] * 10], modifiers)
    level3 = 128
    assert keymap.held(level3) == ALTGR
    assert keymap.symbol(24, 0).text == "q"
    assert keymap.symbol(24, level3).text == "@"
    assert keymap.symbol(24, 1 << 13).text == "й"
    assert keymap.symbol(24, level3 | 1 << 13).text == "€"
    assert keymap.held(SHIFT | CTRL) == SHIFT | CTRL
    assert keymap.symbol(200, 0).text == ""


def test_nothing_is_lost_of_two_thousand_events(desktop: Desktop, ear: Ear, eventually: Any) -> None:
    fingers = Fingers(desktop)
    for number in range(1000):
        fingers.x11.fake(2 + number % 2, A)
        fingers.x11.fake(6, 0, 100 + number % 700, 300)
    fingers.x11.sync()
    eventually(lambda: len(ear.raw) >= 2000)
    assert [raw.serial for raw in ear.raw] == list(range(1, 2001))
    assert sum(raw.kind == "move" for raw in ear.raw) == 1000
    fingers.x11.close()


def test_events_have_the_time_at_which_they_happened(
    desktop: Desktop, ear: Ear, fingers: Fingers, eventually: Any
) -> None:
    times: list[float] = []
    for _ in range(20):
        times.append(time.perf_counter())
        fingers.press(A)
        time.sleep(0.01)
    eventually(lambda: len(ear.raw) >= 40)
    late = [raw.at - at for raw, at in zip(ear.raw[::2], times, strict=True)]
    assert min(late) > -0.003
    assert sorted(late)[10] < 0.01


def test_the_clock_is_set_before_the_first_event(desktop: Desktop, ear: Ear) -> None:
    delay = ear.source._clock.at(0, float("inf"))  # from the server's beginning to that of perf_counter
    assert abs(delay) < float("inf")


def test_the_clock_goes_on_when_the_servers_begins_anew() -> None:
    clock = Clock()
    assert clock.at((1 << 32) - 500, 1000.0) == pytest.approx(1000.0)
    assert clock.at(500, 1001.0) == pytest.approx(1001.0)


PYNPUT = """
import sys, time
from screenwright.tools.recording.pynput_events import PynputEvents
source = PynputEvents()
source.start(lambda raw: print(raw.kind, raw.code, raw.text, raw.key, raw.state, raw.x, raw.y, flush=True))
print("ready", source.lost, flush=True)
sys.stdin.readline()
source.stop()
"""


@pytest.mark.skipif(find_spec("pynput") is None, reason="pynput is not installed")
def test_the_portable_source_hears_the_same(desktop: Desktop, eventually: Any) -> None:
    argv = [sys.executable, "-c", PYNPUT]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, env=desktop.environment, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout and process.stdin
        assert process.stdout.readline() == "ready None\n"
        frame = desktop.observe().frame
        desktop.perform(TypeText(text="aB"))
        desktop.perform(PressKeys(keys=("ctrl", "tab")))
        desktop.perform(Click(point=Point(200, 100, frame), button="right"))
        desktop.perform(Scroll(point=Point(200, 100, frame), down=2))
        time.sleep(1.0)  # its two listeners have threads of their own
        said, _ = process.communicate("\n", timeout=20)
    lines = [line.split(" ") for line in said.splitlines()]
    down = [line for line in lines if line[0] == "key_down"]
    assert [line[2] for line in down if line[2]] == ["a", "B"]
    assert [line[3] for line in down] == ["a", "shift", "b", "ctrl", "tab"]
    assert [line[4] for line in down] == ["0", "0", "1", "0", "4"]
    assert ["button_down", "3", "", "", "0", "200", "100"] in lines
    assert sum(line[:2] == ["button_down", "5"] for line in lines) == 2


def test_a_server_that_dies_is_told_and_leaves_no_traceback(
    eventually: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    with Desktop.virtual() as desktop:
        ear = Ear(desktop)
        assert ear.source.lost is None
    eventually(lambda: ear.source.lost)
    assert "come no more" in str(ear.source.lost)
    ear.source.stop()
    ear.source.stop()
    assert "Traceback" not in capfd.readouterr().err
