"""The policy that is handed its decisions, one before each step of the loop."""

from __future__ import annotations

from pathlib import Path

from screenwright.agent import Agent
from screenwright.policies.called import Called
from screenwright.tools import FakeDevice, Observation, Trace
from screenwright.tools.actions import Click, Done, TypeText
from screenwright.tools.errors import BadAction
from screenwright.tools.fake import form
from screenwright.tools.steps import Decision


def test_a_caller_decides_and_the_loop_guards_settles_and_records(tmp_path: Path) -> None:
    device, policy = FakeDevice(form("Name")), Called()
    agent = Agent(policy, device, trace=tmp_path / "run")
    steps = agent.steps("as it comes")

    def field(seen: Observation) -> Decision:
        place = next(e for e in seen.elements if e.role == "field").region
        return Decision(Click(point=place.center(seen.frame)), "into the field")

    def refused(seen: Observation) -> Decision:
        raise BadAction("that place is no more")

    policy.give(field)
    assert next(steps).result.ok
    policy.give(refused)
    step = next(steps)
    assert not step.result.ok and step.decision is None and step.result.message == "that place is no more"
    policy.give(lambda seen: Decision(TypeText(text="Ada")))
    assert next(steps).result.effect.where == "near"
    policy.give(lambda seen: Decision(Done(answer="so it is")))
    next(steps)
    assert next(steps, None) is None and agent.outcome and agent.outcome.answer == "so it is"
    assert device.values == {"Name": "Ada"}
    assert Trace(tmp_path / "run").steps[2].result.effect.where == "near"


def test_a_step_for_which_nothing_was_given_ends_the_run(tmp_path: Path) -> None:
    outcome = Agent(Called(), FakeDevice(), trace=tmp_path / "run").run("nothing")
    assert outcome.status == "gave_up" and "no action was given" in outcome.message
