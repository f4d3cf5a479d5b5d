"""Task scripts: a sentence, or a Markdown list with one step a line, and `{{parameters}}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields as fields_of
from dataclasses import replace

from screenwright.policies.literal import chinese, english
from screenwright.policies.literal.instruction import Instruction
from screenwright.policies.literal.phrases import Sentence
from screenwright.tools.elements import Target
from screenwright.tools.errors import BadScript
from screenwright.tools.masking import is_secret
from screenwright.tools.secrets.naming import mark, names_in
from screenwright.tools.secrets.store import how_to_give

ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)、])\s+(?:\[[ xX]\]\s+)?(?P<step>.+)")
PARAMETER = re.compile(r"\{\{\s*(?P<name>\w+)\s*(?:\|(?P<default>[^{}]*))?\}\}")
CJK = re.compile(r"[\u3400-\u9fff]")


def read_script(text: str, parameters: dict[str, str]) -> list[Instruction]:
    """The instructions of a script, its parameters filled in. BadScript names the line.

    Values are put in after the parsing, so that a value with quotes or an "and click" in it stays a value.
    """
    steps = [step for line, words in _lines(text) for step in _parse(words, line)]
    if not steps:
        raise BadScript('the script has no steps; write one step a line, such as: - click "Save"')
    known, used, read = dict(parameters), set[str](), set[str]()
    filled = []
    for step in steps:
        only_typed(step)
        names = _names(step)
        used |= names.keys()
        for name, default in names.items():
            if name not in known and name not in read and default is None:
                given = ", ".join(parameters) or "none"
                how = how_to_give(name) if is_secret(name) else f"add --set {name}=VALUE"
                raise BadScript(f"line {step.line}: {{{{{name}}}}} has no value (given: {given}); {how}")
        filled.append(_filled(step, known))
        if step.verb == "read" and step.value:
            read.add(step.value)
    if strange := sorted(set(parameters) - used):
        raise BadScript(
            f"the script has no {{{{{strange[0]}}}}}; it uses: {', '.join(sorted(used)) or 'no parameters'}"
        )
    return filled


def only_typed(step: Instruction) -> None:
    """BadScript where a secret is to go anywhere but into what is typed: nothing else ever learns its value."""
    elsewhere = replace(step, value=None) if step.verb in ("type", "append") else step
    for text in _texts(elsewhere):
        if names := names_in(text):
            where = f"line {step.line}: " if step.line else ""
            raise BadScript(f"{where}{mark(min(names))} can only be typed, into a field: {step.source or step}")


def _parse(words: str, line: int) -> list[Instruction]:
    outside = Sentence.of(words).text
    parse = chinese.parse if CJK.search(outside) else english.parse
    return parse(words, line)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are steps: the list items, or, where there is no list, every line of words."""
    clean = re.sub(r"<!--.*?-->", lambda m: "\n" * m[0].count("\n"), text, flags=re.DOTALL)
    lines = list(enumerate(clean.splitlines(), 1))
    items = [(number, match["step"].strip()) for number, line in lines if (match := ITEM.fullmatch(line))]
    if items:
        return iter(items)
    words = [(number, line.strip()) for number, line in lines]
    return iter([(n, line) for n, line in words if line and not line.startswith(("#", ">", "---", "```"))])


def _names(step: Instruction) -> dict[str, str | None]:
    """Every `{{name}}` in a step, with its default."""
    found: dict[str, str | None] = {}
    for text in _texts(step):
        for match in PARAMETER.finditer(text):
            found[match["name"]] = match["default"]
    return found


def _texts(step: Instruction) -> Iterator[str]:
    for field in fields_of(step):
        held = getattr(step, field.name)
        if isinstance(held, str) and field.name not in ("source", "verb"):
            yield held
        while isinstance(held, Target):
            if held.text is not None:
                yield held.text
            held = held.anchor


def _filled(step: Instruction, values: dict[str, str]) -> Instruction:
    def put(text: str) -> str:
        return PARAMETER.sub(lambda m: values.get(m["name"], _default(m)), text)

    def target(held: Target | None) -> Target | None:
        if held is None:
            return None
        return replace(held, text=None if held.text is None else put(held.text), anchor=target(held.anchor))

    return replace(
        step,
        value=None if step.value is None else put(step.value),
        target=target(step.target),
        to=target(step.to),
        until=target(step.until),
    )


def _default(match: re.Match[str]) -> str:
    return match[0] if match["default"] is None else match["default"].strip()
