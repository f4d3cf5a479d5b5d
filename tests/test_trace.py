"""A trace says what happened, whatever happened: killed, on a full disk, from a newer version, cut short."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screenwright.agent import Agent
from screenwright.policies import Scripted
from screenwright.tools import FakeDevice, Observation, Point, Size, Step, Task, Trace, TraceWriter
from screenwright.tools.actions import Click, TypeText
from screenwright.tools.changes import changed_regions
from screenwright.tools.elements import Element
from screenwright.tools.errors import BadScript
from screenwright.tools.frames import FrameStore
from screenwright.tools.geometry import Region, View
from screenwright.tools.steps import Decision, Effect, Outcome, Result, Verdict
from screenwright.tools.trace import TraceLost

FRAME = Size(480, 320)


def observation(pixels: Any, serial: int) -> Observation:
    size = Size(pixels.shape[1], pixels.shape[0])
    return Observation(View(size), pixels=pixels, device="test", serial=serial, taken_at=float(serial))


def picture(seed: int = 0, size: Size = FRAME) -> Any:
    return np.random.default_rng(seed).integers(0, 255, (size.height, size.width, 3), np.uint8)


def test_steps_come_back_as_they_were(tmp_path: Path) -> None:
    step = Step(
        0,
        observation(picture(1), 1),
        Decision(Click(point=Point(1, 2, FRAME), target="中文"), "because", "<raw>", {"tokens": 3.0}, 0.5, "me"),
        Verdict("ask", "rule 1", "why", asked=True),
        Result(
            True,
            "done",
            Effect("near", 0.1, (Region(1, 2, 3, 4),), 0.1, 0.2, False, (Region(5, 6, 7, 8),), 0.3),
            {"a": 1.0},
        ),
        12.5,
        observation(picture(2), 2),
    )
    writer = TraceWriter(tmp_path / "run")
    writer.begin(Task("do", {"a": "b"}, "name"), {"policy": "p"})
    writer.add(step)
    writer.end(Outcome("done", "", "42", 1, 2.0))
    trace = Trace(tmp_path / "run")
    read = trace.steps[0]
    assert (read.index, read.decision, read.verdict, read.result, read.started) == (
        0, step.decision, step.verdict, step.result, 12.5,
    )  # fmt: skip
    assert (read.observation.pixels == picture(1)).all()
    assert read.after is not None and (read.after.pixels == picture(2)).all()
    assert trace.task == Task("do", {"a": "b"}, "name")
    assert trace.outcome and trace.outcome.answer == "42"


def test_identical_frames_are_stored_once_and_small_changes_as_patches(tmp_path: Path) -> None:
    store = FrameStore(tmp_path)
    first = picture(1)
    changed = first.copy()
    changed[100:110, 200:230] = 0
    numbers = [store.put(observation(p, n)) for n, p in enumerate([first, first.copy(), changed, first, changed])]
    assert numbers == [0, 0, 1, 0, 1]
    files = sorted(path.stat().st_size for path in (tmp_path / "frames").iterdir())
    assert len(files) == 2 and files[0] < 1500 < files[1]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 40), st.integers(1, 30), st.integers(1, 20)), max_size=50
    )
)
def test_every_frame_comes_back_to_the_pixel(tmp_path_factory: pytest.TempPathFactory, boxes: list[Any]) -> None:
    store = FrameStore(tmp_path_factory.mktemp("frames"))
    pixels = picture(3, Size(64, 48))
    kept = []
    for number, (x, y, width, height) in enumerate(boxes):
        pixels = pixels.copy()
        pixels[y : y + height, x : x + width] = number * 5 % 251
        kept.append((store.put(observation(pixels, number)), pixels))
    for number, wanted in kept:
        assert (store.pixels(number) == wanted).all()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 69)), max_size=12))
def test_the_regions_hold_every_pixel_that_differs(spots: list[tuple[int, int]]) -> None:
    before = np.zeros((70, 100), np.uint32)
    after = before.copy()
    for x, y in spots:
        after[y, x] = 0x00FF00
    regions = changed_regions(before, after)
    assert all(any(region.holds(x, y) for region in regions) for x, y in spots)
    assert bool(regions) == bool(spots)
    noise = before | np.uint32(0xFF000000)
    assert changed_regions(before, noise) == []


KILLED = """
import sys
from screenwright.agent import Agent
from screenwright.policies import Scripted
from screenwright.tools import FakeDevice, Point, Size
from screenwright.tools.actions import Click, TypeText
actions = [Click(point=Point(200, 30, Size(480, 320)))] + [TypeText(text="word ")] * 500
class Says:
    def began(self, task, folder): pass
    def ended(self, outcome): pass
    def stepped(self, step): print(step.index, flush=True)
