"""The conversation of one run: it only grows at its end, until a block of old screenshots leaves at once.

What a model has read stays in its cache only while the beginning of the conversation stays the same. So
nothing that was said is rewritten between two cuts: a screenshot that leaves at every step would make all
that comes after the first one new, every time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from screenwright.policies.chat import Part, Picture, Turn
from screenwright.policies.dialects.dialect import Dialect, Screen, smart_resize
from screenwright.policies.dialects.loose import clean
from screenwright.policies.dialects.saying import remembered
from screenwright.policies.pictures import changed_part, resized
from screenwright.tools.actions import Action, Ask, aim
from screenwright.tools.geometry import Point, Size
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Step

CROPPED = "Only the part"
UNCHANGED = "The screen has not changed.\n"
EXCHANGES = 32  # at most; a screen that never changes adds no picture and would never be cut
OTHERS = 12  # steps of another policy that are told at once
NOTE_MOST = 400  # characters of one outcome


@dataclass
class Exchange:
    """One user turn and the reply to it.

    `line` is what stays of it after a cut, with `became`, what became of its action; `more`: further actions in
    the reply, which were not done. `others`: what another policy did before it, in lines.
    """

    parts: list[Part] = field(default_factory=list[Part])
    seen: Picture | None = None
    reply: str | None = None
    line: str = ""
    became: str = ""
    more: int = 0
    others: list[str] = field(default_factory=list[str])

    @property
    def pictures(self) -> int:
        return sum(isinstance(part, Picture) for part in self.parts)


class History:
    """What a model is told of a run.

    Args:
        grow, keep: at more than `grow` pictures, all but the last `keep` leave.
        budget: tokens of one screenshot at most.
        crops: of a small change only the changed part is shown.
    """

    def __init__(
        self, dialect: Dialect, *, grow: int = 8, keep: int = 4, budget: int = 2560, crops: bool = False
    ) -> None:
        if not 1 <= keep <= grow:
            raise ValueError(f"keep={keep} must be 1 to grow={grow}")
        self.dialect, self.grow, self.keep, self.budget, self.crops = dialect, grow, keep, budget, crops
        self.begin("")

    def begin(self, task: str) -> None:
        self._task = task
        self._exchanges = [Exchange()]
        self._earlier: list[str] = []
        self._known = 0
        self._last: Picture | None = None

    def turns(self, steps: Sequence[Step], observation: Observation, screen: Screen) -> list[Turn]:
        """The conversation up to the present screen; call once for each decision."""
        others = [line for step in steps[self._known :] if (line := self._learn(step, screen))]
        self._known = len(steps)
        self._tell(others)
        self._show(observation, screen, bool(others))
        pictures = sum(exchange.pictures for exchange in self._exchanges)
        if pictures > self.grow or len(self._exchanges) > EXCHANGES:
            self._cut(self.keep)
        return self.written(screen)

    def said(self, reply: str, line: str, more: int = 0) -> None:
        """The present screen's reply, once it was read as an action: it is kept as it came.

        more: further actions in it, which are not done; the next turn says so.
        """
        now = self._exchanges[-1]
        now.reply, now.line, now.more = reply, line, more

    def forget(self) -> None:
        """The present screen's reply was not followed."""
        self.said("", "")
        self._exchanges[-1].reply = None

    def shorten(self) -> bool:
        """Keep only the newest picture; False when that is all there is already."""
        if len(self._exchanges) == 1 and self._exchanges[0].pictures <= 1:
            return False
        self._leave(len(self._exchanges) - 1)
        return True

    def fit(self, size: Size) -> Size:
        """The size a frame of that size is shown at."""
        return smart_resize(size, self.dialect.factor, self.budget)

    def written(self, screen: Screen) -> list[Turn]:
        before, after = self.dialect.opening(self._task, self._earlier)
        turns = [Turn.of("system", self.dialect.system(screen))]
        for number, exchange in enumerate(self._exchanges):
            parts = [before, *exchange.parts, after] if number == 0 else exchange.parts
            turns.append(Turn.of("user", *parts))
            if exchange.reply is not None:
                turns.append(Turn.of("assistant", exchange.reply))
        return turns

    def _learn(self, step: Step, screen: Screen) -> str:
        """What became of a step. A reply that could not be used is forgotten; what was wrong with it is told.
        What another policy did comes back as a line."""
        now = self._exchanges[-1]
        if step.decision is None:
            self.forget()
            now.parts.append(f"Your last reply could not be used: {_short(step.result.message)}\n")
            return ""
        if now.reply is None:
            return self._words(step.decision.action, screen) + _became(step)
        now.became = _became(step)
        words = _outcome(step)
        if now.more and step.result.ok:
            words = f"Only the first of your {now.more + 1} actions was done.\n{words}"
        self._exchanges.append(Exchange([words] if words else []))
        return ""

    def _words(self, action: Action, screen: Screen) -> str:
        """Another policy's action as this model would put it."""
        line, point = remembered(action), aim(action)
        if point is not None and not getattr(action, "target", None):
            line += " at [{}, {}]".format(*self.dialect.place(point, screen))
        return line

    def _tell(self, others: list[str]) -> None:
        """What another policy did; of many steps only the last ones."""
        now = self._exchanges[-1]
        now.others += others
        if len(others) > OTHERS:
            now.parts.append(f"Done meanwhile: {len(others) - OTHERS} steps, and then these.\n")
        now.parts += [f"Done meanwhile: {line}.\n" for line in others[-OTHERS:]]

    def _show(self, observation: Observation, screen: Screen, others: bool) -> None:
        now = self._exchanges[-1]
        picture = Picture(resized(observation.pixels, screen.shown))
        if picture == self._last:
            told = any(not isinstance(p, str) or "Nothing changed" in p or p == UNCHANGED for p in now.parts)
            if others or not told:
                now.parts.append(UNCHANGED)
        elif (
            self.crops
            and self._last is not None
            and (part := changed_part(self._last, picture, self.dialect.factor))
        ):
            corners = (part.x, part.y), (part.right, part.bottom)
            (left, top), (right, bottom) = (self._spot(x, y, screen) for x, y in corners)
            now.parts += [
                f"{CROPPED} from [{left}, {top}] to [{right}, {bottom}] of the screen has changed:\n",
                Picture(np.ascontiguousarray(picture.pixels[part.y : part.bottom, part.x : part.right])),
            ]
        else:
            now.parts.append(picture)
        now.seen = self._last = picture

    def _spot(self, x: int, y: int, screen: Screen) -> list[int]:
        return self.dialect.place(Point(x, y, screen.shown).on(screen.captured), screen)

    def _cut(self, keep: int) -> None:
        """All but the last `keep` pictures leave, of which the first is a whole one."""
        first, later = len(self._exchanges) - 1, 0
        while first > 0 and len(self._exchanges) - first < EXCHANGES // 2:
            later += self._exchanges[first].pictures
            if later + 1 > keep:
                break
            first -= 1
        self._leave(first)

    def _leave(self, count: int) -> None:
        """So many exchanges become lines; what is kept begins with a whole picture."""
        for exchange in self._exchanges[:count]:
            self._earlier += [*exchange.others, exchange.line + exchange.became]
        self._exchanges = self._exchanges[count:]
        head = self._exchanges[0]
        if head.seen is not None:
            words = [part for part in head.parts if isinstance(part, str) and part != UNCHANGED]
            head.parts = [*(part for part in words if not part.startswith(CROPPED)), head.seen]


def _outcome(step: Step) -> str:
    """What the model must know of its last action beyond what the next picture shows."""
    assert step.decision is not None
    message, effect = step.result.message, step.result.effect
    if not step.result.ok:
        return f"That was not done: {_short(message)}\n"
    if isinstance(step.decision.action, Ask):
        return f"The person answers: {message}\n"
    if effect.where == "nothing":
        warning = message.partition("; ")[2]
        return "Nothing changed" + (f"; {_short(warning)}" if warning else "") + ".\n"
    return ""


def _became(step: Step) -> str:
    """The same, for the line that is remembered of it."""
    assert step.decision is not None
    if not step.result.ok:
        return f" (not done: {_short(step.result.message, 100)})"
    if isinstance(step.decision.action, Ask):
        return f" (answered: {_short(step.result.message, 200)})"
    return " (nothing changed)" if step.result.effect.where == "nothing" else ""


def _short(message: str, most: int = NOTE_MOST) -> str:
    message = clean(" ".join(message.split()))
    return message if len(message) <= most else message[: most - 3] + "..."
