"""One list out of what OCR, the tree and pixels saw."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from screenwright.tools.elements import Element, Role, Target
from screenwright.tools.geometry import Region, Size, View
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.ocr import Line, TextReader
from screenwright.tools.reading import Reader, in_rows, merged, without_twins

FONT = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 13)


def seen(pixels: Pixels, tree: Sequence[Element] = ()) -> Observation:
    view = View(Size(pixels.shape[1], pixels.shape[0]))
    return Observation(view, pixels=pixels, elements=lambda: tree)


def blank() -> Pixels:
    return np.full((300, 500, 3), 250, np.uint8)


def drawn(*texts: tuple[str, int, int]) -> Pixels:
    image = Image.new("RGB", (500, 300), (250, 250, 250))
    pen = ImageDraw.Draw(image)
    for text, x, y in texts:
        pen.text((x, y), text, (10, 10, 10), FONT)
    return np.asarray(image)


def line(text: str, x: int, y: int, width: int = 0) -> Line:
    width = width or 8 * len(text)
    return Line(
        text, Region(x, y, width, 16), 0.99, tuple(x + width * n / len(text) for n in range(1, len(text) + 1))
    )


def node(text: str, region: Region, role: Role = "button", **more: str) -> Element:
    return Element(text, region, role, "atspi", **more)  # type: ignore[arg-type]


def texts(lines: Sequence[Line], tree: Sequence[Element]) -> list[tuple[str, str]]:
    return [(e.text, e.source) for e in merged(seen(blank()), lines, tree).elements]


def test_the_tree_wins_where_both_saw_it() -> None:
    assert texts([line("Save", 20, 20)], [node("Save", Region(10, 10, 80, 30))]) == [("Save", "atspi")]


def test_text_that_the_tree_does_not_know_stays() -> None:
    found = texts([line("Save", 20, 20), line("Ready", 20, 200)], [node("Save", Region(10, 10, 80, 30))])
    assert found == [("Save", "atspi"), ("Ready", "ocr")]


def test_an_odd_reading_of_the_same_button_goes() -> None:
    assert texts([line("Savc", 20, 20)], [node("Save", Region(10, 10, 80, 30))]) == [("Save", "atspi")]
    assert texts([line("二", 20, 20)], [node("=", Region(10, 10, 40, 70))]) == [("=", "atspi")]


def test_the_same_words_elsewhere_stay() -> None:
    assert len(texts([line("Save", 300, 200)], [node("Save", Region(10, 10, 80, 30))])) == 2


def test_the_value_of_a_field_is_not_listed_beside_it() -> None:
    field = node("Name", Region(100, 10, 200, 24), "field", value="Ada")
    assert texts([line("Ada", 106, 14)], [field]) == [("Name", "atspi")]


def test_lines_of_a_long_text_keep_their_places() -> None:
    area = node("", Region(10, 10, 300, 200), "field", value="one two\nthree")
    found = texts([line("one two", 12, 12), line("three", 12, 32)], [area])
    assert [text for text, source in found if source == "ocr"] == ["one two", "three"]


def test_a_window_does_not_swallow_its_title() -> None:
    assert len(texts([line("Notes", 200, 2)], [node("Notes", Region(0, 0, 500, 300), "window")])) == 2


def test_twins_are_listed_once() -> None:
    bar = [node("File", Region(10, 10, 40, 20), "menu"), node("File", Region(12, 14, 40, 20), "menu")]
    far = node("File", Region(10, 200, 40, 20), "menu")
    assert without_twins([*bar, far]) == [bar[0], far]


def test_a_tree_that_points_beside_its_text_is_set_right() -> None:
    tab = node("Sheet1", Region(138, 725, 66, 23), "tab")
    (element,) = merged(seen(blank()), [line("Sheet1", 130, 754, 48)], [tab]).elements
    assert element.source == "atspi" and element.region == Region(121, 751, 66, 23)
    busy = [line("Sheet1", 130, 754, 48), line("Total", 150, 728)]
    assert node("Sheet1", Region(138, 725, 66, 23), "tab") in merged(seen(blank()), busy, [tab]).elements


def test_reading_order_is_row_by_row() -> None:
    names = {"a": (10, 10), "b": (200, 14), "c": (400, 8), "d": (10, 60), "e": (300, 55)}
    elements = [node(n, Region(x, y, 50, 20)) for n, (x, y) in reversed(names.items())]
    assert [[e.text for e in row] for row in in_rows(elements)] == [["a", "b", "c"], ["d", "e"]]


def test_the_text_is_laid_out_as_it_stands() -> None:
    laid = merged(seen(blank()), [line("Name", 16, 20), line("Ada", 160, 21), line("Done", 16, 80)], []).text()
    first, second = laid.splitlines()
    assert first.split() == ["Name", "Ada"] and second.strip() == "Done"
    assert first.index("Ada") - first.index("Name") > 8
    assert merged(seen(blank()), [], []).text() == ""


def test_a_scene_goes_into_json() -> None:
    scene = merged(seen(blank()), [line("Ada", 106, 14)], [node("Save", Region(10, 100, 80, 30))])
    data = json.loads(json.dumps(scene.as_dicts()))
    assert data[0]["text"] == "Ada" and data[1]["region"] == [10, 100, 80, 30] and data[1]["role"] == "button"


def test_an_unchanged_frame_is_not_read_again() -> None:
    text = TextReader()
    reader = Reader(text)
    pixels = drawn(("Name", 20, 20))
    first = reader.read(seen(pixels))
    after = seen(pixels.copy())
    second = reader.read(after)
    assert text.spelled == 1
    assert second.elements == first.elements and second.observation is after


def test_a_frame_that_was_let_go_is_not_asked_for_again() -> None:
    reader = Reader()
    pixels = drawn(("Name", 20, 20))
    before = seen(pixels)
    reader.read(before)
    before.let_go()
    assert [e.text for e in reader.read(seen(pixels)).elements] == ["Name"]


def test_a_change_is_seen() -> None:
    reader = Reader()
    reader.read(seen(drawn(("Name", 20, 20))))
    assert [e.text for e in reader.read(seen(drawn(("Name", 20, 20), ("Ada", 200, 20)))).elements] == [
        "Name",
        "Ada",
    ]


def test_a_part_of_a_frame() -> None:
    tree = [node("Save", Region(10, 250, 80, 30)), node("Open", Region(300, 10, 80, 30))]
    scene = Reader().read(seen(drawn(("Name", 20, 20), ("Ada", 20, 200)), tree), region=Region(0, 150, 500, 150))
    assert [e.text for e in scene.elements] == ["Ada", "Save"]


def test_a_tree_that_comes_late_is_used() -> None:
    """An application that has just started shows itself before its tree does."""
    from screenwright.tools import reading

    reader, pixels = Reader(), drawn(("Save", 20, 20))
    assert reader.read(seen(pixels)).find(Target("Save")).element.source == "ocr"
    reader._asked_at -= reading.TREE_FRESH_S
    tree = [node("Save", Region(14, 14, 60, 26))]
    assert reader.read(seen(pixels, tree)).find(Target("Save")).element.role == "button"
