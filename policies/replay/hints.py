"""How a demo is edited by hand, shown on the lines of this very demo."""

from __future__ import annotations

from collections.abc import Iterator

from screenwright.policies import yamltext
from screenwright.policies.replay.demo import DemoStep
from screenwright.policies.replay.folder import DemoFolder


def hints(folder: DemoFolder) -> str:
    """For a person. The demo's file is read once more for the numbers of its lines."""
    return "\n\n".join(_hints(folder)) + "\n"


def _hints(folder: DemoFolder) -> Iterator[str]:
    demo = folder.demo
    root, _ = yamltext.read(folder.file.read_text(encoding="utf-8-sig"), str(folder.file))
    lines = {step.id: yamltext.line(root, ("steps", n)) for n, step in enumerate(demo.steps)}

    def at(step: DemoStep) -> str:
        return f"line {lines[step.id]}, {step.id}"

    first, last = demo.steps[0], demo.steps[-1]
    aimed = next((step for step in demo.steps if step.on), None)
    yield (
        f"{folder.file} is yours to edit; any editor will do. Look with `git diff`, then say:\n"
        f"  screenwright demo check {folder.path}"
    )
    seen = _seen(demo.steps)
    yield _wait(at(last), seen or "the text that shows it is ready")
    where = "there, in its `after:`, write" if last.after else "there, write"
    yield (
        f"To expect something after a step (the replay waits for it, and tells when it does not come), go to\n"
        f"{at(last)};\n{where}\n    after: {{see: ['{seen or 'Saved'}'], seconds: 20}}\n"
        "  see: texts that come; gone: texts that go; window: a part of the title; change: true (anything)"
    )
    if len(demo.steps) > 1:
        yield (
            f"To reorder, move the whole entry of a step, from its `- id:` to the line before the next one;\n"
            f"such as {at(first)}. Steps that open what others use stay before them."
        )
    optional = next((step for step in demo.steps if step.on and step.do == "click"), last)
    yield (
        f"To have a step left out where its target is not there (a hint that comes only once), add to\n"
        f"{at(optional)}:\n    optional: true"
    )
    yield from _parameters(folder, lines)
    if aimed and aimed.on:
        yield (
            f"Where a thing was renamed, change what is said of it: {at(aimed)}, now {aimed.on.said}.\n"
            "  One way to find it is enough; take out what no longer holds (name, text, label, patches)."
        )
    yield (
        "To have a window put away that may come between, add to the end of the file:\n"
        "interruptions:\n  - when: Update available\n    do: ['click \"Later\"']"
    )


def _wait(before: str, text: str) -> str:
    return (
        f"To wait until something is seen, put a step of its own before {before}:\n"
        f"  - id: wait-for-it\n    do: wait\n    before: {{see: ['{text}']}}\n    seconds: 60"
    )


def _parameters(folder: DemoFolder, lines: dict[str, int]) -> Iterator[str]:
    demo = folder.demo
    for name in demo.parameters:
        users = [step for step in demo.steps if f"{{{{{name}}}}}" in step.model_dump_json()]
        places = ", ".join(str(lines[step.id]) for step in users)
        rule = " (the name of a secret begins with secret)" if demo.parameters[name].secret else ""
        yield (
            f"To rename the parameter {name}{rule}, change it under `parameters:` and, as {{{{NEW}}}},\n"
            f"in the steps that use it, on or below line {places or '- (none does)'}."
        )
        return
    typed = next((step for step in demo.steps if step.do == "type_text" and step.text), None)
    if typed:
        yield (
            f"To make a parameter of what is typed in line {lines[typed.id]}, {typed.id}, write\n"
            f"    text: '{{{{what}}}}'\nthere, and at the top:\nparameters:\n  what: {{default: {typed.text!r}}}"
        )


def _seen(steps: tuple[DemoStep, ...]) -> str:
    """A text that this demo expects somewhere."""
    texts = [text for step in reversed(steps) for text in (step.after.see if step.after else ())]
    return texts[0].replace("'", "''") if texts else ""
