"""Text from drawn screens: what is read, and that only what changed is read again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from screenwright.tools.geometry import Region
from screenwright.tools.observation import Pixels
from screenwright.tools.ocr import BAND_PX, TextReader

LATIN = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
CHINESE = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"


def draw(
    *texts: tuple[str, int, int], size: int = 13, dark: bool = False, frame: tuple[int, int] = (640, 480)
) -> Pixels:
    """(H, W, 3) with each text at its place."""
    back, ink = ((32, 33, 36), (232, 234, 237)) if dark else ((250, 250, 250), (20, 20, 20))
    image = Image.new("RGB", frame, back)
    pen = ImageDraw.Draw(image)
    for text, x, y in texts:
        font = ImageFont.truetype(LATIN if text.isascii() else CHINESE, size)
        pen.text((x, y), text, ink, font)
    return np.asarray(image)


def said(pixels: Pixels, reader: TextReader | None = None) -> list[str]:
    return [line.text for line in (reader or TextReader()).read(pixels)]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [11, 14, 20])
def test_latin_and_chinese_are_read(dark: bool, size: int) -> None:
    screen = draw(("Save changes", 20, 20), ("保存文件", 20, 80), ("Total: 12.50", 20, 140), size=size, dark=dark)
    assert said(screen) == ["Save changes", "保存文件", "Total: 12.50"]


def test_titles_of_a_menu_bar_are_apart() -> None:
    pen = ImageFont.truetype(LATIN, 13)
    x, texts = 10, []
    for title in ("File", "Edit", "View", "Search", "Help"):
        texts.append((title, x, 4))
        x += round(pen.getlength(title)) + 16
    assert said(draw(*texts)) == ["File", "Edit", "View", "Search", "Help"]


def test_a_sentence_stays_whole() -> None:
    words = "The quick brown fox jumps over the lazy dog"
    assert said(draw((words, 20, 20))) == [words]


def test_tick_boxes_do_not_glue_their_labels() -> None:
    pixels = np.array(draw(("Send news", 40, 20), ("I agree", 140, 20)))
    for x in (20, 120):
        pixels[21:34, x : x + 13] = 118
        pixels[22:33, x + 1 : x + 12] = 255
    assert said(pixels) == ["Send news", "I agree"]


def framed(text: str, held: str, size: int = 13, caret: bool = False) -> Pixels:
    """A label and, close to it, a field with a border that holds a text; the caret behind it."""
    image = Image.new("RGB", (640, 200), (255, 255, 255))
    pen = ImageDraw.Draw(image)
    font = ImageFont.truetype(LATIN, size)
    pen.text((20, 40), text, (0, 0, 0), font)
    left = 20 + round(font.getlength(text)) + size // 3
    pen.rectangle((left, 40 - size // 3, left + 14 * size, 40 + round(1.5 * size)), outline=(110, 110, 110))
    pen.text((left + size // 3, 40), held, (0, 0, 0), font)
    if caret:
        x = left + size // 3 + round(font.getlength(held)) + max(1, size // 13)
        pen.rectangle((x, 40, x + size // 26, 40 + round(1.3 * size)), fill=(0, 0, 0))
    return np.asarray(image)


@pytest.mark.parametrize("size", [13, 15, 26, 30])
@pytest.mark.parametrize(
    ("text", "held"), [("Quantity", "3"), ("Search", "Ada"), ("Code", "bdfhkl"), ("Name", "Kiel")]
)
def test_the_frame_of_a_field_parts_label_and_content(text: str, held: str, size: int) -> None:
    assert sorted(said(framed(text, held, size))) == sorted([text, held])


@pytest.mark.parametrize("size", [13, 26, 30])
def test_a_caret_is_no_letter(size: int) -> None:
    assert sorted(said(framed("Search", "Ada", size, caret=True))) == ["Ada", "Search"]


def test_characters_have_places() -> None:
    (line,) = TextReader().read(draw(("Sun Mon Tue", 100, 20)))
    assert len(line.ends) == len(line.text)
    font = ImageFont.truetype(LATIN, 13)
    assert abs(line.ends[2] - (100 + font.getlength("Sun"))) < 6
    assert list(line.ends) == sorted(line.ends)


def test_a_line_on_the_border_of_two_bands_is_read_once() -> None:
    for shift in range(-12, 3, 3):
        assert said(draw(("Between bands", 20, BAND_PX + shift))) == ["Between bands"]


def test_text_taller_than_a_margin_is_whole() -> None:
    assert said(draw(("Huge", 40, BAND_PX - 90), size=150)) == ["Huge"]


def test_a_blank_screen_costs_nothing() -> None:
    reader = TextReader()
    assert said(draw(), reader) == []
    assert reader.detected_px == reader.spelled == 0


def test_the_same_frame_costs_nothing() -> None:
    reader = TextReader()
    screen = draw(("Name", 20, 20), ("Email", 20, 300))
    first = said(screen, reader)
    work = reader.detected_px, reader.spelled
    assert said(screen.copy(), reader) == first
    assert (reader.detected_px, reader.spelled) == work


def test_a_small_change_is_read_alone() -> None:
    reader = TextReader()
    texts = [(f"Line number {n}", 20, 8 + 24 * n) for n in range(19)]
    said(draw(*texts), reader)
    spelled, detected = reader.spelled, reader.detected_px
    texts[3] = ("Another text", 20, 80)
    assert "Another text" in said(draw(*texts), reader)
    assert reader.spelled - spelled == 1
    assert reader.detected_px - detected < 0.6 * detected


def test_going_back_to_a_frame_costs_nothing() -> None:
    reader = TextReader()
    one, two = draw(("Menu closed", 20, 20)), draw(("Menu open", 20, 20))
    said(one, reader), said(two, reader)
    work = reader.detected_px, reader.spelled
    assert said(one, reader) == ["Menu closed"]
    assert (reader.detected_px, reader.spelled) == work


def test_only_a_part_is_read() -> None:
    screen = draw(("Left", 20, 20), ("Right", 400, 20), ("Below", 20, 400))
    reader = TextReader()
    assert [line.text for line in reader.read(screen, Region(300, 0, 340, 100))] == ["Right"]


PLACES = st.tuples(
    st.sampled_from(["Open", "Close window", "42", "设置", "Ünïcode"]),
    st.integers(0, 260),
    st.integers(0, 360),
    st.sampled_from([12, 16, 30]),
)
COLOURS = st.sampled_from([(250, 250, 250), (40, 40, 48), (26, 115, 232)])
CHANGES = st.lists(st.tuples(PLACES, COLOURS, st.booleans()), min_size=1, max_size=4)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(CHANGES)
def test_reading_changes_is_reading_afresh(
    changes: list[tuple[tuple[str, int, int, int], tuple[int, ...], bool]],
) -> None:
    """After any change, what is remembered gives exactly what a reader without memory sees."""
    image = Image.new("RGB", (400, 400), (250, 250, 250))
    remembering = TextReader()
    for (text, x, y, size), colour, wipe in changes:
        pen = ImageDraw.Draw(image)
        if wipe:
            pen.rectangle((x - 20, y - 20, x + 90, y + 60), colour)
        light = sum(image.getpixel((x, y))) > 380  # type: ignore[arg-type]
        font = ImageFont.truetype(CHINESE, size)
        pen.text((x, y), text, (10, 10, 10) if light else (245, 245, 245), font)
        pixels = np.asarray(image).copy()
        kept, fresh = remembering.read(pixels), TextReader().read(pixels)
        assert [(k.text, k.region, k.ends) for k in kept] == [(f.text, f.region, f.ends) for f in fresh]
        # A crop's score may differ in the last digit with the batch it was in.
        assert all(abs(k.confidence - f.confidence) < 0.002 for k, f in zip(kept, fresh, strict=True))


@pytest.mark.parametrize("missing", ["rapidocr", "onnxruntime"])
def test_what_is_missing_is_named_with_its_command(missing: str) -> None:
    code = f"""
import sys; sys.modules[{missing!r}] = None
import numpy as np
from screenwright.tools.errors import NotInstalled
from screenwright.tools.ocr import TextReader
screen = np.full((100, 200, 3), 255, np.uint8); screen[20:40, 20:60:3] = 0
try: TextReader().read(screen)
except NotInstalled as error: print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert missing in done.stdout and "pip install" in done.stdout
    assert done.stderr == ""


def test_the_reading_tells_nobody(tmp_path: Path) -> None:
    """onnxruntime 1.32 makes a number for this machine in the home, and sends events to its maker."""
    code = "import numpy; from screenwright.tools.textnets import Networks; Networks()"
    homes = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "TMPDIR": str(tmp_path)}
    environment = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}
    subprocess.run([sys.executable, "-c", code], env=environment | homes, check=True)
    assert list(tmp_path.iterdir()) == []
