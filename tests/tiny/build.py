"""Random checkpoints of the real architecture, in the file layout of the published ones.

The real classes, a few hundred thousand weights: what an engine does with one it does with the 4B. Nothing
that such a model says means anything; `checkpoint/` beside this file holds one that was trained.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tiny.vocabulary import LARGE, SMALL, vocabulary

TEMPLATES = Path(__file__).with_name("templates")
CHECKPOINT = Path(__file__).with_name("checkpoint")
PUBLISHED_AREA = {"shortest_edge": 65_536, "longest_edge": 16_777_216}
SMALL_AREA = {"shortest_edge": 4_096, "longest_edge": 256 * 192}
_NORMAL = {
    "patch_size": 16,
    "temporal_patch_size": 2,
    "merge_size": 2,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
    "processor_class": "Qwen3VLProcessor",
}
_MROPE = {16: [4, 2, 2], 32: [6, 5, 5], 64: [12, 10, 10], 128: [24, 20, 20]}


@dataclass(frozen=True)
class Sizes:
    """How big each part is. `taps`: the vision layers whose features are added in the first text layers."""

    layers: int = 2
    hidden: int = 64
    heads: int = 4
    kv_heads: int = 2
    head_dim: int = 16
    feed_forward: int = 128
    vision_hidden: int = 32
    vision_layers: int = 3
    vision_heads: int = 2
    vision_feed_forward: int = 64
    positions: int = 256
    taps: tuple[int, ...] = (0, 1)
    spread: float = 0.06


TRAINED = Sizes(
    layers=4,
    hidden=128,
    head_dim=32,
    feed_forward=256,
    vision_hidden=64,
    vision_layers=2,
    vision_feed_forward=128,
    taps=(0,),
)


def tiny(
    folder: Path | str,
    *,
    layers: int = 2,
    seed: int = 0,
    vocab: int = SMALL,
    thinking: bool = False,
    trained: bool = False,
    sizes: Sizes | None = None,
) -> Path:
    """Make a checkpoint with random weights; its folder.

    Args:
        layers: of the text model, where `sizes` does not say.
        vocab: tokens of the tokenizer; `LARGE` gives the published size and numbers (151,936 rows).
        thinking: the template of the Thinking checkpoints.
        trained: the sizes, template and picture area of the trained checkpoint.
    """
    import torch
    from transformers import Qwen3VLForConditionalGeneration

    if sizes is None:
        sizes = TRAINED if trained else replace(Sizes(), layers=layers, taps=(0, 1)[: max(1, min(2, layers))])
    folder = Path(folder)
    tokenizer = vocabulary(vocab)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Qwen3VLForConditionalGeneration(config(sizes, tokenizer))
    template = "plain" if trained else "thinking" if thinking else "instruct"
    save(folder, model, tokenizer, template=template, area=SMALL_AREA if trained else PUBLISHED_AREA)
    return folder


def config(sizes: Sizes, tokenizer: Any) -> Any:
    """A Qwen3VLConfig; the embedding has spare rows, as the published one has."""
    from transformers import Qwen3VLConfig

    number = tokenizer.convert_tokens_to_ids
    rows = 151_936 if len(tokenizer) == LARGE else (len(tokenizer) + 64) // 64 * 64
    return Qwen3VLConfig(
        text_config={
            "vocab_size": rows,
            "hidden_size": sizes.hidden,
            "intermediate_size": sizes.feed_forward,
            "num_hidden_layers": sizes.layers,
            "num_attention_heads": sizes.heads,
            "num_key_value_heads": sizes.kv_heads,
            "head_dim": sizes.head_dim,
            "max_position_embeddings": 262_144,
            "initializer_range": sizes.spread,
            "bos_token_id": number("<|endoftext|>"),
            "eos_token_id": number("<|im_end|>"),
            "tie_word_embeddings": True,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 5e6,
                "mrope_section": _MROPE[sizes.head_dim],
                "mrope_interleaved": True,
            },
        },
        vision_config={
            "depth": sizes.vision_layers,
            "hidden_size": sizes.vision_hidden,
            "intermediate_size": sizes.vision_feed_forward,
            "num_heads": sizes.vision_heads,
            "out_hidden_size": sizes.hidden,
            "num_position_embeddings": sizes.positions,
            "deepstack_visual_indexes": list(sizes.taps),
            "initializer_range": sizes.spread,
        },
        image_token_id=number("<|image_pad|>"),
        video_token_id=number("<|video_pad|>"),
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
        tie_word_embeddings=True,
    )


def save(folder: Path, model: Any, tokenizer: Any, *, template: str, area: dict[str, int]) -> None:
    """Write everything that a published folder has."""
    folder.mkdir(parents=True, exist_ok=True)
    words = (TEMPLATES / f"{template}.jinja").read_text(encoding="utf-8")
    tokenizer.chat_template = words
    tokenizer.save_pretrained(folder)
    end, pad = tokenizer.convert_tokens_to_ids(["<|im_end|>", "<|endoftext|>"])
    model.generation_config.update(
        do_sample=True, temperature=0.7, top_p=0.8, top_k=20, repetition_penalty=1.0, bos_token_id=pad
    )
    model.generation_config.update(eos_token_id=[end, pad], pad_token_id=pad)
    model.save_pretrained(folder)
    picture = {"size": area, **_NORMAL, "image_processor_type": "Qwen2VLImageProcessorFast"}
    video = {
        "size": {"shortest_edge": 4_096, "longest_edge": 25_165_824},
        **_NORMAL,
        "video_processor_type": "Qwen3VLVideoProcessor",
    }
    _write(folder / "preprocessor_config.json", picture)
    _write(folder / "video_preprocessor_config.json", video)


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
