"""What a person did through the mirror, as steps like an agent's: with the frame before, and what it changed.

An act is told when its effect is over: the screen was still for a moment, or the next act began. Letters typed
one by one are one step, and so are turns of the wheel, and two taps in quick succession.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from screenwright.tools.actions import Action, Click, aim, describe
from screenwright.tools.errors import Ending, Mendable, OutcomeUnknown
from screenwright.tools.joining import joined, near
from screenwright.tools.observation import Observation
from screenwright.tools.settle import difference
from screenwright.tools.steps import Decision, Effect, Result, Step, Verdict

QUIET_S = 0.7  # without change after an act, and its effect is over
LONGEST_S = 5.0
SERIES_S = 1.5  # letters further apart are two texts
DOUBLE_S, DOUBLE_PX = 0.5, 12.0
ALLOWED = Verdict("allow", "a person did it")
SOURCE = "person"


@dataclass
class _Draft:
    """An act whose effect is not over yet. Times are of `time.monotonic`."""

    action: Action
    before: Observation
    started: float
    began: float
    latest: float
    last: Observation | None
    ok: bool = True
    message: str = ""
    first: float | None = None
    changed: float | None = None


class Account:
    """Tells each act as a Step. Used by one thread.

    Args:
        told: is called with each step; none: nothing is kept.
        look: the screen as it is now, where a change was seen without an exact frame; None: it can't be seen.
    """

    def __init__(
        self,
        told: Callable[[Step], None] | None = None,
        look: Callable[[], Observation | None] = lambda: None,
    ) -> None:
        self._told = told
        self.look = look
        self._draft: _Draft | None = None
        self._joined: Action | None = None
        self._count = 0

    @property
    def wanted(self) -> bool:
        """Does anybody want to hear of it? Then what the system knows of the frame before an act is asked."""
        return self._told is not None

    @property
    def open(self) -> bool:
        """Is there an act whose effect is not over?"""
        return self._draft is not None

    def begin(self, action: Action, before: Observation) -> None:
        """A person is about to do this on the frame `before`."""
        if not self.wanted:
            return
        now = time.monotonic()
        draft = self._draft
        both = _joined(draft.action, action, now - draft.latest) if draft and draft.ok else None
        if draft and both:
            self._joined = draft.action
            draft.action, draft.latest = both, now
            return
        self._end(before)
        before.ask()
        self._joined = None
        self._draft = _Draft(action, before, time.time(), now, now, before)

    def did(self, message: str, *, ok: bool = True) -> None:
        """It was performed, or (`ok` false) nobody knows whether it was."""
        if self._draft:
            self._draft.ok, self._draft.message = ok, message

    def became(self, action: Action) -> None:
        """What was begun went on until now, and is this."""
        if self._draft:
            self._draft.action, self._draft.latest = action, time.monotonic()

    def failed(self, error: Mendable | Ending) -> None:
        """It could not be done: nothing is told of it, unless it may have been done in part."""
        if isinstance(error, OutcomeUnknown | Ending):
            self.did(str(error), ok=False)
        else:
            self.undone()

    def undone(self) -> None:
        """It was refused: nothing was done, and nothing is told of it."""
        if self._draft and self._joined:
            self._draft.action = self._joined
        else:
            self._draft = None

    def saw(self, seen: Observation | None) -> None:
        """A frame that differs from the one before it; None: a video showed that there is one."""
        if draft := self._draft:
            draft.changed = now = time.monotonic()
            draft.first = draft.first or now
            draft.last = seen

    def tick(self) -> None:
        """Tell the present act if its effect is over."""
        if draft := self._draft:
            now = time.monotonic()
            still = now - max(draft.changed or 0.0, draft.latest)
            if still > QUIET_S or now - draft.latest > LONGEST_S:
                self._end(draft.last)

    def close(self) -> None:
        if self._draft:
            self._end(self._draft.last)

    def _end(self, after: Observation | None) -> None:
        draft, self._draft = self._draft, None
        if draft is None or self._told is None:
            return
        after = after or self.look() or draft.before
        result = Result(draft.ok, draft.message, _effect(draft, after))
        decision = Decision(draft.action, describe(draft.action), source=SOURCE)
        step = Step(self._count, draft.before, decision, ALLOWED, result, draft.started, after)
        self._count += 1
        self._told(step)


def _joined(first: Action, second: Action, apart_s: float) -> Action | None:
    """Both as one action, where a person would call them one."""
    match first, second:
        case Click(), Click() if apart_s <= DOUBLE_S and (first.button, second.count) == (second.button, 1):
            same = near(first.point, second.point, DOUBLE_PX) and first.count < 3
            return first.model_copy(update={"count": first.count + 1}) if same else None
        case _:
            return joined(first, second) if apart_s <= SERIES_S else None


def _effect(draft: _Draft, after: Observation) -> Effect:
    """What differs between the frame before the act and the one after its effect."""
    point = aim(draft.action)
    effect = replace(
        difference(draft.before, after, (point.x, point.y) if point else None),
        waited_s=time.monotonic() - draft.latest,
    )
    if draft.first is None or draft.changed is None:
        return effect
    return replace(
        effect, first_s=max(0.0, draft.first - draft.began), last_s=max(0.0, draft.changed - draft.began)
    )
