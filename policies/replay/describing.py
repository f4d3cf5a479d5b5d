"""What is known of a target from the recorded frame: every way in which it may be found again.

Each way is tried on the very frame it was taken from: what would lead to another place there is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from screenwright.policies.replay.demo import Looks, Patch, Place
from screenwright.policies.replay.titles import stable_title
from screenwright.policies.replay.words_around import TICKS, label_of, neighbours_of, row_of
from screenwright.tools.elements import Ambiguous, Element, NotSeen, Role, Target
from screenwright.tools.geometry import Point, Region
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.reading import Reader, Scene
from screenwright.tools.wording import likeness, squeezed

ACTED_ON: frozenset[Role] = frozenset(
    ("button", "field", "checkbox", "radio", "slider", "combo", "link", "menu", "tab", "item", "cell")
)
ENTERED: frozenset[Role] = frozenset(("field", "combo"))
AROUND_PX = 48
LONGEST = 60
"""Letters beyond which a text is prose, and not what a thing is called."""


@dataclass(frozen=True, slots=True)
class Described:
    """A target: how it looks, where it is on the recorded frame, and its picture, whose file has no name yet."""

    looks: Looks
    region: Region
    picture: Pixels

    def with_file(self, file: str) -> Looks:
        """Its looks with the picture's file named."""
        patches = tuple(patch.model_copy(update={"file": file}) for patch in self.looks.patches)
        return self.looks.model_copy(update={"patches": patches})


