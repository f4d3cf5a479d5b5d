"""Healing on real windows: what was written is checked in files, never on the screen."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from screenwright.agent import Agent, Limits
from screenwright.policies import Guard, Literal
from screenwright.policies.replay.compiling import compile_trace
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.replay.policy import Replay
from screenwright.tools import Desktop, Outcome, Task, Trace, TraceWriter
from screenwright.tools.observation import Observation
from screenwright.tools.reading import Reader
from screenwright.tools.steps import Decision

SIGNUP = Path(__file__).resolve().parents[1] / "demos" / "programs" / "signup.py"
Eventually = Callable[..., Any]


class Told(Literal):
    """The literal policy; what the system tells of each frame is asked before it acts, as a recorder does."""

    def decide(self, task: Task, steps: Any, observation: Observation) -> Decision:
        observation.ask()
        return super().decide(task, steps, observation)


def record(desktop: Desktop, script: str, path: Path, reader: Reader) -> DemoFolder:
    writer = TraceWriter(path.with_name("recording"), elements=True)
    outcome = Agent(Told(script, reader=reader), desktop, guard=Guard([], "allow"), trace=writer).run(Task(""))
    assert outcome.ok, outcome.message
    return compile_trace(Trace(writer.folder), path, name=path.name, reader=reader)


def replay(
    desktop: Desktop, folder: DemoFolder, reader: Reader, tmp_path: Path, **values: str
) -> tuple[Outcome, Replay]:
    policy = Replay(folder, reader=reader)
    agent = Agent(policy, desktop, trace=tmp_path / "replayed", limits=Limits(seconds=90))
    return agent.run(Task("", values)), policy


def ended(process: Any) -> None:
    process.terminate()
    process.wait(timeout=10)


def test_a_dialog_over_mousepad_gets_neither_the_keys_nor_the_clicks(
    desktop: Desktop, reader: Reader, eventually: Eventually, tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"

    def mousepad() -> Any:
        note.write_text("", encoding="utf-8")
        started = desktop.start(["mousepad", "--disable-server", str(note)])
        eventually(lambda: "note.txt" in (desktop.observe().title or ""))
        return started

    program = mousepad()
    script = '- type "Tea at five"\n- click "File"\n- click "Save"'
    folder = record(desktop, script, tmp_path / "d", reader)
    eventually(lambda: note.read_text(encoding="utf-8").strip() == "Tea at five")
    ended(program)

    program = mousepad()
    words = ["--info", "--title", "Update", "--text", "A new version can be had", "--width", "300"]
    dialog = desktop.start(["zenity", *words])
    eventually(lambda: desktop.observe().title == "Update")
    outcome, policy = replay(desktop, folder, reader, tmp_path)
    assert outcome.ok, outcome.message
    eventually(lambda: note.read_text(encoding="utf-8").strip() == "Tea at five")
    assert [heal.what for heal in policy.heals] == ["interruption"], policy.heals
    assert dialog.wait(timeout=10) == 0  # it was answered with its own button
    ended(program)


def test_a_renamed_button_in_tk_is_found_by_what_stands_around_it(
    desktop: Desktop, reader: Reader, eventually: Eventually, tmp_path: Path
) -> None:
    out = tmp_path / "signup.json"

    def form(*more: str) -> Any:
        out.unlink(missing_ok=True)
        return desktop.start([sys.executable, str(SIGNUP), str(out), *more])

    program = form()
    script = '- wait for "Submit" (30 s)\n- type "Ada" into Name\n- check "Send me news"\n- click Submit\n'
    folder = record(desktop, script, tmp_path / "d", reader)
    eventually(out.exists)
    ended(program)

    program = form("--rename", "Submit=Register", "--place", "+300+200")
    [name] = folder.demo.parameters
    outcome, policy = replay(desktop, folder, reader, tmp_path, **{name: "Grace"})
    assert outcome.ok, outcome.message
    eventually(out.exists)
    facts = json.loads(out.read_text(encoding="utf-8"))
    assert (facts["name"], facts["news"]) == ("Grace", True)
    assert ("renamed", "Register") in [(heal.what, heal.text) for heal in policy.heals]
    ended(program)
