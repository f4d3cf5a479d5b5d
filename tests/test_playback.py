"""A recorded run can be played against: the same acts go through, the first other one is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from screenwright.agent import Agent
from screenwright.policies import Scripted
from screenwright.tools import FakeDevice, Playback, Point, Size
from screenwright.tools.actions import Action, Click, TypeText
from screenwright.tools.contract import check_device
from screenwright.tools.errors import BadAction, BadScript

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


@pytest.mark.parametrize(
    "other",
    [Click(point=Point(230, 30, FRAME)), TypeText(text="Ada"), Click(point=Point(200, 30, FRAME), count=2)],
)
def test_the_first_other_act_is_said(folder: Path, other: Action) -> None:
    device = Playback(folder)
    with pytest.raises(BadAction, match=r"at step 0 the recording has 'click \(200, 30\)', not "):
        device.perform(other)
    assert not device.finished and device.perform(ACTS[0])


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
