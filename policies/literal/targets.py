"""Targets in words: 'the second Delete button in the row of "Ada"'."""

from __future__ import annotations

import re
from dataclasses import replace

from screenwright.policies.literal.phrases import MARK, Sentence
from screenwright.tools.elements import Relation, Role, Target

ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "last": -1,
}  # fmt: skip
ROLES: dict[str, Role] = {
    "button": "button", "link": "link", "text field": "field", "input field": "field", "field": "field",
    "input": "field", "text box": "field", "textbox": "field", "text area": "field", "textarea": "field",
    "check box": "checkbox", "checkbox": "checkbox", "tick box": "checkbox", "radio button": "radio",
    "radio": "radio", "slider": "slider", "drop-down": "combo", "dropdown": "combo", "drop down": "combo",
    "combo box": "combo", "combobox": "combo", "menu item": "item", "list item": "item", "item": "item",
    "menu": "menu", "tab": "tab", "cell": "cell", "scroll area": "scroll", "image": "image", "icon": "image",
    "box": "field",
}  # fmt: skip
RELATIONS: list[tuple[str, Relation]] = [
    (r"(?:to the |on the )?right of", "right_of"),
    (r"(?:to the |on the )?left of", "left_of"),
    (r"above|over", "above"),
    (r"below|under|underneath|beneath", "below"),
    (r"in the (?:same )?(?:row|line) (?:of|with|as)", "in_row_of"),
    (r"next to|beside|near", "next_to"),
    (r"inside(?: of)?|within", "inside"),
    (r"labell?ed|with (?:the )?label", "labelled"),
]
_ROLE_WORDS = "|".join(sorted(map(re.escape, ROLES), key=len, reverse=True))
ROLE_LAST = re.compile(rf"(?P<name>.+?) (?P<role>{_ROLE_WORDS})", re.IGNORECASE)
ROLE_FIRST = re.compile(rf"(?P<role>{_ROLE_WORDS}) (?:named |called |that says )?(?P<name>.+)", re.IGNORECASE)
ROLE_ALONE = re.compile(_ROLE_WORDS, re.IGNORECASE)
ORDINAL = re.compile(rf"(?P<word>{'|'.join(ORDINALS)})|(?P<number>\d+)(?:st|nd|rd|th)", re.IGNORECASE)


def english_target(part: Sentence, text: str) -> Target:
    """The target that these words mean; `part` knows what the marks in them stand for."""
    text = text.strip()
    for pattern, relation in RELATIONS:
        match = re.fullmatch(rf"(?P<a>.+?) (?:that is |which is )?(?:{pattern}) (?P<b>.+)", text, re.IGNORECASE)
        if match:
            return _related(_plain(part, match["a"]), relation, english_target(part, match["b"]))
    return _plain(part, text)


def _related(target: Target, relation: Relation, anchor: Target) -> Target:
    if relation == "labelled" and target.text is None:
        return replace(target, text=anchor.text, anchor=anchor.anchor, relation=anchor.relation)
    return replace(target, relation=relation, anchor=anchor)


def _plain(part: Sentence, text: str) -> Target:
    words = re.sub(r"^(?:the|a|an) ", "", text.strip(), flags=re.IGNORECASE)
    first, _, rest = words.partition(" ")
    ordinal = None
    if rest and (found := ORDINAL.fullmatch(first)):
        ordinal = ORDINALS[found["word"].lower()] if found["word"] else int(found["number"])
        words = rest
    if ROLE_ALONE.fullmatch(words) and ordinal is not None:
        return Target(role=ROLES[words.lower()], ordinal=ordinal)
    match = ROLE_LAST.fullmatch(words) or (MARK.search(words) and ROLE_FIRST.fullmatch(words))
    if match:
        return Target(part.one(match["name"]), ROLES[match["role"].lower()], ordinal)
    if ROLE_ALONE.fullmatch(words) and not words[:1].isupper():
        return Target(role=ROLES[words.lower()])
    return Target(part.one(words), ordinal=ordinal)
