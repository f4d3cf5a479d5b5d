"""Real screens and real programs for the tests; all that is started here is ended by its process id."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Browser

from screenwright.tools.desktop import Desktop

PROGRAMS = Path(__file__).parent / "programs"


def until(holds: Callable[[], Any], seconds: float = 15.0) -> Any:
    """Look again and again until it holds; what it gave. Fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = holds()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not so within {seconds:g} s"
        time.sleep(0.01)


@pytest.fixture
def eventually() -> Callable[..., Any]:
    return until


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    """A fresh virtual desktop; half a second buys that no test meets another's windows."""
    with Desktop.virtual() as fresh:
        yield fresh


@pytest.fixture(scope="session")
def reader() -> Any:
    """One reader for all: loading its networks takes seconds, and what it has read it remembers."""
    from screenwright.tools.reading import Reader

    return Reader()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for all tests of a file."""
    chromium = Browser(tmp_path_factory.mktemp("chromium"))
    yield chromium
    chromium.close()


class Echo:
    """The echo program on a desktop: what it received so far."""

    def __init__(self, desktop: Desktop, path: Path, geometry: str = "600x400+100+100") -> None:
        self.path = path
        self.process = desktop.start([sys.executable, str(PROGRAMS / "echo.py"), str(path), geometry])
        until(lambda: self._focused(desktop))

    def _focused(self, desktop: Desktop) -> bool:
        """Asks for the focus until it is there: a window manager under load may give it to nobody."""
        if self.events("ready") and desktop.observe().title == "Echo":
            return True
        x11 = desktop._x11
        for window in x11.windows() if x11 else ():
            if window.title == "Echo" and x11:
                x11.raise_window(window)
        desktop.idle(0.2)
        return False

    def events(self, kind: str) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        lines = [line for line in self.path.read_text(encoding="utf-8").splitlines(True) if line.endswith("\n")]
        return [event for line in lines if (event := json.loads(line))["kind"] == kind]

    @property
    def text(self) -> str:
        said = self.events("text")
        return str(said[-1]["text"]) if said else ""


@pytest.fixture
def make_echo(tmp_path: Path) -> Callable[[Desktop, str], Echo]:
    return lambda desktop, geometry: Echo(desktop, tmp_path / "echo.jsonl", geometry)


@pytest.fixture
def echo(desktop: Desktop, tmp_path: Path) -> Echo:
    return Echo(desktop, tmp_path / "echo.jsonl")
