"""Killed with -9: nobody hears it, and still no key stays down, no program runs on, no folder is left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from screenwright.tools.desktop import Desktop
from screenwright.tools.x11 import X11

HOLDS = """
import sys, time
from screenwright.tools.desktop import Desktop
from screenwright.tools.x11_keyboard import _Layout
desktop = Desktop()
keyboard, x11 = desktop._executor._keyboard, desktop._x11
x11.press(40, 40, "left")
with keyboard.holding(["shift", "ctrl"]):
    keyboard._borrow([0x01000416], _Layout(x11))
    print("held", flush=True)
    sys.stdin.read()
"""
OWN = """
import sys
from screenwright.tools.desktop import Desktop
desktop = Desktop.virtual(320, 200)
program = desktop.start(["sleep", "600"])
print(desktop._virtual._folder, *[p.pid for p in desktop._virtual._processes.running], program.pid, flush=True)
sys.stdin.read()
"""


@contextmanager
def started(code: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def down(x11: X11) -> tuple[list[int], int]:
    """Keycodes that are down, and the mask of the buttons."""
    with x11.asking() as display:
        keys = display.query_keymap()
        mask = display.screen().root.query_pointer().mask
    return [code for code in range(256) if keys[code // 8] >> code % 8 & 1], mask & 0x1F00


def lent(name: str, symbol: int) -> bool:
    """Asked over a connection of its own: python-xlib remembers the map."""
    with closing(X11(name)) as x11, x11.asking() as display:
        return bool(list(display.keysym_to_keycodes(symbol)))


def test_what_a_killed_process_held_down_is_let_go_of(desktop: Desktop, eventually: Callable[..., Any]) -> None:
    x11 = desktop._x11
    assert x11
    with started(HOLDS, desktop.environment) as process:
        assert process.stdout and process.stdout.readline() == "held\n"
        keys, buttons = down(x11)
        assert len(keys) == 2 and buttons and lent(x11.name, 0x01000416)
        process.kill()
    eventually(lambda: down(x11) == ([], 0))
    eventually(lambda: not lent(x11.name, 0x01000416))


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "ended"])
def test_a_virtual_screen_ends_with_its_process(killed: bool, eventually: Callable[..., Any]) -> None:
    with started(OWN, dict(os.environ)) as process:
        assert process.stdout and process.stdin
        folder, *pids = process.stdout.readline().split()
        assert Path(folder).is_dir() and len(pids) == 4 and all(Path("/proc", pid).exists() for pid in pids)
        process.kill() if killed else process.stdin.close()
        process.wait(20)
    eventually(lambda: not any(runs(pid) for pid in pids))
    eventually(lambda: not Path(folder).exists())


def runs(pid: str) -> bool:
    """A zombie whose parent does not ask for it has ended all the same."""
    try:
        return Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
