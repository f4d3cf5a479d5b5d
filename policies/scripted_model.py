"""A model that plays a list of replies and keeps what it was asked: for tests, demos and dry runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from screenwright.policies.chat import GREEDY, Reply, Sampling, Shape, Turn
from screenwright.tools.errors import ModelLost, Stopped

Said = str | Reply | BaseException | Callable[[Sequence[Turn]], str]


@dataclass(frozen=True, slots=True)
class Request:
    """What a model was asked, once."""

    turns: tuple[Turn, ...]
    tools: tuple[dict[str, Any], ...]
    shape: Shape | None
    limit: int
    sampling: Sampling

    @property
    def text(self) -> str:
        """The words of all turns; pictures and clips are left out."""
        return "\n".join(turn.text for turn in self.turns)


class ScriptedModel:
    """Plays replies in order; a `Model`.

    Args:
        replies: each the words of a reply, a whole Reply, an error to raise, or a function that makes the
            words from the turns. A shape is not enforced, as with a server that ignores it.
        context: tokens that it says fit; None says nothing.

    `requests` has what it was asked. ModelLost where it is asked once more than there are replies.
    """

    def __init__(
        self, replies: Iterable[Said] = (), *, name: str = "scripted", context: int | None = None
    ) -> None:
        self.name = name
        self.context = context
        self.requests: list[Request] = []
        self._replies = list(replies)

    def reply(
        self,
        turns: Sequence[Turn],
        *,
        tools: Sequence[dict[str, Any]] = (),
        shape: Shape | None = None,
        limit: int = 512,
        sampling: Sampling = GREEDY,
        stop: Callable[[], bool] | None = None,
    ) -> Reply:
        if stop is not None and stop():
            raise Stopped("stopped while the model was asked")
        self.requests.append(Request(tuple(turns), tuple(tools), shape, limit, sampling))
        if len(self.requests) > len(self._replies):
            raise ModelLost(
                f"the list of {len(self._replies)} replies is at its end, and a reply was asked for: "
                "give more replies"
            )
        said = self._replies[len(self.requests) - 1]
        if isinstance(said, BaseException):
            raise said
        if isinstance(said, Reply):
            return said
        return Reply(said if isinstance(said, str) else said(turns))
