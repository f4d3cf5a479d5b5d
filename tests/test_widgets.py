"""Widgets without text, found on real forms whose toolkits tell where each one is."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from screenwright.tools.desktop import Desktop
from screenwright.tools.elements import Element, NotSeen, Target
from screenwright.tools.geometry import Region, Size, View
from screenwright.tools.labels import cost_px
from screenwright.tools.observation import Observation
from screenwright.tools.reading import Reader, Scene, merged
from screenwright.tools.shapes import surfaces
from screenwright.tools.widgets import Widgets


def load(name: str) -> ModuleType:
    """A file beside this one that is no test: pytest's importlib mode puts no folder on sys.path."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    assert spec and spec.loader
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


forms = load("forms")


@pytest.fixture(scope="module")
def screen() -> Iterator[Desktop]:
    with Desktop.virtual(1280, 800) as desktop:
        yield desktop


def check(reader: Reader, form: forms.FormScreen) -> None:  # type: ignore[name-defined]
    """Every widget is found from its label, in the right place, in the right state, from pixels alone."""
    picture = Observation(form.observation.view, pixels=form.observation.pixels)
    scene = reader.read(picture)
    wrong = []
    for widget in form.widgets:
        try:
            found = scene.find(Target(widget.label, role=widget.role)).element
        except Exception as error:
            wrong.append(f"{widget.role} {widget.label}: {error}")
            continue
        if not widget.region.holds(*found.region.middle) or found.checked is not widget.checked:
            wrong.append(f"{widget}: {found}")
    assert not wrong, f"{form.name}:\n" + "\n".join(wrong)
    assert len(form.widgets) >= 12


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_tk_form(screen: Desktop, reader: Reader, theme: str) -> None:
    with forms.tk_form(screen, theme) as form:
        check(reader, form)


@pytest.mark.parametrize("theme", ["default", "clam"])
def test_ttk_form(screen: Desktop, reader: Reader, theme: str) -> None:
    with forms.tk_form(screen, theme, forms.TTK) as form:
        check(reader, form)


@pytest.mark.parametrize(("theme", "scale"), [("light", 1), ("dark", 1.25), ("light", 2), ("dark", 1)])
def test_chromium_form(screen: Desktop, reader: Reader, theme: str, scale: float) -> None:
    with forms.chromium_form(screen, theme, scale) as form:
        check(reader, form)


def test_gtk_form(screen: Desktop, reader: Reader) -> None:
    """The pixels of a GTK dialog say the same as its tree."""
    argv = ["zenity", "--forms", "--title=Add user", "--text=Enter data", "--add-entry=Name", "--add-entry=Email"]
    program = screen.start(argv)
    try:
        for _ in range(100):
            seen = forms.still(screen)
            if tree := [e for e in seen.elements if e.role == "field"]:
                break
        scene = reader.read(Observation(seen.view, pixels=seen.pixels))
        for label, field in zip(("Name", "Email"), sorted(tree, key=lambda e: e.region.y), strict=True):
            found = scene.find(Target(label, role="field")).element
            assert found.source == "pixels" and found.region.overlap(field.region) > 0.7
        assert scene.find(Target("OK", role="button")).element.region
    finally:
        program.terminate()
        program.wait(10)


def test_gtk_slider_and_list(screen: Desktop, reader: Reader) -> None:
    program = screen.start(["zenity", "--scale", "--text=How loud", "--value=30"])
    try:
        for _ in range(100):
            seen = forms.still(screen)
            if tree := [e for e in seen.elements if e.role == "slider"]:
                break
        scene = reader.read(Observation(seen.view, pixels=seen.pixels))
        found = scene.find(Target("How loud", role="slider")).element
        assert found.source == "pixels" and tree[0].region.holds(*found.region.middle)
        assert abs(float(found.value or 0) - 0.3) < 0.05
    finally:
        program.terminate()
        program.wait(10)


def plain(width: int = 400, height: int = 300) -> np.ndarray:
    return np.full((height, width, 3), 230, np.uint8)


def box(pixels: np.ndarray, region: Region, inside: int = 255, border: int = 110) -> None:
    pixels[region.y : region.bottom, region.x : region.right] = border
    pixels[region.y + 1 : region.bottom - 1, region.x + 1 : region.right - 1] = inside


def label(text: str, x: int, y: int) -> Element:
    return Element(text, Region(x, y, 8 * len(text), 16))


def scene(pixels: np.ndarray, *lines: Element) -> Scene:
    view = View(Size(pixels.shape[1], pixels.shape[0]))
    made = merged(Observation(view, pixels=pixels), [], [])
    return Scene(made.observation, lines, lines)


def test_a_surface_is_found_with_its_place() -> None:
    pixels = plain()
    box(pixels, Region(100, 50, 120, 24))
    assert [s.region for s in surfaces(pixels)] == [Region(101, 51, 118, 22)]


def test_a_ramp_of_colour_is_no_surface() -> None:
    pixels = plain()
    pixels[50:80, 100:220] = np.linspace(0, 255, 120).astype(np.uint8)[None, :, None]
    assert not any(s.region.shared(Region(110, 55, 100, 20)).area for s in surfaces(pixels))


def test_a_button_and_a_filled_field_differ_by_where_their_text_stands() -> None:
    pixels = plain()
    box(pixels, Region(20, 20, 120, 26))
    box(pixels, Region(20, 80, 120, 26))
    lines = [label("Submit", 56, 25), label("Ada", 26, 85)]
    widgets = Widgets(pixels, lines)
    assert [w.text for w in widgets.of("button")] == ["Submit"]
    assert [w.value for w in widgets.of("field")] == ["Ada"]


@pytest.mark.parametrize(("mark", "checked"), [(False, False), (True, True)])
def test_a_tick_box_and_its_state(mark: bool, checked: bool) -> None:
    pixels = plain()
    box(pixels, Region(20, 22, 14, 14))
    if mark:
        for n in range(8):
            pixels[25 + n : 27 + n, 23 + n : 25 + n] = 10
    (tick,) = Widgets(pixels, [label("News", 42, 21)]).of("checkbox")
    assert tick.region == Region(20, 22, 14, 14) and tick.checked is checked


def test_no_label_no_widget() -> None:
    pixels = plain()
    box(pixels, Region(20, 22, 14, 14))
    with pytest.raises(NotSeen):
        scene(pixels, label("Far away", 200, 200)).find(Target("Far away", role="checkbox"))
    with pytest.raises(NotSeen):
        scene(plain(), label("Name", 20, 20)).find(Target("Name", role="field"))


def test_a_slider_and_where_it_stands() -> None:
    pixels = plain()
    pixels[28:32, 100:300] = 90
    pixels[22:38, 240:256] = 40
    (slider,) = Widgets(pixels, [label("Volume", 20, 22)]).of("slider")
    assert slider.region.holds(200, 30) and abs(float(slider.value or 0) - 0.74) < 0.03


def test_a_field_is_rather_right_of_its_label_than_below_the_next() -> None:
    name = Region(20, 20, 40, 16)
    right, below = Region(120, 16, 150, 24), Region(20, 60, 150, 24)
    assert (cost_px(name, right, "field") or 0) < (cost_px(name, below, "field") or 0)
    assert cost_px(name, Region(20, 200, 150, 24), "field") is None
