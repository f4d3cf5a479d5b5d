"""Checkpoints as people have them: whole, half downloaded, of another family, in few bits."""

from __future__ import annotations

import contextlib
import json
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny.build import Sizes, tiny

from screenwright.policies.chat import Picture, Turn
from screenwright.policies.qwen3vl.engine import Engine
from screenwright.policies.qwen3vl.fetching import check_files, is_here
from screenwright.policies.qwen3vl.loading import Checkpoint, lengthen, open_checkpoint
from screenwright.policies.qwen3vl.patches import Patching
from screenwright.tools.errors import BadScript, ModelLost, NotInstalled
from screenwright.tools.geometry import Size


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield tiny(tmp_path_factory.mktemp("whole"))
    torch.set_num_threads(threads)


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def cut(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])


def no_header(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", 10**12) + b"{}")


def pointer(folder: Path) -> None:
    text = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 8875719384\n"
    (folder / "model.safetensors").write_text(text)


def shard_missing(folder: Path) -> None:
    index = {"weight_map": {"a": "model.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "model-Q4_K_M.gguf").write_bytes(b"GGUF")


def no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def half_a_config(folder: Path) -> None:
    path = folder / "config.json"
    path.write_text(path.read_text()[:200])


def another_family(folder: Path) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"model_type": "llava"}))


def no_template(folder: Path) -> None:
    (folder / "chat_template.jinja").unlink(missing_ok=True)
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps({k: v for k, v in json.loads(path.read_text()).items() if k != "chat_template"}))


def no_pictures(folder: Path) -> None:
    (folder / "preprocessor_config.json").unlink()


def no_tokenizer(folder: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (cut, r"is cut off: [\d,]+ of [\d,]+ bytes. Delete it"),
        (no_header, "is not a safetensors file"),
        (pointer, "git lfs pull"),
        (shard_missing, r"lacks 1 of 2 files of weights \(model-00002.* it goes on where it ended"),
        (no_weights, r"has no weights .*GGUF files run on llama.cpp or Ollama"),
        (no_config, "has no config.json: it is not the folder of a checkpoint"),
        (half_a_config, "can't be read"),
        (another_family, r"a model of the type 'llava'; here run: qwen3_vl .*--policy served"),
        (no_template, "has no chat template"),
        (no_pictures, "has no preprocessor_config.json"),
        (no_tokenizer, "the tokenizer in .* can't be loaded"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_wrong_with_a_folder_is_said(folder: Path, spoil: Any, words: str) -> None:
    spoil(folder)
    with pytest.raises(ModelLost, match=words):
        open_checkpoint(str(folder))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("./nowhere", "there is no folder ./nowhere"),
        ("Qwen3-VL-4B", "it is no id such as Qwen/Qwen3-VL-4B-Instruct"),
        (__file__, "is a file; name the folder"),
    ],
)
def test_a_name_that_is_none(name: str, words: str) -> None:
    with pytest.raises(ModelLost, match=words):
        open_checkpoint(name)


def test_without_a_connection_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    told: list[str] = []
    with pytest.raises(ModelLost, match=r"someone/Qwen3-VL-tiny.*check the connection.*modelscope:someone"):
        open_checkpoint("someone/Qwen3-VL-tiny", tell=told.append)
    assert told == ["downloading someone/Qwen3-VL-tiny from Hugging Face; it is kept for the next time"]
    assert not is_here("someone/Qwen3-VL-tiny")


def cached(home: Path, source: Path, *names: str) -> None:
    """The layout of Hugging Face's cache, with these files of a checkpoint in it; all, where none is named."""
    revision = home / "models--someone--Qwen3-VL-tiny" / "snapshots" / ("a" * 40)
    revision.mkdir(parents=True)
    refs = home / "models--someone--Qwen3-VL-tiny" / "refs"
    refs.mkdir()
    (refs / "main").write_text("a" * 40)
    for path in source.iterdir():
        if not names or path.name in names:
            shutil.copy(path, revision)


