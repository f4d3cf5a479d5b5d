"""`make bench-gpu`: the 4B configuration in bfloat16 with random weights on a GPU, with and without the cache.

How long a pass takes does not depend on what the weights say, so no download is needed. `--tiny --device cpu`
runs the same script over a small model, to see that it works.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from rows_model import big, conversation, full_pass, shot

from screenwright.policies.chat import Turn
from screenwright.policies.dialects.dialect import Screen, dialect
from screenwright.policies.qwen3vl.engine import Engine
from screenwright.tools.geometry import Size

KINDS = frozenset(("click", "type_text", "press_keys", "scroll", "wait", "done"))


def measured(engine: Any, size: Size, steps: tuple[int, ...]) -> list[tuple[str, str]]:
    """(what, figure), in the order of a table."""
    import torch

    spoken, screen = dialect("qwen3vl"), Screen(size, size, KINDS)
    cuda = engine.network.device.type == "cuda"
    if cuda:
        torch.cuda.reset_peak_memory_stats()
    engine.reply([Turn.of("user", shot(size, 99))], limit=2)  # kernels are picked at the first pass
    found: list[tuple[str, str]] = []
    turns: list[Turn] = []
    for step, turns, reply in conversation(engine, size, steps):
        used = reply.usage
        full, tokens = full_pass(engine, turns)
        fed = used["prompt_tokens"] - used["cached_tokens"]
        said = f"{used['prefill_s']:.3f} s for {fed:.0f} new of {tokens} tokens; anew {full:.3f} s"
        found.append((f"prefill, step {step}", f"{said}: {full / used['prefill_s']:.1f}x"))
    free = engine.reply(turns, limit=64)
    found.append(("decode", f"{free.usage['reply_tokens'] / free.usage['decode_s']:.1f} tokens/s"))
    held = [engine.reply(turns, shape=spoken.shape(screen), limit=64).usage for _ in range(3)]
    rate = statistics.median(use["reply_tokens"] / use["decode_s"] for use in held)
    forced = sum(use["forced_tokens"] for use in held) / sum(use["reply_tokens"] for use in held)
    found.append(("decode, held to the grammar", f"{rate:.1f} tokens/s, {forced:.0%} of them certain"))
    singly, engine.network.singly = engine.network.singly, False
    plain = engine.reply(turns, shape=spoken.shape(screen), limit=64).usage
    engine.network.singly = singly
    how = "as graphs" if singly else "no graphs: a pass could not be captured"
    rate = plain["reply_tokens"] / plain["decode_s"]
    found.append(("the same, kernel by kernel", f"{rate:.1f} tokens/s (the rows above: {how})"))
    found.append(("caches", f"{engine.cache_bytes / 1e9:.2f} GB"))
    if cuda:
        found.append(("peak memory", f"{torch.cuda.max_memory_allocated() / 1e9:.1f} GB"))
    return found


def main() -> int:
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--shot", default="1920x1088", help="size of a screenshot, multiples of 32")
    parser.add_argument("--steps", default="2,5,10", help="of a run that are measured")
    parser.add_argument("--tiny", action="store_true", help="a small model instead of the 4B")
    given = parser.parse_args()
    if given.device.startswith("cuda") and not torch.cuda.is_available():
        print("bench-gpu: torch sees no GPU here; --tiny --device cpu tries the script", file=sys.stderr)
        return 7
    width, height = map(int, given.shot.split("x"))
    steps = tuple(int(step) for step in given.steps.split(","))
    name = torch.cuda.get_device_name(0) if given.device.startswith("cuda") else "CPU"
    print(f"{name}, torch {torch.__version__}, {'a tiny model' if given.tiny else '4B configuration, bfloat16'}")
    began = time.perf_counter()
    if given.tiny:
        import tempfile

        from tiny.build import tiny

        from screenwright.policies.qwen3vl.loading import open_checkpoint

        with tempfile.TemporaryDirectory() as folder:
            engine = Engine(open_checkpoint(str(tiny(Path(folder))), device_map=given.device), sessions=1)
            figures = measured(engine, Size(width, height), steps)
    else:
        with big(given.device) as engine:
            figures = measured(engine, Size(width, height), steps)
    for what, figure in figures:
        print(f"{what:<28}{figure}")
    print(f"{'in all':<28}{time.perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
