"""What a page tells a person to type, typed into a shell in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

Typed = Callable[[str], str]


def typing_in(folder: Path, environment: Mapping[str, str]) -> Typed:
    """Types a block there, with `screenwright` and `python3` on PATH; what it printed. It must end with 0."""
    (folder / "bin").mkdir()
    for name, words in (("screenwright", " -m screenwright.agent.cli"), ("python3", "")):
        command = folder / "bin" / name
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}"{words} "$@"\n')
        command.chmod(0o755)
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def typing(block: str) -> str:
        done = subprocess.run(
            ["bash", "-e", "-c", block],
            cwd=folder,
            env={**environment, "PATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return typing
