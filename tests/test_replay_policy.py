"""A demo is played on screens that are as recorded, late, renamed, covered or further on; results are checked
in the program itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from screenwright.agent import Agent, Limits
from screenwright.policies import Guard
from screenwright.policies.replay.demo import Demo
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.replay.policy import Replay
from screenwright.tools import FakeDevice, Outcome, Task, Trace
from screenwright.tools.actions import Click, TypeText
from screenwright.tools.elements import Element
from screenwright.tools.errors import BadScript
from screenwright.tools.fake import Widget, form
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Observation
from screenwright.tools.reading import Reader, Scene


class Tree(Reader):
    """Reads what the device itself says is there, a fake device says it exactly; no networks are needed."""

    def read(self, observation: Observation, *, region: Region | None = None) -> Scene:
        told = [e for e in observation.elements if region is None or region.holds(*e.region.middle)]
        shown = [(e, e.value if e.role == "field" else e.text) for e in told]
        # As wide as its letters are, which the device draws in the left of a thing.
        lines = [Element(text, replace(e.region, width=8 * len(text) + 12)) for e, text in shown if text]
        return Scene(observation, tuple(told), tuple(lines), tuple(told))


def a_button(text: str, **more: Any) -> dict[str, Any]:
    return {"do": "click", "on": {"role": "button", "name": text}, **more}


def a_field(text: str, typed: str, **more: Any) -> dict[str, Any]:
    return {"do": "type_text", "on": {"role": "field", "name": text}, "text": typed, **more}


def demo(path: Path, *steps: dict[str, Any], **facts: Any) -> DemoFolder:
    numbered = [{"id": f"s{number}", **step} for number, step in enumerate(steps, 1)]
    folder = DemoFolder(path, Demo.model_validate({"name": "demo", "steps": numbered, **facts}))
    folder.save()
    return DemoFolder.open(path)


SIGNUP = (a_field("Name", "{{name}}"), a_field("City", "Ulm"), a_button("Submit"))
NAME = {"name": {"default": "Ada"}}


def play(
    folder: DemoFolder, device: FakeDevice, tmp_path: Path, *, patience_s: float = 1.0, **options: Any
) -> tuple[Outcome, Replay]:
    values = options.pop("values", {})
    policy = Replay(folder, **{"reader": Tree()} | options, patience_s=patience_s)
    agent = Agent(
        policy, device, trace=tmp_path / f"run{len(list(tmp_path.iterdir()))}", limits=Limits(seconds=60)
    )
    return agent.run(Task("", values)), policy


def clicks(device: FakeDevice) -> list[str]:
    return [act.target or "" for act in device.log if isinstance(act, Click)]


def said(device: FakeDevice) -> str:
    return device.widgets[-1].text


def test_it_plays_with_the_value_given(tmp_path: Path) -> None:
    device = FakeDevice()
    outcome, policy = play(demo(tmp_path / "d", *SIGNUP, parameters=NAME), device, tmp_path, values={"name": "Bo"})
    assert outcome.ok, outcome.message
    assert said(device) == "submitted Name=Bo, City=Ulm"
    assert policy.heals == [] and policy.place is None


def test_each_decision_says_its_step_rung_and_confidence(tmp_path: Path) -> None:
    outcome, _ = play(demo(tmp_path / "d", *SIGNUP, parameters=NAME), FakeDevice(), tmp_path)
    steps = Trace(outcome.trace or "").steps
    clicks = [s.decision for s in steps if s.decision and isinstance(s.decision.action, Click)]
    assert [d.thought.split(":")[0] for d in clicks] == ["step 1 s1", "step 2 s2", "step 3 s3"]
    assert all("element" in d.thought and (d.confidence or 0) > 0.8 and d.source == "replay" for d in clicks)
    assert "element_s" in clicks[0].usage


@pytest.mark.parametrize(
    "values, parameters, message",
    [
        ({}, {"name": {}}, "{{name}} has no value; add --set name=VALUE"),
        ({"nam": "Bo"}, NAME, "no parameter 'nam'"),
        ({"name": "Bo"}, {**NAME, "secret_pin": {"secret": True}}, "the secret secret_pin is not set"),
    ],
)
def test_values_are_checked_before_anything_is_done(
    tmp_path: Path, values: dict[str, str], parameters: dict[str, Any], message: str
) -> None:
    device = FakeDevice()
    with pytest.raises(BadScript, match=message.replace("{", r"\{")):
        play(demo(tmp_path / "d", *SIGNUP, parameters=parameters), device, tmp_path, values=values)
    assert device.log == []


@pytest.mark.parametrize("first", ["s3", "3"])
def test_it_begins_where_it_is_told_to(tmp_path: Path, first: str) -> None:
    device = FakeDevice()
    outcome, _ = play(demo(tmp_path / "d", *SIGNUP, parameters=NAME), device, tmp_path, first=first)
    assert outcome.ok and said(device) == "submitted Name=, City="
    with pytest.raises(BadScript, match=r"no step 's9' .* near: s"):
        play(demo(tmp_path / "d", *SIGNUP, parameters=NAME), device, tmp_path, first="s9")


def test_a_secret_is_typed_and_told_nowhere(tmp_path: Path) -> None:
    device = FakeDevice(form("PIN"))
    folder = demo(
        tmp_path / "d",
        a_field("PIN", "{{secret_pin}}"),
        a_button("Send off"),
        parameters={"secret_pin": {"secret": True}},
    )
    outcome, policy = play(folder, device, tmp_path, values={"secret_pin": "hunter2"})
    assert device.values == {"PIN": "hunter2"}
    assert outcome.status == "gave_up" and policy.place == "s2" and "--from s2" in outcome.message
    texts = [
        path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.suffix in (".jsonl", ".yaml")
    ]
    assert texts and not any("hunter2" in text for text in texts)


def test_a_target_that_does_not_come_is_named_and_nothing_is_guessed(tmp_path: Path) -> None:
    device = FakeDevice([Widget("Save as", top=20), Widget("Close", top=80)])
    outcome, policy = play(demo(tmp_path / "d", a_button("Publish")), device, tmp_path, patience_s=0.3)
    assert outcome.status == "gave_up" and clicks(device) == []
    assert 'step 1 s1, click button "Publish"' in outcome.message and "--from s1" in outcome.message
    assert policy.place == "s1"


def test_what_is_late_is_waited_for(tmp_path: Path) -> None:
    device = FakeDevice([Widget("Go", top=20, shown_after_s=0.7)], spinner=True)
    outcome, _ = play(demo(tmp_path / "d", a_button("Go")), device, tmp_path, patience_s=5)
    assert outcome.ok, outcome.message
    assert sum(isinstance(act, Click) for act in device.log) == 1


def test_a_slow_program_is_not_asked_twice(tmp_path: Path) -> None:
    presses: list[float] = []
    device = FakeDevice([Widget("Add", top=20, on_click=lambda d: _count(d, presses))], delay_s=1.6)
    device.widgets.append(Widget("0", "text", top=80))
    folder = demo(tmp_path / "d", a_button("Add", after={"change": True}))
    outcome, _ = play(folder, device, tmp_path, patience_s=5)
    assert outcome.ok, outcome.message
    assert len(presses) == 1


def _count(device: FakeDevice, presses: list[float]) -> None:
    presses.append(1)
    device.widgets[-1].text = str(len(presses))


def test_what_has_no_effect_is_done_once_more_and_then_given_up(tmp_path: Path) -> None:
    device = FakeDevice([Widget("Add", top=20)])
    device._focus = device.widgets[0]  # a click changes nothing at all
    folder = demo(tmp_path / "d", a_button("Add", after={"change": True}))
    outcome, _ = play(folder, device, tmp_path, patience_s=0.4)
    assert outcome.status == "gave_up" and "changed nothing" in outcome.message
    assert sum(isinstance(act, Click) for act in device.log) == 2


def test_what_can_not_be_undone_is_not_done_once_more(tmp_path: Path) -> None:
    device = FakeDevice([Widget("Buy now", top=20)])
    device._focus = device.widgets[0]
    folder = demo(tmp_path / "d", a_button("Buy now", after={"change": True}))
    policy = Replay(folder, reader=Tree(), patience_s=0.4)
    outcome = Agent(policy, device, trace=tmp_path / "run", guard=Guard([], "allow")).run(Task(""))
    assert outcome.status == "gave_up"
    assert sum(isinstance(act, Click) for act in device.log) == 1


def test_the_guard_judges_what_stands_there_now(tmp_path: Path) -> None:
    device = FakeDevice([Widget("Delete all", top=20)])
    outcome, _ = play(demo(tmp_path / "d", a_button("Delete all")), device, tmp_path)
    assert outcome.status == "denied" and device.log == []


def test_two_alike_are_refused_with_a_picture_of_both(tmp_path: Path) -> None:
    device = FakeDevice([Widget("Edit", left=200, top=20), Widget("Edit", left=200, top=80)])
    outcome, _ = play(demo(tmp_path / "d", a_button("Edit")), device, tmp_path, patience_s=0.3)
    assert outcome.status == "gave_up" and device.log == []
    picture = tmp_path / "d" / "proposals" / "two-alike-s1.png"
    assert picture.exists() and str(picture) in outcome.message


def test_an_expectation_is_held_to(tmp_path: Path) -> None:
    steps = (*SIGNUP[:2], a_button("Submit", after={"see": ["submitted Name={{name}}"], "seconds": 0.5}))
    outcome, _ = play(demo(tmp_path / "d", *steps, parameters=NAME), FakeDevice(), tmp_path)
    assert outcome.ok, outcome.message
    broken = FakeDevice()
    broken.widgets[4].on_click = None
    outcome, policy = play(demo(tmp_path / "d", *steps, parameters=NAME), broken, tmp_path)
    assert outcome.status == "gave_up" and "is not seen (waited 0.5 s)" in outcome.message
    assert policy.place == "s3"


def test_an_optional_step_is_left_out_where_its_target_is_not_there(tmp_path: Path) -> None:
    steps = (a_button("Close tip", optional=True), *SIGNUP)
    device = FakeDevice()
    outcome, _ = play(demo(tmp_path / "d", *steps, parameters=NAME), device, tmp_path)
    assert outcome.ok and said(device) == "submitted Name=Ada, City=Ulm"
    assert any(
        "s1 is optional" in s.decision.thought for s in Trace(outcome.trace or "").steps if s.decision is not None
    )


def test_a_field_is_replaced_or_added_to(tmp_path: Path) -> None:
    for anew, held in ((True, "Ulm"), (False, "oldUlm")):
        device = FakeDevice(form("City"))
        device.widgets[1].value = "old"
        outcome, _ = play(demo(tmp_path / "d", a_field("City", "Ulm", replace=anew)), device, tmp_path)
        assert outcome.ok and device.values == {"City": held}, outcome.message


def test_a_field_that_has_the_focus_is_not_clicked(tmp_path: Path) -> None:
    device = FakeDevice(form("City"))
    device._focus = device.widgets[1]
    outcome, _ = play(demo(tmp_path / "d", a_field("City", "Ulm")), device, tmp_path)
    assert outcome.ok and [type(act) for act in device.log] == [TypeText]


def test_typing_that_does_not_arrive_is_seen(tmp_path: Path) -> None:
    device = FakeDevice(form("City"))
    deaf: Callable[[str], None] = lambda text: None  # noqa: E731
    device._type = deaf  # type: ignore[method-assign]
    outcome, _ = play(demo(tmp_path / "d", a_field("City", "Ulm")), device, tmp_path, patience_s=0.4)
    assert outcome.status == "gave_up" and "what was typed is not seen" in outcome.message


def test_a_wheel_needs_no_exact_place(tmp_path: Path) -> None:
    device = FakeDevice([Widget(f"Line {n}", "text", top=40 * n) for n in range(20)])
    steps = ({"do": "scroll", "down": 3, "on": {"text": "Nowhere"}}, {"do": "scroll", "down": -2})
    outcome, _ = play(demo(tmp_path / "d", *steps), device, tmp_path, patience_s=0.3)
    assert outcome.ok, outcome.message
    assert device.scrolled == 40


def test_a_demo_without_steps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadScript, match="no steps"):
        play(DemoFolder(tmp_path / "d", Demo(name="empty", steps=())), FakeDevice(), tmp_path)


def thoughts(outcome: Outcome) -> Sequence[str]:
    return [s.decision.thought for s in Trace(outcome.trace or "").steps if s.decision]