class Describer:
    """Describes targets on recorded frames.

    `typed`: texts that were typed, by which nothing is known; `seen`: all texts of the frames so far.
    """

    def __init__(self, reader: Reader | None = None) -> None:
        self.reader = reader or Reader()
        self.typed: set[str] = set()
        self.seen: set[str] = set()
        self._whole: list[tuple[Observation, Observation]] = []

    def scene(self, observation: Observation) -> Scene:
        """What the frame shows. OSError, KeyError where the trace has not got it."""
        return self.reader.read(self.whole(observation))

    def whole(self, observation: Observation) -> Observation:
        """The same with its picture in memory: a trace reads it from disk each time."""
        for known, held in self._whole:
            if known is observation:
                return held
        held = Observation(
            observation.view,
            pixels=observation.pixels,
            device=observation.device,
            taken_at=observation.taken_at,
            serial=observation.serial,
            elements=lambda: observation.elements,
            title=lambda: observation.title,
            program=lambda: observation.program,
            focus=lambda: observation.focus,
        )
        self._whole = [*self._whole[-3:], (observation, held)]
        return held

    def at(self, observation: Observation, point: Point) -> Described:
        """What stands at the point. OSError, KeyError where the trace has not got the frame."""
        scene = self.scene(observation)
        seen = scene.observation
        x, y = point.on(seen.frame).clamped().x, point.on(seen.frame).clamped().y
        aim = int(x), int(y)
        told = under(scene.tree, x, y)
        if told and not _covered(scene, told, x, y):
            known, region = self._told(scene, told)
        else:
            known, region = self._shown(scene, x, y)
        picture, patch = _cut(seen, region, aim)
        around = _around(scene, known, region, aim, self.typed)
        return Described(Looks.model_validate({**around, "patches": (patch,)}), region, picture)

    def _told(self, scene: Scene, element: Element) -> tuple[dict[str, object], Region]:
        """From the accessibility tree."""
        name = element.text.strip()
        known: dict[str, object] = {"role": element.role, "name": name if 0 < len(name) <= LONGEST else None}
        twins = [e for e in scene.tree if (e.role, e.text) == (element.role, element.text)]
        if len(twins) > 1 and known["name"]:
            known["ordinal"] = [e.region for e in sorted(twins, key=_reading)].index(element.region) + 1
        if element.role in ENTERED or (known["name"] and likeness(str(known["name"]), element.text)):
            return known, element.region
        texts = [e for e in scene.lines if element.region.holds(*e.region.middle)]
        if len(texts) == 1:
            known |= self._text(scene, texts[0], element.role, element.region)
        return known, element.region

    def _shown(self, scene: Scene, x: float, y: float) -> tuple[dict[str, object], Region]:
        """From pixels alone."""
        line = _smallest(e for e in scene.lines if e.region.grown(2).holds(x, y))
        for role in TICKS:
            for tick in scene.widgets.of(role):
                beside = line is not None and 0 <= line.region.x - tick.region.right <= 1.5 * line.region.height
                level = (
                    line is not None and abs(line.region.middle[1] - tick.region.middle[1]) < line.region.height
                )
                if tick.region.grown(2).holds(x, y):
                    return {"role": role}, tick.region
                if line and beside and level:
                    return {"role": role, **self._text(scene, line, role, tick.region)}, line.region
        widget = _widget(scene, x, y)
        listed = widget is not None and line is not None and widget.region.height > 2.2 * line.region.height
        if widget and not (listed and widget.role != "button"):
            if widget.role != "button" or line is None:
                return {"role": widget.role}, widget.region
            return {"role": "button", **self._text(scene, line, "button", widget.region)}, widget.region
        if line:
            return self._text(scene, line, None, line.region), line.region
        box = Region(int(x) - AROUND_PX // 2, int(y) - AROUND_PX // 2, AROUND_PX, AROUND_PX)
        return {}, box.within(scene.observation.frame)

    def _text(self, scene: Scene, line: Element, role: Role | None, region: Region) -> dict[str, object]:
        """The words that stand there, and which of several; nothing where they would lead elsewhere."""
        text = line.text.strip()
        if len(text) > LONGEST or not any(c.isalnum() for c in text):
            return {}
        places = region, line.region
        for asked in dict.fromkeys((role, None)):
            match _sought(scene, Target(text, asked), places):
                case True:
                    return {"text": text}
                case int(ordinal) if not isinstance(ordinal, bool):
                    return {"text": text, "ordinal": ordinal}
                case _:
                    continue
        return {}


def under(elements: Sequence[Element], x: float, y: float) -> Element | None:
    """The smallest element that holds the point and can be acted on; else the smallest that has a name."""
    here = [e for e in elements if e.region.area and e.region.holds(x, y) and e.role not in ("window", "scroll")]
    largest = max((e.region.area for e in elements), default=0)
    named = (e for e in here if e.text and e.region.area < 0.4 * largest)
    return _smallest(e for e in here if e.role in ACTED_ON) or _smallest(named)


def _widget(scene: Scene, x: float, y: float) -> Element | None:
    """The drop-down, field or button there; else a slider, as many things look like its track."""
    roles: tuple[Role, ...] = ("combo", "field", "button", "slider")
    for role in roles:
        if found := _smallest(e for e in scene.widgets.of(role) if e.region.holds(x, y)):
            return found
    return None


def _covered(scene: Scene, told: Element, x: float, y: float) -> bool:
    """Does something stand over it that the tree does not know, such as the list of a browser's drop-down?"""
    from rapidfuzz import fuzz

    line = _smallest(e for e in scene.lines if e.region.grown(2).holds(x, y))
    if line is None or len(line.text) < 3 or told.role in (*ENTERED, "cell", "slider"):
        return False
    if fuzz.partial_ratio(squeezed(line.text), squeezed(f"{told.text} {told.value or ''}")) >= 60:
        return False
    return told.role not in ACTED_ON or line.region.shared(told.region).area < 0.8 * line.region.area


def _sought(scene: Scene, target: Target, places: tuple[Region, ...]) -> bool | int:
    """Does the target lead to one of these places? True, or with which ordinal; False: it does not."""
    try:
        return _within(scene.find(target).element, places)
    except NotSeen:
        return False
    except Ambiguous as several:
        matches = sorted((m.element for m in several.candidates), key=_reading)
        for number, element in enumerate(matches, 1):
            if _within(element, places):
                found = scene.find(replace(target, ordinal=number)).element
                return number if _within(found, places) else False
        return False


def _within(element: Element, places: tuple[Region, ...]) -> bool:
    return any(place.grown(3).holds(*element.region.middle) for place in places)


def _around(
    scene: Scene, known: dict[str, object], region: Region, aim: tuple[int, int], typed: set[str]
) -> dict[str, object]:
    """What is known, with labels, neighbours, place and window."""
    seen = scene.observation
    role: Role = known.get("role")  # type: ignore[assignment]
    if role in (*ENTERED, *TICKS, "slider") and not known.get("text"):
        label = label_of(scene, region, role, typed)
        if label and not (known.get("name") and likeness(label.text, str(known["name"]))):
            known["label"] = label
    if known.get("ordinal") and (row := row_of(scene, region, str(known.get("name") or known.get("text")), typed)):
        known["label"] = row
        del known["ordinal"]
    own = str(known.get("name") or known.get("text") or "")
    known["neighbours"] = neighbours_of(scene, region, aim, own, typed)
    window = (
        seen.focus if seen.focus and seen.focus.holds(*aim) else Region(0, 0, seen.frame.width, seen.frame.height)
    )
    known["place"] = Place(at=(aim[0] - window.x, aim[1] - window.y), size=(window.width, window.height))
    known["window"] = stable_title(seen.title, seen.program)
    known["program"] = seen.program
    return known


def _cut(seen: Observation, region: Region, aim: tuple[int, int]) -> tuple[Pixels, Patch]:
    from screenwright.tools.patches import alike, cut

    picture, target, inner = cut(seen.pixels, region, aim, window=seen.focus)
    x, y = aim[0] - inner[0] + target[0], aim[1] - inner[1] + target[1]
    others = alike(seen.pixels, Region(x, y, target[2], target[3]))
    return picture, Patch(file="new.png", aim=inner, target=target, alike=others, scale=seen.view.scale)


def _smallest(elements: Iterable[Element]) -> Element | None:
    return min(elements, key=lambda e: e.region.area, default=None)


def _reading(element: Element) -> tuple[int, int]:
    return element.region.y, element.region.x