Agent(Scripted(actions), FakeDevice(), trace=sys.argv[1], listeners=[Says()]).run("type")
"""


def test_kill_9_leaves_a_readable_trace(tmp_path: Path) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path / "run")], stdout=subprocess.PIPE, text=True
    )
    assert run.stdout
    for line in run.stdout:
        if line.strip() == "4":
            os.kill(run.pid, signal.SIGKILL)
            break
    run.wait()
    run.stdout.close()
    trace = Trace(tmp_path / "run")
    assert len(trace.steps) >= 5 and trace.outcome is None
    for step in trace.steps:
        assert step.observation.pixels.shape == (320, 480, 3)


def test_a_half_written_line_is_passed_over_and_said(tmp_path: Path) -> None:
    Agent(Scripted([TypeText(text="x")]), FakeDevice(), trace=tmp_path / "run").run("x")
    lines = tmp_path / "run" / "steps.jsonl"
    lines.write_text(lines.read_text() + '{"index": 2, "fra')
    trace = Trace(tmp_path / "run")
    assert len(trace.steps) == 2
    assert trace.damaged == ["steps.jsonl, line 3 is not whole"]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("a tiny disk can only be mounted by root")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_ends_the_run_with_a_clear_word(tiny_disk: Path) -> None:
    class Noisy(FakeDevice):
        def observe(self) -> Observation:
            seen = super().observe()
            return observation(picture(seen.serial), seen.serial)

    actions = [TypeText(text=str(n)) for n in range(9)]
    outcome = Agent(Scripted(actions), Noisy(), trace=tiny_disk / "run").run("x")
    assert outcome.status == "error"
    assert "can't be written: No space left on device" in outcome.message and "make room" in outcome.message
    Trace(tiny_disk / "run").steps  # noqa: B018 - what there is stays readable


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    device = FakeDevice()
    with pytest.raises(BadScript, match=r"can't be written to .*; choose another folder"):
        Agent(Scripted([TypeText(text="x")]), device, trace=tmp_path / "file" / "run").run("x")
    assert device.log == []


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such modes")
def test_a_run_is_for_its_owner_alone_and_a_folder_that_was_there_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir(mode=0o755)
    for name in ("new", "there"):
        TraceWriter(tmp_path / name).begin(Task("x"), {})
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("new", "there")]
    assert modes == [0o700, 0o755]


def test_a_run_is_never_overwritten(tmp_path: Path) -> None:
    Agent(Scripted([]), FakeDevice(), trace=tmp_path / "run").run("x")
    with pytest.raises(BadScript, match="already holds a run"):
        Agent(Scripted([]), FakeDevice(), trace=tmp_path / "run").run("x")
    folders = {TraceWriter(root=tmp_path / "runs", name="Größe!").folder for _ in range(3)}
    assert len(folders) == 3


def test_a_folder_taken_away_is_a_lost_trace(tmp_path: Path) -> None:
    writer = TraceWriter(tmp_path / "run")
    writer.begin(Task("x"), {})
    shutil.rmtree(tmp_path / "run")
    with pytest.raises(TraceLost, match="the folder is gone"):
        writer.add(Step(0, observation(picture(), 1), None, None, Result(True)))


@pytest.mark.parametrize(
    ("meta", "said"),
    [("{", "meta.json can't be read"), ('{"version": 99}', "trace format 99; this screenwright reads up to 1")],
)
def test_what_is_no_trace_is_said(tmp_path: Path, meta: str, said: str) -> None:
    (tmp_path / "meta.json").write_text(meta)
    with pytest.raises(BadScript, match=said):
        Trace(tmp_path)


def test_the_newest_of_several_runs(tmp_path: Path) -> None:
    with pytest.raises(BadScript, match="holds no run"):
        Trace(tmp_path)
    for name in ("a", "b"):
        Agent(Scripted([]), FakeDevice(), trace=tmp_path / name).run(name)
    os.utime(tmp_path / "a" / "meta.json", (1, 1))
    assert Trace(tmp_path).task.text == "b"
    assert json.loads((tmp_path / "b" / "meta.json").read_text())["policy"] == "scripted"


def test_what_the_system_told_comes_back(tmp_path: Path) -> None:
    button = Element("Save", Region(10, 20, 80, 30), "button", "atspi", focused=True)
    field = Element("Name", Region(10, 60, 200, 30), "field", "atspi", 0.5, "Ada", enabled=False)
    window = Region(4, 8, 400, 300)

    def told(serial: int) -> Observation:
        return Observation(
            View(FRAME), pixels=picture(serial), device="test", serial=serial, taken_at=float(serial),
            elements=lambda: [button, field], title=lambda: "Sign up", program=lambda: "tk", focus=lambda: window,
        )  # fmt: skip

    asked, unasked = told(1), told(2)
    asked.ask()
    for keep in (True, False):
        writer = TraceWriter(tmp_path / str(keep), elements=keep)
        writer.begin(Task("t"), {})
        for seen in (asked, asked, unasked):
            writer.add(Step(0, seen, None, None, Result(True), after=seen))
        trace = Trace(tmp_path / str(keep))
        first, again, last = trace.steps
        for seen in (first.observation, first.after, again.observation):
            assert seen and list(seen.elements) == ([button, field] if keep else [])
            assert (seen.title, seen.program, seen.focus) == ("Sign up", "tk", window)
        assert (list(last.observation.elements), last.observation.title) == ([], None)
    lines = (tmp_path / "True" / "elements.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1, "what is the same is told once"


@pytest.mark.parametrize(
    "line", ['{"frame": 0, "elem', "[]", "{}", '{"frame": 0, "elements": [{"colour": 3}]}', "7", "\0"]
)
def test_a_damaged_elements_file_does_no_harm(tmp_path: Path, line: str) -> None:
    writer = TraceWriter(tmp_path / "run", elements=True)
    writer.begin(Task("t"), {})
    device = FakeDevice()
    for _ in range(2):
        seen = device.observe()
        seen.ask()
        writer.add(Step(0, seen, None, None, Result(True)))
        device.perform(Click(point=Point(200, 30, FRAME)))
    path = tmp_path / "run" / "elements.jsonl"
    whole = path.read_text(encoding="utf-8").splitlines()
    path.write_text(f"{line}\n{whole[1]}\n", encoding="utf-8")
    trace = Trace(tmp_path / "run")
    assert not trace.steps[0].observation.elements
    assert trace.steps[1].observation.elements
    assert trace.steps[0].observation.title == "fake"
    assert trace.damaged
    path.unlink()
    assert not Trace(tmp_path / "run").steps[1].observation.elements


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("steps.jsonl", '{"frame": 0}'),
        ("steps.jsonl", "[]"),
        ("steps.jsonl", '{"frame": 99}'),
        ("frames.jsonl", '{"id": 7, "size": [9, 9], "base": null, "parts": [["../../meta.json", 0, 0, 9, 9]]}'),
        ("frames.jsonl", "17"),
        ("frames.jsonl", '{"id": 7, "size": ["9", 9], "base": null, "parts": []}'),
        ("frames.jsonl", '{"id": 7, "size": [99999, 99999], "base": null, "parts": []}'),
    ],
)
def test_a_line_that_is_none_of_it_is_noted_and_the_others_are_read(tmp_path: Path, file: str, line: str) -> None:
    Agent(Scripted([TypeText(text="x")]), FakeDevice(), trace=tmp_path / "run").run("x")
    whole = len(Trace(tmp_path / "run").steps)
    with (tmp_path / "run" / file).open("a", encoding="utf-8") as lines:
        lines.write(line + "\n")
    trace = Trace(tmp_path / "run")
    assert len(trace.steps) == whole and file in trace.damaged[0]


@pytest.mark.parametrize("meta", ['{"version": 1}', "[]", '{"version": 1, "task": {"words": 1}}'])
def test_a_meta_that_holds_something_else_is_no_run(tmp_path: Path, meta: str) -> None:
    (tmp_path / "meta.json").write_text(meta)
    with pytest.raises(BadScript, match=re.escape(str(tmp_path))):
        Trace(tmp_path)


def leaves(facts: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in some JSON, the whole of it first."""
    yield path
    items = facts.items() if isinstance(facts, dict) else enumerate(facts) if isinstance(facts, list) else ()
    for key, value in items:
        yield from leaves(value, (*path, key))


def test_a_step_whose_fields_hold_something_else_is_damaged_or_fit_to_be_shown(tmp_path: Path) -> None:
    from screenwright.agent.view import write_page
    from screenwright.agent.view.junit import case_of
    from screenwright.agent.view.told import told

    Agent(Scripted([Click(point=Point(200, 34, FRAME))]), FakeDevice(), trace=tmp_path / "run").run("x")
    path = tmp_path / "run" / "steps.jsonl"
    line, rest = path.read_text(encoding="utf-8").split("\n", 1)
    damaged = 0
    for number, place in enumerate(list(leaves(json.loads(line)))[1:]):
        facts = json.loads(line)
        held: Any = facts
        for key in place[:-1]:
            held = held[key]
        held[place[-1]] = ["x", {"a": 1}, None, -1e300][number % 4]
        path.write_text(json.dumps(facts) + "\n" + rest, encoding="utf-8")
        run = told(tmp_path / "run")
        assert len(run.steps) == 2 - bool(run.damaged), place
        damaged += bool(run.damaged)
        case_of(run)
        if number % 8 == 0:
            write_page(tmp_path / "run")
    assert damaged > 30
