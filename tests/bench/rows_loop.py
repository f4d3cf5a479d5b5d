"""The loop itself: what a step costs without the policy, and whether a long run stays small."""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from harness import ROOT, Row, row

from screenwright.agent import Agent, Limits, Listener
from screenwright.policies import Scripted
from screenwright.tools import FakeDevice, Point, Size, Step, Trace
from screenwright.tools.actions import Action, Click, TypeText

STEPS = 1000


@row("step_overhead_s", unit="s", wants="", seconds=600)
def step_overhead_s() -> Row:
    """Median seconds of a step of the demos without deciding and reading.

    Waiting for a program to appear is left out: it is the program's time.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(ROOT / "demos"), "--out", folder]
        subprocess.run(command, capture_output=True, check=False, timeout=400)
        steps = [step for path in Path(folder).glob("*/run") for step in Trace(path).steps]
    acts = [s for s in steps if s.decision and s.decision.action.kind not in ("wait", "done")]
    parts = {
        part: statistics.median([s.result.seconds.get(part, 0.0) for s in acts])
        for part in ("observe", "guard", "perform", "settle")
    }
    ours = statistics.median([_overhead(s) for s in acts])
    return Row(ours, "a sleep of 1 s after each act", 1.0 + parts["perform"], extra={"steps": len(acts), **parts})


def _overhead(step: Step) -> float:
    return sum(step.result.seconds.get(part, 0.0) for part in ("observe", "guard", "perform", "settle"))


class Memory(Listener):
    """Resident memory in bytes after each hundredth step."""

    def __init__(self) -> None:
        self.resident: dict[int, int] = {}

    def stepped(self, step: Step) -> None:
        if step.index % 100 == 0:
            gc.collect()
            status = Path("/proc/self/statm").read_text().split()
            self.resident[step.index] = int(status[1]) * 4096


@row("memory_1000_steps", unit="times resident memory after step 100", wants="value <= 1.1", seconds=900)
def memory_1000_steps() -> Row:
    """Resident memory after a thousand steps on a fake device, over that after a hundred."""
    from screenwright.tools.patience import Patience

    size = Size(1280, 800)
    device = FakeDevice(size=size)
    actions: list[Action] = [Click(point=Point(200, 30, size))]
    actions += [TypeText(text=f"{n} ") for n in range(STEPS - 1)]
    memory = Memory()

    def quick(action: Action) -> Patience:
        return Patience(first=0.001, quiet=0.001)

    with tempfile.TemporaryDirectory() as folder:
        agent = Agent(
            Scripted(actions),
            device,
            trace=Path(folder, "run"),
            listeners=[memory],
            limits=Limits(steps=STEPS + 1),
        )
        agent.settler.patience = quick
        outcome = agent.run("type")
        assert outcome.ok, outcome
        trace = Trace(Path(folder, "run"))
        stored = sum(path.stat().st_size for path in Path(folder, "run").rglob("*") if path.is_file())
        changed = sum(_changed(step) for step in trace.steps[:50]) / 50
    resident = memory.resident
    value = resident[max(resident)] / resident[100]
    kept = resident[100] + (STEPS - 100) * size.area * 4
    extra = {
        "steps": len(trace.steps),
        "mib_after_100": resident[100] / 2**20,
        "mib_at_the_end": resident[max(resident)] / 2**20,
        "trace_bytes_a_step": stored / STEPS,
        "changed_pixels_a_step": changed,
        "bytes_a_changed_pixel": stored / STEPS / max(1.0, changed),
    }
    return Row(value, "every frame kept in memory", kept / resident[100], extra=extra)


def _changed(step: Step) -> float:
    if step.after is None:
        return 0.0
    before, after = step.observation.pixels, step.after.pixels
    return float(np.count_nonzero((before != after).any(axis=2)))
