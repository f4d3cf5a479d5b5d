"""What does not fit into one conversation is read part by part: notes are taken, and the answer comes from them.

The pages of a part are made when it is their turn and let go afterwards, so memory does not grow with the
document. What is no document (a picture, a film, a short text beside it) is shown with every part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from screenwright.agent.prompting import prompt
from screenwright.agent.showing import Piece, Shown, labels, price, ranges, shown
from screenwright.policies.chat import GREEDY, Model, Part, Reply, Sampling, Shape, Turn
from screenwright.policies.dialects.dialect import dialect_of
from screenwright.tools.errors import TooLong
from screenwright.tools.inputs.kinds import BadInput, Input, Words

USUAL_CONTEXT = 32_768
"""Tokens that are taken to fit where a model does not say."""
FRAME_TOKENS = 400
"""Of our own words, and of the template around them."""
NOTE_LIMIT = 700
ROUNDS = 4

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Manner:
    """How inputs are shown and the model is asked.

    `limit`: tokens of the answer. `tokens`: of one picture. `pictures_at_once`: in one conversation.
    `context`: tokens that fit into it; by default what the model says. `sampling`: by default words as the
    model's family is run, and greedy where a shape is asked for. `tell`: hears what is being read.
    """

    limit: int = 1024
    tokens: int = 1280
    pictures_at_once: int = 48
    context: int | None = None
    sampling: Sampling | None = None
    stop: Callable[[], bool] | None = None
    tell: Callable[[str], None] | None = None


@dataclass
class Read:
    """What was read. `places`: by input, its pages or blocks of lines, in order. `notes`: what it was taken
    from, and the note, where the whole did not fit."""

    notes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    warnings: list[str] = field(default_factory=list[str])
    usage: dict[str, float] = field(default_factory=dict[str, float])
    places: dict[str, list[int | tuple[int, int]]] = field(default_factory=dict[str, list[int | tuple[int, int]]])
    asked: int = 0

    def add(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            seen = self.places.setdefault(piece.group, [])
            if piece.place is not None and piece.place not in seen:
                seen.append(piece.place)
            self.warnings += [said for said in piece.warnings if said not in self.warnings]


class Reader:
    """One question, read over all inputs. `read` fills as it goes."""

    def __init__(self, model: Model, inputs: Sequence[Input], manner: Manner) -> None:
        self.model, self.manner = model, manner
        context = manner.context or context_of(model)
        self._note_limit = min(NOTE_LIMIT, context // 6)
        self.room = context - max(manner.limit, self._note_limit) - FRAME_TOKENS
        self.read = Read()
        self._shown = shown(inputs, manner.tokens, max(256, self.room // 3))
        self._held: list[Piece] = []

    def answer(self, question: str, finish: Callable[[list[Turn]], T]) -> T:
        """What `finish` makes of a conversation that holds it all, or the notes of it. TooLong, BadInput.

        `finish` may raise TooLong as the model does: less is then shown at once.
        """
        room = self.room - price(question)
        self._held = self._always(room)
        self.read.add(self._held)
        long = [each for each in self._shown if each.long]
        parts = self._parts(long, room - sum(piece.tokens for piece in self._held))
        first = next(parts, [])
        second = next(parts, None)
        if second is None:
            try:
                answer = finish(self._whole(first, question))
                self.read.add(first)
                return answer
            except TooLong:
                if len(first) < 2:
                    raise
                waiting: Iterable[list[Piece]] = _halves(first)
        else:
            waiting = _chained([first, second], parts)
        for part in waiting:
            self._note(part, question)
        return self._from_notes(question, room, finish)

    def ask(self, turns: Sequence[Turn], *, limit: int | None = None, shape: Shape | None = None) -> Reply:
        """One request, counted."""
        manner = self.manner
        usual = dialect_of(self.model.name).sampling if shape is None else GREEDY
        reply = self.model.reply(
            turns, shape=shape, limit=limit or manner.limit, sampling=manner.sampling or usual, stop=manner.stop
        )
        self.read.asked += 1
        for name, number in reply.usage.items():
            self.read.usage[name] = self.read.usage.get(name, 0) + number
        return reply

    def _always(self, room: int) -> list[Piece]:
        """What every part is shown with. Short texts are, so that a question about both can be answered."""
        always: list[Piece] = []
        for each in self._shown:
            if not each.long:
                always += each.pieces()
        cost, count = sum(piece.tokens for piece in always), sum(piece.pictures for piece in always)
        if cost > room or count > self.manner.pictures_at_once:
            raise TooLong(
                f"{count} pictures and films of {cost} tokens do not fit into {room} at once, "
                f"{self.manner.pictures_at_once} pictures at most: give fewer, or each fewer with --budget"
            )
        return always

    def _parts(self, long: Sequence[Shown], room: int) -> Iterator[list[Piece]]:
        """Pieces that fit together, in order; each is made when it is reached."""
        most = self.manner.pictures_at_once - sum(piece.pictures for piece in self._held)
        part: list[Piece] = []
        cost = count = usable = 0
        unusable: list[Piece] = []
        for each in long:
            for piece in each.pieces():
                if not piece.parts:
                    unusable.append(piece)
                    self.read.add([piece])
                    continue
                if part and (cost + piece.tokens > room or count + piece.pictures > most):
                    yield part
                    part, cost, count = [], 0, 0
                part.append(piece)
                usable += 1
                cost, count = cost + piece.tokens, count + piece.pictures
        if unusable and not usable:
            raise BadInput(unusable[0].warnings[0])
        if part:
            yield part

    def _whole(self, pieces: Sequence[Piece], question: str) -> list[Turn]:
        paged = any(isinstance(piece.place, int) for piece in pieces)
        words = f"{question}\n{prompt('ask_pages')}" if paged and len(pieces) > 1 else question
        return self._turns(pieces, words)

    def _turns(self, pieces: Sequence[Piece], words: str) -> list[Turn]:
        parts: list[Part] = []
        for piece in self._in_order(pieces):
            parts += piece.parts
        return [Turn.of("system", prompt("ask_system")), Turn.of("user", *parts, words)]

    def _in_order(self, pieces: Sequence[Piece]) -> list[Piece]:
        """As the inputs were given."""
        order = {each.name: number for number, each in enumerate(self._shown)}
        return sorted([*self._held, *pieces], key=lambda piece: order.get(piece.group, len(order)))

    def _note(self, part: list[Piece], question: str) -> None:
        """The note of one part. One that the model finds too long is taken in halves."""
        label = labels(part)
        if self.manner.tell is not None:
            self.manner.tell(f"reading {label}")
        try:
            reply = self.ask(
                self._turns(part, prompt("ask_notes", shown=label, question=question)), limit=self._note_limit
            )
        except TooLong:
            if len(part) < 2:
                raise
            for half in _halves(part):
                self._note(half, question)
            return
        self.read.add(part)
        self.read.notes.append((label, spoken(reply)))
        if reply.finish == "length":
            self.read.warnings.append(f"the notes on {label} were cut off at {self._note_limit} tokens")

    def _from_notes(self, question: str, room: int, finish: Callable[[list[Turn]], T]) -> T:
        """Notes that are themselves too long are read like a text, and so become shorter."""
        notes = self.read.notes
        whole = self._written(notes)
        free = room - sum(piece.tokens for piece in self._held)
        for _ in range(ROUNDS):
            if price(whole) <= free:
                break
            before = price(whole)
            text = Words("the notes", whole)
            taken = len(notes)
            for part in self._parts(shown([text], self.manner.tokens, max(256, free // 3)), free):
                self._note(part, question)
            notes, self.read.notes = self.read.notes[taken:], self.read.notes[:taken]
            whole = self._written(notes)
            if price(whole) >= before:
                break
        if price(whole) > free:
            raise TooLong(
                f"the notes have about {price(whole)} tokens and {free} fit: "
                "give fewer pages, such as doc.pdf#1-50"
            )
        self.read.places.pop("the notes", None)
        everything = self.summary()
        words = prompt("ask_from_notes", shown="; ".join(everything), notes=whole, question=question)
        paged = any(isinstance(place, int) for seen in self.read.places.values() for place in seen)
        return finish(self._turns([], f"{words}\n{prompt('ask_pages')}" if paged else words))

    def _written(self, notes: Sequence[tuple[str, str]]) -> str:
        told = [(label, note) for label, note in notes if note.strip().lower().rstrip(".") != "nothing"]
        return "\n\n".join(f"[{label}]\n{note}" for label, note in told) or "There was nothing about it."

    def summary(self) -> list[str]:
        """What was read of each input: "doc.pdf: pages 1-40, 42 of 300"."""
        lines: list[str] = []
        for each in self._shown:
            places = self.read.places.get(each.name)
            if places is None:
                continue
            if not each.unit or (each.unit == "page" and each.total == 1):
                lines.append(each.name)
                continue
            lines.append(f"{each.name}: {each.unit}s {ranges(places)} of {each.total}")
        return lines


def context_of(model: Model) -> int:
    """Tokens that fit, as the model says itself, or as its server does: some servers drop without a word what
    does not fit."""
    said = getattr(model, "context", None)
    if said is None and callable(facts := getattr(model, "facts", None)):
        said = getattr(facts(), "context", None)
    return int(said or USUAL_CONTEXT)


def spoken(reply: Reply) -> str:
    """The words of a reply without what a Thinking checkpoint thought before them."""
    return reply.text.rpartition("</think>")[2].strip()


def _halves(part: list[Piece]) -> list[list[Piece]]:
    middle = len(part) // 2
    return [part[:middle], part[middle:]]


def _chained(first: list[list[Piece]], rest: Iterator[list[Piece]]) -> Iterator[list[Piece]]:
    """Lets go of each part when it has been given."""
    while first:
        yield first.pop(0)
    yield from rest
