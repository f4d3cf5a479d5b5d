"""A Qwen3-VL checkpoint of random weights, small enough to be made and served within a test.

Run as a program it is `transformers serve` for a folder that `make` has made:
`python tiny.py serve FOLDER --device cpu --port 8123`. The stock command dies at its start where torchvision
is missing; a processor without the branch for videos is all that it lacks.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>"]
SPECIAL += ["<|video_pad|>"]
TEMPLATE = (
    "{%- for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{%- if message['content'] is string %}{{ message['content'] }}{%- else %}"
    "{%- for part in message['content'] %}"
    "{%- if part['type'] == 'image' %}{{ '<|vision_start|><|image_pad|><|vision_end|>' }}"
    "{%- elif 'text' in part %}{{ part['text'] }}{%- endif %}{%- endfor %}{%- endif %}"
    "{{ '<|im_end|>\n' }}{%- endfor %}{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{%- endif %}"
)


def processor_class() -> Any:
    """Without a video processor: its type check looks up a class that only torchvision brings."""
    from transformers import AutoProcessor, Qwen3VLConfig, Qwen3VLProcessor

    class ImageOnlyProcessor(Qwen3VLProcessor):  # type: ignore[misc]
        def __init__(self, image_processor: Any = None, tokenizer: Any = None, chat_template: Any = None) -> None:
            super().__init__(image_processor, tokenizer, None, chat_template=chat_template)

    AutoProcessor.register(Qwen3VLConfig, ImageOnlyProcessor, exist_ok=True)
    return ImageOnlyProcessor


def tokenizer() -> Any:
    """One token a byte, and the marks."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({letter: place for place, letter in enumerate(alphabet)}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(SPECIAL)
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        extra_special_tokens={"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"},
    )


def make(folder: Path) -> Path:
    """Write the checkpoint; about 0.2 M parameters."""
    import torch
    from transformers import GenerationConfig, Qwen2VLImageProcessorPil, Qwen3VLConfig
    from transformers import Qwen3VLForConditionalGeneration as Net

    torch.set_num_threads(1)
    torch.manual_seed(0)
    words = tokenizer()
    marks = {name: words.convert_tokens_to_ids(name) for name in SPECIAL}
    rope = {"rope_type": "default", "rope_theta": 5e6, "mrope_section": [4, 2, 2], "mrope_interleaved": True}
    config = Qwen3VLConfig(
        text_config={
            "vocab_size": 272,
            "initializer_range": 0.3,
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "head_dim": 16,
            "max_position_embeddings": 4096,
            "rope_parameters": rope,
            "tie_word_embeddings": True,
        },
        vision_config={
            "depth": 1,
            "initializer_range": 0.3,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 2,
            "out_hidden_size": 64,
            "patch_size": 16,
            "num_position_embeddings": 64,
            "deepstack_visual_indexes": [0],
        },
        image_token_id=marks["<|image_pad|>"],
        video_token_id=marks["<|video_pad|>"],
        vision_start_token_id=marks["<|vision_start|>"],
        vision_end_token_id=marks["<|vision_end|>"],
        tie_word_embeddings=True,
    )
    net = Net(config)
    ends = [marks["<|im_end|>"], marks["<|endoftext|>"]]
    net.generation_config = GenerationConfig(eos_token_id=ends, pad_token_id=ends[1], do_sample=True)
    net.save_pretrained(folder)
    pictures = Qwen2VLImageProcessorPil(
        patch_size=16,
        merge_size=2,
        temporal_patch_size=2,
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
        size={"shortest_edge": 1024, "longest_edge": 1 << 20},
    )
    processor_class()(pictures, words, chat_template=TEMPLATE).save_pretrained(folder)
    return folder


if __name__ == "__main__":
    import torch
    from transformers.cli.transformers import main

    torch.set_num_threads(1)
    processor_class()
    sys.exit(main())
