"""The policy that asks a model, through the real loop, with a model that plays its replies."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screenwright.agent import Agent, Limits
from screenwright.agent.models import Which, policy_of
from screenwright.policies import Cascade, Late, Literal, ModelPolicy, Policy, ScriptedModel, Sure
from screenwright.policies.chat import Picture, Reply
from screenwright.policies.dialects.dialect import dialect
from screenwright.tools import FakeDevice, Observation, Point, Region, Size, Task, Trace
from screenwright.tools.errors import BadReply, BadScript, ModelLost, TooLong
from screenwright.tools.geometry import View

CITY = '{"action": "click", "target": "City", "coordinate": [500, 230]}'
BONN = '{"action": "type", "text": "Bonn"}'
DONE = '{"action": "done", "success": true}'


def run(model: ScriptedModel, tmp_path: Path, task: str | Task = "Put Bonn into City", **settings: Any) -> Any:
    device = FakeDevice()
    policy = ModelPolicy(model, "plain", **settings)
    return Agent(policy, device, trace=tmp_path / "run").run(task), device


def test_a_task_is_done(tmp_path: Path) -> None:
    outcome, device = run(ScriptedModel([CITY, BONN, DONE]), tmp_path)
    assert outcome.ok and device.values["City"] == "Bonn"
    steps = Trace(tmp_path / "run").steps
    assert [step.decision.reply for step in steps if step.decision] == [CITY, BONN, DONE]
    assert all(step.decision and step.decision.source == "model" for step in steps)


def test_a_reply_that_can_t_be_read_is_forgotten_and_explained(tmp_path: Path) -> None:
    model = ScriptedModel(["I would click the city.", CITY, BONN, DONE])
    outcome, device = run(model, tmp_path)
    assert outcome.ok and device.values["City"] == "Bonn"
    second = model.requests[1].turns
    assert [turn.role for turn in second] == ["system", "user"]
    assert "could not be used: the reply is not" in second[-1].text and "would click" in second[-1].text
    assert sum(isinstance(part, Picture) for part in second[-1].parts) == 1


@pytest.mark.parametrize(
    "around",
    [lambda p: p, Sure, lambda p: Cascade([p]), lambda p: Cascade([Literal(), Sure(p)])],
    ids=["alone", "sure", "cascade", "both"],
)
def test_the_model_is_told_only_what_the_device_can_do(around: Callable[[Policy], Policy], tmp_path: Path) -> None:
    model = ScriptedModel([DONE])
    Agent(around(ModelPolicy(model, "plain")), FakeDevice(), trace=tmp_path / "run").run("book me a flight")
    shape = model.requests[0].shape
    assert shape is not None
    said = {name for name in ("long_press", "swipe", "press_button", "ask", "done") if f'"{name}"' in shape.lark}
    assert said == {"long_press", "swipe", "done"}


def test_what_can_t_be_done_here_is_refused_before_it_is_tried(tmp_path: Path) -> None:
    model = ScriptedModel(['{"action": "press_button", "button": "home"}', DONE])
    outcome, device = run(model, tmp_path)
    assert outcome.ok and not device.log
    assert "can't be done here" in model.requests[1].turns[-1].text


def test_a_conversation_that_is_too_long_is_shortened(tmp_path: Path) -> None:
    model = ScriptedModel([CITY, BONN, CITY, TooLong("no memory"), DONE])
    outcome, _ = run(model, tmp_path)
    assert outcome.ok
    long, short = (request.turns for request in model.requests[-2:])
    assert len(long) > len(short) == 2
    assert "1. click City\n2. type 'Bonn'\n3. click City" in short[1].text
    assert isinstance(short[1].parts[-1], Picture)


def test_a_model_that_is_lost_ends_the_run_and_keeps_the_trace(tmp_path: Path) -> None:
    outcome, device = run(ScriptedModel([CITY, ModelLost("the server is gone")]), tmp_path)
    assert (outcome.status, outcome.message) == ("error", "the server is gone")
    assert len(device.log) == 1 and len(Trace(tmp_path / "run").steps) == 2


def test_a_reply_that_was_cut_says_so(tmp_path: Path) -> None:
    cut = Reply('{"action": "click", "target": "City", "coordinate": [500, 2]}', finish="length")
    model = ScriptedModel([cut, DONE])
    _, device = run(model, tmp_path)
    assert not device.log  # it reads well, and is not what was meant
    assert "the reply was cut at its limit of 1024 tokens" in model.requests[1].turns[-1].text


def test_a_secret_is_typed_and_never_told(tmp_path: Path) -> None:
    task = Task("Put {{secret_pin}} into {{field}}", {"secret_pin": "4711", "field": "City"})
    model = ScriptedModel([CITY, '{"action": "type", "text": "{{secret_pin}}"}', DONE])
    outcome, device = run(model, tmp_path, task)
    assert outcome.ok and device.values["City"] == "4711"
    told = [turn.text for request in model.requests for turn in request.turns]
    assert "Put {{secret_pin}} into City" in told[1] and not any("4711" in text for text in told)


def test_a_secret_goes_nowhere_but_into_typing(tmp_path: Path) -> None:
    """As in a cascade: a page that asks for it in the name of an app, or a search, gets nothing."""
    task = Task("Put {{secret_pin}} into City", {"secret_pin": "4711"})
    model = ScriptedModel(['{"action": "open", "name": "{{secret_pin}}"}', DONE])
    outcome, device = run(model, tmp_path, task)
    assert outcome.ok and not device.log
    assert "{{secret_pin}} can only be typed" in model.requests[1].text


def test_a_family_s_tools_go_through_the_template(tmp_path: Path) -> None:
    call = {"name": "computer_use", "arguments": {"action": "terminate", "status": "success"}}
    model = ScriptedModel([f"Action: Stop.\n<tool_call>\n{json.dumps(call)}\n</tool_call>"])
    policy = ModelPolicy(model, "qwen3vl")
    assert Agent(policy, FakeDevice(), trace=tmp_path / "run").run("stop").ok
    (tool,) = model.requests[0].tools
    assert tool["function"]["name"] == "computer_use"
    assert "hscroll" in tool["function"]["parameters"]["properties"]["action"]["enum"]


def test_the_dialect_goes_by_the_model_s_name() -> None:
    for name, expected in (("Qwen/Qwen3-VL-4B-Instruct", "qwen3vl"), ("llava:7b", "plain")):
        assert ModelPolicy(ScriptedModel([], name=name)).dialect.name == expected
    with pytest.raises(BadScript, match="there is no dialect 'klingon'"):
        ModelPolicy(ScriptedModel([]), "klingon")


def test_without_the_grammar_no_shape_is_sent(tmp_path: Path) -> None:
    model = ScriptedModel([DONE])
    run(model, tmp_path, grammar=False)
    assert model.requests[0].shape is None


@pytest.mark.parametrize("name", ["plain", "qwen3vl"])
def test_it_points_again_within_a_part(name: str) -> None:
    frame = Size(1920, 1080)
    observation = Observation(View(frame), pixels=np.zeros((1080, 1920, 3), np.uint8))
    spoken = dialect(name)
    call = '{"name": "computer_use", "arguments": {"action": "left_click", "coordinate": [999, 0]}}'
    there = {"plain": '{"found": true, "target": "x", "coordinate": [999, 0]}', "qwen3vl": f"<tool_call>\n{call}"}
    absent = '{"name": "computer_use", "arguments": {"action": "terminate", "status": "failure"}}'
    not_there = {"plain": '{"found": false}', "qwen3vl": f"<tool_call>{absent}</tool_call>"}
    model = ScriptedModel([there[name], not_there[name], "hm"])
    policy = ModelPolicy(model, spoken)
    point, _ = policy.point_at("the cross", observation, Region(1800, 100, 400, 200))
    assert point == Point(1919, 100, frame)
    (picture,) = [part for part in model.requests[0].turns[0].parts if isinstance(part, Picture)]
    assert picture.size.width % 32 == 0 and picture.size.area > 120 * 200 * 4  # a small part is enlarged
    assert policy.point_at("the cross", observation, Region(0, 0, 100, 100))[0] is None
    with pytest.raises(BadReply):
        policy.point_at("the cross", observation, Region(0, 0, 100, 100))


def test_late_opens_its_model_once_and_not_before_it_is_needed(tmp_path: Path) -> None:
    opened: list[ScriptedModel] = []

    def open() -> ScriptedModel:
        opened.append(ScriptedModel([DONE, DONE]))
        return opened[-1]

    policy = Late(open, name="late", dialect="plain")
    assert not opened
    for name in ("one", "two"):
        assert Agent(policy, FakeDevice(), trace=tmp_path / name).run("stop").ok
    assert len(opened) == 1 and len(opened[0].requests) == 2


def test_what_a_script_can_decide_asks_no_model(tmp_path: Path) -> None:
    def open() -> ScriptedModel:
        raise AssertionError("the model was opened")

    policy = Cascade([Literal(), Late(open, dialect="plain")])
    outcome = Agent(policy, FakeDevice(), trace=tmp_path / "run").run('Click "City" and type "Bonn"')
    assert outcome.ok


def test_the_default_is_literal_alone_where_no_model_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SCREENWRIGHT_MODEL", raising=False)
    monkeypatch.delenv("SCREENWRIGHT_URL", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert isinstance(policy_of("auto", Which.said()), Literal)
    monkeypatch.setenv("SCREENWRIGHT_URL", "http://127.0.0.1:9/v1")
    with_model = policy_of("auto", Which.said())
    assert isinstance(with_model, Cascade) and with_model.policies[1].name == "served"
    with pytest.raises(BadScript, match="needs --url"):
        policy_of("served", Which(name="qwen3-vl:4b"))
    with pytest.raises(BadScript, match="there is: auto, literal, model"):
        policy_of("magic", Which())


def test_a_call_that_a_server_took_out_stays_in_the_conversation(tmp_path: Path) -> None:
    call = ("computer_use", '{"action": "left_click", "coordinate": [500, 230]}')
    end = ("computer_use", '{"action": "terminate", "status": "success"}')
    model = ScriptedModel([Reply("Action: Click City.", calls=(call, end)), Reply("", calls=(end,))])
    policy = ModelPolicy(model, "qwen3vl")
    assert Agent(policy, FakeDevice(), trace=tmp_path / "run").run("click City").ok
    said, told = model.requests[1].turns[-2:]
    assert said.role == "assistant" and '"left_click"' in said.text and "Click City" in said.text
    assert "first" in told.text  # of two actions only the first was done, and the model is told


def test_stuck_and_limits_hold_for_a_model_too(tmp_path: Path) -> None:
    nowhere = '{"action": "click", "target": "nothing", "coordinate": [990, 990]}'
    model = ScriptedModel([nowhere] * 9)
    agent = Agent(ModelPolicy(model, "plain"), FakeDevice(), trace=tmp_path / "run", limits=Limits(stuck=3))
    outcome = agent.run("x")
    assert outcome.status == "stuck" and len(model.requests) == 3
    last = model.requests[-1].turns
    assert "Nothing changed; the same action changed nothing 2 times in a row" in last[-1].text
    assert sum(isinstance(p, Picture) for turn in last for p in turn.parts) == 1  # the screen never changed
