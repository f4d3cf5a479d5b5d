"""A demo run once for each row of a CSV, with its results written as they come."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screenwright.agent.replaying import Helped, Played, play
from screenwright.agent.rows import BAD_ROW, Results, Row
from screenwright.agent.running import EXITS, Manner
from screenwright.tools.errors import BadScript, Ending, NotInstalled
from screenwright.tools.masking import Mask
from screenwright.tools.reading import Reader
from screenwright.tools.trace import TraceWriter

if TYPE_CHECKING:
    from screenwright.policies.replay.folder import DemoFolder

ENDS = ("error", "stopped")  # the screen, the disk or the model is gone, or a person has had enough


@dataclass
class Many:
    """How many rows went how. `last`: how the run went that ended all; `proposals`: where heals are proposed."""

    rows: int
    results: Path
    before: int = 0
    outcomes: Counter[str] = field(default_factory=Counter[str])
    healed: int = 0
    proposals: list[Path] = field(default_factory=list[Path])
    stopped: str | None = None
    why: str = ""
    proposed: set[tuple[str, str, str | None]] = field(default_factory=set[tuple[str, str, "str | None"]])

    @property
    def done(self) -> int:
        return self.outcomes["done"]

    @property
    def left(self) -> int:
        return self.rows - self.before - sum(self.outcomes.values())

    @property
    def exit_code(self) -> int:
        """0: every row is done, now or before; of the run that ended all; else 3."""
        if self.stopped:
            return EXITS[self.stopped][0]
        return 0 if self.before + self.done == self.rows else EXITS["gave_up"][0]

    def __str__(self) -> str:
        ways = sorted(self.outcomes.items(), key=lambda way: (way[0] != "done", way[0]))
        said = [f"{count} {way.replace('_', ' ')}" for way, count in ways]
        said += [f"{self.before} done before"] if self.before else []
        said += [f"{self.left} not begun"] if self.left else []
        again = "" if self.exit_code == 0 else "; the same command again does those that are not done"
        why = f"; {self.why}" if self.why else ""
        rows = f"{self.rows} row{'s' if self.rows != 1 else ''}"
        return f"{rows}: {', '.join(said)}{why}; results: {self.results}{again}"

    def summary(self) -> dict[str, Any]:
        return {
            "status": self.stopped or ("done" if self.exit_code == 0 else "gave_up"),
            "message": str(self),
            "rows": self.rows,
            "done_before": self.before,
            "outcomes": dict(self.outcomes),
            "left": self.left,
            "healed": self.healed,
            "results": str(self.results),
            "proposals": [str(path) for path in self.proposals],
            "exit_code": self.exit_code,
        }


def play_rows(
    folder: DemoFolder,
    rows: list[Row],
    results: Results,
    manner: Manner,
    *,
    helped: Helped,
    traces: Path,
    tell: Callable[[str], None],
) -> Many:
    """Each row that is not done yet, on a screen that is opened for it. A row that fails does not end the rest.

    A screen, disk or model that is lost does, and Ctrl-C: what is written by then stays.
    """
    many, reader = Many(len(rows), results.path), Reader()
    for row in rows:
        if results.done(row):
            many.before += 1
            continue
        facts = _play(folder, row, manner, helped, reader, traces, many)
        results.write(row, facts)
        many.outcomes[facts["outcome"]] += 1
        tell(f"row {row.number} of {len(rows)}: {_said(facts, Mask(row.values))}")
        if facts["outcome"] in ENDS:
            many.stopped, many.why = facts["outcome"], facts["message"]
            break
    # rows behind the one that ended all may have been done before
    begun = many.before + sum(many.outcomes.values())
    many.before += sum(results.done(row) for row in rows[begun:])
    return many


def _play(
    folder: DemoFolder, row: Row, manner: Manner, helped: Helped, reader: Reader, traces: Path, many: Many
) -> dict[str, Any]:
    """What became of one row, for its line of the results."""
    started = time.monotonic()
    facts: dict[str, Any] = {"outcome": BAD_ROW, "message": row.problem, "seconds": 0.0, "healed": 0, "trace": ""}
    if row.problem:
        return facts
    trace = TraceWriter(root=traces, name=f"{folder.name}-row-{row.number}")
    quiet = replace(manner, quiet=True)
    try:
        played = play(
            folder, row.values, quiet, trace, helped=helped, reader=reader, shown=False, proposed=many.proposed
        )
    except (BadScript, NotInstalled):
        raise  # of no row: a size, a rules file, a program that can't be used
    except Ending as error:
        return facts | {"outcome": "error", "message": str(error)}
    except KeyboardInterrupt as stop:
        return facts | {"outcome": "stopped", "message": str(stop) or "stopped with Ctrl-C"}
    _proposed(played, many)
    return {
        "outcome": played.outcome.status,
        "message": played.outcome.message,
        "seconds": round(time.monotonic() - started, 2),
        "healed": played.heals,
        "trace": played.outcome.trace or "",
    }


def _said(facts: dict[str, Any], mask: Mask) -> str:
    healed = f", {facts['healed']} healed" if facts["healed"] else ""
    said = f"{facts['outcome'].replace('_', ' ')}, {facts['seconds']:g} s{healed}"
    return said if facts["outcome"] == "done" else f"{said}: {mask.text(facts['message'])}"


def _proposed(played: Played, many: Many) -> None:
    many.healed += played.heals
    if played.proposals:
        many.proposals.append(played.proposals)
