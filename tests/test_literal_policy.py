"""The literal policy does what the words say, on a fake device and on real windows; it never guesses."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from screenwright.agent import Agent, Limits, Screen
from screenwright.agent.screen import StepFailed
from screenwright.policies import Guard, Literal
from screenwright.tools import Desktop, FakeDevice, Outcome, Size, Target, Task, Trace
from screenwright.tools.actions import Action, Click
from screenwright.tools.errors import BadAction, BadScript
from screenwright.tools.fake import Widget, form
from screenwright.tools.observation import Observation
from screenwright.tools.reading import Reader, Scene

SIGNUP = Path(__file__).resolve().parents[1] / "demos" / "programs" / "signup.py"


class Tree(Reader):
    """Reads only what the device itself says is there: a fake device says it exactly."""

    def read(self, observation: Observation, **_: Any) -> Scene:
        return Scene(observation, tuple(observation.elements))


def run(script: str, device: FakeDevice, tmp_path: Path, patience_s: float = 0.5, **parameters: str) -> Outcome:
    policy = Literal(reader=Tree(), patience_s=patience_s)
    agent = Agent(policy, device, trace=tmp_path / "run", limits=Limits(seconds=60), guard=Guard([], "allow"))
    return agent.run(Task(script, parameters))


def test_a_form(tmp_path: Path) -> None:
    device = FakeDevice()
    outcome = run('Type "Ada" into Name, type "Köln" into City and press Submit', device, tmp_path)
    assert outcome.ok, outcome.message
    assert device.values == {"Name": "Ada", "City": "Köln"}
    assert any(w.text == "submitted Name=Ada, City=Köln" for w in device.widgets)


def test_chinese_with_parameters(tmp_path: Path) -> None:
    device = FakeDevice(form("姓名", "城市"))
    outcome = run("- 在“姓名”中输入“{{n}}”\n- 在“城市”中输入“北京”\n- 点击“Submit”", device, tmp_path, n='张"三')
    assert outcome.ok, outcome.message
    assert device.values == {"姓名": '张"三', "城市": "北京"}


def test_what_a_field_holds_is_replaced(tmp_path: Path) -> None:
    device = FakeDevice()
    device.widgets[1].value = "old"
    outcome = run('clear Name and type "new" into Name', device, tmp_path)
    assert outcome.ok, outcome.message
    assert device.values["Name"] == "new"


def test_a_box_is_looked_at_first(tmp_path: Path) -> None:
    boxes = [Widget("News", "checkbox", top=20, checked=True), Widget("Ads", "checkbox", top=60)]
    device = FakeDevice(boxes)
    outcome = run("check News, check Ads and uncheck News", device, tmp_path)
    assert outcome.ok, outcome.message
    assert device.values == {"News": "no", "Ads": "yes"}
    assert len(device.log) == 2


def test_what_is_late_is_waited_for(tmp_path: Path) -> None:
    device = FakeDevice([Widget("Go", top=20), Widget("Ready", "text", top=80, shown_after_s=0.6)])
    outcome = run('wait for "Ready" (5 s) and click Go', device, tmp_path)
    assert outcome.ok, outcome.message


def test_what_is_off_the_screen_is_scrolled_to(tmp_path: Path) -> None:
    device = FakeDevice([Widget(f"Item {n}", top=40 * n) for n in range(40)])
    outcome = run('click "Item 33"', device, tmp_path, patience_s=0.2)
    assert outcome.ok, outcome.message
    assert isinstance(device.log[-1], Click) and device.log[-1].target == "Item 33"


def test_scrolling_ends_at_the_end(tmp_path: Path) -> None:
    device = FakeDevice([Widget(f"Item {n}", top=40 * n) for n in range(12)])
    outcome = run('scroll until "Nowhere" is visible', device, tmp_path)
    assert outcome.status == "gave_up" and "scrolled to the end" in outcome.message


def test_an_unknown_target_names_what_is_near_and_keeps_the_picture(tmp_path: Path) -> None:
    device = FakeDevice([Widget("Save as", top=20), Widget("Close", top=80)])
    outcome = run('- click "Sava"', device, tmp_path)
    assert outcome.status == "gave_up"
    assert 'step 1 (line 1), click "Sava": "Sava" is not on the screen; nearest: "Save as"' in outcome.message
    assert not any(isinstance(act, Click) for act in device.log)
    assert Trace(tmp_path / "run").steps[-1].observation.pixels.any()


def test_two_that_fit_are_refused_unless_it_is_said_which(tmp_path: Path) -> None:
    widgets = [Widget("Ada", "text", 20, 20), Widget("Edit", left=200, top=20)]
    widgets += [Widget("Bob", "text", 20, 80), Widget("Edit", left=200, top=80)]
    device = FakeDevice(widgets)
    outcome = run("click Edit", device, tmp_path / "a")
    assert outcome.status == "gave_up" and "fits 2 places" in outcome.message and device.log == []
    outcome = run('click Edit in the row of "Bob", and click the first Edit', device, tmp_path / "b")
    assert outcome.ok, outcome.message
    assert [round(act.point.y) for act in device.log if isinstance(act, Click)] == [94, 34]


def test_reading_and_answering(tmp_path: Path) -> None:
    device = FakeDevice([Widget("Total", "text", 20, 20, 60), Widget("42 €", "text", 120, 20, 60)])
    outcome = run('read Total into sum and answer "it is {{sum}}"', device, tmp_path)
    assert (outcome.answer, outcome.variables) == ("it is 42 €", {"sum": "42 €"})


def test_an_expectation_that_fails_says_what_it_saw(tmp_path: Path) -> None:
    device = FakeDevice([Widget("Saving failed", "text", top=20)])
    outcome = run('expect "Saved" (0.3 s)', device, tmp_path)
    assert outcome.status == "gave_up" and 'nearest: "Saving failed"' in outcome.message
    assert run('expect no "Error"', device, tmp_path / "b").ok


@pytest.mark.parametrize(
    "step", ['click "{{secret_word}}"', 'type "x" into "{{secret_word}}"', 'expect "{{secret:bank}}"']
)
def test_a_secret_is_only_typed(step: str, tmp_path: Path) -> None:
    with pytest.raises(BadScript, match=r"line 1: \{\{secret(_word|:bank)\}\} can only be typed") as failed:
        Literal(reader=Tree()).begin(Task(step, {"secret_word": "hunter2"} if "_word" in step else {}))
    assert "hunter2" not in str(failed.value)


def test_a_slow_device(tmp_path: Path) -> None:
    device = FakeDevice(delay_s=0.3)
    outcome = run('Type "Ada" into Name and press Submit', device, tmp_path)
    assert outcome.ok and device.values["Name"] == "Ada"


def test_the_python_api(tmp_path: Path) -> None:
    device = FakeDevice()
    with Screen(device, trace=tmp_path / "run", reader=Tree(), patience_s=0.3) as screen:
        screen.type("Ada", into="Name")
        screen.click(Target("Submit", "button"))
        assert screen.sees("Submit") and not screen.sees("Nothing of the kind")
        assert screen.read("Name") == "Ada"
        with pytest.raises(StepFailed, match=r'gave_up: click "Sbumit x": .*nearest: .*\(trace: '):
            screen.click("Sbumit x")
        screen.run('type "Köln" into City')
    assert device.values == {"Name": "Ada", "City": "Köln"}
    kinds = [step.decision.action.kind for step in Trace(tmp_path / "run").steps if step.decision]
    assert kinds.count("click") == 3 and "done" not in kinds


def test_a_real_form_with_a_slow_start(desktop: Desktop, reader: Reader, tmp_path: Path) -> None:
    out = tmp_path / "signup.json"
    desktop.start([sys.executable, str(SIGNUP), str(out)])
    script = """
