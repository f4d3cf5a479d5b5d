"""Tokenizers of the family's kind: byte-level BPE, digits one by one, the same special tokens in one order."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
# The model writes these itself, so decoding must not leave them out: added, but not special.
WRITTEN = (
    "<tool_call>",
    "</tool_call>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|file_sep|>",
    "<tool_response>",
    "</tool_response>",
    "<think>",
    "</think>",
)
ADDED = len(SPECIAL) + len(WRITTEN)
SMALL = 360
TAUGHT = 440
"""Enough that each colour is one token, the same in the task and in the reply."""
LARGE = 151_643 + ADDED
"""As many as the published tokenizer has; every added token then has its published number."""

PIECES = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "cyan", "black")
_CORPUS = [
    "user\n",
    "assistant\n",
    *[f"Task: click the {colour} button\n" for colour in COLOURS],
    *[
        f'{{"action": "click", "target": "{colour} button", "coordinate": [{digit}, {digit}]}}'
        for colour in COLOURS
        for digit in (1, 5, 9)
    ],
    '{"action": "done", "success": true}',
    '{"action": "done", "success": false}',
    "Nothing changed.",
    "The screen has changed.",
]


def vocabulary(size: int = SMALL) -> Any:
    """A tokenizer of `size` tokens, the added ones included: the same one for the same size."""
    from transformers import PreTrainedTokenizerFast

    if not 256 + ADDED <= size <= LARGE:
        raise ValueError(f"size is {size}: a vocabulary has {256 + ADDED} to {LARGE} tokens")
    merges = _learnt(size - ADDED - 256)
    return PreTrainedTokenizerFast(
        tokenizer_object=_tokenizer(merges),
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=list(SPECIAL[3:]),
        clean_up_tokenization_spaces=False,
        model_max_length=262_144,
    )


@cache
def _learnt(count: int) -> tuple[tuple[str, str], ...]:
    """`count` merges: first what the corpus teaches, then letters joined at random, as words have them."""
    import json

    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = _pieces()
    trainer = trainers.BpeTrainer(
        vocab_size=256 + count, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    learner.train_from_iterator(_CORPUS, trainer)
    merges = [tuple(pair) for pair in json.loads(learner.to_str())["model"]["merges"]][:count]
    chance = random.Random(0)
    letters = [*"etaoinshrdlucmfwygpbvkqxjz", *"ETAOINSHRDLUCMFWYGPBVKQXJZ", "Ġ"]
    known = set(letters) | {left + right for left, right in merges}
    heads, tails = list(letters), letters[:26]
    while len(merges) < count:
        left, right = chance.choice(heads), chance.choice(tails)
        word = left + right
        if word in known:
            continue
        known.add(word)
        merges.append((left, right))
        if len(word) <= 8:
            heads.append(word)
        if len(word) <= 5 and word.islower() and "Ġ" not in word:
            tails.append(word)
    return tuple(merges)


def _pieces() -> Any:
    from tokenizers import Regex, pre_tokenizers

    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def _tokenizer(merges: tuple[tuple[str, str], ...]) -> Any:
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    words = sorted(pre_tokenizers.ByteLevel.alphabet()) + [left + right for left, right in merges]
    tokenizer = Tokenizer(models.BPE(vocab={word: at for at, word in enumerate(words)}, merges=list(merges)))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = _pieces()
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.add_tokens([AddedToken(word, special=True, normalized=False) for word in SPECIAL])
    tokenizer.add_tokens([AddedToken(word, special=False, normalized=False) for word in WRITTEN])
    return tokenizer
