"""What a replay had to mend, and how that is proposed beside the demo: `proposals/<run>.yaml`, with pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from screenwright.policies.replay.demo import DemoStep, Interruption, Patch, Place, filled
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.replay.found import Found, Rung, TwoAlike
from screenwright.tools.errors import BadScript
from screenwright.tools.geometry import Region
from screenwright.tools.masking import Mask
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.wording import squeezed

What = Literal[
    "found by another rung", "renamed", "moved", "interruption", "skipped, was done", "other policy"
]  # fmt: skip
PROPOSALS = "proposals"
PLAIN = 0.85
"""A target found near its place, or by its accessible name, with so much confidence needs no heal."""
SURE = 0.9  # of a text that was read: with so much, a picture of it agreed
SAME_SCALE = 0.03


@dataclass(frozen=True)
class Heal:
    """One thing mended.

    `was`, `now`: for a person; `target`: which of the step's targets; `text`: what it is called now; `patch`: a
    new picture of it, named when it is written, with its `pixels`; `rule`: how an interruption
    was put away.
    """

    step: str
    what: What
    was: str = ""
    now: str = ""
    confidence: float | None = None
    rung: Rung | None = None
    target: Literal["on", "to"] = "on"
    text: str | None = None
    patch: Patch | None = None
    pixels: Pixels | None = field(default=None, compare=False, repr=False)
    place: Place | None = None
    rule: Interruption | None = None

    def __str__(self) -> str:
        change = " -> ".join(part for part in (self.was, self.now) if part)
        sure = f" ({self.confidence:.2f})" if self.confidence is not None else ""
        return f"{self.step}: {self.what}: {change}{sure}"


def heal_of(
    step: DemoStep,
    target: Literal["on", "to"],
    found: Found,
    observation: Observation,
    values: dict[str, str],
) -> Heal | None:
    """What is to be learnt from where a target was found; None where it was found as recorded."""
    looks = step.on if target == "on" else step.to
    assert looks is not None
    mask = Mask(values)
    was, text = looks.name or looks.text, found.text and mask.text(found.text)
    renamed = bool(was and text) and squeezed(filled(was or "", values)) != squeezed(text or "")
    what: What
    if renamed and found.rung in ("element", "text", "neighbours", "model"):
        what = "renamed"
    elif found.rung == "element" or (found.rung == "near" and found.confidence >= PLAIN):
        return None
    elif found.rung == "picture" and abs(found.scale - 1) < SAME_SCALE:
        if not _in_front(found, observation):
            return None  # its place is told from the window in front, which is another one
        what = "moved"
    elif found.rung == "text" and (found.confidence >= SURE or not (looks.patches or (looks.role and looks.name))):
        return None
    else:
        what = "found by another rung"
    patch, pixels = _pictured(found, observation)
    now = text if what == "renamed" else f"{found.rung}: {found.why or found.region}"
    return Heal(
        step.id,
        what,
        was=mask.text(was if what == "renamed" and was else looks.said),
        now=mask.text(now or ""),
        confidence=round(found.confidence, 3),
        rung=found.rung,
        target=target,
        text=text or None,
        patch=patch,
        pixels=pixels,
        place=_place(found, observation),
    )


def _pictured(found: Found, observation: Observation) -> tuple[Patch | None, Pixels | None]:
    from screenwright.tools.patches import alike, cut

    aim = (round(found.point.x), round(found.point.y))
    try:
        window = observation.focus if _in_front(found, observation) else None
        picture, target, inner = cut(observation.pixels, found.region, aim, window=window)
        others = alike(observation.pixels, found.region)
    except ValueError:
        return None, None
    scale = observation.view.scale
    return Patch(file="target.png", aim=inner, target=target, alike=others, scale=scale), picture


def _in_front(found: Found, observation: Observation) -> bool:
    window = observation.focus
    return window is None or window.holds(found.point.x, found.point.y)


def _place(found: Found, observation: Observation) -> Place | None:
    window = observation.focus
    if window is None or not _in_front(found, observation):
        return None
    at = (round(found.point.x) - window.x, round(found.point.y) - window.y)
    return Place(at=at, size=(window.width, window.height))


def write_proposals(
    folder: DemoFolder, heals: Sequence[Heal], run: str, *, into: Path | None = None
) -> Path | None:
    """Write proposals/<run>.yaml and its pictures; None where there is nothing to propose. BadScript.

    `into`: another folder than the demo's own, from which nothing is accepted.
    Pictures first, then the file that names them, so that what is cut off leaves no half proposal.
    """
    if not heals:
        return None
    name = re.sub(r"[^\w.-]+", "-", run).strip("-.") or "run"
    path = (into or folder.path) / PROPOSALS / f"{name}.yaml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number = 1
        while path.exists():
            number += 1
            path = path.with_name(f"{name}-{number}.yaml")
        facts = [_facts(heal, path, index) for index, heal in enumerate(heals, 1)]
        write_yaml(path, {"screenwright_proposal": 1, "demo": folder.demo.name, "run": run, "heals": facts})
    except OSError as error:
        raise BadScript(f"proposals can't be written to {path}: {error.strerror or error}") from error
    return path


def _facts(heal: Heal, path: Path, index: int) -> dict[str, Any]:
    facts: dict[str, Any] = {"step": heal.step, "what": heal.what}
    for key in ("was", "now", "confidence", "rung", "text"):
        if (value := getattr(heal, key)) not in (None, ""):
            facts[key] = value
    if heal.target == "to":
        facts["target"] = "to"
    if heal.patch is not None and heal.pixels is not None:
        from PIL import Image

        file = f"{path.stem}-{index}-{heal.step}.png"
        Image.fromarray(heal.pixels).save(path.with_name(file))
        facts["patch"] = heal.patch.model_copy(update={"file": file}).model_dump(mode="json")
    if heal.place is not None:
        facts["place"] = heal.place.model_dump(mode="json")
    if heal.rule is not None:
        facts["rule"] = heal.rule.model_dump(mode="json")
    return facts


def write_yaml(path: Path, facts: dict[str, Any]) -> None:
    """The whole file or none of it."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.default_flow_style = None
    yaml.width = 110
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as out:
        yaml.dump(facts, out)
    new.replace(path)