- wait for "Submit" (20 s)
- type "Žofie Müller 张三" into Name
- type "x" into City
- type "Ústí" into City
- click "Business"
- choose "Austria" from Country
- check "Send me news"
- click "Submit"
- wait for "Welcome"
- read "Your number is" into number
- answer "{{number}}"
"""
    outcome = Agent(Literal(reader=reader), desktop, trace=tmp_path / "run").run(script)
    assert outcome.ok, outcome.message
    facts = json.loads(out.read_text(encoding="utf-8"))
    assert facts == {
        "name": "Žofie Müller 张三",
        "email": "",
        "city": "Ústí",
        "plan": "Business",
        "country": "Austria",
        "news": True,
    }
    assert outcome.answer == "4711"


def test_a_program_that_dies_in_the_middle(
    desktop: Desktop, reader: Reader, tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    process = desktop.start([sys.executable, str(SIGNUP), str(tmp_path / "x.json")])
    agent = Agent(Literal(reader=reader, patience_s=1), desktop, trace=tmp_path / "run")
    steps = agent.steps('- wait for "Submit" (20 s)\n- wait 0 s\n- click "Submit"')
    for step in steps:
        if "as long as" in (step.decision.thought if step.decision else ""):
            title = step.observation.title
            process.kill()
            process.wait()
            eventually(lambda old=title: desktop.observe().title != old)  # the server hears of it a moment later
    assert agent.outcome and agent.outcome.status == "gave_up"
    assert '"Submit" is not on the screen; nearest: no text at all' in agent.outcome.message


def test_a_frame_of_another_size_is_no_matter(tmp_path: Path) -> None:
    device = FakeDevice(size=Size(800, 600))
    assert run('Type "Ada" into Name', device, tmp_path).ok


class Unwilling(FakeDevice):
    """Refuses the first clicks, as a screen does that was resized between the look and the act."""

    def __init__(self, widgets: list[Widget], refusals: int) -> None:
        super().__init__(widgets)
        self.refusals = refusals

    def perform(self, action: Action) -> str:
        if isinstance(action, Click) and self.refusals:
            self.refusals -= 1
            raise BadAction("the screen is another now: observe again")
        return super().perform(action)


def test_what_was_not_done_is_decided_anew_and_never_passed_over(tmp_path: Path) -> None:
    widgets = [Widget("Go", top=20), Widget("Name", "field", top=80)]
    device = Unwilling(widgets, refusals=1)
    outcome = run('click Go and type "Ada" into Name', device, tmp_path / "a")
    assert outcome.ok, outcome.message
    assert [act.target for act in device.log if isinstance(act, Click)] == ["Go", "Name"]
    device = Unwilling(widgets, refusals=9)
    outcome = run('click Go and type "Ada" into Name', device, tmp_path / "b")
    assert outcome.status == "gave_up" and "step 1" in outcome.message, outcome
    assert "the screen is another now" in outcome.message and not device.log
