"""Replies sampled at random through the grammar: each must be one that the dialect reads as an action."""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from harness import FOLDER, Row, row

from screenwright.policies.chat import Reply
from screenwright.policies.dialects.dialect import Screen, dialect
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Size

sys.path.append(str(FOLDER.parent))  # tests/tiny

SAMPLES = 100_000
LIMIT = 40
SCREEN = Size(1280, 800)
DESKTOP = frozenset(("click", "drag", "scroll", "move", "type_text", "press_keys", "wait", "done"))
PHONE = frozenset(("click", "long_press", "swipe", "type_text", "press_button", "open_app", "wait", "ask", "done"))


def _grammars(folder: Path) -> tuple[Any, Any]:
    from tiny.vocabulary import SMALL, vocabulary

    from screenwright.policies.qwen3vl.grammar import Grammars

    tokenizer = vocabulary(SMALL)
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    return Grammars(tokenizer, (len(tokenizer) + 63) // 64 * 64, [end]), tokenizer


def sampled(first: int, count: int) -> tuple[int, int, str]:
    """(valid, tokens, the first bad reply) of `count` replies by random weights, from seed `first`."""
    with tempfile.TemporaryDirectory() as folder:
        grammars, tokenizer = _grammars(Path(folder))
    kinds = [
        (spoken, Screen(SCREEN, SCREEN, can), spoken.shape(Screen(SCREEN, SCREEN, can)))
        for spoken in map(dialect, ("qwen3vl", "plain", "qwen25vl", "guiowl", "uitars"))
        for can in (DESKTOP, PHONE)
    ]
    random = np.random.default_rng(first)
    weights = random.normal(size=(512, grammars.rows)).astype(np.float32) * 4  # logits after each last token
    valid = tokens = 0
    bad = ""
    for number in range(count):
        spoken, screen, shape = kinds[(first + number) % len(kinds)]
        held = grammars.begin(shape, thinks=False)
        ids = held.certain()
        going = True
        while going and len(ids) < LIMIT + 400:
            allowed = held.allowed()
            if len(ids) >= LIMIT:
                allowed = held.closing(allowed)
            logits = weights[random.integers(512)] + random.gumbel(size=grammars.rows).astype(np.float32)
            token = int(np.where(allowed, logits, -np.inf).argmax())
            going = held.take(token)
            if going or token not in grammars.ends:
                ids.append(token)
            if going:
                ids += held.certain()
        tokens += len(ids)
        reply = Reply(tokenizer.decode(ids))
        try:
            spoken.read(reply, screen)
            valid += 1
        except BadReply as error:
            bad = bad or f"{spoken.name}: {error}: {reply.text!r}"
    return valid, tokens, bad


@row("grammar_valid_samples", unit="replies", more=True, wants="ratio >= 1", seconds=1500)
def grammar_valid_samples() -> Row:
    """Replies by random weights through the grammars of five dialects that are read as an action."""
    share = SAMPLES // 2
    with ProcessPoolExecutor(2) as pool:
        made = list(pool.map(sampled, (0, share), (share, share)))
    extra = {"tokens": sum(tokens for _, tokens, _ in made)}
    if bad := next((bad for *_, bad in made if bad), ""):
        extra["first bad"] = bad  # type: ignore[assignment]
    return Row(sum(valid for valid, *_ in made), "sampled", SAMPLES, extra=extra)
