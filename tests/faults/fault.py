"""What a row of `make faults` is, how rows are found, run, judged and written into docs/reliability.md.

A row does one kind of harm to the real thing, again and again at random places, and checks a promise each
time. Rows live in `tests/faults/faults_*.py`:

    @fault("server", "kill -9 of the X server", promise="the run ends with a message; the trace is whole")
    def server(trial: Trial) -> None:
        for _ in trial.times(20):
            ...
            trial.saw("ended with a message")           # counted, told in the table
            trial.check(not held, f"a key is held: {held}")  # what is not so is told and costs the row its yes

After each row, nothing that it started may still run, and no file may be left in the temporary folder. The
dice are thrown with a fixed seed and the row's name, so a row throws the same whichever rows run beside it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from timed_rows import machine, time_limit

from screenwright.tools.last_will import WILL

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
RESULTS = ROOT / "build" / "faults.json"
SEED = 20261127
MARK = "SCREENWRIGHT_FAULTS"
"""In the environment of all that a row starts, so that what is left running is told from everything else."""
GONE_S = 10.0  # until all that a killed process left to its heir must be done

Measured = dict[str, Any]


class Skipped(Exception):
    """This machine can't do the harm; the text says why."""


@dataclass
class Trial:
    """One row being run. `folder` is its own; `dice` are thrown the same each time."""

    folder: Path
    dice: random.Random
    share: float = 1.0
    injected: int = 0
    seen: Counter[str] = field(default_factory=Counter[str])
    broken: list[str] = field(default_factory=list[str])
    note: str = ""

    def times(self, full: int) -> Iterator[int]:
        """So many injections, or a share of them where a quick look is wanted; each is counted."""
        for number in range(max(1, round(full * self.share))):
            self.injected += 1
            yield number

    def saw(self, what: str) -> None:
        self.seen[what] += 1

    def check(self, holds: object, said: str) -> bool:
        if not holds:
            self.broken.append(said)
        return bool(holds)


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that can be run."""

    name: str
    harm: str
    promise: str
    inflict: Callable[[Trial], None]
    seconds: float


FAULTS: dict[str, Fault] = {}
"""Filled by `@fault` when `discover` imports the files."""


def fault(
    name: str, harm: str, *, promise: str, seconds: float = 180.0
) -> Callable[[Callable[[Trial], None]], Callable[[Trial], None]]:
    """Make a function a row; see the head of this file."""

    def keep(inflict: Callable[[Trial], None]) -> Callable[[Trial], None]:
        if name in FAULTS:
            raise ValueError(f"two rows are called {name!r}")
        FAULTS[name] = Fault(name, harm, promise, inflict, seconds)
        return inflict

    return keep


def discover() -> None:
    for path in sorted(FOLDER.glob("faults_*.py")):
        importlib.import_module(path.stem)


def chosen(wanted: Sequence[str]) -> list[Fault]:
    """The rows whose name begins with a wanted word; all for none. KeyError: unknown."""
    if not wanted:
        return list(FAULTS.values())
    names: list[str] = []
    for word in wanted:
        found = [n for n in FAULTS if n == word] or [n for n in FAULTS if n.startswith(word)]
        if not found:
            raise KeyError(f"no row is called {word!r}; there are: {', '.join(FAULTS)}")
        names += [n for n in found if n not in names]
    return [FAULTS[n] for n in names]


def suffered(row: Fault, share: float = 1.0) -> Measured:
    """Run one row in folders of its own, and look at what it left behind."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    trial = Trial(folder / "work", random.Random(f"{SEED} {row.name}"), share)
    trial.folder.mkdir()
    spool = folder / "tmp"
    spool.mkdir()
    WILL.says("faults", None)  # its heir waits for this process's own end, and carries no mark
    began = time.perf_counter()
    skipped = ""
    before = dict(os.environ)
    os.environ |= {MARK: f"{os.getpid()}", "TMPDIR": str(spool)}
    tempfile.tempdir = str(spool)
    try:
        with time_limit(row.seconds, "the row"):
            row.inflict(trial)
    except Skipped as error:
        skipped = str(error)
    except Exception as error:
        traceback.print_exc()
        trial.broken.append(f"the row itself broke off: {type(error).__name__}: {error}")
    finally:
        tempfile.tempdir = None
        os.environ.clear()
        os.environ.update(before)
    for left in _left_running():
        trial.broken.append(f"left running: {left}")
    for path in sorted(spool.iterdir()):
        trial.broken.append(f"left behind: {path.name}")
    shutil.rmtree(folder, ignore_errors=True)
    return {**_judged(row, trial, skipped), **here(), "took_s": round(time.perf_counter() - began, 1)}


def _judged(row: Fault, trial: Trial, skipped: str) -> Measured:
    told = [f"{count:,} x {what}" for what, count in trial.seen.most_common()]
    happened = "; ".join([*told, *([trial.note] if trial.note else [])])
    kept = f"not tried: {skipped}" if skipped else "yes" if not trial.broken else "no"
    return {
        "harm": row.harm,
        "promise": row.promise,
        "injected": trial.injected,
        "happened": happened,
        "kept": kept,
        "broken": [f"{count} x {said}" for said, count in Counter(trial.broken).most_common(60)],
        "seed": SEED,
    }


def _left_running() -> list[str]:
    """What still runs of all that was started; it gets some seconds, and is ended after that."""
    until = time.monotonic() + GONE_S
    while (left := _marked()) and time.monotonic() < until:
        time.sleep(0.05)
    for pid in left:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    return list(left.values())


def _marked() -> dict[int, str]:
    """Processes that carry the mark of this one, with their command lines."""
    mark, found = f"{MARK}={os.getpid()}\0".encode(), dict[int, str]()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # gone meanwhile, or another's
            if int(folder.name) == os.getpid() or mark not in (folder / "environ").read_bytes():
                continue
            if (folder / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                found[int(folder.name)] = " ".join(words)[:120]
    return found


def here() -> dict[str, str]:
    """Where and of what a row was run."""
    git = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "commit": git.stdout.strip() or "unknown",
    }


def kept_with(name: str, measured: Measured) -> dict[str, Measured]:
    """All that the rows found when they were last run; what this one did is written down beside them."""
    rows: dict[str, Measured] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    rows[name] = measured
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
    return rows


def main(words: Sequence[str]) -> int:
    """Run the rows named; 0, or 1 when a promise was not kept, or 2 when a name is unknown.

    `--share=0.1`: only a tenth of the injections, and nothing is written.
    """
    from fault_table import show, write

    quick = next((word for word in words if word.startswith("--share=")), "")
    share = float(quick.partition("=")[2] or 1)
    discover()
    try:
        rows = chosen([word for word in words if not word.startswith("--")])
    except KeyError as error:
        print(f"faults: {error.args[0]}", file=sys.stderr)
        return 2
    done: dict[str, Measured] = {}
    for number, row in enumerate(rows, 1):
        print(f"faults: {row.name} ({number} of {len(rows)}): {row.harm} ...", file=sys.stderr, flush=True)
        done[row.name] = suffered(row, share)
        if share == 1:
            write(kept_with(row.name, done[row.name]))
    show(done)
    return 0 if all(row["kept"] != "no" for row in done.values()) else 1
