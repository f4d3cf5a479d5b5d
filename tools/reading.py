"""What is on the screen as one list of elements, from whoever can tell: OCR, the accessibility tree, pixels.

The tree knows roles, states and exact boxes, where an application offers one; OCR sees whatever a person
sees. Neither is enough alone, so the two are merged: the tree's box and role win, text that only OCR saw
stays, and nothing is listed twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from screenwright.tools.elements import Element, Match, Target
from screenwright.tools.geometry import Region, Size
from screenwright.tools.observation import Observation, Pixels, Words
from screenwright.tools.ocr import Line, TextReader
from screenwright.tools.untold import MARGIN_PX, as_lines, leaves, tells_words, untold
from screenwright.tools.widgets import Widgets
from screenwright.tools.wording import likeness, squeezed

RGB = np.uint32(0xFFFFFF)
TREE_FRESH_S = 1.0
CONTAINERS = frozenset(("window", "scroll", "other", "image"))

ASTRAY_PX = 60
LETTERED = frozenset(("button", "tab", "menu"))


class Reader:
    """Reads the frames of one screen. Only what changed since the last ones is read again."""

    def __init__(self, text: TextReader | None = None) -> None:
        self._text = text or TextReader()
        self._last: tuple[Words, Region | None, Scene] | None = None
        self._asked_at = 0.0

    def read(self, observation: Observation, *, region: Region | None = None) -> Scene:
        """What the frame shows; with `region`, only what lies in it. Raises NotInstalled."""
        known = self._known(observation, region)
        # An application that has just started shows itself before its tree does.
        if known and (time.monotonic() - self._asked_at < TREE_FRESH_S or known.tree):
            return known
        tree = tuple(e for e in observation.elements if region is None or _mostly(e.region, region))
        if tells_words(tree):
            scene = self._beside(observation, tree, region)
        else:
            scene = merged(observation, self._text.read(observation.pixels, region), tree)
        # The words themselves are kept: the observation may let go of them when it is on disk.
        self._last, self._asked_at = (observation.words, region, scene), time.monotonic()
        return scene

    def _beside(self, observation: Observation, tree: Sequence[Element], region: Region | None) -> Scene:
        """What the tree tells, and what is read where it tells nothing."""
        told = leaves(tree)
        left, areas = untold(observation.pixels, told)
        wanted = [area for area in areas if region is None or area.shared(region).area]
        read = [line for area in wanted for line in self._part(left, area)]
        scene = merged(observation, sorted(read, key=lambda line: (line.region.y, line.region.x)), tree)
        lines = tuple(e for row in in_rows([*scene.lines, *as_lines(told)]) for e in row)
        return replace(scene, lines=lines)

    def _part(self, pixels: Pixels, area: Region) -> Iterator[Line]:
        """Lines of a small part, by itself: a band as wide as the screen takes ten times as long."""
        cut = area.grown(MARGIN_PX).within(Size(pixels.shape[1], pixels.shape[0]))
        for line in self._text.read(np.ascontiguousarray(pixels[cut.y : cut.bottom, cut.x : cut.right])):
            if len(line.text) < 2:
                continue  # an icon is read as some letter
            moved = line.region.moved(cut.x, cut.y)
            yield Line(line.text, moved, line.confidence, tuple(end + cut.x for end in line.ends))

    def _known(self, observation: Observation, region: Region | None) -> Scene | None:
        """The last scene, now of this observation, when it shows the same."""
        if self._last is None:
            return None
        words, where, scene = self._last
        if scene.tree and not (observation.words & RGB).any():
            return None  # what an app hides is black whatever it shows: only its tree tells one from the other
        if where != region or scene.observation.view != observation.view:
            return None
        if words is not observation.words and not _same(words, observation.words):
            return None
        return scene if scene.observation is observation else replace(scene, observation=observation)


@dataclass(frozen=True, eq=False)
class Scene:
    """What one frame shows. `elements` are in reading order: row by row, left to right.

    `lines` is what OCR read and `tree` what the system told, before they were merged; `ends` holds for
    an element that OCR saw where each of its characters ends, in frame pixels.
    """

    observation: Observation
    elements: tuple[Element, ...]
    lines: tuple[Element, ...] = ()
    tree: tuple[Element, ...] = ()
    ends: dict[Element, tuple[float, ...]] = field(default_factory=dict)

    def find(self, target: Target) -> Match:
        """The one element that answers; NotSeen with the nearest texts, Ambiguous with the candidates."""
        from screenwright.tools import find

        return find.find(self, target)  # pyright: ignore[reportArgumentType] (it sees this file by two names)

    def find_all(self, target: Target) -> list[Match]:
        """Every element that answers, best first (in reading order among equals); empty when none does."""
        from screenwright.tools import find

        return find.find_all(self, target)  # pyright: ignore[reportArgumentType]

    @cached_property
    def widgets(self) -> Widgets:
        """What pixels alone show of fields, tick boxes and the like."""
        return Widgets(self.observation.pixels, self.lines)

    def text(self) -> str:
        """The visible text, laid out in lines; what stands apart on the screen stands apart here."""
        shown = self.lines or tuple(e for e in self.elements if e.text and e.role not in CONTAINERS)
        letter = _letter_px(shown)
        laid: list[str] = []
        for row in in_rows(shown):
            text, right = "", 0
            for element in row:
                apart = round((element.region.x - right) / letter)
                text += " " * min(24, max(2 if right else 0, apart)) + element.text
                right = element.region.right
            laid.append(text)
        return "\n".join(laid)

    def as_dicts(self) -> list[dict[str, Any]]:
        """JSON-able: one dict an element, in reading order; `region` is [x, y, width, height]."""
        return [
            asdict(e) | {"region": [e.region.x, e.region.y, e.region.width, e.region.height]}
            for e in self.elements
        ]


def merged(observation: Observation, lines: Sequence[Line], tree: Sequence[Element]) -> Scene:
    """One list out of what OCR and the tree saw."""
    seen = {Element(line.text, line.region, "text", "ocr", round(line.confidence, 3)): line.ends for line in lines}
    known = [set_right(element, list(seen)) for element in without_twins(tree)]
    named = [e for e in known if e.text or e.value]
    left = [line for line in seen if not any(_says(element, line) for element in named)]
    elements = tuple(e for row in in_rows([*known, *left]) for e in row)
    in_order = tuple(e for row in in_rows(list(seen)) for e in row)
    return Scene(observation, elements, in_order, tuple(known), seen)


def without_twins(tree: Sequence[Element]) -> list[Element]:
    """LibreOffice lists its menu bar twice, some pixels apart; of such twins the first stays."""
    kept: list[Element] = []
    for element in tree:
        twin = any(
            element.role == other.role
            and element.text == other.text
            and element.region.overlap(other.region) > 0.3
            for other in kept
        )
        if not twin:
            kept.append(element)
    return kept


def set_right(element: Element, lines: Sequence[Element]) -> Element:
    """Moved to where its text is seen. LibreOffice reports the tabs of its sheets 27 pixels too high.

    Only when no text stands where the element says it is, and the same text once nearby.
    """
    if element.role not in LETTERED or not element.text:
        return element
    if any(element.region.grown(3).holds(*line.region.middle) for line in lines):
        return element
    name = squeezed(element.text)
    near = [
        line
        for line in lines
        if squeezed(line.text) == name and element.region.distance(*line.region.middle) < ASTRAY_PX
    ]
    if len(near) != 1:
        return element
    (x, y), (now_x, now_y) = near[0].region.middle, element.region.middle
    return replace(element, region=element.region.moved(round(x - now_x), round(y - now_y)))


def _says(element: Element, line: Element) -> bool:
    """Is the text that OCR saw what the tree's element is called or holds, at the same place?"""
    x, y = line.region.middle
    if element.role in ("window", "scroll") or not element.region.grown(3).holds(x, y):
        return False
    said = squeezed(line.text)
    for text in (element.text, element.value):
        name = squeezed(text or "")
        if name and element.role in LETTERED and (len(said) < 3 or _misread(said, name)):
            return True
        if element.region.height > 2.6 * line.region.height and element.role not in LETTERED:
            continue  # a text of many lines; each of them is a place of its own
        if name and (said in name or likeness(line.text, text or "")):
            return True
    return False


