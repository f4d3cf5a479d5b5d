"""Opens a checkpoint: a folder, a Hugging Face id, a ModelScope id; and says plainly what is wrong with it."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from screenwright.policies.qwen3vl.fetching import check_files, first_line, folder_of
from screenwright.policies.qwen3vl.memory import out_of_memory
from screenwright.policies.qwen3vl.patches import Patching
from screenwright.policies.qwen3vl.quantized import quantization, settle_checkpoint
from screenwright.tools.errors import BadScript, ModelLost, NotInstalled, TooLong

FAMILIES = {
    "qwen3_vl": "Qwen3-VL",
    "qwen3_vl_moe": "Qwen3-VL with experts",
    "qwen2_5_vl": "Qwen2.5-VL, UI-TARS 1.5, GUI-Owl 7B",
}
LONG = {"256k": 262_144, "512k": 524_288, "1m": 1_000_000}
DTYPES = ("auto", "bfloat16", "float16", "float32")
YARN_FROM = 262_144


@dataclass(frozen=True)
class Checkpoint:
    """A model that is loaded, with all that its files say of it. `name`: the id it was asked for by."""

    name: str
    folder: Path
    model: Any
    tokenizer: Any
    patching: Patching
    context: int

    @property
    def config(self) -> Any:
        return self.model.config

    @property
    def text_config(self) -> Any:
        return self.model.config.get_text_config()

    @property
    def image_token(self) -> int:
        return int(self.config.image_token_id)

    @property
    def video_token(self) -> int | None:
        """Only where clips are written as this family's newest members do, frame by frame with their times."""
        return int(self.config.video_token_id) if self.config.model_type.startswith("qwen3_vl") else None

    @property
    def ends(self) -> list[int]:
        """Ids that end a reply, the end of a turn first."""
        said = self.model.generation_config.eos_token_id
        ids = cast("list[int]", said if isinstance(said, list) else [said] if said is not None else [])
        turn = self.tokenizer.eos_token_id
        return list(dict.fromkeys([turn, *ids] if turn is not None else ids))


def open_checkpoint(
    name: str,
    *,
    dtype: str = "auto",
    device_map: str | None = None,
    attention: str = "sdpa",
    weights: str | None = None,
    context: str | None = None,
    tell: Callable[[str], None] | None = None,
) -> Checkpoint:
    """Load a model.

    Args:
        name: a folder, "Qwen/Qwen3-VL-4B-Instruct", or "modelscope:Qwen/Qwen3-VL-4B-Instruct".
        dtype: "auto" (the checkpoint's own; float32 on a CPU that has no quick bfloat16 is up to the caller),
            "bfloat16", "float16" or "float32".
        device_map: "auto", "cpu", "cuda:0"; None: a GPU where there is one.
        attention: "sdpa", "eager" or "flash_attention_2".
        weights: "int8" or "int4" brings them to so many bits when loaded.
        context: "256k", "512k" or "1m"; beyond 256k with the published YaRN values.
        tell: is told what takes long.

    Raises NotInstalled (a package; the command is in the message), ModelLost, TooLong (memory).
    """
    transformers, torch = libraries()
    if dtype not in DTYPES:
        raise BadScript(f"dtype {dtype!r} is not one of {', '.join(DTYPES)}")
    folder = folder_of(name, tell or (lambda _: None))
    about = check_files(folder)
    family = about.get("model_type")
    if family not in FAMILIES:
        known = "; ".join(f"{key} ({value})" for key, value in FAMILIES.items())
        raise ModelLost(
            f"{folder} holds a model of the type {family!r}; here run: {known}. "
            "Another kind may run on a server: --policy served"
        )
    config = transformers.AutoConfig.from_pretrained(folder)
    length = lengthen(config, context)
    place = device_map or ("cuda:0" if torch.cuda.is_available() else "cpu")
    settings: dict[str, Any] = {
        "config": config,
        "dtype": "auto" if dtype == "auto" else getattr(torch, dtype),
        "attn_implementation": attention,
        "device_map": place,
        **quantization(weights, place),
    }
    settle_checkpoint(about, place, settings)
    try:
        with _no_bars(transformers), _quietly():
            model = transformers.AutoModelForImageTextToText.from_pretrained(folder, **settings)
    except ImportError as error:
        raise NotInstalled(f"{name} can't be loaded without another package: {error}") from error
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        if out_of_memory(error):
            raise TooLong(f"there is not enough memory for the weights of {name}: {error}") from error
        raise ModelLost(f"the weights in {folder} can't be loaded: {first_line(error)}") from error
    except Exception as error:  # safetensors has an error class of its own
        raise ModelLost(
            f"a file of weights in {folder} is damaged or half downloaded ({first_line(error)}): "
            "delete it and download it again"
        ) from error
    model.eval()
    return Checkpoint(name, folder, model, tokenizer_of(folder), patching_of(folder), length)


