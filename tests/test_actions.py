"""The one list of actions: nothing malformed gets through, and everything well formed survives JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from screenwright.tools import actions
from screenwright.tools.geometry import Point, Size

POINT: dict[str, Any] = {"x": 3, "y": 4, "frame": {"width": 10, "height": 20}}
SPOT = Point(3, 4, Size(10, 20))


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"kind": "klick", "point": POINT},
        {"kind": "click"},
        {"kind": "click", "point": POINT, "colour": "red"},
        {"kind": "click", "point": POINT | {"z": 1}},
        {"kind": "click", "point": POINT | {"x": "three"}},
        {"kind": "click", "point": POINT, "count": 0},
        {"kind": "press_keys", "keys": []},
        {"kind": "wait", "seconds": -1},
        {"kind": "open_app", "name": ""},
        {"kind": "press_button", "button": "self_destruct"},
        "not json",
        "[1, 2]",
        None,
    ],
)
def test_what_is_malformed_is_refused(bad: object) -> None:
    with pytest.raises(ValidationError):
        actions.parse(bad)


@pytest.mark.parametrize("coordinate", [float("nan"), float("inf"), float("-inf")])
def test_a_coordinate_that_is_no_number_never_becomes_a_click(coordinate: float) -> None:
    with pytest.raises(ValidationError):
        actions.parse({"kind": "click", "point": POINT | {"x": coordinate}})


EXAMPLES = [
    actions.Click(point=SPOT, target="Save button", modifiers=("ctrl",)),
    actions.Drag(start=SPOT, end=SPOT),
    actions.Scroll(point=SPOT, down=-3),
    actions.Move(point=SPOT),
    actions.TypeText(text='naïve "中文" 😀\n'),
    actions.PressKeys(keys=("ctrl", "s")),
    actions.PressButton(button="back"),
    actions.LongPress(point=SPOT),
    actions.Swipe(start=SPOT, end=SPOT),
    actions.OpenApp(name="mousepad"),
    actions.Wait(seconds=1, until_change=True),
    actions.Ask(question="Which?"),
    actions.Done(answer="42"),
]


def test_there_is_an_example_of_every_kind() -> None:
    assert {example.kind for example in EXAMPLES} == set(actions.KINDS)


@pytest.mark.parametrize("action", EXAMPLES, ids=lambda action: action.kind)
def test_an_action_survives_json_and_is_said_in_one_line(action: actions.Action) -> None:
    assert actions.parse(action.model_dump_json()) == action
    assert actions.parse(json.loads(action.model_dump_json())) == action
    line = actions.describe(action)
    assert line and "\n" not in line


def test_an_action_can_not_be_changed_after_it_was_guarded() -> None:
    click = actions.Click(point=SPOT)
    with pytest.raises(ValidationError, match="frozen"):
        click.count = 2


def test_the_schema_names_every_kind_and_forbids_extras() -> None:
    schema = actions.schema()
    assert set(schema["discriminator"]["mapping"]) == set(actions.KINDS)
    assert all(part.get("additionalProperties") is False for part in schema["$defs"].values())


@given(st.text())
def test_any_text_is_typed_as_it_is(text: str) -> None:
    action = actions.TypeText(text=text)
    assert actions.parse(action.model_dump()) == action


def test_a_wait_is_told_to_the_hundredth() -> None:
    assert actions.describe(actions.Wait(seconds=29.9656012, until_change=True)) == "wait 29.97 s for a change"
