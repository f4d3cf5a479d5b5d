"""What an English phrase that fits a pattern means: from its named groups to instructions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from screenwright.policies.literal.instruction import Instruction, Verb
from screenwright.policies.literal.phrases import MARK, Sentence, Unclear, seconds
from screenwright.policies.literal.pressing import presses, refuse_unknown_keys
from screenwright.policies.literal.targets import english_target

Groups = dict[str, str]
Build = Callable[[Sentence, Groups], Instruction | list[Instruction]]
WORDS = {
    "a": 1, "an": 1, "once": 1, "twice": 2, "thrice": 3, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
COUNT = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
OFTEN = re.compile(rf"(?P<k>.+?) (?:(?P<n>{COUNT}) times|(?P<w>once|twice|thrice))", re.IGNORECASE)
JOINT = re.compile(r"\s*,\s*(?:and\s+)?(?:then\s+)?|\s+and\s+(?:then\s+)?|\s+then\s+", re.IGNORECASE)
UNSAID = re.compile(r"(?:the )?(?:text|value|content|contents|number|amount)", re.IGNORECASE)


def number(text: str) -> float:
    word = text.lower()
    return WORDS[word] if word in WORDS else float(text)


def often(text: str) -> tuple[str, int]:
    """'Tab 3 times' -> 'Tab', 3"""
    if match := OFTEN.fullmatch(text.strip()):
        return match["k"], int(number(match["n"] or match["w"]))
    return text, 1


def on(verb: Verb) -> Build:
    def build(part: Sentence, g: Groups) -> Instruction:
        words, count = often(g["t"])
        if verb in ("wait_for", "wait_gone") and re.search(r" (?:is|are|becomes?) \w+$", MARK.sub("", words)):
            raise Unclear(
                "only what is visible or gone can be waited for; say: wait for TEXT, or until TEXT is gone"
            )
        target = english_target(part, words)
        if verb in ("check", "uncheck") and target.role == "field":
            target = replace(target, role="checkbox")  # "the box next to News"
        return Instruction(verb, target=target, count=count)

    return build


def typed(verb: Verb) -> Build:
    def build(part: Sentence, g: Groups) -> Instruction:
        value = part.one(g["v"])
        target = english_target(part, g["t"]) if "t" in g else None
        if "rel" in g:
            target = english_target(part, f"field {g['rel']}")
        if verb == "type" and target and target.role in ("checkbox", "radio"):
            if value.lower() not in ("on", "off", "yes", "no", "checked", "unchecked", "true", "false"):
                raise Unclear(f"a {target.role} is set to on or off, not to {value!r}")
            tick: Verb = "check" if value.lower() in ("on", "yes", "checked", "true") else "uncheck"
            return Instruction(tick, target=target)
        if verb == "type" and target and target.role == "combo":
            return Instruction("choose", target=target, value=value)
        return Instruction(verb, target=target, value=value)

    return build


def press(part: Sentence, g: Groups) -> list[Instruction]:
    def one(piece: str) -> tuple[str, int]:
        words, count = often(piece)
        return re.sub(r"^the ", "", words, flags=re.IGNORECASE), count

    if re.match(r"and hold\b", g["k"], re.IGNORECASE):
        raise Unclear("a script can't hold keys down; press them together, such as Ctrl+Shift+T")
    if keys := presses(part, g["k"], JOINT, one):
        return keys
    inside = re.fullmatch(r"(?P<k>.+?) (?:in|into) (?P<t>.+)", g["k"], re.IGNORECASE)
    if inside and (keys := presses(part, inside["k"], JOINT, one)):
        field = english_target(part, inside["t"])
        return [Instruction("click", target=replace(field, role=field.role or "field")), *keys]
    words, count = often(re.sub(r"^(?:on|at) ", "", g["k"]))
    if not part.quoted(words):
        refuse_unknown_keys(words)
    return [Instruction("click", target=english_target(part, words), count=count)]


def scroll(part: Sentence, g: Groups) -> Instruction:
    direction = g.get("d", "down").lower()
    if "end" in g:
        direction = "up" if g["end"].lower() in ("top", "start", "beginning") else direction
    return Instruction(
        "scroll",
        target=english_target(part, g["t"]) if "t" in g else None,
        direction=direction,  # type: ignore[arg-type]
        count=0 if "end" in g else int(number(g["n"])) if "n" in g else 3,
        until=english_target(part, g["u"]) if "u" in g else None,
    )


def wait(part: Sentence, g: Groups) -> Instruction:
    return Instruction("wait", seconds=seconds(str(number(g["n"])), g["unit"]))


def wait_within(part: Sentence, g: Groups) -> Instruction:
    """'wait up to 30 s for "Done"', 'wait for "Done" for up to 30 s'"""
    made = on("wait_gone" if "gone" in g else "wait_for")(part, g)
    assert isinstance(made, Instruction)
    return replace(made, seconds=seconds(str(number(g["n"])), g["unit"]))


def expect(part: Sentence, g: Groups) -> Instruction:
    verb: Verb = "expect_not" if {"no", "not", "gone"} & g.keys() else "expect"
    return Instruction(verb, target=english_target(part, g["t"]))


def choose(part: Sentence, g: Groups) -> Instruction:
    if g["v"].lower() in ("all", "everything"):
        return Instruction("press", keys=("ctrl", "a"))
    if "t" not in g:
        target = english_target(part, g["v"])
        if target.role or target.relation or target.ordinal:
            return Instruction("click", target=target)
    return Instruction("choose", target=english_target(part, g["t"]) if "t" in g else None, value=part.one(g["v"]))


def clip(verb: Verb) -> Build:
    def build(part: Sentence, g: Groups) -> Instruction | list[Instruction]:
        if g.get("t", "").lower() in ("all", "everything", "all of it"):
            return [Instruction("press", keys=("ctrl", "a")), Instruction(verb)]
        first = Instruction(verb, target=english_target(part, g["t"]) if "t" in g else None)
        return [first, Instruction("paste", target=english_target(part, g["to"]))] if "to" in g else first

    return build


def read(part: Sentence, g: Groups) -> Instruction | list[Instruction]:
    name = part.full(g.get("v", "answer")).strip("{} ")
    target = english_target(part, g["t"])
    if target.relation and target.text and UNSAID.fullmatch(target.text):
        target = replace(target, text=None)  # "the number right of Total" has no words of its own
    reading = Instruction("read", target=target, value=name)
    return [reading, Instruction("answer", value="{{answer}}")] if "say" in g else reading


def said(verb: Verb) -> Build:
    return lambda part, g: Instruction(verb, value=part.full(g["v"]) if "v" in g else None)


def opened(part: Sentence, g: Groups) -> Instruction:
    if "t" in g:
        words = re.sub(r"^the (menu|tab|link|drop-?down) (.+)", r"\2 \1", g["t"], flags=re.IGNORECASE)
        return Instruction("click", target=english_target(part, words))
    return Instruction("open", value=part.one(g["v"]))
