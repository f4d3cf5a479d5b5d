"""English steps. Patterns from the most particular to the least; the first that fits a part holds."""

from __future__ import annotations

import re
from collections.abc import Callable

from screenwright.policies.literal.instruction import Instruction, Verb
from screenwright.policies.literal.phrases import Sentence, chord, not_understood, refuse_unknown_keys, seconds
from screenwright.policies.literal.targets import english_target
from screenwright.tools.elements import Target

Groups = dict[str, str]
Build = Callable[[Sentence, Groups], Instruction]
UNIT = r"(?P<unit>ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?)"
NUMBER = r"(?P<n>\d+(?:\.\d+)?)"
WORDS = {"once": 1, "twice": 2, "thrice": 3, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
TIMES = r"(?: (?:(?P<n>\d+|one|two|three|four|five|ten) times|(?P<w>once|twice|thrice)))?"
SHOWN = r"(?:visible|shown|there|displayed|seen|present|on (?:the )?screen)"
TIMEOUT = re.compile(rf"\s*\((?:up to |at most |within )?{NUMBER} ?{UNIT}\)\s*$", re.IGNORECASE)

VERBS = (
    "click", "double-click", "right-click", "middle-click", "press", "tap", "hit", "push", "hover",
    "move to", "drag", "type", "enter", "write", "input", "fill", "set", "append", "clear", "check", "tick",
    "uncheck", "untick", "choose", "select", "pick", "scroll", "wait", "expect", "verify", "make sure",
    "ensure", "open", "start", "launch", "copy", "paste", "read", "remember", "answer", "say", "reply",
    "report", "done", "finish", "give up", "turn on", "turn off", "you should see", "it should show",
)  # fmt: skip
_STARTS = "|".join(re.escape(verb).replace(r"\-", r"[- ]?").replace(r"\ ", " ") for verb in VERBS)
# A part ends where the next begins with a verb, so that "Terms and Conditions" stays whole.
SPLIT = re.compile(
    r"(?:\s*[;.!]\s+|\s*,\s*(?:and\s+)?(?:then\s+)?|\s+and\s+(?:then\s+)?|\s+then\s+)"
    rf"(?=(?:please )?(?:{_STARTS})\b)",
    re.IGNORECASE,
)


def parse(sentence: str, line: int = 0) -> list[Instruction]:
    """The instructions in one sentence. BadScript for words that are no step."""
    whole = Sentence.of(sentence)
    parts = [part for part in SPLIT.split(whole.text) if part.strip(" .,;!")]
    return [_part(whole.part(part.strip(" ,;")), line) for part in parts]


def _part(part: Sentence, line: int) -> Instruction:
    text = re.sub(r"^(?:please|now|first|next|finally|then)[, ]+", "", part.text, flags=re.IGNORECASE)
    limit = None
    if found := TIMEOUT.search(text):
        limit = seconds(found["n"], found["unit"])
        text = text[: found.start()]
    text = text.rstrip(" .!") if not text.endswith("...") else text
    for pattern, build in RULES:
        match = pattern.fullmatch(text)
        if match:
            groups = {name: value for name, value in match.groupdict().items() if value is not None}
            made = build(part, groups)
            if made.verb == "click" and "k" in groups and not part.quoted(groups["k"]):
                refuse_unknown_keys(groups["k"], line)
            changes = {"source": part.said(), "line": line}
            return _with(made, changes if limit is None else {**changes, "seconds": limit})
    raise not_understood(part.said(), line, VERBS)


def _with(made: Instruction, changes: dict[str, object]) -> Instruction:
    from dataclasses import replace

    return replace(made, **changes)  # type: ignore[arg-type]


def _on(verb: Verb) -> Build:
    return lambda part, g: Instruction(verb, target=_target(part, g["t"]))


def _target(part: Sentence, text: str) -> Target:
    return english_target(part, text)


def _typed(verb: Verb) -> Build:
    def build(part: Sentence, g: Groups) -> Instruction:
        return Instruction(verb, target=_target(part, g["t"]) if "t" in g else None, value=part.full(g["v"]))

    return build


def _press(part: Sentence, g: Groups) -> Instruction:
    count = WORDS.get(g.get("w", "").lower()) or WORDS.get(g.get("n", "").lower()) or int(g.get("n", "1"))
    named = re.sub(r"^the (.+) key$|^(.+) keys?$", lambda m: m[1] or m[2], g["k"])
    keys = chord(part.full(named), part.quoted(g["k"]))
    if keys:
        return Instruction("press", keys=keys, count=count)
    return Instruction("click", target=_target(part, re.sub(r"^(?:on|at) ", "", g["k"])), count=count)


def _scroll(part: Sentence, g: Groups) -> Instruction:
    count = int(WORDS.get(g.get("n", ""), 0) or g.get("n", 3))
    return Instruction(
        "scroll",
        target=_target(part, g["t"]) if "t" in g else None,
        direction=g.get("d", "down").lower(),  # type: ignore[arg-type]
        count=count,
        until=_target(part, g["u"]) if "u" in g else None,
    )


def _expect(part: Sentence, g: Groups) -> Instruction:
    verb: Verb = "expect_not" if {"no", "not", "gone"} & g.keys() else "expect"
    return Instruction(verb, target=_target(part, g["t"]))


def _choose(part: Sentence, g: Groups) -> Instruction:
    if g["v"].lower() in ("all", "everything"):
        return Instruction("press", keys=("ctrl", "a"))
    if "t" not in g:
        target = _target(part, g["v"])
        if target.role or target.relation or target.ordinal:
            return Instruction("click", target=target)
    return Instruction("choose", target=_target(part, g["t"]) if "t" in g else None, value=part.full(g["v"]))


def _clip(verb: Verb) -> Build:
    return lambda part, g: Instruction(verb, target=_target(part, g["t"]) if "t" in g else None)


def _read(part: Sentence, g: Groups) -> Instruction:
    return Instruction("read", target=_target(part, g["t"]), value=part.full(g.get("v", "answer")))


def _rule(pattern: str, build: Build) -> tuple[re.Pattern[str], Build]:
    return re.compile(pattern, re.IGNORECASE), build


RULES = [
    _rule(r"double[- ]?click(?: on)? (?P<t>.+)", _on("double_click")),
    _rule(r"right[- ]?click(?: on)? (?P<t>.+)", _on("right_click")),
    _rule(r"middle[- ]?click(?: on)? (?P<t>.+)", _on("middle_click")),
    _rule(
        r"drag (?P<t>.+?) (?:onto|to|on to|into|over) (?P<to>.+)",
        lambda part, g: Instruction("drag", target=_target(part, g["t"]), to=_target(part, g["to"])),
    ),
    _rule(
        r"(?:hover(?: over| on)?|(?:move|point)(?: the (?:mouse|pointer))? (?:to|over|at)) (?P<t>.+)", _on("hover")
    ),
    _rule(r"append (?P<v>.+?) (?:to|in|into) (?P<t>.+)", _typed("append")),
    _rule(r"fill(?: in| out)? (?P<t>.+?) with (?P<v>.+)", _typed("type")),
    _rule(r"set (?P<t>.+?) to (?P<v>.+)", _typed("type")),
    _rule(r"(?:type|enter|write|input|put|fill in|fill) (?P<v>.+?) into (?P<t>.+)", _typed("type")),
    _rule(r"(?:type|enter|write|input|put|fill in|fill) (?P<v>.+?) (?:in to|in|as|for) (?P<t>.+)", _typed("type")),
    _rule(r"(?:type|enter|write|input) (?P<v>.+)", _typed("type")),
    _rule(r"(?:clear|empty) (?P<t>.+)", _on("clear")),
    _rule(
        rf"(?:expect|verify|assert|ensure|make sure|check|see|you should see|it should show)(?: that)?"
        rf" (?:there is )?(?P<no>no )(?P<t>.+?)(?: (?:is|are) {SHOWN})?",
        _expect,
    ),
    _rule(
        rf"(?:expect|verify|assert|ensure|make sure|check)(?: that)? (?P<t>.+?)"
        rf" (?:(?:is|are) (?P<not>not |no longer )(?:{SHOWN})|(?:is|has) (?P<gone>gone)|disappears)",
        _expect,
    ),
    _rule(
        rf"(?:expect|verify|assert|ensure|make sure|check that|you should see|it should show)(?: that)?"
        rf" (?P<t>.+?)(?: (?:(?:is|are) {SHOWN}|appears|shows(?: up)?))?",
        _expect,
    ),
    _rule(rf"check (?P<t>.+?) (?:is|are) {SHOWN}", _expect),
    _rule(r"(?:check|tick|turn on|switch on|enable) (?P<t>.+)", _on("check")),
    _rule(r"(?:uncheck|untick|turn off|switch off|disable) (?P<t>.+)", _on("uncheck")),
    _rule(r"(?:choose|select|pick) (?P<v>.+?) (?:from|in|out of|under|for) (?P<t>.+)", _choose),
    _rule(r"(?:choose|select|pick) (?P<v>.+)", _choose),
    _rule(
        r"scroll(?: (?P<d>up|down|left|right))?(?: (?:by )?(?P<n>\d+|one|two|three|four|five|ten)"
        r"(?: times| notch(?:es)?| clicks?| steps?)?)?(?: in (?P<t>.+?))?"
        rf"(?: (?:until|till|to)(?: you see)? (?P<u>.+?)(?: (?:(?:is|becomes) {SHOWN}|appears|shows(?: up)?))?)?",
        _scroll,
    ),
    _rule(
        rf"wait(?: for)? {NUMBER} ?{UNIT}",
        lambda part, g: Instruction("wait", seconds=seconds(g["n"], g["unit"])),
    ),
    _rule(
        r"wait (?:for|until|till)(?: you see)? (?P<t>.+?)"
        rf" (?:(?:is|are|has) gone|to (?:go|disappear|vanish|close)|disappears|vanishes|closes|goes away"
        rf"|(?:is|are) (?:not|no longer) {SHOWN})",
        _on("wait_gone"),
    ),
    _rule(
        rf"wait (?:for|until|till)(?: you see)? (?P<t>.+?)"
        rf"(?: (?:to (?:appear|show(?: up)?|be {SHOWN})|appears|shows(?: up)?|(?:is|are) {SHOWN}))?",
        _on("wait_for"),
    ),
    _rule(
        r"(?:open|start|launch)(?: the)?(?: app(?:lication)?| program)? (?P<v>.+)",
        lambda part, g: Instruction("open", value=part.full(g["v"])),
    ),
    _rule(r"copy(?: the text (?:of|in))? (?P<t>.+)", _clip("copy")),
    _rule(r"copy", _clip("copy")),
    _rule(r"paste(?: it)? (?:into|in|to) (?P<t>.+)", _clip("paste")),
    _rule(r"paste(?: it)?", _clip("paste")),
    _rule(r"(?:read|remember|store) (?P<t>.+?) (?:into|as|in) (?P<v>[\w\ue000\ue001]+)", _read),
    _rule(r"(?:read|remember) (?P<t>.+)", _read),
    _rule(
        r"(?:answer|say|reply|report)(?: with)?:? (?P<v>.+)",
        lambda part, g: Instruction("answer", value=part.full(g["v"])),
    ),
    _rule(r"(?:done|finish(?:ed)?|you are done|that is all)", lambda part, g: Instruction("answer", value="")),
    _rule(
        r"give up(?:[:,]? (?:because )?(?P<v>.+))?",
        lambda part, g: Instruction("give_up", value=part.full(g["v"]) if "v" in g else None),
    ),
    _rule(rf"(?:press|hit|push|tap|strike)(?: on| at)? (?P<k>.+?){TIMES}", _press),
    _rule(r"click(?: on| at)? (?P<t>.+)", _on("click")),
]
