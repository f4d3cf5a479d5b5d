"""One layer of a cache that grows by blocks and is cut by moving a number.

The library's own growing cache copies all it holds at every token. This one stands in for it by what it does:
it is registered as one of the library's layers, and inherits nothing.
"""

from __future__ import annotations

from typing import Any

BLOCK = 1024  # tokens that a cache grows by at least; its room is a multiple of it


class Layer:
    """Keys and values of one layer, (1, heads, length, width); `length` may be set back at any time."""

    is_sliding = False
    is_croppable = True
    is_compileable = False
    is_initialized = True

    def __init__(self) -> None:
        self.length = 0
        self.keys: Any = None
        self.values: Any = None
        self.index: Any = None
        """The next token's place, a number on the device, (1,): the whole room is returned then, to be masked."""

    def update(self, keys: Any, values: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """Append; returns views of all that is held."""
        if self.index is not None:
            self.keys.index_copy_(-2, self.index, keys)
            self.values.index_copy_(-2, self.index, values)
            return self.keys, self.values
        end = self.length + keys.shape[-2]
        if self.keys is None or end > self.keys.shape[-2]:
            self.keys, self.values = self._grown(self.keys, keys, end), self._grown(self.values, values, end)
        self.keys[..., self.length : end, :] = keys
        self.values[..., self.length : end, :] = values
        self.length = end
        return self.keys[..., :end, :], self.values[..., :end, :]

    def _grown(self, held: Any, like: Any, end: int) -> Any:
        room = (max(end, self.length + self.length // 4) // BLOCK + 2) * BLOCK
        # zeros, since what a mask hides must be finite: nothing times NaN is NaN
        grown = like.new_zeros((*like.shape[:-2], room, like.shape[-1]))
        if held is not None:
            grown[..., : self.length, :] = held[..., : self.length, :]
        return grown

    def get_seq_length(self) -> int:
        return self.length

    def get_max_length(self) -> int:
        return -1

    get_max_cache_shape = get_max_length  # its name up to 5.23

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.length + query_length, 0

    @property
    def bytes(self) -> int:
        return 0 if self.keys is None else 2 * self.keys.numel() * self.keys.element_size()
