"""Keys and values of what a model has read, kept from step to step.

A conversation is compared with what the cache holds, id by id and picture by picture; only what comes after
their common beginning is computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from screenwright.policies.qwen3vl.layer import Layer
from screenwright.policies.qwen3vl.prompt import Look, Prompt


@dataclass
class Session:
    """One conversation's cache: what is in it, as ids and pictures."""

    cache: Any
    layers: list[Layer]
    ids: list[int] = field(default_factory=list[int])
    looks: list[Look] = field(default_factory=list[Look])
    answered: int = 0
    """How many of its ids the last prompt had."""
    single: Any = None
    """The pass over one token, if one was made for these buffers: a `single.Single`."""

    @classmethod
    def new(cls, layers: int) -> Session:
        from transformers.cache_utils import Cache, CacheLayerMixin

        CacheLayerMixin.register(Layer)
        made = [Layer() for _ in range(layers)]
        given: Any = made
        return cls(Cache(layers=given), made)

    def common(self, prompt: Prompt) -> int:
        """How many ids of the prompt are in the cache, at most all but the last one."""
        n = _same(self.ids, prompt.ids)
        for held, wanted in zip(self.looks, prompt.looks, strict=False):
            if wanted.start >= n:
                break
            # the same number of placeholders is not the same picture
            if (held.start, held.key, held.rows) != (wanted.start, wanted.key, wanted.rows) or wanted.end > n:
                n = wanted.start
                break
        n = min(n, len(prompt.ids) - 1)
        for look in prompt.looks:
            if look.start < n < look.end:
                return look.start
        return n

    def begun(self, other: Session, length: int) -> Session:
        """This one, with the first `length` ids of another and nothing else."""
        self.rewind(0)
        if length:
            for mine, theirs in zip(self.layers, other.layers, strict=True):
                mine.update(theirs.keys[..., :length, :], theirs.values[..., :length, :])
        self.took(other.ids[:length], [look for look in other.looks if look.end <= length])
        return self

    def rewind(self, length: int) -> None:
        """Forget all after `length` ids; also what an interrupted pass left in some layers only."""
        for layer in self.layers:
            layer.length = min(layer.length, length)
        del self.ids[length:]
        self.looks = [look for look in self.looks if look.end <= length]

    def has_room(self) -> bool:
        keys = self.layers[0].keys
        return keys is not None and len(self.ids) < keys.shape[-2]

    def took(self, ids: Sequence[int], looks: Sequence[Look]) -> None:
        """These ids have gone through every layer. The pixels of a picture are not needed any more."""
        self.ids += ids
        self.looks += [Look(k.start, k.end, k.key, k.rows, k.columns, (), k.moving) for k in looks]

    @property
    def bytes(self) -> int:
        return sum(layer.bytes for layer in self.layers)


def _same(a: Sequence[int], b: Sequence[int]) -> int:
    """Length of the common beginning; by halves, since slices compare far quicker than a loop."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
