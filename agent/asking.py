"""What a model can do besides driving a screen: answer about pictures, films and documents, extract, rebuild."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from screenwright.agent.longread import Manner, Read, Reader, spoken
from screenwright.agent.prompting import prompt
from screenwright.agent.schemas import Wanted, wanted
from screenwright.policies.chat import Model, Reply, Turn
from screenwright.tools.errors import BadReply, BadScript, Ending
from screenwright.tools.inputs.kinds import Input

USUAL = Manner()
AGAIN = 2
"""Times that a model is told what is wrong with its reply and asked again."""


class NotHeld(Ending):
    """The model did not give what it was to give, told twice. `reply` is the last one as it came."""

    def __init__(self, message: str, reply: str) -> None:
        super().__init__(message)
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Answer:
    """`text`: the answer. `read`: what was looked at, a line an input ("doc.pdf: pages 1-40 of 300").
    `notes`: where the whole did not fit, what was noted of which part. `warnings`: what is not as it
    should be: a damaged film, an answer that was cut off. `usage`: summed over `asked` requests."""

    text: str
    read: tuple[str, ...]
    notes: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    usage: dict[str, float] = field(default_factory=dict[str, float])
    asked: int = 1


@dataclass(frozen=True, slots=True)
class Extracted:
    """`value`: a dict and the like, or an object of the class that was asked for; `answer.text`: its JSON."""

    value: Any
    answer: Answer


def ask(model: Model, question: str, inputs: Sequence[Input], manner: Manner = USUAL) -> Answer:
    """Answer a question about all inputs. TooLong, ModelLost, BadInput, Stopped.

    What does not fit into the model's context is read part by part: see `longread`.
    """
    if not question.strip():
        raise BadScript("the question is empty; ask something, such as: What is the total?")
    reader = Reader(model, inputs, manner)
    reply = reader.answer(question.strip(), reader.ask)
    if reply.finish == "length":
        reader.read.warnings.append(_cut(manner))
    return _answer(spoken(reply), reader)


def extract(
    model: Model, schema: Any, inputs: Sequence[Input], manner: Manner = USUAL, *, question: str = ""
) -> Any:
    """The value that a schema describes, from the inputs: an object of a class, or what JSON has.

    Args:
        schema: a pydantic class or any type that pydantic knows, a JSON schema as a dict or a file,
            "module:Class" or "file.py:Class".
        question: what else to say, such as which of two receipts.

    Raises BadSchema, NotHeld, and what `ask` raises.
    """
    return extracted(model, schema, inputs, manner, question=question).value


def extracted(
    model: Model, schema: Any, inputs: Sequence[Input], manner: Manner = USUAL, *, question: str = ""
) -> Extracted:
    """The same, with what was read and what it cost."""
    form = wanted(schema)
    reader = Reader(model, inputs, manner)
    words = prompt("extract", schema=form.told, question=question.strip())

    def finish(turns: list[Turn]) -> tuple[Any, str]:
        return _held_to(reader, form, turns, manner)

    value, text = reader.answer(words, finish)
    return Extracted(value, _answer(text, reader))


def _held_to(reader: Reader, form: Wanted, turns: list[Turn], manner: Manner) -> tuple[Any, str]:
    """The value and its JSON. A server may know no grammars: such a model is told what is wrong."""
    for left in reversed(range(AGAIN + 1)):
        reply = reader.ask(turns, shape=form.shape)
        try:
            return form.read(spoken(reply))
        except BadReply as fault:
            if reply.finish == "length":
                raise NotHeld(f"the JSON {_cut(manner)[len('the answer ') :]}", reply.text) from fault
            if not left:
                raise NotHeld(
                    f"the model was asked {AGAIN + 1} times for {form.name} and gave none: {fault}", reply.text
                ) from fault
            turns = [*turns, *again(reply, prompt("extract_again", fault=str(fault)))]
    raise AssertionError("the last round returns or raises")


def again(reply: Reply, words: str) -> list[Turn]:
    """What goes on a conversation: the reply as it came, and what is wrong with it."""
    return [Turn.of("assistant", reply.text or " "), Turn.of("user", words)]


def _answer(text: str, reader: Reader) -> Answer:
    read: Read = reader.read
    return Answer(
        text, tuple(reader.summary()), tuple(read.notes), tuple(read.warnings), dict(read.usage), read.asked
    )


def _cut(manner: Manner) -> str:
    return f"the answer was cut off at {manner.limit} tokens; allow more with --limit"
