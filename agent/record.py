"""Makes a demo out of what a person does on a screen, or out of an agent's run."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from screenwright.agent.blanking import copy_blanked, typed_secret
from screenwright.tools.errors import BadScript, ScreenwrightError

if TYPE_CHECKING:
    from screenwright.policies.replay.folder import DemoFolder
    from screenwright.tools.desktop import Desktop
    from screenwright.tools.recording.recorder import Recorder
    from screenwright.tools.steps import Outcome

DEMOS = Path("demos")
WORDS = {"p": "pause", "s": "secret", "q": "stop"}


def new_demo(name: str, into: str | Path = DEMOS) -> Path:
    """Where a demo of that name will be. BadScript for a name that can't be, or that is taken."""
    if not re.fullmatch(r"[\w.-]+", name) or set(name) <= {"."}:
        raise BadScript(
            f"{name!r} can't be a demo's name: letters, digits, _, - and . alone, such as: add-a-contact"
        )
    folder = Path(into, name)
    if folder.exists():
        raise BadScript(f"{folder} is there already: choose another name, or delete it (rm -r {folder})")
    return folder


def own_window(desktop: Desktop, stdin: TextIO) -> int | None:
    """The terminal's window, whose clicks and keys are no part of a recording; None where there is none."""
    said = os.environ.get("WINDOWID", "")
    if said.isdigit():
        return _client(desktop, int(said))
    if not stdin.isatty():
        return None
    front = desktop.front()
    return front.id if front else None


def _client(desktop: Desktop, id: int) -> int:
    """Terminals name the inner of their windows; the window manager knows the outer one."""
    from screenwright.tools.x11 import X11

    x11 = X11(desktop.environment["DISPLAY"])
    try:
        known = {window.id for window in x11.windows()}
        with suppress(Exception), x11.asking() as display:  # a window that is gone, or of another display
            window = display.create_resource_object("window", id)
            while window and window.id not in known:
                window = window.query_tree().parent
            return int(window.id) if window else id
    finally:
        x11.close()
    return id


def steered(recorder: Recorder, stdin: TextIO) -> Outcome:
    """Record until it is stopped: by hotkey, by a line `q`, by Ctrl-C or SIGTERM. All that was done is kept."""
    with _signals_stop():
        try:
            recorder.start()
            threading.Thread(target=_listen, args=(recorder, stdin), daemon=True).start()
            while not recorder.wait(0.2):
                pass
        except KeyboardInterrupt:
            if recorder.state is None:
                raise
        # a second Ctrl-C must not leave the trace without its ending
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return recorder.stop()
        finally:
            signal.signal(signal.SIGINT, before)


def _listen(recorder: Recorder, stdin: TextIO) -> None:
    with suppress(ValueError, OSError):  # closed meanwhile
        for line in stdin:
            match WORDS.get(line.strip().lower()[:1]):
                case "pause":
                    recorder.pause()
                case "secret":
                    recorder.secret()
                case "stop":
                    recorder.ask_to_stop()
                    return
                case _:
                    print("p pauses or goes on, s turns secret on or off, q stops", file=sys.stderr)


@contextmanager
def _signals_stop() -> Iterator[None]:
    def stop(number: int, frame: object) -> NoReturn:
        raise KeyboardInterrupt

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    heard = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def compiled(folder: Path, name: str) -> DemoFolder:
    """The demo out of the trace in its folder. BadScript where nothing was recorded; the folder goes then."""
    from screenwright.policies.replay.compiling import compile_trace
    from screenwright.tools.reading import Reader
    from screenwright.tools.trace import Trace

    trace = Trace(folder / "trace")
    if not trace.steps:
        shutil.rmtree(folder)
        raise BadScript("nothing was done while it recorded, so nothing is kept")
    try:
        return compile_trace(trace, folder, name=name, reader=Reader())
    except ScreenwrightError as error:
        raise type(error)(f"{error}; the recording is kept: screenwright demo compile {name}") from error


def save_run(run_folder: str | Path, name: str, into: str | Path = DEMOS) -> DemoFolder:
    """Make a demo of an agent's run. BadScript: the name is taken, or the run did not end well."""
    from screenwright.tools.trace import Trace

    trace, folder = Trace(run_folder), new_demo(name, into)
    outcome = trace.outcome
    if outcome is None or not outcome.ok:
        status = outcome.status if outcome else "cut off"
        raise BadScript(f"the run {trace.folder} ended with {status}: only one that is done makes a demo")
    if not trace.steps:
        raise BadScript(f"the run {trace.folder} has no steps to make a demo of")
    folder.mkdir(parents=True)
    if any(typed_secret(step) for step in trace.steps):
        copy_blanked(trace, folder / "trace")
    else:
        shutil.copytree(trace.folder, folder / "trace")
    return compiled(folder, name)


def how_to_stop(where: str, hotkeys: Sequence[str], tell: Callable[[str], None]) -> None:
    """Say where it records, and how it is steered."""
    pause, stop, secret = hotkeys
    tell(f"recording {where}")
    tell(f"  {stop} stops it, {pause} pauses it and goes on, {secret} before and after what must not be kept")
    tell("  or here, with Enter: q, p, s; Ctrl-C stops it, too, and all is kept")
