"""Pictures of targets: what is kept of one, and what of it is found again, on frames of a real window."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from replay_screens import Shown, shown

from screenwright.tools.desktop import Desktop
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Pixels
from screenwright.tools.patch_fit import agreement
from screenwright.tools.patch_search import SCALES, Peak, Pictured, search
from screenwright.tools.patches import alike, cut, resemblance, thumbnail

ROWS = "Alpha 1,Alpha 2,Alpha 3,Beta,Gamma"


@pytest.fixture(scope="module")
def frames() -> Iterator[dict[str, Shown]]:
    looks: dict[str, dict[str, str]] = {
        "light": {},
        "dark": {"theme": "dark", "place": "+300+150"},
        "large": {"scale": "1.5"},
        "filled": {"filled": "new", "place": "+200+100"},
        "plain": {"rows": "-,-,-"},
    }
    with Desktop.virtual(1280, 900) as desktop:
        yield {name: shown(desktop, **{"rows": ROWS, **options}) for name, options in looks.items()}


def kept(shown: Shown, name: str) -> Pictured:
    seen, region = shown.observation, shown.places[name]
    aim = round(region.middle[0]), round(region.middle[1])
    picture, target, inner = cut(seen.pixels, region, aim, window=seen.focus)
    return Pictured(picture, Region(*target), inner)


def where(known: Pictured, peak: Peak) -> tuple[float, float]:
    return peak.x + known.aim[0] * peak.scale, peak.y + known.aim[1] * peak.scale


def test_a_field_is_kept_with_its_label_and_nothing_of_what_is_behind_the_window(frames: dict[str, Shown]) -> None:
    light = frames["light"]
    window = light.observation.focus
    region = light.places["field City"]
    aim = round(region.middle[0]), round(region.middle[1])
    picture, (x, y, width, height), (at_x, at_y) = cut(
        light.observation.pixels,
        region,
        aim,
        window=window,
    )
    corner = Region(aim[0] - at_x, aim[1] - at_y, picture.shape[1], picture.shape[0])
    assert window.shared(corner) == corner
    assert (x + corner.x, y + corner.y, width, height) == (region.x, region.y, region.width, region.height)
    assert region.x - corner.x > 60, "the label is left of the field"
    known = Pictured(picture, Region(x, y, width, height), (at_x, at_y))
    assert known.plain and len(known.row) == 1, "an empty field is told by the one label in its row"


def test_of_a_table_the_whole_row_is_kept(frames: dict[str, Shown]) -> None:
    known = kept(frames["light"], "button Delete Alpha 2")
    assert known.target.x > 180, "the name of the row stands at its beginning, before two buttons"
    assert len(known.row) >= 3, "its name, its number, the other button"


def test_a_large_target_is_kept_in_part_with_the_point_in_it() -> None:
    pixels = np.full((900, 1600, 3), 250, np.uint8)
    pixels[200:212, 300:380:3] = 0
    picture, (x, y, width, height), (at_x, at_y) = cut(pixels, Region(0, 0, 1600, 900), (1200, 700))
    assert picture.shape[0] <= 400 and picture.shape[1] <= 900
    assert x <= at_x < x + width and y <= at_y < y + height


def test_a_point_off_the_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="off the 100x80 frame"):
        cut(np.zeros((80, 100, 3), np.uint8), Region(90, 70, 30, 30), (101, 75))


@pytest.mark.parametrize(
    ("name", "others"),
    [("button Send", 0), ("button Delete Beta", 4), ("button Edit Alpha 1", 4), ("radio Team", 0)],
)
def test_how_many_look_alike(frames: dict[str, Shown], name: str, others: int) -> None:
    light = frames["light"]
    assert alike(light.observation.pixels, light.places[name]) == others


def test_empty_fields_look_alike(frames: dict[str, Shown]) -> None:
    light = frames["light"]
    assert alike(light.observation.pixels, light.places["field Email"]) >= 1


@pytest.mark.parametrize("look", ["dark", "filled"])
def test_every_target_is_found_again_and_nothing_else_fits(frames: dict[str, Shown], look: str) -> None:
    """In the other theme, with fields filled, the right place fits; none that is not does."""
    now = frames[look]
    for name in frames["light"].places:
        if name.split()[0] not in ("field", "button"):
            continue
        known = kept(frames["light"], name)
        pixels: Pixels = now.observation.pixels
        for peak in search(pixels, known, most=10):
            fit = agreement(pixels, known, peak)
            parts = [p for p in (fit.target, fit.context) if p is not None]
            right = now.places[name].holds(*where(known, peak))
            if right and peak.score == max(p.score for p in search(pixels, known, most=10)):
                assert min(parts) > 0.88, (name, fit)
            if not right and len(parts) == (1 if known.plain else 2):
                assert min(parts) < 0.8, (name, fit, peak)


@pytest.mark.parametrize("scale", [0.6, 0.75, 1.25, 1.5, 1.9])
def test_at_another_size_it_is_found_quickly(frames: dict[str, Shown], scale: float) -> None:
    import cv2

    light = frames["light"]
    known = kept(light, "button Cancel")
    size = round(1280 * scale), round(900 * scale)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    pixels = np.asarray(cv2.resize(light.observation.pixels, size, interpolation=how), np.uint8)
    search(pixels, known, scales=SCALES)
    began = time.process_time()
    best = search(pixels, known, scales=SCALES)[0]
    assert time.process_time() - began < 1.0, "far less than reading the screen, on any machine"
    x, y = where(known, best)
    assert light.places["button Cancel"].holds(x / scale, y / scale)
    assert abs(best.scale / scale - 1) < 0.08


def test_a_plain_picture_is_found_nowhere(frames: dict[str, Shown]) -> None:
    known = Pictured(np.full((60, 90, 3), 220, np.uint8), Region(10, 10, 40, 20), (20, 20))
    assert known.blank
    assert search(frames["light"].observation.pixels, known) == []


def test_a_digit_more_or_another_is_another_text(frames: dict[str, Shown]) -> None:
    """Rows 1, 2 and 3 differ by a digit only."""
    light = frames["light"]
    known = kept(light, "button Edit Alpha 2")
    pixels: Pixels = light.observation.pixels
    for peak in search(pixels, known, most=10):
        fit = agreement(pixels, known, peak)
        right = light.places["button Edit Alpha 2"].holds(*where(known, peak))
        assert (fit.context or 0) > 0.95 if right else (fit.context or 0) < 0.8


def test_resemblance(frames: dict[str, Shown]) -> None:
    def pixels(name: str) -> Pixels:
        shown = frames[name]
        focus = shown.observation.focus
        return shown.observation.crop(focus)

    light, dark, filled, large = (pixels(name) for name in ("light", "dark", "filled", "large"))
    blank = np.full_like(light, 128)
    assert resemblance(light, light) > 0.999
    assert resemblance(light, dark) > 0.7
    assert resemblance(light, filled) > 0.7
    other = np.roll(light, (light.shape[0] // 3, light.shape[1] // 3), (0, 1))
    assert resemblance(light, other) < 0.4 < resemblance(light, large)
    assert resemblance(light, blank) == 0.0 and resemblance(blank, blank) == 1.0
    small = thumbnail(light)
    assert small.shape == (100, 160) and small.dtype == np.float32
    assert resemblance(small, dark) == pytest.approx(resemblance(light, dark))
