"""Text is typed right in every layout or refused by name; nothing stays held and no keymap stays changed."""

from __future__ import annotations

import signal
import subprocess
import threading
from pathlib import Path
from random import Random
from typing import Any

import pytest

from screenwright.tools import keys
from screenwright.tools.actions import Click, PressKeys, TypeText
from screenwright.tools.clipboard import Clipboard
from screenwright.tools.desktop import Desktop
from screenwright.tools.errors import BadAction
from screenwright.tools.geometry import Point
from screenwright.tools.x11 import X11
from screenwright.tools.x11_keyboard import Keyboard
from screenwright.tools.xlib import Connection

TEXTS = [
    "naïve café – 中文 😀 <b>",
    "/?-_@#<>[]{}\\|~^`'\"",
    "Grüße aus Köln, ÄÖÜ ß €",
    "Привет שלום 你好吗 mañana",
    "ctrl+c {{name}} %s $HOME",
]


def layout(desktop: Desktop, name: str) -> None:
    subprocess.run(["setxkbmap", *name.split()], env=desktop.environment, check=True, capture_output=True)


def keymap(desktop: Desktop) -> Any:
    connection = Connection(desktop.environment["DISPLAY"])
    with connection.asking() as display:
        info = display.display.info
        rows = display.get_keyboard_mapping(info.min_keycode, info.max_keycode - info.min_keycode + 1)
        held = display.query_keymap()
    connection.close()
    return [list(row) for row in rows], [byte for byte in held if byte]


@pytest.mark.parametrize("name", ["us", "de", "fr", "us -variant intl", "ru"])
def test_any_text_arrives_in_any_layout(desktop: Desktop, echo: Any, eventually: Any, name: str) -> None:
    layout(desktop, name)
    for text in TEXTS:
        desktop.perform(TypeText(text=text + "\n"))
    wanted = "\n".join(TEXTS) + "\n"
    eventually(lambda: len(echo.text) >= len(wanted))
    assert echo.text == wanted


def test_more_characters_than_spare_keys(desktop: Desktop, echo: Any, eventually: Any) -> None:
    text = "".join(chr(0x4E00 + 7 * n) for n in range(60))
    desktop.perform(TypeText(text=text))
    eventually(lambda: len(echo.text) >= 60)
    assert echo.text == text


def fill_the_keymap(desktop: Desktop) -> None:
    """Leave no keycode unused."""
    connection = Connection(desktop.environment["DISPLAY"])
    with connection.asking() as display:
        info = display.display.info
        rows = display.get_keyboard_mapping(info.min_keycode, info.max_keycode - info.min_keycode + 1)
        for code, row in enumerate(rows, info.min_keycode):
            if not any(row):
                display.change_keyboard_mapping(code, [[0xFFBE, 0xFFBE]])
        display.sync()
    connection.close()


def test_without_spare_keys_the_clipboard_is_lent_and_put_back(
    desktop: Desktop, echo: Any, eventually: Any
) -> None:
    fill_the_keymap(desktop)
    clipboard = Clipboard(desktop.environment)
    clipboard.write("the person's own")
    desktop.perform(TypeText(text="中文 😀"))
    eventually(lambda: echo.text == "中文 😀")
    assert clipboard.read() == "the person's own"


