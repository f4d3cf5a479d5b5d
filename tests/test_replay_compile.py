"""From a recording to a demo: what is taken over, what becomes a parameter, what is lost and said."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_runs import at, ids, make, played, run, shown

from screenwright.policies import Literal
from screenwright.policies.replay.compiling import compile_trace
from screenwright.policies.replay.demo import Parameter
from screenwright.policies.replay.entering import Parameters
from screenwright.policies.replay.folder import DemoFolder
from screenwright.tools import (
    FakeDevice,
    Point,
    Reader,
    Task,
    Trace,
)  # fmt: skip
from screenwright.tools.actions import Action, Click, Move, PressKeys, Scroll, TypeText, Wait
from screenwright.tools.errors import BadScript
from screenwright.tools.fake import Widget, form


def test_a_form_by_its_accessible_names(tmp_path: Path, reader: Reader) -> None:
    device = FakeDevice()
    name, city, submit = (device.widgets[n] for n in (1, 3, 4))
    acts: list[Action] = [
        Click(point=at(device, name)),
        TypeText(text="Ada"),
        PressKeys(keys=("tab",)),
        TypeText(text="Zürich"),
        Click(point=at(device, submit)),
    ]
    demo = make(shown(tmp_path / "run", device, acts), reader).demo
    assert ids(demo) == ["click-name", "type-name", "type-city", "click-submit"]
    assert demo.parameters == {
        "name": Parameter(default="Ada", about="Name"),
        "city": Parameter(default="Zürich", about="City"),
    }
    clicked, typed, tabbed, pressed = demo.steps
    assert clicked.on and (clicked.on.role, clicked.on.name) == ("field", "Name")
    assert typed.on is None and typed.text == "{{name}}" and not typed.replace
    assert tabbed.on and (tabbed.on.role, tabbed.on.name) == ("field", "City") and tabbed.replace
    assert pressed.on and (pressed.on.role, pressed.on.name) == ("button", "Submit")
    assert pressed.after and pressed.after.see == ("submitted Name={{name}}, City={{city}}",)
    assert [step.recorded for step in demo.steps] == [0, 1, 3, 4]
    assert demo.screen == (480, 320)
    assert city.value == "Zürich"


def test_secrets_stay_handles(tmp_path: Path, reader: Reader) -> None:
    device = FakeDevice(form("Name", "Password"))
    acts: list[Action] = [
        Click(point=at(device, device.widgets[1])),
        TypeText(text="Ada"),
        Click(point=at(device, device.widgets[3])),
        TypeText(text="{{secret_password}}"),
    ]
    demo = make(shown(tmp_path / "run", device, acts), reader).demo
    assert demo.parameters["secret_password"] == Parameter(secret=True, about="Password")
    assert demo.steps[-1].text == "{{secret_password}}"


def test_a_task_keeps_the_names_of_its_parameters(tmp_path: Path, reader: Reader) -> None:
    device = FakeDevice()
    task = Task(
        'type "{{who}}" into Name\ntype "{{secret_city}}" into City', {"who": "Ada", "secret_city": "Bonn"}
    )
    trace = run(tmp_path / "run", device, Literal(reader=reader), task)
    made = make(trace, reader)
    assert made.demo.parameters["who"] == Parameter(default="Ada", about="Name")
    assert made.demo.parameters["secret_city"].secret
    assert [step.text for step in made.demo.steps if step.text] == ["{{who}}", "{{secret_city}}"]
    assert "Bonn" not in made.file.read_text(encoding="utf-8")


def test_what_is_selected_and_typed_over_is_one_step(tmp_path: Path, reader: Reader) -> None:
    device = FakeDevice()
    name, city = at(device, device.widgets[1]), at(device, device.widgets[3])
    device.widgets[1].value, device.widgets[3].value = "Bob", "Rome"
    acts: list[Action] = [
        Click(point=name, count=3),
        TypeText(text="Ada"),
        Click(point=city),
        PressKeys(keys=("ctrl", "a")),
        TypeText(text="Bonn"),
    ]
    demo = make(shown(tmp_path / "run", device, acts), reader).demo
    assert ids(demo) == ["type-name", "type-city"]
    assert all(step.replace and step.on for step in demo.steps)
    assert device.values == {"Name": "Ada", "City": "Bonn"}


def test_what_an_agent_did_in_vain_is_left_out(tmp_path: Path, reader: Reader) -> None:
    device = FakeDevice()
    submit, empty = at(device, device.widgets[4]), Point(470, 300, device.size)
    acts: list[Action] = [
        Wait(seconds=0),
        Scroll(down=3),
        Move(point=submit),
        Click(point=empty),
        Click(point=empty),
        Click(point=submit),
        Wait(seconds=0.01, until_change=True),
    ]
    demo = make(played(tmp_path / "run", device, acts), reader).demo
    assert [step.do for step in demo.steps] == ["click", "click"]
    assert demo.steps[1].id == "click-submit"
    with pytest.raises(BadScript, match="nothing was done in the recording"):
        compile_trace(played(tmp_path / "idle", device, [Wait(seconds=0)]), tmp_path / "idle-demo", name="x")


def test_scrolling_on_is_one_step_and_waiting_is_for_what_came(tmp_path: Path, reader: Reader) -> None:
    late = Widget("Ready to go", "text", 20, 200, 200, shown_after_s=0.6)
    far = [Widget(f"Row {n}", "button", 300, 40 * n) for n in range(12)]
    device = FakeDevice([Widget("Start", "button", 20, 20), late, *far])
    middle = Point(100, 250, device.size)
    start = at(device, device.widgets[0])
    acts: list[Action] = [
        Click(point=start),
        Wait(seconds=0.7),
        Scroll(point=middle, down=1),
        Scroll(point=middle, down=2),
    ]
    demo = make(shown(tmp_path / "run", device, [*acts, Click(point=at(device, far[5]))]), reader).demo
    assert ids(demo)[:3] == ["click-start", "wait-ready-to-go", "scroll-down"]
    wait, scroll = demo.steps[1:3]
    assert wait.before and wait.before.see == ("Ready to go",) and wait.seconds == 30
    assert scroll.down == 3
    assert len(demo.steps) == 4


def test_a_demo_compiled_anew_keeps_the_old_file(tmp_path: Path, reader: Reader) -> None:
    device = FakeDevice()
    trace = shown(tmp_path / "run", device, [Click(point=at(device, device.widgets[4]))])
    first = compile_trace(trace, tmp_path / "demo", name="a name!", reader=reader)
    assert first.name == "a-name"
    first.save(first.demo.model_copy(update={"about": "by hand"}))
    again = compile_trace(Trace(tmp_path / "demo" / "trace"), tmp_path / "demo", name="x", reader=reader)
    assert again.demo.about == ""
    assert "by hand" in (tmp_path / "demo" / "old" / "demo-1.yaml").read_text(encoding="utf-8")


def test_a_killed_recording_is_compiled_when_it_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    device = FakeDevice()
    acts = [Click(point=at(device, device.widgets[n])) for n in (4, 1, 3)]
    shown(tmp_path / "demo" / "trace", device, acts)
    steps = tmp_path / "demo" / "trace" / "steps.jsonl"
    whole = steps.read_text(encoding="utf-8")
    steps.write_text(whole[: whole.rindex('"after"')], encoding="utf-8")
    folder = DemoFolder.open(tmp_path / "demo")
    assert ids(folder.demo) == ["click-submit", "click-name"]
    assert "has no demo.yaml yet; it is made from its recording" in capsys.readouterr().err
    assert (tmp_path / "demo" / "demo.yaml").exists()


def test_a_lost_frame_costs_its_step_and_is_said(
    tmp_path: Path, reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    device = FakeDevice()
    trace = shown(tmp_path / "run", device, [Click(point=at(device, device.widgets[n])) for n in (4, 1, 3)])
    pictures = sorted((tmp_path / "run" / "frames").iterdir())
    pictures[-1].unlink()
    demo = compile_trace(trace, tmp_path / "demo", name="x", reader=reader).demo
    assert "click-submit" in ids(demo)
    for picture in pictures[:-1]:
        picture.unlink()
    with pytest.raises(BadScript, match="its frames can't be read"):
        compile_trace(Trace(tmp_path / "run"), tmp_path / "none", name="x", reader=Reader())
    assert "is left out: its frame is lost" in capsys.readouterr().err
    assert not (tmp_path / "none" / "demo.yaml").exists()


def test_values_of_the_task_within_longer_texts_are_its_parameters() -> None:
    given = {
        "name": "Ada",
        "whole": "Ada Lovelace",
        "digit": "1",
        "odd": "(x)",
        "word": "name",
        "secret_pin": "1234",
    }
    parameters = Parameters(given)
    said = {
        "Dear Ada": "Dear {{name}}",
        "Ada Lovelace, hello\n": "{{whole}}, hello\n",
        "Adam is 1 of 1234": "Adam is 1 of 1234",
        "1": "{{digit}}",
        "see (x) name": "see {{odd}} {{word}}",
    }
    assert {text: parameters.put(text, None) for text in said} == said
    assert set(parameters.all) == {"name", "whole", "digit", "odd", "word"}
