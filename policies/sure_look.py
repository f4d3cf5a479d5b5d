"""What the screen says about a point: what stands there, and where else the wanted words stand."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from screenwright.policies.sure_words import Wanted, reads_like
from screenwright.tools.elements import Ambiguous, Element, Match, NotSeen, Role, Target
from screenwright.tools.geometry import Point, Region
from screenwright.tools.labels import labelled
from screenwright.tools.observation import Observation
from screenwright.tools.reading import Scene
from screenwright.tools.relations import rows_shared
from screenwright.tools.wording import ALIKE

HELD: tuple[Role, ...] = ("field", "checkbox")
"""What carries its name beside it; a drop-down is looked for with the fields, a radio button with the boxes.
Sliders take half a second to find on a full screen: they are, where the target is called one."""
LARGE = 0.05  # share of the frame from which a thing holds others rather than being one
SLACK_PX = 2
ICON_PX = 72
PATCH_PX = 48  # half the side of what is looked at around a point without words
BARE_PX = 4
NEAR_PX = 6
INK = 24  # levels by which a pixel differs from the ground


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere the wanted words stand: what is to be clicked there, and how well it reads."""

    region: Region
    text: str
    kind: int
    """EXACT to CLOSE, as in `tools.wording`."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the screen says about one point.

    `here`: the place that holds it, if its words are the wanted ones. `under`: the smallest thing with words
    there. `places`: where the wanted words stand, the best kind only. `icon`: a small thing without words
    there. `bare`: nothing is there, not even a drawing. `beside`: a place on the same row, with nothing between.
    """

    point: Point
    here: Place | None
    under: Element | None
    places: tuple[Place, ...]
    icon: Region | None = None
    beside: Place | None = None
    bare: bool = False

    @property
    def elsewhere(self) -> tuple[Place, ...]:
        """Places that read clearly like what is wanted, and better than what is here."""
        kind = max(ALIKE, self.here.kind + 1 if self.here else 0)
        return tuple(p for p in self.places if p.kind >= kind and p != self.here)

    def near(self, reach: float) -> Place | None:
        """The nearest place within reach, unless the point is on something else."""
        close = [p for p in self.places if p.region.distance(self.point.x, self.point.y) <= reach]
        best = min(close, key=lambda p: p.region.distance(self.point.x, self.point.y), default=None)
        if best and self.under and self.under.region.shared(best.region).area < 0.9 * best.region.area:
            return None
        return best


def look(scene: Scene, point: Point, wanted: Wanted) -> Look:
    """Compare one point of the scene's frame with the screen."""
    under = standing(scene, point)
    every, wanted = _places(scene, wanted)
    holding = [p for p in every if p.region.grown(SLACK_PX).holds(point.x, point.y)]
    names = under is not None and not (_parts(scene, under) or (wanted.placed and every))
    if under and names and (kind := wanted.reads(under.text)) and not wanted.harmed(under.text):
        holding.append(Place(under.region, under.text, kind))
    here = max(holding, key=lambda p: (p.kind, -p.region.area), default=None)
    if here is None and under is None:
        every += _drawn(scene, every)
        here = next((p for p in every if p.region.holds(point.x, point.y)), None)
    if here is None:
        held = _belonging(scene, wanted)
        here = next((p for p in held if p.region.grown(SLACK_PX).holds(point.x, point.y)), None)
        every = every or held
    best = max((p.kind for p in every), default=0)
    places = tuple(p for p in every if p.kind == best and not _in_other(p, every))
    icon = icon_at(scene.observation, point) if here is None and under is None else None
    beside = next((p for p in places if _beside(scene, p, point)), None) if here is None else None
    bare = here is None and under is None and icon is None and _bare(scene.observation, point)
    return Look(point, here, under, places, icon, beside, bare)


def standing(scene: Scene, point: Point) -> Element | None:
    """The smallest thing at the point that has words; not what holds half the screen."""
    area = scene.observation.frame.area
    found = [
        e
        for e in scene.elements
        if e.text.strip()
        and e.region.holds(point.x, point.y)
        and e.role not in ("window", "scroll")
        and e.region.area < LARGE * area
    ]
    return min(found, key=lambda e: e.region.area, default=None)


