"""What a model needs, worked out from its config alone: weights, cache, how many steps fit."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from screenwright.policies.dialects.dialect import smart_resize
from screenwright.policies.qwen3vl.fetching import DEFAULT, check_files, folder_of, is_here
from screenwright.tools.errors import ModelLost
from screenwright.tools.geometry import Size

WORDS_A_STEP = 120  # tokens of a reply and what is told of its effect
WORDS_FIRST = 1200  # of the system turn with its functions
BITS = {"int8": 8, "int4": 4}
# Qwen/Qwen3-VL-4B-Instruct as published, for what is not downloaded yet.
PUBLISHED_4B: dict[str, Any] = {
    "text_config": {
        "num_hidden_layers": 36,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "max_position_embeddings": 262_144,
    },
    "vision_config": {"patch_size": 16, "spatial_merge_size": 2},
}
BYTES_4B = 8_876_000_000
VISION_4B = 830_000_000


@dataclass(frozen=True, slots=True)
class Needs:
    """`weights`: bytes in memory; `token`: bytes of its keys and values; `screenshot`: tokens of one that is
    `shown` at that size."""

    name: str
    weights: int
    token: int
    shown: Size
    screenshot: int
    context: int

    def cache(self, screenshots: int) -> int:
        """Of a conversation with so many screenshots."""
        return self.token * (WORDS_FIRST + screenshots * (self.screenshot + WORDS_A_STEP))

    def steps(self, free: int) -> int:
        """Screenshots whose cache fits into what `free` bytes leave beside the weights, and into the context."""
        room = (free - self.weights) // self.token - WORDS_FIRST
        return max(0, min(room, self.context - WORDS_FIRST) // (self.screenshot + WORDS_A_STEP))


def needs(name: str, *, frame: Size = Size(1920, 1080), budget: int = 2560, weights: str | None = None) -> Needs:  # noqa: B008
    """Of a model that is here, or of the default one before its download. ModelLost for others."""
    if is_here(name):
        folder = folder_of(name, lambda _: None)
        about = check_files(folder)
        whole, vision = _stored(folder)
    elif name == DEFAULT:
        about, whole, vision = PUBLISHED_4B, BYTES_4B, VISION_4B
    else:
        raise ModelLost(f"{name} is not here, so its size is not known: download it, or name its folder")
    text = cast("dict[str, Any]", about.get("text_config", about))
    seen = cast("dict[str, Any]", about["vision_config"])
    heads = text.get("num_key_value_heads") or text["num_attention_heads"]
    width = text.get("head_dim") or text["hidden_size"] // text["num_attention_heads"]
    factor = int(seen.get("patch_size", 14)) * int(seen.get("spatial_merge_size", 2))
    shown = smart_resize(frame, factor, budget)
    if weights in BITS:
        whole = vision + (whole - vision) * BITS[weights] // 16
    return Needs(
        name,
        whole,
        2 * int(text["num_hidden_layers"]) * int(heads) * int(width) * 2,
        shown,
        shown.area // factor**2 + 2,
        int(text.get("max_position_embeddings", 32768)),
    )


def _stored(folder: Path) -> tuple[int, int]:
    """(bytes of all weights, of these the vision tower's), from the files' headers."""
    whole = vision = 0
    for path in folder.glob("*.safetensors"):
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = cast("dict[str, Any]", json.loads(file.read(length)))
        for name, about in header.items():
            if name != "__metadata__":
                start, end = about["data_offsets"]
                whole += end - start
                vision += (end - start) if ".visual." in f".{name}" else 0
    return whole, vision


def free_memory() -> tuple[str, int]:
    """("GPU" or "memory", bytes that are free there)."""
    try:
        import torch
    except ImportError:
        pass
    else:
        if torch.cuda.is_available():
            return f"{torch.cuda.get_device_name(0)}", int(torch.cuda.mem_get_info()[0])
    import os

    try:
        text = Path("/proc/meminfo").read_text()
        return "memory", int(text.partition("MemAvailable:")[2].split()[0]) * 1024
    except (OSError, IndexError, ValueError):
        return "memory", os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
