"""What came after an act, as something to wait for next time: a text that appeared, another window."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from screenwright.policies.replay.acts import Act
from screenwright.policies.replay.demo import PLACEHOLDER, Expect
from screenwright.policies.replay.describing import ENTERED, Describer
from screenwright.policies.replay.titles import stable_title
from screenwright.policies.replay.words_around import lasting, values_shown
from screenwright.tools.actions import aim
from screenwright.tools.elements import Element
from screenwright.tools.geometry import Point, Region
from screenwright.tools.observation import Observation
from screenwright.tools.reading import Scene
from screenwright.tools.wording import squeezed

NUMBER = re.compile(r"\d[\d.,:]*(?![^{]*\}\})")
MOST_TEXTS = 2
SMALL = 0.004
"""Share of the frame below which what a key changed is a caret, a mark, a letter."""
LEAST_WAIT_S = 30.0


def after(describer: Describer, act: Act, target: Region | None, values: Mapping[str, str]) -> Expect | None:
    """What the act led to. `target`: its own area, where a change means no more than that it was hit.

    What typing, scrolling and pointing bring is not read: it is what was typed, or what stood there before.
    """
    effect = act.effect
    change = None if effect.where == "unseen" else effect.where != "nothing"
    if act.after is None or not change:
        return Expect(change=change) if change is not None else None
    if act.action.kind in ("type_text", "scroll", "move"):
        return Expect(change=change)
    window = other_window(act.before, act.title, act.program, values)
    more = (
        effect.share >= SMALL
        if target is None
        else any(not _within(region, target.grown(10)) for region in effect.regions)
    )
    # Where another window came, its title is enough: what stands in it, the next steps look for.
    see = new_texts(describer, act.before, act.after, values, where=effect.regions) if more and not window else ()
    return Expect(see=see[:MOST_TEXTS], window=window, change=change)


def of_wait(describer: Describer, act: Act, following: Act | None, values: Mapping[str, str]) -> Expect | None:
    """What a person waited for: of the texts that came, the one nearest to what was done then; None: nothing."""
    then = following.before if following else act.after
    if then is None:
        return None
    window = other_window(act.before, then.title, then.program, values)
    near = aim(following.action) if following else None
    see = new_texts(describer, act.before, then, values, again=True, near=near)[:1]
    return Expect(see=see, window=window) if see or window else None


def wait_seconds(recorded_s: float) -> float:
    """How long to wait at most for what took so long when it was recorded."""
    return max(LEAST_WAIT_S, float(round(3 * recorded_s)))


def other_window(
    before: Observation, title: str | None, program: str | None, values: Mapping[str, str]
) -> str | None:
    """The lasting part of the title, if it is another window's than the one that had the focus before."""
    was, now = stable_title(before.title, before.program), stable_title(title, program)
    return with_parameters(now, values) if now and now != was else None


def new_texts(
    describer: Describer,
    before: Observation,
    then: Observation,
    values: Mapping[str, str],
    *,
    again: bool = False,
    near: Point | None = None,
    where: Sequence[Region] | None = None,
) -> tuple[str, ...]:
    """Texts that came, those first that say most, or that are nearest to a point; parameters for their values.

    `again`: also those that had been there before and came back. `where`: only in these parts of the frame. A tree
    that tells late names toolbars that were there all along: what can't be read is not taken.
    """
    try:
        old, new = describer.scene(before), describer.scene(then)
    except (OSError, KeyError):
        return ()
    known = {squeezed(e.text) for e in (*old.lines, *old.elements)}
    describer.seen |= known
    words = {word for line in old.lines for word in line.text.split()}
    typed = [squeezed(text) for text in describer.typed]
    found: dict[str, float] = {}
    for element in _fixed(new):
        said = with_parameters(element.text.strip(), values, read=element.source == "ocr")
        told = next((p for p in sorted(_pieces(said), key=len, reverse=True) if lasting(p)), None)
        fresh = squeezed(element.text) not in (known if again else describer.seen)
        says = told and len(PLACEHOLDER.sub("", told).strip(" ,;:-")) > 2 and not _old(told, words, typed)
        if told and says and fresh and element.confidence >= 0.8 and _readable(element, new, where):
            found[told] = min(len(told), 40) * element.confidence
            if near is not None:
                found[told] = -element.region.distance(near.x, near.y)
    return tuple(sorted(found, key=lambda text: -found[text]))


def _old(text: str, words: set[str], typed: Sequence[str]) -> bool:
    """Is it only read otherwise than before (a caret stood in it, two lines became one), or what was typed?"""
    from rapidfuzz import fuzz

    said = squeezed(text)
    return all(word in words for word in text.split()) or any(fuzz.ratio(said, each) >= 85 for each in typed)


def _readable(element: Element, scene: Scene, where: Sequence[Region] | None) -> bool:
    """Is it written there, and in one of these parts?"""
    if where is not None and not any(part.shared(element.region).area for part in where):
        return False
    return element.source == "ocr" or any(element.region.holds(*line.region.middle) for line in scene.lines)


def with_parameters(text: str, values: Mapping[str, str], *, read: bool = False) -> str:
    """`{{name}}` in place of each parameter's value that stands there as a word of its own.

    `read`: the text was read from the picture, so that some letters of a value may be others.
    """
    for name, value in sorted(values.items(), key=lambda pair: -len(pair[1])):
        if len(value) >= 3 or (len(value) >= 2 and not value.isascii()):
            edges = (r"(?<!\w)", r"(?!\w)") if value[0].isascii() else ("", "")
            text, often = re.subn(edges[0] + re.escape(value) + edges[1], f"{{{{{name}}}}}", text)
            if read and not often and len(value) >= 5:
                text = _misread(text, name, value)
    return text


def _misread(text: str, name: str, value: str) -> str:
    from rapidfuzz import fuzz

    found = fuzz.partial_ratio_alignment(value, text, score_cutoff=80)
    if found is None or "{{" in text[found.dest_start : found.dest_end]:
        return text
    return f"{text[: found.dest_start]}{{{{{name}}}}}{text[found.dest_end :]}"


def _pieces(text: str) -> list[str]:
    return [piece.strip(" ,;:-(") for piece in NUMBER.split(text)]


def _fixed(scene: Scene) -> list[Element]:
    """Texts that are no content of fields; the system's own words rather than what was read."""
    fields = values_shown(scene)
    shown = (e for e in scene.elements if e.text and e.role not in (*ENTERED, "cell", "window", "scroll", "image"))
    return [e for e in shown if e.source != "ocr" or not any(f.holds(*e.region.middle) for f in fields)]


def _within(region: Region, whole: Region) -> bool:
    return region.shared(whole).area >= 0.9 * region.area
