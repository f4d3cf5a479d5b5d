"""Two acts that a person would call one: text typed on, the wheel turned on. For accounts of what was done."""

from __future__ import annotations

from screenwright.tools.actions import Action, Scroll, TypeText
from screenwright.tools.geometry import Point

NEAR_PX = 40
TURNS = 100  # of the wheel, the most that one action holds


def joined(first: Action, second: Action) -> Action | None:
    """Both as one action, if they may be; how far apart in time they may be is the caller's to say."""
    match first, second:
        case TypeText(), TypeText() if "{{" not in first.text + second.text:
            return first.model_copy(update={"text": first.text + second.text})
        case Scroll(), Scroll() if near(first.point, second.point):
            down, right = first.down + second.down, first.right + second.right
            onward = first.down * second.down >= 0 and first.right * second.right >= 0
            small = max(abs(down), abs(right)) <= TURNS
            return first.model_copy(update={"down": down, "right": right}) if onward and small else None
        case _:
            return None


def near(one: Point | None, two: Point | None, px: float = NEAR_PX) -> bool:
    """Are both at one place, of one frame? Two that have none are."""
    if one is None or two is None:
        return one is two
    return one.frame == two.frame and max(abs(one.x - two.x), abs(one.y - two.y)) <= px
