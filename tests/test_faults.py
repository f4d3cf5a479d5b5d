"""`make faults`: a row tells when a promise is broken, the page is of the rows that there are, some in short."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from screenwright.agent.loop import Agent
from screenwright.policies.scripted import Scripted
from screenwright.tools.actions import TypeText, Wait
from screenwright.tools.fake import FakeDevice
from screenwright.tools.x11 import X11

ROOT = Path(__file__).resolve().parents[1]
FAULTS = ROOT / "tests" / "faults"
PAGE = ROOT / "docs" / "reliability.md"

ROWS = """
import subprocess, sys, tempfile
from fault import Skipped, Trial, fault

@fault("good", "nothing at all", promise="nothing")
def good(trial: Trial) -> None:
    for number in trial.times(30):
        trial.saw("it went well")
        trial.check(number < 30, "never")

@fault("broken", "a | in the harm", promise="a lot")
def broken(trial: Trial) -> None:
    for number in trial.times(4):
        trial.check(number % 2, "even")

@fault("raising", "x", promise="y")
def raising(trial: Trial) -> None:
    raise RuntimeError("no [screen] here")

@fault("leaving", "x", promise="y")
def leaving(trial: Trial) -> None:
    tempfile.mkdtemp(prefix="left-")
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])

@fault("skipped", "x", promise="y")
def skipped(trial: Trial) -> None:
    raise Skipped("there is no gcc")

