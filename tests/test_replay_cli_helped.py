"""What helps a demo where it can't go on: plain steps, or one model for pointing and for deciding."""

from __future__ import annotations

from pathlib import Path

import pytest

from screenwright.agent import Agent
from screenwright.agent.models import Which
from screenwright.agent.replaying import HELPERS, Helped, decider_of, task_of
from screenwright.policies.replay.demo import Demo, DemoStep, Looks
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.scripted_model import ScriptedModel
from screenwright.tools import FakeDevice
from screenwright.tools.errors import BadScript
from screenwright.tools.fake import Widget
from screenwright.tools.reading import Reader

HERE = '{"found": true, "target": "Go", "coordinate": [500, 500]}'
NOT_HERE = '{"found": false}'
CLICK = '{"action": "click", "target": "Go", "coordinate": [187, 240]}'  # on the grid: (90, 77)
DONE = '{"action": "done", "success": true}'


@pytest.fixture
def folder(tmp_path: Path) -> DemoFolder:
    """A demo that clicks a button which nothing on the screen is called like."""
    steps = (DemoStep(id="send", do="click", on=Looks(role="button", text="Send it off")),)
    made = DemoFolder(tmp_path / "demo", Demo(name="sending", steps=steps))
    made.save()
    return made


@pytest.fixture
def device() -> FakeDevice:
    return FakeDevice([Widget("Go", left=20, top=60, on_click=lambda d: setattr(d.widgets[0], "text", "Gone"))])


def helped_by(model: ScriptedModel) -> Helped:
    helped = Helped("auto", Which(name="scripted", dialect="plain"))
    helped.opened.append(model)
    return helped


def run(folder: DemoFolder, device: FakeDevice, helped: Helped, reader: Reader) -> tuple[str, str]:
    _, decider = decider_of(folder, helped, reader, patience_s=0.2)
    outcome = Agent(decider, device, trace=folder.path.parent / "run").run(task_of(folder, {}))
    return outcome.status, outcome.message


def test_the_model_is_the_ladders_last_rung(folder: DemoFolder, device: FakeDevice, reader: Reader) -> None:
    model = ScriptedModel(['{"found": true, "target": "Go", "coordinate": [187, 240]}'])
    status, said = run(folder, device, helped_by(model), reader)
    assert (status, device.widgets[0].text) == ("done", "Gone"), said
    assert 'Where on this picture is button "Send it off"?' in model.requests[0].text


def test_a_step_is_handed_to_the_same_model(folder: DemoFolder, device: FakeDevice, reader: Reader) -> None:
    replies = [*[NOT_HERE] * 2, CLICK, DONE]
    model = ScriptedModel(replies)
    status, said = run(folder, device, helped_by(model), reader)
    assert (status, device.widgets[0].text) == ("done", "Gone"), (said, [r.text for r in model.requests])
    assert "Do only this one step" in model.requests[2].text


def test_plain_steps_help_without_a_model(folder: DemoFolder, device: FakeDevice, reader: Reader) -> None:
    status, said = run(folder, device, Helped("literal"), reader)
    assert status == "gave_up" and {act.kind for act in device.log} <= {"scroll"}
    assert "replay: step 1 send" in said and "; literal: step 1 (line 1), click" in said


def test_none_is_none(folder: DemoFolder, device: FakeDevice, reader: Reader) -> None:
    for helped in (Helped("none", Which(name="scripted")), Helped("auto", Which())):
        replay, decider = decider_of(folder, helped, reader)
        assert decider is replay and helped.pointer() is None and not helped.has_model
    with pytest.raises(BadScript, match="there is: " + ", ".join(HELPERS)):
        Helped("oracle")
