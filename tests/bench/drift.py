# pyright: basic
"""Recorded demos on programs that have changed: how each drift is made, and three ways to play a recording.

Whether a replay succeeded is looked up outside the screen. `claimed` is what the player itself says: a replay
that claims success without it is the one thing that must not happen.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from harness import ROOT

from screenwright.agent import Agent, Limits
from screenwright.policies import Guard
from screenwright.policies.replay.demo import DemoStep, Patch
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.replay.policy import Replay
from screenwright.tools import Desktop, Point, Reader, Task
from screenwright.tools.actions import Action, Click
from screenwright.tools.errors import ScreenwrightError
from screenwright.tools.observation import Observation, Pixels

sys.path.append(str(ROOT / "demos"))
from stagings import STAGINGS, Drift, Staging

RECORDED = ROOT / "demos" / "recorded"
DRIFTS = (
    Drift(),
    Drift("window moved", moved=(110, 60)),
    Drift("window resized", resized=(140, 60)),
    Drift("dark theme", dark=True),
    Drift("scale 125 %", scale=1.25),
    Drift("scale 150 %", scale=1.5),
    Drift("labels renamed", renamed=True),
    Drift("fields reordered", reordered=True),
    Drift("unexpected dialog", dialog=True),
    Drift("start twice as slow", late_s=1.0),
)
THRESHOLD = 0.9
PATIENCE_S = 10.0
MARGIN_PX = 8


@dataclass(frozen=True)
class Played:
    """One replay. `right`: the result outside the screen; `claimed`: what the player says; `said`: why not."""

    demo: str
    drift: str
    player: str
    right: bool
    claimed: bool
    said: str
    seconds: float
    trace: str = ""


Player = Callable[[DemoFolder, Staging, Path], str]
"""Plays a demo on the staging's desktop; the message when it gives up, nothing when it thinks it is done."""


def applies(name: str, drift: Drift) -> bool:
    """Can that program change like that?"""
    can = STAGINGS[name].can
    return not (drift.renamed and "renamed" not in can) and not (drift.reordered and "reordered" not in can)


def play(name: str, drift: Drift, player: str, folder: Path | None = None) -> Played:
    """One replay on a fresh screen. `folder` keeps the trace."""
    demo = DemoFolder.open(str(RECORDED / name))
    if drift.late_s:
        drift = replace(drift, late_s=first_act_s(demo))
    with tempfile.TemporaryDirectory() as scratch, Desktop.virtual() as desktop:
        home = folder or Path(scratch)
        staging = STAGINGS[name](desktop, Path(scratch), drift)
        began = time.monotonic()
        try:
            staging.open()
            disturb(staging)
            said = PLAYERS[player](demo, staging, home)
            seconds = time.monotonic() - began
            right = _soon(lambda: staging.result() == staging.wanted())
        finally:
            staging.close()
        return Played(name, drift.name, player, right, not said, said, seconds, str(home))


def first_act_s(demo: DemoFolder) -> float:
    """From the beginning of the recording, which is the program's start, to the first act."""
    offsets = _offsets(demo)
    return offsets[0][0] if offsets else 1.0


def disturb(staging: Staging) -> None:
    """Move or resize the window, or put a dialog over it, as soon as it is there."""
    drift = staging.drift
    if drift.moved == (0, 0) and drift.resized == (0, 0) and not drift.dialog:
        return
    window = _soon(lambda: _window(staging.desktop, staging.window), 60)
    assert window, f"{staging.name} has shown no window"
    if drift.dialog:
        words = [
            "--info",
            "--title=Software update",
            "--text=A new version is ready to be installed.",
            "--width=420",
        ]
        staging.desktop.start(["zenity", *words])
        assert _soon(lambda: _window(staging.desktop, "Software update"), 20)
        return
    x11: Any = staging.desktop._x11  # pyright: ignore[reportPrivateUsage]
    region = window.region
    width, height = region.width + drift.resized[0], region.height + drift.resized[1]
    with x11.asking() as display:
        held = display.create_resource_object("window", window.id)
        if drift.resized != (0, 0):
            held.configure(width=width, height=height)
        else:
            held.configure(x=region.x + drift.moved[0], y=region.y + drift.moved[1])
        display.sync()


def _window(desktop: Desktop, title: str) -> Any:
    x11: Any = desktop._x11  # pyright: ignore[reportPrivateUsage]
    return next((w for w in x11.windows() if title in w.title and w.region.width > 50), None)


def _soon(holds: Callable[[], Any], seconds: float = 3.0) -> Any:
    end = time.monotonic() + seconds
    while not (answer := holds()) and time.monotonic() < end:
        time.sleep(0.05)
    return answer


# the players

_reader: list[Reader] = []


def reader() -> Reader:
    """One for all replays of this process: loading its networks takes a second."""
    if not _reader:
        _reader.append(Reader())
    return _reader[0]


