"""What a served model has used up: tokens, and money where prices are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prices:
    """Money for a million tokens, in the user's currency. `cached`: None costs the same as `prompt`."""

    prompt: float
    reply: float
    cached: float | None = None


@dataclass(slots=True)
class Spent:
    """A running count. `uncounted`: replies for which the server told no tokens, so that the rest is too low."""

    prices: Prices | None = None
    replies: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    reply_tokens: int = 0
    uncounted: int = 0
    wall_s: float = 0.0

    def add(self, usage: Mapping[str, float]) -> None:
        self.replies += 1
        self.wall_s += usage.get("wall_s", 0.0)
        if "prompt_tokens" not in usage:
            self.uncounted += 1
        self.prompt_tokens += int(usage.get("prompt_tokens", 0))
        self.cached_tokens += int(usage.get("cached_tokens", 0))
        self.reply_tokens += int(usage.get("reply_tokens", 0))

    @property
    def money(self) -> float | None:
        """None where no prices were given."""
        if self.prices is None:
            return None
        cached = self.prices.prompt if self.prices.cached is None else self.prices.cached
        fresh = self.prompt_tokens - self.cached_tokens
        return (
            fresh * self.prices.prompt + self.cached_tokens * cached + self.reply_tokens * self.prices.reply
        ) / 1e6
