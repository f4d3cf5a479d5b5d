"""Every action of every family: from a reply to ours, and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screens import DESKTOP, FULL_HD, NAMES, PHONE, screen

from screenwright.policies.chat import Reply
from screenwright.policies.dialects.dialect import Screen, dialect, smart_resize
from screenwright.tools import keys as key_names
from screenwright.tools.actions import (
    Action,
    Ask,
    Click,
    Done,
    Drag,
    LongPress,
    Move,
    OpenApp,
    PressButton,
    PressKeys,
    Scroll,
    Swipe,
    TypeText,
    Wait,
)
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point, Size

SIZES = st.builds(Size, st.integers(200, 4000), st.integers(200, 4000))
SHARES = st.tuples(st.floats(0, 0.9999), st.floats(0, 0.9999))
KEYS = st.sampled_from([*key_names.NAMES, *"abcXYZ019+-/'\"\\[]{}<>#"])


def at(x: float, y: float, frame: Size = FULL_HD) -> Point:
    return Point(x, y, frame)


def actions(frame: Size) -> st.SearchStrategy[Action]:
    points = SHARES.map(lambda share: at(share[0] * frame.width, share[1] * frame.height, frame))
    notches = st.integers(1, 100).flatmap(lambda n: st.sampled_from([n, -n]))
    return st.one_of(
        st.builds(
            Click, point=points, button=st.sampled_from(["left", "middle", "right"]), count=st.integers(1, 3)
        ),
        st.builds(Click, point=points),
        st.builds(Move, point=points),
        st.builds(Drag, start=points | st.none(), end=points),
        st.builds(Scroll, point=points | st.none(), down=notches),
        st.builds(Scroll, point=points, right=notches),
        st.builds(TypeText, text=st.text(max_size=60)),
        st.builds(PressKeys, keys=st.lists(KEYS, min_size=1, max_size=5).map(tuple)),
        st.builds(PressButton, button=st.sampled_from(["back", "home", "recents", "menu", "enter", "power"])),
        st.builds(LongPress, point=points),
        st.builds(Swipe, start=points, end=points),
        st.builds(OpenApp, name=st.text("abc Ä设'\"\\", min_size=1, max_size=20).map(str.strip).filter(bool)),
        st.builds(Wait, seconds=st.integers(1, 30)),
        st.builds(Ask, question=st.text(min_size=1, max_size=40)),
        st.builds(Done, success=st.booleans(), answer=st.none() | st.text(min_size=1, max_size=40)),
    )


def same(ours: Action, read: Action, spoken_of: Screen, name: str) -> None:
    """Equal but for the grid, the words for the target, and the amounts that a family has no words for."""
    left, right = ours.model_dump(), read.model_dump()
    for loose in ("target", "seconds"):
        left.pop(loose, None), right.pop(loose, None)
    if name.startswith("uitars") and isinstance(ours, Scroll) and isinstance(read, Scroll):
        for way in ("down", "right"):
            assert (left.pop(way) > 0) == (right.pop(way) > 0)
    for place in ("point", "start", "end"):
        there, back = left.pop(place, None), right.pop(place, None)
        assert (there is None) == (back is None), place
        if there is not None:
            assert back["frame"] == there["frame"]
            for axis, side in (("x", "width"), ("y", "height")):
                whole, grid = there["frame"][side], getattr(spoken_of.shown, side)
                step = whole / min(999, grid) if name not in ("qwen25vl", "uitars", "guiowl1") else whole / grid
                assert abs(back[axis] - there[axis]) <= step + 1, (place, axis, there, back)
                assert 0 <= back[axis] <= whole - 1
    assert left == right


@pytest.mark.parametrize("kinds", [DESKTOP, PHONE, DESKTOP - {"ask"}, PHONE - {"ask"}], ids=len)
@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=50)
@given(st.data(), SIZES)
def test_what_is_written_is_read_as_the_same_action(
    name: str, kinds: frozenset[str], data: st.DataObject, size: Size
) -> None:
    spoken, on = dialect(name), Screen(size, smart_resize(size, dialect(name).factor, 2560), kinds)
    action = data.draw(actions(size).filter(lambda action: action.kind in kinds))
    try:
        text = spoken.write(action, on, data.draw(st.sampled_from(["", 'It\'s the "big" one: {a} <b>\nnow.'])))
    except BadReply as none:
        assert "has no words for" in str(none)
        return
    said = spoken.read(Reply(text), on)
    same(action, said.action, on, name)
    assert said.more == 0
    assert said.line


HERE = at(300, 200)
WRITABLE: dict[str, list[Action]] = {
    "qwen3vl": [
        Click(point=HERE), Click(point=HERE, button="right"), Click(point=HERE, button="middle"),
        Click(point=HERE, count=2), Click(point=HERE, count=3), Move(point=HERE), Drag(end=HERE),
        Scroll(point=HERE, down=-3), Scroll(down=2), Scroll(point=HERE, right=-4), TypeText(text="a\"b\\n\n"),
        PressKeys(keys=("ctrl", "s")), Wait(seconds=2), Done(), Done(success=False), Done(answer="42"),
    ],
    "plain": [
        *[Click(point=HERE, button="left", count=n) for n in (1, 2, 3)], Click(point=HERE, button="right"),
        Drag(start=HERE, end=HERE), Drag(end=HERE), PressKeys(keys=("tab",), count=4), LongPress(point=HERE),
        Swipe(start=HERE, end=HERE), OpenApp(name="Files"), Ask(question="Which?"),
        Done(success=False, answer="no"),
    ],
    "uitars": [
        Click(point=HERE), Click(point=HERE, count=2), Click(point=HERE, button="right"),
        Drag(start=HERE, end=HERE), Scroll(point=HERE, right=5), PressKeys(keys=("ctrl", "c")),
        TypeText(text="it's\n"), Wait(seconds=5), Done(answer="42"), Done(), Ask(question="Which?"),
    ],
}  # fmt: skip
WRITABLE["guiowl"] = [*WRITABLE["qwen3vl"], Ask(question="Which?")]
WRITABLE["guiowl1"] = [
    each for each in WRITABLE["guiowl"] if each not in (Click(point=HERE, count=3), Scroll(point=HERE, right=-4))
]
WRITABLE["qwen25vl"] = [
    each for each in WRITABLE["guiowl1"] if each not in (Ask(question="Which?"), Done(answer="42"))
]
WRITABLE["uitars1"] = WRITABLE["uitars"]


@pytest.mark.parametrize("name", NAMES)
def test_a_family_has_words_for_these(name: str) -> None:
    on = screen(name)
    for action in WRITABLE[name]:
        same(action, dialect(name).read(Reply(dialect(name).write(action, on)), on).action, on, name)


TOUCHED = Size(1080, 2400)
ON_PHONES: list[Action] = [
    Click(point=at(5, 9, TOUCHED)), LongPress(point=at(500, 900, TOUCHED)), TypeText(text="你好"),
    Swipe(start=at(500, 2000, TOUCHED), end=at(500, 600, TOUCHED)), OpenApp(name="设置"),
    PressButton(button="back"), PressButton(button="home"), Wait(seconds=3), Done(),
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_family_has_words_for_these_on_a_phone(name: str) -> None:
    on = screen(name, PHONE)
    for action in ON_PHONES:
        same(action, dialect(name).read(Reply(dialect(name).write(action, on)), on).action, on, name)


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("qwen3vl", Drag(start=HERE, end=HERE)),
        ("qwen3vl", Click(point=HERE, modifiers=("ctrl",))),
        ("qwen3vl", Scroll(point=HERE, down=1, right=1)),
        ("qwen3vl", Ask(question="Which?")),
        ("qwen3vl", Done(success=False, answer="because")),
        ("qwen3vl", OpenApp(name="Files")),
        ("qwen25vl", Click(point=HERE, count=3)),
        ("qwen25vl", Scroll(point=HERE, right=2)),
        ("qwen25vl", Done(answer="42")),
        ("guiowl", PressKeys(keys=("tab",), count=2)),
        ("uitars", Click(point=HERE, button="middle")),
        ("uitars", Drag(end=HERE)),
        ("uitars", Scroll(down=3)),
        ("uitars", Done(success=False)),
        ("plain", Drag(end=HERE, button="right")),
    ],
)
def test_what_a_family_has_no_words_for_is_said_so(name: str, action: Action) -> None:
    with pytest.raises(BadReply, match="has no words for"):
        dialect(name).write(action, screen(name))


def call(**arguments: Any) -> str:
    return "<tool_call>\n" + json.dumps({"name": "computer_use", "arguments": arguments}) + "\n</tool_call>"


MIDDLE = at(960, 540)
QWEN = [
    ({"action": "key", "keys": ["ctrl", "shift", "s"]}, PressKeys(keys=("ctrl", "shift", "s"))),
    ({"action": "key", "keys": "ctrl+shift+s"}, PressKeys(keys=("ctrl", "shift", "s"))),
    ({"action": "key", "keys": ["arrowleft"]}, PressKeys(keys=("left",))),
    ({"action": "key", "keys": ["pagedown"]}, PressKeys(keys=("page_down",))),
    ({"action": "key", "text": "Return"}, PressKeys(keys=("enter",))),
    ({"action": "key", "keys": ["KP_Enter"]}, PressKeys(keys=("numpad_enter",))),
    ({"action": "key", "keys": ["cmd", "C"]}, PressKeys(keys=("super", "C"))),
    ({"action": "key", "keys": ["keys=['ctrl'", "'c']"]}, PressKeys(keys=("ctrl", "c"))),
    ({"action": "key", "keys": ["+"]}, PressKeys(keys=("+",))),
    ({"action": "type", "text": "a\nb"}, TypeText(text="a\nb")),
    ({"action": "type", "text": 2024}, TypeText(text="2024")),
    ({"action": "mouse_move", "coordinate": [499.5, 499.5]}, Move(point=MIDDLE)),
    ({"action": "left_click", "coordinate": [499.5, 499.5]}, Click(point=MIDDLE)),
    ({"action": "click", "coordinate": {"x": 499.5, "y": 499.5}}, Click(point=MIDDLE)),
    ({"action": "right click", "coordinate": [[499.5, 499.5]]}, Click(point=MIDDLE, button="right")),
    ({"action": "middle_click", "coordinate": "[499.5, 499.5]"}, Click(point=MIDDLE, button="middle")),
    ({"action": "double_click", "coordinate": ["499.5", "499.5"]}, Click(point=MIDDLE, count=2)),
    ({"action": "computer_double_click", "bbox_2d": [499, 499, 500, 500]}, Click(point=MIDDLE, count=2)),
    ({"action": "triple_click", "point_2d": [499.5, 499.5]}, Click(point=MIDDLE, count=3)),
    ({"action": "left_click", "x": 499.5, "y": 499.5}, Click(point=MIDDLE)),
    ({"action": "left_click", "coordinate": [0, 0]}, Click(point=at(0, 0))),
    ({"action": "left_click", "coordinate": [1000, 999]}, Click(point=at(1919, 1079))),
    ({"action": "left_click_drag", "coordinate": [499.5, 499.5]}, Drag(end=MIDDLE)),
    (
        {"action": "drag", "start_coordinate": [0, 0], "coordinate": [499.5, 499.5]},
        Drag(start=at(0, 0), end=MIDDLE),
    ),
    ({"action": "drag", "coordinate": [0, 0], "coordinate2": [499.5, 499.5]}, Drag(start=at(0, 0), end=MIDDLE)),
    ({"action": "scroll", "pixels": -300}, Scroll(down=3)),
    ({"action": "scroll", "pixels": 5, "coordinate": [499.5, 499.5]}, Scroll(point=MIDDLE, down=-1)),
    ({"action": "scroll", "pixels": "-99999"}, Scroll(down=100)),
    ({"action": "hscroll", "pixels": 200, "coordinate": None}, Scroll(right=2)),
    ({"action": "wait", "time": 2.5}, Wait(seconds=2.5)),
    ({"action": "wait"}, Wait(seconds=1)),
    ({"action": "wait", "time": 1e6}, Wait(seconds=60)),
    ({"action": "terminate", "status": "success"}, Done()),
    ({"action": "terminate", "status": "failure"}, Done(success=False)),
    ({"action": "terminate", "status": "success", "text": "42"}, Done(answer="42")),
    ({"action": "done"}, Done()),
    ({"action": "answer", "text": "42"}, Done(answer="42")),
    ({"action": "interact", "text": "Which?"}, Ask(question="Which?")),
    ({"action": "open_app", "app_name": "Files"}, OpenApp(name="Files")),
    ({"action": "long_press", "coordinate": [499.5, 499.5]}, LongPress(point=MIDDLE)),
]


@pytest.mark.parametrize(("arguments", "action"), QWEN, ids=lambda value: str(value)[:60])
@pytest.mark.parametrize("name", ["qwen3vl", "guiowl"])
def test_a_call_of_computer_use_is_this_action(name: str, arguments: dict[str, Any], action: Action) -> None:
    assert dialect(name).read(Reply(call(**arguments)), screen(name)).action == action


SWIPED = Swipe(start=at(540, 1200, TOUCHED), end=at(540, 0, TOUCHED))


@pytest.mark.parametrize(
    ("arguments", "action"),
    [
        ({"action": "click", "coordinate": [499.5, 499.5]}, Click(point=at(540, 1200, TOUCHED))),
        (
            {"action": "long_press", "coordinate": [499.5, 499.5], "time": 2},
            LongPress(point=at(540, 1200, TOUCHED), seconds=2),
        ),
        ({"action": "swipe", "coordinate": [499.5, 499.5], "coordinate2": [499.5, 0]}, SWIPED),
        ({"action": "type", "text": "你好"}, TypeText(text="你好")),
        ({"action": "system_button", "button": "back"}, PressButton(button="back")),
        ({"action": "system_button", "button": "Home"}, PressButton(button="home")),
        ({"action": "system_button", "button": "Menu"}, PressButton(button="recents")),
        ({"action": "key", "text": "KEYCODE_VOLUME_UP"}, PressButton(button="volume_up")),
        ({"action": "key", "text": "app_switch"}, PressButton(button="recents")),
        ({"action": "open", "text": "Settings"}, OpenApp(name="Settings")),
        ({"action": "open_app", "app_name": " Settings "}, OpenApp(name="Settings")),
        ({"action": "wait", "time": "3"}, Wait(seconds=3)),
        ({"action": "answer", "text": "42"}, Done(answer="42")),
        ({"action": "interact", "text": "The code?"}, Ask(question="The code?")),
        ({"action": "call_user", "text": "The code?"}, Ask(question="The code?")),
        ({"action": "terminate", "status": "Failure"}, Done(success=False)),
        ({"action": "stop"}, Done()),
    ],
    ids=lambda value: str(value)[:50],
)
@pytest.mark.parametrize("name", ["qwen3vl", "guiowl"])
def test_a_call_of_mobile_use_is_this_action(name: str, arguments: dict[str, Any], action: Action) -> None:
    text = call(**arguments).replace("computer_use", "mobile_use")
    assert dialect(name).read(Reply(text), screen(name, PHONE)).action == action


def test_pixels_of_the_picture_as_it_was_shown_become_pixels_of_the_screen() -> None:
    on = Screen(FULL_HD, Size(1092, 616), DESKTOP)
    said = dialect("qwen25vl").read(Reply(call(action="left_click", coordinate=[546, 308])), on)
    assert said.action == Click(point=MIDDLE)
    edge = dialect("qwen25vl").read(Reply(call(action="left_click", coordinate=[1092, 616])), on)
    assert edge.action == Click(point=at(1919, 1079))
    with pytest.raises(BadReply, match="not on the screen, which was shown as 1092x616"):
        dialect("qwen25vl").read(Reply(call(action="left_click", coordinate=[1500, 308])), on)


UITARS = [
    ("click(start_box='<|box_start|>(938,518)<|box_end|>')", Click(point=MIDDLE)),
    ("click(start_box='(938,518)')", Click(point=MIDDLE)),
    ("click(point='<point>938 518</point>')", Click(point=MIDDLE)),
    ("left_double(start_box='[938, 518]')", Click(point=MIDDLE, count=2)),
    ("right_single(start_box='<bbox>937 517 939 519</bbox>')", Click(point=MIDDLE, button="right")),
    ("hover(start_box='(938,518)')", Move(point=MIDDLE)),
    (
        "drag(start_box='<|box_start|>(0,0)<|box_end|>', end_box='<|box_start|>(938,518)<|box_end|>')",
        Drag(start=at(0, 0), end=MIDDLE),
    ),
    (
        "drag(start_point='<point>0 0</point>', end_point='<point>938 518</point>')",
        Drag(start=at(0, 0), end=MIDDLE),
    ),
    ("hotkey(key='ctrl c')", PressKeys(keys=("ctrl", "c"))),
    ("hotkey(key='ctrl+shift+t')", PressKeys(keys=("ctrl", "shift", "t"))),
    ("hotkey(key='page down')", PressKeys(keys=("page_down",))),
    ("hotkey(key='arrowleft')", PressKeys(keys=("left",))),
    ("press(key='enter')", PressKeys(keys=("enter",))),
    ("type(content='hello\\n')", TypeText(text="hello\n")),
    ("type(content='it\\'s \\\"so\\\" C:\\\\x')", TypeText(text='it\'s "so" C:\\x')),
    ("type(content='it's a (b) c')", TypeText(text="it's a (b) c")),
    ('type(content="it\'s")', TypeText(text="it's")),
    ("type(content='two\nlines')", TypeText(text="two\nlines")),
    ("scroll(start_box='(938,518)', direction='down')", Scroll(point=MIDDLE, down=5)),
    ("scroll(direction='up', start_box='(938,518)')", Scroll(point=MIDDLE, down=-5)),
    ("scroll(point='<point>938 518</point>', direction='left')", Scroll(point=MIDDLE, right=-5)),
    ("wait()", Wait(seconds=5)),
    ("finished()", Done()),
    ("finished(content='It is 42.')", Done(answer="It is 42.")),
    ("call_user(content='Which?')", Ask(question="Which?")),
    ("call_user()", Ask(question="I do the next thing.")),
]


@pytest.mark.parametrize(("text", "action"), UITARS)
def test_an_action_of_ui_tars_is_this_action(text: str, action: Action) -> None:
    on = Screen(FULL_HD, Size(1876, 1036), DESKTOP)
    said = dialect("uitars").read(Reply(f"Thought: I do the next thing.\nAction: {text}"), on)
    assert (
        said.action.model_copy(update={"target": None} if "target" in said.action.model_dump() else {}) == action
    )
    assert (said.thought, said.line, said.more) == ("I do the next thing.", "I do the next thing.", 0)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("press_home()", PressButton(button="home")),
        ("press_back()", PressButton(button="back")),
        ("open_app(app_name='设置')", OpenApp(name="设置")),
        ("long_press(start_box='(540,1200)', time='2')", LongPress(point=at(540, 1200, TOUCHED), seconds=2)),
        ("drag(start_box='(540,1200)', end_box='(540,0)')", SWIPED),
        ("scroll(start_box='(540,1200)', end_box='(540,0)')", SWIPED),
        (
            "scroll(start_box='(540,1200)', direction='down')",
            Swipe(start=at(540, 1680, TOUCHED), end=at(540, 720, TOUCHED)),
        ),
        (
            "scroll(start_box='(540,1200)', direction='left')",
            Swipe(start=at(324, 1200, TOUCHED), end=at(756, 1200, TOUCHED)),
        ),
    ],
)
def test_an_action_of_ui_tars_on_a_phone_is_this_action(text: str, action: Action) -> None:
    on = Screen(TOUCHED, TOUCHED, PHONE)
    assert dialect("uitars").read(Reply(f"Action: {text}"), on).action == action


def test_ui_tars_scrolls_a_phone_that_can_scroll() -> None:
    on = Screen(TOUCHED, TOUCHED, PHONE | {"scroll"})
    read = dialect("uitars").read(Reply("Action: scroll(start_box='(540,1200)', direction='down')"), on).action
    assert read == Scroll(point=at(540, 1200, TOUCHED), down=5)


def test_the_first_ui_tars_points_on_a_grid_of_1000() -> None:
    reply = Reply("Action: click(start_box='(500,500)')")
    assert dialect("uitars1").read(reply, screen("uitars1")).action == Click(point=MIDDLE)


def test_ui_tars_calls_the_user_where_nobody_is_there_when_it_can_not_go_on() -> None:
    on = screen("uitars", DESKTOP - {"ask"})
    said = dialect("uitars").read(Reply("Thought: It needs a password.\nAction: call_user()"), on)
    assert said.action == Done(success=False, answer="It needs a password.")


PLAIN = [
    ({"action": "click", "target": "Save", "coordinate": [499.5, 499.5]}, Click(point=MIDDLE, target="Save")),
    ({"action": "tap", "coordinate": {"x": 499.5, "y": 499.5}}, Click(point=MIDDLE)),
    ({"action": "double_click", "coordinate": [499.5, 499.5]}, Click(point=MIDDLE, count=2)),
    ({"action": "drag", "start": [0, 0], "coordinate": [499.5, 499.5]}, Drag(start=at(0, 0), end=MIDDLE)),
    ({"action": "scroll", "direction": "Up", "notches": "3"}, Scroll(down=-3)),
    ({"action": "key", "keys": "ctrl+shift+s", "times": 2}, PressKeys(keys=("ctrl", "shift", "s"), count=2)),
    ({"action": "type", "text": "a"}, TypeText(text="a")),
    ({"action": "done", "success": "false"}, Done(success=False)),
    ({"action": "done", "success": "true", "answer": 42}, Done(answer="42")),
    ({"action": "done"}, Done()),
    ({"action": "wait", "seconds": 2}, Wait(seconds=2)),
    ({"action": "open", "name": "Files"}, OpenApp(name="Files")),
]


@pytest.mark.parametrize(("value", "action"), PLAIN, ids=lambda value: str(value)[:50])
def test_a_plain_object_is_this_action(value: dict[str, Any], action: Action) -> None:
    assert dialect("plain").read(Reply(json.dumps(value)), screen("plain")).action == action
