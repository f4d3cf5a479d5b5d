"""English steps mean what a person would mean by them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from screenwright.policies.literal.english import parse
from screenwright.policies.literal.instruction import Instruction
from screenwright.tools.elements import Target
from screenwright.tools.errors import BadScript


def T(text: str | None = None, role: object = None, ordinal: int | None = None) -> Target:
    return Target(text, role, ordinal)  # type: ignore[arg-type]


def plain(steps: list[Instruction]) -> list[Instruction]:
    from dataclasses import replace

    return [replace(step, source="", line=0) for step in steps]


I = Instruction  # noqa: E741
ONE: list[tuple[str, Instruction]] = [
    ('click "Save"', I("click", T("Save"))),
    ("Click on the Save button.", I("click", T("Save", "button"))),
    ("click Terms and Conditions", I("click", T("Terms and Conditions"))),
    ('tap "OK"', I("click", T("OK"))),
    ('push the button "Start"', I("click", T("Start", "button"))),
    ('please click "Save"', I("click", T("Save"))),
    ('click the link named "More"', I("click", T("More", "link"))),
    ('double-click "a.txt"', I("double_click", T("a.txt"))),
    ("double click on Report", I("double_click", T("Report"))),
    ('right-click "a.txt"', I("right_click", T("a.txt"))),
    ('middle click on "tab"', I("middle_click", T("tab"))),
    ("hover over Help", I("hover", T("Help"))),
    ('move the mouse to "Help"', I("hover", T("Help"))),
    ('drag "a.txt" to "Trash"', I("drag", T("a.txt"), to=T("Trash"))),
    ('drag "A" onto the second "B"', I("drag", T("A"), to=T("B", ordinal=2))),
    ('type "Ada" into Name', I("type", T("Name"), "Ada")),
    ('enter "Ada" in the Name field', I("type", T("Name", "field"), "Ada")),
    ('write "a, b and click c" into "Notes"', I("type", T("Notes"), "a, b and click c")),
    ("type don't worry into Notes", I("type", T("Notes"), "don't worry")),
    ("type 'it is' into Notes", I("type", T("Notes"), "it is")),
    ('fill Name with "Bob"', I("type", T("Name"), "Bob")),
    ('fill in "Bob" for Name', I("type", T("Name"), "Bob")),
    ('set "Size" to "12"', I("type", T("Size"), "12")),
    ('type "hello"', I("type", None, "hello")),
    ("type {{name}} into Name", I("type", T("Name"), "{{name}}")),
    ('type "" into Name', I("type", T("Name"), "")),
    ('append "!" to Notes', I("append", T("Notes"), "!")),
    ("clear the Name field", I("clear", T("Name", "field"))),
    ("press Enter", I("press", keys=("enter",))),
    ("press the Escape key", I("press", keys=("escape",))),
    ("hit Ctrl+S", I("press", keys=("ctrl", "S"))),
    ("press ctrl + shift + t", I("press", keys=("ctrl", "shift", "t"))),
    ("press Alt-F4", I("press", keys=("alt", "f4"))),
    ("press Page Down twice", I("press", keys=("page_down",), count=2)),
    ("press Tab 3 times", I("press", keys=("tab",), count=3)),
    ("press a", I("press", keys=("a",))),
    ("press Ctrl++", I("press", keys=("ctrl", "+"))),
    ("press =", I("press", keys=("=",))),
    ('press "Enter"', I("click", T("Enter"))),
    ('press "Ctrl+S"', I("press", keys=("ctrl", "S"))),
    ("press Submit", I("click", T("Submit"))),
    ('press the "Delete" button', I("click", T("Delete", "button"))),
    ('choose "Tea" from "Kind"', I("choose", T("Kind"), "Tea")),
    ("select Peru from the Country drop-down", I("choose", T("Country", "combo"), "Peru")),
    ("select Peru", I("choose", None, "Peru")),
    ("select all", I("press", keys=("ctrl", "a"))),
    ('pick the second "Item"', I("click", T("Item", ordinal=2))),
    ('check "News"', I("check", T("News"))),
    ("tick the checkbox News", I("check", T("checkbox News"))),
    ("turn off Wifi", I("uncheck", T("Wifi"))),
    ('uncheck "News"', I("uncheck", T("News"))),
    ('check that "Done" is shown', I("expect", T("Done"))),
    ('check "Done" is visible', I("expect", T("Done"))),
    ('expect "Saved"', I("expect", T("Saved"))),
    ('make sure "Error" is not visible', I("expect_not", T("Error"))),
    ('expect no "Error"', I("expect_not", T("Error"))),
    ('verify that "Busy" is gone', I("expect_not", T("Busy"))),
    ('you should see "Welcome"', I("expect", T("Welcome"))),
    ('expect "Saved" (5 s)', I("expect", T("Saved"), seconds=5)),
    ("scroll down", I("scroll", direction="down", count=3)),
    ("scroll up 5 notches", I("scroll", direction="up", count=5)),
    ("scroll 5 down", I("scroll", direction="down", count=5)),
    ('scroll until "End" is visible', I("scroll", direction="down", count=3, until=T("End"))),
    ('scroll down to "End"', I("scroll", direction="down", count=3, until=T("End"))),
    ('scroll in "List" until "Zoe" appears', I("scroll", T("List"), direction="down", count=3, until=T("Zoe"))),
    ("wait 3 seconds", I("wait", seconds=3)),
    ("wait 500 ms", I("wait", seconds=0.5)),
    ("wait for 2 minutes", I("wait", seconds=120)),
    ('wait for "Done"', I("wait_for", T("Done"))),
    ('wait until "Done" appears (20 s)', I("wait_for", T("Done"), seconds=20)),
    ('wait for "Done" to appear (up to 2 min)', I("wait_for", T("Done"), seconds=120)),
    ('wait until "Loading" is gone', I("wait_gone", T("Loading"))),
    ('wait for "Loading" to disappear', I("wait_gone", T("Loading"))),
    ("open mousepad", I("open", value="mousepad")),
    ("start the application Text Editor", I("open", value="Text Editor")),
    ("copy", I("copy")),
    ('copy the text of "Total"', I("copy", T("Total"))),
    ('paste into "Notes"', I("paste", T("Notes"))),
    ("paste it", I("paste")),
    ('read "Total" into total', I("read", T("Total"), "total")),
    ("remember Total as sum", I("read", T("Total"), "sum")),
    ("read Total", I("read", T("Total"), "answer")),
    ('answer "42"', I("answer", value="42")),
    ("done", I("answer", value="")),
    ("give up because it is late", I("give_up", value="it is late")),
]  # fmt: skip


@pytest.mark.parametrize(("said", "meant"), ONE, ids=[said for said, _ in ONE])
def test_one_step(said: str, meant: Instruction) -> None:
    assert plain(parse(said)) == [meant]


MORE: list[tuple[str, list[Instruction]]] = [
    ("press Ctrl+A, Ctrl+C and Tab twice", [
        I("press", keys=("ctrl", "A")), I("press", keys=("ctrl", "C")), I("press", keys=("tab",), count=2)]),
    ("press Down 3 times and Enter", [I("press", keys=("down",), count=3), I("press", keys=("enter",))]),
    ("press Ctrl and C", [I("press", keys=("ctrl", "C"))]),
    ("press Shift Tab", [I("press", keys=("shift", "tab"))]),
    ("press Next", [I("click", T("Next"))]),
    ("press Page Down key", [I("press", keys=("page_down",))]),
    ("press the Menu key", [I("press", keys=("menu",))]),
    ("press Enter in the Name field", [I("click", T("Name", "field")), I("press", keys=("enter",))]),
    ('click "Save" twice', [I("click", T("Save"), count=2)]),
    ("click the Save button 3 times", [I("click", T("Save", "button"), count=3)]),
    ('check "A", "B" and "C"', [I("check", T(t)) for t in "ABC"]),
    ('click "A" and "B"', [I("click", T("A")), I("click", T("B"))]),
    ('type "a" into Name, "b" into City', [I("type", T("Name"), "a"), I("type", T("City"), "b")]),
    ('in the Name field, type "Ada"', [I("type", T("Name", "field"), "Ada")]),
    ('from "Kind" choose "Tea"', [I("choose", T("Kind"), "Tea")]),
    ('type "x" in the row of "Bob"', [I("type", Target(None, "field", None, "in_row_of", T("Bob")), "x")]),
    ('type "x" in the field below "Bob"', [I("type", Target(None, "field", None, "below", T("Bob")), "x")]),
    ('check the box next to "News"', [I("check", Target(None, "checkbox", None, "next_to", T("News")))]),
    ('set the checkbox "News" to off', [I("uncheck", T("News", "checkbox"))]),
    ('set the Kind drop-down to "Tea"', [I("choose", T("Kind", "combo"), "Tea")]),
    ('expect "Done" to be visible', [I("expect", T("Done"))]),
    ('check if "Done" is visible', [I("expect", T("Done"))]),
    ('the screen should show "Done"', [I("expect", T("Done"))]),
    ('"Done" should not be visible', [I("expect_not", T("Done"))]),
    ('expect "Error" to not be visible', [I("expect_not", T("Error"))]),
    ("wait a minute", [I("wait", seconds=60)]),
    ('wait up to 30 seconds for "Done"', [I("wait_for", T("Done"), seconds=30)]),
    ('wait for "Done" for up to 30 s', [I("wait_for", T("Done"), seconds=30)]),
    ('wait until "Busy" is gone for 20 s', [I("wait_gone", T("Busy"), seconds=20)]),
    ("scroll to the bottom", [I("scroll", direction="down", count=0)]),
    ('scroll "List" up', [I("scroll", T("List"), direction="up", count=3)]),
    ("open the File menu", [I("click", T("File", "menu"))]),
    ('copy "Total" into "Notes"', [I("copy", T("Total")), I("paste", T("Notes"))]),
    ("select everything and copy it", [I("press", keys=("ctrl", "a")), I("copy")]),
    ('read the text below "Total" into n', [I("read", Target(None, None, None, "below", T("Total")), "n")]),
    ('read the value of "Total" as {{n}}', [I("read", T("Total"), "n")]),
    ('answer with the value of "Total"', [I("read", T("Total"), "answer"), I("answer", value="{{answer}}")]),
]  # fmt: skip


@pytest.mark.parametrize(("said", "meant"), MORE, ids=[said for said, _ in MORE])
def test_more_than_one_word_for_it(said: str, meant: list[Instruction]) -> None:
    assert plain(parse(said)) == meant


@pytest.mark.parametrize(
    "said",
    [
        'click "Save" somehow',
        'click "Save" "Close"',
        'expect "Total" to show "42"',
        'drag "A" from "B" to "C"',
        'type "He said \\"hi\\"" into Name',
        'open the file "a.txt"',
        'wait until "Save" is enabled',
        'type "a" and "b" into Name',
        "press and hold Shift",
        'set the checkbox "News" to tea',
    ],
)
def test_words_that_would_be_lost_are_refused(said: str) -> None:
    with pytest.raises(BadScript, match="line 7: "):
        parse(said, 7)


TARGETS: list[tuple[str, Target]] = [
    ("the second Save button", T("Save", "button", 2)),
    ('the last "Delete"', T("Delete", ordinal=-1)),
    ("the 3rd link", T(None, "link", 3)),
    ("“Öffnen”", T("Öffnen")),
    ("„Speichern“", T("Speichern")),
    ("「保存」", T("保存")),
    ('the field labelled "Name"', T("Name", "field")),
    ("Menu", T("Menu")),
    ('the Save button to the right of "Cancel"', Target("Save", "button", None, "right_of", T("Cancel"))),
    ('"Edit" in the row of "Ada"', Target("Edit", None, None, "in_row_of", T("Ada"))),
    (
        'the second "Delete" below the first "Inbox"',
        Target("Delete", None, 2, "below", T("Inbox", ordinal=1)),
    ),
    (
        '"x" to the right of the button "a"',
        Target("x", None, None, "right_of", T("a", "button")),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("said", "meant"), TARGETS, ids=[said for said, _ in TARGETS])
def test_targets(said: str, meant: Target) -> None:
    assert parse(f"click {said}")[0].target == meant


@pytest.mark.parametrize(
    ("said", "verbs"),
    [
        ('Type "Ada" into Name and press Submit', ["type", "click"]),
        ('Click "New", type "x" into Name; then click Save.', ["click", "type", "click"]),
        ('type "a and press b" into Name then press Enter', ["type", "press"]),
        ("Click Save. Wait for Done.", ["click", "wait_for"]),
        ('check "A", and then uncheck "B"', ["check", "uncheck"]),
        ("click Terms and Conditions and press Enter", ["click", "press"]),
    ],
)
def test_several_steps_in_one_sentence(said: str, verbs: list[str]) -> None:
    assert [step.verb for step in parse(said)] == verbs


@pytest.mark.parametrize(
    "said", ['clik "Save"', "Ada", "the button", "scroll sideways", "wait", "type", "wait for"]
)
def test_what_is_not_understood_is_said_with_the_line(said: str) -> None:
    with pytest.raises(BadScript, match=r"line 7: .* is not understood; verbs that come near: "):
        parse(said, 7)


def test_the_nearest_verb_is_named() -> None:
    with pytest.raises(BadScript, match="near: click"):
        parse('clik "Save"')


@given(st.text(max_size=60))
@example("click \ue0000\ue001")
def test_any_text_is_understood_or_refused(said: str) -> None:
    with contextlib.suppress(BadScript):
        parse(said)


@given(st.text(st.characters(exclude_characters='"', exclude_categories=("Cs", "Co")), min_size=1, max_size=40))
def test_what_is_quoted_arrives_as_it_is(text: str) -> None:
    if text.strip() != text:
        return
    step = parse(f'type "{text}" into "Notes"')[0]
    assert (step.verb, step.value) == ("type", text)


@pytest.mark.parametrize("said", ["Press Ctrl+Bogus", 'Click "Save" and press ctrl + shift + Bogus twice'])
def test_a_key_that_is_none_is_named_with_the_line(said: str) -> None:
    with pytest.raises(BadScript, match=r"line 7: .*there is no key 'Bogus'; near: "):
        parse(said, 7)


@pytest.mark.parametrize("said", ["Press C++ guide", "Press Log in", 'Press "Ctrl+Bogus"'])
def test_a_label_with_a_plus_is_no_chord(said: str) -> None:
    assert parse(said)[0].verb == "click"


def test_blanks_inside_quotation_marks_stay() -> None:
    (step,) = parse('append " two " to Notes')
    assert step.value == " two "
    (step,) = parse("type “ ” into Notes")
    assert step.value == " "
