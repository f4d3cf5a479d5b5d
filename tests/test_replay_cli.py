"""`screenwright replay` as a person uses it: values, secrets, stopping and going on, and what is said."""

from __future__ import annotations

import json
import os
import pty
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from replays import COMMAND, ON_ITS_OWN, SCRIPT, SECRET_EMAIL, SIGNUP, Tool, edited

from screenwright.agent.view import write_page
from screenwright.policies.replay.folder import DemoFolder
from screenwright.tools import Trace
from screenwright.tools.display import VirtualDisplay

PIN = "hunter2@example.com"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Tool:
    """A folder with a demo in it, made by `run --save`."""
    tool = Tool(tmp_path_factory.mktemp("made"))
    (tool.folder / "task.md").write_text(SCRIPT)
    told = tool.json("run", "task.md", *ON_ITS_OWN, *tool.opened(), "--save", "signup")
    assert told["demo"] == "demos/signup" and tool.submitted()["name"] == "Ada"
    assert (
        "saved as a demo of 3 steps: demos/signup; play it with: screenwright replay demos/signup" in tool.errors
    )
    return tool


@pytest.fixture
def tool(made: Tool, tmp_path: Path) -> Tool:
    shutil.copytree(made.folder / "demos", tmp_path / "demos")
    return Tool(tmp_path, made.environment)


def test_a_run_that_is_done_becomes_a_demo(made: Tool) -> None:
    folder = DemoFolder.open(made.folder / "demos" / "signup")
    assert [step.do for step in folder.demo.steps] == ["type_text", "type_text", "click"]
    assert folder.demo.parameters["name"].default == "Ada" and folder.trace
    assert "Sign up" in [step.observation.title for step in folder.trace.steps]  # asked while it was so


def test_a_run_that_is_not_done_is_not_saved(tool: Tool) -> None:
    told = tool.json("run", 'Wait for "Unheard of" (1 s)', *ON_ITS_OWN, "--save", "nothing", code=3)
    assert told["demo"] is None and not (tool.folder / "demos" / "nothing").exists()
    assert "no demo 'nothing' is made: the run ended with gave_up" in tool.errors
    assert "is there already" in tool.fails("run", "Click x", "--virtual", "--save", "signup")
    assert "leave --dry-run" in tool.fails("run", "Click x", "--virtual", "--save", "new", "--dry-run")
    assert "can't be a demo's name" in tool.fails("run", "Click x", "--virtual", "--save", "a/b")


def test_it_plays_with_other_values_and_says_how_sure_it_is(tool: Tool) -> None:
    told = tool.json(
        "replay", "signup", "--set", "name=Bob", "--virtual", *tool.opened(), "--junit", "r/junit.xml"
    )
    assert '<testcase classname="screenwright.signup" name="signup"' in (tool.folder / "r/junit.xml").read_text()
    assert told["status"] == "done" and told["from"] is None and told["healed"] == 0
    assert tool.submitted() | {"name": "Bob", "email": "ada@example.com"} == tool.submitted()
    trace = Trace(tool.folder / told["trace"])
    assert trace.task.parameters["name"] == "Bob" and trace.steps[0].observation.frame.width == 800
    clicks = [s.decision for s in trace.steps if s.decision and s.decision.action.kind == "click"]
    assert clicks and all(click.confidence and "near, " in click.thought for click in clicks)


def test_what_was_healed_is_told_with_what_to_do_about_it(tool: Tool) -> None:
    shutil.rmtree(tool.folder / "demos" / "signup" / "pictures")
    said = tool("replay", "signup", "--virtual", *tool.opened(), "--trace", "t").splitlines()
    proposals = list((tool.folder / "demos" / "signup" / "proposals").glob("*.yaml"))
    healed = next(line for line in said if "healed; see" in line)
    assert len(proposals) == 1 and str(proposals[0].relative_to(tool.folder)) in healed
    assert "`screenwright demo accept demos/signup` makes" in healed
    assert tool.submitted()["name"] == "Ada"
    page = write_page(tool.folder / "t").read_text(encoding="utf-8")
    facts = json.loads(page.partition('type="application/json" id="run">')[2].partition("</script>")[0])
    thoughts = [(step["thought"], step["confidence"]) for step in facts["steps"]]
    assert any("type-name: text, " in thought and sure and sure > 0.6 for thought, sure in thoughts), thoughts


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nosuch"], "there is no demo 'nosuch'"),
        (["signup", "--set", "nam=x"], "has no parameter 'nam'; it has: name, email"),
        (["signup", "--set", "name"], "is not NAME=VALUE"),
        (["signup", "--from", "nosuch"], "no step 'nosuch'"),
        (["signup", "--policy", "oracle"], "there is no such help; there is: auto, none, literal"),
        (["signup", "--check", "--offline"], "--check and --offline are different things"),
        (["signup", "--from", "2", "--csv", "x.csv"], "--from begins one run; leave it, or --csv"),
        (["signup", "--results", "x.csv"], "give --csv FILE"),
        (["signup", "--virtual", "--size", "big"], "write it like 1280x800"),
        (["signup", "--rules", "none.yaml"], "can't be read"),
        (["signup", "--trace", "taken"], "already holds a run"),
        (["broken"], "demo.yaml"),
        (["signup", "--offline", "--policy", "oracle"], "no such policy to try"),
    ],
)
def test_bad_input_is_one_line_and_two(tool: Tool, words: list[str], says: str) -> None:
    (tool.folder / "demos" / "broken").mkdir()
    (tool.folder / "demos" / "broken" / "demo.yaml").write_text("screenwright_demo: 1\nname: x\nsteps:\n - {id: a")
    (tool.folder / "taken").mkdir()
    (tool.folder / "taken" / "meta.json").write_text("{}")
    own = () if "--virtual" in words or {"--check", "--offline"} & {*words} else ("--virtual",)
    assert says in tool.fails("replay", *words, *own)


