"""Steps of a demo in the words that task scripts and the Python API share, as far as there are words for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from screenwright.policies.literal.instruction import Direction, Instruction, Verb
from screenwright.policies.replay.demo import DemoStep, Expect, Looks
from screenwright.tools.elements import Role, Target

NAMED_BY_ROLE: frozenset[Role] = frozenset(("field", "combo", "checkbox", "radio", "slider"))
"""For these the role has to be said, since their words are a label beside them."""


@dataclass(frozen=True, slots=True)
class Wordless(Exception):
    """There are no words for it; why, for a person."""

    why: str

    def __str__(self) -> str:
        return self.why


def instructions(step: DemoStep) -> list[Instruction]:
    """What the step does, and what it waits for before and after. Wordless."""
    if step.optional:
        raise Wordless("it is done only where its target is there, for which a script has no words")
    before = [] if step.do == "wait" else list(_awaited(step.before, "wait_for"))
    after = list(_awaited(step.after, "expect"))
    return [*before, *_done(step), *after]


def _done(step: DemoStep) -> Iterator[Instruction]:
    target = target_of(step.on) if step.on and step.do != "scroll" else None
    match step.do:
        case "click":
            yield Instruction(_click(step), target=target)
        case "move":
            yield Instruction("hover", target=target)
        case "drag" if step.to and (step.button or "left") == "left":
            yield Instruction("drag", target=target, to=target_of(step.to))
        case "type_text":
            yield from _typed(step, target)
        case "press_keys":
            yield Instruction("press", keys=step.keys or (), count=step.count or 1)
        case "scroll":
            count = step.down or step.right or 0
            way: Direction = ("down" if count > 0 else "up") if step.down else ("right" if count > 0 else "left")
            yield Instruction("scroll", direction=way, count=abs(count))
        case "press_button":
            yield Instruction("button", value=step.press)
        case "long_press":
            yield Instruction("long_press", target=target)
        case "open_app":
            yield Instruction("open", value=step.app)
        case "wait":
            waited = list(_awaited(step.before, "wait_for", step.seconds))
            if not waited and step.before:
                raise Wordless("it waits for a change of the screen")
            yield from waited or [Instruction("wait", seconds=step.seconds)]
        case _:
            raise Wordless(f"a script has no words for {step.do.replace('_', ' ')}")


def _click(step: DemoStep) -> Verb:
    if step.modifiers:
        raise Wordless("it is clicked with keys held down")
    clicks: dict[tuple[str, int], Verb] = {
        ("left", 1): "click",
        ("left", 2): "double_click",
        ("right", 1): "right_click",
        ("middle", 1): "middle_click",
    }
    verb = clicks.get((step.button or "left", step.count or 1))
    if verb is None:
        raise Wordless(f"it is clicked {step.count} times with the {step.button or 'left'} button")
    return verb


def _typed(step: DemoStep, target: Target | None) -> Iterator[Instruction]:
    """A line feed and a tab in the text are keys to press."""
    first: Verb = "type" if step.replace or target is None else "append"
    for number, piece in enumerate(re.split(r"([\n\t])", step.text or "")):
        if piece in ("\n", "\t"):
            yield Instruction("press", keys=("enter" if piece == "\n" else "tab",))
        elif piece:
            aimed = target if number == 0 else None
            yield Instruction(first if aimed else "type", target=aimed, value=piece)


def _awaited(expect: Expect | None, verb: Verb, seconds: float | None = None) -> Iterator[Instruction]:
    if expect is None:
        return
    limit = expect.seconds or seconds
    for text in expect.see:
        yield Instruction(verb if limit is None else "wait_for", target=Target(text), seconds=limit)
    for text in expect.gone:
        yield Instruction("wait_gone", target=Target(text), seconds=limit)


def target_of(looks: Looks) -> Target:
    """The target in words. Wordless where it is known by a picture or its neighbours alone."""
    role = looks.role if looks.role in NAMED_BY_ROLE else None
    words, label = looks.name or looks.text, looks.label
    if words and label and label.side == "in_row_of":
        return Target(words, role, relation="in_row_of", anchor=Target(label.text))
    if words:
        return Target(words, role, looks.ordinal)
    if label and label.side == "in_row_of" and role:
        return Target(role=role, relation="in_row_of", anchor=Target(label.text))
    if label and role:
        return Target(label.text, role)
    raise Wordless(f"{looks.said} is known by a picture only")
