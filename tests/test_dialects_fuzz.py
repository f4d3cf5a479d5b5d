"""Whatever a model says is an action or a BadReply: never another error, never slow, never evaluated."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from screens import DESKTOP, NAMES, PHONE, screen

from screenwright.policies.chat import Reply
from screenwright.policies.dialects.dialect import Said, dialect
from screenwright.policies.dialects.lenient import NotJson, read_object
from screenwright.policies.dialects.saying import named
from screenwright.tools.actions import Move
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point, Size

RECORDED = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent / "replies").glob("*.txt"))]
PIECES = st.sampled_from(
    [
        *"{}[]()\"'`,:\\<>|=! \n{｛“”：，（）",
        *(
            "<tool_call>",
            "</tool_call>",
            "<think>",
            "</think>",
            "<thinking>",
            "</thinking>",
            "<conclusion>",
            "```json\n",
        ),
        *("<|im_end|>", "<|box_start|>", "<|box_end|>", "<point>", "</point>", "Thought: ", "Action: ", "动作："),
        *('"name"', '"arguments"', '"action"', '"coordinate"', '"text"', '"keys"', '"status"', "computer_use"),
        *(
            "click",
            "left_click",
            "type",
            "scroll",
            "terminate",
            "done",
            "start_box",
            "content",
            "key",
            "direction",
        ),
        *(
            "true",
            "null",
            "NaN",
            "-Infinity",
            "1e1000",
            "0",
            "512",
            "9" * 400,
            "-7",
            "0.5",
            "\\ud800",
            "\ud800",
            "\\u00",
        ),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)
ARGUMENTS = st.fixed_dictionaries(
    {
        "action": JSON
        | st.sampled_from(["left_click", "click", "key", "type", "scroll", "terminate", "done", "drag"])
    },
    optional={
        name: JSON | st.lists(st.integers(-5, 1200), min_size=1, max_size=4)
        for name in ("coordinate", "coordinate2", "keys", "text", "pixels", "status", "time", "success", "target")
    }
    | dict.fromkeys(("direction", "notches", "seconds", "answer", "thought", "start", "x", "y", "name"), JSON),
)


def read(name: str, text: str, kinds: frozenset[str] = DESKTOP) -> Said | BadReply:
    """What comes of a reply; both must be fit for a trace, which is a file of JSON in UTF-8."""
    on = screen(name, kinds)
    try:
        said = dialect(name).read(Reply(text), on)
    except BadReply as error:
        str(error).encode("utf-8")
        assert 0 < len(str(error)) < 1200
        return error
    json.dumps([said.action.model_dump(mode="json"), said.thought, said.line], ensure_ascii=False).encode("utf-8")
    assert said.action.kind in kinds
    assert len(said.line) <= 300
    return said


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=150)
@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=80))
@example('<tool_call>{"action": ["click"]}</tool_call>')
@example('{"action": {"action": "click"}}')
@example('{"name": "f", "arguments": "{\\"action\\": 1}"}')
def test_any_text_is_an_action_or_a_bad_reply(name: str, text: str) -> None:
    for kinds in (DESKTOP, PHONE):
        read(name, text, kinds)
    with contextlib.suppress(BadReply):
        dialect(name).pointed(Reply(text), Size(640, 480))


@pytest.mark.parametrize("name", ["qwen3vl", "qwen25vl", "plain"])
@settings(deadline=None, max_examples=200)
@given(ARGUMENTS)
def test_any_values_are_an_action_or_a_bad_reply(name: str, arguments: dict[str, object]) -> None:
    text = json.dumps(arguments)
    read(name, text)
    read(name, f'<tool_call>{{"name": "computer_use", "arguments": {text}}}</tool_call>', PHONE)


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=80)
@given(st.sampled_from(RECORDED), st.integers(0, 400), st.integers(0, 30), PIECES)
def test_a_spoilt_reply_is_an_action_or_a_bad_reply(name: str, text: str, at: int, cut: int, put: str) -> None:
    read(name, text[:at] + put + text[at + cut :])


GOOD = '{"name": "computer_use", "arguments": {"action": "wait", "time": 1}}'
LENGTH = 100_000
ENDLESS = [
    *(
        "{",
        '"',
        "'",
        "\\",
        "[",
        "(",
        " ",
        "\n",
        "!",
        "`",
        "<",
        "*",
        "_",
        "｛",
        "“",
        "９",
        "\ud800",
        '{"',
        '"}',
        '",',
    ),
    *('" ', "')", "' ", '{"a":', '{"a":[', '{"a":"', '{"a":1,', "{},", "1,", "<tool_call>", '<tool_call>{"'),
    *('<tool_call>{"a":"', "<think>", "</think>", "<thinking>", "<conclusion>", "<|im_end|>", "```", "```\n"),
    *("Action:", "Action: \n", "click(", "a='1',", "wait()\n", "a(\n", "now, ", '{"name":"a","arguments":'),
    *('{"name":"a","arguments":{', GOOD),
]
BEFORE = (
    "",
    "<tool_call>",
    '{"a":"',
    '{"action":"type","text":"',
    '{"a":[',
    "Action: click(",
    "Action: type(content='",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_degenerate_reply_takes_no_time(name: str) -> None:
    slowest = 0.0
    for piece in ENDLESS:
        for before in BEFORE:
            text = before + piece * (LENGTH // len(piece))
            started = time.process_time()
            read(name, text)
            read(name, text + "</think>" + GOOD)
            slowest = max(slowest, time.process_time() - started)
    assert slowest < 1.5  # of two replies of 100 kB, in this process; a quadratic search takes minutes


@pytest.mark.parametrize("digits", [400, 5_000])
def test_a_number_without_end_is_no_place(digits: int) -> None:
    for value in ("9" * digits, "-" + "9" * digits, "1" * digits + ".5", "1e" + "9" * 6):
        assert isinstance(read("qwen3vl", f'{{"action": "left_click", "coordinate": [{value}, 5]}}'), BadReply)
        assert isinstance(read("plain", f'{{"action": "wait", "seconds": {value}}}'), BadReply)
        assert isinstance(read("uitars", f"Action: click(start_box='({value},5)')"), BadReply)


def test_nothing_is_evaluated(tmp_path: Path) -> None:
    there = tmp_path / "there"
    spell = f"__import__('pathlib').Path({str(there)!r}).touch()"
    for text in (
        f'{{"action": "left_click", "coordinate": [{spell}, 1]}}',
        f'{{"action": "left_click", "coordinate": "[{spell}, 1]"}}',
        f"{{'action': {spell}}}",
        f"Action: click(start_box={spell})",
        f"Action: click(start_box='({spell},1)')",
        f"Action: {spell}",
    ):
        for name in NAMES:
            assert isinstance(read(name, text), BadReply)
    assert not there.exists()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: 1, 'b': [1, (2, 3,),],}", {"a": 1, "b": [1, [2, 3]]}),
        ("{“a”： “b”， “c”：-1.5e2｝", {"a": "b", "c": -150.0}),
        ('{"a": "x", "b": {"c": "d"', {"a": "x", "b": {"c": "d"}}),
        ('{"a": "C:\\Users\\n", "b": True}', {"a": "C:\\Users\n", "b": True}),
        ('{"a": "it is "so", or "not""}', {"a": 'it is "so", or "not"'}),
        ("{'a': 'it's'}", {"a": "it's"}),
        ('{"a": "\\u00e4\\u4f60"}', {"a": "ä你"}),
    ],
)
def test_what_is_near_to_json_is_read(text: str, value: dict[str, object]) -> None:
    assert read_object(text, 0) == (value, len(text))


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1',
        '{"a": [1, 2',
        '{"a": "x',
        '{"a": 1, "a": 2}',
        "{a b}",
        "{1: 2}",
        '{"a": 1-2}',
        '{"a": \\u12}',
        "{",
    ],
)
def test_what_is_cut_or_not_clear_is_not_mended(text: str) -> None:
    with pytest.raises(NotJson):
        read_object(text, 0)


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("Click the Save button.", "the Save button"),
        ("Now I'll double-click on the Trash icon", "the Trash icon"),
        ("I need to hover over Help", "Help"),
        ("First line.\nTap Settings", "Settings"),
        ("右键点击文件", "文件"),
        ("The Save button saves it.", "The Save button saves it"),
        ("Click", "Click"),
    ],
)
def test_what_is_done_is_taken_off_what_it_is_done_to(said: str, target: str) -> None:
    move = Move(point=Point(1, 1, Size(2, 2)))
    assert getattr(named(move, said), "target", None) == target
    kept: Callable[[Move], object] = lambda action: getattr(named(action, said), "target", None)  # noqa: E731
    assert kept(move.model_copy(update={"target": "X"})) == "X"
