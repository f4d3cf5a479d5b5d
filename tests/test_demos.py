"""The demos are real programs driven for real; each checks its own result outside the screen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


REPLAYS = ["replay_signup", "replay_contacts", "replay_note", "replay_order", "replay_sum"]


@pytest.mark.parametrize("name", ["signup", "note", "sum", "order", "pointing", "phone", *REPLAYS])
def test_a_demo_passes_and_leaves_its_page(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "demos"), name, "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().splitlines()[-1] == "demo: 1/1 tasks passed"
    assert (tmp_path / "index.html").exists()
    assert (tmp_path / name / "index.html").stat().st_size > 10_000
    assert (tmp_path / name / "run" / "steps.jsonl").read_text().count("\n") >= 2