@contextmanager
def _quietly() -> Iterator[None]:
    """What torchao says on its import would stand in standard error among our own words."""
    loud = [logging.getLogger(name) for name in ("torchao", "torch.utils._pytree")]
    before = [logger.level for logger in loud]
    for logger in loud:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loud, before, strict=True):
            logger.setLevel(level)


@contextmanager
def _no_bars(transformers: Any) -> Iterator[None]:
    """The same for progress bars; at a terminal they stay, since gigabytes take a while."""
    bars = transformers.utils.logging
    shown = bars.is_progress_bar_enabled() and not sys.stderr.isatty()
    if shown:
        bars.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            bars.enable_progress_bar()


def libraries() -> tuple[Any, Any]:
    """(transformers, torch); NotInstalled with the command. A torchvision that is broken breaks both."""
    with _quietly():
        return _imported()


def _imported() -> tuple[Any, Any]:
    try:
        import torch
        import transformers
    except ImportError as error:
        raise NotInstalled(f"a model in this process needs: pip install 'screenwright[qwen]' ({error})") from error
    try:
        transformers.Qwen3VLForConditionalGeneration  # noqa: B018 - looked up lazily, which is what fails
    except (ImportError, RuntimeError, AttributeError) as error:
        raise NotInstalled(
            f"transformers can't load Qwen3-VL here: {first_line(error)}. The usual cause is a torchvision that "
            "does not fit torch: pip uninstall torchvision (it is not needed); or else: pip install -U "
            "'transformers>=5.23'"
        ) from error
    return transformers, torch


def tokenizer_of(folder: Path) -> Any:
    """With its chat template, wherever the checkpoint keeps it; ModelLost without one."""
    from transformers import AutoTokenizer

    if not any(
        (folder / name).is_file() for name in ("tokenizer.json", "vocab.json")
    ):  # it would make an empty one
        raise ModelLost(
            f"the tokenizer in {folder} can't be loaded: there is no tokenizer.json: download it again"
        )
    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelLost(f"the tokenizer in {folder} can't be loaded: {first_line(error)}") from error
    if not tokenizer.chat_template:
        tokenizer.chat_template = _template(folder)
    return tokenizer


def _template(folder: Path) -> str:
    plain, in_json = folder / "chat_template.jinja", folder / "chat_template.json"
    if plain.is_file():
        return plain.read_text(encoding="utf-8")
    if in_json.is_file():
        return str(json.loads(in_json.read_text(encoding="utf-8"))["chat_template"])
    raise ModelLost(
        f"{folder} has no chat template (chat_template.jinja), so nobody knows how to speak to this model: "
        "take the Instruct or Thinking checkpoint, not the base one, or copy the template of its family"
    )


def patching_of(folder: Path) -> Patching:
    """How pictures are cut up; ModelLost where the checkpoint does not say."""
    for name in ("preprocessor_config.json", "processor_config.json"):
        path = folder / name
        if path.is_file():
            said = json.loads(path.read_text(encoding="utf-8"))
            return Patching.of(said.get("image_processor", said))
    raise ModelLost(f"{folder} has no preprocessor_config.json, so it is not known how pictures are cut up")


def lengthen(config: Any, context: str | None) -> int:
    """Set the published YaRN values for a context beyond 256k; the context that holds then.

    Factor 3 for a million, not 4: interleaved MRoPE counts a picture of 2,040 tokens as 60 (Qwen3-VL README).
    """
    text = config.get_text_config()
    if context is None:
        return int(text.max_position_embeddings)
    wanted = LONG.get(context.lower())
    if wanted is None:
        raise BadScript(f"context {context!r} is not one of {', '.join(LONG)}")
    if wanted > YARN_FROM:
        rope = dict(text.rope_parameters)
        rope |= {
            "rope_type": "yarn",
            "factor": 3.0 if wanted > 2 * YARN_FROM else 2.0,
            "original_max_position_embeddings": YARN_FROM,
        }
        text.rope_parameters = rope
    text.max_position_embeddings = wanted
    return wanted