@fault("endless", "x", promise="y", seconds=0.2)
def endless(trial: Trial) -> None:
    while True:
        pass
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    folder = tmp_path / "tests" / "faults"
    folder.mkdir(parents=True)
    for name in ("__main__.py", "fault.py", "fault_table.py"):
        shutil.copy(FAULTS / name, folder)
    shutil.copy(ROOT / "tests" / "timed_rows.py", folder.parent)
    text = (FAULTS / "fault.py").read_text(encoding="utf-8")
    (folder / "fault.py").write_text(text.replace("GONE_S = 10.0", "GONE_S = 0.5"), encoding="utf-8")
    (folder / "faults_try.py").write_text(ROWS, encoding="utf-8")
    (tmp_path / "docs").mkdir()
    marks = re.findall(r"^<!-- faults: .*-->$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    gone = "| `gone` | x | 1 | y | z | yes | then |"
    (tmp_path / "docs" / "reliability.md").write_text("\n".join(["# Head", marks[0], gone, marks[1], "tail\n"]))
    return tmp_path


def faults(house: Path, *words: str, code: int = 0) -> str:
    command = [sys.executable, "tests/faults", *words]
    done = subprocess.run(command, cwd=house, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_rows_tell_what_is_broken_and_what_is_left_behind(house: Path) -> None:
    said = faults(house, code=1)
    assert "1 of 6 promises kept, 34 injected" in said and "seed" in said
    kept = json.loads((house / "build" / "faults.json").read_text())
    assert {name: row["kept"] for name, row in kept.items()} == {
        "good": "yes",
        "broken": "no",
        "raising": "no",
        "leaving": "no",
        "skipped": "not tried: there is no gcc",
        "endless": "no",
    }
    assert kept["good"]["happened"] == "30 x it went well" and kept["broken"]["broken"] == ["2 x even"]
    assert "RuntimeError: no [screen] here" in kept["raising"]["broken"][0]
    assert "ran past 0.2 s" in kept["endless"]["broken"][0]
    left = "; ".join(kept["leaving"]["broken"])
    assert "left running" in left and "time.sleep(60)" in left and "left behind: left-" in left
    page = (house / "docs" / "reliability.md").read_text()
    assert "`gone`" not in page and page.startswith("# Head\n") and page.endswith("tail\n")
    assert "| `broken` | a \\| in the harm | 4 |" in page and "**no**: 2 x even" in page


def test_a_part_leaves_the_other_rows_as_they_are(house: Path) -> None:
    faults(house, "good", "skipped")
    before = (house / "docs" / "reliability.md").read_text()
    faults(house, "skipped")
    assert (house / "docs" / "reliability.md").read_text() == before
    assert "1 of 1 promises kept, 3 injected" in faults(house, "good", "--share=0.1")
    assert (house / "docs" / "reliability.md").read_text() == before
    faults(house, "unheard-of", code=2)


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The real rows' modules, importable as they are for `make faults`."""
    monkeypatch.syspath_prepend(str(FAULTS))
    before = set(sys.modules)
    yield None
    for name in set(sys.modules) - before:
        if name.startswith(("fault", "ground", "mutants", "enemy")):
            del sys.modules[name]


def test_the_page_has_the_rows_that_there_are(rows: Any) -> None:
    import fault  # pyright: ignore[reportMissingImports]
    import fault_table  # pyright: ignore[reportMissingImports]

    fault.discover()
    lines = fault_table.lines(PAGE.read_text(encoding="utf-8"))
    assert list(lines) == list(fault.FAULTS), "run: make faults"
    for name, row in fault.FAULTS.items():
        _, harm, _, _, promise, kept, _ = (cell.strip() for cell in re.split(r"(?<!\\)\|", lines[name])[1:-1])
        assert harm == row.harm and promise == row.promise, f"run: make faults ROWS={name}"
        assert kept == "yes" or re.match(r"\*\*no\*\*: |not tried: ", kept)


def test_what_is_held_is_seen(rows: Any, tmp_path: Path) -> None:
    from ground import Ground  # pyright: ignore[reportMissingImports]

    with Ground(tmp_path) as ground, closing(X11(ground.environment["DISPLAY"])) as x11:
        assert ground.held() == ""
        x11.fake(x11.X.KeyPress, 50)
        x11.sync()
        x11.press(10, 10, "left")
        assert ground.held() == "key 50 buttons 0x100" and ground.let_go(0.2)
        x11.fake(x11.X.KeyRelease, 50)
        x11.release()
        assert ground.let_go() == ""


def test_a_trace_that_is_not_whole_is_seen(rows: Any, tmp_path: Path) -> None:
    from ground import unsound  # pyright: ignore[reportMissingImports]

    folder = tmp_path / "t"
    Agent(Scripted([TypeText(text="a"), Wait(seconds=0)]), FakeDevice(), trace=folder).run("x")
    assert unsound(folder, ended=True) == ""
    steps, meta = folder / "steps.jsonl", folder / "meta.json"
    good, told = steps.read_text(), meta.read_text()
    steps.write_text(good[:-20])
    assert unsound(folder, ended=False) == "" and "damaged" in unsound(folder, ended=True)
    steps.write_text(good[good.index("\n") + 1 :])
    assert "its steps are [1, 2]" in unsound(folder, ended=True)
    steps.write_text(good)
    meta.write_text(json.dumps({key: value for key, value in json.loads(told).items() if key != "outcome"}))
    assert unsound(folder, ended=False) == "" and "how the run ended" in unsound(folder, ended=True)
    next((folder / "frames").iterdir()).unlink()
    assert "can't be read" in unsound(folder, ended=False)


def test_mutants_are_the_same_each_time_and_spoil(rows: Any) -> None:
    import mutants  # pyright: ignore[reportMissingImports]

    given = '{"action": "click", "coordinate": [12, 500]}'
    made = [mutants.text(random.Random(number), given, [given]) for number in range(200)]
    assert made == [mutants.text(random.Random(number), given, [given]) for number in range(200)]
    assert len(set(made)) > 150


@pytest.mark.parametrize(
    ("row", "share"),
    [
        ("replies", 0.02),
        ("actions", 0.02),
        ("files", 0.01),
        ("agent-holding", 0.07),
        ("stopped", 0.05),
        ("port-mirror", 0.1),
    ],
)
def test_promises_are_kept(row: str, share: float, tmp_path: Path) -> None:
    command = [sys.executable, str(FAULTS), row, f"--share={share}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=150)
    assert done.returncode == 0, done.stdout + done.stderr
