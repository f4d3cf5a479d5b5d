"""Which dialect a model speaks, what it is told, and what size its pictures have."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screens import CLICKS_ONLY, DESKTOP, NAMES, PHONE, screen

from screenwright.policies.dialects.dialect import FIRST, LAST, dialect, dialect_of, listed, smart_resize
from screenwright.policies.dialects.qwen3vl import QwenDialect
from screenwright.tools.errors import BadScript
from screenwright.tools.geometry import Size

IDS = {
    "qwen3vl": [
        "Qwen/Qwen3-VL-4B-Instruct", "Qwen/Qwen3-VL-4B-Thinking", "Qwen/Qwen3-VL-30B-A3B-Instruct-FP8",
        "QuantTrio/Qwen3-VL-30B-A3B-Instruct-AWQ", "qwen3-vl:4b-instruct", "qwen3-vl", "qwen3-vl-plus",
        "hf.co/unsloth/Qwen3-VL-4B-Instruct-GGUF:Q4_K_M", "modelscope:Qwen/Qwen3-VL-4B-Instruct",
        "/data/ui-tars/models/Qwen3-VL-4B", "/data/Qwen3-VL-4B-Instruct/", r"C:\models\qwen2.5vl\Qwen3-VL-2B",
        "cache/hub/models--Qwen--Qwen3-VL-4B-Instruct/snapshots/ebb281ec70b05090aa6165b016eac8ec08e71b17",
        "runs/Qwen3-VL-4B-mine/checkpoint-500", "Qwen3VL-4B-Instruct-Q4_K_M.gguf",
        "Qwen3-VL-4B-Instruct-GGUF/model-q4_k_m", "mlx-community/Qwen3-VL-4B-Instruct-4bit",
    ],
    "qwen25vl": [
        "Qwen/Qwen2.5-VL-7B-Instruct", "qwen2.5vl:7b", "Qwen/Qwen2.5-VL-72B-Instruct-AWQ", "qwen2_5_vl",
        "unsloth/Qwen2.5-VL-3B-Instruct-GGUF", "/data/Qwen3-VL/Qwen2.5-VL-3B",
    ],
    "uitars": [
        "ByteDance-Seed/UI-TARS-1.5-7B", "ui-tars-1.5-7b", "0000/ui-tars-1.5-7b:latest", "UI_TARS-1.5",
        "mradermacher/UI-TARS-1.5-7B-GGUF", "/models/UI-TARS-1.5-7B (Qwen2.5-VL)",
    ],
    "uitars1": [
        "ByteDance-Seed/UI-TARS-7B-DPO", "bytedance-research/UI-TARS-2B-SFT", "UI-TARS-72B-DPO",
        "doubao-1.5-ui-tars-250428", "bartowski/UI-TARS-7B-DPO-GGUF",
    ],
    "guiowl": ["mPLUG/GUI-Owl-1.5-8B-Instruct", "mPLUG/GUI-Owl-1.5-4B-Thinking", "gui-owl-1.5", "GUI_Owl-1.5-2B"],
    "guiowl1": ["mPLUG/GUI-Owl-7B", "mPLUG/GUI-Owl-32B", "mradermacher/GUI-Owl-7B-GGUF"],
    "plain": [
        "gpt-5.2", "google/gemma-3-12b-it", "", "Qwen/Qwen3-4B", "Qwen/Qwen2-VL-7B-Instruct", "llava:13b",
        "/home/ui-tars/models/mine", "/srv/Qwen3-VL/notes/gemma", "tests/tiny/checkpoint",
        "/home/qwen3-vl/work/llama-3.2-vision",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("name", "model"), [(name, model) for name, models in IDS.items() for model in models])
def test_the_last_part_of_a_models_id_decides(name: str, model: str) -> None:
    assert dialect_of(model).name == name


@pytest.mark.parametrize("name", NAMES)
def test_a_dialect_is_had_by_its_name(name: str) -> None:
    assert dialect(name).name == name


def test_a_name_that_is_no_dialect_lists_them() -> None:
    with pytest.raises(BadScript, match="no dialect 'qwen'; there is: qwen3vl, qwen25vl, uitars"):
        dialect("qwen")


@pytest.mark.parametrize(
    ("size", "factor", "most", "shown"),
    [
        (Size(1920, 1080), 32, 16384, Size(1920, 1088)),
        (Size(1920, 1080), 32, 1280, Size(1504, 832)),
        (Size(3840, 2160), 32, 2560, Size(2144, 1184)),
        (Size(1080, 2400), 32, 1280, Size(768, 1696)),
        (Size(1280, 720), 32, 2560, Size(1280, 704)),
        (Size(1920, 1080), 28, 16384, Size(1932, 1092)),
        (Size(20, 20), 32, 2560, Size(64, 64)),
    ],
)
def test_pictures_have_the_familys_own_sizes(size: Size, factor: int, most: int, shown: Size) -> None:
    assert smart_resize(size, factor, most) == shown


@given(st.integers(1, 5000), st.integers(1, 5000), st.sampled_from([28, 32]), st.integers(4, 4000))
def test_a_picture_keeps_to_its_budget_and_the_grid(width: int, height: int, factor: int, most: int) -> None:
    if max(width, height) > 200 * min(width, height):
        with pytest.raises(BadScript, match="more than 200 times"):
            smart_resize(Size(width, height), factor, most)
        return
    shown = smart_resize(Size(width, height), factor, most)
    assert shown.width % factor == shown.height % factor == 0
    assert shown.area <= max(most, shown.width // factor, shown.height // factor) * factor**2


@pytest.mark.parametrize("kinds", [DESKTOP, PHONE, CLICKS_ONLY, frozenset(("click", "done"))], ids=len)
@pytest.mark.parametrize("name", NAMES)
def test_a_model_is_told_of_what_the_device_can_do_and_of_nothing_else(name: str, kinds: frozenset[str]) -> None:
    on, spoken = screen(name, kinds), dialect(name)
    told = spoken.system(on) + json.dumps(spoken.tools(on))
    for word, kind in (
        ("press_back", "press_button"), ("system_button", "press_button"), ("hotkey", "press_keys"),
        ("left_click_drag", "drag"), ("open_app", "open_app"), ("long_press", "long_press"),
        ("hscroll", "scroll"), ("terminate", "done"), ("finished(", "done"), ("interact", "ask"),
    ):  # fmt: skip
        if kind not in kinds and not (word == "terminate" and isinstance(spoken, QwenDialect)):
            assert word not in told, word
    assert "{" + "actions}" not in told
    assert "{width}" not in told
    assert "{call_user}" not in told
    assert "{text}" not in told
    assert len(told) > 600  # a prompt that is too short breaks a small model's format


@pytest.mark.parametrize("name", NAMES)
def test_a_phone_has_no_mouse(name: str) -> None:
    on, spoken = screen(name, PHONE), dialect(name)
    told = (spoken.system(on) + json.dumps(spoken.tools(on))).lower()
    for word in ("mouse", "wheel", "right_click", "right_single", "double_click", "hotkey", "pointer", "desktop"):
        assert word not in told, word
    assert "phone" in told


@pytest.mark.parametrize(
    ("name", "size"), [("qwen3vl", "1000x1000"), ("guiowl", "1000x1000"), ("qwen25vl", "1876x1036")]
)
def test_the_screen_is_said_to_have_the_size_that_coordinates_have(name: str, size: str) -> None:
    assert f"The screen is {size}" in json.dumps(dialect(name).tools(screen(name)))


def test_the_families_have_their_own_actions() -> None:
    def of(name: str, kinds: frozenset[str] = DESKTOP) -> list[str]:
        spoken = dialect(name)
        assert isinstance(spoken, QwenDialect)
        return spoken.actions(screen(name, kinds))

    assert len(of("qwen3vl")) == 14
    assert len(of("qwen25vl")) == 11
    assert set(of("guiowl")) - set(of("qwen3vl")) == {"interact"}
    assert len(of("guiowl", PHONE)) == 11
    assert "key" in of("qwen3vl", PHONE)


@pytest.mark.parametrize("name", NAMES)
def test_the_opening_tells_the_task_and_the_earlier_steps(name: str) -> None:
    before, after = dialect(name).opening("Save the file", ["click A", "click B"])
    assert "Save the file" in before + after
    assert (before + after).index("click A") < (before + after).index("click B")
    alone = dialect(name).opening("Save the file", [])
    assert "click" not in alone[0] + alone[1]


def test_a_long_list_of_earlier_steps_is_told_in_part_and_says_so() -> None:
    lines = listed([f"step {n}" for n in range(1, 201)])
    assert lines[:FIRST] == ["Step 1: step 1", "Step 2: step 2", "Step 3: step 3"]
    assert lines[FIRST] == "(167 steps are left out here)"
    assert lines[-1] == "Step 200: step 200"
    assert len(lines) == FIRST + 1 + LAST
    assert len(listed(["x"] * (FIRST + LAST + 1))) == FIRST + LAST + 1


def test_where_the_words_stand_is_the_familys_way() -> None:
    assert dialect("qwen3vl").opening("Save it", [])[0] == ""  # picture, then words
    assert dialect("guiowl").opening("Save it", [])[1] == ""  # words, then picture
