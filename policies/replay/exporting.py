"""A demo as a task script in plain language, or as a Python script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from screenwright.policies.literal import english
from screenwright.policies.literal.instruction import Instruction
from screenwright.policies.replay.demo import Demo, DemoStep
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.replay.instructing import Wordless, instructions
from screenwright.tools.elements import Role, Target
from screenwright.tools.errors import BadScript

Export = Literal["script", "python"]
QUOTES = (('"', '"'), ("“", "”"), ("「", "」"), ("`", "`"))
BUTTONS = {
    "back": "go back", "home": "go home", "recents": "show recent apps", "power": "press the power button",
    "volume_up": "press volume up", "volume_down": "press volume down",
}  # fmt: skip
NOUNS: dict[Role, str] = {
    "field": "field", "combo": "drop-down", "checkbox": "checkbox", "radio": "radio button", "slider": "slider",
}  # fmt: skip


def export(folder: DemoFolder, kind: Export) -> str:
    """The text of the script."""
    if kind == "python":
        from screenwright.policies.replay.exporting_python import python_script

        return python_script(folder)
    return task_script(folder.demo)


def task_script(demo: Demo) -> str:
    """For `screenwright run`. What has no words becomes a comment that says so."""
    lines = [f"# {demo.about or demo.name}", ""]
    if demo.parameters:
        lines += ["Parameters: " + ", ".join(_parameter(demo)) + ".", ""]
    number = 0
    for step in demo.steps:
        try:
            said = [in_english(made) for made in instructions(step)]
        except Wordless as wordless:
            lines.append(f"<!-- {_safe(step)}: left out, as {_commented(str(wordless))} -->")
            continue
        if step.note:
            lines.append(f"<!-- {_commented(step.note)} -->")
        for line in said:
            number += 1
            lines.append(f"{number}. {line}")
    if not number:
        raise BadScript(
            f"the demo {demo.name} has no step that can be said in words; export it with --to python instead"
        )
    return "\n".join(lines) + "\n"


def in_english(made: Instruction) -> str:
    """One line that a script's reader takes for just this instruction. Wordless where there is none."""
    line = _english(made)
    try:
        back = english.parse(line)
    except BadScript as error:
        raise Wordless(f"there are no words for it ({error})") from error
    if [replace(one, source="", line=0) for one in back] != [made]:
        raise Wordless("there are no words for it that mean just this")
    return line


def _english(made: Instruction) -> str:
    target = phrase(made.target) if made.target else ""
    times = f" {made.count} times" if made.count > 1 else ""
    limit = f" ({made.seconds:g} s)" if made.seconds is not None else ""
    match made.verb:
        case "click" | "double_click" | "right_click" | "middle_click":
            return f"{made.verb.replace('_', '-')} {target}"
        case "hover":
            return f"hover over {target}"
        case "drag":
            return f"drag {target} to {phrase(made.to) if made.to else ''}"
        case "type":
            return f"type {quoted(made.value or '')}" + (f" into {target}" if target else "")
        case "append":
            return f"append {quoted(made.value or '')} to {target}"
        case "press":
            return "press " + "+".join(_key(key) for key in made.keys) + times
        case "scroll":
            return f"scroll {made.direction} {made.count} notch" + ("" if made.count == 1 else "es")
        case "button":
            return BUTTONS.get(made.value or "", "")
        case "long_press":
            return f"long-press {target}"
        case "open":
            return f"open {quoted(made.value or '')}"
        case "wait":
            return f"wait {made.seconds:g} s"
        case "wait_for":
            return f"wait for {target}{limit}"
        case "wait_gone":
            return f"wait until {target} is gone{limit}"
        case "expect":
            return f"expect {target}"
        case _:
            raise Wordless(f"a script has no words for {made.verb}")


def phrase(target: Target) -> str:
    """'the 2nd "Edit"', '"Name" field', '"Edit" in the row of "Grace Hopper"'."""
    noun = NOUNS.get(target.role, "") if target.role else ""
    words = [quoted(target.text)] if target.text is not None else []
    words += [noun] if noun else []
    said = " ".join(words)
    if target.ordinal is not None:
        said = f"the {_nth(target.ordinal)} {said}"
    elif noun:
        said = f"the {said}"
    if target.relation == "in_row_of" and target.anchor:
        said += f" in the row of {phrase(target.anchor)}"
    return said


def quoted(text: str) -> str:
    """In marks that do not stand in it."""
    for left, right in QUOTES:
        if left not in text and right not in text and "\n" not in text:
            return left + text + right
    raise Wordless("its text holds every kind of quotation mark")


def _key(name: str) -> str:
    return name.replace("_", " ").title() if len(name) > 1 else name


def _nth(ordinal: int) -> str:
    if ordinal == -1:
        return "last"
    ending = "th" if 10 <= ordinal % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(ordinal % 10, "th")
    return f"{ordinal}{ending}"


def _parameter(demo: Demo) -> Iterator[str]:
    for name, parameter in demo.parameters.items():
        said = " (secret)" if parameter.secret else ""
        if parameter.default is not None:
            said = f" (recorded: {_commented(parameter.default)})"
        yield f"`{name}`{said}"


def _safe(step: DemoStep) -> str:
    return _commented(f"{step.id}, {step.said}")


def _commented(text: str) -> str:
    """Fit to stand in a comment, on one line."""
    return " ".join(text.split()).replace("--", "- -").replace("{{", "{").replace("}}", "}")
