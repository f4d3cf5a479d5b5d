"""Telling several that are called the same apart: by their row, by what stands around them, by their number."""

from __future__ import annotations

from collections.abc import Sequence

from screenwright.policies.replay.demo import Label, Neighbour
from screenwright.policies.replay.sought import Sought, alike, near_enough
from screenwright.tools.geometry import Region
from screenwright.tools.relations import gap_px, rows_shared, stands

ROW_PX = 12
"""Two middles nearer in height than this were in one row."""
MOST_OF = 0.6
ADRIFT, PLACED = 0.3, 0.7
"""Confidence where what it must stand by is gone; where only its place among its like has told which it is."""
GONE = "what it must stand by is not there"
AROUND, NUMBER = "by what stands around it", "number"

Texts = Sequence[tuple[str, Region]]


def apart(sought: Sought, places: Sequence[Region], texts: Texts) -> tuple[list[int], str]:
    """The numbers of those that it may be, and what told; all of them where nothing does."""
    left = list(range(len(places)))
    if label := sought.anchor:
        left = by_anchor(label, places, texts)
        if not left:
            return list(range(len(places))), GONE
        if len(left) == 1:
            return left, f'{label.side.replace("_", " ")} "{label.text}"'
    if len(left) < 2:
        return left, ""
    told = _by_row(sought, [places[n] for n in left], texts)
    if told is not None:
        return [left[n] for n in told[0]], told[1]
    left_now = [left[n] for n in _by_surroundings(sought, [places[n] for n in left], texts)]
    if len(left_now) == 1:
        return left_now, AROUND
    number = sought.looks.ordinal
    if number and len(left) >= abs(number):
        ordered = _in_reading_order(left, places)
        return [ordered[number - 1 if number > 0 else number]], f"{NUMBER} {number} of {len(left)}"
    return left_now, ""


def by_place(told: str) -> bool:
    """Was it told by where it stands among its like? That does not outlive another order of them."""
    return told == AROUND or told.startswith(NUMBER)


def by_anchor(label: Label, places: Sequence[Region], texts: Texts) -> list[int]:
    """Those that stand to the label's text as they should; of two, the nearer."""
    anchors = [region for text, region in texts if alike(label.text, text)]
    side = label.side
    gaps: dict[int, float] = {}
    for n, place in enumerate(places):
        near = [gap_px(side, place, a) for a in anchors if stands(side, place, a)]
        if near:
            gaps[n] = min(near)
    return [n for n, gap in gaps.items() if side == "in_row_of" or gap <= min(gaps.values()) + 3]


def row_of(sought: Sought) -> list[Neighbour]:
    """What stood in its row."""
    return [n for n in sought.looks.neighbours if abs(n.at[1]) <= ROW_PX]


def _by_row(sought: Sought, places: Sequence[Region], texts: Texts) -> tuple[list[int], str] | None:
    """By what stands in the same row; None where its row had nothing that tells rows apart.

    A row that is gone leaves them all: nothing that is told by the place alone may stand in for it.
    """
    mates = row_of(sought)
    held = [{n for n, mate in enumerate(mates) if _beside(mate, place, texts)} for place in places]
    telling = [n for n in range(len(mates)) if not all(n in has for has in held)]
    if not telling:
        return None
    counts = [len(has.intersection(telling)) for has in held]
    best = max(counts)
    if best < max(1, MOST_OF * len(telling)):
        return list(range(len(places))), GONE
    found = [n for n, count in enumerate(counts) if count == best]
    words = ", ".join(f'"{mates[n].text}"' for n in telling if n in held[found[0]])
    return found, f"in the row of {words}"


def _beside(mate: Neighbour, place: Region, texts: Texts) -> bool:
    """Does that text stand in the place's row, on the side where it stood?"""
    for text, region in texts:
        if rows_shared(region, place) < 0.5 or not near_enough(mate.text, text):
            continue
        if (region.middle[0] < place.middle[0]) == (mate.at[0] < 0):
            return True
    return False


def _by_surroundings(sought: Sought, places: Sequence[Region], texts: Texts) -> list[int]:
    """Those around which most of the neighbours stand as they stood."""
    counts = [sum(_around(sought, mate, place, texts) for mate in sought.looks.neighbours) for place in places]
    best = max(counts, default=0)
    second = max((c for c in counts if c < best), default=-1)
    if best < 2 or best - max(second, 0) < max(1, 0.2 * best):
        return list(range(len(places)))
    return [n for n, count in enumerate(counts) if count == best]


def _around(sought: Sought, mate: Neighbour, place: Region, texts: Texts) -> bool:
    x, y = sought.point(place).x, sought.point(place).y
    by = sought.ratio
    for text, region in texts:
        if not near_enough(mate.text, text):
            continue
        off_x = abs(region.middle[0] - x - mate.at[0] * by)
        off_y = abs(region.middle[1] - y - mate.at[1] * by)
        if off_x <= 14 + 0.15 * abs(mate.at[0]) and off_y <= 10 + 0.08 * abs(mate.at[1]):
            return True
    return False


def _in_reading_order(numbers: list[int], places: Sequence[Region]) -> list[int]:
    from screenwright.tools.elements import Element
    from screenwright.tools.reading import in_rows

    made = {Element(str(n), places[n]): n for n in numbers}
    return [made[e] for row in in_rows(list(made)) for e in row]
