# pyright: basic
"""Replays of recorded demos: on programs that have changed, and how fast."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from drift import DRIFTS, STAGINGS, Played, Staging, coordinates, each, ours
from harness import Row, row

from screenwright.policies.replay.folder import DemoFolder
from screenwright.tools import Desktop, Trace

PLAYERS = ["ours", "coordinates", "template"]


@cache
def played() -> list[Played]:
    return each(list(STAGINGS), PLAYERS)


@row("replay_drift_success", unit="share done right", more=True, wants="value >= 0.95", seconds=7200)
def replay_drift_success() -> Row:
    """Recorded demos on programs that have changed since, done right as looked up outside the screen."""
    runs = played()
    shares = {player: _share([r for r in runs if r.player == player]) for player in PLAYERS}
    mine = [r for r in runs if r.player == "ours"]
    extra: dict[str, Any] = {
        "demos": sorted({r.demo for r in runs}),
        "replays_each": len(mine),
        "unchanged": _share([r for r in mine if r.drift == "unchanged"]),
        "coordinates": shares["coordinates"],
        "claimed_wrongly": {p: sum(r.claimed and not r.right for r in runs if r.player == p) for p in PLAYERS},
        "table": table(runs),
        "failures": [_told(r) for r in mine if not r.right],
        "of_the_others_unchanged": [_told(r) for r in runs if not r.right and r.drift == DRIFTS[0].name],
    }
    return Row(
        shares["ours"], "template replay, OpenCV at 0.9", shares["template"], floor=1 / len(mine), extra=extra
    )


def _told(run: Played) -> str:
    return f"{run.player}, {run.demo}, {run.drift}: {run.said or 'claimed, but it is not so'}"


def _share(runs: list[Played]) -> float:
    return sum(r.right for r in runs) / max(1, len(runs))


def table(runs: list[Played]) -> list[dict[str, Any]]:
    """One line a drift: of how many, and how many each player did right."""
    lines: list[dict[str, Any]] = []
    for drift in DRIFTS:
        these = [r for r in runs if r.drift == drift.name]
        right = Counter(r.player for r in these if r.right)
        wrong = Counter(r.player for r in these if r.claimed and not r.right)
        line: dict[str, Any] = {"drift": drift.name, "of": len({r.demo for r in these})}
        lines.append(line | {p: right[p] for p in PLAYERS} | {f"{p}_wrong": wrong[p] for p in PLAYERS})
    return lines


class LongSum(STAGINGS["sum"]):
    """Twenty acts on a calculator, one a second as a person would do them."""

    keys = "12*8+7-3*5+6-4+9+2="
    script = ""

    def act(self, screen: Any) -> None:
        screen.wait_for("galculator", seconds=60)
        for key in self.keys:
            time.sleep(1.0)
            screen.run(f'click the "{key}" button')
        time.sleep(1.0)
        screen.press("ctrl", "c")

    def wanted(self) -> object:
        return str(eval(self.keys.rstrip("=")))


@row("replay_20_steps", unit="s", wants="ratio >= 2", seconds=600)
def replay_20_steps() -> Row:
    """Twenty acts that took a person one second each, replayed: from the first act to the last."""
    from stagings import record

    with tempfile.TemporaryDirectory() as folder:
        with Desktop.virtual() as desktop:
            demo = record(LongSum(desktop, Path(folder)), Path(folder, "demo"))
        times = {p.__name__: _timed(p, demo, Path(folder)) for p in (ours, coordinates)}
        trace = Trace(Path(folder, "run"))
        steps = [s for s in trace.steps if s.decision and s.decision.action.kind not in ("wait", "done")]
        still = sum(s.result.effect.last_s or 0.0 for s in steps)
        waited = sum(s.result.effect.waited_s for s in steps)
    extra = {"acts": len(steps), "program_moves_s": still, "settled_s": waited}
    return Row(times["ours"], "time-faithful replay", times["coordinates"], extra=extra)


def _timed(player: Any, demo: DemoFolder, home: Path) -> float:
    """Seconds of the acts alone: the program is there already."""
    with Desktop.virtual() as desktop:
        staging: Staging = LongSum(desktop, home)
        staging.open()
        end = time.monotonic() + 60
        while "galculator" not in (desktop.observe().title or "") and time.monotonic() < end:
            desktop.idle(0.1)
        began = time.perf_counter()
        said = player(demo, staging, home)
        seconds = time.perf_counter() - began
        assert not said and staging.result() == staging.wanted(), (said, staging.result())
    return seconds
