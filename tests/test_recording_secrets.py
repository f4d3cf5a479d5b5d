"""What is typed in secret stands in no file of a demo and on no picture of it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recordings import LOGIN, actions, recording, shown, steps

from screenwright.tools.actions import Click, PressKeys, TypeText
from screenwright.tools.desktop import Desktop
from screenwright.tools.elements import Element
from screenwright.tools.geometry import Point, Region, Size
from screenwright.tools.recording.secrets import Secrets
from screenwright.tools.recording.seen import Seen

FRAME = Size(1280, 800)
VALUE = "hunter2xW"


def nowhere(folder: Path, *values: str) -> None:
    """No file of the folder holds any of them, nor any of their beginnings that would tell it."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 3
    for path in files:
        for value in values:
            for part in (value, value[: len(value) - 2], value[2:]):
                assert part.encode() not in path.read_bytes(), path


def unread(folder: Path, reader: Any, *values: str) -> None:
    """Nor can any be read on a stored frame."""
    for step in steps(folder):
        for seen in (step.observation, step.after):
            assert seen is not None
            text = re.sub(r"\s", "", reader.read(seen).text())
            assert not any(value in text for value in values)


def test_a_password_field_of_gtk(desktop: Desktop, tmp_path: Path, eventually: Any, reader: Any) -> None:
    desktop.start(["zenity", "--password", "--username", "--title", "Who"])
    shown(desktop, "Who", eventually)
    demo = tmp_path / "demo"
    with recording(desktop, demo) as hand:
        field = next(e for e in desktop.observe().elements if e.secret)
        hand.do(TypeText(text="ada"), PressKeys(keys=("tab",)), TypeText(text=VALUE), PressKeys(keys=("enter",)))
    assert actions(demo) == [
        TypeText(text="ada"), PressKeys(keys=("tab",)), TypeText(text="{{secret_password}}"),
        PressKeys(keys=("enter",)),
    ]  # fmt: skip
    nowhere(demo, VALUE)
    typed = steps(demo)[2]
    assert typed.after is not None
    inside = typed.after.crop(field.region.grown(-4))
    assert len(np.unique(inside.reshape(-1, 3), axis=0)) == 1


@pytest.mark.parametrize("pause_s", [0.0, 0.02, 0.1])
def test_typed_so_fast_that_nobody_could_ask_it_is_secret_where_a_secret_field_is(
    desktop: Desktop, tmp_path: Path, eventually: Any, pause_s: float
) -> None:
    desktop.start(["zenity", "--password", "--username", "--title", "Who"])
    shown(desktop, "Who", eventually)
    demo = tmp_path / "demo"
    with recording(desktop, demo) as hand:
        hand.do(TypeText(text="ada"), PressKeys(keys=("tab",)), TypeText(text=VALUE), pause_s=pause_s)
        hand.do(PressKeys(keys=("enter",)))
    nowhere(demo, VALUE)
    assert any(action == TypeText(text="{{secret_password}}") for action in actions(demo))


def login(desktop: Desktop, tmp_path: Path, eventually: Any) -> None:
    path = tmp_path / "login.py"
    path.write_text(LOGIN, encoding="utf-8")
    desktop.start([sys.executable, str(path)])
    shown(desktop, "Login", eventually)


def test_dots_without_a_tree_also_when_they_are_shown_as_letters_later(
    desktop: Desktop, tmp_path: Path, eventually: Any, reader: Any
) -> None:
    login(desktop, tmp_path, eventually)
    demo = tmp_path / "demo"
    with recording(desktop, demo) as hand:
        hand.do(TypeText(text="ada"), PressKeys(keys=("tab",)), TypeText(text=VALUE), PressKeys(keys=("tab",)))
        hand.do(PressKeys(keys=("space",)), PressKeys(keys=("shift", "tab")), pause_s=0.8)
    assert [action.kind for action in actions(demo)] == ["type_text", "press_keys"] * 2 + ["press_keys"] * 2
    assert actions(demo)[0] == TypeText(text="ada")
    assert actions(demo)[2] == TypeText(text="{{secret_1}}")
    nowhere(demo, VALUE)
    dots = steps(demo)[2].after
    assert dots is not None
    assert len(np.unique(dots.pixels[188:204, 234:460].reshape(-1, 3), axis=0)) == 1
    assert VALUE in re.sub(r"\s", "", reader.read(desktop.observe()).text())  # it is on the screen now, twice
    unread(demo, reader, VALUE, VALUE[:6])
    last = steps(demo)[-1].after
    assert last is not None
    assert "it is" in reader.read(last).text()


