"""The live console, on a terminal of 80 columns and in a pipe."""

from __future__ import annotations

import io
import os
import pty
import re
import struct
import sys
import termios
from fcntl import ioctl
from pathlib import Path

import pytest

from screenwright.agent import Agent
from screenwright.agent.console import Console, printable
from screenwright.agent.timing import readable, seconds_by_part
from screenwright.policies import Scripted
from screenwright.tools import FakeDevice, Point, Size, Step
from screenwright.tools.actions import Action, Click, TypeText, Wait
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Result

FRAME = Size(480, 320)
NASTY = "\x1b[2J\x1b]0;owned\x07\r\x9b31m[bold red]x[/] \u202e"


def click(x: float, y: float, target: str = "") -> Click:
    return Click(point=Point(x, y, FRAME), target=target or None)


def played(tmp_path: Path, console: Console, *decisions: Decision | Action) -> None:
    Agent(Scripted(decisions), FakeDevice(), trace=tmp_path / "run", listeners=[console]).run(
        "Fill in the form\nand more"
    )


STORY: list[Decision | Action] = [
    Decision(click(200, 34, "Name"), "the field beside Name " * 8),
    TypeText(text=NASTY),
    click(900, 34, "off"),
    Decision(click(200, 200, "Delete all"), NASTY),
]


def test_in_a_pipe_it_is_plain_text(tmp_path: Path) -> None:
    out = io.StringIO()
    played(tmp_path, Console(out), *STORY)
    said = out.getvalue()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", said), said
    lines = said.splitlines()
    assert lines[0] == f"Fill in the form  {tmp_path / 'run'}"
    assert any(line.startswith("  1  click Name (200, 34)  ") for line in lines)
    assert any("changed near the target" in line for line in lines)
    assert any("off the 480x320 screen" in line for line in lines)
    assert any("guard: asked (deletes for good)" in line and "nobody" in line for line in lines)
    assert any("settle " in line and "observe" in line for line in lines)
    assert "denied  4 steps" in said
    assert "[bold red]x[/]" in said
    assert lines[-1] == f"look at it: screenwright view {tmp_path / 'run'}"


def test_on_a_terminal_nothing_is_wider_than_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)
    master, slave = pty.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with os.fdopen(slave, "w", encoding="utf-8") as terminal:
        played(tmp_path, Console(terminal), *STORY)
        terminal.flush()
        said = os.read(master, 1 << 20).decode()
    os.close(master)
    assert "\x1b[1m" in said and "\x1b[2J" not in said and "owned\x07" not in said
    bare = re.sub(r"\x1b\[[0-9;]*m", "", said).replace("\r\n", "\n")
    folder_line, *rest = bare.split("\n")
    assert max(len(line) for line in rest if str(tmp_path)[:20] not in line) <= 80
    assert len(folder_line) <= 80 or str(tmp_path)[:10] in bare


def test_quiet_tells_the_beginning_and_the_end(tmp_path: Path) -> None:
    out = io.StringIO()
    played(tmp_path, Console(out, quiet=True), click(200, 34))
    assert len(out.getvalue().splitlines()) == 3 and "done  2 steps" in out.getvalue()


def test_by_default_it_writes_to_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    played(tmp_path, Console(), Wait(seconds=0))
    assert "look" in capsys.readouterr().out and sys.stdout is not None


def test_time_is_told_by_part() -> None:
    decision = Decision(Wait(seconds=0), usage={"read": 0.3})
    step = Step(
        0, Observation.__new__(Observation), decision, None, Result(True, seconds={"decide": 0.5, "x": 1.0})
    )
    assert seconds_by_part(step) == {"read": 0.3, "decide": 0.2, "x": 1.0}
    assert [readable(s) for s in (0.0004, 0.0031, 0.41, 12.3, 200)] == [
        "0 ms", "3 ms", "0.41 s", "12 s", "3 min 20 s",
    ]  # fmt: skip


def test_what_a_terminal_would_obey_is_taken_out() -> None:
    assert printable("a\x1b[31mb\nc\td") == "a\ufffd[31mb c d"
