"""Weights in fewer bits: at load, or as they were published (FP8, AWQ, GPTQ, compressed-tensors)."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import Any

from screenwright.tools.errors import BadScript, NotInstalled

# The vision tower stays as it is: in few bits it reads small text badly. "visual" alone matches nothing.
KEPT = ["model.visual", "lm_head"]
PUBLISHED = {
    "awq": ("gptqmodel", "pip install gptqmodel"),
    "gptq": ("gptqmodel", "pip install optimum gptqmodel"),
    "compressed-tensors": ("compressed_tensors", "pip install compressed-tensors"),
    "bitsandbytes": ("bitsandbytes", "pip install bitsandbytes"),
}


def quantization(weights: str | None, place: str) -> dict[str, Any]:
    """What from_pretrained needs to bring weights to 8 or 4 bits; NotInstalled with the command.

    On a CPU 8 bits are torchao's and 4 bits bitsandbytes' (nf4), which is the one 4-bit form that runs there.
    """
    if weights is None:
        return {}
    if weights not in ("int8", "int4"):
        raise BadScript(f"weights {weights!r} is not one of int8, int4; leave it for those of the checkpoint")
    on_cpu = place == "cpu"
    if weights == "int8" and on_cpu and find_spec("torchao"):
        logging.getLogger("torchao").setLevel(logging.ERROR)  # it tells of each CUDA library that it lacks
        import transformers
        from torchao.quantization import Int8WeightOnlyConfig  # pyright: ignore[reportMissingImports]

        wrapped = transformers.TorchAoConfig(Int8WeightOnlyConfig(), modules_to_not_convert=KEPT)
        return {"quantization_config": wrapped}
    if not find_spec("bitsandbytes"):
        package = "torchao" if weights == "int8" and on_cpu else "bitsandbytes"
        raise NotInstalled(f"weights in {weights} need: pip install {package}")
    import transformers

    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it tells of every single product
    if weights == "int8":
        config: Any = transformers.BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=KEPT)
    else:
        config = transformers.BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", llm_int8_skip_modules=KEPT
        )
    return {"quantization_config": config}


def settle_checkpoint(about: dict[str, Any], place: str, settings: dict[str, Any]) -> None:
    """For a checkpoint that was published in fewer bits: what it needs here. NotInstalled with the command."""
    method = str((about.get("quantization_config") or {}).get("quant_method", "")).lower()
    if not method:
        return
    if method in PUBLISHED:
        package, command = PUBLISHED[method]
        if find_spec(package) is None:
            raise NotInstalled(f"a checkpoint in {method.upper()} needs: {command}")
    if method == "fp8" and place == "cpu":
        import transformers

        # No CPU multiplies in FP8: it is brought to bfloat16, at twice the memory.
        settings["quantization_config"] = transformers.FineGrainedFP8Config(dequantize=True)
