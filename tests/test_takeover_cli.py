"""What a person at a terminal meets: who drives, Enter to hand back, a hotkey to stop."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Echo, until
from rfb import Person, VncDisplay

from screenwright.tools.desktop import Desktop

pytest_plugins = ["vnc"]
COMMAND = [sys.executable, "-m", "screenwright.agent.cli"]
WORDS = [f"{number} bottles. " for number in range(8)]


class Terminal:
    """`screenwright` in a terminal of its own, or in a pipe."""

    def __init__(self, folder: Path, environment: dict[str, str], *words: str, real: bool = True) -> None:
        self.said = ""
        self._master, end = pty.openpty() if real else os.pipe()
        environment = {key: value for key, value in environment.items() if key != "WINDOWID"}
        self.process = subprocess.Popen(
            [*COMMAND, *words],
            cwd=folder,
            env=environment | {"TERM": "xterm", "COLUMNS": "100", "SSH_CONNECTION": "elsewhere"},
            stdin=end if real else subprocess.DEVNULL,
            stdout=end,
            stderr=end,
            start_new_session=True,
        )
        os.close(end)

    def says(self, words: str, seconds: float = 60.0) -> str:
        """All that it said, once these words are among it."""
        deadline = time.monotonic() + seconds
        while words not in self.plain:
            assert time.monotonic() < deadline and self._read(1.0), self.plain[-2000:]
        return self.plain

    @property
    def plain(self) -> str:
        return " ".join(re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.said).split())

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return True
        try:
            chunk = os.read(self._master, 65536)
        except OSError:  # the other end is closed
            return False
        self.said += chunk.decode(errors="replace")
        return bool(chunk)

    def press_enter(self) -> None:
        os.write(self._master, b"\n")

    def ended(self) -> int:
        while self._read(60.0):
            pass
        return self.process.wait(30)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)


@pytest.fixture
def run(vnc: VncDisplay, tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    made: list[Terminal] = []

    def start(*words: str, real: bool = True) -> Terminal:
        made.append(Terminal(tmp_path, vnc.environment, "run", *words, "--trace", "run", real=real))
        return made[-1]

    yield start
    for terminal in made:
        terminal.close()


def test_the_terminal_says_who_drives_and_enter_hands_back(
    run: Callable[..., Terminal], window: Echo, person: Person, tmp_path: Path
) -> None:
    (tmp_path / "s.md").write_text("".join(f'- Type "{words}"\n' for words in WORDS), encoding="utf-8")
    terminal = run("s.md", "--yes")
    until(lambda: window.text, 60)
    person.glide(300, 600, 0.2)
    said = terminal.says("Stop: Ctrl+Alt+Escape.")
    assert "you are driving (you moved the mouse): the agent waits. Hand back: Enter here or Ctrl+Alt+R." in said
    assert window.text != "".join(WORDS)
    terminal.press_enter()
    terminal.says("handed back: the agent looks anew and goes on")
    assert terminal.ended() == 0, terminal.plain
    until(lambda: window.text == "".join(WORDS))


def test_the_hotkey_of_your_own_stops_a_run(
    run: Callable[..., Terminal], window: Echo, away: Desktop, person: Person
) -> None:
    terminal = run('Wait 60 seconds, type "never"', "--yes", "--panic", "ctrl+shift+f9", "--person", "ignore")
    terminal.says("run")
    stopped = "stopped by the hotkey ctrl+shift+f9"
    person.press("ctrl", "alt", "escape")
    until(lambda: person.press("ctrl", "shift", "f9") or (terminal._read(0.2) and stopped in terminal.plain), 60)
    assert terminal.ended() == 130
    assert window.text == ""


def test_without_a_terminal_a_touch_stops_the_run(
    run: Callable[..., Terminal], window: Echo, person: Person
) -> None:
    terminal = run('Wait 60 seconds, type "never"', "--yes", real=False)
    until(lambda: person.glide(600, 300) or person.glide(300, 600) or terminal.process.poll() is not None, 60)
    assert terminal.ended() == 130
    assert "nobody is there to hand back to the agent" in terminal.plain


def test_what_can_not_be_meant_is_refused(vnc: VncDisplay, tmp_path: Path) -> None:
    for words, said in (
        (["--person", "pause", "--phone"], "a phone is taken over from on the page of --mirror"),
        (["--panic", "bogus"], "the hotkey 'bogus' (panic) is no chord such as"),
        (["--panic", "ctrl+alt+r"], "can't both stop a run and hand back to it"),
    ):
        done = subprocess.run(
            [*COMMAND, "run", 'Click "OK"', *words],
            cwd=tmp_path,
            env=vnc.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 2 and said in done.stderr, done.stderr
        assert not (tmp_path / "runs").exists()
