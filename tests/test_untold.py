"""A screen whose tree tells its words is read only where the tree tells nothing, and nothing is listed twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from screenwright.tools.elements import Element, Target
from screenwright.tools.geometry import Region, Size, View
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.reading import Reader
from screenwright.tools.untold import leaves, untold

SIZE = Size(540, 1200)


def told(text: str, region: Region, role: Any = "text", **more: Any) -> Element:
    return Element(text, region, role, source="uiautomator", **more)


def screen(texts: dict[str, tuple[int, int]], dark: bool = False) -> Pixels:
    image = Image.new("RGB", (SIZE.width, SIZE.height), (20, 20, 24) if dark else (250, 250, 250))
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype("DejaVuSans.ttf", 26)
    for text, place in texts.items():
        draw.text(place, text, (240, 240, 240) if dark else (20, 20, 20), font)
    return np.asarray(image)


def seen(pixels: Pixels, tree: Sequence[Element]) -> Observation:
    return Observation(View(SIZE), pixels=pixels, elements=lambda: tree)


TREE = (
    told("", Region(0, 60, 540, 1100), "scroll"),
    told("Bluetooth", Region(20, 200, 500, 96)),
    told("Bluetooth", Region(440, 200, 80, 96), "checkbox", checked=True),
    told("Name", Region(20, 400, 500, 60), "field", value="Ada"),
)


def test_what_the_tree_tells_is_not_read_and_the_rest_is(reader: Reader) -> None:
    pixels = screen({"Bluetooth": (30, 230), "Ada": (30, 414), "Painted words": (120, 700)})
    left, areas = untold(pixels, leaves(TREE))
    assert len(areas) == 1 and areas[0].holds(200, 715) and areas[0].area < 0.05 * SIZE.area
    assert (left[200:296, 20:520] == left[200, 20]).all()
    scene = reader.read(seen(pixels, TREE))
    assert [line.text for line in scene.lines] == ["Bluetooth", "Ada", "Painted words"]
    assert scene.find(Target("Painted words")).element.source == "ocr"
    assert scene.find(Target("Bluetooth", "checkbox")).element.checked is True
    assert scene.find(Target("Painted words")).element.region.distance(200, 715) < 40
    assert "Painted words" in scene.text() and scene.text().count("Bluetooth") == 1


def test_words_on_a_dark_ground_and_a_tree_without_words(reader: Reader) -> None:
    pixels = screen({"Dark words": (60, 500)}, dark=True)
    assert [line.text for line in reader.read(seen(pixels, TREE[:2])).lines] == ["Bluetooth", "Dark words"]
    bare = reader.read(seen(screen({"Only painted": (60, 300)}), [told("", Region(0, 0, 540, 1200), "scroll")]))
    assert [line.text for line in bare.lines] == ["Only painted"]


def test_a_black_frame_is_asked_for_its_tree_each_time(reader: Reader) -> None:
    """An app that hides itself is black whatever it shows."""
    black = np.zeros((SIZE.height, SIZE.width, 3), np.uint8)
    for words in ("PIN", "731 904"):
        scene = reader.read(seen(black, [told(words, Region(20, 200, 200, 60))]))
        assert [element.text for element in scene.elements] == [words]
