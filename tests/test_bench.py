"""`make bench`: rows are found, measured, merged and shown; a row that fails costs only itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

ROWS = """
from harness import Row, row

@row("fast", unit="ms", wants="ratio >= 20")
def fast() -> Row:
    '''Quick. Not told in the table.'''
    return Row(2.0, "slow", 100.0, extra={"n": 3})

@row("read_right", unit="share", more=True, wants="value >= 1")
def read_right() -> Row:
    return Row(0.75, "nothing at all", 0.0, floor=0.25)

@row("too_early", unit="count")
def too_early() -> Row:
    return Row(0, "fixed sleep", 8, floor=1)

@row("replay_drift_success", unit="share", more=True)
def drift() -> Row:
    line = {"drift": "dark", "of": 2, "ours": 2, "coordinates": 1, "template": 0}
    wrong = {"ours_wrong": 0, "coordinates_wrong": 1, "template_wrong": 0}
    return Row(1, "template", 0.5, extra={"table": [line | wrong]})

@row("broken", unit="s")
def broken() -> Row:
    raise RuntimeError("no [screen] here")

@row("endless", unit="s", seconds=0.2)
def endless() -> Row:
    while True:
        pass
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    bench = tmp_path / "tests" / "bench"
    bench.mkdir(parents=True)
    for name in ("__main__.py", "harness.py", "table.py"):
        shutil.copy(ROOT / "tests" / "bench" / name, bench)
    shutil.copy(ROOT / "tests" / "timed_rows.py", bench.parent)
    (bench / "rows_try.py").write_text(ROWS)
    return tmp_path


def bench(house: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tests/bench", *words]
    return subprocess.run(command, cwd=house, capture_output=True, text=True)


def figures(house: Path) -> dict[str, dict[str, object]]:
    rows: dict[str, dict[str, object]] = json.loads((house / "build" / "bench.json").read_text())
    return rows


def test_a_row_that_fails_or_hangs_is_shown_and_the_others_go_on(house: Path) -> None:
    done = bench(house)
    assert done.returncode == 1
    assert "RuntimeError: no [screen] here" in done.stderr
    assert "4/6 rows measured" in done.stdout
    rows = figures(house)
    assert set(rows) == {"fast", "read_right", "too_early", "replay_drift_success", "broken", "endless"}
    assert rows["broken"]["error"] == "RuntimeError: no [screen] here"
    assert str(rows["endless"]["error"]).startswith("TimeoutError")


def test_a_row_has_the_figures_that_readers_of_the_file_count_on(house: Path) -> None:
    bench(house)
    rows = figures(house)
    wanted = {"value": 2.0, "unit": "ms", "baseline_name": "slow", "baseline": 100.0, "ratio": 50.0}
    assert wanted.items() <= rows["fast"].items()
    assert rows["fast"]["met"] is True
    assert rows["read_right"]["ratio"] == 3.0, "more is better: value over baseline, at least the floor"
    assert rows["read_right"]["met"] is False
    assert rows["too_early"]["ratio"] == 8.0, "0 counts as the floor"


def test_a_part_is_measured_and_joins_what_was_measured_before(house: Path) -> None:
    assert bench(house, "fast").returncode == 0
    assert bench(house, "read").returncode == 0
    assert set(figures(house)) == {"fast", "read_right"}


def test_an_unknown_row_is_named_with_those_there_are(house: Path) -> None:
    done = bench(house, "fast", "slow")
    assert done.returncode == 2
    assert "'slow'" in done.stderr
    assert "too_early" in done.stderr
    assert not (house / "build").exists()


def test_the_table_goes_into_the_readme_between_its_markers(house: Path) -> None:
    readme = house / "README.md"
    readme.write_text("before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n")
    bench(house, "fast", "broken")
    done = bench(house, "--readme")
    assert done.returncode == 0, done.stderr
    text = readme.read_text()
    assert "| `fast` | Quick | 2 ms | 100 (slow) | 50x | ratio >= 20: met |" in text
    assert "broken" not in text
    assert "old" not in text
    assert text.startswith("before\n<!-- bench -->\n")
    assert text.endswith("<!-- /bench -->\nafter\n")
    readme.write_text("no markers")
    assert bench(house, "--readme").returncode == 1


def test_rows_that_were_not_measured_now_stay_in_the_readme(house: Path) -> None:
    readme = house / "README.md"
    bench(house, "fast", "too_early")
    readme.write_text("<!-- bench -->\n<!-- /bench -->\n")
    bench(house, "--readme")
    before = readme.read_text()
    (house / "build" / "bench.json").unlink()
    bench(house, "read_right")
    text = before.replace("| `too_early`", "| `gone` | A row that is no more |\n| `too_early`")
    readme.write_text(text.replace("Measured 2", "Measured 2001-02-03 and 2"))
    bench(house, "--readme")
    text = readme.read_text()
    rows = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]
    assert rows == ["fast", "read_right", "too_early"]
    assert "| `fast` | Quick | 2 ms | 100 (slow) | 50x | ratio >= 20: met |" in text
    assert text.count("Measured") == 1
    assert "Measured 2001-02-03 and 20" in text


def test_the_drift_table_has_a_place_of_its_own(house: Path) -> None:
    bench(house, "replay_drift_success")
    readme = house / "README.md"
    readme.write_text("<!-- bench -->\n<!-- /bench -->\nx\n<!-- drift -->\nold\n<!-- /drift -->\n")
    bench(house, "--readme")
    text = readme.read_text()
    assert "| dark | 2 | 2 | 1, 1 wrong | 0 |\n| **all** | **2** | **2** | **1, 1 wrong** | **0** |" in text
    assert "old" not in text


def test_the_gpu_bench_runs_over_a_small_model_and_says_when_there_is_no_gpu() -> None:
    folder = Path(__file__).parent
    command = [sys.executable, str(folder / "bench" / "gpu.py")]
    environment = {**os.environ, "PYTHONPATH": str(folder), "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
    none = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100)
    assert none.returncode == 7 and "torch sees no GPU here" in none.stderr
    small = [*command, "--tiny", "--device", "cpu", "--shot", "64x64", "--steps", "2"]
    done = subprocess.run(small, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert "prefill, step 2" in done.stdout and "of them certain" in done.stdout
