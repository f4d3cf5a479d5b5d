"""Fingers as commands of `input`, and what its failures mean: pure, on texts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenwright.tools.actions import Click, OpenApp, TypeText
from screenwright.tools.adb.command import Ran
from screenwright.tools.errors import BadAction
from screenwright.tools.geometry import Point, Region, Size
from screenwright.tools.phone import gestures, hands
from screenwright.tools.phone.patience import phone_patience

SCREEN = Size(1080, 2400)


def swipes(commands: list[str]) -> list[tuple[int, int, int, int, int]]:
    found = [re.fullmatch(r"input swipe (\d+) (\d+) (\d+) (\d+) (\d+)", command) for command in commands]
    assert all(found), commands
    return [tuple(int(each) for each in one.groups()) for one in found if one]  # type: ignore[misc]


def test_taps() -> None:
    assert gestures.tap((5, 6)) == "input tap 5 6"
    assert gestures.tap((5, 6), 2) == "input tap 5 6; input tap 5 6"
    assert gestures.tap((5, 6), 2, slow=True) == "input tap 5 6 & sleep 0.1; input tap 5 6; wait"
    assert gestures.hold((5, 6), 0.8) == "input swipe 5 6 5 6 800"
    assert gestures.drag((1, 2), (3, 4), 0) == "input draganddrop 1 2 3 4 100"


@given(
    st.integers(0, 1079),
    st.integers(0, 2399),
    st.integers(-100, 100),
    st.integers(-100, 100),
    st.sampled_from([None, Region(0, 1500, 1080, 900), Region(0, 20, 1080, 2380)]),
)
def test_scrolling_stays_off_the_edges_and_the_keyboard(
    x: int, y: int, down: int, right: int, keyboard: Region | None
) -> None:
    free = gestures.free_of_edges(SCREEN, keyboard)
    moved_down = moved_right = 0
    for left, top, end_x, end_y, _ in swipes(gestures.scrolls((x, y), down, right, free)):
        for point in ((left, top), (end_x, end_y)):
            assert free.grown(1).holds(*point), (point, free)
            assert keyboard is None or point[1] < keyboard.y or keyboard.y < SCREEN.height // 4
        assert left == end_x or top == end_y
        moved_down, moved_right = moved_down + top - end_y, moved_right + left - end_x
    high = free.height / (1 - 2 * gestures.EDGE) / gestures.NOTCHES_A_SCREEN
    assert moved_down == pytest.approx(down * high, abs=30)
    wide = free.width / (1 - 2 * gestures.EDGE) / gestures.NOTCHES_A_SCREEN
    assert moved_right == pytest.approx(right * wide, abs=30)


def test_a_swipe_is_where_it_was_asked_for_where_there_is_room() -> None:
    free = gestures.free_of_edges(SCREEN, None)
    [(left, top, end_x, end_y, ms)] = swipes(gestures.scrolls((300, 1200), 3, 0, free))
    assert (left, end_x) == (300, 300)
    assert (top + end_y) / 2 == pytest.approx(1200, abs=1)
    assert top - end_y == pytest.approx(3 * 2400 / 15, abs=3)
    assert ms == pytest.approx(480 / 1400 * 1000, rel=0.05)


def ran(err: str, code: int = 0, out: str = "") -> Ran:
    return Ran(out.encode(), err.encode(), code)


@pytest.mark.parametrize(
    ("result", "kind", "said"),
    [
        (
            ran("java.lang.SecurityException: Injecting to another application requires INJECT_EVENTS permission"),
            hands.InputRefused,
            "USB debugging [(]Security settings",
        ),
        (ran("Error: Unknown command: draganddrop\nUsage: input", 255), BadAction, "does not know 'text'"),
        (
            ran("Exception occurred\njava.lang.NullPointerException: Attempt to get length of null array", 255),
            BadAction,
            "NullPointerException",
        ),
        (ran("", 137, "Killed"), BadAction, "no keys for this text: Killed"),
        (ran("Error: Invalid arguments for command: tap"), BadAction, "Invalid arguments"),
        (ran("", 255), BadAction, "exit code 255"),
    ],
)
def test_failures_of_input_are_told_apart(result: Ran, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        hands.check(result, "input text x")


def test_silence_and_a_linkers_warning_are_well() -> None:
    hands.check(ran(""), "input tap 1 1")
    hands.check(ran("WARNING: linker: libfoo.so: unused DT entry"), "input tap 1 1")


def test_quiet_is_never_shorter_than_a_picture() -> None:
    for action in (Click(point=Point(1, 1, SCREEN)), TypeText(text="x"), OpenApp(name="x")):
        assert 0.7 < phone_patience(action, 0.7).quiet < 1.0
        assert phone_patience(action, 0.0).quiet < 0.7
