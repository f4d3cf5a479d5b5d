"""Tiny checkpoints of the real architecture: random ones laid out as published, and one that looks and clicks."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))

from tiny import judge, scenes, train
from tiny.build import TEMPLATES, tiny
from tiny.lessons import GRID, IGNORED, PADS, Writer, pictures
from tiny.scenes import SCREEN, SHOWN, Scene
from tiny.vocabulary import LARGE, SPECIAL, TAUGHT, WRITTEN, vocabulary

from screenwright.policies.chat import Turn
from screenwright.policies.dialects.dialect import Screen
from screenwright.policies.history import History
from screenwright.tools import Observation, Point
from screenwright.tools.actions import Click
from screenwright.tools.geometry import View

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def processor(folder: Path) -> Any:
    """The stock AutoProcessor wants torchvision for its video part; without that part it wants nothing."""
    from transformers import Qwen3VLProcessor

    class ImagesOnly(Qwen3VLProcessor):
        def __init__(
            self, image_processor: Any = None, tokenizer: Any = None, chat_template: Any = None, **_: Any
        ):
            super().__init__(image_processor, tokenizer, None, chat_template=chat_template)

    return ImagesOnly.from_pretrained(folder, backend="pil")


def model(folder: Path) -> Any:
    from transformers import AutoModelForImageTextToText

    return AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()


@pytest.fixture(scope="module")
def random_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("random"), layers=3, seed=5)


def messages(turns: list[Turn]) -> list[dict[str, Any]]:
    """Turns as a chat template takes them."""

    def part(each: Any) -> dict[str, Any]:
        return {"type": "text", "text": each} if isinstance(each, str) else {"type": "image", "image": each.pixels}

    return [{"role": turn.role, "content": [part(each) for each in turn.parts]} for turn in turns]


# random checkpoints


def test_a_random_checkpoint_loads_and_answers(random_folder: Path) -> None:
    from PIL import Image

    loaded, reader = model(random_folder), processor(random_folder)
    assert type(loaded).__name__ == "Qwen3VLForConditionalGeneration"
    assert len(loaded.model.language_model.layers) == 3
    assert loaded.config.vision_config.deepstack_visual_indexes == [0, 1]
    content = [{"type": "image", "image": Image.new("RGB", (320, 256))}, {"type": "text", "text": "What is this?"}]
    inputs = reader.apply_chat_template(
        [{"role": "user", "content": content}],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
    )
    assert inputs["image_grid_thw"].tolist() == [[1, 16, 20]]
    assert inputs["pixel_values"].shape == (320, 3 * 2 * 16 * 16)
    assert (inputs["input_ids"] == loaded.config.image_token_id).sum() == 80
    made = loaded.generate(**inputs, max_new_tokens=4, min_new_tokens=4, do_sample=False)
    assert made.shape[1] == inputs["input_ids"].shape[1] + 4


def test_the_folder_is_laid_out_like_the_published_ones(random_folder: Path) -> None:
    def read(name: str) -> dict[str, Any]:
        return json.loads((random_folder / name).read_text(encoding="utf-8"))

    pictures, videos = read("preprocessor_config.json"), read("video_preprocessor_config.json")
    assert pictures["processor_class"] == videos["processor_class"] == "Qwen3VLProcessor"
    assert pictures["image_processor_type"] == "Qwen2VLImageProcessorFast"
    assert videos["video_processor_type"] == "Qwen3VLVideoProcessor"
    assert pictures["size"] == {"shortest_edge": 65_536, "longest_edge": 16_777_216}
    sampling = read("generation_config.json")
    assert (sampling["do_sample"], sampling["temperature"], sampling["top_p"], sampling["top_k"]) == (
        True,
        0.7,
        0.8,
        20,
    )
    assert len(sampling["eos_token_id"]) == 2
    assert read("config.json")["architectures"] == ["Qwen3VLForConditionalGeneration"]
    assert (random_folder / "chat_template.jinja").exists()


def test_a_seed_makes_the_same_weights_again(tmp_path: Path, random_folder: Path) -> None:
    weights = (random_folder / "model.safetensors").read_bytes()
    torch.manual_seed(1)
    after = torch.rand(1)
    torch.manual_seed(1)
    assert (tiny(tmp_path / "same", layers=3, seed=5) / "model.safetensors").read_bytes() == weights
    assert torch.rand(1) == after, "the caller's own random numbers are disturbed"
    assert (tiny(tmp_path / "other", layers=3, seed=6) / "model.safetensors").read_bytes() != weights


def test_a_vocabulary_is_of_the_family_s_kind() -> None:
    words = vocabulary()
    text = 'Grüße 2026, "点击" <tool_call>\n{}\n</tool_call>'
    ids = words(text).input_ids
    assert words.decode(ids, skip_special_tokens=True) == text
    assert [words.decode([token]) for token in words("2026").input_ids] == ["2", "0", "2", "6"]
    assert words.decode(words("a<|im_end|>").input_ids, skip_special_tokens=True) == "a"
    assert all(len(words(word).input_ids) == 1 for word in (*SPECIAL, *WRITTEN))
    taught = vocabulary(TAUGHT)
    assert all(len(taught(f" {colour}").input_ids) == 1 for colour in scenes.COLOURS)
    with pytest.raises(ValueError, match="200"):
        vocabulary(200)


def test_the_large_vocabulary_has_the_published_numbers() -> None:
    words = vocabulary(LARGE)
    published = {
        "<|endoftext|>": 151_643,
        "<|im_end|>": 151_645,
        "<|vision_start|>": 151_652,
        "<|image_pad|>": 151_655,
        "<tool_call>": 151_657,
        "</think>": 151_668,
    }
    assert {word: words.convert_tokens_to_ids(word) for word in published} == published
    assert len(words) == 151_669
    assert words.decode(words("click the Save button").input_ids) == "click the Save button"


def test_the_template_writes_tools_and_their_results(random_folder: Path) -> None:
    words = processor(random_folder).tokenizer
    talk = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Go"}]},
        {"role": "assistant", "content": "<think>\nso\n</think>\n\nWell"},
        {"role": "tool", "content": "one"},
        {"role": "tool", "content": [{"type": "image"}]},
    ]
    tool = {"type": "function", "function": {"name": "computer_use"}}
    said = words.apply_chat_template(talk, tools=[tool], add_generation_prompt=True, tokenize=False)
    system, _, rest = said.partition("<|im_end|>\n")
    assert system.startswith("<|im_start|>system\nBe brief.\n\n# Tools\n\n")
    assert '<tools>\n{"type": "function", "function": {"name": "computer_use"}}\n</tools>' in system
    assert rest == (
        "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>Go<|im_end|>\n"
        "<|im_start|>assistant\n<think>\nso\n</think>\n\nWell<|im_end|>\n"
        "<|im_start|>user\n<tool_response>\none\n</tool_response>\n"
        "<tool_response>\n<|vision_start|><|image_pad|><|vision_end|>\n</tool_response><|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_the_thinking_template_opens_a_thought_and_drops_earlier_ones() -> None:
    words = vocabulary()
    words.chat_template = (TEMPLATES / "thinking.jinja").read_text(encoding="utf-8")
    talk = [
        {"role": "user", "content": "Go"},
        {"role": "assistant", "content": "<think>\nso\n</think>\n\nWell"},
    ]
    assert "<think>\nso\n</think>\n\nWell" in words.apply_chat_template(talk, tokenize=False)
    more = [*talk, {"role": "user", "content": "And"}]
    said = words.apply_chat_template(more, add_generation_prompt=True, tokenize=False)
    assert "so" not in said
    assert said.endswith("<|im_start|>assistant\n<think>\n")


# teaching


def test_what_is_taught_is_what_the_loop_says(tmp_path: Path) -> None:
    """The tokens of a lesson are those that the conversation of a real run gives through the processor."""
    reader = processor(tiny(tmp_path, trained=True, vocab=TAUGHT))
    writer = Writer(reader.tokenizer)
    chance = random.Random(4)
    scene = Scene.chosen(chance)
    asked = scene.buttons[0]
    history = History(scenes.DIALECT)
    history.begin(f"click the {asked.colour} button")
    observation = Observation(View(SHOWN), pixels=scene.picture().pixels)
    screen = Screen(SHOWN, history.fit(observation.frame), SCREEN.kinds)
    turns = history.turns([], observation, screen)
    assert turns[1] == Turn.of("user", scenes.opening(asked.colour), scene.picture())
    inputs = reader.apply_chat_template(
        messages(turns), add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
    )
    ours = writer.prompts([turns[1:]])
    assert ours["input_ids"].tolist() == inputs["input_ids"].tolist()
    assert ours["image_grid_thw"].tolist() == inputs["image_grid_thw"].tolist() == [list(GRID)]
    assert torch.allclose(ours["pixel_values"], inputs["pixel_values"], atol=1e-6)
    reply = scenes.DIALECT.write(Click(point=Point(*asked.middle, SHOWN), target=f"{asked.colour} button"), SCREEN)
    assert reply == scenes.click(asked)


def test_only_right_replies_are_taught_and_what_they_are_about_is_looked_at() -> None:
    words = vocabulary(TAUGHT)
    writer = Writer(words)
    chance = random.Random(0)
    runs = [run for run in (scenes.run(chance) for _ in range(100)) if list(run.looks) == [3, 5]]
    # Another button is hit first, and the screen is shown again.
    lesson = next(run for run in runs if len(pictures(run.turns[:4])) == 2)
    tokens, labels, looks = writer.write(lesson)
    taught = words.decode([token for token in labels if token != IGNORED])
    assert taught == "".join(f"{lesson.turns[number].text}<|im_end|>" for number in (3, 5))
    assert lesson.turns[1].text in words.decode(tokens)
    assert tokens.count(writer.pad) == 3 * PADS
    (asking, seen), (ending, gone) = looks
    assert words.decode([tokens[at + 1] for at in asking]).startswith("click")
    assert len(asking) == 7
    begins = [at for at, token in enumerate(tokens) if token == writer.opens]
    assert all(begins[1] < at <= begins[1] + PADS for at in seen), "in the newest picture of that moment"
    assert words.decode([tokens[at + 1] for at in ending]) == "done"
    assert gone == [begins[2]]


def test_training_runs(tmp_path: Path) -> None:
    plan = replace(train.Plan(), vision=2, pairs=1, questions=1, runs=1, batch=2, every=1, judged=8)
    train.train(tmp_path, 3, plan)
    lines = [json.loads(line) for line in (tmp_path / "training.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line.get("part") for line in lines] == [None, "vision", "vision", "words", "words", "words"]
    assert lines[-1]["scenes"] == 8
    assert "hit" in judge.figures(model(tmp_path), vocabulary(TAUGHT), 1, 4)
