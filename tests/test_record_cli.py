"""`screenwright record` from start to a compiled demo, and a demo made of an agent's run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recordings import LOGIN, shown

from screenwright.agent.record import new_demo, save_run
from screenwright.tools.actions import Click, PressKeys, TypeText
from screenwright.tools.desktop import Desktop
from screenwright.tools.errors import BadScript
from screenwright.tools.geometry import Point, Size
from screenwright.tools.steps import Decision, Outcome, Result, Step, Task, Verdict
from screenwright.tools.trace import Trace, TraceWriter

FRAME = Size(1280, 800)
COMMAND = "import typer; from screenwright.agent.record_cli import record; typer.run(record)"


@contextmanager
def record(desktop: Desktop, folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The command under way on that desktop, its lines of input ours; it has said that it records."""
    environment = {**desktop.environment, "XDG_SESSION_TYPE": "x11"}
    environment.pop("WINDOWID", None)
    argv = [sys.executable, "-c", COMMAND, *words, "--into", str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def began(folder: Path, eventually: Any) -> None:
    eventually(lambda: (folder / "trace" / "steps.jsonl").exists(), 30)
    time.sleep(0.2)  # the source of events is started right after


def say(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin
    process.stdin.write(line + "\n")
    process.stdin.flush()


def test_a_session_is_recorded_and_read_back(desktop: Desktop, tmp_path: Path, eventually: Any) -> None:
    desktop.start(["mousepad"])
    shown(desktop, "Mousepad", eventually)
    with record(desktop, tmp_path, "note") as process:
        began(tmp_path / "note", eventually)
        desktop.perform(TypeText(text="Hello Ada"))
        time.sleep(0.5)
        say(process, "p")
        time.sleep(0.3)
        desktop.perform(TypeText(text="unseen"))
        say(process, "p")
        time.sleep(0.3)
        desktop.perform(PressKeys(keys=("ctrl", "a")))
        time.sleep(0.8)
        say(process, "q")
        out, told = process.communicate(timeout=90)
    assert process.returncode == 0, told
    assert "recording note on desktop" in told
    assert "ctrl+alt+q stops it" in told
    assert "type 'Hello Ada'" in told
    assert "unseen" not in told + out
    assert "2 steps" in out and "ctrl+a" in out
    assert f"screenwright replay {tmp_path / 'note'}" in out
    assert (tmp_path / "note" / "demo.yaml").exists()


def test_ctrl_c_keeps_what_was_done_and_json_is_one_object(
    desktop: Desktop, echo: Any, tmp_path: Path, eventually: Any
) -> None:
    with record(desktop, tmp_path, "short", "--json", "--no-sign") as process:
        began(tmp_path / "short", eventually)
        desktop.perform(Click(point=Point(300, 300, FRAME)))
        desktop.perform(TypeText(text="kept"))
        time.sleep(0.3)
        os.kill(process.pid, signal.SIGINT)
        out, told = process.communicate(timeout=90)
    assert process.returncode == 0, told
    facts = json.loads(out)
    assert facts["status"] == "done"
    assert len(facts["steps"]) == 2
    outcome = Trace(tmp_path / "short" / "trace").outcome
    assert outcome and outcome.steps == 2


def test_nothing_done_leaves_nothing(desktop: Desktop, tmp_path: Path, eventually: Any) -> None:
    with record(desktop, tmp_path, "empty") as process:
        began(tmp_path / "empty", eventually)
        os.kill(process.pid, signal.SIGTERM)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "nothing was done" in told
    assert not (tmp_path / "empty").exists()


def test_a_name_that_is_taken_or_can_not_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    with pytest.raises(BadScript, match="choose another name, or delete it"):
        new_demo("old", tmp_path)
    for name in ("a/b", "", "..", "two words"):
        with pytest.raises(BadScript, match="can't be a demo's name"):
            new_demo(name, tmp_path)
    assert new_demo("Grüße-1", tmp_path) == tmp_path / "Grüße-1"


def test_without_a_display_it_says_so(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    argv = [sys.executable, "-c", COMMAND, "x", "--into", str(tmp_path)]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 7
    assert "there is no display" in done.stderr
    assert list(tmp_path.iterdir()) == []


def written(desktop: Desktop, folder: Path, typed: str, status: Any = "done") -> TraceWriter:
    """A run that typed into the focused field."""
    writer = TraceWriter(folder)
    writer.begin(Task("type it"), {"device": desktop.name, "policy": "literal"})
    before = desktop.observe()
    action = TypeText(text=typed)
    desktop.perform(TypeText(text="hunter2xW"))
    time.sleep(0.5)
    after = desktop.observe()
    writer.add(Step(0, before, Decision(action), Verdict("allow"), Result(True), 0.0, after))
    writer.end(Outcome(status, steps=1))
    return writer


def test_a_run_that_ended_well_becomes_a_demo_without_its_secrets(
    desktop: Desktop, tmp_path: Path, eventually: Any
) -> None:
    path = tmp_path / "login.py"
    path.write_text(LOGIN, encoding="utf-8")
    desktop.start([sys.executable, str(path)])
    shown(desktop, "Login", eventually)
    desktop.perform(PressKeys(keys=("tab",)))
    time.sleep(0.3)
    writer = written(desktop, tmp_path / "run", "{{secret_word}}")
    demo = save_run(writer.folder, "kept", tmp_path / "demos")
    assert demo.path == tmp_path / "demos" / "kept"
    assert demo.demo.steps[0].text == "{{secret_word}}"
    step = Trace(demo.path / "trace").steps[0]
    assert step.after is not None
    assert (step.after.pixels == step.observation.pixels).mean() > 0.9999
    assert np.abs(Trace(writer.folder).steps[0].after.pixels.astype(int) - step.after.pixels).max() > 50  # type: ignore[union-attr]
    with pytest.raises(BadScript, match="is there already"):
        save_run(writer.folder, "kept", tmp_path / "demos")


def test_a_run_that_failed_makes_no_demo(desktop: Desktop, echo: Any, tmp_path: Path) -> None:
    writer = written(desktop, tmp_path / "run", "x", "stuck")
    with pytest.raises(BadScript, match="ended with stuck"):
        save_run(writer.folder, "no", tmp_path / "demos")
    assert not (tmp_path / "demos").exists()
