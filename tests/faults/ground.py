"""The ground that faults are tried on: a screen with a field, real runs on it, and what must hold after."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from fault import Trial

from screenwright.tools.display import VirtualDisplay
from screenwright.tools.errors import ScreenwrightError
from screenwright.tools.trace import Trace
from screenwright.tools.x11 import X11

HERE = Path(__file__).parent
COMMAND = [sys.executable, "-m", "screenwright.agent.cli"]
END_S = 30.0  # a run that goes on longer than this after the harm hangs


def until(holds: Callable[[], Any], seconds: float = 15.0) -> Any:
    """What it gave once it held, or the last that it gave: a row says itself what is broken."""
    deadline = time.monotonic() + seconds
    while not (answer := holds()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return answer


class Run(Protocol):
    """A process that is harmed."""

    pid: int

    def running(self) -> bool: ...
    def signal(self, number: int) -> None: ...
    def ended(self, seconds: float = ...) -> Ended: ...


class Ground:
    """A virtual screen with a field that has the focus."""

    def __init__(self, folder: Path, width: int = 640, height: int = 400) -> None:
        self.folder = folder
        self.path = folder / "field.txt"
        self.display = VirtualDisplay(width, height)
        try:
            self.open_field()
        except BaseException:
            self.display.close()
            raise

    @property
    def environment(self) -> dict[str, str]:
        return self.display.environment

    def open_field(self) -> None:
        self.path.unlink(missing_ok=True)
        self.field = self.display.start([sys.executable, str(HERE / "field.py"), str(self.path)])
        if not until(self.path.exists):
            raise TimeoutError("the window with the field did not come up")

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def await_typing(self, run: Run) -> None:
        """Until the run has typed something, or has ended."""
        until(lambda: self.text or not run.running(), END_S)

    def reads(self, text: str, seconds: float = 3.0) -> bool:
        """Does the field say so, at once or a little later?"""
        return bool(until(lambda: self.text == text, seconds))

    def clear(self) -> None:
        clear = self.path.with_suffix(".clear")
        clear.touch()
        until(lambda: not clear.exists() and not self.text)

    def held(self) -> str:
        """What is down on the X server, in words; empty for nothing."""
        with closing(X11(self.environment["DISPLAY"])) as x11, x11.asking() as display:
            keys = display.query_keymap()
            mask = int(display.screen().root.query_pointer().mask) & 0x1F00
        down = [code for code in range(256) if keys[code // 8] >> code % 8 & 1]
        return " ".join([*(f"key {code}" for code in down), *([f"buttons {mask:#x}"] if mask else [])])

    def let_go(self, seconds: float = 5.0) -> str:
        """What is still held after some seconds; empty for nothing."""
        until(lambda: not self.held(), seconds)
        return self.held()

    def close(self) -> None:
        self.display.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


@dataclass
class Ended:
    """How a run ended. `code` is None where it hung and was killed; minus a signal's number where one did it."""

    code: int | None
    out: str
    err: str
    seconds: float

    @property
    def clear(self) -> bool:
        """Did it say in one JSON object what happened, without a traceback?"""
        try:
            told = json.loads(self.out)
        except ValueError:
            return False
        return bool(told.get("message") or told.get("status") == "done") and "Traceback" not in self.err

    @property
    def said(self) -> str:
        return f"code {self.code}, out {self.out[-300:]!r}, err {self.err[-700:]!r}"


class Process:
    """A process that can be harmed and waited for; its output goes to files."""

    def __init__(
        self,
        argv: Sequence[str],
        folder: Path,
        environment: dict[str, str],
        before: Callable[[], None] | None = None,
    ) -> None:
        self.paths = folder / "out.txt", folder / "err.txt"
        with self.paths[0].open("wb") as out, self.paths[1].open("wb") as err:
            self._process = subprocess.Popen(
                list(argv),
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
                preexec_fn=before,
            )
        self.pid = self._process.pid

    def running(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def ended(self, seconds: float = END_S) -> Ended:
        """Wait for the end; what hangs is killed."""
        began, code = time.monotonic(), None
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        out, err = (path.read_text(encoding="utf-8", errors="replace") for path in self.paths)
        return Ended(code, out, err, time.monotonic() - began)


def agent(
    words: Sequence[str], folder: Path, environment: dict[str, str], before: Callable[[], None] | None = None
) -> Process:
    """A real `screenwright` in its own process."""
    return Process([*COMMAND, *words], folder, environment, before)


class Nursery:
    """Runs of `screenwright` that don't import it each time; see nursery.py."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "nursery.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, words: Sequence[str], folder: Path, environment: dict[str, str]) -> Born:
        out, err = folder / "out.txt", folder / "err.txt"
        asked = {"words": words, "folder": str(folder), "environment": environment, "out": str(out)}
        line = json.dumps(asked | {"err": str(err)})
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return Born(int(self._line().split()[1]), self, (out, err))

    def _line(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the nursery ended with {self._process.wait()}")
        return line

    def end_of(self, pid: int) -> int:
        said = self._line().split()
        assert said[:2] == ["end", str(pid)], said
        return int(said[2])

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class Born:
    """One run out of a nursery."""

    def __init__(self, pid: int, nursery: Nursery, paths: tuple[Path, Path]) -> None:
        self.pid, self._nursery, self.paths = pid, nursery, paths

    def running(self) -> bool:
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def ended(self, seconds: float = END_S) -> Ended:
        began = time.monotonic()
        hung = not until(lambda: not self.running(), seconds)
        if hung:
            os.kill(self.pid, signal.SIGKILL)
        code = self._nursery.end_of(self.pid)
        out, err = (path.read_text(encoding="utf-8", errors="replace") for path in self.paths)
        return Ended(None if hung else code, out, err, time.monotonic() - began)


def await_file(path: Path, run: Run) -> None:
    """Until it is there, or the run has ended."""
    until(lambda: path.exists() or not run.running(), END_S)


def empty(folder: Path, seconds: float = 10.0) -> bool:
    """Is nothing in it, at once or a little later?"""
    return bool(until(lambda: not any(folder.iterdir()), seconds))


def unsound(folder: Path, *, ended: bool) -> str:
    """What is wrong with a trace, in words; empty for a whole one. `ended`: it must tell how the run ended."""
    try:
        trace = Trace(folder)
        steps = trace.steps
        for step in steps:
            for seen in (step.observation, step.after):
                if seen is not None and seen.pixels.ndim != 3:
                    return "a picture is none"
    except (ScreenwrightError, OSError, KeyError, ValueError) as error:
        return f"it can't be read: {type(error).__name__}: {error}"
    if [step.index for step in steps] != list(range(len(steps))):
        return f"its steps are {[step.index for step in steps]}"
    if ended and trace.outcome is None:
        return "it does not tell how the run ended"
    if ended and trace.damaged:
        return f"it is damaged: {trace.damaged}"
    torn = [damage for damage in trace.damaged if "is not whole" not in damage]
    return f"it is damaged: {torn}" if torn or len(trace.damaged) > 1 else ""


def check_trace(trial: Trial, folder: Path, *, ended: bool, when: str = "") -> None:
    """A trace that is not whole costs the row its yes."""
    wrong = unsound(folder, ended=ended)
    trial.check(not wrong, f"{when}the trace: {wrong}")


def cleared(folder: Path) -> Path:
    """An empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