def ours(demo: DemoFolder, staging: Staging, home: Path) -> str:
    policy = Replay(demo, reader=reader())
    guard = Guard.standard(lambda *_: True)
    agent = Agent(policy, staging.desktop, guard=guard, limits=Limits(seconds=180), trace=home / "run")
    outcome = agent.run(Task("", staging.parameters(), demo.name))
    return "" if outcome.ok else f"{outcome.status}: {outcome.message}"


def coordinates(demo: DemoFolder, staging: Staging, home: Path) -> str:
    """The recorded points at the recorded times."""
    began = time.monotonic()
    for offset, action in _offsets(demo):
        time.sleep(max(0.0, began + offset - time.monotonic()))
        staging.desktop.perform(_with_path(action, staging))
    return ""


def template(demo: DemoFolder, staging: Staging, home: Path) -> str:
    """The recorded targets, looked for with OpenCV at a fixed threshold; recorded pauses up to a second."""
    before = 0.0
    by_number = {step.recorded: step for step in demo.demo.steps if step.recorded is not None}
    assert demo.trace is not None
    numbers = [s.index for s in demo.trace.steps if s.decision and s.decision.action.kind not in ("wait", "done")]
    for number, (offset, recorded) in zip(numbers, _offsets(demo), strict=True):
        time.sleep(min(1.0, max(0.1, offset - before)))
        before = offset
        action, step = _with_path(recorded, staging), by_number.get(number)
        patch = step.on.patches[0] if step and step.on and step.on.patches else None
        if isinstance(action, Click) and step and patch:
            point = _located(demo, step, patch, staging.desktop)
            if point is None:
                return f"step {step.id}: no place with {THRESHOLD:g}"
            action = action.model_copy(update={"point": point})
        staging.desktop.perform(action)
    return ""


def _located(demo: DemoFolder, step: DemoStep, patch: Patch, desktop: Desktop) -> Point | None:
    picture = demo.picture(patch.file)
    assert picture is not None
    x, y, width, height = patch.target
    left, top = max(0, x - MARGIN_PX), max(0, y - MARGIN_PX)
    cut: Pixels = picture[top : y + height + MARGIN_PX, left : x + width + MARGIN_PX]
    end = time.monotonic() + PATIENCE_S
    while True:
        seen: Observation = desktop.observe()
        scores = cv2.matchTemplate(seen.pixels, np.ascontiguousarray(cut), cv2.TM_CCOEFF_NORMED)
        _, best, _, (at_x, at_y) = cv2.minMaxLoc(scores)
        if best >= THRESHOLD:
            return Point(at_x + patch.aim[0] - left, at_y + patch.aim[1] - top, seen.frame)
        if time.monotonic() > end:
            return None
        time.sleep(0.1)


def _offsets(demo: DemoFolder) -> list[tuple[float, Action]]:
    """Each recorded act with its seconds from the beginning of the recording."""
    from datetime import datetime

    assert demo.trace is not None, "a shipped demo has its recording"
    began = datetime.fromisoformat(demo.trace.meta["started"]).timestamp()
    acts = [(s.started - began, s.decision.action) for s in demo.trace.steps if s.decision]
    return [(offset, action) for offset, action in acts if action.kind not in ("wait", "done")]


def _with_path(action: Action, staging: Staging) -> Action:
    """Where a file goes is another place in each run, for every player."""
    text = str(getattr(action, "text", ""))
    for value in staging.parameters().values():
        if Path(text).name == Path(value).name:
            return action.model_copy(update={"text": value})
    return action


PLAYERS: dict[str, Player] = {"ours": ours, "coordinates": coordinates, "template": template}


def each(demos: list[str], players: list[str], wanted: str = "") -> list[Played]:
    """All of them, two at a time, each in a process of its own: what hangs or dies is one failure."""
    jobs = [
        (name, drift.name, player)
        for name in demos
        for drift in DRIFTS
        if applies(name, drift) and wanted in drift.name
        for player in players
    ]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda job: _apart(*job), jobs))


def _apart(name: str, drift: str, player: str) -> Played:
    import json

    command = [sys.executable, str(Path(__file__)), name, drift, player]
    paths = os.pathsep.join([str(Path(__file__).parent), str(ROOT / "tests"), str(ROOT / "demos")])
    environment = os.environ | {"PYTHONPATH": paths}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, check=False)
    try:
        return Played(**json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError):
        return Played(name, drift, player, False, False, f"it broke: {done.stderr[-300:]}", 0.0)


def main(name: str, drift: str, player: str, keep: str = "") -> None:
    import json
    from dataclasses import asdict

    wanted = next(d for d in DRIFTS if d.name == drift)
    try:
        played = play(name, wanted, player, Path(keep) if keep else None)
    except ScreenwrightError as error:
        played = Played(name, drift, player, False, False, str(error), 0.0)
    print(json.dumps(asdict(played)))


if __name__ == "__main__":
    main(*sys.argv[1:])
