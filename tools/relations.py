"""Where one thing stands to another, as people say it."""

from __future__ import annotations

from screenwright.tools.elements import Relation
from screenwright.tools.geometry import Region


def stands(relation: Relation, place: Region, anchor: Region) -> bool:
    """Does something at `place` stand in that relation to something at `anchor`?"""
    slack = 4
    x, y = place.middle
    match relation:
        case "right_of":
            return place.x >= anchor.right - slack and rows_shared(place, anchor) >= 0.3
        case "left_of":
            return place.right <= anchor.x + slack and rows_shared(place, anchor) >= 0.3
        case "below":
            return place.y >= anchor.bottom - slack
        case "above":
            return place.bottom <= anchor.y + slack
        case "in_row_of":
            return rows_shared(place, anchor) >= 0.5 and not anchor.shared(place).area
        case "inside":
            return anchor.holds(x, y) and place.area < anchor.area
        case "next_to":
            beside = rows_shared(place, anchor) >= 0.3 or columns_shared(place, anchor) > 0
            return beside and anchor.shared(place).area * 2 < place.area
        case "labelled":
            return True  # decided by the label, not by where it stands


def rows_shared(a: Region, b: Region) -> float:
    """How much of the lower of two heights stands side by side."""
    return (min(a.bottom, b.bottom) - max(a.y, b.y)) / max(1, min(a.height, b.height))


def columns_shared(a: Region, b: Region) -> float:
    return (min(a.right, b.right) - max(a.x, b.x)) / max(1, min(a.width, b.width))


def gap_px(relation: Relation, place: Region, anchor: Region) -> float:
    """How far something is in the direction of the relation; what stands askew is farther."""
    dx = max(0, place.x - anchor.right, anchor.x - place.right)
    dy = max(0, place.y - anchor.bottom, anchor.y - place.bottom)
    match relation:
        case "above" | "below":
            return dy + 0.5 * dx
        case "right_of" | "left_of" | "in_row_of":
            return dx + 0.5 * dy
        case _:
            return float((dx * dx + dy * dy) ** 0.5)
