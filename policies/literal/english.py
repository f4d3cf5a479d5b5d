"""English steps. Patterns from the most particular to the least; the first that fits a part holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from screenwright.policies.literal import meanings as mean
from screenwright.policies.literal import touching
from screenwright.policies.literal.instruction import Instruction
from screenwright.policies.literal.phrases import CLOSE, OPEN, Sentence, Unclear, not_understood, seconds, unclear
from screenwright.policies.literal.targets import english_target

UNIT = r"(?P<unit>ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?)"
NUMBER = r"(?P<n>\d+(?:\.\d+)?|an?|one|two|three|four|five|six|seven|eight|nine|ten)"
SHOWN = r"(?:visible|shown|there|displayed|seen|present|on (?:the )?screen)"
TIMEOUT = re.compile(rf"\s*\((?:up to |at most |within )?{NUMBER} ?{UNIT}\)\s*$", re.IGNORECASE)

VERBS = (
    "click", "double-click", "right-click", "middle-click", "press", "tap", "hit", "push", "hover",
    "move to", "drag", "type", "enter", "write", "input", "fill", "set", "append", "clear", "check", "tick",
    "uncheck", "untick", "choose", "select", "pick", "scroll", "wait", "expect", "verify", "make sure",
    "ensure", "open", "start", "launch", "copy", "paste", "read", "remember", "answer", "say", "reply",
    "report", "done", "finish", "give up", "turn on", "turn off", "you should see", "it should show", "focus",
    "toggle", "go back", "go home", "long-press", "press and hold", "swipe",
)  # fmt: skip
_WORDED = "|".join(re.escape(verb).replace(r"\-", r"[- ]?").replace(r"\ ", " ") for verb in VERBS)
_STARTS = _WORDED.replace("|enter|", r"|enter(?=\s)|")  # "press Tab and Enter": the last is a key
QUOTE = f"{OPEN}\\d+{CLOSE}"
# A part ends where the next begins with a verb, so that "Terms and Conditions" stays whole.
SPLIT = re.compile(
    r"(?:\s*[;.!]\s+|\s*,\s*(?:and\s+)?(?:then\s+)?|\s+and\s+(?:then\s+)?|\s+then\s+)"
    rf"(?=(?:please )?(?:{_STARTS})\b|{QUOTE} (?:into|in|from) )",
    re.IGNORECASE,
)
WHERE_FIRST = re.compile(r"(?:in|into|on|from) .+", re.IGNORECASE)
ONE_VERB = re.compile(
    r"(?P<verb>(?:double-|right-)?click(?: on)?|check|tick|uncheck|untick|expect|wait for) "
    rf"(?P<list>{QUOTE}(?:(?:,| and|, and) {QUOTE})+)",
    re.IGNORECASE,
)


def parse(sentence: str, line: int = 0) -> list[Instruction]:
    """The instructions in one sentence. BadScript for words that are no step."""
    whole = Sentence.of(sentence)
    steps: list[Instruction] = []
    for words in _parts(whole):
        part = whole.part(words)
        try:
            if re.match(rf"{QUOTE} (?:into|in|from) ", words):
                part = _same_again(part, steps)
            steps += _part(part, line)
        except Unclear as error:
            raise unclear(part.said(), line, error) from None
    return steps


def _parts(whole: Sentence) -> Iterator[str]:
    """The words of each step. 'in Name, type "Ada"' is one."""
    before = ""
    for text in SPLIT.split(whole.text):
        words = (before + text).strip(" ,;")
        if WHERE_FIRST.fullmatch(words) and not re.search(rf"\b(?:{_STARTS})\b", words, re.IGNORECASE):
            before = words + ", "
        else:
            before = ""
            if words.strip(" .!"):
                yield words
    if before:
        yield before.strip(" ,;")


def _same_again(part: Sentence, steps: list[Instruction]) -> Sentence:
    """'type "a" into Name, "b" into City': the verb holds for both."""
    last = steps[-1] if steps else None
    if not last or last.verb not in ("type", "append", "choose") or not last.target:
        raise Unclear("no verb says what to do with this")
    return part.part(f"{last.verb} {part.text}")


def _part(part: Sentence, line: int) -> list[Instruction]:
    text = re.sub(r"^(?:please|now|first|next|finally|then)[, ]+", "", part.text, flags=re.IGNORECASE)
    limit = None
    if found := TIMEOUT.search(text):
        limit = seconds(str(mean.number(found["n"])), found["unit"])
        text = text[: found.start()]
    text = text.rstrip(" .!") if not text.endswith("...") else text
    texts = [text]
    if several := ONE_VERB.fullmatch(text):
        texts = [f"{several['verb']} {quote}" for quote in re.findall(QUOTE, several["list"])]
    made = [step for one in texts for step in _meant(part, one, line)]
    return [
        replace(step, source=part.said(), line=line, seconds=step.seconds if limit is None else limit)
        for step in made
    ]


def _meant(part: Sentence, text: str, line: int) -> list[Instruction]:
    for pattern, build in RULES:
        if match := pattern.fullmatch(text):
            made = build(part, {name: value for name, value in match.groupdict().items() if value is not None})
            return made if isinstance(made, list) else [made]
    raise not_understood(part.said(), line, VERBS)


def _rule(pattern: str, build: mean.Build) -> tuple[re.Pattern[str], mean.Build]:
    return re.compile(pattern, re.IGNORECASE), build


CHECK = r"(?:expect|verify|assert|ensure|make sure|check)(?: that| if| whether| to see)?"
SHOULD = (
    r"(?:(?:expect|verify|assert|ensure|make sure)(?: that| to see)?|check (?:that|if|whether)|see"
    r"|(?:(?:you|it|the (?:screen|page|window)) )?should (?:see|show|contain|display))"
)
SHOWS = rf"(?: (?:(?:is|are|to be) {SHOWN}|appears|to appear|shows(?: up)?|to show(?: up)?))?"
FIELD_AT = (
    r"(?P<rel>(?:in the (?:same )?(?:row|line) (?:of|with|as)|next to|beside|(?:to the )?right of|below|under) .+)"
)
RULES = [
    *touching.rules(touching.PHRASES, english_target),
    _rule(r"double[- ]?click(?: on)? (?P<t>.+)", mean.on("double_click")),
    _rule(r"right[- ]?click(?: on)? (?P<t>.+)", mean.on("right_click")),
    _rule(r"middle[- ]?click(?: on)? (?P<t>.+)", mean.on("middle_click")),
    _rule(
        r"drag (?P<t>.+?) (?:onto|to|on to|into|over) (?P<to>.+)",
        lambda part, g: Instruction("drag", target=english_target(part, g["t"]), to=english_target(part, g["to"])),
    ),
    _rule(
        r"(?:hover(?: over| on)?|(?:move|point)(?: the (?:mouse|pointer))? (?:to|over|at)) (?P<t>.+)",
        mean.on("hover"),
    ),
    _rule(r"append (?P<v>.+?) (?:to|in|into) (?P<t>.+)", mean.typed("append")),
    _rule(r"fill(?: in| out)? (?P<t>.+?) with (?P<v>.+)", mean.typed("type")),
    _rule(r"set (?P<t>.+?) to (?P<v>.+)", mean.typed("type")),
    _rule(r"(?:in|into) (?P<t>.+?),? (?:type|enter|write|input|put|fill in) (?P<v>.+)", mean.typed("type")),
    _rule(r"(?:in|from) (?P<t>.+?),? (?:choose|select|pick) (?P<v>.+)", mean.choose),
    _rule(r"(?:type|enter|write|input|put|fill in|fill) (?P<v>.+?) into (?P<t>.+)", mean.typed("type")),
    _rule(rf"(?:type|enter|write|input|put) (?P<v>{QUOTE}|\S+) {FIELD_AT}", mean.typed("type")),
    _rule(
        r"(?:type|enter|write|input|put|fill in|fill) (?P<v>.+?) (?:in to|in|as|for) (?P<t>.+)", mean.typed("type")
    ),
    _rule(r"(?:type|enter|write|input) (?P<v>.+)", mean.typed("type")),
    _rule(r"(?:clear|empty) (?P<t>.+)", mean.on("clear")),
    _rule(
        rf"(?:{CHECK}|{SHOULD})(?: there (?:is|are))? (?P<no>no )(?P<t>.+?)(?: (?:is|are) {SHOWN})?", mean.expect
    ),
    _rule(
        rf"{CHECK} (?P<t>.+?) (?:(?:is|are|to) (?:not|no longer) (?:be )?{SHOWN}|(?:is|has|to be) gone"
        r"|disappears)",
        lambda part, g: mean.expect(part, {**g, "gone": ""}),
    ),
    _rule(rf"{SHOULD}(?: there (?:is|are))? (?P<t>.+?){SHOWS}", mean.expect),
    _rule(rf"check (?P<t>.+?) (?:is|are) {SHOWN}", mean.expect),
    _rule(rf"(?P<t>.+?) should (?P<not>not )?(?:be {SHOWN}|appear|show(?: up)?)", mean.expect),
    _rule(r"(?:check|tick|turn on|switch on|enable) (?P<t>.+)", mean.on("check")),
    _rule(r"(?:uncheck|untick|turn off|switch off|disable) (?P<t>.+)", mean.on("uncheck")),
    _rule(r"(?:choose|select|pick) (?P<v>.+?) (?:from|in|out of|under|for) (?P<t>.+)", mean.choose),
    _rule(r"(?:choose|select|pick) (?P<v>.+)", mean.choose),
    _rule(
        r"scroll(?: (?P<d>up|down|left|right))?(?: (?P<t>(?!up|down|left|right|to|until).+?))? to the(?: very)?"
        r" (?P<end>bottom|end|top|start|beginning)",
        mean.scroll,
    ),
    _rule(
        r"scroll(?: (?P<d>up|down|left|right))?"
        rf"(?: (?:by )?(?P<n>\d+|{mean.COUNT})(?: times| notch(?:es)?| clicks?| steps?)?)?(?: in (?P<t>.+?))?"
        rf"(?: (?:until|till|to)(?: you see)? (?P<u>.+?)(?: (?:(?:is|becomes) {SHOWN}|appears|shows(?: up)?))?)?",
        mean.scroll,
    ),
    _rule(rf"scroll (?P<n>\d+|{mean.COUNT})(?: times| notch(?:es)?)? (?P<d>up|down|left|right)", mean.scroll),
    _rule(r"scroll (?P<t>.+?) (?P<d>up|down|left|right)", mean.scroll),
    _rule(rf"wait(?: for)? {NUMBER} ?{UNIT}", mean.wait),
    _rule(
        rf"wait (?:(?:for )?(?:up to|at most) )?{NUMBER} ?{UNIT} (?:for|until) (?P<t>.+?){SHOWS}", mean.wait_within
    ),
    _rule(
        rf"wait (?:for|until|till)(?: you see)? (?P<t>.+?)(?: (?P<gone>(?:is|has) gone)|{SHOWS})"
        rf" for (?:up to |at most )?{NUMBER} ?{UNIT}",
        mean.wait_within,
    ),
    _rule(
        r"wait (?:for|until|till)(?: you see)? (?P<t>.+?)"
        rf" (?:(?:is|are|has) gone|to (?:go|disappear|vanish|close)|disappears|vanishes|closes|goes away"
        rf"|(?:is|are) (?:not|no longer) {SHOWN})",
        mean.on("wait_gone"),
    ),
    _rule(
        rf"wait (?:for|until|till)(?: you see)? (?P<t>.+?)"
        rf"(?: (?:to (?:appear|show(?: up)?|be {SHOWN})|appears|shows(?: up)?|(?:is|are) {SHOWN}))?",
        mean.on("wait_for"),
    ),
    _rule(r"open (?P<t>the (?:menu|tab|link|drop-?down) .+|.+ (?:menu|tab|link|drop-?down))", mean.opened),
    _rule(r"(?:open|start|launch)(?: the)?(?: app(?:lication)?| program)? (?P<v>.+)", mean.opened),
    _rule(r"copy(?: it| this| the (?:selection|selected text))?", mean.clip("copy")),
    _rule(
        r"copy(?: the (?:text|value|content) (?:of|in))? (?P<t>.+?)(?: (?:into|to) (?P<to>.+))?", mean.clip("copy")
    ),
    _rule(r"paste(?: it)? (?:into|in|to) (?P<t>.+)", mean.clip("paste")),
    _rule(r"paste(?: it)?", mean.clip("paste")),
    _rule(
        r"(?:read|remember|store|save)(?: the (?:value|text|content) (?:of|in))? (?P<t>.+?) (?:into|as|in)"
        r" (?P<v>[\w\ue000\ue001]+)",
        mean.read,
    ),
    _rule(r"(?:read|remember)(?: the (?:value|text|content) (?:of|in))? (?P<t>.+)", mean.read),
    _rule(
        r"(?P<say>answer|say|reply|report)(?: with)? the (?:value|text|content) (?:of|in) (?P<t>.+)", mean.read
    ),
    _rule(r"(?:answer|say|reply|report)(?: with)?:? (?P<v>.+)", mean.said("answer")),
    _rule(
        r"(?:done|finish(?:ed)?|you are done|that is all)", lambda part, g: Instruction("answer", value="")
    ),
    _rule(r"give up(?:[:,]? (?:because )?(?P<v>.+))?", mean.said("give_up")),
    _rule(r"focus(?: on)? (?P<t>.+)", mean.on("click")),
    _rule(r"toggle (?P<t>.+)", mean.on("click")),
    _rule(r"(?:press|hit|push|tap|strike)(?: on| at)? (?P<k>.+)", mean.press),
    _rule(r"click(?: on| at)? (?P<t>.+)", mean.on("click")),
]  # fmt: skip
