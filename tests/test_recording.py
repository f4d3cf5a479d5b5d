"""What a person does on real programs becomes the steps of a trace, each with what was there before it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recordings import HOVER, LATE, actions, recording, shown, steps

from screenwright.tools.actions import Click, Drag, Move, PressKeys, Scroll, TypeText, Wait
from screenwright.tools.desktop import Desktop
from screenwright.tools.errors import BadScript
from screenwright.tools.geometry import Point, Region, Size
from screenwright.tools.recording.recorder import Recorder
from screenwright.tools.recording.sources import beside
from screenwright.tools.trace import Trace
from screenwright.tools.x11 import X11

FRAME = Size(1280, 800)


def at(x: float, y: float) -> Point:
    return Point(x, y, FRAME)


def tk(desktop: Desktop, tmp_path: Path, program: str, title: str, eventually: Any) -> None:
    path = tmp_path / "program.py"
    path.write_text(program, encoding="utf-8")
    desktop.start([sys.executable, str(path)])
    shown(desktop, title, eventually)


def test_an_editor_session_is_told_step_by_step(desktop: Desktop, tmp_path: Path, eventually: Any) -> None:
    desktop.start(["mousepad"])
    shown(desktop, "Mousepad", eventually)
    demo = tmp_path / "demo"
    with recording(desktop, demo) as hand:
        hand.do(TypeText(text="naïve 中文 😀 <>"), PressKeys(keys=("enter",)), TypeText(text="Zwei"))
        hand.do(Click(point=hand.named("Edit").region.center(FRAME)))
        hand.do(Click(point=hand.named("Select All").region.center(FRAME)))
        hand.do(Click(point=at(600, 400), count=2), Drag(start=at(400, 300), end=at(600, 500)))
        hand.do(Scroll(point=at(600, 400), down=3), PressKeys(keys=("ctrl", "a")), pause_s=0.6)
    done = steps(demo)
    assert [action.kind for action in actions(demo)] == [
        "type_text", "press_keys", "type_text", "click", "click", "click", "drag", "scroll", "press_keys",
    ]  # fmt: skip
    first, menu, item = done[0], done[3], done[4]
    assert first.decision and first.decision.action == TypeText(text="naïve 中文 😀 <>")
    assert first.decision.source == "human"
    assert first.verdict and first.verdict.rule == "a person did it"
    assert first.result.effect.where == "near"
    assert first.result.effect.first_s is not None and first.result.effect.first_s < 0.3
    assert menu.decision and menu.decision.thought == 'click menu "Edit"'
    # the menu closed with the click, and is there in what was seen before it
    assert item.decision and item.decision.thought == 'click menu "Select All"'
    assert any(e.text == "Select All" for e in item.observation.elements)
    assert item.after and not any(e.text == "Select All" for e in item.after.elements)
    assert (item.observation.pixels != item.after.pixels).any()
    assert item.observation.title == "*Untitled 1 - Mousepad"
    assert item.observation.program == "Mousepad"
    assert item.observation.focus is not None
    assert isinstance(actions(demo)[5], Click) and actions(demo)[5].count == 2  # type: ignore[union-attr]
    outcome = Trace(demo / "trace").outcome
    assert outcome and outcome.ok and outcome.steps == 9


def test_points_lie_on_the_frame_of_what_is_recorded(tmp_path: Path, eventually: Any) -> None:
    with Desktop.virtual(1600, 600, monitors=2) as desktop:
        demo = tmp_path / "second"
        recorder = Recorder(beside(desktop, monitor=2), demo, sign=False)
        with recorder:
            x11 = X11(desktop.environment["DISPLAY"])
            x11.click(1000, 300, "left", 1)
            time.sleep(0.6)
            x11.click(100, 300, "left", 1)  # on the other monitor: no part of what is recorded
            time.sleep(0.6)
            x11.close()
        assert actions(demo) == [Click(point=Point(200, 300, Size(800, 600)))]
        demo = tmp_path / "region"
        with Recorder(beside(desktop, region=Region(50, 100, 400, 300)), demo, sign=False):
            desktop.perform(Click(point=Point(100, 300, Size(800, 600))))
        assert actions(demo) == [Click(point=Point(50, 200, Size(400, 300)))]


def test_waiting_for_a_change_is_told_from_thinking(desktop: Desktop, tmp_path: Path, eventually: Any) -> None:
    tk(desktop, tmp_path, LATE, "Late", eventually)
    demo = tmp_path / "demo"
    with recording(desktop, demo) as hand:
        hand.do(Click(point=at(350, 153)), pause_s=2.6)  # "Make it"; what is made comes after 1.5 s
        hand.do(Click(point=at(350, 283)), pause_s=1.6)  # takes it; then thinks
        hand.do(Click(point=at(350, 224)), pause_s=0.5)
    assert [action.kind for action in actions(demo)] == ["click", "wait", "click", "click"]
    waited = steps(demo)[1]
    assert waited.decision and isinstance(waited.decision.action, Wait)
    assert waited.decision.action.until_change
    assert waited.decision.action.seconds == pytest.approx(2.6, abs=0.4)
    assert waited.after and (waited.observation.pixels != waited.after.pixels).any()
    assert (waited.after.pixels == steps(demo)[2].observation.pixels).all()


def test_a_hover_that_opened_what_was_clicked_is_a_step(desktop: Desktop, tmp_path: Path, eventually: Any) -> None:
    tk(desktop, tmp_path, HOVER, "Hover", eventually)
    demo = tmp_path / "demo"
    with recording(desktop, demo) as hand:
        hand.do(Click(point=at(500, 350)), pause_s=1.0)
        hand.do(Move(point=at(200, 190)), pause_s=0.8)
        hand.do(Click(point=at(200, 250)), pause_s=0.8)
        hand.do(Move(point=at(500, 300)), Move(point=at(520, 330)), Click(point=at(500, 350)))
    assert [action.kind for action in actions(demo)] == ["click", "move", "click", "click"]
    moved = actions(demo)[1]
    assert isinstance(moved, Move)
    assert abs(moved.point.x - 200) < 3 and abs(moved.point.y - 190) < 3


def test_pause_and_stop_by_hotkeys_that_no_program_gets(
    desktop: Desktop, echo: Any, tmp_path: Path, eventually: Any
) -> None:
    demo = tmp_path / "demo"
    recorder = Recorder(beside(desktop), demo)
    recorder.start()
    desktop.perform(TypeText(text="ab"))
    desktop.perform(PressKeys(keys=("ctrl", "alt", "p")))
    eventually(lambda: recorder.state == "paused")
    desktop.perform(TypeText(text="xy"))
    desktop.perform(PressKeys(keys=("ctrl", "alt", "p")))
    eventually(lambda: recorder.state == "recording")
    desktop.perform(TypeText(text="cd"))
    desktop.perform(PressKeys(keys=("ctrl", "alt", "q")))
    assert recorder.wait(5)
    recorder.stop()
    assert actions(demo) == [TypeText(text="ab"), TypeText(text="cd")]
    eventually(lambda: echo.text == "abxycd")
    assert not {"p", "q"} & {event["key"] for event in echo.events("KeyPress")}


def test_a_hotkey_that_is_taken_is_named_and_nothing_is_left_behind(desktop: Desktop, tmp_path: Path) -> None:
    with Recorder(beside(desktop), tmp_path / "first", sign=False):
        second = Recorder(beside(desktop), tmp_path / "second", sign=False)
        with pytest.raises(BadScript, match=r"ctrl\+alt\+p \(pause\) is taken"):
            second.start()
    assert not (tmp_path / "second").exists()
    with pytest.raises(BadScript, match="no chord"):
        Recorder(beside(desktop), tmp_path / "third", hotkeys={"stop": "ctrl+bogus"})


def test_the_sign_is_seen_by_people_only(desktop: Desktop, echo: Any, tmp_path: Path, eventually: Any) -> None:
    plain = desktop.observe().pixels.copy()
    demo = tmp_path / "demo"
    with recording(desktop, demo) as hand:
        corner = hand.recorder._sign.area if hand.recorder._sign else None
        assert corner and corner.y < 20 and corner.right > 1260
        eventually(lambda: (desktop.observe().crop(corner) != plain[12:38, corner.x : corner.right]).any())
        looks = {desktop.observe().crop(corner).tobytes()}
        for change in (hand.recorder.pause, hand.recorder.pause, hand.recorder.secret):
            before = desktop.observe().crop(corner).tobytes()
            change()
            eventually(lambda before=before: desktop.observe().crop(corner).tobytes() != before)  # type: ignore[misc]
            looks.add(desktop.observe().crop(corner).tobytes())
        assert len(looks) == 3
        hand.recorder.secret()
        hand.do(Move(point=at(1200, 30)))
        area = hand.recorder._sign.area if hand.recorder._sign else corner
        assert area != corner
        eventually(lambda: (desktop.observe().crop(corner) == plain[12:38, corner.x : corner.right]).all())
        hand.do(Click(point=at(area.x + 9, area.y + 4)), TypeText(text="q"))  # falls through to what is under it
    for step in steps(demo):
        for seen in (step.observation, step.after):
            assert seen is not None
            outside = np.ones(seen.pixels.shape[:2], bool)
            outside[80:520, 90:720] = False  # the window
            assert (seen.pixels == plain)[outside].all()
    assert (desktop.observe().pixels == plain)[-60:].all()


def test_a_click_falls_through_the_sign(desktop: Desktop, make_echo: Any, tmp_path: Path, eventually: Any) -> None:
    echo = make_echo(desktop, "1270x740+0+0")
    demo = tmp_path / "demo"
    with recording(desktop, demo) as hand:
        sign = hand.recorder._sign
        assert sign
        x, y = sign.area.middle
        hand.do(Click(point=at(x, y + 8)))  # before it can get out of the way
        eventually(lambda: echo.events("ButtonPress"))
    assert [action.kind for action in actions(demo)] == ["click"]


def test_what_is_done_in_its_own_terminal_is_left_out(desktop: Desktop, tmp_path: Path, eventually: Any) -> None:
    desktop.start(["xterm", "-T", "steering", "-geometry", "40x10+800+500"])
    shown(desktop, "steering", eventually)
    own = desktop.front()
    desktop.start(["mousepad"])
    shown(desktop, "Mousepad", eventually)
    assert own is not None
    demo = tmp_path / "demo"
    x11 = X11(desktop.environment["DISPLAY"])
    x11.raise_window(own)
    x11.close()
    eventually(lambda: desktop.observe().title == "steering")
    with recording(desktop, demo, own=own.id, sign=False) as hand:
        hand.do(Click(point=at(500, 400)), TypeText(text="kept"))
        hand.do(
            Click(point=at(own.region.x + 50, own.region.y + 90)), TypeText(text="q"), PressKeys(keys=("enter",))
        )
    assert actions(demo) == [Click(point=at(500, 400)), TypeText(text="kept")]
    # the terminal had the focus when the click came, but will not be there when it is played
    assert "Mousepad" in (steps(demo)[0].observation.title or "")


KILLED = """
import sys, time
from screenwright.tools.desktop import Desktop
from screenwright.tools.recording.recorder import Recorder
recorder = Recorder(lambda: Desktop(display=sys.argv[1]), sys.argv[2])
recorder.start()
print("ready", flush=True)
recorder.wait()
"""


def test_a_killed_recording_leaves_what_was_recorded(
    desktop: Desktop, echo: Any, tmp_path: Path, eventually: Any
) -> None:
    demo = tmp_path / "demo"
    argv = [sys.executable, "-c", KILLED, desktop.environment["DISPLAY"], str(demo)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=desktop.environment) as process:
        assert process.stdout and process.stdout.readline() == b"ready\n"
        desktop.perform(TypeText(text="one"))
        desktop.perform(PressKeys(keys=("enter",)))
        desktop.perform(Click(point=at(300, 300)))
        lines = demo / "trace" / "steps.jsonl"
        eventually(lambda: len(lines.read_bytes().splitlines()) >= 2)
        os.kill(process.pid, signal.SIGKILL)
    trace = Trace(demo / "trace")
    assert trace.outcome is None
    assert [step.decision.action.kind for step in trace.steps if step.decision][:2] == ["type_text", "press_keys"]
    assert trace.steps[0].observation.pixels.shape == (800, 1280, 3)


def test_a_display_that_dies_ends_it_with_what_was_recorded(tmp_path: Path, eventually: Any) -> None:
    demo = tmp_path / "demo"
    desktop = Desktop.virtual()
    recorder = Recorder(beside(desktop), demo)
    recorder.start()
    desktop.perform(Click(point=at(300, 300)))
    eventually(lambda: len((demo / "trace" / "steps.jsonl").read_bytes()) > 10)
    desktop.close()
    assert recorder.wait(10)
    outcome = recorder.stop()
    assert outcome.status == "error"
    assert "gone" in outcome.message or "come no more" in outcome.message
    assert [action.kind for action in actions(demo)] == ["click"]


def test_a_quiet_screen_costs_nothing_on_disk(desktop: Desktop, tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    with recording(desktop, demo) as hand:
        hand.do(Click(point=at(300, 300)), Click(point=at(600, 600)), Click(point=at(300, 600)))
    frames = list((demo / "trace" / "frames").iterdir())
    assert len(steps(demo)) == 3
    assert len(frames) == 1


def test_a_command_takes_its_place_among_events_that_are_heard_late() -> None:
    from screenwright.tools.recording.events import Raw
    from screenwright.tools.recording.inbox import Inbox

    inbox = Inbox()
    inbox.order("pause")
    now = time.perf_counter()
    for at_s in (now - 0.02, now - 0.01, now + 0.01):
        inbox.hear(Raw("move", at_s, 0, 0), None)
    inbox.order("stop")
    taken = [inbox.get(0.0) for _ in range(5)]
    assert [item if isinstance(item, str) else item[0].at < now for item in taken if item] == [
        True, True, "pause", "stop", False,
    ]  # fmt: skip
    assert inbox.get(0.0) is None


def test_steps_are_written_while_the_pointer_never_rests(
    desktop: Desktop, tmp_path: Path, eventually: Any
) -> None:
    demo = tmp_path / "demo"
    with recording(desktop, demo) as hand:
        hand.do(Click(point=at(300, 300)), pause_s=0)
        until = time.monotonic() + 10
        while not (demo / "trace" / "steps.jsonl").stat().st_size:
            assert time.monotonic() < until
            hand.do(Move(point=at(300 + int(time.monotonic() * 50) % 200, 500)), pause_s=0.02)
