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
from screenwright.tools.actions import Ask, describe
from screenwright.tools.geometry import Point, Region, Size
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.steps import Step

CROPPED = "Only the part"
FIRST_LINES, LAST_LINES = 3, 30
CROP_SHARE = 0.25  # of the picture; a change over more of it is shown whole


@dataclass
class Exchange:
    """One user turn and the reply to it; `line` is what stays of it after a cut."""

    parts: list[Part] = field(default_factory=list[Part])
    seen: Picture | None = None
    reply: str | None = None
    line: str = ""

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
        for step in steps[self._known :]:
            self._learn(step)
        self._known = len(steps)
        self._show(observation, screen)
        if sum(exchange.pictures for exchange in self._exchanges) > self.grow:
            self._cut(self.keep)
        return self.written(screen)

    def said(self, reply: str, line: str) -> None:
        """The present screen's reply, once it was read as an action: it is kept as it came."""
        self._exchanges[-1].reply = reply
        self._exchanges[-1].line = line

    def forget(self) -> None:
        """The present screen's reply was not followed."""
        self._exchanges[-1].reply, self._exchanges[-1].line = None, ""

    def shorten(self) -> bool:
        """Keep only the newest picture; False when that is all there is already."""
        if len(self._exchanges) == 1:
            return False
        self._leave(len(self._exchanges) - 1)
        return True

    def fit(self, size: Size) -> Size:
        """The size a frame of that size is shown at."""
        return smart_resize(size, self.dialect.factor, self.budget)

    def written(self, screen: Screen) -> list[Turn]:
        before, after = self.dialect.opening(self._task, self._lines)
        turns = [Turn.of("system", self.dialect.system(screen))]
        for number, exchange in enumerate(self._exchanges):
            parts = [before, *exchange.parts, after] if number == 0 else exchange.parts
            turns.append(Turn.of("user", *parts))
            if exchange.reply is not None:
                turns.append(Turn.of("assistant", exchange.reply))
        return turns

    def _learn(self, step: Step) -> None:
        """What became of a step. A reply that could not be used is forgotten; what was wrong with it is told."""
        now = self._exchanges[-1]
        if step.decision is None:
            self.forget()
            now.parts.append(f"Your last reply could not be used: {step.result.message}\n")
        elif now.reply is None:  # another policy's doing
            now.parts.append(f"Done meanwhile: {describe(step.decision.action)}.\n")
        else:
            words = _outcome(step)
            self._exchanges.append(Exchange([words] if words else []))

    def _show(self, observation: Observation, screen: Screen) -> None:
        now = self._exchanges[-1]
        picture = Picture(resized(observation.pixels, screen.shown))
        if picture == self._last:
            if not any(isinstance(part, str) and "Nothing changed" in part for part in now.parts):
                now.parts.append("The screen has not changed.\n")
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
        """All but the last `keep` pictures leave."""
        first, pictures = len(self._exchanges) - 1, self._exchanges[-1].pictures
        while first > 0 and pictures + self._exchanges[first - 1].pictures <= keep:
            first -= 1
            pictures += self._exchanges[first].pictures
        self._leave(first)

    def _leave(self, count: int) -> None:
        """So many exchanges become lines; what is kept begins with a whole picture."""
        self._earlier += [exchange.line for exchange in self._exchanges[:count]]
        self._exchanges = self._exchanges[count:]
        head = self._exchanges[0]
        if head.seen is not None:
            words = [part for part in head.parts if isinstance(part, str) and not part.startswith(CROPPED)]
            head.parts = [*words, head.seen]

    @property
    def _lines(self) -> list[str]:
        """What was done before what is shown: of many steps the first and the last ones."""
        left = len(self._earlier) - FIRST_LINES - LAST_LINES
        if left <= 0:
            return self._earlier
        return [*self._earlier[:FIRST_LINES], f"({left} steps more)", *self._earlier[-LAST_LINES:]]


def _outcome(step: Step) -> str:
    """What the model must know of its last action beyond what the next picture shows."""
    assert step.decision is not None
    message, effect = step.result.message, step.result.effect
    if not step.result.ok:
        return f"That was not done: {message}\n"
    if isinstance(step.decision.action, Ask):
        return f"The person answers: {message}\n"
    if effect.where == "nothing":
        warning = message.partition("; ")[2]
        return "Nothing changed" + (f"; {warning}" if warning else "") + ".\n"
    return ""


def resized(pixels: Pixels, size: Size) -> Pixels:
    """(H, W, 3) uint8 at another size, bicubic as the family's own picture processor does it."""
    height, width = pixels.shape[:2]
    if (width, height) == (size.width, size.height):
        return np.ascontiguousarray(pixels)
    from PIL import Image

    picture = Image.fromarray(pixels).resize((size.width, size.height), Image.Resampling.BICUBIC)
    return np.asarray(picture, dtype=np.uint8)


def changed_part(before: Picture, after: Picture, factor: int) -> Region | None:
    """The part that holds every change, on the grid of `factor`; None when that is too much, or another size."""
    if before.size != after.size:
        return None
    differs = (before.pixels != after.pixels).any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    left, right = int(columns[0]) // factor * factor, -(-int(columns[-1] + 1) // factor) * factor
    top, bottom = int(rows[0]) // factor * factor, -(-int(rows[-1] + 1) // factor) * factor
    part = Region.between(left, top, right, bottom)
    slim = max(part.width, part.height) > 20 * min(part.width, part.height)
    return None if slim or part.area > CROP_SHARE * after.size.area else part
