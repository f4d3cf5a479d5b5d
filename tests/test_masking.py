"""A secret's value is in no file of a run and in nothing that is shown of it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from screenwright.agent import Agent
from screenwright.agent.console import Console
from screenwright.agent.view import write_page
from screenwright.policies.literal.policy import Literal
from screenwright.policies.scripted import Scripted
from screenwright.tools import FakeDevice, Trace
from screenwright.tools.actions import Click, Done, TypeText
from screenwright.tools.geometry import Point, Size
from screenwright.tools.masking import Mask
from screenwright.tools.steps import Task
from screenwright.tools.trace import TraceWriter


def files_with(folder: Path, value: str) -> list[str]:
    """The files under a folder that hold a text, as it is or as JSON writes it."""
    forms = {value.encode(), repr(value)[1:-1].encode(), value.encode("unicode_escape")}
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(form in path.read_bytes() for form in forms)
    ]


@pytest.mark.parametrize("value", ["hunter2", 'it\'s "so" \\ said', "Passwört", "click"])
def test_the_trace_of_a_run_holds_no_secret(tmp_path: Path, value: str) -> None:
    shown = io.StringIO()
    writer = TraceWriter(tmp_path / "run", elements=True)
    task = Task('- type "{{secret_word}}" into City', {"secret_word": value}, "t")
    device = FakeDevice()
    said = Agent(Literal(), device, trace=writer, listeners=[Console(shown)]).run(task)
    assert said.ok and device.values["City"] == value
    write_page(tmp_path / "run", tmp_path / "run" / "view.html")
    if value != "click":  # a word that a trace is full of
        assert files_with(tmp_path / "run", value) == [] and value not in shown.getvalue()
    trace = Trace(tmp_path / "run")
    typed = [s.decision.action.text for s in trace.steps if s.decision and s.decision.action.kind == "type_text"]
    assert typed == ["{{secret_word}}"] and "{{secret_word}}" in shown.getvalue()
    assert trace.task.parameters == {"secret_word": "{{secret_word}}"}
    told = [e.value for step in trace.steps for e in step.observation.elements if e.role == "field"]
    assert value not in told


def test_what_a_policy_says_at_the_end_is_masked(tmp_path: Path) -> None:
    point = Point(200, 30, Size(480, 320))
    acts = [Click(point=point, target="hunter2"), TypeText(text="hunter2"), Done(answer="it is hunter2")]
    task = Task("x", {"secret_a": "hunter2", "name": "Ada"})
    outcome = Agent(Scripted(acts), FakeDevice(), trace=tmp_path / "run").run(task)
    assert outcome.answer == "it is {{secret_a}}"
    assert files_with(tmp_path / "run", "hunter2") == []
    trace = Trace(tmp_path / "run")
    assert trace.task.parameters == {"secret_a": "{{secret_a}}", "name": "Ada"}
    assert trace.outcome and trace.outcome.answer == "it is {{secret_a}}"


def test_two_secrets_one_in_the_other() -> None:
    mask = Mask({"secret_a": "horse", "secret_b": "horse battery", "name": "battery", "secret_none": ""})
    assert mask.text("horse battery, horse") == "{{secret_b}}, {{secret_a}}"
    assert mask.json({"kind": "horse", "text": ["a horse", 3, None]}) == {
        "kind": "horse",
        "text": ["a {{secret_a}}", 3, None],
    }
    assert not Mask({"name": "Ada"})
