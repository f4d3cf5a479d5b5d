"""Runs as a list: which there are, how they went; and the old ones taken away, without touching anything else."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from screenwright.agent.view.told import GOING_S
from screenwright.tools.errors import BadScript
from screenwright.tools.stepcodec import read_as
from screenwright.tools.steps import Outcome, Task

OWN = re.compile(r"(meta\.json|meta\.new|(steps|frames|elements)\.jsonl|view\.html|shared\.html)")
"""What screenwright itself writes into a run's folder, beside the pictures in `frames/`."""
PICTURE = re.compile(r"\d{5,}-\d+\.png")


@dataclass(frozen=True)
class Listed:
    """A run in a list. `state`: as in an Outcome, or "going", "cut off"; `by`: steps that each policy decided."""

    path: Path
    task: str
    started: str
    written: float
    state: str
    steps: int
    seconds: float | None
    by: dict[str, int] = field(default_factory=dict[str, int])
    message: str = ""

    def json(self) -> dict[str, Any]:
        return asdict(self) | {"path": str(self.path)}


def listed(root: Path) -> list[Listed]:
    """The runs in a folder, newest first. BadScript where there is no such folder."""
    if not root.is_dir():
        raise BadScript(
            f"{root} is no folder; `screenwright run` makes runs/ where it is started, or name another"
        )
    runs = [run for run in map(_listed, sorted(root.iterdir())) if run]
    return sorted(runs, key=lambda run: (run.started, run.path.name), reverse=True)


def _listed(folder: Path) -> Listed | None:
    """None where the folder holds no run that can be read."""
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        task, outcome = read_as(Task)(meta["task"]), meta.get("outcome")
        ended = read_as(Outcome)(outcome) if outcome else None
        written = max(p.stat().st_mtime for p in (folder / "meta.json", folder / "steps.jsonl"))
        by, last = _decided(folder / "steps.jsonl")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    words = task.name or next((line.strip() for line in task.text.splitlines() if line.strip()), "")
    state = ended.status if ended else "going" if time.time() - written < GOING_S else "cut off"
    started = str(meta.get("started") or "")
    seconds = ended.seconds if ended else _since(started, last)
    message = ended.message if ended else ""
    return Listed(
        folder, words, started, written, state, sum(by.values()), seconds, dict(by.most_common()), message
    )


def _decided(path: Path) -> tuple[Counter[str], Any]:
    """How many steps each policy decided ("none": a reply that could not be read), and when the last began."""
    by: Counter[str] = Counter()
    last: Any = None
    for facts in _lines(path):
        decision = facts.get("decision")
        by[str(decision.get("source") or "?") if isinstance(decision, dict) else "none"] += 1
        last = facts.get("started")
    return by, last


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            facts = json.loads(line) if line else None
        except ValueError:
            continue
        if isinstance(facts, dict):
            yield facts


def _since(started: str, last: Any) -> float | None:
    try:
        return max(0.0, float(last) - datetime.fromisoformat(started).timestamp())
    except (TypeError, ValueError):
        return None


def table(runs: Sequence[Listed], width: int | None = None) -> str:
    """A line a run; `width`: characters there are room for."""
    from screenwright.agent.console import printable
    from screenwright.agent.timing import readable

    heads = ("WHEN", "STATUS", "STEPS", "TIME", "BY", "RUN", "TASK")
    rows: list[tuple[str, ...]] = [heads]
    for run in runs:
        by = " ".join(f"{who}:{count}" for who, count in run.by.items())
        took = readable(run.seconds) if run.seconds is not None else "-"
        said = run.task if run.state == "done" or not run.message else f"{run.task} - {run.message}"
        rows.append((_when(run.started), run.state, str(run.steps), took, by or "-", run.path.name, said))
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    lines: list[str] = []
    for row in rows:
        cells = [
            cell.rjust(w) if k in (2, 3) else cell.ljust(w)
            for k, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        line = printable("  ".join(cells)).rstrip()
        lines.append(line if width is None or len(line) <= width else line[: width - 1] + "…")
    return "\n".join(lines)


def _when(started: str) -> str:
    try:
        return datetime.fromisoformat(started).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return "-"


def to_prune(runs: Sequence[Listed], keep: int | None, older_days: float | None) -> list[Listed]:
    """Which of the runs, newest first, go: those behind the newest `keep`, and of these only those that are older.

    One that may still be going stays.
    """
    now = time.time()
    late = runs[keep or 0 :]
    if older_days is not None:
        late = [run for run in late if now - run.written > older_days * 86400]
    return [run for run in late if run.state != "going"]


def remove(run: Listed) -> list[str]:
    """Delete what screenwright wrote of a run. The names of what else is in its folder, and so stays with it."""
    folder = run.path
    if folder.is_symlink():
        return [f"{folder.name} is a link"]
    frames = folder / "frames"
    pictures = list(frames.iterdir()) if frames.is_dir() and not frames.is_symlink() else []
    own = [path for path in pictures if PICTURE.fullmatch(path.name)]
    own += [path for path in folder.iterdir() if OWN.fullmatch(path.name)]
    others = [path.name for path in (*folder.iterdir(), *pictures) if path not in own and path != frames]
    if others:
        return sorted(others)
    for path in own:
        path.unlink()
    if frames.is_dir():
        frames.rmdir()
    folder.rmdir()
    return []
