"""Runs for the tests of demos: made by the real loop, or kept as a person's recording is. Not a test module."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from screenwright.agent import Agent
from screenwright.policies import Policy, Scripted
from screenwright.policies.replay.compiling import compile_trace
from screenwright.policies.replay.demo import Demo
from screenwright.policies.replay.folder import DemoFolder
from screenwright.tools import FakeDevice, Observation, Point, Reader, Step, Task, Trace, TraceWriter
from screenwright.tools.actions import Action, Wait, aim
from screenwright.tools.device import Device
from screenwright.tools.fake import Widget
from screenwright.tools.geometry import Region
from screenwright.tools.steps import Decision, Effect, Result, Verdict


class Asking:
    """A policy that has the system asked of each frame, as what records demos does."""

    def __init__(self, policy: Policy) -> None:
        self.policy, self.name = policy, policy.name

    def begin(self, task: Task) -> None:
        self.policy.begin(task)

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        observation.ask()
        return self.policy.decide(task, steps, observation)


def run(folder: Path, device: Device, policy: Policy, task: Task | str = "try it") -> Trace:
    """An agent's run, kept as demos are."""
    agent = Agent(Asking(policy), device, trace=TraceWriter(folder, elements=True))
    outcome = agent.run(task)
    assert outcome.ok, outcome
    return Trace(folder)


def played(folder: Path, device: Device, actions: Iterable[Action], task: Task | str = "try it") -> Trace:
    return run(folder, device, Scripted(actions), task)


def at(device: FakeDevice, widget: Widget) -> Point:
    """The middle of a widget."""
    return Point(widget.left + widget.width / 2, widget.top + widget.height / 2, device.size)


def shown(folder: Path, device: FakeDevice, actions: Iterable[Action], name: str = "shown") -> Trace:
    """As a person's recording: what is done is done to the device; a Wait tells how long was waited."""
    writer = TraceWriter(folder, elements=True)
    writer.begin(Task("", name=name), {"device": device.name, "policy": "human"})
    for index, action in enumerate(actions):
        before = device.observe()
        before.ask()
        if isinstance(action, Wait):
            device.idle(action.seconds)
        else:
            device.perform(action)
        after = device.observe()
        after.ask()
        decision = Decision(action, "as it was shown", source="human")
        result = Result(True, "", _effect(before, after, action))
        writer.add(Step(index, before, decision, Verdict("allow", "a person did it"), result, after=after))
    return Trace(folder)


def _effect(before: Observation, after: Observation, action: Action) -> Effect:
    changed = (before.pixels != after.pixels).any(axis=2)
    if not changed.any():
        return Effect("nothing", waited_s=0.1)
    rows, columns = changed.any(axis=1).nonzero()[0], changed.any(axis=0).nonzero()[0]
    region = Region.between(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    point = aim(action)
    near = point is None or region.grown(40).holds(point.x, point.y)
    return Effect("near" if near else "elsewhere", float(changed.mean()), (region,), 0.01, 0.02, waited_s=0.1)


def ids(demo: Demo) -> list[str]:
    return [step.id for step in demo.steps]


def make(trace: Trace, reader: Reader, name: str = "demo") -> DemoFolder:
    """Compiled beside its recording, and read back."""
    path = trace.folder.parent / f"{name}-demo"
    made = compile_trace(trace, path, name=name, reader=reader)
    again = DemoFolder.open(path)
    assert again.demo == made.demo
    assert again.trace and len(again.trace.steps) == len(trace.steps)
    for step in again.demo.steps:
        for looks in (step.on, step.to):
            for patch in looks.patches if looks else ():
                picture = again.picture(patch.file)
                assert picture is not None
                assert 0 <= patch.aim[0] < picture.shape[1] and 0 <= patch.aim[1] < picture.shape[0]
    return again
