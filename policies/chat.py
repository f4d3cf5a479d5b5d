"""What is said to a model and what comes back: the same whether it runs in this process or on a server.

Nothing here knows a model family (`dialects/` does) or a library (`qwen3vl/` and `served/` do).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol, runtime_checkable

from screenwright.tools.geometry import Size
from screenwright.tools.observation import Pixels

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture as the model gets it: (H, W, 3) uint8 RGB. `key`: equal keys mean equal pixels."""

    pixels: Pixels

    @cached_property
    def key(self) -> str:
        digest = hashlib.blake2b(repr(self.pixels.shape).encode(), digest_size=16)
        digest.update(self.pixels.tobytes())
        return digest.hexdigest()

    @property
    def size(self) -> Size:
        height, width = self.pixels.shape[:2]
        return Size(width, height)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Picture) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@dataclass(frozen=True, eq=False)
class Clip:
    """A video: frames of one size and the second each was shown at, counted from the clip's begin."""

    frames: tuple[Pixels, ...]
    seconds: tuple[float, ...]

    @cached_property
    def key(self) -> str:
        digest = hashlib.blake2b(repr((self.seconds, self.frames[0].shape)).encode(), digest_size=16)
        for frame in self.frames:
            digest.update(frame.tobytes())
        return digest.hexdigest()

    @property
    def size(self) -> Size:
        height, width = self.frames[0].shape[:2]
        return Size(width, height)


Part = str | Picture | Clip


@dataclass(frozen=True, slots=True)
class Turn:
    """One message. An assistant's turn is its reply as it came, so that what a cache holds stays valid."""

    role: Role
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, role: Role, *parts: Part) -> Turn:
        return cls(role, tuple(part for part in parts if part != ""))

    @property
    def text(self) -> str:
        return "".join(part for part in self.parts if isinstance(part, str))


@dataclass(frozen=True)
class Shape:
    """What a reply must look like, twice.

    `lark`: a grammar of the whole reply in llguidance's Lark form; tokens that a vocabulary has whole are
    written bare (`<tool_call>`). `schema`: a JSON schema, only where the whole reply is one JSON value.
    `closers`: what ends a part of it that is open, the innermost first; a reply at its limit takes these.
    """

    lark: str
    schema: dict[str, Any] | None = None
    closers: tuple[str, ...] = ("\n", '"', "]", "}")

    @cached_property
    def key(self) -> str:
        return hashlib.blake2b(self.lark.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are picked; the default is greedy, which is best for pointing."""

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    presence_penalty: float = 0.0
    seed: int | None = None


GREEDY = Sampling()


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.

    `text`: the words, without the end mark. `thinking`: what a server keeps apart as reasoning.
    `calls`: tool calls that a server has taken out of the text, as (name, arguments in JSON).
    `finish`: "stop", or "length" where the limit cut or closed it: it may read well and not be what was meant.
    `usage`: prompt_tokens, cached_tokens (of these, not computed again), reply_tokens, and seconds as
    prefill_s, decode_s, grammar_s, wall_s, as known.
    """

    text: str
    thinking: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    finish: Literal["stop", "length"] = "stop"
    usage: dict[str, float] = field(default_factory=dict[str, float])


@runtime_checkable
class Model(Protocol):
    """Anything that answers a conversation."""

    name: str

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
        """Answer the last turn.

        Args:
            turns: the whole conversation; what an earlier call had as its beginning is not computed again.
            tools: JSON schemas of functions, for the model's own chat template.
            shape: what the reply must look like, where the model can be held to it.
            limit: tokens of the reply at most.
            stop: asked often while the model works; True ends it with `Stopped`.

        Raises NotInstalled, ModelLost (it can't go on), TooLong (the conversation does not fit; try less).
        """
        ...
