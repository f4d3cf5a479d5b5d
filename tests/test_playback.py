"""A recorded run can be played against: the same acts go through, the first other one is said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from screenwright.agent import Agent
from screenwright.policies import Scripted
from screenwright.tools import FakeDevice, Playback, Point, Size
from screenwright.tools.actions import Action, Click, TypeText
from screenwright.tools.contract import check_device
from screenwright.tools.errors import BadAction, BadScript
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Step, Task
from screenwright.tools.trace import TraceWriter

FRAME = Size(480, 320)
ACTS: list[Action] = [
    Click(point=Point(200, 30, FRAME)),
    TypeText(text="Ada"),
    Click(point=Point(200, 110, FRAME)),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert Agent(Scripted(ACTS), FakeDevice(), trace=tmp_path / "run").run("x").ok
    return tmp_path / "run"


def test_it_keeps_the_contract(folder: Path) -> None:
    check_device(Playback(folder))


def test_the_same_acts_go_through_and_show_the_same_frames(folder: Path) -> None:
    device = Playback(folder)
    first = device.observe()
    assert Agent(Scripted(ACTS), device, trace=folder.parent / "again").run("x").ok
    assert device.finished
    assert (device.observe().pixels != first.pixels).any()


def test_some_pixels_off_is_the_same_act(folder: Path) -> None:
    assert Playback(folder).perform(Click(point=Point(206, 34, FRAME), target="Name"))


def test_what_both_call_the_same_may_be_further_apart(tmp_path: Path) -> None:
    """A tick box, and the words beside it."""
    acts = [Click(point=Point(200, 30, FRAME), target="Send me news")]
    assert Agent(Scripted(acts), FakeDevice(), trace=tmp_path / "run").run("x").ok
    device = Playback(tmp_path / "run")
    for other in (
        Click(point=Point(240, 30, FRAME), target="Send"),
        Click(point=Point(260, 30, FRAME), target="send me news"),
    ):
        with pytest.raises(BadAction):
            device.perform(other)
    assert device.perform(Click(point=Point(240, 30, FRAME), target="send me news"))


@pytest.mark.parametrize(
    "other",
    [Click(point=Point(230, 30, FRAME)), TypeText(text="Ada"), Click(point=Point(200, 30, FRAME), count=2)],
)
def test_the_first_other_act_is_said(folder: Path, other: Action) -> None:
    device = Playback(folder)
    with pytest.raises(BadAction, match=r"at step 0 the recording has 'click \(200, 30\)', not "):
        device.perform(other)
    assert not device.finished and device.perform(ACTS[0])
    assert device.parted and device.parted.decided == other and device.parted.recorded
    assert device.parted.recorded.index == 0 and "at step 0 the recording has" in str(device.parted)


def test_the_first_parting_stays(folder: Path) -> None:
    device = Playback(folder)
    assert device.perform(ACTS[0]) and device.parted is None
    for text in ("Eve", "Bob"):
        with pytest.raises(BadAction):
            device.perform(TypeText(text=text))
    assert device.parted and device.parted.decided == TypeText(text="Eve")


def test_what_the_system_told_is_told_again(tmp_path: Path) -> None:
    fake = FakeDevice()
    asked = [element for element in fake.observe().elements if element.role == "field"]

    class Asked(Scripted):
        def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
            observation.ask()
            return super().decide(task, steps, observation)

    Agent(Asked(ACTS), fake, trace=TraceWriter(tmp_path / "run", elements=True)).run("x")
    device = Playback(tmp_path / "run")
    seen = device.observe()
    assert [element for element in seen.elements if element.role == "field"] == asked
    assert seen.title == "fake"
    far = asked[0].region
    with pytest.raises(BadAction):
        device.perform(Click(point=Point(far.right + 1, far.y + 2, FRAME)))
    assert device.perform(Click(point=Point(far.right - 2, far.y + 2, FRAME)))  # the same field, 150 px away
    device.go_on(len(ACTS))
    assert device.finished and device.observe().title == "fake"  # as the step that said "done" was told


def test_an_act_that_is_said_to_be_alike(folder: Path) -> None:
    device = Playback(folder, alike=lambda action, step: isinstance(action, TypeText))
    assert device.perform(TypeText(text="Eve")) and device.accepts(TypeText(text="x"))
    assert device.expected and device.expected.index == 1
    assert (
        device.accepts(ACTS[2], ahead=1) and not device.accepts(ACTS[2]) and not device.accepts(ACTS[2], ahead=9)
    )
    device.go_on(5)
    assert device.finished and device.expected is None and device.parted is None


def test_beyond_the_end(folder: Path) -> None:
    device = Playback(folder)
    for act in ACTS:
        device.perform(act)
    with pytest.raises(BadAction, match="the recording ends here"):
        device.perform(ACTS[0])


def test_a_run_in_which_nothing_was_done(tmp_path: Path) -> None:
    Agent(Scripted([]), FakeDevice(), trace=tmp_path / "run").run("x")
    with pytest.raises(BadScript, match="nothing was done in the run"):
        Playback(tmp_path / "run")
