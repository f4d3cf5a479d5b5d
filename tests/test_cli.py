"""The command line, as a person or a script uses it: the real program, its output, its exit codes."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageDraw, ImageFont

from screenwright.agent.running import EXITS
from screenwright.tools import Trace
from screenwright.tools.display import VirtualDisplay

COMMAND = [sys.executable, "-m", "screenwright.agent.cli"]
PROGRAM = str(Path(__file__).parent / "programs" / "buttons.py")
DELETED = "deleted.txt"


@pytest.fixture(scope="module")
def display() -> Iterator[VirtualDisplay]:
    with VirtualDisplay(800, 500) as made:
        yield made


class Tool:
    """Runs the program in a folder of its own, on a display."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment

    def __call__(self, *words: str, code: int = 0, **environment: str) -> str:
        done = subprocess.run(
            [*COMMAND, *words],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
        )
        self.errors = done.stderr
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done.stdout

    def fails(self, *words: str, code: int = 2, **environment: str) -> str:
        """The one line that it says; nothing on standard output."""
        assert self(*words, code=code, **environment) == ""
        assert self.errors.startswith("screenwright: ") and self.errors.count("\n") == 1, self.errors
        return self.errors

    def run(self, task: str, *words: str, code: int = 0) -> dict[str, Any]:
        """`run --json` over the program with two buttons."""
        program = f"{sys.executable} {PROGRAM} {self.folder / DELETED}"
        told = json.loads(self("run", task, "--open", program, "--json", *words, code=code))
        assert told["exit_code"] == code
        return dict(told)


@pytest.fixture
def tool(tmp_path: Path, display: VirtualDisplay) -> Tool:
    return Tool(tmp_path, display.environment)


def without_display(environment: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in environment.items() if key != "DISPLAY"}


def test_help_is_quick_and_lists_the_exit_codes(tool: Tool) -> None:
    names = "{'cv2', 'numpy', 'onnxruntime', 'pydantic'}"
    script = f"import sys; import screenwright.agent.cli; print(sorted({names} & set(sys.modules)))"
    heavy = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert heavy.strip() == "[]"
    said = tool("run", "--help")
    for name, (code, why) in EXITS.items():
        assert f"{code:>5}  {name}" in said and why in said
    assert "doctor" in tool("--help")


def test_done_is_zero_and_is_told_and_recorded(tool: Tool) -> None:
    told = tool.run(
        'Click "Greet", wait for "Hello", read "Number" into number, answer "{{number}}"', "--trace", "t"
    )
    assert told["status"] == "done" and told["answer"] == "4217" and told["trace"] == "t"
    assert "click" in tool.errors and "done" in tool.errors
    outcome = Trace(tool.folder / "t").outcome
    assert outcome is not None and outcome.ok
    assert len(Trace(tool.folder / "t").steps) == told["steps"]


def test_a_script_with_parameters(tool: Tool) -> None:
    (tool.folder / "task.md").write_text(
        '# Greet\n\n1. click "{{what}}"\n2. wait for "Hello"\n', encoding="utf-8-sig"
    )
    program = f"{sys.executable} {PROGRAM} {tool.folder / DELETED}"
    said = tool("run", "task.md", "--set", "what=Greet", "--open", program)
    lines = said.splitlines()
    assert lines[0].startswith("task  runs/") and "look at it: screenwright view runs/" in lines[-1]
    assert "step 1 (line 3)" in said and "\x1b" not in said
    assert "no parameter 'wat'" in tool.fails("run", "task.md", "--set", "wat=x", "--set", "what=Greet")
    assert "has: what" in tool.errors
    assert "what" in tool.fails("run", "task.md")


def test_gave_up_is_three(tool: Tool) -> None:
    told = tool.run('Wait for "Unheard of" (1 s)', code=3)
    assert told["status"] == "gave_up" and "Unheard of" in told["message"]


