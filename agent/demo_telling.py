"""A demo and a comparison of two, as a person reads them at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from screenwright.policies.replay.checking import targets, ways
from screenwright.policies.replay.comparing import Comparison
from screenwright.policies.replay.demo import Demo, DemoStep, Expect
from screenwright.policies.replay.folder import DemoFolder


def told(folder: DemoFolder) -> str:
    """The demo: its parameters, and each step with how its target is known and what is expected."""
    demo = folder.demo
    screen = f", recorded on {demo.screen[0]}x{demo.screen[1]}" if demo.screen else ""
    lines = [f"{demo.name}: {_many(len(demo.steps), 'step')}{screen} ({folder.file})"]
    lines += [f"  {demo.about}"] if demo.about else []
    lines += ["", "parameters", *_parameters(demo)] if demo.parameters else []
    lines += ["", "steps"]
    width = max((len(step.id) for step in demo.steps), default=0)
    for number, step in enumerate(demo.steps, 1):
        said = step.said + (" (left out where it is not there)" if step.optional else "")
        lines.append(f"{number:>3}  {step.id:<{width}}  {said}")
        lines += [f"{'':>{width + 7}}{more}" for more in _more(step)]
    if demo.interruptions:
        lines += ["", "interruptions"]
        lines += [f"  when {rule.when!r} is seen: {'; '.join(rule.do)}" for rule in demo.interruptions]
    return "\n".join(lines)


def compared(found: Comparison) -> str:
    """Side by side what differs, and what is in only one of them."""
    a, b = found.a.path, found.b.path
    both = sum(1 for one, other in found.pairs if one and other)
    lines = [f"{_many(both, 'step')} in both ({a}, {b})"]
    if found.differences:
        lines += ["", "what differs, and the parameter it becomes"]
        width = max(len(d.name) for d in found.differences)
        for difference in found.differences:
            places = ", ".join(dict.fromkeys(step for step, _ in difference.places))
            lines.append(f"  {difference.name:<{width}}  {difference.a!r} or {difference.b!r}  ({places})")
    alone = [(one or other, a if one else b) for one, other in found.pairs if not (one and other)]
    if alone:
        lines += ["", "in only one of them, so it becomes optional"]
        lines += [f"  {step.id}: {step.said}  ({path})" for step, path in alone if step]
    if not found.differences and not alone:
        lines += ["", "they do the same"]
    return "\n".join(lines)


def _parameters(demo: Demo) -> Iterator[str]:
    width = max(map(len, demo.parameters))
    for name, parameter in demo.parameters.items():
        value = (
            "(secret)" if parameter.secret else repr(parameter.default) if parameter.default is not None else "-"
        )
        yield f"  {name:<{width}}  {value}" + (f"  {parameter.about}" if parameter.about else "")


def _more(step: DemoStep) -> Iterator[str]:
    for looks in targets(step):
        window = f', in "{looks.window}"' if looks.window else ""
        yield f"known by {', '.join(ways(looks))}{window}"
    if step.before and step.do != "wait":
        yield f"before: {_expected(step.before)}"
    if step.after and (said := _expected(step.after)):
        yield f"then: {said}"
    if step.note:
        yield f"note: {step.note}"


def _expected(expect: Expect) -> str:
    words = [f'"{text}" is seen' for text in expect.see]
    words += [f'"{text}" is gone' for text in expect.gone]
    words += [f'the window is "{expect.window}"'] if expect.window else []
    words += ["something changes"] if expect.change and not words else []
    words += ["nothing changes"] if expect.change is False else []
    return ", ".join(words) + (f" (within {expect.seconds:g} s)" if expect.seconds else "")


def _many(count: int, word: str) -> str:
    return f"{count} {word}" + ("" if count == 1 else "s")