def test_a_download_that_was_broken_off_goes_on(
    whole: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is there of it must not be taken for all of it, each time anew."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    cached(tmp_path, whole, "config.json", "tokenizer.json")
    told: list[str] = []
    with contextlib.suppress(ModelLost):
        open_checkpoint("someone/Qwen3-VL-tiny", tell=told.append)
    assert told and told[0].startswith("downloading")


def test_what_was_downloaded_needs_no_connection(
    whole: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    cached(tmp_path, whole)
    told: list[str] = []
    checkpoint = open_checkpoint("someone/Qwen3-VL-tiny", tell=told.append)
    assert not told and checkpoint.name == "someone/Qwen3-VL-tiny" and is_here(checkpoint.name)


def test_modelscope_without_its_package_names_it() -> None:
    with pytest.raises(NotInstalled, match="pip install modelscope"):
        open_checkpoint("modelscope:Qwen/Qwen3-VL-4B-Instruct")


def test_a_folder_is_here(whole: Path) -> None:
    assert is_here(str(whole)) and check_files(whole)["model_type"] == "qwen3_vl"
    assert not is_here("nobody/never") and not is_here("no id at all")


def test_a_template_in_a_file_of_its_own(folder: Path) -> None:
    template = open_checkpoint(str(folder)).tokenizer.chat_template
    no_template(folder)
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": template}))
    assert open_checkpoint(str(folder)).tokenizer.chat_template == template


@pytest.mark.parametrize("method", ["awq", "gptq", "compressed-tensors"])
def test_few_bits_that_need_a_package_name_it(folder: Path, method: str) -> None:
    path = folder / "config.json"
    about = json.loads(path.read_text()) | {"quantization_config": {"quant_method": method, "bits": 4}}
    path.write_text(json.dumps(about))
    with pytest.raises(NotInstalled, match=f"{method.upper()} needs: pip install"):
        open_checkpoint(str(folder))


@pytest.mark.parametrize("weights", ["int8", "int4"])
def test_bits_at_load_that_need_a_package_name_it(
    whole: Path, weights: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screenwright.policies.qwen3vl.quantized.find_spec", lambda name: None)
    with pytest.raises(NotInstalled, match=f"weights in {weights} need: pip install"):
        open_checkpoint(str(whole), weights=weights)


def test_settings_that_are_none(whole: Path) -> None:
    with pytest.raises(BadScript, match="weights 'int3' is not one of int8, int4"):
        open_checkpoint(str(whole), weights="int3")
    with pytest.raises(BadScript, match="context '2m' is not one of 256k, 512k, 1m"):
        open_checkpoint(str(whole), context="2m")
    with pytest.raises(BadScript, match="dtype 'float8' is not one of"):
        open_checkpoint(str(whole), dtype="float8")


def test_a_million_tokens_are_the_published_values(whole: Path) -> None:
    checkpoint = open_checkpoint(str(whole), context="1m")
    rope = checkpoint.text_config.rope_parameters
    assert checkpoint.context == 1_000_000 == checkpoint.text_config.max_position_embeddings
    assert (rope["rope_type"], rope["factor"]) == ("yarn", 3.0)
    assert rope["original_max_position_embeddings"] == 262_144
    assert rope["mrope_interleaved"] and rope["mrope_section"] == [4, 2, 2]
    reply = Engine(checkpoint).reply([Turn.of("user", "hello")], limit=3)
    assert reply.usage["prompt_tokens"]
    plain = Engine(open_checkpoint(str(whole))).reply([Turn.of("user", "hello")], limit=3)
    assert checkpoint.model.model.language_model.rotary_emb.attention_scaling != 1.0 and plain.text is not None


def test_256k_leaves_the_positions_alone(whole: Path) -> None:
    checkpoint = open_checkpoint(str(whole))
    before = dict(checkpoint.text_config.rope_parameters)
    assert lengthen(checkpoint.config, "256k") == 262_144
    assert dict(checkpoint.text_config.rope_parameters) == before


@pytest.mark.parametrize("size", [Size(1920, 1088), Size(32, 96), Size(640, 64)], ids=str)
def test_pictures_are_the_library_s_tensor(size: Size) -> None:
    from transformers import Qwen2VLImageProcessorPil

    pixels = np.random.default_rng(0).integers(0, 255, (size.height, size.width, 3), dtype=np.uint8)
    stock = Qwen2VLImageProcessorPil(
        patch_size=16,
        merge_size=2,
        temporal_patch_size=2,
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
        size={"shortest_edge": 1024, "longest_edge": 16_777_216},
    )
    out = stock(images=[pixels], return_tensors="pt")
    ours = Patching().patches([pixels])
    assert ours.shape == out["pixel_values"].shape
    assert float((ours - out["pixel_values"]).abs().max()) < 1e-6
    assert out["image_grid_thw"][0].tolist() == [1, *Patching().grid(size)]


def test_other_colours_and_squares() -> None:
    """Qwen2.5-VL: squares of 14, CLIP's mean and spread."""
    from transformers import Qwen2VLImageProcessorPil

    pixels = np.random.default_rng(0).integers(0, 255, (56, 84, 3), dtype=np.uint8)
    stock = Qwen2VLImageProcessorPil(size={"shortest_edge": 784, "longest_edge": 10**7})
    patching = Patching.of({k: getattr(stock, k) for k in ("patch_size", "image_mean", "image_std")})
    assert patching.factor == 28
    theirs = stock(images=[pixels], return_tensors="pt")["pixel_values"]
    assert float((patching.patches([pixels]) - theirs).abs().max()) < 1e-5


def test_two_frames_share_a_patch_of_time() -> None:
    frames = [np.full((32, 32, 3), value, np.uint8) for value in (0, 255)]
    patches = Patching().patches(frames).view(4, 3, 2, 256)
    assert (patches[:, :, 0] == -1).all() and (patches[:, :, 1] == 1).all()
    alone = Patching().patches(frames[:1]).view(4, 3, 2, 256)
    assert (alone == -1).all()


def test_a_size_that_can_t_be_cut_is_refused(whole: Path) -> None:
    engine = Engine(open_checkpoint(str(whole)))
    with pytest.raises(ModelLost, match="a picture of 50x64 can't be cut into squares of 32"):
        engine.reply([Turn.of("user", Picture(np.zeros((64, 50, 3), np.uint8)))])


WIDE = Sizes(
    hidden=256, heads=4, head_dim=64, feed_forward=512, vision_hidden=64, vision_layers=2, vision_feed_forward=128
)


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("wide"), sizes=WIDE)


def first_logits(checkpoint: Checkpoint) -> Any:
    engine = Engine(checkpoint)
    picture = Picture(np.random.default_rng(0).integers(0, 255, (96, 128, 3), dtype=np.uint8))
    prompt = engine.prompter.prompt([Turn.of("user", "hello", picture)], ())
    with engine.network.working(None):
        return engine.network.prefill(prompt, engine.network.session(), 0).float()


def alike(one: Any, other: Any) -> float:
    return float(torch.cosine_similarity(one, other, dim=0))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
@pytest.mark.parametrize(("weights", "least"), [("int8", 0.998), ("int4", 0.9)])
def test_fewer_bits_at_load_on_a_cpu(wide: Path, weights: str, least: float) -> None:
    """The vision tower keeps its bits: "visual" as a name would match nothing, silently."""
    whole = open_checkpoint(str(wide), dtype="bfloat16")
    fewer = open_checkpoint(str(wide), dtype="bfloat16", weights=weights)
    assert least < alike(first_logits(whole), first_logits(fewer)) < 0.99999
    assert type(fewer.model.model.visual.blocks[0].mlp.linear_fc1.weight) is torch.nn.Parameter
    assert type(fewer.model.model.language_model.layers[0].mlp.up_proj.weight) is not torch.nn.Parameter


def test_an_fp8_checkpoint_is_brought_back_on_a_cpu(wide: Path, tmp_path: Path) -> None:
    """In the layout that the family publishes: blocks of 128 x 128 with a scale each."""
    from safetensors.torch import load_file, save_file

    folder = Path(shutil.copytree(wide, tmp_path / "fp8"))
    stored: dict[str, Any] = {}
    for name, weight in load_file(folder / "model.safetensors").items():
        if ".language_model.layers." in name and name.endswith("proj.weight"):
            rows, columns = weight.shape
            blocks = weight.view(rows // 128, 128, columns // 128, 128)
            scale = blocks.abs().amax(dim=(1, 3)) / 448
            small = (blocks / scale[:, None, :, None]).view(rows, columns).to(torch.float8_e4m3fn)
            stored |= {name: small, name + "_scale_inv": scale.float()}
        else:
            stored[name] = weight
    save_file(stored, folder / "model.safetensors", {"format": "pt"})
    about = json.loads((folder / "config.json").read_text())
    about["quantization_config"] = {
        "quant_method": "fp8",
        "weight_block_size": [128, 128],
        "activation_scheme": "dynamic",
        "modules_to_not_convert": ["model.visual", "lm_head"],
    }
    (folder / "config.json").write_text(json.dumps(about))
    back = open_checkpoint(str(folder), dtype="bfloat16")
    assert 0.99 < alike(first_logits(open_checkpoint(str(wide), dtype="bfloat16")), first_logits(back)) < 0.999999
