"""Grammars: good replies pass token by token, bad ones can't be said, and all that can be said is read."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screens import CLICKS_ONLY, DESKTOP, FULL_HD, NAMES, PHONE, screen
from tiny.vocabulary import vocabulary

from screenwright.policies.chat import Reply, Shape
from screenwright.policies.dialects.dialect import Screen, dialect, smart_resize
from screenwright.policies.dialects.uitars_grammar import up_to
from screenwright.policies.qwen3vl.grammar import Grammars
from screenwright.tools.actions import (
    Action,
    Ask,
    Click,
    Done,
    Drag,
    LongPress,
    OpenApp,
    PressButton,
    PressKeys,
    Scroll,
    Swipe,
    TypeText,
    Wait,
)
from screenwright.tools.geometry import Point, Size

FEW = frozenset(("click", "type_text", "done"))
SETS = {"desktop": DESKTOP, "phone": PHONE, "clicks only": CLICKS_ONLY, "few": FEW}
THINKING = "</think>\n\n"
TEXT = 'it\'s "so" \\ <b>{你好 🙂}</b>\nC:\\new ```x```'


@cache
def tokens() -> tuple[Any, Grammars]:
    tokenizer = vocabulary(600)
    return tokenizer, Grammars(tokenizer, len(tokenizer), [tokenizer.convert_tokens_to_ids("<|im_end|>")])


def said_in_full(shape: Shape, text: str, thinks: bool = False) -> bool:
    """Whether the grammar lets every token of the text through, and then an end."""
    tokenizer, grammars = tokens()
    held = grammars.begin(shape, thinks)
    going = True
    for token in tokenizer(text, add_special_tokens=False)["input_ids"]:
        if not going or not held.allowed()[token]:
            return False
        going = held.take(token)
    return held.complete


def walk(shape: Shape, chance: np.random.Generator, thinks: bool) -> str:
    """One reply of random tokens, of those that may come; after a while what is open is closed."""
    tokenizer, grammars = tokens()
    held = grammars.begin(shape, thinks)
    ids: list[int] = []
    for step in range(4000):
        allowed = held.allowed() if step < 50 else held.closing(held.allowed())
        token = int(chance.choice(np.flatnonzero(allowed)))
        going = held.take(token)
        if going or token not in grammars.ends:
            ids.append(token)
        if not going:
            return str(tokenizer.decode(ids))
    raise AssertionError("a reply without an end")


@pytest.mark.parametrize("kinds", SETS.values(), ids=SETS)
@pytest.mark.parametrize("name", NAMES)
def test_the_grammar_is_one(name: str, kinds: frozenset[str]) -> None:
    _, grammars = tokens()
    for thinks in (False, True):
        grammars.begin(dialect(name).shape(screen(name, kinds)), thinks)  # raises what is wrong with it
    grammars.begin(dialect(name).pointing('the "Save" button')[1], False)


HERE = Point(300, 200, FULL_HD)
THERE = Point(100, 900, Size(1080, 2400))
GOOD: dict[str, list[Action]] = {
    "desktop": [
        Click(point=HERE), Click(point=HERE, count=2), Click(point=HERE, button="right"), Wait(seconds=5),
        Scroll(point=HERE, down=-5), TypeText(text=TEXT), PressKeys(keys=("ctrl", "shift", "'")), Done(),
        Drag(end=HERE), Drag(start=HERE, end=HERE), Ask(question=TEXT), Done(answer=TEXT), Done(success=False),
    ],
    "phone": [
        Click(point=THERE), LongPress(point=THERE, seconds=2), Swipe(start=THERE, end=THERE), Done(),
        PressButton(button="back"), PressButton(button="volume_up"), OpenApp(name="Ünïcode 'App'"),
        TypeText(text=TEXT), Wait(seconds=3),
    ],
}  # fmt: skip


@pytest.mark.parametrize("kinds", GOOD)
@pytest.mark.parametrize("name", NAMES)
def test_what_the_family_would_write_passes(name: str, kinds: str) -> None:
    on, spoken = screen(name, SETS[kinds]), dialect(name)
    passed = 0
    for action in GOOD[kinds]:
        try:
            text = spoken.write(action, on, "The page is open. Save it.")
        except Exception as none:
            assert "has no words for" in str(none)
            continue
        assert said_in_full(spoken.shape(on), text), text
        assert said_in_full(spoken.shape(on), "It loads.\n" + THINKING + text, thinks=True), text
        passed += 1
    assert passed >= 8


QWEN_BAD = {
    "a coordinate of 1000": ('"left_click", "coordinate": [1000, 5]', '"left_click", "coordinate": [999, 5]'),
    "a coordinate below 0": ('"left_click", "coordinate": [-1, 5]', '"left_click", "coordinate": [1, 5]'),
    "half a pixel": ('"left_click", "coordinate": [1.5, 5]', '"left_click", "coordinate": [1, 5]'),
    "three numbers": ('"left_click", "coordinate": [1, 5, 7]', '"left_click", "coordinate": [1, 5]'),
    "a missing place": ('"left_click"', '"left_click", "coordinate": [1, 5]'),
    "an unknown action": ('"fly", "coordinate": [1, 5]', '"mouse_move", "coordinate": [1, 5]'),
    "an unknown key": ('"key", "keys": ["ctrl", "copy"]', '"key", "keys": ["ctrl", "c"]'),
    "no key": ('"key", "keys": []', '"key", "keys": ["a"]'),
    "no scroll at all": ('"scroll", "pixels": 0', '"scroll", "pixels": -10'),
    "an end without status": ('"terminate"', '"terminate", "status": "success"'),
    "a field too many": ('"wait", "time": 1, "text": "x"', '"wait", "time": 1'),
    "a line feed in a text": ('"type", "text": "a\nb"', '"type", "text": "a\\nb"'),
}


@pytest.mark.parametrize(("bad", "good"), QWEN_BAD.values(), ids=QWEN_BAD)
def test_what_no_qwen_may_say_is_stopped(bad: str, good: str) -> None:
    def reply(arguments: str) -> str:
        call = f'{{"name": "computer_use", "arguments": {{"action": {arguments}}}}}'
        return f"Action: Do it.\n<tool_call>\n{call}\n</tool_call>"

    shape = dialect("qwen3vl").shape(screen("qwen3vl"))
    assert said_in_full(shape, reply(good))
    assert not said_in_full(shape, reply(bad))
    assert not said_in_full(shape, "It is done.")
    assert not said_in_full(shape, reply(good) + "\n" + reply(good))


UITARS_BAD = {
    "off the picture": ("click(start_box='@(1876,5)#')", "click(start_box='@(1875,5)#')"),
    "below the picture": ("click(start_box='@(5,1036)#')", "click(start_box='@(5,1035)#')"),
    "a zero in front": ("click(start_box='@(05,5)#')", "click(start_box='@(5,5)#')"),
    "marks spelt out": ("click(start_box='(5,5)')", "click(start_box='@(5,5)#')"),
    "an unknown action": ("fly(start_box='@(5,5)#')", "left_double(start_box='@(5,5)#')"),
    "an unknown way": (
        "scroll(start_box='@(5,5)#', direction='in')",
        "scroll(start_box='@(5,5)#', direction='up')",
    ),
    "an unknown key": ("hotkey(key='ctrl copy')", "hotkey(key='ctrl c')"),
    "a missing end": ("drag(start_box='@(5,5)#')", "drag(start_box='@(5,5)#', end_box='@(6,6)#')"),
    "a bare quotation mark": ("type(content='it's')", "type(content='it\\'s')"),
    "a bare line feed": ("type(content='a\nb')", "type(content='a\\nb')"),
    "of a phone": ("press_home()", "wait()"),
}


@pytest.mark.parametrize(("bad", "good"), UITARS_BAD.values(), ids=UITARS_BAD)
def test_what_no_ui_tars_may_say_is_stopped(bad: str, good: str) -> None:
    def reply(call: str) -> str:
        return "Thought: Do it.\nAction: " + call.replace("@", "<|box_start|>").replace("#", "<|box_end|>")

    shape = dialect("uitars").shape(screen("uitars"))
    assert said_in_full(shape, reply(good))
    assert not said_in_full(shape, reply(bad))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "qwen3vl",
            'Action: Type.\n<tool_call>\n{"name": "computer_use", "arguments": {"action": "key", "keys": ["a"]}}',
        ),
        ("qwen3vl", 'Action: Go.\n<tool_call>\n{"name": "mobile_use", "arguments": {"action": "click"'),
        ("plain", '{"action": "scroll", "direction": "up", "notches": 1}'),
        ("uitars", "Thought: Go.\nAction: hotkey(key='a')"),
    ],
)
def test_what_the_device_can_not_do_can_not_be_said(name: str, text: str) -> None:
    tokenizer, grammars = tokens()
    held = grammars.begin(dialect(name).shape(screen(name, FEW)), False)
    for token in tokenizer(text, add_special_tokens=False)["input_ids"]:
        if not held.allowed()[token]:
            return
        held.take(token)
    raise AssertionError("it was said")


@pytest.mark.parametrize("thinks", [False, True], ids=["instruct", "thinking"])
@pytest.mark.parametrize("kinds", SETS.values(), ids=SETS)
@pytest.mark.parametrize("name", NAMES)
def test_whatever_can_be_said_is_read(name: str, kinds: frozenset[str], thinks: bool) -> None:
    """Random walks, 40 for each of 56 grammars; a BadReply fails."""
    spoken = dialect(name)
    on = screen(name, kinds, Size(1366, 768))
    chance = np.random.default_rng(7)
    shape = spoken.shape(on)
    done: Counter[str] = Counter()
    for _ in range(40):
        said = spoken.read(Reply(walk(shape, chance, thinks)), on)
        assert said.action.kind in kinds
        done[said.action.kind] += 1
    assert len(done) >= min(2, len(kinds))


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_answered_to_where_is_read(name: str) -> None:
    shape = dialect(name).pointing("the Save button")[1]
    chance = np.random.default_rng(7)
    shown = Size(9999 * 2, 9999 * 2)
    found = [dialect(name).pointed(Reply(walk(shape, chance, False)), shown) for _ in range(30)]
    assert None in found
    assert any(point is not None for point in found)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 5000), st.integers(0, 6000))
def test_numbers_up_to_the_largest_and_no_others(most: int, number: int) -> None:
    import re

    assert bool(re.fullmatch(up_to(most), str(number))) == (number <= most)
    assert not re.fullmatch(up_to(most), f"0{number}")


def test_the_largest_coordinate_is_the_pictures_last_pixel() -> None:
    on = Screen(FULL_HD, smart_resize(FULL_HD, 28, 2560), DESKTOP)
    assert on.shown == Size(1876, 1036)
    shape = dialect("qwen25vl").shape(on)

    def click(x: int, y: int) -> str:
        call = f'{{"name": "computer_use", "arguments": {{"action": "left_click", "coordinate": [{x}, {y}]}}}}'
        return f"Action: Do it.\n<tool_call>\n{call}\n</tool_call>"

    assert said_in_full(shape, click(1875, 1035))
    assert not said_in_full(shape, click(1876, 5))
    assert not said_in_full(shape, click(5, 1036))
