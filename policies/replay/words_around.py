"""The words around a target by which a person tells which one is meant: its label, its row, its neighbours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator

from screenwright.policies.replay.demo import Label, Neighbour
from screenwright.tools.elements import Ambiguous, Element, NotSeen, Relation, Role, Target
from screenwright.tools.geometry import Region
from screenwright.tools.labels import UNLABELLED, cost_px
from screenwright.tools.reading import Scene
from screenwright.tools.relations import rows_shared
from screenwright.tools.wording import squeezed

TICKS: tuple[Role, ...] = ("checkbox", "radio")
PRESSED: tuple[Role, ...] = ("button", "link", "tab", "menu")  # what does something by itself labels nothing
MOST_NEIGHBOURS = 6
REACH_PX = 420
CHANGING = re.compile(r"[\d\W_]*|.*\d{1,2}[:.]\d{2}.*|.*\d ?[kMGT]?B|\S*\w\.\w\S*|.*[/\\]\S*", re.DOTALL)
"""Digits alone, a clock, a size, a file: another time another text."""


def lasting(text: str, typed: Collection[str] = ()) -> bool:
    """Will these words stand there next time? Not: numbers, clocks, what was typed, prose."""
    said = text.strip()
    wide = any(ord(c) > 0x2E80 for c in said)
    if not (2 if wide else 3) <= len(said) <= 60 or CHANGING.fullmatch(said):
        return False
    digits = sum(c.isdigit() for c in said)
    return digits * 2 < len(said) and not any(value and value in said for value in typed)


def label_of(scene: Scene, region: Region, role: Role, typed: Collection[str]) -> Label | None:
    """The text that this field, tick box or slider belongs to, if asking for it leads back here."""
    window = scene.observation.focus or Region(0, 0, scene.observation.frame.width, scene.observation.frame.height)
    if region.area > 0.35 * window.area:
        return None  # a text editor's page is no field of a form, whatever stands above it
    costs = [
        (cost, label)
        for label in scene.elements
        if label.text and label.role not in (*UNLABELLED, *PRESSED) and not region.holds(*label.region.middle)
        and lasting(label.text, typed)
        and (cost := cost_px(label.region, region, role)) is not None
    ]  # fmt: skip
    for _, label in sorted(costs, key=lambda pair: pair[0])[:3]:
        text = label.text.strip().rstrip(":：").strip()
        try:
            found = scene.find(Target(text, role)).element.region
        except (NotSeen, Ambiguous):
            continue
        if found.overlap(region) > 0.3 or region.holds(*found.middle):
            return Label(text=text, side=_side(region, label.region))
    return None


def row_of(scene: Scene, region: Region, own: str, typed: Collection[str]) -> Label | None:
    """For one of several that say the same: a text in its row that stands nowhere else."""
    often = Counter(squeezed(e.text) for e in scene.elements)
    row = [
        e
        for e in scene.elements
        if lasting(e.text, typed)
        and often[squeezed(e.text)] == 1
        and rows_shared(e.region, region) >= 0.5
        and not e.region.shared(region).area
        and e.role not in ("window", "scroll")
    ]
    for element in sorted(row, key=lambda e: (e.region.x > region.x, abs(e.region.x - region.x))):
        anchor = Target(element.text.strip())
        try:
            found = scene.find(Target(own, relation="in_row_of", anchor=anchor)).element
        except (NotSeen, Ambiguous):
            continue
        if region.grown(3).holds(*found.region.middle):
            return Label(text=element.text.strip(), side="in_row_of")
    return None


def neighbours_of(
    scene: Scene, region: Region, aim: tuple[int, int], own: str, typed: Collection[str]
) -> tuple[Neighbour, ...]:
    """The nearest texts that stand once on the screen, and where their middles are from the point."""
    window = scene.observation.focus
    within = window if window and window.holds(*aim) else None
    often = Counter(squeezed(e.text) for e in scene.lines)
    near: list[tuple[float, Element]] = []
    for line in _once(scene, often, typed):
        if region.holds(*line.region.middle) or squeezed(line.text) == squeezed(own):
            continue
        far = line.region.distance(*aim)
        if far <= REACH_PX and (within is None or within.holds(*line.region.middle)):
            near.append((far, line))
    chosen = [line for _, line in sorted(near, key=lambda pair: pair[0])[:MOST_NEIGHBOURS]]
    made = [
        Neighbour(text=e.text.strip(), at=(round(e.region.middle[0]) - aim[0], round(e.region.middle[1]) - aim[1]))
        for e in chosen
    ]
    return tuple(made)


def _once(scene: Scene, often: Counter[str], typed: Collection[str]) -> Iterator[Element]:
    fields = values_shown(scene)
    for line in scene.lines:
        inside = any(field.holds(*line.region.middle) for field in fields)
        if often[squeezed(line.text)] == 1 and lasting(line.text, typed) and not inside:
            yield line


def values_shown(scene: Scene) -> list[Region]:
    """Where fields and drop-downs of one row show what they hold; by pixels where the tree knows none."""
    if any(e.role in ("field", "combo") for e in scene.tree):
        return [e.region for e in scene.tree if e.role in ("field", "combo")]
    held = (*scene.widgets.of("field"), *scene.widgets.of("combo"))
    return [e.region for e in held if e.region.height < 60]


def _side(region: Region, label: Region) -> Relation:
    """How the target stands to its label."""
    if rows_shared(region, label) >= 0.3:
        return "right_of" if region.middle[0] > label.middle[0] else "left_of"
    return "below" if region.middle[1] > label.middle[1] else "above"