def test_a_picture_on_the_clipboard_is_not_thrown_away(desktop: Desktop, echo: Any, tmp_path: Path) -> None:
    fill_the_keymap(desktop)
    picture = tmp_path / "p.png"
    picture.write_bytes(b"\x89PNG\r\n")
    copy = ["xclip", "-selection", "clipboard", "-t", "image/png", "-i", str(picture)]
    subprocess.run(copy, env=desktop.environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with pytest.raises(BadAction, match="no text and could not be put back"):
        desktop.perform(TypeText(text="中"))
    assert echo.text == ""


def test_caps_lock_does_not_invert_what_is_typed(desktop: Desktop, echo: Any, eventually: Any) -> None:
    desktop.perform(PressKeys(keys=("caps_lock",)))
    desktop.perform(TypeText(text="Straße é Z"))
    eventually(lambda: len(echo.text) >= 10)
    assert echo.text == "Straße é Z"


@pytest.mark.parametrize(
    ("text", "named"), [("ab\x07cd", "'\\x07'"), ("ok\ud800", "U+D800"), ("\x1b[31m", "U+001B")]
)
def test_what_can_not_be_typed_is_named_before_anything_is_typed(
    desktop: Desktop, echo: Any, text: str, named: str
) -> None:
    with pytest.raises(BadAction) as error:
        desktop.perform(TypeText(text=text))
    assert named in str(error.value)
    assert echo.events("KeyPress") == []


def test_an_unknown_key_is_refused_with_near_names_and_nothing_is_pressed(desktop: Desktop, echo: Any) -> None:
    with pytest.raises(BadAction, match=r"no key 'entr'; near: .*enter"):
        desktop.perform(PressKeys(keys=("ctrl", "entr")))
    assert echo.events("KeyPress") == []


def test_chords_hold_their_modifiers_and_let_go_in_reverse(desktop: Desktop, echo: Any, eventually: Any) -> None:
    desktop.perform(PressKeys(keys=("strg", "Umschalt", "t"), count=2))
    eventually(lambda: len(echo.events("KeyRelease")) >= 6)
    pressed = [event["key"] for event in echo.events("KeyPress")]
    assert [key.lower() for key in pressed] == ["control_l", "shift_l", "t"] * 2
    assert [event["key"].lower() for event in echo.events("KeyRelease")][:3] == ["t", "shift_l", "control_l"]


def test_ctrl_and_a_capital_is_not_ctrl_shift(desktop: Desktop, echo: Any, eventually: Any) -> None:
    desktop.perform(PressKeys(keys=("Ctrl", "B")))
    eventually(lambda: len(echo.events("KeyRelease")) >= 2)
    assert [event["key"] for event in echo.events("KeyPress")] == ["Control_L", "b"]


def test_the_keymap_is_as_it_was_and_nothing_is_held(desktop: Desktop, echo: Any, eventually: Any) -> None:
    before = keymap(desktop)
    desktop.perform(TypeText(text="中文 😀 é"))
    eventually(lambda: len(echo.text) >= 6)
    assert keymap(desktop) == before


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # one that falls into a finalizer
def test_ctrl_c_in_the_middle_of_any_request_leaves_a_desktop_that_answers(desktop: Desktop) -> None:
    """python-xlib broken off in a request keeps its locks: everything after it, letting go too, hung for ever."""
    before = keymap(desktop)[0]
    random = Random(7)
    hits = 0
    handler = signal.signal(signal.SIGUSR1, signal.default_int_handler)
    try:
        for _ in range(150):
            timer = threading.Timer(random.uniform(0.0005, 0.004), signal.raise_signal, [signal.SIGUSR1])
            timer.daemon = True
            try:
                timer.start()
                while timer.is_alive():
                    desktop.perform(Click(point=Point(300, 300, desktop.observe().frame), modifiers=["shift"]))
                    desktop.perform(PressKeys(keys=["ctrl", "shift", "f9"]))
                    assert desktop.observe().title is None
                    desktop.idle(0.0001)
                timer.join()
            except KeyboardInterrupt:
                hits += 1
            desktop.release()
            desktop.idle(0.0001)
    finally:
        signal.signal(signal.SIGUSR1, handler)
    assert hits > 100
    assert keymap(desktop) == (before, [])
    connection = Connection(desktop.environment["DISPLAY"])
    with connection.asking() as display:
        assert not display.screen().root.query_pointer().mask & 0x1F00
    connection.close()


def test_ctrl_c_while_typing_leaves_no_key_held_and_no_keymap_changed(desktop: Desktop) -> None:
    before = keymap(desktop)
    x11 = X11(desktop.environment["DISPLAY"])
    keyboard = Keyboard(x11)
    fake, calls = x11.fake, 0

    def interrupted(kind: int, detail: int = 0, x: int = 0, y: int = 0) -> None:
        nonlocal calls
        calls += 1
        fake(kind, detail, x, y)
        if calls == 5:  # the Shift of "A" is down at this moment
            raise KeyboardInterrupt

    x11.fake = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        keyboard.type("中aAAA")
    x11.close()
    assert keymap(desktop) == before


def test_typing_is_refused_while_somebody_holds_ctrl(desktop: Desktop, echo: Any) -> None:
    person = X11(desktop.environment["DISPLAY"])
    hand = Keyboard(person)
    with hand.holding(["ctrl"]), pytest.raises(BadAction, match="Ctrl is held down"):
        desktop.perform(TypeText(text="w"))
    person.close()
    assert [event["key"] for event in echo.events("KeyPress")] in ([], ["Control_L"])


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Return", "enter"), ("ESC", "escape"), ("PgDn", "page_down"), ("page down", "page_down"),
        ("Strg", "ctrl"),
        ("Control", "ctrl"), ("cmd", "super"), ("arrowleft", "left"), ("Entf", "delete"), ("F12", "f12"),
        ("回车", "enter"), ("a", "a"), ("A", "A"), ("ß", "ß"), (" ", "space"), ("plus", "+"), ("XF86", None),
        ("", None), ("ctrl+s", None),
    ],
)  # fmt: skip
def test_a_key_goes_by_many_names(said: str, name: str | None) -> None:
    assert keys.known(said) == name
