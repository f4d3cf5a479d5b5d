"""Proposals made part of the demo: all of what is asked for, or nothing; the former file is kept."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from screenwright.policies import yamltext
from screenwright.policies.replay.demo import PLACEHOLDER, Demo, DemoStep, Interruption, Looks, Patch, Place
from screenwright.policies.replay.folder import PICTURES, DemoFolder
from screenwright.policies.replay.found import Rung
from screenwright.policies.replay.healing import PROPOSALS, What, write_yaml
from screenwright.policies.replay.keeping import keep_old
from screenwright.tools.errors import BadScript

MOST_PATCHES = 3
OFTEN = 2  # in so many runs a step was done already: it is optional


class Proposed(BaseModel):
    """One heal as it stands in a proposal."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    step: str
    what: What
    was: str = ""
    now: str = ""
    confidence: float | None = None
    rung: Rung | None = None
    target: str = Field(default="on", pattern="^(on|to)$")
    text: str | None = None
    patch: Patch | None = None
    place: Place | None = None
    rule: Interruption | None = None
    accepted: bool = False


class Proposal(BaseModel):
    """A file in proposals/."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    screenwright_proposal: int = Field(ge=1, le=1)
    demo: str
    run: str = ""
    heals: tuple[Proposed, ...]


Open = list[tuple[Path, int, Proposed]]


def accepted(folder: DemoFolder, only: list[str] | None) -> list[str]:
    """See `healing.accept`."""
    files = _read(folder)
    waiting: Open = [
        (path, number, heal)
        for path, proposal in files.items()
        for number, heal in enumerate(proposal.heals)
        if not heal.accepted and (only is None or heal.step in only)
    ]
    _check(folder, files, waiting, only)
    often = Counter(h.step for p in files.values() for h in p.heals if h.what == "skipped, was done")
    demo, said, pictures = folder.demo, list[str](), dict[str, Path]()
    for path, _, heal in waiting:
        demo, line = _applied(demo, heal, often[heal.step], path, pictures)
        said.append(line)
    said = list(dict.fromkeys(said))
    if demo != folder.demo:
        said.append(f"the former file is {_written(folder, _valid(demo), pictures)}")
    _mark(files, waiting)
    return said


def _read(folder: DemoFolder) -> dict[Path, Proposal]:
    """All proposals, the oldest first. BadScript names the file and the line of what is damaged."""
    place = folder.path / PROPOSALS
    found: dict[Path, Proposal] = {}
    for path in sorted(place.glob("*.yaml"), key=lambda p: (p.stat().st_mtime, p.name)):
        root = None
        try:
            root, data = yamltext.read(path.read_text(encoding="utf-8"), str(path))
            found[path] = Proposal.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            line = yamltext.line(root, first["loc"]) if root is not None else 1
            said = f"{path}, line {line}: {first['msg']}"
            raise BadScript(f"{said}; mend it, or delete it: nothing was changed") from error
        except (OSError, UnicodeDecodeError) as error:
            raise BadScript(f"{path} can't be read: {error}; nothing was changed") from error
    if not found:
        raise BadScript(f"there are no proposals in {place}; a replay that had to mend something writes them")
    return found


def _check(folder: DemoFolder, files: dict[Path, Proposal], waiting: Open, only: list[str] | None) -> None:
    known = {heal.step for proposal in files.values() for heal in proposal.heals}
    if only is not None and (strange := [step for step in only if step not in known]):
        raise BadScript(f"nothing is proposed for step {strange[0]!r}; there is for: {', '.join(sorted(known))}")
    if not waiting:
        raise BadScript(f"all proposals for {folder.demo.name!r} have been accepted already; nothing was changed")
    ids = {step.id for step in folder.demo.steps}
    for path, _, heal in waiting:
        if heal.step not in ids:
            raise BadScript(
                f"{path} is about a step {heal.step!r}, which the demo no longer has; delete the file, or say "
                "which steps to accept; nothing was changed"
            )
        if heal.patch is not None and not (path.parent / Path(heal.patch.file).name).is_file():
            raise BadScript(f"{path} names the picture {heal.patch.file}, which is missing; nothing was changed")


def _applied(demo: Demo, heal: Proposed, often: int, path: Path, pictures: dict[str, Path]) -> tuple[Demo, str]:
    """The demo with one heal in it, and what was done. The pictures that it needs are noted."""
    step = next(step for step in demo.steps if step.id == heal.step)
    match heal.what:
        case "interruption":
            if heal.rule is None:
                return demo, f"{heal.step}: {heal.now}: there is no rule to be made of it"
            if heal.rule in demo.interruptions:
                return demo, f'the rule for "{heal.rule.when}" is there already'
            held = (*demo.interruptions, heal.rule)
            done = ", ".join(heal.rule.do)
            return demo.model_copy(update={"interruptions": held}), f'when "{heal.rule.when}" is seen: {done}'
        case "skipped, was done":
            if step.optional or often < OFTEN:
                return demo, f"{heal.step}: it was done already in one run; left as it is"
            return _with(demo, step.model_copy(update={"optional": True})), f"{heal.step}: is optional now"
        case "other policy":
            return demo, f"{heal.step}: another policy did it; record it anew or describe its target otherwise"
        case _:
            looks = step.on if heal.target == "on" else step.to
            if looks is None:
                return demo, f"{heal.step}: has no target any more; left as it is"
            changed, line = _healed(looks, heal, path, pictures)
            return _with(demo, step.model_copy(update={heal.target: changed})), f"{heal.step}: {line}"


def _healed(looks: Looks, heal: Proposed, path: Path, pictures: dict[str, Path]) -> tuple[Looks, str]:
    change: dict[str, Any] = {}
    said: list[str] = []
    if heal.what == "renamed" and heal.text:
        for key in ("name", "text"):
            held = getattr(looks, key)
            if held and held != heal.text and not PLACEHOLDER.search(held):
                change[key] = heal.text
                said.append(f'{key} "{held}" is "{heal.text}" now')
    if heal.patch is not None:
        file = Path(heal.patch.file).name
        pictures[file] = path.parent / file
        patch = heal.patch.model_copy(update={"file": file})
        others = tuple(p for p in looks.patches if p.file != file)
        change["patches"] = (patch, *others)[:MOST_PATCHES]
        said.append("has a new picture")
    if heal.place is not None:
        change["place"] = heal.place
    return looks.model_copy(update=change), "; ".join(said) or "its place is noted"


def _with(demo: Demo, step: DemoStep) -> Demo:
    steps = tuple(step if old.id == step.id else old for old in demo.steps)
    return demo.model_copy(update={"steps": steps})


def _valid(demo: Demo) -> Demo:
    try:
        return Demo.model_validate(demo.model_dump())
    except ValidationError as error:
        raise BadScript(f"with the proposals the demo would be no demo: {error.errors()[0]['msg']}") from error


def _written(folder: DemoFolder, demo: Demo, pictures: dict[str, Path]) -> Path | None:
    """Pictures, the former file, then the new one, which is written whole. What is left behind hurts nobody."""
    try:
        for file, source in pictures.items():
            (folder.path / PICTURES).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder.path / PICTURES / file)
        old = keep_old(folder.path)
    except OSError as error:
        raise BadScript(
            f"{folder.path} can't be written: {error.strerror or error}; nothing was changed"
        ) from error
    folder.save(demo)
    return old


def _mark(files: dict[Path, Proposal], waiting: Open) -> None:
    """Each of these proposals is accepted once."""
    done = {(path, number) for path, number, _ in waiting}
    for path, proposal in files.items():
        if any(path == marked for marked, _ in done):
            heals = tuple(
                heal.model_copy(update={"accepted": True}) if (path, number) in done else heal
                for number, heal in enumerate(proposal.heals)
            )
            whole = proposal.model_copy(update={"heals": heals})
            try:
                write_yaml(path, whole.model_dump(mode="json", exclude_defaults=True))
            except OSError as error:
                raise BadScript(f"accepted, but {path} can't be marked so: {error.strerror or error}") from error
