"""Attention of a few new tokens to a long cache, quicker than with a mask.

The library masks all keys for the sake of the last few. Here what was read before is attended to without a mask,
with the queries that share keys folded together, the new tokens causally, and both are joined by their sums of
exponentials (as FlashAttention does between blocks, arXiv 2205.14135). The result is the same to rounding.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

NAME = "screenwright"


def attend(
    module: Any,
    query: Any,
    key: Any,
    value: Any,
    attention_mask: Any,
    scaling: float | None = None,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[Any, None]:
    """What transformers calls for a layer: query (1, heads, new, width), key and value (1, groups, all, width).

    A mask, (1, 1, 1, all), comes with one new token only, from `single.Single`.
    """
    import torch

    new, total = query.shape[2], key.shape[2]
    whole = torch.nn.functional.scaled_dot_product_attention
    if attention_mask is not None:
        out = _masked(query, key, value, attention_mask, scaling)
    elif new in (1, total):
        out = whole(query, key, value, is_causal=new > 1, scale=scaling, enable_gqa=True)
    elif query.device.type == "cpu" and hasattr(torch.ops.aten, "_scaled_dot_product_flash_attention_for_cpu"):
        out = _joined(query, key, value, scaling)
    elif query.device.type == "cuda":
        out = whole(query, key, value, _later(new, total), scale=scaling, enable_gqa=True)
    else:
        mask = torch.ones(new, total, dtype=torch.bool, device=query.device).tril(total - new)
        out = whole(query, key, value, attn_mask=mask, scale=scaling, enable_gqa=True)
    return out.transpose(1, 2).contiguous(), None


def _masked(query: Any, key: Any, value: Any, mask: Any, scaling: float | None) -> Any:
    """One token: the queries that share keys are so many rows over them."""
    import torch

    _, heads, _, width = query.shape
    groups = key.shape[1]
    folded = query.reshape(1, groups, heads // groups, width)
    rows = mask.expand(1, groups, heads // groups, key.shape[2])
    out = torch.nn.functional.scaled_dot_product_attention(folded, key, value, attn_mask=rows, scale=scaling)
    return out.reshape(query.shape)


def _later(new: int, total: int) -> Any:
    """Each new token sees all before it; never as a matrix, which at 100,000 tokens is a gigabyte."""
    from torch.nn.attention.bias import causal_lower_right

    return causal_lower_right(new, total)


def _joined(query: Any, key: Any, value: Any, scaling: float | None) -> Any:
    import torch

    flash: Any = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
    batch, heads, new, width = query.shape
    groups, past = key.shape[1], key.shape[2] - new
    share = heads // groups
    folded = query.reshape(batch, groups, share * new, width)
    before, sum_before = flash(folded, key[:, :, :past], value[:, :, :past], 0.0, False, scale=scaling)
    latest = [part[:, :, past:].repeat_interleave(share, 1) for part in (key, value)]
    after, sum_after = flash(query, *latest, 0.0, True, scale=scaling)
    weight = torch.sigmoid(sum_after - sum_before.reshape(batch, heads, new)).unsqueeze(-1)
    return torch.lerp(before.reshape(query.shape), after, weight.to(after.dtype))


def applies(text_config: Any) -> bool:
    """Whether these layers would take the library's sdpa, and see all that was before."""
    kinds = getattr(text_config, "layer_types", None) or ["full_attention"]
    return text_config._attn_implementation == "sdpa" and all(kind == "full_attention" for kind in kinds)


@contextmanager
def ours(text_config: Any) -> Iterator[None]:
    """Within it the text layers attend as above; only where they would have taken the library's sdpa."""
    if not applies(text_config):
        yield
        return
    before = text_config._attn_implementation
    from transformers import AttentionInterface

    AttentionInterface.register(NAME, attend)
    text_config._attn_implementation = NAME
    try:
        yield
    finally:
        text_config._attn_implementation = before
