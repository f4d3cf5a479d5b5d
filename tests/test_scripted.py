"""A list of actions played in order, on a fake device."""

from __future__ import annotations

from screenwright.agent import Agent
from screenwright.policies import Guard, Scripted
from screenwright.tools import FakeDevice, Task
from screenwright.tools.actions import Done, PressKeys, TypeText
from screenwright.tools.steps import Decision


def test_actions_and_decisions_are_played_and_then_it_is_done() -> None:
    device = FakeDevice()
    told = Decision(TypeText(text="a"), "because", confidence=0.5)
    outcome = Agent(Scripted([PressKeys(keys=("tab",)), told]), device, guard=Guard([], "allow")).run("x")
    assert outcome.ok, outcome.message
    assert device.log == [PressKeys(keys=("tab",)), TypeText(text="a")]


def test_what_the_list_says_last_is_the_answer() -> None:
    assert Agent(Scripted([Done(answer="42")]), FakeDevice()).run("x").answer == "42"
    failed = Agent(Scripted([Done(success=False, answer="no")]), FakeDevice()).run("x")
    assert not failed.ok and failed.answer == "no"


def test_one_list_is_played_again_from_its_start() -> None:
    policy, device = Scripted([TypeText(text="a")]), FakeDevice()
    observation = device.observe()
    for _ in range(2):
        policy.begin(Task("x"))
        kinds = [policy.decide(Task("x"), [], observation).action.kind for _ in range(3)]
        assert kinds == ["type_text", "done", "done"]
