"""What the README shows works word for word, in a folder that has an agent.py and a tools/ of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from screenwright.policies.literal.script import read_script

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)[0]


def test_the_python_example(tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text("raise SystemExit('the wrong agent')")
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "__init__.py").write_text("raise SystemExit('the wrong tools')")
    (tmp_path / "example.py").write_text(block("python"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "in the menu: True" in done.stdout
    assert "done naïve café – 中文 😀" in done.stdout
    assert len(list((tmp_path / "runs").iterdir())) == 2


def test_the_task_script() -> None:
    assert len(read_script(block("markdown"), {"name": "Ada"})) == 8


def test_it_begins_with_the_two_commands_and_shows_a_picture_that_is_there() -> None:
    assert block("sh").split()[:2] == ["make", "demo"] and "make test" in block("sh")
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (Path(__file__).resolve().parents[1] / picture).stat().st_size > 10_000
