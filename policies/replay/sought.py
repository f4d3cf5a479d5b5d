"""One target that is looked for on one frame: what is known of it, and what the frame shows, asked once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from screenwright.policies.replay.demo import PLACEHOLDER, Label, Looks, Neighbour, Patch, filled
from screenwright.policies.replay.found import Found, Rung
from screenwright.tools.elements import Role
from screenwright.tools.geometry import Point, Region
from screenwright.tools.labels import UNLABELLED
from screenwright.tools.observation import Observation
from screenwright.tools.patch_search import Pictured
from screenwright.tools.reading import Reader, Scene
from screenwright.tools.wording import ALIKE, likeness, squeezed

ANOTHER_WINDOW = 0.7
"""What confidence is multiplied by in a window that is not called as the recorded one was."""
KEEP_OFF = 0.06
"""Share of a target's width and height at its edges that is never clicked."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a rung came to.

    `found`: the places it can't choose between, or the one; `why`: for a person; `by_place`: only where it stands
    among its like has told which; `against`: places that look like the target and are another, by what is beside.
    """

    found: tuple[Found, ...] = ()
    why: str = ""
    by_place: bool = False
    against: tuple[Region, ...] = ()


@dataclass(eq=False)
class Sought:
    """`looks` has the values of its parameters filled in; `known`: texts of the demo's other targets."""

    looks: Looks
    observation: Observation
    reader: Reader
    pictured: Callable[[Patch], Pictured | None]
    varies: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()
    scale: float | None = None
    tried: list[tuple[Rung, str]] = field(default_factory=list[tuple[Rung, str]])
    against: list[Region] = field(default_factory=list[Region])

    @cached_property
    def scene(self) -> Scene:
        return self.reader.read(self.observation)

    @cached_property
    def window(self) -> Region | None:
        """The window that has the focus; the whole frame where the recorded window was all of it."""
        place, frame = self.looks.place, self.observation.frame
        area = self.observation.focus
        if area is None and place and place.size == (frame.width, frame.height):
            return Region(0, 0, frame.width, frame.height)
        return area

    @property
    def patches(self) -> list[tuple[Patch, Pictured]]:
        """The pictures that can be had, ready for the search."""
        return [(patch, ready) for patch in self.looks.patches if (ready := self.pictured(patch))]

    @cached_property
    def ratio(self) -> float:
        """Present size over recorded, as far as it is known before looking."""
        if self.scale:
            return self.scale
        patches = self.looks.patches
        return self.observation.view.scale / patches[0].scale if patches else 1.0

    @cached_property
    def role(self) -> Role | None:
        return self.looks.role if self.looks.role not in ("text", "other") else None

    @property
    def entered(self) -> bool:
        """Is it something whose look changes with what it holds, and that is known by its label?"""
        return self.role in UNLABELLED

    @cached_property
    def label(self) -> str | None:
        """The text that it goes by, of something that carries none itself."""
        label = self.looks.label
        return label.text if label and (self.entered or label.side == "labelled") else None

    @cached_property
    def anchor(self) -> Label | None:
        """What it must stand by, of something that carries its own text."""
        return self.looks.label if self.label is None else None

    @cached_property
    def expected(self) -> list[tuple[float, float]]:
        """Where it stands if it kept its distance to a corner of the window, the upper left one first."""
        place, area = self.looks.place, self.window
        if place is None or area is None:
            return []
        (x, y), (width, height), by = place.at, place.size, self.ratio
        across = (area.x + x * by, area.right - (width - x) * by)
        down = (area.y + y * by, area.bottom - (height - y) * by)
        return list(dict.fromkeys((a, d) for d in down for a in across))

    def own(self, text: str) -> bool:
        """Is that what this target is itself called?"""
        return any(alike(name, text) for name in (self.looks.name, self.looks.text, self.label) if name)

    def other(self, text: str) -> bool:
        """Is that what something else is called?"""
        others = (*(n.text for n in self.looks.neighbours), *self.known)
        return bool(text) and not self.own(text) and any(alike(one, text) for one in others)

    def point(self, region: Region) -> Point:
        """Where to act on the target's present area: as far along it as the recorded point was."""
        x, y = region.middle
        patch = self.looks.patches[0] if self.looks.patches else None
        if patch and self._whole(patch):
            left, top, width, height = patch.target
            share_x, share_y = (patch.aim[0] - left) / max(1, width), (patch.aim[1] - top) / max(1, height)
            x = region.x + region.width * min(max(share_x, KEEP_OFF), 1 - KEEP_OFF)
            y = region.y + region.height * min(max(share_y, KEEP_OFF), 1 - KEEP_OFF)
        return Point(x, y, self.observation.frame).clamped()

    def _whole(self, patch: Patch) -> bool:
        """Is all of the target in its picture? Of a longer one, the point's share of it is not known."""
        ready = self.pictured(patch)
        if ready is None:
            return False
        height, width = ready.pixels.shape[:2]
        x, y, w, h = patch.target
        return x > 0 and y > 0 and x + w < width and y + h < height

    def made(self, rung: Rung, region: Region, confidence: float, why: str, text: str | None = None) -> Found:
        return Found(self.point(region), region, rung, round(confidence, 3), text, self.ratio, why)

    @cached_property
    def texts(self) -> list[tuple[str, Region]]:
        """All that can be read on the frame, and where."""
        shown = {(e.text, e.region): None for e in (*self.scene.elements, *self.scene.lines) if e.text}
        return [text for text in shown if text[1].area]


