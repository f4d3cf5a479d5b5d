"""docs/phone.md from its first command to its last, typed with a simulated phone on an adb of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from phones import SMALL, AdbServer
from typed import Typed, typing_in

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
def typed(sim: SimPhone, new_server: AdbServer, tmp_path: Path) -> Typed:
    new_server.connect(sim)
    return typing_in(tmp_path, new_server.environment | {"ADB": new_server.binary})


@pytest.mark.timeout(400)
def test_from_a_cable_to_a_replayed_list(typed: Typed, sim: SimPhone, tmp_path: Path) -> None:
    task, demo = blocks("sh")
    assert "a run on the phone needs is here" in typed("screenwright doctor --phone")
    assert "Contacts" in typed(task)
    assert sim.phone.notes.notes[0].title == "Tea"
    assert "type_text" in typed(demo) or [note.title for note in sim.phone.notes.notes]
    assert [note.title for note in sim.phone.notes.notes[:4]] == ["买茶", "Milk", "Coffee", "Tea"]
    (tmp_path / "example.py").write_text(blocks("python")[0], encoding="utf-8")
    said = typed("python3 example.py")
    assert "True" in said and said.rstrip().endswith("done")
