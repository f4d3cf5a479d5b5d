"""docs/phone.md from its first command to its last, typed with a simulated phone on an adb of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from phones import SMALL, AdbServer

from screenwright.tools.simphone import ADB_KEYBOARD, SimPhone

pytest_plugins = ["phones"]
PAGE = (Path(__file__).resolve().parents[1] / "docs" / "phone.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def sim() -> Iterator[SimPhone]:
    with SimPhone(SMALL, keyboards=(ADB_KEYBOARD,)) as phone:
        yield phone


@pytest.fixture
def typed(sim: SimPhone, new_server: AdbServer, tmp_path: Path) -> Callable[[str], str]:
    (tmp_path / "bin").mkdir()
    for name, words in (("screenwright", " -m screenwright.agent.cli"), ("python3", "")):
        command = tmp_path / "bin" / name
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}"{words} "$@"\n')
        command.chmod(0o755)
    new_server.connect(sim)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = new_server.environment | {"PATH": path, "ADB": new_server.binary}

    def typing(block: str) -> str:
        done = subprocess.run(
            ["bash", "-e", "-c", block],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return typing


@pytest.mark.timeout(400)
def test_from_a_cable_to_a_replayed_list(typed: Callable[[str], str], sim: SimPhone, tmp_path: Path) -> None:
    task, demo = blocks("sh")
    assert "a run on the phone needs is here" in typed("screenwright doctor --phone")
    assert "Contacts" in typed(task)
    assert sim.phone.notes.notes[0].title == "Tea"
    assert "type_text" in typed(demo) or [note.title for note in sim.phone.notes.notes]
    assert [note.title for note in sim.phone.notes.notes[:4]] == ["买茶", "Milk", "Coffee", "Tea"]
    (tmp_path / "example.py").write_text(blocks("python")[0], encoding="utf-8")
    said = typed("python3 example.py")
    assert "True" in said and said.rstrip().endswith("done")
