"""One layer of a cache that grows by blocks and is cut by moving a number.

The library's own growing cache copies all it holds at every token. This file is imported only where a model
is, since it needs transformers for a base class.
"""

from __future__ import annotations

from typing import Any

from transformers.cache_utils import DynamicLayer

BLOCK = 1024  # tokens that a cache grows by at least


class Layer(DynamicLayer):
    """Keys and values of one layer, (1, heads, length, width); `length` may be set back at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.length = 0
        self.keys: Any = None
        self.values: Any = None
        self.is_initialized = True

    def update(self, keys: Any, values: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """Append; returns views of all that is held."""
        end = self.length + keys.shape[-2]
        if self.keys is None or end > self.keys.shape[-2]:
            self.keys, self.values = self._grown(self.keys, keys, end), self._grown(self.values, values, end)
        self.keys[..., self.length : end, :] = keys
        self.values[..., self.length : end, :] = values
        self.length = end
        return self.keys[..., :end, :], self.values[..., :end, :]

    def _grown(self, held: Any, like: Any, end: int) -> Any:
        room = max(end, self.length + self.length // 4) + BLOCK
        grown = like.new_empty((*like.shape[:-2], room, like.shape[-1]))
        if held is not None:
            grown[..., : self.length, :] = held[..., : self.length, :]
        return grown

    def get_seq_length(self) -> int:
        return self.length

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.length + query_length, 0

    @property
    def bytes(self) -> int:
        return 0 if self.keys is None else 2 * self.keys.numel() * self.keys.element_size()
