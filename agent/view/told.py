"""A run as it is told to people: what all pages, films and reports are made of, whole or redacted.

Whatever shows a run takes it from here, so that what is hidden is hidden everywhere.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from screenwright.tools.steps import Outcome, Step, Task
from screenwright.tools.trace import Trace

Numbers = tuple[int | None, int | None]
Mark = str

GOING_S = 120.0
"""A run without an ending that was written to so lately may still be going."""
RUNG = re.compile(r"^step .*?: (near|element|picture|text|neighbours|model), ")
PLAIN_RUNGS = ("near", "element")
"""Ways of finding a target that need no mending: it is where and what it was."""


@dataclass(frozen=True)
class Told:
    """A run. `numbers`: of each step its frames before and after in the trace's store, None where there is none.

    `about`: device, policy and the like; `silent_s`: how long ago it was last written to, of a run without ending.
    """

    trace: Trace
    name: str
    task: Task
    steps: Sequence[Step]
    numbers: Sequence[Numbers]
    outcome: Outcome | None
    about: dict[str, str]
    started: str | None = None
    folder: str = ""
    damaged: Sequence[str] = ()
    silent_s: float | None = None
    redacted: bool = False

    @property
    def state(self) -> str:
        """How it ended; "going" or "cut off" where it has no ending."""
        if self.outcome:
            return self.outcome.status
        return "going" if self.silent_s is not None and self.silent_s < GOING_S else "cut off"


def told(run: str | Path | Trace) -> Told:
    """Everything about a run. BadScript where `run` holds none."""
    trace = run if isinstance(run, Trace) else Trace(run)
    steps = trace.steps
    numbers = [(trace.number(s.observation), trace.number(s.after) if s.after else None) for s in steps]
    about = {key: str(trace.meta[key]) for key in ("device", "policy") if trace.meta.get(key)}
    if trace.meta.get("dry_run"):
        about["dry run"] = "nothing was done"
    started = trace.meta.get("started")
    name = trace.task.name or _first_line(trace.task.text) or trace.folder.name
    return Told(
        trace,
        name,
        trace.task,
        steps,
        numbers,
        trace.outcome,
        about,
        started if isinstance(started, str) else None,
        trace.folder.name,
        trace.damaged,
        None if trace.outcome else _silent_s(trace.folder),
    )


def marks(step: Step) -> list[Mark]:
    """What is worth finding in a long run: denied, asked, failed, unknown, mended, helped, nothing."""
    verdict, decision, result = step.verdict, step.decision, step.result
    found: list[Mark] = []
    if verdict is not None and not verdict.allowed:
        found.append("denied")
    elif verdict is not None and verdict.ruling == "ask":
        found.append("asked")
    if result.unknown:
        found.append("unknown")
    elif not result.ok and "denied" not in found:
        found.append("failed")
    if rung(step) not in (*PLAIN_RUNGS, ""):
        found.append("mended")
    if decision and "has done step" in decision.thought:
        found.append("helped")
    if (
        result.ok
        and result.effect.where == "nothing"
        and decision
        and decision.action.kind not in ("wait", "move")
    ):
        found.append("nothing")
    return found


def rung(step: Step) -> str:
    """By which rung a replay found its target; "" where none was looked for."""
    decision = step.decision
    match = RUNG.match(decision.thought) if decision and decision.source == "replay" else None
    return match[1] if match else ""


def span(steps: Iterable[Step]) -> float:
    """When the run began: `time.time()` of its first step that knows; 0.0 where none does."""
    return next((step.started for step in steps if step.started), 0.0)


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _silent_s(folder: Path) -> float | None:
    try:
        written = max(path.stat().st_mtime for path in (folder / "steps.jsonl", folder / "meta.json"))
    except OSError:
        return None
    return max(0.0, time.time() - written)
