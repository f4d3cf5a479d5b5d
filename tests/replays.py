"""A demo of the sign-up form, made once by an agent's run, and the command line that plays it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "screenwright.agent.cli"]
SIGNUP = Path(__file__).parents[1] / "demos" / "programs" / "signup.py"
SCRIPT = '- type "Ada" into Name\n- type "ada@example.com" into Email\n- click Submit\n- wait for "Welcome"\n'
SIZE = ("--size", "800x600")
ON_ITS_OWN = ("--virtual", *SIZE)


class Tool:
    """Runs screenwright in a folder of its own, without a display unless `environment` has one."""

    def __init__(self, folder: Path, environment: dict[str, str] | None = None) -> None:
        self.folder = folder
        plain = {
            key: value for key, value in os.environ.items() if not key.startswith(("DISPLAY", "SCREENWRIGHT"))
        }
        self.environment = environment if environment is not None else plain
        self.errors = ""

    def __call__(self, *words: str, code: int = 0, **environment: str) -> str:
        done = subprocess.run(
            [*COMMAND, *words],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=150,
        )
        self.errors = done.stderr
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout

    def fails(self, *words: str, code: int = 2, **environment: str) -> str:
        """What it says on one line; nothing on standard output."""
        assert self(*words, code=code, **environment) == ""
        assert self.errors.startswith("screenwright: ") and self.errors.count("\n") == 1, self.errors
        return self.errors

    def json(self, *words: str, code: int = 0, **environment: str) -> dict[str, Any]:
        told = json.loads(self(*words, "--json", code=code, **environment))
        assert told["exit_code"] == code
        return dict(told)

    def opened(self, out: str = "out.json") -> tuple[str, str]:
        """The options that open the form."""
        return "--open", f"{sys.executable} {SIGNUP} {self.folder / out}"

    def submitted(self, out: str = "out.json") -> dict[str, Any]:
        return dict(json.loads((self.folder / out).read_text(encoding="utf-8")))


def edited(demo: Path, *changes: tuple[str, str]) -> None:
    """Change the text of a demo's file as a person would; each change must find its place."""
    text = (demo / "demo.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, (old, text)
        text = text.replace(old, new)
    (demo / "demo.yaml").write_text(text, encoding="utf-8")


SECRET_EMAIL = (
    ("  email: {default: ada@example.com, about: Email}", "  secret_email: {secret: true, about: where to write}"),
    ("'{{email}}'", "'{{secret_email}}'"),
    ("name: {default: Ada, about: Name}", "name: {about: who signs up}"),
)
