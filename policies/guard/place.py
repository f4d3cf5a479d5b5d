"""What stands where an action goes: by the policy's word, by the accessibility tree, by what can be read there.

None is believed alone. A policy may call a button by another's name, a tree may be written to deceive, and
letters may be painted: whichever of them says "Delete" is heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from screenwright.tools import keys
from screenwright.tools.actions import Action, Click, Drag, LongPress, PressKeys, Swipe, TypeText, aim
from screenwright.tools.elements import Element
from screenwright.tools.errors import NotInstalled
from screenwright.tools.geometry import Point, Region
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.wording import squeezed

if TYPE_CHECKING:
    from screenwright.tools.ocr import Line, TextReader

CLICKABLE = ("button", "link", "menu", "item", "tab")
HOLDS_WORDS = ("field", "checkbox", "radio", "slider", "combo")
"""What shows a text that is not what a click on it does."""
AROUND_PX = 480, 120
"""What is read around a point, on a frame of 1400 px or less; more on a larger one."""
LABEL_MOST = 60
"""Characters; a longer line is a paragraph, no label of a button."""
FORM_PX = 300
PRESSES = frozenset(("enter", "space", "numpad_enter"))


Touch = Click | LongPress | Drag | Swipe


def points(action: Action) -> list[Point]:
    """Where it touches the screen: a drag at both ends."""
    start = action.start if isinstance(action, Drag | Swipe) else None
    return [point for point in (start, aim(action)) if point is not None]


def chord(action: PressKeys) -> frozenset[str]:
    return frozenset(keys.known(key) or key for key in action.keys)


def told(action: Action, observation: Observation) -> list[str]:
    """The names that the policy and the system have for what is acted on."""
    match action:
        case Click() | LongPress():
            return _some(action.target, *_names(_under(observation, action.point, CLICKABLE)))
        case Drag() | Swipe() if not _scrolls(action):
            dropped = _under(observation, action.end, (*CLICKABLE, "image", "cell", "text"))
            return _some(action.target, *_names(dropped))
        case TypeText(text=text) if "\n" in text:
            return _some(action.target, *_pressed(observation, moved="\t" in text.partition("\n")[0]))
        case TypeText() | Swipe():
            return _some(action.target)
        case PressKeys() if chord(action) & PRESSES:
            return _pressed(observation)
        case _:
            return []


def presses_enter(action: Action) -> bool:
    """Does typing it press Enter? A line feed does."""
    return isinstance(action, TypeText) and "\n" in action.text


def _scrolls(action: Action) -> bool:
    """A finger that goes up or down moves the page; what it happens to begin and end on is not meant."""
    return isinstance(action, Swipe) and abs(action.end.y - action.start.y) > abs(action.end.x - action.start.x)


def _some(*names: str | None) -> list[str]:
    return [name for name in names if name]


def _under(observation: Observation, point: Point, roles: Sequence[str]) -> list[Element]:
    return [e for e in observation.elements if e.role in roles and e.region.holds(point.x, point.y)]


def _names(elements: Sequence[Element]) -> list[str]:
    return _some(*(text for e in elements for text in (e.text, e.value)))


def _pressed(observation: Observation, *, moved: bool = False) -> list[str]:
    """What Enter or Space presses: what has the focus, and the default button of the form around it.

    moved: a Tab comes before it, so any button may have the focus by then.
    """
    elements = observation.elements
    focused = [e for e in elements if e.focused]
    if moved:
        return [e.text for e in elements if e.role == "button"]
    names = [e.text for e in focused if e.role not in HOLDS_WORDS]
    fields = [e for e in focused if e.role in HOLDS_WORDS]
    defaults = [e for e in elements if e.default]
    if fields or not focused:
        near = sorted(defaults, key=lambda e: min((_apart(e.region, f.region) for f in fields), default=0))
        close = [e for e in near if any(_apart(e.region, f.region) < FORM_PX for f in fields)]
        names += [e.text for e in (close if fields and close else near[:1] if fields else near)]
    return _some(*names)


def _apart(one: Region, other: Region) -> float:
    return other.distance(*one.middle)


@dataclass
class Sight:
    """Reads what is written under a point; each place of a frame is read once."""

    text: TextReader | None = None
    _frame: Observation | None = None
    _read: dict[tuple[float, float], list[str]] = field(default_factory=dict[tuple[float, float], list[str]])

    def read(self, action: Action, observation: Observation) -> list[str]:
        """Labels that stand where the action touches the screen; none where nothing can be read."""
        if not isinstance(action, Touch) or _scrolls(action):
            return []
        return [label for point in points(action) for label in self.at(point, observation)]

    def at(self, point: Point, observation: Observation) -> list[str]:
        """The labels under that point."""
        if self._frame is not observation:
            self._frame, self._read = observation, {}
        spot = point.x, point.y
        if spot not in self._read:
            self._read[spot] = self._labels(point, observation)
        return self._read[spot]

    def _labels(self, point: Point, observation: Observation) -> list[str]:
        if any(e.source == "template" for e in observation.elements):
            return []  # a screen in memory tells exactly what it shows
        frame = observation.frame
        if point.frame != frame or not (0 <= point.x < frame.width and 0 <= point.y < frame.height):
            return []  # the device refuses it
        times = max(1.0, max(frame.width, frame.height) / 1400)
        width, height = (round(n * times) for n in AROUND_PX)
        area = Region(round(point.x) - width // 2, round(point.y) - height // 2, width, height).within(frame)
        part = np.ascontiguousarray(observation.crop(area))
        if not part.size or (part == part[0, 0]).all():
            return []
        x, y = point.x - area.x, point.y - area.y
        lines = [line for line in self._lines(part) if len(line.text) <= LABEL_MOST]
        box = _plain_area(part, round(x), round(y))
        labels = [line.text for line in lines if _reaches(line, x, y) or (box and box.holds(*line.region.middle))]
        shown = {squeezed(t) for e in _under(observation, point, HOLDS_WORDS) for t in (e.text, e.value) if t}
        return [label for label in labels if squeezed(label) not in shown]

    def _lines(self, part: Pixels) -> Sequence[Line]:
        try:
            return (self.text or _text_reader()).read(part)
        except NotInstalled:
            return []


@cache
def _text_reader() -> TextReader:
    """One for all guards: its networks take a third of a second to load."""
    from screenwright.tools.ocr import TextReader

    return TextReader()


def _reaches(line: Line, x: float, y: float) -> bool:
    """Is the point on the line, or as near to it as the edge of a button around it?"""
    across, down = 1.2 * line.region.height, 0.7 * line.region.height
    r = line.region
    return r.x - across <= x < r.right + across and r.y - down <= y < r.bottom + down


def _plain_area(part: Pixels, x: int, y: int) -> Region | None:
    """The even surface around a point, such as the face of a button; None for one that is as high as the part."""
    import cv2

    height, width = part.shape[:2]
    if not (0 <= x < width and 0 <= y < height):
        return None
    near: Any = (6, 6, 6)
    mask = np.zeros((height + 2, width + 2), np.uint8)
    _, _, _, (left, top, across, down) = cv2.floodFill(part.copy(), mask, (x, y), (0, 0, 0), near, near)
    if top <= 0 or top + down >= height:
        return None
    return Region(left, top, across, down)
