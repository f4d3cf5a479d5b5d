"""Fields, ticks and drop-downs: acts that look at the state first and check it afterwards."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from rapidfuzz import fuzz

from screenwright.policies.literal.instruction import Instruction
from screenwright.policies.literal.moment import Acts, Moment
from screenwright.policies.literal.seeking import Found, seek
from screenwright.tools.actions import Click, PressKeys, TypeText, Wait
from screenwright.tools.elements import Element, Match, NotSeen, Role, Target
from screenwright.tools.errors import GaveUp
from screenwright.tools.geometry import Point, Region
from screenwright.tools.reading import Scene
from screenwright.tools.secrets.naming import names_in
from screenwright.tools.steps import Decision
from screenwright.tools.widgets import is_ornament

LINE_PX = 48  # a field taller than this has several lines, where a triple click selects only one
Looked = Generator[Decision, Moment, Moment]
READ_SURELY = 0.97
BLINK_S = 0.55  # about half of a caret's period, in most toolkits
SURELY = 0.9  # a field found from its label by less may be another's
ALIKE = 75  # of 100: how alike the text read in a field and the typed one must be


def center(found: Match, now: Moment) -> Point:
    return found.element.region.center(now.observation.frame)


def why(found: Match) -> str:
    """What was found, where, and by which words."""
    element = found.element
    label = f' labelled "{found.label.text}"' if found.label and found.label.text != element.text else ""
    said = f' "{element.text}"' if element.text else ""
    return f"{element.role}{said}{label} at {element.region} ({element.source}, {found.score:.2f})"


def seek_field(target: Target, now: Moment, patience_s: float, role: Role = "field") -> Found:
    """A target that is a field unless it says otherwise."""
    return (yield from seek(target if target.role else replace(target, role=role), now, patience_s))


def write(step: Instruction, now: Moment, patience_s: float) -> Acts:
    """Type into a field, or into what has the focus. A field ends up holding exactly the text."""
    text = step.value or ""
    if step.target is None:
        if step.verb == "clear":
            yield Decision(PressKeys(keys=("ctrl", "a")), "everything in what has the focus")
            yield Decision(PressKeys(keys=("delete",)), "clear it")
        else:
            yield Decision(TypeText(text=text), "into what has the focus")
        return None
    found, now = yield from seek_field(step.target, now, patience_s)
    name = found.label.text if found.label else found.element.text or str(step.target)
    held = content(found.element, now.scene)
    click = Click(point=center(found, now), target=name)
    if step.verb == "append":
        now = yield Decision(click, why(found), confidence=found.score)
        now = yield Decision(PressKeys(keys=("ctrl", "end")), "behind what it holds")
    else:
        now = yield from _selected(click, found, held, now)
        if step.verb == "clear" or not text:
            if found.element.value != "":
                yield Decision(PressKeys(keys=("delete",)), f"it held {held!r}" if held else "whatever it held")
            return None
    now = yield Decision(TypeText(text=text, target=name), f"into the field {name!r}", confidence=found.score)
    if not now.last or not now.last.result.ok:
        raise GaveUp(now.last.result.message if now.last else "the text could not be typed")
    _check(found.element.region, text, held if step.verb == "append" else "", now)
    return None


def _selected(click: Click, found: Match, held: str, now: Moment) -> Looked:
    """Click into the field, with all of its old content selected."""
    if found.element.region.height <= LINE_PX and found.element.value != "":
        # Ctrl+A goes to the start of the line in Tk; a triple click selects a line everywhere. That nothing
        # was read in the field is no proof that it is empty: a single letter is easily missed.
        holds = f"; it holds {held!r}" if held else ""
        return (
            yield Decision(click.model_copy(update={"count": 3}), f"{why(found)}{holds}", confidence=found.score)
        )
    now = yield Decision(click, why(found), confidence=found.score)
    if held:
        now = yield Decision(PressKeys(keys=("ctrl", "a")), f"it holds {held!r}, all of it")
    return now


def content(field: Element, scene: Scene) -> str:
    """What stands in a field: its value where the system says it, else the text read inside it."""
    # A drop-down that takes text has its text in an entry of its own.
    if field.value or (field.value is not None and field.role == "field"):
        return field.value
    return _shown(field.region, scene)


def _shown(region: Region, scene: Scene) -> str:
    """What a field shows, by the tree where it tells, else by what was read in it, its arrow left out."""
    for element in scene.elements:
        if element.value and element.role in ("field", "combo") and element.region.overlap(region) > 0.5:
            return element.value
    area = region.grown(2)
    inside = [e for e in scene.elements if e.source == "ocr" and e.text and area.holds(*e.region.middle)]
    return " ".join(e.text for e in inside if not is_ornament(e, region))


def _check(region: Region, text: str, before: str, now: Moment) -> None:
    """GaveUp when the field plainly holds something else. Dots of a password, and silence, are no proof."""
    read = _shown(region, now.scene).replace(" ", "")
    wanted = (before + text).replace(" ", "").replace("\n", "").replace("\t", "")
    if names_in(text) and not names_in(read):
        return  # its pixels are hidden here as everywhere
    if not read or len(wanted) < 4 or set(read) <= set("•●*.·…○"):
        return
    if fuzz.partial_ratio(read.casefold(), wanted.casefold()) < ALIKE / 1.5:
        raise GaveUp(f"the field should hold {text!r} and shows {read!r}")
    if len(read) > 2 * len(wanted) + 4 and fuzz.ratio(read.casefold(), wanted.casefold()) < ALIKE / 1.5:
        raise GaveUp(f"the field should hold only {text!r} and shows {read!r}")


def tick(step: Instruction, now: Moment, patience_s: float) -> Acts:
    """Make a checkbox or a radio button be as the step says; what is so already is left alone."""
    assert step.target
    wanted = step.verb == "check"
    found, now = yield from _seek_tick(step.target, now, patience_s)
    if found.element.checked is wanted:
        yield Decision(Wait(seconds=0), f"{why(found)} is so already")
        return None
    if found.element.checked is None:
        raise GaveUp(f"whether {why(found)} is checked can't be told; click it instead if you are sure")
    click = Click(point=center(found, now), target=found.label.text if found.label else found.element.text)
    now = yield Decision(click, f"{why(found)} is {'not ' if wanted else ''}checked", confidence=found.score)
    found, now = yield from _seek_tick(step.target, now, patience_s)
    if found.element.checked is (not wanted):
        raise GaveUp(f"{why(found)} was clicked and is {'not' if wanted else 'still'} checked")
    return None


def _seek_tick(target: Target, now: Moment, patience_s: float) -> Found:
    if target.role:
        return (yield from seek(target, now, patience_s))
    try:
        return now.scene.find(replace(target, role="checkbox")), now
    except NotSeen:
        pass
    try:
        return now.scene.find(replace(target, role="radio")), now
    except NotSeen:
        return (yield from seek(replace(target, role="checkbox"), now, patience_s))


def choose(step: Instruction, now: Moment, patience_s: float) -> Acts:
    """Open a drop-down and click the option in what opened; without a drop-down, click the option."""
    assert step.value is not None
    option = Target(text=step.value)
    if step.target is None:
        found, now = yield from seek(option, now, patience_s)
        yield Decision(
            Click(point=center(found, now), target=found.element.text), why(found), confidence=found.score
        )
        return None
    combo, now = yield from seek_field(step.target, now, patience_s, "combo")
    if combo.element.value == step.value:
        yield Decision(Wait(seconds=0), f"{why(combo)} shows {step.value!r} already")
        return None
    name = combo.label.text if combo.label else combo.element.text
    now = yield Decision(Click(point=center(combo, now), target=name), why(combo), confidence=combo.score)
    for _ in range(20):
        found_option = _opened(option, combo.element.region, now)
        if found_option:
            click = Click(point=center(found_option, now), target=found_option.element.text)
            yield Decision(click, f"in what opened: {why(found_option)}", confidence=found_option.score)
            return None
        now = yield Decision(Wait(seconds=patience_s / 20, until_change=True), f"{option} has not opened yet")
    near = ", ".join(f'"{e.text}"' for e in now.scene.elements if e.text)[:300]
    raise GaveUp(f"{option} is not among what opened; seen: {near}")


def _opened(option: Target, closed: Region, now: Moment) -> Match | None:
    """The option outside the closed drop-down itself, which may show the same words."""
    matches = [m for m in now.scene.find_all(option) if not closed.grown(2).holds(*m.element.region.middle)]
    if not matches:
        return None
    changed = now.effect.regions
    fresh = [m for m in matches if any(r.holds(*m.element.region.middle) for r in changed)] or matches
    best = [m for m in fresh if m.score >= fresh[0].score - 0.02]
    if len(best) > 1:
        # the list opens at the drop-down, so of equals the nearest is meant
        best.sort(key=lambda m: closed.distance(*m.element.region.middle))
    return best[0]


def value_at(found: Match, target: Target, scene: Scene) -> str:
    """What a label says: the rest of its own line, the field's content, else what stands right of or below it."""
    element, label = found.element, found.label
    if element.role in ("field", "combo"):
        return content(element, scene)
    if element.value:
        return element.value
    text = (label or element).text
    if target.text and (rest := _rest(text, target.text)):
        return rest
    if held := _in_its_field(target, scene):
        return held
    box = (label or element).region
    others = [e for e in scene.elements if e.text and e.region != box and not box.holds(*e.region.middle)]
    row = [
        e
        for e in others
        if e.region.x >= box.right - 4 and abs(e.region.middle[1] - box.middle[1]) < box.height * 0.7
    ]
    if row:
        return min(row, key=lambda e: e.region.x).text
    under = [
        e
        for e in others
        if 0 <= e.region.y - box.bottom + 4 < 2.5 * box.height
        and e.region.x < box.right
        and e.region.right > box.x
    ]
    return min(under, key=lambda e: e.region.y).text if under else ""


def _in_its_field(target: Target, scene: Scene) -> str:
    """What the field, drop-down or slider holds that is called so."""
    roles: tuple[Role, ...] = ("field", "slider") if target.text and target.role is None else ()
    for role in roles:
        called = [m for m in scene.find_all(replace(target, role=role, ordinal=None)) if m.score > SURELY]
        if len(called) == 1 and (held := content(called[0].element, scene)):
            return held
    return ""


def sureness(value: str, scene: Scene) -> float:
    """How sure the reading of a value is, 0 to 1; 1 where OCR had no part in it."""
    lines = [e.confidence for e in scene.lines if e.text and (e.text in value or value in e.text)]
    return max(lines, default=1.0) if value else 1.0


def _rest(text: str, label: str) -> str:
    """What follows the label in the same run of text: 'Total: 42' read by 'Total'."""
    at = text.casefold().find(label.casefold())
    return text[at + len(label) :].strip(" \t:：=–-") if at >= 0 else ""
