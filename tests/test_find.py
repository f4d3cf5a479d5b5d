"""Finding by words: what answers, what comes first, what is asked back. No screen is needed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screenwright.tools.elements import Ambiguous, Element, Match, NotSeen, Relation, Role, Target
from screenwright.tools.geometry import Region, Size, View
from screenwright.tools.observation import Observation
from screenwright.tools.reading import Scene, in_rows
from screenwright.tools.relations import stands
from screenwright.tools.wording import likeness

FRAME = Size(800, 600)


def scene(*elements: Element) -> Scene:
    blank = Observation(View(FRAME), pixels=np.full((600, 800, 3), 240, np.uint8))
    ordered = tuple(e for row in in_rows(elements) for e in row)
    return Scene(blank, ordered, tuple(e for e in ordered if e.source == "ocr"))


def text(words: str, x: int, y: int, role: Role = "text", **more: object) -> Element:
    source = more.pop("source", "ocr" if role == "text" else "atspi")
    width = int(str(more.pop("width", 8 * len(words) or 80)))
    return Element(words, Region(x, y, width, 18), role, source, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "seen"),
    [
        ("Save", "Save"),
        ("save", "SAVE"),
        ("Save", "Save..."),
        ("Save…", "Save"),
        ("Name", "Name:"),
        ("Name:", "Name *"),
        ("Apply filters", "Applyfilters"),
        ("Battery send", "Battery_send:"),
        ("Total", "Total: 12.50"),
        ("quick brown", "the quick brown fox"),
        ("Submit", "Sumbit"),
        ("Preferences", "Preferenes"),
        ("Illegal", "IIlegal"),
        ("姓名", "姓名："),
        ("文件", "文件(F)"),
        ("保存", "保存全部"),
        ("ＯＫ", "OK"),
        ("C++", "C++"),
        ("+", "+"),
        ("100%", "100 %"),
    ],
)
def test_a_person_would_call_it_that(wanted: str, seen: str) -> None:
    assert likeness(wanted, seen)


@pytest.mark.parametrize(
    ("wanted", "seen"),
    [
        ("OK", "On"),
        ("OK", "Book"),
        ("File", "Profile"),
        ("Item 1", "Item 2"),
        ("Item 1", "Item 11"),
        ("Select all", "Deselect all"),
        ("Check", "Uncheck"),
        ("Enable", "Disable"),
        ("Save", "Same"),
        ("选中", "取消"),
        ("保存", "保护"),
        ("Cancel", ""),
        ("", "Cancel"),
        ("11", "1l"),
        ("2026-11-24", "2026-11-25"),
    ],
)
def test_a_person_would_not(wanted: str, seen: str) -> None:
    assert likeness(wanted, seen) is None


@pytest.mark.parametrize(
    ("better", "worse"),
    [("Save", "save"), ("Save...", "Save as"), ("Save", "Save as"), ("Save as", "Sve")],
)
def test_better_likeness_scores_higher(better: str, worse: str) -> None:
    good, bad = likeness("Save", better), likeness("Save", worse)
    assert good and (bad is None or good.score > bad.score)


def test_exact_wins_over_partial() -> None:
    match = scene(text("Save as", 10, 10), text("Save", 10, 50), text("Autosave", 10, 90)).find(Target("Save"))
    assert match.element.region.y == 50 and match.score == 1.0


def test_two_equal_texts_are_asked_back() -> None:
    with pytest.raises(Ambiguous) as caught:
        scene(text("Delete", 10, 10), text("Delete", 10, 50)).find(Target("Delete"))
    assert len(caught.value.candidates) == 2
    assert "48x18+10+50" in str(caught.value)


def test_two_partial_ones_are_asked_back() -> None:
    with pytest.raises(Ambiguous):
        scene(text("Save as", 10, 10), text("Save all", 10, 50)).find(Target("Save"))


@pytest.mark.parametrize(("ordinal", "y"), [(1, 10), (2, 50), (3, 90), (-1, 90), (-3, 10)])
def test_ordinals_count_in_reading_order(ordinal: int, y: int) -> None:
    rows = scene(text("Edit", 10, 90), text("Edit", 10, 10), text("Edit", 10, 50), text("Edited", 10, 0))
    assert rows.find(Target("Edit", ordinal=ordinal)).element.region.y == y


def test_an_ordinal_beyond_the_last_is_not_seen() -> None:
    with pytest.raises(NotSeen):
        scene(text("Edit", 10, 10)).find(Target("Edit", ordinal=2))


def test_the_nearest_texts_are_named() -> None:
    with pytest.raises(NotSeen) as caught:
        scene(text("Submit order", 10, 10), text("Cancel", 10, 50)).find(Target("Submitted"))
    assert caught.value.nearest[0] == "Submit order"


def test_an_empty_screen_says_so() -> None:
    with pytest.raises(NotSeen, match="no text at all"):
        scene().find(Target("Save"))


def test_a_button_wins_over_plain_text_of_the_same_words() -> None:
    match = scene(text("Add user", 10, 10), text("Add user", 10, 200, "button")).find(Target("Add user"))
    assert match.element.role == "button"


def test_an_enabled_one_wins_over_a_disabled_one() -> None:
    both = scene(text("Next", 10, 10, "button", enabled=False), text("Next", 10, 200, "button"))
    assert both.find(Target("Next")).element.enabled


def test_the_text_on_a_button_is_not_a_second_place() -> None:
    button = Element("Save", Region(10, 10, 90, 30), "button", "atspi")
    assert scene(button, text("Save", 30, 16)).find(Target("Save")).element == button


def test_roles_narrow() -> None:
    both = scene(text("Team", 10, 10, "tab"), text("Team", 10, 200, "radio", checked=True))
    assert both.find(Target("Team", role="radio")).element.role == "radio"
    assert both.find(Target("Team", role="tab")).element.role == "tab"


def test_words_of_a_longer_line_have_their_own_place() -> None:
    words = "Sun Mon Tue"
    line = text(words, 100, 10, width=110)
    one = scene(line)
    one.ends[line] = tuple(100.0 + 10 * n for n in range(1, len(words) + 1))
    match = one.find(Target("Mon"))
    assert (match.element.region.x, match.element.region.right) == (140, 170)
    assert match.label == line


def test_words_that_were_read_apart_are_joined() -> None:
    apart = scene(text("Send me", 10, 10, width=60), text("news", 76, 10, width=40), text("Other", 10, 100))
    assert apart.find(Target("Send me news")).element.region == Region(10, 10, 106, 18)
    wrapped = scene(text("Create a new", 10, 10), text("account", 12, 30))
    assert wrapped.find(Target("Create a new account")).element.region.height == 38


def test_what_the_tree_names_is_found_by_role() -> None:
    named = scene(text("Name", 10, 10), text("Name", 100, 10, "field", width=200, value=""))
    match = named.find(Target("Name", role="field"))
    assert match.element.region.x == 100


def test_a_field_without_a_name_belongs_to_the_label_beside_it() -> None:
    form = scene(
        text("Name", 10, 12), text("", 100, 10, "field", width=200), text("Email", 10, 52),
        text("", 100, 50, "field", width=200),
    )  # fmt: skip
    assert form.find(Target("Email", role="field")).element.region.y == 50
    assert form.find(Target("Name", role="field")).label == text("Name", 10, 12)


def test_a_field_without_a_name_belongs_to_the_label_above_it() -> None:
    form = scene(
        text("Name", 10, 10), text("", 10, 32, "field", width=200), text("Email", 10, 60),
        text("", 10, 82, "field", width=200),
    )  # fmt: skip
    assert form.find(Target("Email", role="field")).element.region.y == 82
    assert form.find(Target("Name", role="field")).element.region.y == 32


def test_what_was_typed_into_a_field_is_not_its_label() -> None:
    form = scene(
        text("Name", 10, 10), text("", 100, 8, "field", width=200, value="Email"), text("Email", 104, 10),
        text("Email", 10, 50), text("", 100, 48, "field", width=200),
    )  # fmt: skip
    assert form.find(Target("Email", role="field")).element.region.y == 48
    assert form.find(Target("Email")).element.region.y == 50


def test_a_label_on_a_plate_of_its_own_is_no_field() -> None:
    """A ttk label on a plain Tk window stands on a rectangle of another grey, which pixels take for a field."""
    plate = Element("", Region(18, 38, 84, 22), "field", "pixels", 0.7)
    field = Element("", Region(130, 38, 200, 22), "field", "pixels", 0.7)
    label = Element("Telephone", Region(24, 41, 70, 16), "text", "ocr")
    assert scene(plate, field, label).find(Target("Telephone", role="field")).element.region == field.region
    assert scene(plate, label).find(Target("Telephone", role="field")).element.region == plate.region


def test_a_tick_box_belongs_to_the_text_on_its_right() -> None:
    row = scene(
        text("", 10, 10, "checkbox", width=16), text("News", 32, 10),
        text("", 100, 10, "checkbox", width=16, checked=True), text("Offers", 122, 10),
    )  # fmt: skip
    assert row.find(Target("News", role="checkbox")).element.region.x == 10
    assert row.find(Target("Offers", role="checkbox")).element.checked


def grid() -> Scene:
    rows = [text(f"{name}", 10, 10 + 40 * n) for n, name in enumerate(("Ada", "Bob", "Cleo"))]
    buttons = [text("Edit", 200, 10 + 40 * n, "button") for n in range(3)]
    others = [text("Delete", 300, 10 + 40 * n, "button") for n in range(3)]
    return scene(*rows, *buttons, *others)


@pytest.mark.parametrize(
    ("relation", "anchor", "wanted", "place"),
    [
        ("right_of", "Bob", "Edit", (200, 50)),
        ("in_row_of", "Cleo", "Delete", (300, 90)),
        ("next_to", "Ada", "Edit", (200, 10)),
    ],
)
def test_relations(relation: Relation, anchor: str, wanted: str, place: tuple[int, int]) -> None:
    match = grid().find(Target(wanted, relation=relation, anchor=Target(anchor)))
    assert (match.element.region.x, match.element.region.y) == place


def test_relations_nest() -> None:
    below = Target("Edit", relation="below", anchor=Target("Edit", relation="right_of", anchor=Target("Ada")))
    assert grid().find(below).element.region.y == 50
    left = Target("Edit", relation="left_of", anchor=Target("Delete", ordinal=3))
    assert grid().find(left).element.region.y == 90


def test_a_role_alone_stands_in_a_relation() -> None:
    match = grid().find(Target(role="button", relation="right_of", anchor=Target("Cleo")))
    assert match.element.text == "Edit" and match.element.region.y == 90
    assert grid().find(Target(role="button", ordinal=-1)).element.region == Region(300, 90, 48, 18)


def test_labelled_by() -> None:
    form = scene(
        text("Name", 10, 12), text("", 100, 10, "field", width=200), text("", 100, 50, "field", width=200)
    )
    match = form.find(Target(role="field", relation="labelled", anchor=Target("Name")))
    assert match.element.region.y == 10


def test_an_anchor_that_is_not_there_is_named() -> None:
    with pytest.raises(NotSeen) as caught:
        grid().find(Target("Edit", relation="right_of", anchor=Target("Zoe")))
    assert caught.value.target.text == "Zoe"


def test_inside() -> None:
    dialog = Element("Settings", Region(100, 100, 300, 200), "window", "atspi")
    both = scene(dialog, text("Close", 120, 150), text("Close", 600, 500))
    assert both.find(Target("Close", relation="inside", anchor=Target("Settings"))).element.region.x == 120


WORDS = st.sampled_from(["Save", "Save as", "Edit", "Name", "Name:", "OK", "保存", "Delete 1", "Delete 2"])
ROLES = st.sampled_from(["text", "button", "field", "checkbox"])
ELEMENTS = st.builds(
    lambda words, role, x, y, enabled: text(words, x, y, role, enabled=enabled),
    WORDS,
    ROLES,
    st.integers(0, 700),
    st.integers(0, 560),
    st.booleans(),
)
PLAIN = st.builds(Target, text=WORDS, role=st.none() | ROLES, ordinal=st.none() | st.sampled_from([1, 2, -1]))
RELATIONS = st.sampled_from(["right_of", "left_of", "above", "below", "in_row_of", "inside", "next_to"])
TARGETS = st.builds(
    Target,
    text=WORDS,
    role=st.none() | ROLES,
    ordinal=st.none() | st.sampled_from([1, 2, -1]),
    relation=RELATIONS,
    anchor=PLAIN,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ELEMENTS, max_size=12), TARGETS)
def test_what_is_found_stands_as_was_asked(elements: list[Element], target: Target) -> None:
    """Whatever the screen: an answer fits text and relation, and there is an answer or a plain refusal."""
    shown = scene(*elements)
    try:
        match = shown.find(target)
    except (NotSeen, Ambiguous):
        return
    assert target.anchor and target.relation and target.text
    anchor = shown.find(target.anchor)
    assert stands(target.relation, match.element.region, anchor.element.region)
    said = match.label.text if match.label else match.element.text
    assert likeness(target.text, said)
    assert isinstance(match, Match) and 0 < match.score <= 1


@settings(max_examples=200, deadline=None)
@given(st.lists(ELEMENTS, max_size=12), PLAIN)
def test_find_gives_the_first_of_find_all_or_a_tie(elements: list[Element], target: Target) -> None:
    shown = scene(*elements)
    everything = shown.find_all(target)
    try:
        match = shown.find(target)
    except NotSeen:
        assert not everything or target.ordinal is not None
    except Ambiguous as tie:
        assert {m.element for m in tie.candidates} <= {m.element for m in everything}
    else:
        assert match in everything


def test_words_that_can_be_seen_win_over_a_picture_of_that_name() -> None:
    """An open menu over a toolbar: LibreOffice's tree names the toolbar's pictures like the menu's entries."""
    line = text("Comment", 160, 300)
    entry = Element("Comment", Region(128, 296, 335, 25), "item", "atspi")
    picture = Element("Comment", Region(620, 21, 33, 35), "button", "atspi")
    blank = Observation(View(FRAME), pixels=np.full((600, 800, 3), 240, np.uint8))
    shown = Scene(blank, (picture, entry), (line,), (picture, entry))
    assert shown.find(Target("Comment")).element == entry
    with pytest.raises(Ambiguous):
        Scene(blank, (picture, entry), (), (picture, entry)).find(Target("Comment"))