def accept(folder: DemoFolder, *, only: Iterable[str] | None = None) -> list[str]:
    """Make what is proposed part of the demo; what was done, a line each. BadScript: nothing was changed.

    `only`: these steps. The former file is kept in old/.
    """
    from screenwright.policies.replay.accepting import accepted

    return accepted(folder, None if only is None else list(only))


def picture_of_both(folder: DemoFolder, step: str, alike: TwoAlike, observation: Observation) -> Path | None:
    """A picture with the places that are too alike side by side; None where it can't be written."""
    from PIL import Image, ImageDraw, ImageFont

    shown = alike.candidates[:4]
    if not shown:
        return None
    font = ImageFont.load_default(14)
    crops = [observation.crop(_around(found.region)) for found in shown]
    height = max(crop.shape[0] for crop in crops) + 24
    widths = [max(crop.shape[1], 150) for crop in crops]
    image = Image.new("RGB", (sum(widths) + 12 * (len(crops) - 1), height), (255, 255, 255))
    draw, left = ImageDraw.Draw(image), 0
    for found, crop, width in zip(shown, crops, widths, strict=True):
        area = _around(found.region)
        image.paste(Image.fromarray(crop), (left, 24))
        x, y = left + found.region.x - max(0, area.x), 24 + found.region.y - max(0, area.y)
        draw.rectangle(
            (x - 2, y - 2, x + found.region.width + 1, y + found.region.height + 1), outline=(220, 0, 0)
        )
        draw.text((left + 2, 3), f"{found.region} {found.confidence:.2f}", (0, 0, 0), font)
        left += width + 12
    path = folder.path / PROPOSALS / f"two-alike-{step}.png"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path)
    except OSError:
        return None
    return path


def _around(region: Region) -> Region:
    return region.grown(60)
