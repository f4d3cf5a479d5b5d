"""What every demo stands on: a desktop, a folder of its own, and a way to say that a check failed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from screenwright.agent import Agent, Listener, Screen
from screenwright.policies import Literal
from screenwright.tools import Desktop, Outcome, Reader, Task
from screenwright.tools.device import Device

HERE = Path(__file__).parent


class CheckFailed(Exception):
    """The task's result, looked up outside the screen, is not what it should be."""


@dataclass
class Stage:
    """One demo's surroundings. `folder` holds the trace, the page and the files that the demo makes."""

    desktop: Desktop
    folder: Path
    listeners: tuple[Listener, ...]
    reader: Reader

    def program(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one of demos/programs on the desktop."""
        return self.desktop.start([sys.executable, str(HERE / "programs" / f"{name}.py"), *arguments])

    def run(self, script: str, device: Device | None = None, **parameters: str) -> Outcome:
        """Run demos/tasks/<script>.md without a model, on the desktop if on nothing else."""
        path = HERE / "tasks" / f"{script}.md"
        task = Task(path.read_text(encoding="utf-8"), parameters, name=script)
        agent = Agent(
            Literal(reader=self.reader),
            device or self.desktop,
            trace=self.folder / "run",
            listeners=self.listeners,
        )
        return self.finished(agent.run(task))

    def screen(self) -> Screen:
        """The Python API on the desktop, recorded like any run."""
        return Screen(self.desktop, trace=self.folder / "run", listeners=self.listeners, reader=self.reader)

    @staticmethod
    def finished(outcome: Outcome) -> Outcome:
        if not outcome.ok:
            raise CheckFailed(f"the run ended as {outcome.status}: {outcome.message}")
        return outcome


def eventually(what: str, holds: Callable[[], object], seconds: float = 10) -> None:
    """Look outside the screen until it is so; programs write files a moment after the click."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise CheckFailed(f"{what}: not so within {seconds:g} s")
        time.sleep(0.02)


def equal(what: str, got: object, wanted: object) -> None:
    if got != wanted:
        raise CheckFailed(f"{what} is {got!r}, should be {wanted!r}")
