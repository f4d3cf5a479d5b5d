"""A step of a demo in the words of a task script, so that any policy can do it."""

from __future__ import annotations

from screenwright.policies.replay.demo import DemoStep, Looks

ROLES = frozenset(
    ("button", "field", "checkbox", "radio", "slider", "combo", "link", "menu", "tab", "item", "cell")
)
SIDES = {
    "right_of": "right of",
    "left_of": "left of",
    "above": "above",
    "below": "below",
    "in_row_of": "in the row of",
    "inside": "inside",
    "next_to": "next to",
}


def in_words(step: DemoStep) -> str:
    """One line; its `{{parameters}}` stand as they are. What no script can say is said for a reader of prose."""
    words = _said(step)
    note = " ".join(step.note.split()).replace("-->", "")
    return f"{words} <!-- {note} -->" if note else words


def _said(step: DemoStep) -> str:
    on = _target(step.on) if step.on else ""
    match step.do:
        case "click":
            times = {2: "double-", 3: "triple-"}.get(step.count or 1, "")
            held = "".join(f"{key}+" for key in step.modifiers or ())
            button = "" if step.button in (None, "left") else f"{step.button}-"
            return f"{held}{times or button}click {on}"
        case "type_text" if step.on:
            verb = "type" if step.replace or step.on.role == "field" else "append"
            link = "into" if verb == "type" else "to"
            return f"{verb} {_quoted(step.text or '')} {link} {on}"
        case "type_text":
            return f"type {_quoted(step.text or '')}"
        case "press_keys":
            times = f" {step.count} times" if (step.count or 1) > 1 else ""
            return f"press {'+'.join(step.keys or ())}{times}"
        case "drag" | "swipe" if step.to:
            return f"drag {on} to {_target(step.to)}"
        case "move":
            return f"hover over {on}"
        case "scroll":
            down = step.down or 0
            return f"scroll {'down' if down >= 0 else 'up'} {abs(down or step.right or 0)}"
        case "open_app":
            return f"open {_quoted(step.app or '')}"
        case "wait" if step.before and step.before.see:
            return f"wait for {_quoted(step.before.see[0])}"
        case "wait" if step.before and step.before.gone:
            return f"wait until {_quoted(step.before.gone[0])} is gone"
        case _:
            return step.said


def _target(looks: Looks) -> str:
    role = looks.role if looks.role in ROLES else ""
    words = looks.name or looks.text
    if words:
        return f"{_quoted(words)} {role}".strip()
    if looks.label:
        side = looks.label.side
        if side == "labelled":
            return f"{_quoted(looks.label.text)} {role}".strip()
        return f"the {role or 'field'} {SIDES[side]} {_quoted(looks.label.text)}"
    if looks.neighbours:
        return f"the {role or 'place'} next to {_quoted(looks.neighbours[0].text)}"
    return looks.said


def _quoted(text: str) -> str:
    return f'"{text}"' if '"' not in text else f"“{text}”"