def sought(
    looks: Looks,
    observation: Observation,
    values: Mapping[str, str],
    reader: Reader,
    pictured: Callable[[Patch], Pictured | None],
    known: frozenset[str] = frozenset(),
) -> Sought:
    """With the parameters filled in. What is still a placeholder then is no text to look for."""
    told = dict(values)
    own = (looks.name, looks.text, looks.label.text if looks.label else None)
    varies = tuple(dict.fromkeys(name for text in own if text for name in PLACEHOLDER.findall(text)))

    def given(text: str | None) -> str | None:
        made = filled(text, told) if text else None
        return None if made is None or PLACEHOLDER.search(made) else made

    label = given(looks.label.text) if looks.label else None
    neighbours = tuple(Neighbour(text=t, at=n.at) for n in looks.neighbours if (t := given(n.text)))
    changed = replace_texts(looks, given(looks.name), given(looks.text), label, neighbours)
    return Sought(changed, observation, reader, pictured, varies, known)


def replace_texts(
    looks: Looks, name: str | None, text: str | None, label: str | None, neighbours: tuple[Neighbour, ...]
) -> Looks:
    side = looks.label.side if looks.label else "labelled"
    made = Label(text=label, side=side) if label else None
    return looks.model_copy(update={"name": name, "text": text, "label": made, "neighbours": neighbours})


def alike(one: str, other: str) -> bool:
    """The same text to a person. A letter may be misread in a longer one, no digit and no whole word."""
    if squeezed(one) == squeezed(other):
        return True
    like = likeness(one, other)
    return like is not None and like.kind >= ALIKE


def near_enough(one: str, other: str) -> bool:
    """The same text as OCR may have it."""
    like = likeness(one, other)
    return like is not None and (like.kind >= ALIKE or (like.kind == 1 and like.score > 0.5))


def at_home(sought: Sought, place: Region) -> bool:
    """Is it in a window that is called as the recorded one was? True where windows aren't known."""
    title, seen = sought.looks.window, sought.observation
    if not title:
        return True
    windows = [e for e in seen.elements if e.role == "window" and e.text]
    around = [w for w in windows if w.region.grown(2).holds(*place.middle)]
    if around:
        return any(same_title(title, w.text) for w in around)
    if seen.focus is None or not seen.focus.holds(*place.middle):
        return not windows and seen.focus is None
    return same_title(title, seen.title or title)


def same_title(one: str, other: str) -> bool:
    """Titles change with the document ("*a.txt - Mousepad"): the program's part at the end is enough."""
    if alike(one, other) or likeness(one, other) or likeness(other, one):
        return True
    one, other = (text.replace("\u2013", "-").replace("\u2014", "-") for text in (one, other))
    return " - " in one and alike(one.rpartition(" - ")[2], other.rpartition(" - ")[2])


def at_scale(found: Found, scale: float) -> Found:
    return replace(found, scale=round(scale, 3))
