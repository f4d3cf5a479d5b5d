"""Replies in the shapes that real models gave: read where what is meant is clear, refused where it is a guess.

The numbers are those of the failure modes that were collected from the families' issue trackers and recordings.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from screens import DESKTOP, PHONE, screen

from screenwright.policies.chat import Reply
from screenwright.policies.dialects.dialect import Said, Screen, dialect
from screenwright.policies.dialects.saying import spoken
from screenwright.tools.actions import Action, Click, Done, PressKeys, Scroll, TypeText
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point, Size

REPLIES = Path(__file__).parent / "replies"
GRID = Size(999, 999)
ON = Screen(GRID, GRID, DESKTOP)
"""A screen on which the grid and the pixels are one, so that a place is the same in all families."""
SAVE = Click(point=Point(512, 40, GRID))


def read(file: str, name: str, finish: str = "stop") -> Said:
    text = (REPLIES / f"{file}.txt").read_text(encoding="utf-8")
    return dialect(name).read(Reply(text, finish="length" if finish == "length" else "stop"), ON)


def plain(action: Action) -> Action:
    """Without its words for what it points at."""
    return action.model_copy(update={"target": None}) if "target" in type(action).model_fields else action


CLEAR: list[tuple[str, str, Action]] = [
    ("qwen_action_and_call", "qwen3vl", SAVE),
    ("qwen_thought_action_call", "qwen3vl", SAVE),
    ("02_strange_end", "qwen3vl", SAVE),
    ("03_placeholder_in_tags", "qwen3vl", SAVE),
    ("03_schema_echoed", "qwen3vl", SAVE),
    ("03_no_envelope", "qwen3vl", SAVE),
    ("03_envelope_spoilt", "qwen3vl", SAVE),
    ("06_quotes_in_text", "qwen3vl", TypeText(text='He said "yes", then left')),
    ("07_stray_brace", "qwen3vl", SAVE),
    ("07_fenced", "qwen3vl", SAVE),
    ("07_brace_missing", "qwen3vl", SAVE),
    ("09_only_end_of_thinking", "qwen3vl", SAVE),
    ("11_call_in_thinking", "qwen3vl", SAVE),
    ("13_several_calls", "qwen3vl", SAVE),
    ("14_keys_spoilt", "qwen3vl", PressKeys(keys=("ctrl", "c"))),
    ("16_wide_marks", "qwen3vl", SAVE),
    ("20_scroll_in_pixels", "qwen3vl", Scroll(down=5)),
    (
        "21_text_of_every_kind",
        "qwen3vl",
        TypeText(text='it\'s "<b>" and ```code```\nC:\\new </tool_call> </think> 你好 🙂'),
    ),
    ("22_failure", "qwen3vl", Done(success=False)),
    ("23_call_on_the_line_of_its_tag", "qwen3vl", SAVE),
    ("23_python_words", "qwen3vl", SAVE),
    ("23_line_feed_in_text", "qwen3vl", TypeText(text="one\ntwo")),
    ("owl1_thinking_call_conclusion", "guiowl1", SAVE),
    ("owl1_thinking_call_conclusion", "guiowl", SAVE),
    ("owl1_call_in_thinking", "guiowl1", SAVE),
    ("tars_marks", "uitars", SAVE),
    ("tars_marks_taken_out", "uitars", SAVE),
    ("tars_wide", "uitars", SAVE),
    ("tars_point", "uitars", SAVE),
    ("tars_bbox", "uitars", SAVE),
    ("tars_unclosed_bracket", "uitars", SAVE),
    ("tars_unclosed_quote", "uitars", SAVE),
    ("tars_unquoted", "uitars", SAVE),
    ("tars_two_actions", "uitars", SAVE),
    (
        "tars_text_with_calls",
        "uitars",
        TypeText(text="Action: click(start_box='(1,2)')\nit's \"so\", </think>"),
    ),
    ("plain_fenced", "plain", SAVE),
    ("plain_single_quotes", "plain", SAVE),
    ("plain_success_as_text", "plain", Done(success=False)),
]
GUESSED: list[tuple[str, str, str]] = [
    ("01_prose_only", "qwen3vl", "the reply has no tool call: 'To save the document"),
    ("01_prose_only", "plain", "not a JSON object with action"),
    ("01_prose_only", "uitars", "no action such as Action: click"),
    ("04_pixels_for_grid", "qwen3vl", r"\(1483, 912\) is not on the screen: each coordinate runs from 0 to 999"),
    ("04_pixels_for_grid", "qwen25vl", r"\(1483, 912\) is not on the screen, which was shown as 999x999"),
    ("04_shares_for_grid", "qwen3vl", "looks like shares of the screen"),
    ("04_shares_for_grid", "qwen25vl", "looks like shares of the screen"),
    ("08_no_numbers", "qwen3vl", "no tool call"),
    ("08_no_numbers_in_call", "qwen3vl", r"coordinate is \['bbox_2d'\]; it must be \[x, y\]"),
    ("11_call_in_thinking_only", "qwen3vl", "no tool call: 'I am not sure"),
    ("11_thinking_without_end", "qwen3vl", "ends within its thinking"),
    ("13_first_of_several_spoilt", "qwen3vl", "no JSON that can be read"),
    ("14_key_unknown", "qwen3vl", "there is no key 'copy'; near:"),
    ("15_missing_coordinate", "qwen3vl", "left_click has no coordinate; say where"),
    ("17_degenerate", "qwen3vl", "no tool call: '!!!"),
    ("24_expression", "qwen3vl", "no JSON that can be read"),
    ("24_expression_as_text", "qwen3vl", r"coordinate is '\[500\+12, 40\]'; it must be"),
    ("24_booleans", "qwen3vl", "coordinate is True; it must be a number"),
    ("24_not_a_number", "qwen3vl", "coordinate is nan; it must be a number"),
    ("24_too_large", "qwen3vl", "coordinate is inf; it must be a number"),
    ("24_three_numbers", "qwen3vl", r"\[512, 40, 7\]; it must be \[x, y\]"),
    ("24_two_places", "qwen3vl", "no JSON that can be read"),
    ("24_action_in_a_list", "qwen3vl", r"action is \['left_click'\]; it must be one of: key, type"),
    ("24_call_within_typed_text", "qwen3vl", "no JSON that can be read"),
    ("26_boxes_in_a_row", "qwen3vl", r"coordinate is \[100, 40\]; it must be a number"),
    ("tars_empty_box", "uitars", "start_box is '='; it must be"),
    ("tars_cut_in_box", "uitars", "start_box of click has no end"),
    ("tars_cut_in_text", "uitars", "content of type has no end"),
    ("tars_released_key", "uitars", "there is no action 'release'; there is: click, left_double"),
    ("tars_prose", "uitars", "no action such as"),
    ("plain_cut_in_number", "plain", "no JSON that can be read"),
]


@pytest.mark.parametrize(
    ("file", "name", "action"), CLEAR, ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_is_meant_is_clear(file: str, name: str, action: Action) -> None:
    assert plain(read(file, name).action) == action


@pytest.mark.parametrize(("file", "name", "message"), GUESSED, ids=lambda value: value[:30])
def test_what_would_be_a_guess_is_refused_and_says_why(file: str, name: str, message: str) -> None:
    with pytest.raises(BadReply, match=message) as told:
        read(file, name)
    assert told.value.reply == (REPLIES / f"{file}.txt").read_text(encoding="utf-8")
    assert "http" not in str(told.value)
    assert len(str(told.value)) < 400


def test_every_recorded_reply_is_used() -> None:
    used = {file for file, *_ in (*CLEAR, *GUESSED)}
    assert {path.stem for path in REPLIES.glob("*.txt")} == used


def test_the_words_of_a_reply_become_thought_line_and_target() -> None:
    said = read("qwen_thought_action_call", "qwen3vl")
    assert said.line == "Click the Save button."
    assert said.thought.startswith("The document has been changed")
    assert getattr(said.action, "target", None) == "the Save button"
    assert getattr(read("16_wide_marks", "qwen3vl").action, "target", None) == "保存按钮"
    assert getattr(read("plain_fenced", "plain").action, "target", None) == "Save button"
    assert read("plain_fenced", "plain").line == "click Save button"


def test_what_was_concluded_is_what_is_remembered() -> None:
    said = read("owl1_thinking_call_conclusion", "guiowl1")
    assert said.line == "Clicked the Save button in the toolbar."
    assert said.thought.startswith("The document is changed.")


def test_thinking_is_kept_as_the_thought() -> None:
    said = read("11_call_in_thinking", "qwen3vl")
    assert said.thought.startswith("Maybe I should close it")
    assert said.line == "Click the Save button."
    apart = Reply('{"name": "computer_use", "arguments": {"action": "wait"}}', thinking="It loads.")
    assert dialect("qwen3vl").read(apart, ON).thought == "It loads."


def test_further_calls_are_counted_and_not_done() -> None:
    assert read("13_several_calls", "qwen3vl").more == 2
    assert read("tars_two_actions", "uitars").more == 1
    assert read("qwen_action_and_call", "qwen3vl").more == 0


def test_a_call_that_the_reply_goes_on_after_until_it_is_cut_may_be_a_thought() -> None:
    text = "I could\n<tool_call>\n" + '{"name": "computer_use", "arguments": {"action": "wait"}}\n</tool_call>\n'
    assert dialect("qwen3vl").read(Reply(text, finish="length"), ON)
    with pytest.raises(BadReply, match="may be a part of the thinking"):
        dialect("qwen3vl").read(Reply(text + "But then again", finish="length"), ON)


def test_calls_that_a_server_has_taken_out_of_the_words() -> None:
    arguments = '{"action": "left_click", "coordinate": [512, 40]}'
    reply = Reply(
        "Action: Click the Save button.", calls=(("computer_use", arguments), ("computer_use", arguments))
    )
    said = dialect("qwen3vl").read(reply, ON)
    assert (plain(said.action), said.more, said.line) == (SAVE, 1, "Click the Save button.")
    assert plain(dialect("plain").read(Reply("", calls=(("f", arguments),)), ON).action) == SAVE
    assert plain(dialect("qwen3vl").read(Reply(spoken(reply)), ON).action) == SAVE
    named = Reply("", calls=(("left_click", '{"coordinate": [512, 40]}'),))
    assert dialect("qwen3vl").read(named, ON).action == SAVE
    with pytest.raises(BadReply, match="no JSON that can be read"):
        dialect("qwen3vl").read(Reply("", calls=(("computer_use", '{"action": "wa'),)), ON)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("qwen3vl", '{"name": "computer_use", "arguments": {"action": "open", "text": "Files"}}'),
        ("plain", '{"action": "press_button", "button": "home"}'),
        ("uitars", "Action: press_home()"),
    ],
)
def test_what_the_device_can_not_do_is_refused_before_anyone_tries(name: str, text: str) -> None:
    with pytest.raises(BadReply, match=r"can't be done here; what can be done: click, done"):
        dialect(name).read(Reply(text), screen(name, frozenset(("click", "done"))))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "plain",
            '{"action": "scroll", "direction": "down", "notches": 500}',
            r"down is 500; input should be less",
        ),
        ("plain", '{"action": "open", "name": ""}', "name is ''; string should have at least 1 character"),
        ("plain", '{"action": "type", "text": ["a"]}', r"text is \['a'\]; it must be a text"),
        ("plain", '{"action": "type"}', "type has no text"),
        ("plain", '{"action": "click", "target": "x"}', "click has no coordinate"),
        (
            "plain",
            '{"action": ["click"], "coordinate": [1, 2]}',
            r"there is no action \['click'\]; there is: click",
        ),
        ("plain", '{"action": "done", "success": "perhaps"}', "success is 'perhaps'; it must be true or false"),
        ("plain", '{"action": "scroll", "direction": {}, "notches": 1}', r"direction is {}; it must be up, down"),
        ("plain", '{"action": "scroll", "direction": "up", "notches": 1.5}', "notches is 1.5; it must be a whole"),
        ("plain", '{"action": "type", "text": "\\ud800"}', "no JSON that can be read"),
        (
            "qwen3vl",
            '{"action": "terminate", "status": ["success"]}',
            r"status \['success'\]; it must be success or",
        ),
        ("qwen3vl", '{"action": "terminate"}', "status None; it must be success or failure"),
        ("qwen3vl", '{"action": "scroll", "pixels": 0}', "pixels is 0, which scrolls nowhere"),
        ("qwen3vl", '{"action": "key", "keys": []}', r"keys is \[\]; it must be a list"),
        ("qwen3vl", '{"action": "key", "keys": [["ctrl"]]}', r"keys holds \['ctrl'\], which is no name of a key"),
        ("qwen3vl", '{"action": "key", "keys": ["a","b","c","d","e","f","g","h","i"]}', "at most 8 items"),
        ("qwen3vl", '{"action": "fly"}', "there is no action 'fly'; there is: key, type"),
        ("qwen3vl", '{"action": 7}', "action is 7; it must be one of"),
        ("qwen3vl", '{"action": "type", "text": "\\udc00 half"}', "no JSON that can be read"),
        ("uitars", "Action: scroll(start_box='(1,2)', direction='sideways')", "direction 'sideways'; it must be"),
        ("uitars", "Action: fly(start_box='(1,2)')", "there is no action 'fly'"),
        ("uitars", "Action: hotkey(key='ctrl fly')", "there is no key"),
        ("uitars", "Action: click(start_box='(1,2)', start_box='(3,4)')", "click has start_box twice"),
    ],
)
def test_a_value_that_is_wrong_is_told_in_words_for_a_model(name: str, text: str, message: str) -> None:
    with pytest.raises(BadReply, match=message) as told:
        dialect(name).read(Reply(text), ON)
    assert "pydantic" not in str(told.value)
    str(told.value).encode("utf-8")


def test_where_something_is_and_that_it_is_not_there() -> None:
    for name, there, absent in (
        (
            "qwen3vl",
            (REPLIES / "qwen_action_and_call.txt").read_text(),
            '{"action": "terminate", "status": "failure"}',
        ),
        ("uitars", "Action: click(start_box='(512,40)')", "Action: finished(content='absent')"),
        ("plain", '{"found": true, "target": "Save", "coordinate": [512, 40]}', '{"found": "false"}'),
    ):
        assert dialect(name).pointed(Reply(there), GRID) == SAVE.point
        assert dialect(name).pointed(Reply(absent), GRID) is None
        with pytest.raises(BadReply):
            dialect(name).pointed(Reply("It is at the top."), GRID)
    with pytest.raises(BadReply, match="has no coordinate"):
        dialect("qwen3vl").pointed(Reply('{"action": "left_click"}'), GRID)


def test_a_phone_reads_its_own_replies() -> None:
    text = (
        'Action: Open the app.\n<tool_call>\n{"name": "mobile_use", "arguments": {"action": "open", "text": ""}}'
    )
    with pytest.raises(BadReply, match="name is ''; string should have at least 1 character"):
        dialect("guiowl").read(Reply(text), screen("guiowl", PHONE))
