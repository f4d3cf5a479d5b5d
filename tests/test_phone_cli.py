"""`--phone` and `--serial`: run, read, replay and the doctor on a phone, as typed on a command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from phones import SMALL, AdbServer

from screenwright.agent.phone_exam import examine_phone
from screenwright.tools.adb.client import Adb
from screenwright.tools.simphone import ADB_KEYBOARD, SimPhone

pytest_plugins = ["phones"]
Tool = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def tool(new_server: AdbServer, tmp_path: Path) -> Tool:
    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "screenwright.agent.cli", *words],
            cwd=tmp_path,
            env=new_server.environment | {"ADB": new_server.binary},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return call


def test_a_task_becomes_a_demo_that_is_replayed_on_the_phone(tool: Tool, tmp_path: Path) -> None:
    with SimPhone(SMALL, keyboards=(ADB_KEYBOARD,)) as sim:
        task = 'click "New note", click "Title", type "{{title}}", click Save, expect "{{title}}"'
        on = ("--serial", sim.address, "--open", "Notes")
        done = tool("run", task, "--set", "title=Tee für 你", *on, "--save", "note")
        assert done.returncode == 0, done.stdout + done.stderr
        assert sim.phone.notes.notes[0].title == "Tee für 你"
        again = tool("replay", "note", "--set", "title=Zwei", "--phone", "--open", "Notes")
        assert again.returncode == 0, again.stdout + again.stderr
        assert [note.title for note in sim.phone.notes.notes[:2]] == ["Zwei", "Tee für 你"]
        read = json.loads(tool("read", "--phone", "--json").stdout)
        assert read["size"] == {"width": 360, "height": 800}
        assert any(element["text"] == "Zwei" for element in read["elements"])


def test_what_does_not_go_together_and_what_is_not_there(tool: Tool) -> None:
    both = tool("run", "click OK", "--phone", "--virtual")
    assert both.returncode == 2 and "leave them, or --phone" in both.stderr
    none = tool("run", "click OK", "--phone")
    assert none.returncode == 1 and "no phone is connected" in none.stderr
    with SimPhone(SMALL) as sim:
        app = tool("run", "click OK", "--serial", sim.address, "--open", "Nonsuch")
        assert app.returncode == 2 and "--open 'Nonsuch'" in app.stderr


def test_the_doctor_of_phones(new_server: AdbServer) -> None:
    adb = Adb(new_server.binary, port=new_server.port)
    assert [(f.what, f.state) for f in examine_phone(adb=adb)][-1] == ("phone", "no")
    with SimPhone(SMALL) as sim:
        found = {finding.what: finding for finding in examine_phone(sim.address, adb=adb)}
        assert {name for name, finding in found.items() if finding.state == "no"} == set()
        assert "360x800, a picture takes: png" in found["see"].said
        assert found["beware"].said == "only plain ASCII can be typed" and "ADBKeyboard" in found["beware"].fix
        assert "can be opened by name" in found["apps"].said
        adb.shell(sim.address, "input keyevent POWER")
        sim.lines.clear()
        asleep = {finding.what: finding for finding in examine_phone(sim.address, adb=adb)}
        assert asleep["see"].state == "no"
        touched = [line for line in sim.lines if line.startswith("input")]
        assert touched == []