def _misread(said: str, name: str) -> bool:
    """Is it the name, or a sign, of a button that OCR read badly?"""
    from rapidfuzz import fuzz

    return fuzz.ratio(said, name) >= 70 or (len(name) < 3 and len(said) - len(name) < 3)


def in_rows(elements: Sequence[Element]) -> list[list[Element]]:
    """Reading order: rows from top to bottom, each from left to right. Tall things stand with their top."""
    rows: list[tuple[float, float, list[Element]]] = []
    for element in sorted(elements, key=lambda e: (_level(e), e.region.x)):
        level, height = _level(element), min(element.region.height, 40)
        if rows and level - rows[-1][0] <= 0.5 * min(height, rows[-1][1]):
            rows[-1][2].append(element)
        else:
            rows.append((level, height, [element]))
    return [sorted(row, key=lambda e: (e.region.x, e.region.y)) for _, _, row in rows]


def _level(element: Element) -> float:
    return element.region.y + min(element.region.height, 40) / 2


def _letter_px(elements: Sequence[Element]) -> float:
    """The usual width of a letter."""
    widths = [e.region.width / len(e.text) for e in elements if len(e.text) > 3]
    return max(4.0, float(np.median(widths))) if widths else 8.0


def _same(before: Words, after: Words) -> bool:
    if before.shape != after.shape:
        return False
    return np.array_equal(before, after) or not ((before ^ after) & RGB).any()


def _mostly(part: Region, whole: Region) -> bool:
    return part.shared(whole).area * 2 > part.area
