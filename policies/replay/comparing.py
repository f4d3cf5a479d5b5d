"""Two demos of the same task, compared: what differs is a parameter, what only one has can be left out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from screenwright.policies.replay.aligning import Pair, aligned
from screenwright.policies.replay.demo import Demo, DemoStep, Expect, Looks, Parameter, filled
from screenwright.policies.replay.expecting import with_parameters
from screenwright.policies.replay.folder import PICTURES, TRACE, DemoFolder
from screenwright.policies.replay.keeping import keep_old
from screenwright.tools.masking import is_secret


@dataclass
class Difference:
    """What was typed or chosen differently: `a`, `b`, and the parameter `name` that stands for it.

    `places`: id of the step and what of it: its text, or its target's name, text or label ("on.name").
    """

    name: str
    a: str
    b: str
    places: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


@dataclass(frozen=True)
class Comparison:
    """`pairs`: the steps side by side, None where one demo has none; `differences`: the parameters found."""

    a: DemoFolder
    b: DemoFolder
    pairs: list[Pair]
    differences: list[Difference]

    def merged(self, name: str) -> Demo:
        """Both as one demo: differences are parameters, what is only in one is optional. Its pictures: `files`."""
        names = _names(self.pairs)
        values = {d.name: d.a for d in self.differences}
        others = {d.name: d.b for d in self.differences}
        steps: list[DemoStep] = []
        for (one, other), step_id in zip(self.pairs, names, strict=True):
            if one and other:
                steps.append(_both(one, other, self.differences, values, others))
            elif one:
                steps.append(one.model_copy(update={"optional": True}))
            elif other:
                steps.append(
                    _with_files(other, "b-").model_copy(update={"optional": True, "id": step_id, "recorded": None})
                )
        mine, theirs = self.a.demo, self.b.demo
        new = {d.name: Parameter(default=d.a, about=_about(d)) for d in self.differences}
        known = {**theirs.parameters, **mine.parameters, **new}
        draft = mine.model_copy(update={"steps": tuple(steps)})
        parameters = {key: known[key] for key in known if key in draft.asked}
        rules = dict.fromkeys((*mine.interruptions, *theirs.interruptions))
        facts = {"name": name, "parameters": parameters, "interruptions": tuple(rules)}
        return Demo.model_validate(draft.model_copy(update=facts).model_dump())

    def files(self) -> Iterator[tuple[Path, str]]:
        """Each picture of `merged`: where it is, and what it is called there."""
        for one, other in self.pairs:
            folder, mark = (self.a, "") if one else (self.b, "b-")
            step = one or other
            for looks in (step.on, step.to) if step else ():
                for patch in looks.patches if looks else ():
                    yield folder.path / PICTURES / patch.file, mark + patch.file

    def save(self, path: Path, name: str) -> DemoFolder:
        """Write `merged` as a demo of its own, with the pictures of both and the recording of the first."""
        made = DemoFolder(path, self.merged(name))
        keep_old(path)
        (path / PICTURES).mkdir(parents=True, exist_ok=True)
        for source, file in self.files():
            if source.is_file() and (path / PICTURES / file).resolve() != source.resolve():
                shutil.copyfile(source, path / PICTURES / file)
        if (self.a.path / TRACE).is_dir() and not (path / TRACE).exists():
            shutil.copytree(self.a.path / TRACE, path / TRACE)
        made.save()
        return made


def compare(a: DemoFolder, b: DemoFolder) -> Comparison:
    """Side by side, with a parameter for each difference."""
    pairs = aligned(a.demo.steps, b.demo.steps)
    found: list[Difference] = []
    said = ""
    for one, other in pairs:
        if one and other:
            for key, mine, theirs in _differing(one, other, _defaults(a.demo), _defaults(b.demo)):
                _add(found, Difference(_proposed(key, one, said, a.demo), mine, theirs, [(one.id, key)]), a.demo)
        said = _label(one or other) or said
    return Comparison(a, b, pairs, found)


def _defaults(demo: Demo) -> dict[str, str]:
    return {name: p.default for name, p in demo.parameters.items() if p.default is not None}


def _differing(
    one: DemoStep, other: DemoStep, mine: Mapping[str, str], theirs: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """What differs: a step's text, its target's text, name or label; both values."""
    texts = {"text": (one.text, other.text)}
    for key, a, b in (("on", one.on, other.on), ("to", one.to, other.to)):
        if a and b:
            texts |= {f"{key}.name": (a.name, b.name), f"{key}.text": (a.text, b.text)}
            texts[f"{key}.label"] = (a.label.text if a.label else None, b.label.text if b.label else None)
    for key, (said, says) in texts.items():
        if said is not None and says is not None:
            x, y = (filled(t, dict(v)).rstrip("\n\t") for t, v in ((said, mine), (says, theirs)))
            if x != y and "{{" not in x + y:
                yield key, x, y


def _add(found: list[Difference], new: Difference, demo: Demo) -> None:
    """As a parameter of its own, unless the same values have one already."""
    same = next((d for d in found if (d.a, d.b) == (new.a, new.b)), None)
    if same:
        same.places += new.places
        return
    taken = {d.name for d in found} | {n for n, p in demo.parameters.items() if p.default != new.a}
    stem, number = new.name, 1
    while new.name in taken:
        number += 1
        new.name = f"{stem}_{number}"
    found.append(new)


def _proposed(key: str, step: DemoStep, said: str, demo: Demo) -> str:
    """A name: the parameter it has already, else its field's label, else what was acted on before it."""
    if (
        key == "text"
        and (held := re.fullmatch(r"\{\{\s*(\w+)\s*\}\}", step.text or ""))
        and held[1] in demo.parameters
    ):
        return held[1]
    label = _label(step) if key == "text" else said
    words = "row" if key.endswith(".label") else label or said
    stem = re.sub(r"\W+", "_", words.lower()).strip("_")[:24].strip("_") or "choice"
    return f"the_{stem}" if is_secret(stem) else f"choice_{stem}" if stem.isdigit() else stem


