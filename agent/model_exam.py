"""The part of the doctor that looks at a model: what is installed, and what will fit. Loads no weights."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from screenwright.agent.machine import Finding
from screenwright.policies.qwen3vl.sizes import Needs, free_memory, needs
from screenwright.tools.errors import ScreenwrightError
from screenwright.tools.geometry import Size

PACKAGES = ("torch", "transformers", "accelerate", "llguidance")


def examine_model(name: str, *, weights: str | None = None, frame: Size = Size(1920, 1080)) -> list[Finding]:  # noqa: B008
    """What a model needs here. The findings with "no" keep it from running."""
    return list(_findings(name, weights, frame))


def _findings(name: str, weights: str | None, frame: Size) -> Iterator[Finding]:
    yield _packages()
    try:
        needed = needs(name, frame=frame, weights=weights)
    except ScreenwrightError as error:
        yield Finding("checkpoint", "no", str(error), "screenwright doctor --model FOLDER, or --policy served")
        return
    yield Finding("checkpoint", "yes", f"{name}: context of {needed.context:,} tokens")
    place, free = free_memory()
    yield _weights(needed, place, free, weights)
    yield Finding(
        "screenshot",
        "yes",
        f"{frame} is shown as {needed.shown}: {needed.screenshot:,} tokens, "
        f"{_size(needed.token * needed.screenshot)} of cache",
    )
    yield _steps(needed, place, free)


def _packages() -> Finding:
    missing = [package for package in PACKAGES if find_spec(package) is None]
    if missing:
        return Finding(
            "packages", "no", f"not installed: {', '.join(missing)}", "pip install 'screenwright[qwen]'"
        )
    try:
        import torch
        import transformers

        transformers.Qwen3VLForConditionalGeneration  # noqa: B018 - looked up lazily
    except (ImportError, RuntimeError, AttributeError) as error:
        return Finding("packages", "no", f"transformers can't load Qwen3-VL: {error}", "pip uninstall torchvision")
    gpu = "with a GPU" if torch.cuda.is_available() else "without a GPU"
    return Finding("packages", "yes", ", ".join(f"{p} {_version(p)}" for p in PACKAGES) + f", {gpu}")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"


def _weights(needed: Needs, place: str, free: int, weights: str | None) -> Finding:
    bits = f" in {weights}" if weights else ""
    said = f"{_size(needed.weights)}{bits}; {_size(free)} of {place} are free"
    if needed.weights < free:
        return Finding("weights", "yes", said)
    less = {None: "--weights int8", "int8": "--weights int4"}.get(weights, "a smaller model")
    return Finding("weights", "no", f"{said}: they do not fit", f"{less}, or a server: --policy served --url ...")


def _steps(needed: Needs, place: str, free: int) -> Finding:
    steps = needed.steps(free)
    eight = _size(needed.cache(8))
    if steps < 1:
        return Finding(
            "steps", "no", f"no screenshot's cache fits beside the weights (8 need {eight})", "free memory"
        )
    return Finding(
        "steps", "yes", f"{steps:,} screenshots fit in {place}; a run keeps at most 8, {eight} of cache"
    )


def _size(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
