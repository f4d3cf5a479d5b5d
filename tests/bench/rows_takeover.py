# pyright: basic
"""A person who touches the machine while an agent is at work: how soon it lets go."""

from __future__ import annotations

import os
import signal
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from harness import Row, row

from screenwright.agent.person.attendance import Attendance
from screenwright.policies.guard import Guard
from screenwright.policies.scripted import Scripted
from screenwright.tools.actions import Action, Drag, TypeText, Wait
from screenwright.tools.desktop import Desktop
from screenwright.tools.geometry import Point, Size
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Step, Task
from screenwright.tools.x11 import X11

FRAME = Size(1024, 768)
ROUNDS = 10
TEXT = "".join(f"{number} bottles on the wall\n" for number in range(400))
DRAG = Drag(start=Point(200, 200, FRAME), end=Point(700, 500, FRAME), seconds=2)


@row("takeover_stop_ms", unit="ms", wants="value <= 100", seconds=300)
def takeover_stop_ms() -> Row:
    """From a movement of the person's mouse to the agent's last event, in the middle of typing and of a drag.

    The baseline holds the agent back before its next action only, as a mirror's page did.
    """
    from rfb import Person, VncDisplay

    with (
        tempfile.TemporaryDirectory() as folder,
        VncDisplay(1024, 768) as vnc,
        Desktop(display=vnc.display, environment=vnc.environment) as desktop,
        Person(vnc.vnc) as person,
    ):
        person.move(900, 700)
        ours = [
            _stopped(desktop, person, Path(folder, f"{number}"), action, brake=True)
            for number, action in enumerate((TypeText(text=TEXT), DRAG) * ROUNDS)
        ]
        theirs = [
            _stopped(desktop, person, Path(folder, f"b{number}"), action, brake=False)
            for number, action in enumerate((TypeText(text=TEXT), DRAG) * 2)
        ]
    extra = {"median_ms": statistics.median(ours), "n": len(ours), "baseline_median_ms": statistics.median(theirs)}
    return Row(max(ours), "held back before the next action, worst", max(theirs), extra=extra)


def _stopped(desktop: Desktop, person: object, folder: Path, action: Action, *, brake: bool) -> float:
    """ms until the last event that the agent injected."""
    injected: list[float] = []
    fake = X11.fake

    def noted(self: X11, *words: int, **more: int) -> None:
        fake(self, *words, **more)
        injected.append(time.perf_counter())

    taken = threading.Event()
    X11.fake = noted  # type: ignore[method-assign]
    try:
        with Attendance(desktop, tell=lambda line: taken.set()) as attendance:
            if not brake:
                attendance.device._brake = lambda: None
            agent = attendance.agent(Scripted([action]), guard=Guard.standard(lambda *asked: True), trace=folder)
            running = threading.Thread(target=agent.run, args=("bench",))
            running.start()
            while len(injected) < 60:
                time.sleep(0.002)
            time.sleep(0.1)
            began = time.perf_counter()
            person.move(500 if person.spot[0] > 700 else 900, 700)  # type: ignore[attr-defined]
            assert taken.wait(5), "the movement was not heard"
            time.sleep(0.1 if brake else 3)
            last = injected[-1]
            attendance.stop("the bench has what it wants")
            running.join(20)
        return max(0.0, (last - began) * 1000)
    finally:
        X11.fake = fake  # type: ignore[method-assign]


class _Thinks:
    name = "slow"

    def __init__(self, thinking: Callable[[], None]) -> None:
        self._thinking = thinking

    def begin(self, task: Task) -> None: ...

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        self._thinking()
        time.sleep(60)
        return Decision(Wait(seconds=0))


@row("panic_stop_ms", unit="ms", wants="value <= 300", seconds=300)
def panic_stop_ms() -> Row:
    """From the panic key to the end of the run, while a policy is deep in a call; beside Ctrl-C."""
    from rfb import Person, VncDisplay

    with (
        tempfile.TemporaryDirectory() as folder,
        VncDisplay(1024, 768) as vnc,
        Desktop(display=vnc.display, environment=vnc.environment) as desktop,
        Person(vnc.vnc) as person,
    ):
        ours = [
            _panicked(desktop, lambda: person.press("ctrl", "alt", "escape"), Path(folder, str(number)))
            for number in range(ROUNDS)
        ]
        theirs = [
            _panicked(desktop, lambda: os.kill(os.getpid(), signal.SIGINT), Path(folder, f"c{number}"))
            for number in range(ROUNDS)
        ]
    extra = {"median_ms": statistics.median(ours), "n": len(ours), "baseline_median_ms": statistics.median(theirs)}
    return Row(max(ours), "Ctrl-C, worst", max(theirs), extra=extra)


def _panicked(desktop: Desktop, press: Callable[[], None], folder: Path) -> float:
    began: list[float] = []

    def soon() -> None:
        time.sleep(0.3)
        began.append(time.perf_counter())
        press()

    thread = threading.Thread(target=soon)
    with Attendance(desktop) as attendance:
        outcome = attendance.agent(_Thinks(thread.start), trace=folder).run("bench")
        took = (time.perf_counter() - began[0]) * 1000
    thread.join()
    assert outcome.status == "stopped", outcome
    return took
