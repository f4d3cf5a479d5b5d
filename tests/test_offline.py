"""Any policy tried against a recording: what it decides beside what was recorded, and where they part first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from screenwright.agent import Agent
from screenwright.agent.models import Which
from screenwright.agent.offline import Comparison, alike_in, compare, recorded_values, tried
from screenwright.policies.cascade import Cascade
from screenwright.policies.literal.policy import Literal
from screenwright.policies.replay.demo import Demo, DemoStep, Looks, Parameter, Patch
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.scripted import Scripted
from screenwright.tools import FakeDevice, Playback
from screenwright.tools.actions import Action, Click, Done, PressKeys, TypeText, Wait
from screenwright.tools.errors import BadReply, BadScript
from screenwright.tools.geometry import Point, Size
from screenwright.tools.observation import Observation
from screenwright.tools.reading import Reader
from screenwright.tools.steps import Decision, Step, Task
from screenwright.tools.trace import TraceWriter

FRAME = Size(480, 320)
SCRIPT = '- type "Ada" into Name\n- type "Linz" into City\n- click Submit\n- wait for "submitted"'


def at(x: float, y: float) -> Click:
    return Click(point=Point(x, y, FRAME))


ACTS: list[Action] = [at(250, 35), TypeText(text="Ada"), at(250, 75), TypeText(text="Linz"), at(200, 115)]


class Asking(Scripted):
    """Asks what the system knows of each frame, as a recorder does."""

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        observation.ask()
        return super().decide(task, steps, observation)


@pytest.fixture
def playback(tmp_path: Path) -> Playback:
    acts = [*ACTS[:1], Wait(seconds=0), *ACTS[1:]]
    device = FakeDevice()
    assert Agent(Asking(acts), device, trace=TraceWriter(tmp_path / "run", elements=True)).run("x").ok
    assert device.values == {"Name": "Ada", "City": "Linz"}
    return Playback(tmp_path / "run")


def shown(said: Comparison) -> list[tuple[int | None, bool]]:
    return [(line.step, line.same) for line in said.lines]


def literal(reader: Reader, script: str, playback: Playback) -> Comparison:
    return compare(Literal(reader=reader, patience_s=0), Task(script), playback)


def test_a_policy_that_does_the_same(reader: Reader, playback: Playback) -> None:
    """The literal policy clicks elsewhere in the fields, waits, and selects what they hold: it is the same."""
    said = literal(reader, SCRIPT, playback)
    assert said.parted is None and said.same == 5, said.lines
    assert shown(said) == [(0, True), (2, True), (3, True), (4, True), (5, True)]
    assert playback.finished and playback.parted is None


def test_the_first_parting_and_what_comes_after_it(reader: Reader, playback: Playback) -> None:
    said = literal(reader, SCRIPT.replace("Linz", "Graz"), playback)
    assert shown(said) == [(0, True), (2, True), (3, True), (4, False), (5, True)], said.lines
    assert said.parted and "Graz" in said.parted.decided and "Linz" in said.parted.recorded
    assert said.summary()["parted"]["step"] == 4 and said.summary()["acts"] == 5


def test_a_step_that_is_not_found(reader: Reader, playback: Playback) -> None:
    said = literal(reader, '- type "Ada" into Name\n- type "Linz" into Street\n- click Submit', playback)
    assert shown(said) == [(0, True), (2, True), (3, False), (4, False), (5, True)], said.lines
    assert said.parted and "Street" in said.parted.decided


def test_a_step_that_was_not_recorded(reader: Reader, playback: Playback) -> None:
    said = literal(reader, SCRIPT.replace("- click", '- wait for "Nothing of the kind"\n- click'), playback)
    assert shown(said) == [(0, True), (2, True), (3, True), (4, True), (None, False), (5, True)], said.lines
    assert said.parted and "Nothing of the kind" in said.parted.decided


def test_it_stops_too_early_or_too_late(reader: Reader, playback: Playback) -> None:
    said = literal(reader, '- type "Ada" into Name', playback)
    assert shown(said) == [(0, True), (2, True), (3, False), (4, False), (5, False)]
    assert said.parted and said.parted.decided == "done"
    longer = literal(reader, SCRIPT + "\n- click Submit", Playback(playback.trace))
    assert shown(longer)[-1] == (None, False) and "click Submit" in longer.lines[-1].decided
    assert longer.parted == longer.lines[-1] and longer.same == 5


def test_any_other_policy_is_shown_what_was_recorded(playback: Playback) -> None:
    told: list[int] = []

    class Model(Scripted):
        """Stands for one that reads pictures: it does not keep a place of its own."""

        def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
            told.append(len(steps))
            if len(steps) == 2:
                self._next += 1
                raise BadReply("no action in it")
            return super().decide(task, steps, observation)

    acts: list[Action] = [at(20, 300), ACTS[1], ACTS[2], TypeText(text="Linz"), at(205, 120), Done()]
    said = compare(Model(acts), Task("x"), playback)
    assert shown(said) == [(0, False), (2, True), (3, False), (4, True), (5, True)]
    assert said.lines[2].decided == "no action in it"
    assert told == [0, 1, 2, 3, 4, 5]


def test_acts_that_only_prepare_the_typing(playback: Playback) -> None:
    empties = [PressKeys(keys=("ctrl", "a")), PressKeys(keys=("delete",))]
    acts = [ACTS[0], *empties, ACTS[1], TypeText(text="Linz"), ACTS[4]]
    said = compare(Scripted(acts), Task("x"), playback)
    assert said.parted is None and said.lines[2].note == "not needed", said.lines
    other = compare(Scripted([PressKeys(keys=("ctrl", "a")), *ACTS]), Task("x"), Playback(playback.trace))
    assert other.parted == other.lines[0]


def test_one_that_only_looks(playback: Playback) -> None:
    said = compare(Scripted([Wait(seconds=0)] * 500), Task("x"), playback)
    assert said.same == 0 and said.parted and "only looks" in said.parted.decided


def test_a_cascade_can_be_tried_too(reader: Reader, playback: Playback) -> None:
    said = compare(Cascade([Literal(reader=reader, patience_s=0), Scripted([])]), Task(SCRIPT), playback)
    assert said.parted is None and said.policy == "cascade"


def test_a_script_that_cant_be_read_is_told(reader: Reader, playback: Playback) -> None:
    with pytest.raises(BadScript):
        literal(reader, "frobnicate it", playback)


def test_the_box_of_the_target_and_the_values_come_from_the_demo(tmp_path: Path) -> None:
    """The trace tells no elements here, so only the demo knows how large the field is."""
    assert Agent(Scripted(ACTS[:2]), FakeDevice(), trace=tmp_path / "trace").run("x").ok
    patch = Patch(file="x.png", aim=(120, 20), target=(10, 6, 220, 28))
    steps = (
        DemoStep(id="field", do="click", on=Looks(text="Name", patches=(patch,)), recorded=0),
        DemoStep(id="type", do="type_text", text="A{{middle}}{{secret_end}}", recorded=1),
    )
    parameters = {"middle": Parameter(), "secret_end": Parameter(secret=True), "other": Parameter(default="o")}
    folder = DemoFolder(tmp_path, Demo(name="x", parameters=parameters, steps=steps))
    playback = Playback(tmp_path / "trace", alike=alike_in(folder))
    assert playback.accepts(at(250 - 109, 35)) and playback.accepts(at(250 + 109, 35 + 13))
    assert not playback.accepts(at(250 - 111, 35)) and not playback.accepts(at(250 + 111, 35))
    assert not playback.accepts(at(250 - 109, 35).model_copy(update={"button": "right"}))
    values = recorded_values(folder)
    assert "A" + values["middle"] + values["secret_end"] == "Ada" and values["other"] == "o"
    said = tried(folder, {}, "replay", Which())
    assert said.lines[1].same, said.lines
    with pytest.raises(BadScript, match="there is no such policy to try"):
        tried(folder, {}, "oracle", Which())