def test_what_cant_be_undone_is_denied_with_nobody_there(tool: Tool) -> None:
    told = tool.run('Click "Delete"', code=6)
    assert told["status"] == "denied" and "nobody is here" in told["message"]
    assert not (tool.folder / DELETED).exists()


def test_yes_says_yes(tool: Tool) -> None:
    tool.run('Click "Delete", wait for "Gone"', "--yes")
    assert (tool.folder / DELETED).exists()


def test_rules_of_ones_own(tool: Tool) -> None:
    (tool.folder / "rules.yaml").write_text("rules:\n - rule: deny\n   target: greet\n   reason: no greeting\n")
    told = tool.run('Click "Greet"', "--rules", "rules.yaml", code=6)
    assert "no greeting" in told["message"]
    (tool.folder / "bad.yaml").write_text("rules:\n - rule: deny\n   taget: greet\n")
    assert "bad.yaml, line 3: 'taget' is unknown" in tool.fails("run", "Click x", "--rules", "bad.yaml")


def test_a_dry_run_does_nothing(tool: Tool) -> None:
    told = tool.run('Click "Delete"', "--dry-run", "--yes")
    assert told["status"] == "done" and not (tool.folder / DELETED).exists()
    assert "dry run: would click" in tool.errors


def test_limits_are_four(tool: Tool) -> None:
    assert "Limits.steps" in tool.run('Click "Greet". Click "Greet"', "--limit-steps", "1", code=4)["message"]
    assert "Limits.seconds" in tool.run('Wait for "Never"', "--limit-seconds", "1", code=4)["message"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "none.md"], "none.md does not exist"),
        (["run", "a/b"], "does not exist"),
        (["run", ""], "the task is empty"),
        (["run", "empty.md"], "is empty"),
        (["run", "."], "is a folder"),
        (["run", "binary.md"], "can't be read"),
        (["run", "Frobnicate it"], "not understood"),
        (["run", 'Click "{{x}}"'], "x"),
        (["run", 'Click "{{x}}"', "--set", "x"], "not NAME=VALUE"),
        (["run", 'Click "a"', "--set", "y=1"], "none: there is no {{name}} in it"),
        (["run", 'Click "a"', "--policy", "oracle"], "there is: auto, literal"),
        (["run", 'Click "a"', "--virtual", "--size", "big"], "write it like 1280x800"),
        (["run", 'Click "a"', "--virtual", "--size", "1x1"], "64 to 16384"),
        (["run", 'Click "a"', "--region", "1,2"], "left,top,width,height"),
        (["run", 'Click "a"', "--virtual", "--window", "x"], "leave them, or --virtual"),
        (["run", 'Click "a"', "--open", "'"], "can't be read as a command"),
        (["run", 'Click "a"', "--rules", "none.yaml"], "can't be read"),
        (["run", 'Click "a"', "--trace", "taken"], "already holds a run"),
        (["view", "nowhere"], "holds no run"),
        (["view", "taken", "--out", "/proc/x/y.html", "--no-open"], "can't be written"),
        (["read", "none.png"], "can't be read"),
        (["read", "binary.md"], "no picture"),
        (["guard", "check", "none.yaml"], "can't be read"),
        (["guard", "check", "good.yaml", "--action", "{}"], "--action"),
    ],
)
def test_bad_input_is_one_line_and_two(tool: Tool, words: list[str], says: str) -> None:
    (tool.folder / "empty.md").write_text(" \n")
    (tool.folder / "binary.md").write_bytes(b"\xff\xfe\x00\x81")
    (tool.folder / "good.yaml").write_text("default: ask\n")
    (tool.folder / "taken").mkdir()
    meta = {"version": 1, "task": {"text": "", "parameters": {}, "name": ""}}
    (tool.folder / "taken" / "meta.json").write_text(json.dumps(meta))
    assert says in tool.fails(*words)


