"""Raw events become the acts that were meant; no screen is needed for it."""

from __future__ import annotations

import pytest

from screenwright.tools.actions import Action, Click, Drag, LongPress, PressKeys, Scroll, TypeText
from screenwright.tools.geometry import Point, Size, View
from screenwright.tools.keys import MODIFIERS
from screenwright.tools.recording.events import ALT, ALTGR, CTRL, SHIFT, SUPER, Kind, Raw
from screenwright.tools.recording.gestures import Gesture, Gestures

FRAME = Size(800, 600)
VIEW = View(FRAME, 100, 50)
STATES = {"shift": SHIFT, "ctrl": CTRL, "alt": ALT, "super": SUPER, "altgr": ALTGR}


class Hand:
    """Does things to a mouse and a keyboard at a time of its own."""

    def __init__(self) -> None:
        self.gestures = Gestures()
        self.done: list[Gesture] = []
        self.now, self.x, self.y, self.state, self.serial = 100.0, 300, 200, 0, 0

    def say(self, kind: Kind, code: int = 0, text: str = "", key: str = "") -> None:
        self.serial += 1
        raw = Raw(kind, self.now, self.x, self.y, code, self.state, 0, text, key, self.serial)
        self.done += self.gestures.feed(raw)
        self.now += 0.01

    def move(self, x: int, y: int) -> None:
        self.x, self.y = x, y
        self.say("move")

    def click(self, button: int = 1, after: float = 0.1, held_s: float = 0.02) -> None:
        self.now += after
        self.say("button_down", button)
        self.now += held_s
        self.say("button_up", button)

    def down(self, key: str) -> None:
        if key in MODIFIERS:
            self.say("key_down", 200 + list(STATES).index(key), key=key)
            self.state |= STATES[key]
        elif len(key) == 1:
            self.say("key_down", ord(key), key, "space" if key == " " else key.lower())
        else:
            self.say("key_down", 300 + len(key), key=key)

    def up(self, key: str) -> None:
        code = 300 + len(key)
        if key in MODIFIERS:
            code = 200 + list(STATES).index(key)
        elif len(key) == 1:
            code = ord(key)
        self.say("key_up", code, key=key)
        if key in MODIFIERS:
            self.state &= ~STATES[key]

    def press(self, *keys: str) -> None:
        for key in keys:
            self.down(key)
        for key in reversed(keys):
            self.up(key)

    def type(self, text: str) -> None:
        for letter in text:
            self.press(letter)

    @property
    def actions(self) -> list[Action]:
        self.done += self.gestures.close(self.now)
        return [gesture.action(VIEW) for gesture in self.done]


@pytest.fixture
def hand() -> Hand:
    return Hand()


def at(x: float = 200, y: float = 150) -> Point:
    """On the frame, which lies at 100, 50."""
    return Point(x, y, FRAME)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_clicks_close_in_time_and_place_are_one(hand: Hand, count: int) -> None:
    for _ in range(count):
        hand.click()
    assert hand.actions == [Click(point=at(), count=count)]


def test_a_fourth_click_begins_anew(hand: Hand) -> None:
    for _ in range(4):
        hand.click()
    assert hand.actions == [Click(point=at(), count=3), Click(point=at())]


def test_a_click_too_late_too_far_or_with_another_button_is_another(hand: Hand) -> None:
    hand.click()
    hand.click(after=0.5)
    hand.click(button=3)
    hand.move(306, 200)
    hand.click(button=3)
    assert hand.actions == [
        Click(point=at()), Click(point=at()), Click(point=at(), button="right"),
        Click(point=at(206), button="right"),
    ]  # fmt: skip


def test_a_click_that_shakes_is_a_click_and_a_longer_way_a_drag(hand: Hand) -> None:
    hand.say("button_down", 1)
    hand.move(304, 204)
    hand.say("button_up", 1)
    hand.now += 1
    hand.say("button_down", 1)
    hand.move(350, 260)
    hand.now += 0.5
    hand.say("button_up", 1)
    first, second = hand.actions
    assert first == Click(point=at())
    assert isinstance(second, Drag)
    assert (second.start, second.end, second.button) == (at(204, 154), at(250, 210), "left")
    assert second.seconds == pytest.approx(0.52, abs=0.02)


def test_a_drag_there_and_back_is_a_drag(hand: Hand) -> None:
    hand.say("button_down", 1)
    hand.move(400, 200)
    hand.move(300, 200)
    hand.say("button_up", 1)
    assert [action.kind for action in hand.actions] == ["drag"]


def test_holding_still_is_a_long_press_but_not_with_the_right_button(hand: Hand) -> None:
    hand.click(held_s=1.0)
    hand.click(button=3, held_s=1.0)
    assert hand.actions == [LongPress(point=at(), seconds=1.01), Click(point=at(), button="right")]


def test_modifiers_held_at_a_click_belong_to_it(hand: Hand) -> None:
    hand.down("ctrl")
    hand.down("shift")
    hand.click()
    hand.up("shift")
    hand.up("ctrl")
    assert hand.actions == [Click(point=at(), modifiers=("ctrl", "shift"))]


def test_notches_of_the_wheel_are_gathered_by_direction(hand: Hand) -> None:
    for button, times in ((5, 3), (4, 2), (7, 1)):
        for _ in range(times):
            hand.click(button)
    assert hand.actions == [
        Scroll(point=at(), down=3), Scroll(point=at(), down=-2), Scroll(point=at(), right=1),
    ]  # fmt: skip


