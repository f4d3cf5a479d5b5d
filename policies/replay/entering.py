"""Typed text: which field it went into, and which parameter it becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from screenwright.policies.errand import PLACEHOLDER
from screenwright.policies.replay.acts import Act
from screenwright.policies.replay.demo import Looks, Parameter
from screenwright.policies.replay.describing import ENTERED, Described, Describer
from screenwright.tools.elements import Element
from screenwright.tools.geometry import Region
from screenwright.tools.masking import is_secret
from screenwright.tools.wording import squeezed

ROW_PX = 64
"""Height beyond which a field is a page to write on; clicking into it would put the caret anywhere."""


class Parameters:
    """The parameters of a demo as it is compiled. `given`: those of the task that was recorded."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = {name: value for name, value in given.items() if value and not is_secret(name)}
        self.all: dict[str, Parameter] = {}
        self.values: dict[str, str] = {}

    def put(self, text: str, field: Looks | None) -> str:
        """The text with parameters in it: those it has, those of the task, and one for what a field got."""
        for match in PLACEHOLDER.finditer(text):
            name = match["name"]
            if ":" in name:
                continue  # of the keyring, not of the demo
            self.all.setdefault(name, Parameter(secret=is_secret(name), about=_about(field)))
        if PLACEHOLDER.search(text):
            return text
        body = text.rstrip("\n\t")
        with_given = self._with_given(text, _about(field))
        if with_given != text:
            return with_given
        label = _about(field)
        if not field or not body.strip() or "\n" in body or body.startswith("="):
            return text
        return self._as(self._name(label, body), body, label) + text[len(body) :]

    def _with_given(self, text: str, label: str) -> str:
        """With the task's parameters where their values stand as words of their own: "Dear {{name}}"."""
        whole = text.rstrip("\n\t")
        names = {value: name for name, value in self._given.items() if len(value) > 1 or value == whole}
        if not names:
            return text
        longest_first = "|".join(re.escape(value) for value in sorted(names, key=len, reverse=True))
        return re.sub(
            rf"(?<!\w)(?:{longest_first})(?!\w)",
            lambda found: self._as(names[found[0]], found[0], label if found[0] == whole else ""),
            text,
        )

    def _as(self, name: str, value: str, about: str) -> str:
        self.all.setdefault(name, Parameter(default=value, about=about))
        self.values[name] = value
        return f"{{{{{name}}}}}"

    def _name(self, label: str, value: str) -> str:
        stem = re.sub(r"\W+", "_", label.lower()).strip("_")[:24].strip("_")
        if not stem or stem.isdigit():
            stem = "text_1" if not stem else f"field_{stem}"
        stem = f"the_{stem}" if is_secret(stem) else stem
        name, number = stem, 1
        while name in self.all and self.values.get(name) != value:
            number += 1
            name = f"{stem.removesuffix('_1')}_{number}"
        return name


def field_of(describer: Describer, act: Act) -> Described | None:
    """The field that the text went into, if it is one that can be known again. OSError, KeyError."""
    typed = getattr(act.action, "text", "")
    for seen in (act.before, act.after):
        for element in seen.elements if seen else ():
            if element.focused and element.role in (*ENTERED, "cell"):
                return _known(describer, act, element.region)
    if any(element.role in (*ENTERED, "cell") for element in act.before.elements):
        return (
            None  # the tree knows fields, and that this is none of them, or which has the focus it does not tell
        )
    region = _where_it_appeared(describer, act, typed)
    return _known(describer, act, region) if region else None


def holds_just(describer: Describer, act: Act, region: Region) -> bool:
    """Does the field hold just what was typed afterwards? False where that can't be seen."""
    typed = squeezed(getattr(act.action, "text", ""))
    if act.after is None or not typed:
        return False
    for element in act.after.elements:
        if element.region.overlap(region) > 0.7 and element.value is not None:
            return squeezed(element.value) == typed
    lines = [e for e in describer.scene(act.after).lines if region.holds(*e.region.middle)]
    return squeezed("".join(e.text for e in sorted(lines, key=lambda e: e.region.x))) == typed


def folds(described: Described) -> bool:
    """Is it a field of a form, which clicking and replacing fills as Tab and typing did?"""
    looks = described.looks
    return bool(
        looks and looks.role in ENTERED and (looks.name or looks.label) and described.region.height <= ROW_PX
    )


def _known(describer: Describer, act: Act, region: Region) -> Described | None:
    frame = act.before.frame
    if region.height > ROW_PX and region.area > 0.2 * frame.area:
        return None
    described = describer.at(act.before, region.within(frame).center(frame))
    looks = described.looks
    return described if (looks.name or looks.label) and described.region.overlap(region) > 0.5 else None


def _where_it_appeared(describer: Describer, act: Act, typed: str) -> Region | None:
    if act.after is None or not act.effect.regions:
        return None
    area = act.effect.regions[0].grown(6)
    scene = describer.scene(act.after)
    start = squeezed(typed)[:12]
    lines = [e for e in scene.lines if start and start in squeezed(e.text) and area.holds(*e.region.middle)]
    if not lines and not PLACEHOLDER.search(typed):
        return None
    before = {squeezed(e.text) for e in describer.scene(act.before).lines}
    came = [e for e in scene.lines if start and start in squeezed(e.text) and squeezed(e.text) not in before]
    if len(came) > 1:
        return None  # a spreadsheet shows it in the cell and in a bar above: neither is known to be the one
    x, y = (lines[0].region if lines else act.effect.regions[0]).middle
    for looked in (describer.scene(act.before), scene):
        fields: list[Element] = [e for role in ENTERED for e in looked.widgets.of(role)]
        here = [e.region for e in fields if e.region.holds(x, y)]
        if here:
            return min(here, key=lambda region: region.area)
    return None


def _about(field: Looks | None) -> str:
    if field is None:
        return ""
    return (field.name or (field.label.text if field.label else "") or field.text or "").strip(" :：*")