def test_bad_options_are_two(tool: Tool) -> None:
    tool("run", code=2)
    tool("run", "Click x", "--limit-steps", "0", code=2)
    tool("frobnicate", code=2)


def test_what_is_missing_is_seven(tool: Tool, tmp_path: Path) -> None:
    tool.environment = without_display(tool.environment)
    assert "--virtual" in tool.fails("run", 'Click "a"', code=7)
    assert "$DISPLAY" in tool.fails("read", code=7)
    assert "apt-get install" in tool.fails("run", 'Click "a"', "--virtual", code=7, PATH=str(tmp_path))


def test_a_program_that_is_not_there_is_seven(tool: Tool) -> None:
    assert "no program 'frobnicate'" in tool.fails("run", 'Click "a"', "--open", "frobnicate", code=7)


def test_a_screen_that_is_gone_is_one(tool: Tool) -> None:
    assert ":9999" in tool.fails("run", 'Click "a"', code=1, DISPLAY=":9999")


def test_no_window_manager_is_a_warning_with_its_fix(tool: Tool, tmp_path: Path) -> None:
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "640x400x24", "-noreset", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as pipe:
            display = ":" + pipe.readline().strip()
        program = f"{sys.executable} {PROGRAM} {tool.folder / DELETED}"
        tool("run", 'Wait for "Greet"', "--open", program, DISPLAY=display)
        assert "warning: no window manager runs" in tool.errors and "such as openbox" in tool.errors
    finally:
        server.terminate()
        server.wait()
    tool("run", 'Wait for "Greet"', "--open", program)
    assert "warning" not in tool.errors


def test_errors_are_json_too(tool: Tool) -> None:
    told = json.loads(tool("run", "none.md", "--json", code=2))
    assert told["status"] == "error" and told["exit_code"] == 2 and "none.md" in told["message"]


