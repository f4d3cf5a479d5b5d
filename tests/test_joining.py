"""Which acts are one: the same for what a person does on a mirror and for what a recording is made into."""

from __future__ import annotations

import pytest

from screenwright.tools.actions import Action, Click, Scroll, TypeText
from screenwright.tools.geometry import Point, Size
from screenwright.tools.joining import joined, near

FRAME = Size(480, 320)


def wheel(down: int, x: float = 100, frame: Size = FRAME, right: int = 0) -> Scroll:
    return Scroll(point=Point(x, 100, frame), down=down, right=right)


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (TypeText(text="Ad", target="Name"), TypeText(text="a"), TypeText(text="Ada", target="Name")),
        (TypeText(text="{{name}}"), TypeText(text="a"), None),
        (wheel(3), wheel(2, x=130), wheel(5)),
        (wheel(3), wheel(2, x=300), None),
        (wheel(3), wheel(-2), None),
        (wheel(0, right=-1), wheel(2, right=-1), wheel(2, right=-2)),
        (wheel(60), wheel(60), None),
        (wheel(3), wheel(2, frame=Size(320, 480)), None),
        (Scroll(down=1), Scroll(down=1), Scroll(down=2)),
        (wheel(3), TypeText(text="a"), None),
        (Click(point=Point(1, 1, FRAME)), Click(point=Point(1, 1, FRAME)), None),
    ],
)
def test_what_is_one_act(first: Action, second: Action, both: Action | None) -> None:
    assert joined(first, second) == both


def test_near_is_on_one_frame_only() -> None:
    assert near(None, None) and not near(None, Point(1, 1, FRAME))
    assert near(Point(1, 1, FRAME), Point(13, 1, FRAME), 12) and not near(
        Point(1, 1, FRAME), Point(14, 1, FRAME), 12
    )