def icon_at(observation: Observation, point: Point) -> Region | None:
    """The small drawing without words at a point or just beside it; None: it is bare, or part of a large thing."""
    import cv2

    frame = Region(round(point.x) - PATCH_PX, round(point.y) - PATCH_PX, 2 * PATCH_PX, 2 * PATCH_PX)
    frame = frame.within(observation.frame)
    part = np.asarray(observation.crop(frame), np.int16)
    if not part.size:
        return None
    colours, counts = np.unique(part.reshape(-1, 3), axis=0, return_counts=True)
    ink = (np.abs(part - colours[counts.argmax()]).max(axis=2) > INK).astype(np.uint8)
    joined = np.asarray(cv2.dilate(ink, np.ones((5, 5), np.uint8)), np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    for number in range(1, count):
        x, y, width, height = (int(n) for n in stats[number][:4])
        blob = Region(frame.x + x, frame.y + y, width, height).grown(-2)  # as it was before it was joined
        open_ended = x == 0 or y == 0 or x + width == frame.width or y + height == frame.height
        if blob.grown(NEAR_PX).holds(point.x, point.y) and not open_ended and max(width, height) <= ICON_PX:
            return blob
    return None


def _bare(observation: Observation, point: Point) -> bool:
    """Is everything right around the point of one colour?"""
    around = Region(round(point.x), round(point.y), 1, 1).grown(BARE_PX)
    part = np.asarray(observation.crop(around), np.int16)
    return bool(part.size) and int(np.ptp(part, axis=(0, 1)).max()) <= INK


def _places(scene: Scene, wanted: Wanted) -> tuple[list[Place], Wanted]:
    """Where the wanted words stand as a thing's name, and what is wanted by the name that they were found by.

    The first name that reads clearly counts, else the first that reads at all: "Link 1" may be a link called
    "1", but not where "Link 1" itself is on the screen.
    """
    found = {name: [p for m in _matches(scene, name) if (p := _place(m, wanted, name))] for name in wanted.names}
    if not wanted.sure:
        return [p for places in found.values() for p in places], wanted
    clear = [name for name, places in found.items() if any(p.kind >= ALIKE for p in places)]
    named = clear or [name for name, places in found.items() if places]
    return (found[named[0]], replace(wanted, names=(named[0],))) if named else ([], wanted)


def _matches(scene: Scene, name: Target) -> list[Match]:
    try:
        return [scene.find(name)] if name.ordinal else scene.find_all(name)
    except (NotSeen, Ambiguous):
        return []


def _place(match: Match, wanted: Wanted, name: Target) -> Place | None:
    """None for what says the opposite, or more harm than was named: a click is never moved there."""
    said = match.label.text if match.label else match.element.text
    whole = reads_like(name.text or "", said) or reads_like(name.text or "", match.element.value or "")
    if not whole or wanted.opposed(said) or wanted.harmed(said) or match.element.role in ("window", "scroll"):
        return None
    return Place(match.element.region, said, whole)


def _parts(scene: Scene, line: Element) -> bool:
    """Is it a line of which OCR knows each word's place? Then the words count, not the line."""
    return line in scene.ends and " " in line.text.strip()


def _drawn(scene: Scene, places: list[Place]) -> list[Place]:
    """The buttons that pixels show around words: a point beside the words is on the button all the same."""
    return [
        Place(button.region, p.text, p.kind)
        for button in scene.widgets.of("button")
        for p in places
        if button.region.holds(*p.region.middle) and button.region.height < 4 * p.region.height
    ]


def _belonging(scene: Scene, wanted: Wanted) -> list[Place]:
    """Fields and boxes whose label the wanted words are."""
    found: list[Place] = []
    for name in wanted.names:
        for role in HELD if name.role is None and name.text and not name.relation else ():
            matches = labelled(scene, name.text or "", role)
            labels = [(m, m.label) for m in matches if m.label]
            found += [p for m, label in labels if not _presses(scene, label) and (p := _place(m, wanted, name))]
    return found


def _presses(scene: Scene, label: Element) -> bool:
    """Is it a button rather than the label of what stands beside it?"""
    if label.role in ("button", "link", "menu", "tab"):
        return True
    return any(button.region.holds(*label.region.middle) for button in scene.widgets.of("button"))


def _in_other(place: Place, every: list[Place]) -> bool:
    """Is it the text on a button that is listed as well?"""
    return any(
        other != place
        and other.kind >= place.kind
        and other.region.area > place.region.area
        and other.region.shared(place.region).area > 0.9 * place.region.area
        for other in every
    )


def _beside(scene: Scene, place: Place, point: Point) -> bool:
    """Does the point stand on the place's row, with no other words between?"""
    spot = Region(round(point.x) - 1, round(point.y) - 3, 3, 6)
    if rows_shared(spot, place.region) < 0.5:
        return False
    left, right = sorted((point.x, place.region.middle[0]))
    row = Region.between(left, place.region.y, right, place.region.bottom)
    return not any(
        e.text.strip()
        and row.holds(*e.region.middle)
        and not e.region.shared(place.region).area
        and e.role not in ("window", "scroll")
        for e in scene.elements
    )
