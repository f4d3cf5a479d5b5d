"""The gate and the set-up: that each check sees a deliberate fault, and that bad surroundings are named."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PARTS = (
    "agent", "tools", "policies", ".ci", "tests/bench", "tests/faults", "tests/tiny", "tests/typeview", "demos",
)  # fmt: skip


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The tree as the gate sees it, to be broken."""
    for part in PARTS:
        (tmp_path / part).parent.mkdir(exist_ok=True)
        ignore = shutil.ignore_patterns("__pycache__", "checkpoint", "recorded")
        shutil.copytree(ROOT / part, tmp_path / part, symlinks=True, ignore=ignore)
    beside = [f"tests/{file.name}" for file in (ROOT / "tests").glob("*.py") if not file.name.startswith("test_")]
    for name in ("pyproject.toml", "README.md", "LICENSE", "Makefile", *beside):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def spoil(file: Path, line: str) -> None:
    with file.open("a", encoding="utf-8") as tail:
        tail.write(line + "\n")


def test_every_check_of_the_gate_sees_a_deliberate_fault(copy: Path) -> None:
    spoil(copy / "tools" / "geometry.py", 'wrong: int = "no number"')
    spoil(copy / "tools" / "errors.py", "import screenwright.agent.limits")
    spoil(copy / "policies" / "policy.py", "odd  =  1")
    spoil(copy / "agent" / "limits.py", "# a long file\n" * 300)
    done = subprocess.run(
        [sys.executable, ".ci/check.py"], cwd=copy, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 1
    said = done.stdout
    for check in ("ruff", "format", "mypy", "pyright", "imports", "length"):
        assert f"check: {check}: FAILED" in said, said
    assert "tools/geometry.py" in said.partition("check: mypy")[2].partition("check: pyright")[0]
    assert "tools/geometry.py" in said.partition("check: pyright")[2].partition("check: imports")[0]
    assert "screenwright.tools is not allowed to import screenwright.agent" in " ".join(said.split())


def test_a_checker_that_looks_at_nothing_does_not_pass(copy: Path) -> None:
    """Seen: mypy's exclude of the linked folder, and pyright given that folder, both said 0 errors."""
    project = copy / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace('include = ["agent", "tools", "policies"', 'include = ["tools/errors.py"', 1))
    command = [sys.executable, ".ci/check.py", "pyright"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert "its paths are wrong" in done.stdout
    assert done.returncode == 1


def set_up(copy: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "check"],
        cwd=copy,
        # `make test PYTHON=...` hands its own settings down to every make below it
        env=os.environ | {"APT": "no", "MAKEFLAGS": "", "MAKEOVERRIDES": ""} | environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def test_a_python_that_is_not_there_is_named(copy: Path) -> None:
    done = set_up(copy, PYTHON="python-of-nowhere")
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed, and python-of-nowhere is not there" in done.stderr
    assert "PYTHON=python3.12" in done.stderr
    assert not (copy / ".venv").exists()


def test_a_python_that_is_too_old_is_named(copy: Path, tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.2"\nexit 1\n')
    old.chmod(0o755)
    done = set_up(copy, PYTHON=str(old))
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "Python 3.9.2" in done.stderr