def test_values_that_are_missing_are_told_at_once(tool: Tool) -> None:
    edited(tool.folder / "demos" / "signup", *SECRET_EMAIL)
    said = tool.fails("replay", "signup", "--virtual")
    assert (
        "needs a value for name (who signs up), with --set name=VALUE; and for secret_email (where to write)"
        in said
    )
    assert (
        "with the environment variable SCREENWRIGHT_SECRET_EMAIL" in said and not (tool.folder / "runs").exists()
    )


def files_with(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_a_secret_goes_into_the_program_and_nowhere_else(tool: Tool) -> None:
    edited(tool.folder / "demos" / "signup", *SECRET_EMAIL)
    words = ("replay", "signup", "--set", "name=Bob", "--virtual", *tool.opened())
    said = tool(*words, SCREENWRIGHT_SECRET_EMAIL=PIN)
    assert tool.submitted()["email"] == PIN and "type '{{secret_email}}'" in said
    assert PIN not in said + tool.errors
    assert files_with(tool.folder, PIN) == [tool.folder / "out.json"]
    assert files_with(tool.folder / "runs", "{{secret_email}}")
    tool("replay", "signup", "--set", f"secret_email={PIN}", "--set", "nam=x", "--virtual", code=2)
    assert "SCREENWRIGHT_SECRET_EMAIL hides it" in tool.errors and PIN not in tool.errors


def test_a_secret_is_asked_for_without_showing_it(tool: Tool) -> None:
    edited(tool.folder / "demos" / "signup", *SECRET_EMAIL)
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "replay", "signup", "--set", "name=Bob", "--virtual", *tool.opened()],
        cwd=tool.folder,
        env=tool.environment | {"TERM": "xterm"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    said, answered = "", False
    try:
        while select.select([master], [], [], 60)[0]:
            try:
                said += os.read(master, 65536).decode(errors="replace")
            except OSError:  # the other end is closed
                break
            if not answered and "secret_email (where to write): " in said:
                answered = bool(os.write(master, f"{PIN}\n".encode()))
    finally:
        os.close(master)
    assert process.wait(30) == 0, said
    assert tool.submitted()["email"] == PIN and PIN not in said


@pytest.fixture
def shared(tool: Tool) -> Iterator[Tool]:
    """With a display that outlives a run, and the form open on it."""
    with VirtualDisplay(800, 600) as display:
        program = subprocess.Popen(
            [sys.executable, str(SIGNUP), str(tool.folder / "out.json")], env=display.environment
        )
        tool.environment = tool.environment | display.environment
        try:
            yield tool
        finally:
            program.terminate()
            program.wait(10)


def test_ctrl_c_keeps_the_trace_and_says_how_to_go_on(shared: Tool) -> None:
    edited(shared.folder / "demos" / "signup", *SECRET_EMAIL)
    words = ["replay", "signup", "--set", "name=Bob of Linz", "--set", f"secret_email={PIN}", "--trace", "t"]
    steps = shared.folder / "t" / "steps.jsonl"
    with subprocess.Popen(
        [*COMMAND, *words],
        cwd=shared.folder,
        env=shared.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 60
        while not steps.exists() or "Bob of Linz" not in steps.read_text():
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130, (out, err)
    outcome = Trace(shared.folder / "t").outcome
    assert outcome and outcome.status == "stopped" and not (shared.folder / "out.json").exists()
    line = next(line for line in out.splitlines() if line.startswith("go on with: "))
    go_on = shlex.split(line.removeprefix("go on with: "))
    assert go_on[-2] == "--from" and go_on[-1] in ("type-name", "type-email") and PIN not in out + err
    assert go_on[:-2] == ["screenwright", "replay", "signup", "--set", "name=Bob of Linz"]
    shared(*go_on[1:], SCREENWRIGHT_SECRET_EMAIL=PIN)
    assert shared.submitted()["name"] == "Bob of Linz" and shared.submitted()["email"] == PIN


def test_from_a_step_on(shared: Tool) -> None:
    told = shared.json("replay", "signup", "--from", "3", "--set", "name=")
    assert told["status"] == "done" and shared.submitted()["name"] == ""


def test_a_limit_says_how_to_go_on_as_well(tool: Tool) -> None:
    told = tool.json("replay", "signup", "--virtual", *tool.opened(), "--limit-steps", "3", code=4)
    assert told["status"] == "limit" and told["from"] == "type-email"
    assert "--from type-email" in tool.errors and "what" not in tool.errors.partition("(")[0]
    assert "the virtual screen ended with this run" in tool.errors


def test_the_program_is_not_there(tool: Tool) -> None:
    started = time.monotonic()
    told = tool.json("replay", "signup", *ON_ITS_OWN, code=3)
    assert told["status"] == "gave_up" and told["from"] == "type-name" and time.monotonic() - started < 40
    assert 'field right of "Name"' in told["message"] or "Name" in told["message"]


def test_no_display_is_told(tool: Tool) -> None:
    assert "--virtual" in tool.fails("replay", "signup", code=7)
