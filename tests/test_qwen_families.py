"""The other families that run in this process: Qwen2.5-VL (UI-TARS 1.5, GUI-Owl 7B), and experts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny.build import Sizes, config, save
from tiny.vocabulary import SMALL, vocabulary

from screenwright.policies.chat import Clip, Picture, Turn
from screenwright.policies.dialects.dialect import Screen, dialect
from screenwright.policies.qwen3vl.engine import Engine
from screenwright.policies.qwen3vl.loading import Checkpoint, open_checkpoint
from screenwright.policies.qwen3vl.prompt import positions
from screenwright.tools.geometry import Size

CLIP = {"image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}


def qwen25(folder: Path) -> Path:
    """A random checkpoint of Qwen2.5-VL's architecture: squares of 14, windows in the vision tower."""
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    tokenizer = vocabulary(SMALL)
    number = tokenizer.convert_tokens_to_ids
    about = Qwen2_5_VLConfig(
        text_config={
            "vocab_size": (len(tokenizer) + 63) // 64 * 64,
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "max_position_embeddings": 32_768,
            "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [2, 3, 3]},
            "eos_token_id": number("<|im_end|>"),
            "bos_token_id": number("<|endoftext|>"),
        },
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 2,
            "out_hidden_size": 64,
            "patch_size": 14,
            "window_size": 112,
            "fullatt_block_indexes": [1],
        },
        image_token_id=number("<|image_pad|>"),
        video_token_id=number("<|video_pad|>"),
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
    )
    torch.manual_seed(0)
    area = {"shortest_edge": 3136, "longest_edge": 12_845_056}
    save(folder, Qwen2_5_VLForConditionalGeneration(about), tokenizer, template="instruct", area=area)
    path = folder / "preprocessor_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"patch_size": 14, **CLIP}))
    return folder


def experts(folder: Path) -> Path:
    """A random checkpoint of Qwen3-VL's mixture of experts."""
    from transformers import Qwen3VLMoeConfig, Qwen3VLMoeForConditionalGeneration

    tokenizer = vocabulary(SMALL)
    plain = config(Sizes(), tokenizer).to_dict()
    text = plain["text_config"] | {
        "model_type": "qwen3_vl_moe_text",
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 64,
    }
    vision = plain["vision_config"] | {"model_type": "qwen3_vl_moe"}
    tokens = {key: value for key, value in plain.items() if key.endswith("token_id")}
    torch.manual_seed(0)
    model = Qwen3VLMoeForConditionalGeneration(Qwen3VLMoeConfig(text_config=text, vision_config=vision, **tokens))
    area = {"shortest_edge": 65_536, "longest_edge": 16_777_216}
    save(folder, model, tokenizer, template="instruct", area=area)
    return folder


def picture(seed: int, size: Size) -> Picture:
    return Picture(np.random.default_rng(seed).integers(0, 255, (size.height, size.width, 3), dtype=np.uint8))


def expected(checkpoint: Checkpoint, engine: Engine, turns: list[Turn]) -> Any:
    """The logits of a full pass by the library, with positions of its own."""
    prompt = engine.prompter.prompt(turns, ())
    ids = torch.tensor([prompt.ids])
    kinds = torch.zeros_like(ids, dtype=torch.int32)
    for look in prompt.looks:
        kinds[0, look.start : look.end] = 1
    given = {
        "pixel_values": torch.cat([checkpoint.patching.patches(look.frames) for look in prompt.looks]),
        "image_grid_thw": torch.tensor([[1, look.rows, look.columns] for look in prompt.looks]),
    }
    theirs, _ = checkpoint.model.model.get_rope_index(
        ids, mm_token_type_ids=kinds, image_grid_thw=given["image_grid_thw"]
    )
    assert (theirs[:, 0].numpy() == positions(prompt.ids, prompt.looks, 2)).all()
    checkpoint.model.model.rope_deltas = None
    with torch.inference_mode():
        return checkpoint.model(input_ids=ids, mm_token_type_ids=kinds, **given).logits[0, -1]


@pytest.mark.parametrize("make", [qwen25, experts])
def test_its_cache_is_a_full_prefill_and_its_grammar_holds(make: Any, tmp_path: Path) -> None:
    checkpoint = open_checkpoint(str(make(tmp_path)), dtype="float32")
    engine = Engine(checkpoint, sessions=1)
    factor = checkpoint.patching.factor
    seen: list[Any] = []
    whole = engine.network._pass
    engine.network._pass = lambda *args: seen.append(out := whole(*args)) or out  # type: ignore[method-assign, func-returns-value]
    turns = [Turn.of("user", "hello", picture(0, Size(5 * factor, 4 * factor)))]
    for step in range(4):
        seen.clear()
        reply = engine.reply(turns, limit=3)
        assert float((seen[0] - expected(checkpoint, engine, turns)).abs().max()) < 1e-4
        assert (reply.usage["cached_tokens"] > 20) == (step > 0)
        turns += [
            Turn.of("assistant", reply.text),
            Turn.of("user", "next", picture(step, Size(3 * factor, 6 * factor))),
        ]
    spoken = dialect("qwen25vl" if make is qwen25 else "qwen3vl")
    size = Size(4 * factor, 4 * factor)
    screen = Screen(size, size, frozenset(("click", "done")))
    asked = [Turn.of("system", spoken.system(screen)), Turn.of("user", "x", picture(9, size))]
    held = engine.reply(asked, tools=spoken.tools(screen), shape=spoken.shape(screen), limit=60)
    assert spoken.read(held, screen).action.kind in ("click", "done")


def test_a_clip_is_pictures_where_the_family_has_no_times(tmp_path: Path) -> None:
    engine = Engine(open_checkpoint(str(qwen25(tmp_path)), dtype="float32"))
    clip = Clip(tuple(picture(n, Size(56, 56)).pixels for n in range(3)), (0.0, 0.5, 1.0))
    prompt = engine.prompter.prompt([Turn.of("user", clip, "what?")], ())
    assert len(prompt.looks) == 3 and not any(look.moving for look in prompt.looks)
    assert engine.reply([Turn.of("user", clip, "what?")], limit=2).text is not None
