"""Coordinates: a click lands where it was meant, on a second monitor and where pixels are not points."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenwright.tools.errors import BadAction
from screenwright.tools.geometry import Point, Region, Size, View

SIZES = st.builds(Size, st.integers(1, 8000), st.integers(1, 8000))
REGIONS = st.builds(
    Region, st.integers(-500, 4000), st.integers(-500, 4000), st.integers(0, 3000), st.integers(0, 3000)
)


def test_a_point_on_a_second_monitor_left_of_the_first() -> None:
    view = View(Size(1920, 1080), left=-1920, top=200)
    assert view.to_input(Point(10, 20, Size(1920, 1080))) == (-1910, 220)


def test_pixels_are_not_points_on_a_retina_screen() -> None:
    view = View(Size(2880, 1800), scale=2.0)
    assert view.to_input(Point(2879, 1799, Size(2880, 1800))) == (1439, 899)
    assert view.from_input(720, 450) == Point(1440, 900, Size(2880, 1800))


def test_a_point_measured_on_a_resized_picture_is_refused_until_it_is_converted() -> None:
    view = View(Size(1920, 1080))
    model = Point(500, 500, Size(1000, 1000))
    with pytest.raises(BadAction, match=r"measured on a 1000x1000 frame, but the screen is 1920x1080"):
        view.to_input(model)
    assert view.to_input(model.on(Size(1920, 1080))) == (960, 540)


@pytest.mark.parametrize(("x", "y"), [(-1, 5), (5, -0.1), (100, 5), (5, 50)])
def test_a_point_off_the_screen_is_refused_with_the_range(x: float, y: float) -> None:
    with pytest.raises(BadAction, match=r"off the 100x50 screen; x runs 0 to 99, y 0 to 49"):
        View(Size(100, 50)).to_input(Point(x, y, Size(100, 50)))


@given(SIZES, st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True), SIZES)
def test_converting_there_and_back_is_the_same_place(size: Size, u: float, v: float, other: Size) -> None:
    point = Point(u * size.width, v * size.height, size)
    back = point.on(other).on(size)
    assert back.x == pytest.approx(point.x, abs=1e-6)
    assert back.y == pytest.approx(point.y, abs=1e-6)


@given(st.floats(-4000, 4000), st.floats(-4000, 4000), st.sampled_from([1.0, 1.25, 1.5, 2.0, 3.0]))
def test_every_pixel_goes_to_the_input_unit_it_lies_in(left: float, top: float, scale: float) -> None:
    view = View(Size(300, 200), round(left), round(top), scale)
    x, y = view.to_input(Point(299, 199, view.frame))
    again = view.from_input(x, y)
    assert abs(again.x - 299) <= scale
    assert abs(again.y - 199) <= scale


@given(REGIONS, REGIONS)
def test_what_two_regions_share_lies_in_both(a: Region, b: Region) -> None:
    both = a.shared(b)
    if both.area:
        assert both.shared(a) == both == both.shared(b)
    assert a.overlap(b) == pytest.approx(b.overlap(a))
    assert 0 <= a.overlap(b) <= 1


@given(st.lists(REGIONS, min_size=1, max_size=6))
def test_the_region_around_several_holds_each(boxes: list[Region]) -> None:
    outer = Region.around(boxes)
    for box in boxes:
        assert outer.x <= box.x
        assert outer.bottom >= box.bottom


def test_distance_is_nought_inside_and_straight_outside() -> None:
    region = Region(10, 10, 10, 10)
    assert region.distance(15, 15) == 0
    assert region.distance(23, 24) == 5