def test_debug_shows_the_traceback(tool: Tool) -> None:
    done = subprocess.run(
        [*COMMAND, "--debug", "run", "none.md"], cwd=tool.folder, capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0 and "Traceback" in done.stderr


@contextmanager
def waiting(tool: Tool, *ignored: int) -> Iterator[subprocess.Popen[str]]:
    """A run that waits for what never comes, started with these signals ignored, as a shell's `&` and nohup do."""

    def ignore() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # whatever these tests were started with
            signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)

    words = ["run", 'Wait for "Never" (60 s)', "--virtual", "--size", "640x400", "--trace", "t", "--json"]
    with subprocess.Popen(
        [*COMMAND, *words],
        cwd=tool.folder,
        env=tool.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=ignore,
    ) as process:
        try:
            deadline = time.monotonic() + 30
            while not (tool.folder / "t" / "steps.jsonl").exists():
                assert time.monotonic() < deadline and process.poll() is None
                time.sleep(0.02)
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("ignored", [(), (signal.SIGINT,)], ids=["heard", "started with &"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_is_130_and_leaves_a_whole_trace(tool: Tool, number: int, ignored: tuple[int, ...]) -> None:
    with waiting(tool, *ignored) as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert json.loads(out)["status"] == "stopped"
    outcome = Trace(tool.folder / "t").outcome
    assert outcome is not None and outcome.status == "stopped"


def test_a_closed_terminal_does_not_stop_what_nohup_started(tool: Tool) -> None:
    with waiting(tool, signal.SIGHUP) as process:
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "SIGTERM" in json.loads(out)["message"]


def test_an_interrupt_that_python_swallows_is_heard_all_the_same() -> None:
    program = """
import signal, time
from screenwright.agent.running import hear_interrupts
class Finalized:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)
        time.sleep(0)
hear_interrupts()
try:
    Finalized()
    time.sleep(20)
    print("lost")
except KeyboardInterrupt:
    print("heard")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("heard\n", "")


def test_the_person_at_the_terminal_is_asked(tool: Tool) -> None:
    master, slave = pty.openpty()
    program = f"{sys.executable} {PROGRAM} {tool.folder / DELETED}"
    process = subprocess.Popen(
        [*COMMAND, "run", 'Click "Delete", wait for "Gone"', "--open", program],
        cwd=tool.folder,
        env=tool.environment | {"TERM": "xterm"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    said, answered = "", False
    os.write(master, b"n\n")  # typed before the question: it must not count as the answer
    try:
        while True:
            assert select.select([master], [], [], 60)[0], said
            try:
                chunk = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            said += chunk.decode(errors="replace")
            if not answered and "[q]uit" in said:
                assert not (tool.folder / DELETED).exists()
                answered = bool(os.write(master, b"y\n"))
    finally:
        os.close(master)
    assert process.wait(30) == 0, said
    assert "deletes for good" in said and "the person said yes" in said.replace("\r\n", " ")
    assert (tool.folder / DELETED).exists()


def test_view_writes_the_page(tool: Tool) -> None:
    tool.run('Click "Greet"', "--junit", "report.xml")
    case = ElementTree.parse(tool.folder / "report.xml").find("testsuite/testcase")
    assert case is not None and "click Greet" in (case.findtext("system-out") or "")
    page = Path(tool("view", "--no-open", "--out", "page.html").strip())
    assert page == Path("page.html") and "<!doctype html>" in (tool.folder / page).read_text(encoding="utf-8")
    said = tool("view", "--gif", "run.gif", "--junit", "again.xml", "--redact").split()
    assert said == ["again.xml", "run.gif"] and (tool.folder / "run.gif").read_bytes()[:4] == b"GIF8"
    assert "Greet" not in (tool.folder / "again.xml").read_text(encoding="utf-8")
    assert "  done " in tool("runs")


def test_actions(tool: Tool) -> None:
    assert "click" in json.loads(tool("actions"))["discriminator"]["mapping"]
    assert tool("actions", "--list").startswith("click ")


def picture(path: Path) -> None:
    image = Image.new("RGB", (500, 200), (250, 250, 250))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(20)
    draw.text((30, 30), "Total 42 EUR", (0, 0, 0), font)
    draw.text((300, 120), "Proceed", (0, 0, 0), font)
    image.save(path)


def test_read_a_picture(tool: Tool) -> None:
    picture(tool.folder / "p.png")
    assert "Total 42 EUR" in tool("read", "p.png")
    told = json.loads(tool("read", "p.png", "--json"))
    assert told["size"] == {"width": 500, "height": 200}
    assert {"Total 42 EUR", "Proceed"} <= {element["text"] for element in told["elements"]}
    found = json.loads(tool("read", "p.png", "--json", "--find", "proceed"))["elements"]
    assert len(found) == 1 and 300 < found[0]["middle"][0] < 400 and 115 < found[0]["middle"][1] < 150
    assert "Proceed" in tool("read", "p.png", "--find", "Proceed")
    assert tool("read", "p.png", "--find", "Abracadabra", code=3) == "" and "is not there" in tool.errors


def test_guard_commands(tool: Tool) -> None:
    assert "rules" in json.loads(tool("guard", "schema"))["properties"]
    (tool.folder / "rules.yaml").write_text(tool("guard", "show"), encoding="utf-8")
    assert "all right" in tool("guard", "check", "rules.yaml")
    click = json.dumps(
        {"kind": "click", "point": {"x": 5, "y": 5, "frame": {"width": 9, "height": 9}}, "target": "Pay"}
    )
    assert "asked (pays or buys)" in tool("guard", "check", "rules.yaml", "--action", click)


def test_the_installed_command(tool: Tool) -> None:
    command = Path(sys.executable).parent / "screenwright"
    if not command.exists():
        pytest.skip(f"screenwright is not installed beside {sys.executable}")
    said = subprocess.run([command, "version"], capture_output=True, text=True, check=True).stdout
    assert said == tool("version") and said.startswith("screenwright 0.")
