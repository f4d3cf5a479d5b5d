"""The rung for what was renamed: the texts around the target say where it must be, and what stands there is it.

Every neighbour that is still there votes for a place: its own, less the recorded distance, at the present size.
Across and down are scaled apart, since windows stretch. Nothing is taken that carries the name of another target.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from screenwright.policies.replay.demo import Neighbour
from screenwright.policies.replay.found import Found
from screenwright.policies.replay.rung_apart import by_anchor, row_of
from screenwright.policies.replay.sought import Said, Sought, at_scale, near_enough
from screenwright.tools.elements import Element
from screenwright.tools.find import PRESSABLE
from screenwright.tools.geometry import Region
from screenwright.tools.labels import LOOKS, cost_px

LEAST, MOST = 0.4, 2.6
FAR_PX = 40
"""Neighbours nearer to each other than this say nothing of the size."""
SURE, SHAKY = 0.75, 0.5
VOTES = 2


@dataclass(frozen=True, slots=True)
class Vote:
    """Where one neighbour says the target is, and how far that may be off."""

    neighbour: Neighbour
    x: float
    y: float
    slack_x: float
    slack_y: float

    def for_(self, region: Region) -> bool:
        across = max(region.x - self.x, self.x - region.right, 0)
        down = max(region.y - self.y, self.y - region.bottom, 0)
        return across <= self.slack_x and down <= self.slack_y


def neighbours(sought: Sought) -> Said:
    """The thing of its kind that most of its neighbours point at."""
    if len(sought.looks.neighbours) < VOTES:
        return Said(why="too few texts around it are known")
    pairs = _still_there(sought)
    if len(pairs) < VOTES:
        return Said(why=f"of {len(sought.looks.neighbours)} texts around it {len(pairs)} are there")
    by_x, by_y = _stretch(pairs, sought.ratio)
    votes = [_vote(neighbour, region, by_x, by_y) for neighbour, region in pairs]
    ranked = sorted(((_count(votes, e), e) for e in _things(sought)), key=lambda c: (-c[0], _off(votes, c[1])))
    ranked = [(count, e) for count, e in ranked if count >= VOTES]
    if not ranked:
        return Said(why="nothing of its kind stands where the texts around it say")
    best, one = ranked[0]
    rivals = [e for count, e in ranked[1:] if count > best - 1 and not _same(e, one)]
    if rivals and not _nearer(votes, one, rivals):
        return Said(why="the texts around it point at several things")
    if why := _taken(sought, one):
        return Said(why=why)
    return Said(
        (_made(sought, one, votes, best, (by_x + by_y) / 2),), f"{best} of the texts around it point there"
    )


def _still_there(sought: Sought) -> list[tuple[Neighbour, Region]]:
    """The neighbours that can be read once, and where."""
    pairs: list[tuple[Neighbour, Region]] = []
    for neighbour in sought.looks.neighbours:
        seen = [region for text, region in sought.texts if near_enough(neighbour.text, text)]
        places = [r for n, r in enumerate(seen) if not any(r.overlap(o) > 0.3 for o in seen[:n])]
        if len(places) == 1:
            pairs.append((neighbour, places[0]))
    return pairs


def _stretch(pairs: Sequence[tuple[Neighbour, Region]], usual: float) -> tuple[float, float]:
    """Present distances over recorded ones, across and down: the middle of what all pairs say."""
    ratios: tuple[list[float], list[float]] = ([], [])
    for (one, here), (other, there) in combinations(pairs, 2):
        for axis in (0, 1):
            then = one.at[axis] - other.at[axis]
            now = here.middle[axis] - there.middle[axis]
            if abs(then) >= FAR_PX and LEAST <= now / then <= MOST:
                ratios[axis].append(now / then)
    across, down = (statistics.median(found) if len(found) > 1 else None for found in ratios)
    return across or down or usual, down or across or usual


def _vote(neighbour: Neighbour, region: Region, by_x: float, by_y: float) -> Vote:
    (x, y), (dx, dy) = region.middle, neighbour.at
    slack_x, slack_y = 6 + 0.08 * abs(dx * by_x), 5 + 0.04 * abs(dy * by_y)
    return Vote(neighbour, x - dx * by_x, y - dy * by_y, slack_x, slack_y)


def _things(sought: Sought) -> list[Element]:
    """All of its kind on the screen, from the tree, from the pixels, from what is read."""
    scene, role = sought.scene, sought.role
    if role in LOOKS:
        looks = LOOKS[role]
        return [e for e in scene.elements if e.role in looks] + [w for r in looks for w in scene.widgets.of(r)]
    pressable = [e for e in scene.elements if e.text and e.role in PRESSABLE]
    return [*scene.widgets.of("button"), *pressable] if role in (None, "button") else pressable


def _count(votes: Sequence[Vote], one: Element) -> int:
    return sum(vote.for_(one.region) for vote in votes)


def _off(votes: Sequence[Vote], one: Element) -> float:
    """How far its middle is from where those for it say."""
    own = [vote for vote in votes if vote.for_(one.region)]
    if not own:
        return 1e9
    x, y = statistics.median(v.x for v in own), statistics.median(v.y for v in own)
    here_x, here_y = one.region.middle
    return one.region.distance(x, y) + 0.01 * (abs(here_x - x) + abs(here_y - y))


def _same(one: Element, other: Element) -> bool:
    shared = one.region.shared(other.region).area
    return shared > 0.6 * min(one.region.area, other.region.area)


def _nearer(votes: Sequence[Vote], one: Element, rivals: Sequence[Element]) -> bool:
    """Is it clearly nearer to the point than what has as many votes?"""
    return _off(votes, one) + 8 < min(_off(votes, rival) for rival in rivals)


def _taken(sought: Sought, one: Element) -> str:
    """Why what stands there is something else; empty when it may be the target."""
    region = one.region
    if any(region.shared(place).area * 2 > min(region.area, place.area) for place in sought.against):
        return "what stands there looks like it, but has other words beside it"
    for text, place in sought.texts:
        if region.grown(2).holds(*place.middle) and sought.other(text):
            return f'"{text}" stands there, which is something else'
    if sought.role in LOOKS and (label := _label_of(sought, one)) and sought.other(label):
        return f'what stands there is labelled "{label}", which is something else'
    looks, anchor = sought.looks, sought.anchor
    if anchor and not by_anchor(anchor, [region], sought.texts):
        return f'it does not stand {anchor.side.replace("_", " ")} "{anchor.text}"'
    names = [t for t in (looks.text, looks.name, sought.label) if t]
    for name in names:
        if _elsewhere(sought, name, region):
            return f'"{name}" is to be read elsewhere'
    return _row_gone(sought, region)


def _label_of(sought: Sought, one: Element) -> str | None:
    """The text that a field or tick box goes by."""
    role = sought.role or "field"
    costs = [
        (cost, text)
        for text, place in sought.texts
        if not one.region.holds(*place.middle) and (cost := cost_px(place, one.region, role)) is not None
    ]
    return min(costs)[1] if costs else None


def _elsewhere(sought: Sought, name: str, region: Region) -> bool:
    """Is the target's own name written, but not here?"""
    reach = 2.5 * max(24, region.height)
    places = [place for text, place in sought.texts if near_enough(name, text)]
    return bool(places) and all(
        abs(place.middle[1] - region.middle[1]) > reach or place.x > region.right + 400 for place in places
    )


def _row_gone(sought: Sought, region: Region) -> str:
    """In a table a row is known by its own words: where they are gone, the next row has moved up."""
    if not (sought.looks.ordinal or any(patch.alike for patch in sought.looks.patches)):
        return ""
    mates = [mate for mate in row_of(sought) if not sought.own(mate.text)]
    row = [t for t, place in sought.texts if abs(place.middle[1] - region.middle[1]) < max(8, region.height // 2)]
    here = [m for m in mates if any(near_enough(m.text, text) for text in row)]
    if mates and len(here) * 2 < len(mates):
        return "the words of its row are not in the row that stands there"
    return ""


def _made(sought: Sought, one: Element, votes: Sequence[Vote], count: int, scale: float) -> Found:
    share = count / len(votes)
    confidence = min(SURE, SHAKY + 0.07 * count) - 0.25 * max(0.0, 0.7 - share)
    here = one.text or next((t for t, r in sought.texts if one.region.holds(*r.middle)), None)
    why = f'{count} of {len(votes)} texts around it point at {one.role} "{here or ""}"'
    return at_scale(sought.made("neighbours", one.region, confidence, why, here), scale)
