"""What a bench row is, how rows are found, measured and written; `make bench` runs it.

A row measures one thing of ours and one baseline in the same run. Rows live in `tests/bench/rows_*.py`:

    from harness import Row, row

    @row("click", unit="ms", wants="ratio >= 20")
    def click() -> Row:
        '''A click through the whole executor, beside pyautogui as it comes.'''
        return Row(value=0.9, baseline_name="pyautogui.click as it comes", baseline=104.0, extra={"n": 200})

`ratio` is baseline over value, so that more is better; for a unit where more is better (`more=True`: a
share read right) it is value over baseline. Where a side can be 0, give `floor`, the smallest step the
measurement can tell (1 for a count, 1/12 for a share of 12): the divisor is never below it.

`wants` is the figure the project promises ("ratio >= 20", "value <= 0.45"); a row that falls short is
shown as such and is no failure. A row that raises is a failure: the others go on, the exit code is 1.
Two rows out of one measurement: put it in a function with `functools.cache` and call it from both.
Everything a row starts, it ends. `seconds` is when a row that hangs is given up.
"""

from __future__ import annotations

import importlib
import json
import math
import os
import re
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from timed_rows import machine, time_limit

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
RESULTS = ROOT / "build" / "bench.json"

Measured = dict[str, Any]
"""One row as it stands in bench.json."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a row function returns. `value` and `baseline` are in the row's unit; `extra` is free."""

    value: float
    baseline_name: str
    baseline: float
    floor: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bench:
    """A row that can be measured."""

    name: str
    unit: str
    measure: Callable[[], Row]
    more: bool = False
    wants: str = ""
    seconds: float = 600.0


BENCHES: dict[str, Bench] = {}
"""Filled by `@row` when `discover` imports the files."""

_WANTS = re.compile(r"(value|ratio) *(<=|>=|<|>|==) *([0-9.]+)")


def row(
    name: str, *, unit: str, more: bool = False, wants: str = "", seconds: float = 600.0
) -> Callable[[Callable[[], Row]], Callable[[], Row]]:
    """Make a function a row of the bench; see the head of this file."""
    if wants and not _WANTS.fullmatch(wants):
        raise ValueError(f"row {name}: wants={wants!r}; write it like 'ratio >= 20' or 'value <= 0.45'")

    def keep(measure: Callable[[], Row]) -> Callable[[], Row]:
        if name in BENCHES:
            raise ValueError(f"two rows are called {name!r}")
        BENCHES[name] = Bench(name, unit, measure, more, wants, seconds)
        return measure

    return keep


def discover() -> dict[str, str]:
    """Import every rows_*.py; returns the files that could not be imported, with their error."""
    broken: dict[str, str] = {}
    for path in sorted(FOLDER.glob("rows_*.py")):
        try:
            importlib.import_module(path.stem)
        except Exception as error:
            broken[path.name] = f"{type(error).__name__}: {error}"
    return broken


def chosen(wanted: Sequence[str]) -> list[Bench]:
    """The rows whose name begins with, or else holds, a wanted word; all for none. KeyError: unknown."""
    if not wanted:
        return list(BENCHES.values())
    names: list[str] = []
    for word in wanted:
        found = [n for n in BENCHES if n == word] or [n for n in BENCHES if n.startswith(word)]
        found = found or [n for n in BENCHES if word in n]
        if not found:
            raise KeyError(f"no bench row is called {word!r}; there are: {', '.join(sorted(BENCHES))}")
        names += [n for n in found if n not in names]
    return [BENCHES[n] for n in names]


def measure(bench: Bench) -> Measured:
    """Run one row; `error` is in the result when it raised."""
    about: Measured = {"unit": bench.unit, "date": datetime.now(UTC).isoformat(timespec="seconds"), **here()}
    began = time.perf_counter()
    try:
        with time_limit(bench.seconds, f"row {bench.name}"):
            made = bench.measure()
        result = scored(bench, made)
    except (Exception, SystemExit) as error:  # pyautogui's import calls sys.exit where tkinter is missing
        traceback.print_exc()
        result = {"error": f"{type(error).__name__}: {error}"}
    return {**result, **about, "took_s": round(time.perf_counter() - began, 2)}


def scored(bench: Bench, made: Row) -> Measured:
    """The figures of a row as they are written: value, baseline, ratio, and whether the wish is met."""
    ours, theirs = float(made.value), float(made.baseline)
    above, below = (ours, theirs) if bench.more else (theirs, ours)
    below = max(below, made.floor)
    if below <= 0 or not math.isfinite(above + below):
        raise ValueError(f"row {bench.name}: {above:g} over {below:g} is no ratio; give Row(floor=...)")
    figures = {"value": ours, "ratio": above / below}
    result: Measured = {
        "value": ours,
        "unit": bench.unit,
        "baseline_name": made.baseline_name,
        "baseline": theirs,
        "ratio": round(above / below, 4),
    }
    if wish := _WANTS.fullmatch(bench.wants):
        result["wants"] = bench.wants
        result["met"] = _holds(figures[wish[1]], wish[2], float(wish[3]))
    if made.extra:
        result["extra"] = made.extra
    return result


def _holds(figure: float, sign: str, wish: float) -> bool:
    return {
        "<=": figure <= wish,
        ">=": figure >= wish,
        "<": figure < wish,
        ">": figure > wish,
        "==": figure == wish,
    }[sign]


def here() -> dict[str, str]:
    """Where a row was measured."""
    git = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True
    )
    return {
        "machine": machine(),
        "commit": git.stdout.strip() or "unknown",
    }


def load() -> dict[str, Measured]:
    """The rows measured so far, by name."""
    try:
        kept = json.loads(RESULTS.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return dict(kept)


def save(name: str, measured: Measured) -> None:
    """Put one row in among those measured earlier. A failed run drops the old figure: it is not true now."""
    rows = load() | {name: measured}
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    fresh = RESULTS.with_name(f"{RESULTS.name}.{os.getpid()}")
    fresh.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    fresh.replace(RESULTS)


def main(words: Sequence[str]) -> int:
    """Measure the rows named; 0, or 1 when one failed, or 2 when a name is unknown."""
    from table import show, write_readme

    if "--readme" in words:
        return write_readme(load())
    broken = discover()
    for file, error in broken.items():
        print(f"bench: tests/bench/{file} can't be imported: {error}", file=sys.stderr)
    try:
        benches = chosen(words)
    except KeyError as error:
        print(f"bench: {error.args[0]}", file=sys.stderr)
        return 2
    done: dict[str, Measured] = {}
    for number, bench in enumerate(benches, 1):
        print(f"bench: {bench.name} ({number} of {len(benches)}) ...", file=sys.stderr, flush=True)
        done[bench.name] = measure(bench)
        save(bench.name, done[bench.name])
    show(done)
    failed = [name for name, measured in done.items() if "error" in measured]
    print(f"bench: {len(done) - len(failed)}/{len(done)} rows measured, in {RESULTS.relative_to(ROOT)}")
    return 1 if failed or (broken and not words) else 0
