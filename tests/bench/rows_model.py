"""A model in this process: what the kept cache saves, what the grammar costs, how soon a picture is its input.

Random weights: how long a pass takes does not depend on what they say. The small model has eight layers; the
4B is the published configuration, in bfloat16.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from harness import FOLDER, Row, row

from screenwright.policies.chat import Picture, Turn
from screenwright.tools.geometry import Size

sys.path.append(str(FOLDER.parent))  # tests/tiny

STEPS = (2, 5, 10, 20)
SMALL_SHOT = Size(800, 608)  # 475 tokens
BIG_SHOT = Size(640, 416)  # 260 tokens: a full one takes 47 s on two cores
# 20 to 40 tokens in this small vocabulary: what a step's words are in the real one.
WORDS = "Only the screenshot is new. "


@dataclass(frozen=True)
class Prefill:
    """Seconds and tokens of one step's prefill, three ways."""

    kept_s: float
    kept_tokens: float
    full_s: float
    features_s: float
    tokens: int


def shot(size: Size, seed: int) -> Picture:
    noise = np.random.default_rng(seed).integers(0, 255, (size.height, size.width, 3), dtype=np.uint8)
    return Picture(noise)


def conversation(engine: Any, size: Size, steps: Sequence[int]) -> Iterator[tuple[int, list[Turn], Any]]:
    """A run of so many steps through the engine: at each of `steps` what was asked, and its Reply."""
    turns = [Turn.of("system", WORDS * 4), Turn.of("user", WORDS, shot(size, 0))]
    for step in range(1, max(steps) + 1):
        reply = engine.reply(turns, limit=2)
        if step in steps:
            yield step, list(turns), reply
        turns += [Turn.of("assistant", reply.text), Turn.of("user", WORDS, shot(size, step))]


def full_pass(engine: Any, turns: Sequence[Turn], *, kept: bool = False) -> tuple[float, int]:
    """Seconds of the library's own pass over everything, with no cache from before; `kept`: it is given the
    features of all pictures, made beforehand."""
    import torch

    prompt = engine.prompter.prompt(turns, ())
    model, device = engine.checkpoint.model, engine.network.device
    types = torch.zeros(1, len(prompt.ids), dtype=torch.int32)
    for look in prompt.looks:
        types[0, look.start : look.end] = 1
    model.model.rope_deltas = None
    given: dict[str, Any] = {}
    if kept:
        with engine.network.working(None):
            seen = [engine.network.features(look) for look in prompt.looks]
        deep = [tuple(layers) for layers in zip(*(layers for _, layers in seen), strict=True)]
        kind = engine.network._kind_of_output
        given["mm_encoder_outputs"] = {
            "image": kind(pooler_output=tuple(f for f, _ in seen), deepstack_features=deep)
        }
    began = time.perf_counter()
    if not kept:
        pixels = torch.cat([engine.checkpoint.patching.patches(look.frames) for look in prompt.looks])
        given["pixel_values"] = pixels.to(device)
    grids = torch.tensor([[1, look.rows, look.columns] for look in prompt.looks])
    with torch.inference_mode():
        out = model(
            input_ids=torch.tensor([prompt.ids], device=device),
            mm_token_type_ids=types.to(device),
            image_grid_thw=grids.to(device),
            use_cache=True,
            logits_to_keep=1,
            **given,
        )
        float(out.logits[0, -1, 0])  # a GPU works on after the call has returned
    return time.perf_counter() - began, len(prompt.ids)


def _eight_layers() -> Any:
    from tiny.build import Sizes

    return Sizes(
        layers=8, hidden=512, heads=8, kv_heads=2, head_dim=64, feed_forward=1536, vision_hidden=256,
        vision_layers=6, vision_heads=4, vision_feed_forward=1024, positions=2304, taps=(1, 3, 5),
    )  # fmt: skip


@cache
def _small() -> dict[int, Prefill]:
    from tiny.build import tiny

    from screenwright.policies.qwen3vl.engine import Engine
    from screenwright.policies.qwen3vl.loading import open_checkpoint

    sizes = _eight_layers()
    found: dict[int, Prefill] = {}
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(open_checkpoint(str(tiny(Path(folder), sizes=sizes)), dtype="float32"), sessions=1)
        engine.reply([Turn.of("user", shot(SMALL_SHOT, 99))], limit=1)  # the first pass of a process is slow
        for step, turns, reply in conversation(engine, SMALL_SHOT, STEPS):
            full, tokens = full_pass(engine, turns)
            features = full_pass(engine, turns, kept=True)[0]
            used = reply.usage
            fed = used["prompt_tokens"] - used["cached_tokens"]
            found[step] = Prefill(used["prefill_s"], fed, full, features, tokens)
    return found


