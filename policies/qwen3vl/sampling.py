"""Picks the next token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from screenwright.policies.chat import Sampling


class Picker:
    """Picks from logits, (rows,). One a reply, so that a seed gives the same reply again."""

    def __init__(self, sampling: Sampling, device: Any) -> None:
        import torch

        self._torch: Any = torch
        self._sampling = sampling
        self._random: Any = None
        if sampling.temperature > 0:
            self._random = torch.Generator(device=device)
            self._random.manual_seed(sampling.seed if sampling.seed is not None else torch.seed() % 2**63)

    def pick(self, logits: Any, allowed: Any, said: Sequence[int]) -> int:
        """`allowed`: (rows,) bool tensor or None; `said`: the reply's ids so far, for the presence penalty."""
        torch, sampling = self._torch, self._sampling
        if allowed is not None:
            logits = logits.masked_fill(~allowed, float("-inf"))
        if sampling.temperature <= 0:
            return int(logits.argmax())
        logits = logits.float()
        if sampling.presence_penalty and said:
            places = torch.tensor(sorted(set(said)), device=logits.device)
            logits = logits.index_copy(0, places, logits[places] - sampling.presence_penalty)
        logits = logits / sampling.temperature
        if sampling.top_k:
            least = logits.topk(min(sampling.top_k, logits.numel())).values[-1]
            logits = logits.masked_fill(logits < least, float("-inf"))
        shares = logits.softmax(-1)
        if sampling.top_p < 1:
            ordered, places = shares.sort(descending=True)
            beyond = ordered.cumsum(-1) - ordered >= sampling.top_p
            shares = shares.index_fill(0, places[beyond], 0.0)
        return int(shares.multinomial(1, generator=self._random))
