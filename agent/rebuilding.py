"""`--as html|svg|drawio`: a picture as a file that says the same and can be edited, checked to open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from screenwright.agent.asking import NotHeld, again
from screenwright.agent.longread import Manner, Reader, spoken
from screenwright.agent.opens import Kind, code_in, fault_of
from screenwright.agent.prompting import prompt
from screenwright.policies.chat import Model, Turn
from screenwright.tools.inputs.kinds import BadInput, Film, Input, Still, Words

LIMIT, TOKENS = 8192, 2560
USUAL = Manner(limit=LIMIT, tokens=TOKENS)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """`code`: the file's text. `reply`: as it came."""

    code: str
    reply: str
    asked: int
    usage: dict[str, float]


def rebuild(
    model: Model,
    inputs: Sequence[Input],
    kind: Kind,
    manner: Manner = USUAL,
    *,
    question: str = "",
    active: bool = False,
) -> Rebuilt:
    """The picture as code that opens. What does not is told to the model once.

    Args:
        inputs: one picture, or one page of a document.
        question: what else to say, such as what to leave out.
        active: let scripts and what is loaded from elsewhere pass.

    Raises NotHeld with the raw reply, BadInput, and what `ask` raises.
    """
    _check_one(inputs, kind)
    reader = Reader(model, inputs, replace(manner, pictures_at_once=1))
    return reader.answer(
        prompt(f"rebuild_{kind}", question=question.strip()), lambda turns: _built(reader, turns, kind, active)
    )


def _built(reader: Reader, turns: list[Turn], kind: Kind, active: bool) -> Rebuilt:
    reply = reader.ask(turns)
    code = code_in(spoken(reply), kind)
    fault = fault_of(code, kind, active=active)
    if fault and reply.finish != "length":
        reply = reader.ask([*turns, *again(reply, prompt("rebuild_again", fault=fault))])
        code = code_in(spoken(reply), kind)
        fault = fault_of(code, kind, active=active)
    if fault:
        cut = f"it was cut off at {reader.manner.limit} tokens (allow more with --limit), so "
        cut = cut if reply.finish == "length" else ""
        raise NotHeld(f"the model's {kind} does not open: {cut}{fault}", reply.text)
    return Rebuilt(code + "\n", reply.text, reader.read.asked, dict(reader.read.usage))


def _check_one(inputs: Sequence[Input], kind: Kind) -> None:
    given = [each for each in inputs if not isinstance(each, Film | Words)]
    pages = sum(1 if isinstance(each, Still) else len(each.numbers) for each in given)
    if len(given) != len(inputs) or pages != 1:
        raise BadInput(f"--as {kind} needs one picture, or one page such as doc.pdf#3; {_count(inputs)} given")


def _count(inputs: Sequence[Input]) -> str:
    names = [
        each.name if isinstance(each, Still | Film | Words) else f"{each.name} of {len(each.numbers)} pages"
        for each in inputs
    ]
    return f"{', '.join(names)} was" if names else "nothing was"