def _step(step: int) -> Row:
    made = _small()[step]
    extra = {"tokens fed": int(made.kept_tokens), "tokens in all": made.tokens}
    return Row(made.kept_s, "the whole conversation anew", made.full_s, extra=extra)


@row("prefill_step_2", unit="s")
def prefill_step_2() -> Row:
    """Prefill of a run's second step on a model of 8 layers, 475 tokens a screenshot."""
    return _step(2)


@row("prefill_step_5", unit="s")
def prefill_step_5() -> Row:
    """The same at the fifth step."""
    return _step(5)


@row("prefill_step_10", unit="s", wants="ratio >= 8")
def prefill_step_10() -> Row:
    """The same at the tenth step."""
    return _step(10)


@row("prefill_step_20", unit="s", wants="ratio >= 15")
def prefill_step_20() -> Row:
    """The same at the twentieth step."""
    return _step(20)


@row("prefill_step_10_features", unit="s", wants="ratio >= 4")
def prefill_step_10_features() -> Row:
    """The tenth step, beside a prefill that keeps its pictures' features and nothing else."""
    made = _small()[10]
    return Row(made.kept_s, "the library, given the features of all pictures", made.features_s)


@contextmanager
def big(device: str = "cpu") -> Iterator[Any]:
    """An engine over the published 4B configuration, random bfloat16 weights: 8.9 GB."""
    import torch
    import transformers
    from tiny.vocabulary import LARGE, vocabulary
    from transformers.initialization import no_init_weights

    from screenwright.policies.qwen3vl.engine import Engine
    from screenwright.policies.qwen3vl.loading import Checkpoint
    from screenwright.policies.qwen3vl.patches import Patching

    tokenizer = vocabulary(LARGE)
    tokenizer.chat_template = (FOLDER.parent / "tiny/templates/instruct.jinja").read_text(encoding="utf-8")
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        with no_init_weights():
            model = transformers.Qwen3VLForConditionalGeneration(config_4b(tokenizer))
    finally:
        torch.set_default_dtype(before)
    noise = (torch.randn(1 << 22) * 0.02).to(torch.bfloat16)
    with torch.no_grad():
        for weights in model.parameters():
            flat = weights.view(-1)
            for at in range(0, flat.numel(), noise.numel()):
                part = flat[at : at + noise.numel()]
                part.copy_(noise[: part.numel()])
    model.tie_weights()
    moved: Any = model.eval()
    moved.to(device)
    engine = Engine(Checkpoint("4B", Path(), model, tokenizer, Patching(), 262_144), sessions=1)
    try:
        yield engine
    finally:
        engine.forget()
        del engine, model
        gc.collect()


def config_4b(tokenizer: Any) -> Any:
    """Qwen3-VL-4B-Instruct as published."""
    from transformers import Qwen3VLConfig

    number = tokenizer.convert_tokens_to_ids
    return Qwen3VLConfig(
        text_config={
            "vocab_size": 151_936,
            "hidden_size": 2560,
            "intermediate_size": 9728,
            "num_hidden_layers": 36,
            "num_attention_heads": 32,
            "num_key_value_heads": 8,
            "head_dim": 128,
            "max_position_embeddings": 262_144,
            "eos_token_id": number("<|im_end|>"),
            "tie_word_embeddings": True,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 5e6,
                "mrope_section": [24, 20, 20],
                "mrope_interleaved": True,
            },
        },
        vision_config={
            "depth": 24,
            "hidden_size": 1024,
            "intermediate_size": 4096,
            "num_heads": 16,
            "out_hidden_size": 2560,
            "num_position_embeddings": 2304,
            "deepstack_visual_indexes": [5, 11, 17],
        },
        image_token_id=number("<|image_pad|>"),
        video_token_id=number("<|video_pad|>"),
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
        tie_word_embeddings=True,
    )


