"""What is wrong with a demo that can be read, and what will make it break sooner than it need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screenwright.policies.replay.demo import DemoStep, Looks
from screenwright.policies.replay.folder import PICTURES, TRACE, DemoFolder


@dataclass(frozen=True, slots=True)
class Finding:
    """`wrong`: it can't be replayed so; else it is only worth knowing."""

    wrong: bool
    said: str


def check(folder: DemoFolder) -> list[Finding]:
    """All findings, what is wrong first."""
    found = [*_pictures(folder), *_ways(folder), *_parameters(folder), *_recording(folder)]
    return sorted(found, key=lambda finding: not finding.wrong)


def ways(looks: Looks) -> list[str]:
    """How a target is known, in words; each of them may find it where the others do not."""
    known = ["element"] if looks.name else []
    known += ["text"] if looks.text else []
    known += ["row" if looks.label.side == "in_row_of" else "label"] if looks.label else []
    known += [f"{len(looks.patches)} pictures" if len(looks.patches) > 1 else "picture"] if looks.patches else []
    known += [f"{len(looks.neighbours)} neighbours"] if looks.neighbours else []
    return known


def targets(step: DemoStep) -> Iterator[Looks]:
    yield from (looks for looks in (step.on, step.to) if looks)


def _pictures(folder: DemoFolder) -> Iterator[Finding]:
    used: set[str] = set()
    for step in folder.demo.steps:
        for looks in targets(step):
            for patch in looks.patches:
                used.add(patch.file)
                if folder.picture(patch.file) is None:
                    missing = not (folder.path / PICTURES / patch.file).exists()
                    yield Finding(True, f"{step.id}: {PICTURES}/{patch.file} {_state(missing)}; {_mend(looks)}")
    place = folder.path / PICTURES
    there = {str(file.relative_to(place).as_posix()) for file in place.rglob("*.png")} if place.is_dir() else set()
    if spare := sorted(there - used):
        yield Finding(False, f"no step uses these of {PICTURES}/ any more: {', '.join(spare)}; delete them")


def _state(missing: bool) -> str:
    return "is missing" if missing else "is no picture that can be read"


def _mend(looks: Looks) -> str:
    others = [way for way in ways(looks) if "picture" not in way]
    if others:
        return f"put it back, or take it out of the file (the step is known by {', '.join(others)} as well)"
    return "put it back: the step is known by nothing else"


def _ways(folder: DemoFolder) -> Iterator[Finding]:
    for step in folder.demo.steps:
        for looks in targets(step):
            known = ways(looks)
            if len(known) == 1:
                yield Finding(
                    False, f"{step.id}: {looks.said} is known by its {known[0]} only; a change there breaks it"
                )


def _parameters(folder: DemoFolder) -> Iterator[Finding]:
    demo = folder.demo
    for name in sorted(demo.parameters.keys() - demo.asked):
        yield Finding(
            False, f"parameter {name}: no step uses it; take it out, or write {{{{{name}}}}} into a step"
        )
    for name, parameter in demo.parameters.items():
        if parameter.default is None and not parameter.secret and name in demo.asked:
            yield Finding(False, f"parameter {name} has no default; it has to be given: --set {name}=VALUE")


def _recording(folder: DemoFolder) -> Iterator[Finding]:
    trace = folder.trace
    if trace is None:
        said = "can't be read" if (folder.path / TRACE).exists() else "is not there"
        yield Finding(
            False, f"the recording in {TRACE}/ {said}; it replays, but comes back from a detour less surely"
        )
        return
    known = {step.index for step in trace.steps}
    for step in folder.demo.steps:
        if step.recorded is not None and step.recorded not in known:
            yield Finding(False, f"{step.id}: recorded: {step.recorded} is no step of the recording")
    if trace.damaged:
        yield Finding(False, f"the recording is damaged: {'; '.join(trace.damaged)}")