def test_more_notches_than_an_action_may_have_are_two(hand: Hand) -> None:
    for _ in range(130):
        hand.click(5, after=0.01)
    assert hand.actions == [Scroll(point=at(), down=100), Scroll(point=at(), down=30)]


def test_typing_is_one_text_until_a_key_that_is_none(hand: Hand) -> None:
    hand.type("Héllo 中")
    hand.press("enter")
    hand.type("b")
    hand.press("tab")
    assert hand.actions == [
        TypeText(text="Héllo 中"), PressKeys(keys=("enter",)), TypeText(text="b"), PressKeys(keys=("tab",)),
    ]  # fmt: skip


def test_backspace_takes_back_what_is_pending_and_else_is_a_key(hand: Hand) -> None:
    hand.type("hexx")
    hand.press("backspace")
    hand.press("backspace")
    hand.type("llo")
    hand.press("enter")
    hand.press("backspace")
    hand.press("backspace")
    assert hand.actions == [
        TypeText(text="hello"), PressKeys(keys=("enter",)), PressKeys(keys=("backspace",), count=2),
    ]  # fmt: skip


def test_text_that_was_taken_back_wholly_is_nothing(hand: Hand) -> None:
    hand.type("ab")
    for _ in range(2):
        hand.press("backspace")
    assert hand.actions == []


def test_shift_and_altgr_make_letters_and_no_chords(hand: Hand) -> None:
    hand.down("shift")
    hand.down("A")
    hand.up("shift")  # before the letter: the release gives another character
    hand.up("a")
    hand.down("altgr")
    hand.press("€")
    hand.up("altgr")
    assert hand.actions == [TypeText(text="A€")]


def test_a_key_held_down_repeats(hand: Hand) -> None:
    for _ in range(3):
        hand.down("a")
    hand.up("a")
    for _ in range(4):
        hand.down("down")
    hand.up("down")
    assert hand.actions == [TypeText(text="aaa"), PressKeys(keys=("down",), count=4)]


def test_chords_name_their_keys_and_count(hand: Hand) -> None:
    hand.press("ctrl", "s")
    hand.press("shift", "tab")
    hand.press("ctrl", "shift", "t")
    hand.press("ctrl", "z")
    hand.press("ctrl", "z")
    assert hand.actions == [
        PressKeys(keys=("ctrl", "s")), PressKeys(keys=("shift", "tab")), PressKeys(keys=("ctrl", "shift", "t")),
        PressKeys(keys=("ctrl", "z"), count=2),
    ]  # fmt: skip


def test_alt_alone_is_a_key_and_with_another_it_is_none(hand: Hand) -> None:
    hand.press("alt")
    hand.press("alt", "f")
    hand.press("shift")
    hand.down("alt")
    hand.click()
    hand.up("alt")
    assert hand.actions == [
        PressKeys(keys=("alt",)), PressKeys(keys=("alt", "f")), Click(point=at(), modifiers=("alt",)),
    ]  # fmt: skip


def test_spaces_alone_press_the_key(hand: Hand) -> None:
    hand.press(" ")
    hand.press("tab")
    hand.type("a b")
    assert hand.actions == [PressKeys(keys=("space",)), PressKeys(keys=("tab",)), TypeText(text="a b")]


def test_what_is_still_held_at_the_end_is_closed(hand: Hand) -> None:
    hand.down("ctrl")
    hand.say("button_down", 1)
    hand.move(400, 300)
    drag = hand.actions[0]
    assert isinstance(drag, Drag)
    assert drag.end == at(300, 250)
    other = Hand()
    other.say("button_down", 3)
    assert other.actions == [Click(point=at(), button="right")]


def test_a_release_without_its_press_is_nothing(hand: Hand) -> None:
    hand.say("button_up", 1)
    hand.up("enter")
    assert hand.actions == []


def test_time_alone_finishes_a_click_but_not_one_that_is_held(hand: Hand) -> None:
    hand.click()
    assert hand.gestures.tick(hand.now + 0.1) == []
    assert [g.kind for g in hand.gestures.tick(hand.now + 0.5)] == ["click"]
    hand.say("button_down", 1)
    assert hand.gestures.tick(hand.now + 9) == []
    assert hand.gestures.began == (pytest.approx(hand.now - 0.01), hand.serial)


def test_acts_come_out_in_the_order_they_began_with_their_times(hand: Hand) -> None:
    hand.click()
    hand.type("ab")
    hand.press("ctrl", "s")
    hand.done += hand.gestures.close(hand.now)
    assert [gesture.kind for gesture in hand.done] == ["click", "type", "keys"]
    begins = [gesture.began for gesture in hand.done]
    assert begins == sorted(begins)
    assert all(gesture.began <= gesture.ended for gesture in hand.done)


def test_what_no_action_can_say_is_noted(hand: Hand) -> None:
    hand.down("ctrl")
    hand.click(5)
    hand.up("ctrl")
    hand.done += hand.gestures.close(hand.now)
    assert [gesture.inexact for gesture in hand.done] == ["ctrl was held"]


def test_a_hotkey_between_ends_what_was_going_on(hand: Hand) -> None:
    hand.type("ab")
    hand.down("alt")
    assert [g.text for g in hand.gestures.interrupt()] == ["ab"]
    hand.up("alt")
    hand.gestures.secret = True
    hand.type("cd")
    hand.gestures.secret = False
    hand.type("ef")
    hand.done += hand.gestures.close(hand.now)
    assert [(g.text, g.secret) for g in hand.done] == [("cd", True), ("ef", False)]