def test_between_the_hotkeys_anything_is_secret(
    desktop: Desktop, tmp_path: Path, eventually: Any, reader: Any
) -> None:
    desktop.start(["mousepad"])
    shown(desktop, "Mousepad", eventually)
    toggle = PressKeys(keys=("ctrl", "alt", "x"))
    demo = tmp_path / "demo"
    with recording(desktop, demo) as hand:
        hand.do(TypeText(text="The word is "), toggle, TypeText(text="Xylophon77"), toggle)
        hand.do(TypeText(text=" so far."), PressKeys(keys=("enter",)))
        hand.do(Click(point=Point(600, 500, FRAME)), toggle, TypeText(text="Xylophon77"), toggle, pause_s=0.6)
    assert [a.text for a in actions(demo) if isinstance(a, TypeText)] == [
        "The word is ", "{{secret_1}}", " so far.", "{{secret_1}}",
    ]  # fmt: skip
    assert not any("x" in a.keys for a in actions(demo) if isinstance(a, PressKeys))
    nowhere(demo, "Xylophon77")
    unread(demo, reader, "Xylophon77", "Xyloph")
    last = steps(demo)[-1].observation
    assert "The word is" in reader.read(last).text()
    assert "so far" in reader.read(last).text()


def seen(words: Any, told: tuple[Element, ...] = ()) -> Seen:
    from screenwright.tools.geometry import View

    return Seen(1.0, 1.0, 1, 0, View(Size(words.shape[1], words.shape[0])), words, told=told)


def test_what_the_tree_tells_of_it_has_handles() -> None:
    secrets = Secrets()
    assert secrets.handle("open sesame", "Pass phrase:") == "secret_pass_phrase"
    assert secrets.handle("other", "Pass phrase:") == "secret_pass_phrase_2"
    assert secrets.handle("open sesame", "elsewhere") == "secret_pass_phrase"
    assert secrets.handle("x", "") == "secret_1"
    assert secrets.text("say open sesame twice: open sesame") == (
        "say {{secret_pass_phrase}} twice: {{secret_pass_phrase}}"
    )
    assert secrets.text("axe") == "axe"
    assert secrets.text("x") == "{{secret_1}}"
    field = Element("open sesame", Region(0, 0, 9, 9), "field", "atspi", value="the open sesame")
    (clean,) = secrets.told(seen(np.zeros((20, 20), np.uint32)), [field])
    assert (clean.text, clean.value) == ("{{secret_pass_phrase}}", "the {{secret_pass_phrase}}")
    assert "sesame" not in repr(secrets) and "sesame" not in str(vars(secrets))


@pytest.mark.parametrize("ground", [0xFFFFFF, 0x202020, 0x334455])
def test_the_same_letters_are_blanked_wherever_they_show(ground: int) -> None:
    from PIL import Image, ImageDraw, ImageFont

    def frame(*texts: tuple[str, int, int, int, int]) -> Any:
        image = Image.new("RGB", (500, 300), "white")
        draw = ImageDraw.Draw(image)
        font = ImageFont.load_default(14)
        for text, x, y, back, ink in texts:
            colour = f"#{back:06x}"
            draw.rectangle((x - 10, y - 6, x + 150, y + 24), fill=colour)
            draw.text((x, y), text, fill=f"#{ink:06x}", font=font)
        pixels = np.asarray(image)
        padded = np.zeros((300, 500, 4), np.uint8)
        padded[..., :3] = pixels[..., ::-1]
        return padded.view(np.uint32)[..., 0]

    ink = 0x000000 if ground == 0xFFFFFF else 0xFFFFFF
    before = frame(("", 50, 40, 0xFFFFFF, 0))
    after = frame((VALUE, 50, 40, 0xFFFFFF, 0))
    secrets = Secrets()
    secrets.learn(seen(before), seen(after), None)
    later = frame(
        ("other", 50, 40, 0xFFFFFF, 0), (VALUE, 201, 201, ground, ink), ("readable", 60, 100, 0xFFFFFF, 0)
    )
    blank = secrets.words(seen(later))
    assert len(np.unique(blank[195:225, 195:340] & 0xFFFFFF)) == 1
    assert (blank[95:125, 40:300] == later[95:125, 40:300]).all()
    assert (blank[30:70, 40:300] & 0xFFFFFF == 0xFFFFFF).all()


def test_the_place_is_blank_whatever_it_shows_goes_with_its_window_and_ends_with_it() -> None:
    from dataclasses import replace

    from screenwright.tools.x11 import Window

    def frame(x: int, at: float, *windows: Window) -> Seen:
        words = np.full((100, 300), 0xEEEEEE, np.uint32)
        words[40:44, x : x + 3] = 0  # too little to know it again by its shape
        return replace(seen(words), at=at, windows=windows, window=windows[0] if windows else None)

    home = Window(7, "Login", "tk", Region(20, 20, 100, 60))
    moved = replace(home, region=Region(120, 30, 100, 60))
    secrets = Secrets()
    secrets.learn(frame(290, 1.0, home), frame(50, 1.1, home), None)
    plain = {0xEEEEEE}
    assert set(np.unique(secrets.words(frame(50, 1.2, home))[:, :200])) == plain
    assert set(np.unique(secrets.words(frame(50, 1.3, moved))[:, :200])) != plain
    there = frame(150, 1.4, moved)
    there.words[50:54, 150:153] = 0
    there.words[40:44, 150:153] = 0xEEEEEE
    assert set(np.unique(secrets.words(there)[:, :200])) == plain
    assert set(np.unique(secrets.words(frame(50, 1.5))[:, :200])) == plain
    assert set(np.unique(secrets.words(frame(50, 2.0))[:, :200])) == plain
    assert set(np.unique(secrets.words(frame(50, 3.0))[:, :200])) != plain