def _label(step: DemoStep | None) -> str:
    """What the field or drop-down that a step acts on is called."""
    looks = step.on if step else None
    if looks is None or (looks.role not in ("field", "combo", "cell") and not looks.label):
        return ""
    return (looks.label.text if looks.label else "") or looks.name or looks.text or ""


def _both(
    one: DemoStep, other: DemoStep, found: list[Difference], mine: Mapping[str, str], theirs: Mapping[str, str]
) -> DemoStep:
    """The step with its parameters; what does not hold in both demos is taken out."""
    put = {key: f"{{{{{d.name}}}}}" for d in found for step, key in d.places if step == one.id}
    facts: dict[str, Any] = {}
    if "text" in put and one.text is not None:
        facts["text"] = put["text"] + one.text[len(one.text.rstrip("\n\t")) :]
    for key, a, b in (("on", one.on, other.on), ("to", one.to, other.to)):
        if a and b:
            chosen = {name.split(".")[1]: said for name, said in put.items() if name.startswith(key)}
            facts[key] = _looks(a, b, chosen, mine, theirs)
    facts["before"] = _expect(one.before, other.before, mine, theirs)
    facts["after"] = _expect(one.after, other.after, mine, theirs)
    facts["optional"] = one.optional or other.optional
    return one.model_copy(update=facts)


def _looks(
    a: Looks, b: Looks, chosen: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str]
) -> Looks:
    """`chosen`: what of it is a parameter; then nothing that was around the recorded choice holds any more."""
    window = with_parameters(a.window or "", mine)
    facts: dict[str, Any] = {"window": window if window == with_parameters(b.window or "", theirs) else None}
    facts["window"] = facts["window"] or None
    facts |= {key: said for key, said in chosen.items() if key != "label"}
    if "label" in chosen and a.label:
        facts["label"] = a.label.model_copy(update={"text": chosen["label"]})
    if chosen:
        facts |= {"neighbours": (), "patches": (), "place": None, "ordinal": None}
    else:
        kept = (n for n in a.neighbours if with_parameters(n.text, mine) == n.text)
        facts["neighbours"] = tuple(kept)
    made = a.model_copy(update=facts)
    known = made.name or made.text or made.label or made.neighbours or made.patches
    return made if known else a


def _expect(
    a: Expect | None, b: Expect | None, mine: Mapping[str, str], theirs: Mapping[str, str]
) -> Expect | None:
    """What holds in both."""
    if a is None or b is None:
        return None
    pairs = {key: (getattr(a, key), getattr(b, key)) for key in ("see", "gone")}
    facts: dict[str, Any] = {}
    for key, (said, says) in pairs.items():
        others = {with_parameters(text, theirs) for text in says}
        facts[key] = tuple(t for text in said if (t := with_parameters(text, mine)) in others)
    if a.window and b.window and with_parameters(a.window, mine) == with_parameters(b.window, theirs):
        facts["window"] = with_parameters(a.window, mine)
    if a.change == b.change:
        facts["change"] = a.change
    if a.seconds or b.seconds:
        facts["seconds"] = max(a.seconds or 0, b.seconds or 0)
    made = Expect(**facts)
    return made if made != Expect() and made != Expect(seconds=made.seconds) else None


def _names(pairs: list[Pair]) -> list[str]:
    """The id of each step; what only the second demo has gets one that the first has not."""
    taken = {one.id for one, _ in pairs if one}
    names: list[str] = []
    for one, other in pairs:
        name = one.id if one else other.id if other else ""
        number = 1
        while not one and name in taken:
            number += 1
            name = f"{other.id if other else ''}-{number}"
        taken.add(name)
        names.append(name)
    return names


def _with_files(step: DemoStep, mark: str) -> DemoStep:
    """With the pictures' files renamed, since both demos may have one of that name."""
    facts: dict[str, Any] = {}
    for key, looks in (("on", step.on), ("to", step.to)):
        if looks:
            patches = tuple(p.model_copy(update={"file": mark + p.file}) for p in looks.patches)
            facts[key] = looks.model_copy(update={"patches": patches})
    return step.model_copy(update=facts)


def _about(difference: Difference) -> str:
    return f"{difference.a} or {difference.b}"
