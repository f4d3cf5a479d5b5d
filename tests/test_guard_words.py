"""What stands where an action goes: read off the pixels, told by the tree, written with tricks."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from screenwright.policies import Guard
from screenwright.policies.guard.spelling import spellings
from screenwright.tools.actions import Action, Click, Drag, LongPress, PressKeys, Swipe, TypeText
from screenwright.tools.elements import Element, Role
from screenwright.tools.errors import BadAction
from screenwright.tools.geometry import Point, Region, Size, View
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.ocr import Line, TextReader
from screenwright.tools.steps import Decision

FRAME = Size(640, 400)
FONT = ImageFont.truetype("DejaVuSans.ttf", 14)
BUTTON = 60, 60, 120, 30


def at(x: float, y: float) -> Point:
    return Point(x, y, FRAME)


MIDDLE = at(120, 75)


def drawn(*labels: tuple[tuple[int, int, int, int], str]) -> Pixels:
    """A window with buttons."""
    image = Image.new("RGB", (FRAME.width, FRAME.height), (236, 236, 240))
    draw = ImageDraw.Draw(image)
    for (x, y, width, height), text in labels:
        draw.rectangle((x, y, x + width, y + height), fill=(200, 214, 235), outline=(110, 110, 120))
        draw.text((x + width / 2, y + height / 2), text, (0, 0, 0), FONT, anchor="mm")
    return np.ascontiguousarray(np.asarray(image))


def screen(pixels: Pixels | None = None, *elements: Element, age_s: float = 0.0) -> Observation:
    blank = np.zeros((FRAME.height, FRAME.width, 3), np.uint8)
    return Observation(
        View(FRAME),
        pixels=blank if pixels is None else pixels,
        elements=lambda: elements,
        taken_at=time.time() - age_s,
    )


def told(text: str, role: Role = "button", focused: bool = False, default: bool = False) -> Element:
    return Element(text, Region(60, 60, 120, 30), role, "atspi", focused=focused, default=default)


def rule(action: Action, observation: Observation) -> str:
    return Guard.standard().judge(action, observation).rule


@pytest.mark.parametrize(
    "label",
    [
        "Ｄｅｌｅｔｅ", "De\u200blete", "De\u00adlete", "Dеlеtе", "DЕLЕТЕ", "D̶e̶l̶e̶t̶e̶", "D e l e t e", "D.e.l.e.t.e",
        "\u202eeteleD", "ᴅᴇʟᴇᴛᴇ", "🄳🄴🄻🄴🅃🄴", "🅳🅴🅻🅴🆃🅴", "🇩🇪🇱🇪🇹🇪", "De1ete", "D3lete", "Đelete", "ⒹⒺⓁⒺⓉⒺ", "⒟⒠⒧⒠⒯⒠",
        "_Delete", "𝐃𝐞𝐥𝐞𝐭𝐞", "ᎠᎬᏞᎬᎢᎬ", "Delete\u3164", "\u2066Delete\u2069", "Dé\u0301lete", "删\u200b除", "删 除",
        "удалить", "Usuń — Delete", "삭제", "削除",
    ],
)  # fmt: skip
def test_a_word_is_found_however_it_is_written(label: str) -> None:
    assert rule(Click(point=MIDDLE, target="OK"), screen(None, told(label))) == "deletes for good", spellings(
        label
    )


def test_tricks_of_writing_allow_nothing() -> None:
    guard = Guard([{"rule": "allow", "target": "^save$"}], "deny")
    assert guard.judge(Click(point=MIDDLE, target="Save"), screen()).ruling == "allow"
    for odd in ("Sаve", "S\u200bave", "evaS\u202e", "S4ve"):
        assert guard.judge(Click(point=MIDDLE, target=odd), screen()).ruling == "deny", odd


def test_what_only_the_pixels_say_is_read() -> None:
    pixels = drawn((BUTTON, "Delete"), ((60, 120, 120, 30), "Cancel"), ((300, 60, 300, 40), "Send"))
    seen = screen(pixels)
    assert rule(Click(point=MIDDLE, target="OK"), seen) == "deletes for good"
    assert rule(LongPress(point=MIDDLE), seen) == "deletes for good"
    assert rule(Click(point=at(120, 135)), seen) == "ordinary acts", "its neighbour"
    assert rule(Click(point=at(315, 65)), seen) == "sends or publishes", "far from its word, on its face"
    assert rule(Click(point=at(500, 300)), seen) == "ordinary acts"


class Counted(TextReader):
    """How often it was asked."""

    asked = 0

    def read(self, pixels: Pixels, within: Region | None = None) -> list[Line]:
        self.asked += 1
        return super().read(pixels, within)


def test_it_is_read_once_a_frame_and_only_for_rules_that_name_a_target() -> None:
    seen = screen(drawn((BUTTON, "Delete")))
    guard = Guard.standard()
    reader = guard._sight.text = Counted()
    for _ in range(3):
        assert guard.judge(Click(point=MIDDLE), seen).ruling == "ask"
    assert reader.asked == 1 and reader.detected_px <= 480 * 130
    guard.judge(TypeText(text="x"), seen)
    guard.judge(PressKeys(keys=("a",)), seen)
    plain = Guard([{"rule": "deny", "window": "x"}, {"rule": "allow", "kinds": ["click"]}])
    plain._sight.text = reader
    plain.judge(Click(point=at(300, 300)), screen(drawn(((200, 280, 200, 40), "Delete"))))
    assert reader.asked == 1


def test_reading_can_be_left_out() -> None:
    blind = Guard([{"rule": "deny", "target": "delete"}], "allow", read=False)
    assert blind.judge(Click(point=MIDDLE), screen(drawn((BUTTON, "Delete")))).ruling == "allow"
    assert blind.judge(Click(point=MIDDLE), screen(None, told("Delete"))).ruling == "deny"


def test_neither_word_nor_tree_nor_pixels_are_believed_alone() -> None:
    harmless, harmful = drawn((BUTTON, "Continue")), drawn((BUTTON, "Pay now"))
    click = Click(point=MIDDLE, target="Continue")
    assert rule(click, screen(harmless, told("Continue"))) == "ordinary acts"
    assert rule(click, screen(harmful, told("Continue"))) == "pays or buys"
    assert rule(click, screen(harmless, told("Pay now"))) == "pays or buys"
    assert rule(Click(point=MIDDLE, target="Pay now"), screen(harmless, told("Continue"))) == "pays or buys"


def test_a_field_may_hold_any_word_and_a_paragraph_is_no_button() -> None:
    pixels = drawn(
        (BUTTON, "delete me"),
        ((20, 200, 600, 30), "You can delete all of it later, in the settings of this program, at any time."),
    )
    field = Element("Search", Region(60, 60, 120, 30), "field", "atspi", value="delete me")
    assert rule(Click(point=MIDDLE), screen(pixels, field)) == "ordinary acts"
    assert rule(Click(point=MIDDLE), screen(pixels)) == "deletes for good"
    assert rule(Click(point=at(300, 215)), screen(pixels)) == "ordinary acts"


def test_what_is_dropped_into_the_trash() -> None:
    pixels = drawn(((400, 200, 100, 60), "Trash"), (BUTTON, "Folder"))
    drop = Drag(start=at(300, 350), end=at(450, 230))
    assert rule(drop, screen(pixels)) == "drops into the trash"
    assert rule(Drag(start=at(450, 230), end=MIDDLE), screen(pixels)) == "drops into the trash", (
        "out of it as well"
    )
    assert rule(Drag(start=at(300, 350), end=MIDDLE), screen(pixels)) == "ordinary acts"
    icon = Element("回收站", Region(400, 200, 100, 60), "image", "atspi")
    assert rule(drop, screen(None, icon)) == "drops into the trash"
    assert rule(Swipe(start=at(450, 350), end=at(450, 230)), screen(pixels)) == "ordinary acts", "it scrolls"


def test_enter_presses_what_has_the_focus_or_the_default_button() -> None:
    enter, typed = PressKeys(keys=("enter",)), TypeText(text="4111\n")
    pay, card = told("Pay now", default=True), told("Card", "field", focused=True)
    for action in (enter, typed):
        assert rule(action, screen(None, pay, card)) == "pays or buys"
        assert rule(action, screen(None, told("Pay now"), card)) == "ordinary acts"
    assert rule(TypeText(text="4111"), screen(None, pay, card)) == "ordinary acts"
    assert rule(PressKeys(keys=("space",)), screen(None, told("Delete", focused=True))) == "deletes for good"
    far = Element("Pay now", Region(60, 390, 90, 10), "button", "atspi", default=True)
    near = told("Search", default=True)
    assert rule(enter, screen(None, far, near, card)) == "ordinary acts", "another form's"
    assert rule(enter, screen(None, pay, told("Cancel", focused=True))) == "ordinary acts"
    assert rule(TypeText(text="a\t\n"), screen(None, told("Pay now"), card)) == "pays or buys", "Tab, then Enter"


def test_a_button_that_moved_since_the_decision_is_not_pressed() -> None:
    before, after = drawn((BUTTON, "OK")), drawn((BUTTON, "Later"))
    click = Decision(Click(point=MIDDLE, target="OK"))
    guard = Guard.standard()
    guard.look = lambda: screen(after)
    assert guard.check(click, screen(before, age_s=-60.0)).allowed, "decided just now"
    with pytest.raises(BadAction, match=r"has changed since \(.*OK.*Later"):
        guard.check(click, screen(before, age_s=1.0))
    guard.look = lambda: screen(before.copy())
    assert guard.check(click, screen(before, age_s=1.0)).allowed
    noisy = before.copy()
    noisy[66:70, 62:80] = 90  # something turns beside the word
    guard.look = lambda: screen(noisy)
    assert guard.check(click, screen(before, age_s=1.0)).allowed
    guard.look = lambda: screen(drawn((BUTTON, "Delete")))
    with pytest.raises(BadAction, match="Delete"):
        guard.check(click, screen(before, age_s=1.0))
