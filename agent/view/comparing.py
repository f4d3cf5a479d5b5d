"""Two runs beside each other: how they ended, where they part, what took how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from screenwright.agent.timing import PARTS, seconds_by_part
from screenwright.agent.view.told import Told
from screenwright.tools.actions import Action, Done, TypeText, Wait, aim, describe
from screenwright.tools.steps import Step
from screenwright.tools.wording import folded

NEAR_PX = 24.0
SAME, LIKE = 3, 1
Likeness = Literal["same", "like", "only a", "only b"]


@dataclass(frozen=True)
class Pair:
    """A step of each run, None where only one has it. "like": the same kind of act with another text."""

    a: Step | None
    b: Step | None
    likeness: Likeness


@dataclass(frozen=True)
class Comparison:
    """Two runs, their steps side by side, and the seconds of each by part."""

    a: Told
    b: Told
    pairs: list[Pair]
    seconds: dict[str, tuple[float, float]]

    @property
    def parting(self) -> Pair | None:
        """The first pair that is not the same act; None where all are. Waiting and ending don't count."""
        return next((pair for pair in self.pairs if pair.likeness != "same" and not _waits(pair)), None)

    @property
    def same(self) -> bool:
        """Did both do the same, and end the same way?"""
        return self.parting is None and self.a.state == self.b.state

    def json(self) -> dict[str, Any]:
        def side(run: Told) -> dict[str, Any]:
            outcome = run.outcome
            return {
                "run": str(run.trace.folder),
                "state": run.state,
                "message": outcome.message if outcome else "",
                "steps": len(run.steps),
                "seconds": outcome.seconds if outcome else None,
            }

        return {
            "a": side(self.a),
            "b": side(self.b),
            "same": self.same,
            "seconds_by_part": {part: list(both) for part, both in self.seconds.items()},
            "parting": _facts(self.parting) if self.parting else None,
            "steps": [_facts(pair) for pair in self.pairs],
        }


def compared(a: Told, b: Told) -> Comparison:
    """Align the steps by what they did."""
    totals = [_totals(run.steps) for run in (a, b)]
    known = (*PARTS, *sorted({*totals[0], *totals[1]} - {*PARTS}))
    seconds = {p: (totals[0].get(p, 0.0), totals[1].get(p, 0.0)) for p in known if any(p in t for t in totals)}
    return Comparison(a, b, aligned(a.steps, b.steps), seconds)


def aligned(a: Sequence[Step], b: Sequence[Step]) -> list[Pair]:
    """The steps in order, paired where they are the same act or one like it."""
    first = 0
    while first < min(len(a), len(b)) and likeness(a[first], b[first]) == SAME:
        first += 1
    last = 0
    while last < min(len(a), len(b)) - first and likeness(a[-1 - last], b[-1 - last]) == SAME:
        last += 1
    middle = _middle(a[first : len(a) - last], b[first : len(b) - last])
    begin = [Pair(one, other, "same") for one, other in zip(a[:first], b[:first], strict=True)]
    end = [Pair(one, other, "same") for one, other in zip(a[len(a) - last :], b[len(b) - last :], strict=True)]
    return [*begin, *middle, *end]


def _middle(a: Sequence[Step], b: Sequence[Step]) -> list[Pair]:
    alike = [[likeness(one, other) for other in b] for one in a]
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in reversed(range(len(a))):
        for j in reversed(range(len(b))):
            both = best[i + 1][j + 1] + alike[i][j] if alike[i][j] else 0
            best[i][j] = max(both, best[i + 1][j], best[i][j + 1])
    pairs: list[Pair] = []
    i = j = 0
    while i < len(a) and j < len(b):
        if alike[i][j] and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            pairs.append(Pair(a[i], b[j], "same" if alike[i][j] == SAME else "like"))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append(Pair(a[i], None, "only a"))
            i += 1
        else:
            pairs.append(Pair(None, b[j], "only b"))
            j += 1
    return [*pairs, *(Pair(s, None, "only a") for s in a[i:]), *(Pair(None, s, "only b") for s in b[j:])]


def likeness(a: Step, b: Step) -> int:
    """SAME: the same act on the same thing, with the same end; LIKE: with another text or end; 0."""
    if a.decision is None or b.decision is None:
        return SAME if a.decision is b.decision else 0
    one, other = a.decision.action, b.decision.action
    if type(one) is not type(other):
        return 0
    if isinstance(one, TypeText) and isinstance(other, TypeText):
        found = SAME if one.text == other.text else LIKE
    elif aim(one) is not None or aim(other) is not None:
        found = SAME if _aimed_alike(one, other) else 0
    else:
        loose = {"seconds", "answer", "target"}
        found = SAME if one.model_dump(exclude=loose) == other.model_dump(exclude=loose) else 0
    return found if not found or a.result.ok == b.result.ok else LIKE


def _waits(pair: Pair) -> bool:
    step = pair.a or pair.b
    alone = pair.a is None or pair.b is None
    return (
        alone and step is not None and step.decision is not None and isinstance(step.decision.action, Wait | Done)
    )


def _aimed_alike(one: Action, other: Action) -> bool:
    called, also = folded(getattr(one, "target", None) or ""), folded(getattr(other, "target", None) or "")
    if called and also:
        return called == also
    here, there = aim(one), aim(other)
    if here is None or there is None or here.frame != there.frame:
        return here is there
    return (here.x - there.x) ** 2 + (here.y - there.y) ** 2 <= NEAR_PX**2


def _totals(steps: Sequence[Step]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for step in steps:
        for part, seconds in seconds_by_part(step).items():
            totals[part] = totals.get(part, 0.0) + seconds
    return totals


def _facts(pair: Pair) -> dict[str, Any]:
    return {"likeness": pair.likeness, "a": _fact(pair.a), "b": _fact(pair.b)}


def _fact(step: Step | None) -> dict[str, Any] | None:
    if step is None:
        return None
    seconds = sum(seconds_by_part(step).values())
    return {"number": step.index + 1, "action": act(step), "ok": step.result.ok, "seconds": round(seconds, 3)}


def act(step: Step) -> str:
    """What a step did, in a line."""
    return describe(step.decision.action) if step.decision else "no decision"
