"""The policy that asks a model: what it is told (history), in whose words (dialect), and what it may answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from screenwright.policies.chat import GREEDY, Model, Picture, Reply, Sampling, Shape, Turn
from screenwright.policies.dialects.dialect import Dialect, Screen, dialect_of, smart_resize
from screenwright.policies.dialects.dialect import dialect as named_dialect
from screenwright.policies.dialects.saying import spoken
from screenwright.policies.errand import in_words, only_asked, secrets_in
from screenwright.policies.history import History
from screenwright.policies.pictures import resized
from screenwright.tools.errors import BadReply, TooLong
from screenwright.tools.geometry import Point, Region, Size
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Step, Task

DESKTOP = frozenset(("click", "drag", "scroll", "move", "type_text", "press_keys", "wait", "done"))
LOOK_TOKENS = 1024  # of a part that is looked at again


class ModelPolicy:
    """Asks a model for one action at a time.

    Args:
        model: what answers; in this process or on a server.
        dialect: by name or as an object; None: the one bound to the model's name.
        name: who decided, in the trace.
        grow, keep, budget, crops: see History.
        limit: tokens of one reply at most.
        sampling: greedy by default, which is best for pointing.
        grammar: hold the reply to its shape where the model can be held; off, the parser alone copes.
    """

    def __init__(
        self,
        model: Model,
        dialect: str | Dialect | None = None,
        *,
        name: str = "model",
        grow: int = 8,
        keep: int = 4,
        budget: int = 2560,
        crops: bool = False,
        limit: int = 1024,
        sampling: Sampling = GREEDY,
        grammar: bool = True,
    ) -> None:
        self.model = model
        self.name = name
        self.limit, self.sampling, self.grammar = limit, sampling, grammar
        self.dialect = _dialect(dialect, model)
        self.history = History(self.dialect, grow=grow, keep=keep, budget=budget, crops=crops)
        self._kinds: Callable[[], frozenset[str]] = lambda: DESKTOP
        self._secrets = frozenset[str]()

    def meet(self, kinds: Callable[[], frozenset[str]]) -> None:
        self._kinds = kinds

    def begin(self, task: Task) -> None:
        """A `{{secret...}}` stays as it is in what the model reads; the device puts it in when it is typed."""
        self._secrets = secrets_in(task.text, task.parameters)
        self.history.begin(in_words(task.text, task.parameters).strip())

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        """One action. BadReply: the reply could not be read; it is forgotten, and the next turn says why."""
        started = time.perf_counter()
        screen = Screen(observation.frame, self.history.fit(observation.frame), self._kinds())
        turns = self.history.turns(steps, observation, screen)
        reply = self._ask(turns, screen)
        if reply.finish == "length":
            # It may read well all the same: a coordinate that lost its last digits is one.
            raise BadReply(f"the reply was cut at its limit of {self.limit} tokens: say less", reply.text)
        said = self.dialect.read(reply, screen)
        self.history.said(spoken(reply), said.line, said.more)
        thought = said.thought + (f" ({said.more} more in the same reply: left)" if said.more else "")
        usage = {**reply.usage, "decide_s": time.perf_counter() - started}
        decision = Decision(said.action, thought, reply.text, usage, source=self.name)
        # Within a cascade there are none here: it looks itself.
        return only_asked(decision, self._secrets) if self._secrets else decision

    def drop(self) -> None:
        """The last decision was not taken: its reply is not part of the conversation."""
        self.history.forget()

    def point_at(
        self, what: str, observation: Observation, region: Region
    ) -> tuple[Point | None, dict[str, float]]:
        """Where `what` is within `region`, looked at in full detail; None: it is not there. BadReply."""
        area = region.within(observation.frame)
        shown = self._look_size(Size(area.width, area.height))
        picture = Picture(resized(np.ascontiguousarray(observation.crop(area)), shown))
        question, shape = self.dialect.pointing(what)
        turns = [Turn.of("user", picture, question)]
        reply = self.model.reply(turns, shape=shape if self.grammar else None, limit=128)
        there = self.dialect.pointed(reply, shown)
        return (there.out_of(area, observation.frame).clamped() if there else None), reply.usage

    def _look_size(self, size: Size) -> Size:
        """A small part is enlarged, at most four times, since small things are read badly."""
        most = LOOK_TOKENS * self.dialect.factor**2
        times = min(4.0, max(1.0, (most / max(1, size.area)) ** 0.5))
        larger = Size(round(size.width * times), round(size.height * times))
        return smart_resize(larger, self.dialect.factor, LOOK_TOKENS)

    def _ask(self, turns: Sequence[Turn], screen: Screen) -> Reply:
        """The reply; when the conversation has become too long, that to a shorter one."""
        shape: Shape | None = self.dialect.shape(screen) if self.grammar else None
        while True:
            try:
                return self.model.reply(
                    turns,
                    tools=self.dialect.tools(screen),
                    shape=shape,
                    limit=self.limit,
                    sampling=self.sampling,
                )
            except TooLong:
                if not self.history.shorten():
                    raise
                turns = self.history.written(screen)


def _dialect(given: str | Dialect | None, model: Model) -> Dialect:
    if given is None:
        return dialect_of(model.name)
    return named_dialect(given) if isinstance(given, str) else given
