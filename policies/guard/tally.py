"""What a run has done so far, for rules that count and rules that look at the time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal

from screenwright.tools.actions import Action, Move, Scroll, TypeText, Wait

Per = Literal["run", "minute", "hour"]
SPAN_S = {"minute": 60.0, "hour": 3600.0}
TYPED_MOST = 2000


class Tally:
    """When what was done, by the number of the rule that counts it.

    What is allowed is counted at once, so that a guard that is told nothing more counts too much rather than too
    little; `taken_back` undoes that for what was then not done.

    Args:
        clock: the present time, with a zone.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.began_at: datetime | None = None
        self._done: dict[int, list[datetime]] = defaultdict(list)
        self._last: tuple[frozenset[int], str] = (frozenset(), "")
        self.typed = ""
        """What was typed since the last act of another kind: a command may come in two halves."""

    def begin(self) -> None:
        """A run begins: nothing was done yet."""
        self.began_at = self.clock()
        self._done.clear()
        self._last = (frozenset(), "")
        self.typed = ""

    @property
    def elapsed_s(self) -> float:
        """Seconds since the run began; counted from the first question where no begin was told."""
        if self.began_at is None:
            self.began_at = self.clock()
        return (self.clock() - self.began_at).total_seconds()

    def count(self, rule: int, per: Per) -> int:
        """How many acts that this rule counts were done in the run, or in the last minute or hour of it."""
        if per == "run":
            return len(self._done[rule])
        now = self.clock()
        return sum((now - at).total_seconds() < SPAN_S[per] for at in self._done[rule])

    def allowed(self, action: Action, rules: Iterable[int]) -> None:
        """It is about to be done, and these rules count it."""
        self._last = (frozenset(rules), self.typed)
        now = self.clock()
        for rule in self._last[0]:
            self._done[rule].append(now)
        if isinstance(action, TypeText):
            self.typed = (self.typed + action.text)[-TYPED_MOST:]
        elif not isinstance(action, Wait | Scroll | Move):
            self.typed = ""

    def taken_back(self) -> None:
        """What was allowed last was not done."""
        rules, self.typed = self._last
        for rule in rules:
            self._done[rule].pop()
        self._last = (frozenset(), self.typed)