@cache
def _four_billion() -> tuple[Prefill, float, float]:
    """(the fifth step, seconds of a decoded token, seconds of the grammar a token), one model for all."""
    from screenwright.policies.dialects.dialect import Screen, dialect

    spoken = dialect("qwen3vl")
    screen = Screen(BIG_SHOT, BIG_SHOT, frozenset(("click", "type_text", "press_keys", "scroll", "wait", "done")))
    with big() as engine:
        engine.grammars()
        for _, turns, reply in conversation(engine, BIG_SHOT, (5,)):
            used = reply.usage
            full, tokens = full_pass(engine, turns)
            held = engine.reply(turns, shape=spoken.shape(screen), limit=1)
            free = engine.reply(turns, limit=6)
            decode = free.usage["decode_s"] / max(1, free.usage["reply_tokens"] - 1)
            grammar = held.usage["grammar_s"] / (held.usage["reply_tokens"] - held.usage["forced_tokens"])
            fed = used["prompt_tokens"] - used["cached_tokens"]
            return Prefill(used["prefill_s"], fed, full, 0.0, tokens), decode, grammar
    raise AssertionError("no step was taken")


@row("prefill_4b_step_5", unit="s", wants="ratio >= 3", seconds=900)
def prefill_4b_step_5() -> Row:
    """Prefill of the fifth step with the configuration of Qwen3-VL-4B, 260 tokens a screenshot."""
    made, decode, _ = _four_billion()
    extra = {"tokens fed": int(made.kept_tokens), "tokens in all": made.tokens, "decode_s": round(decode, 3)}
    return Row(made.kept_s, "the whole conversation anew", made.full_s, extra=extra)


@row("grammar_overhead", unit="share of a token's time", wants="value <= 0.05", seconds=900)
def grammar_overhead() -> Row:
    """Time of the grammar over that of a decoded token of the 4B, with its vocabulary of 151,936."""
    _, decode, grammar = _four_billion()
    return Row(grammar / decode, "a decoded token", 1.0, extra={"grammar_s": round(grammar, 5)})


@row("stop_late", unit="ms", wants="value <= 100")
def stop_late() -> Row:
    """From a stop to the end of the work, the worst of 20 in mid-prefill and mid-reply, 8 layers."""
    from tiny.build import tiny

    from screenwright.policies.qwen3vl.engine import Engine
    from screenwright.policies.qwen3vl.loading import open_checkpoint
    from screenwright.tools.errors import Stopped

    late: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(open_checkpoint(str(tiny(Path(folder), sizes=_eight_layers())), dtype="float32"))
        engine.reply([Turn.of("user", shot(SMALL_SHOT, 0))], limit=1)
        for number in range(20):
            turns = [
                Turn.of("user", f"{number}", *(shot(SMALL_SHOT, 100 + number + n) for n in range(number % 2 * 6)))
            ]
            at = time.perf_counter() + 0.1 + number * 0.05
            try:
                engine.reply(turns, limit=100_000, stop=lambda at=at: time.perf_counter() > at)  # type: ignore[misc]
            except Stopped:
                late.append(time.perf_counter() - at)
    return Row(max(late) * 1000, "the whole of a pass", _small()[5].full_s * 1000, extra={"n": len(late)})


@row("picture_to_input", unit="ms", wants="ratio >= 2")
def picture_to_input() -> Row:
    """From a frame of 1920x1080 to what the model takes, beside the library's own picture processor."""
    import torch
    from transformers import Qwen2VLImageProcessorPil

    from screenwright.policies.dialects.dialect import smart_resize
    from screenwright.policies.pictures import resized
    from screenwright.policies.qwen3vl.patches import Patching

    area = {"shortest_edge": 65_536, "longest_edge": 16_777_216}
    half = [0.5] * 3
    stock = Qwen2VLImageProcessorPil(
        patch_size=16, merge_size=2, temporal_patch_size=2, image_mean=half, image_std=half, size=area
    )
    frame = shot(Size(1920, 1080), 1).pixels
    patching, shown = Patching(), smart_resize(Size(1920, 1080), 32, 16384)

    def ours() -> Any:
        return patching.patches([resized(frame, shown)])

    def theirs() -> Any:
        return stock(images=[frame], return_tensors="pt")["pixel_values"]

    apart = float((ours() - theirs()).abs().max())
    if apart > 1e-3:
        raise AssertionError(f"the two tensors are {apart:g} apart")
    seconds: dict[str, list[float]] = {"ours": [], "theirs": []}
    with torch.inference_mode():
        for _ in range(15):
            for name, make in (("ours", ours), ("theirs", theirs)):
                began = time.perf_counter()
                make()
                seconds[name].append(time.perf_counter() - began)
    return Row(
        statistics.median(seconds["ours"]) * 1000,
        "Qwen2VLImageProcessorPil",
        statistics.median(seconds["theirs"]) * 1000,
        extra={"largest difference": apart},
    )
