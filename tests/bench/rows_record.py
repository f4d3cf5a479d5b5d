"""Recording: is every event heard, and what does it cost while a person works and while nobody does?"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness import Row, row

from screenwright.tools.actions import Click, PressKeys, Scroll, TypeText
from screenwright.tools.desktop import Desktop
from screenwright.tools.geometry import Point, Size
from screenwright.tools.x11 import X11

EVENTS, A_SECOND = 2000, 200
WINDOW_S = 20.0
KEY = 38  # the key of "a"

RECORDER = """
import json, os, sys, time
from screenwright.tools.desktop import Desktop
from screenwright.tools.recording.recorder import Recorder
recorder = Recorder(lambda: Desktop(display=sys.argv[1]), sys.argv[2], hotkeys={})
recorder.start()
print("ready", flush=True)
sys.stdin.readline()
print(json.dumps({"cpu_s": sum(os.times()[:2])}), flush=True)
sys.stdin.readline()
print(json.dumps({"cpu_s": sum(os.times()[:2])}), flush=True)
recorder.stop()
"""
PYNPUT = """
import json, os, sys, time
from pynput import keyboard, mouse
heard = []
def got(*facts): heard.append(time.perf_counter())
keys = keyboard.Listener(on_press=got, on_release=got)
listeners = [keys, mouse.Listener(on_move=got, on_click=got, on_scroll=got)]
for listener in listeners: listener.start()
for listener in listeners: listener.wait()
print("ready", flush=True)
sys.stdin.readline()
print(json.dumps({"cpu_s": sum(os.times()[:2]), "heard": len(heard)}), flush=True)
sys.stdin.readline()
print(json.dumps({"cpu_s": sum(os.times()[:2]), "heard": len(heard)}), flush=True)
"""
MOVING = """
import tkinter as tk
root = tk.Tk(); root.geometry("600x400+100+100")
canvas = tk.Canvas(root); canvas.pack(fill="both", expand=True)
bar = canvas.create_rectangle(0, 50, 90, 250, fill="navy")
def step():
    canvas.move(bar, 7 if canvas.coords(bar)[0] < 500 else -500, 0); root.after(33, step)
step(); root.mainloop()
"""


class Listening:
    """A process that listens; each `ask` tells what it has counted so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))


@contextmanager
def listening(desktop: Desktop, program: str, *words: str) -> Iterator[Listening]:
    pipe = subprocess.PIPE
    argv = [sys.executable, "-c", program, *words]
    with subprocess.Popen(argv, env=desktop.environment, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            assert process.stdout
            if process.stdout.readline().strip() != "ready":
                raise RuntimeError("the listener did not start")
            yield Listening(process)
        finally:
            if process.stdin:
                process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def hit(desktop: Desktop) -> int:
    """EVENTS events at A_SECOND: moves, and a key between them; how many."""
    x11 = X11(desktop.environment["DISPLAY"])
    began = time.perf_counter()
    for number in range(EVENTS):
        if number % 4 < 2:
            x11.fake(6, 0, 100 + number % 900, 100 + number % 500)
        else:
            x11.fake(number % 4, KEY)
        x11.sync()
        time.sleep(max(0.0, began + (number + 1) / A_SECOND - time.perf_counter()))
    x11.close()
    return EVENTS


def heard_by_us(desktop: Desktop) -> int:
    """Of the events, those that came out of our source while everything else of a recording runs, too."""
    from screenwright.tools.recording.events import Heard, Raw
    from screenwright.tools.recording.recorder import Recorder
    from screenwright.tools.recording.sources import beside
    from screenwright.tools.recording.x11_events import X11Events

    serials: list[int] = []

    class Counted(X11Events):
        def start(self, heard: Heard) -> None:
            def both(raw: Raw) -> None:
                serials.append(raw.serial)
                heard(raw)

            super().start(both)

    with tempfile.TemporaryDirectory() as folder:
        source = Counted(desktop.environment["DISPLAY"])
        with Recorder(beside(desktop), Path(folder, "demo"), source=source, hotkeys={}):
            hit(desktop)
            time.sleep(1.0)
    return len(set(serials))


def heard_by_pynput(desktop: Desktop) -> int:
    with listening(desktop, PYNPUT) as other:
        begun = other.ask()["heard"]
        hit(desktop)
        time.sleep(1.0)
        return int(other.ask()["heard"]) - int(begun)


@row("record_events_lost", unit="events", wants="value <= 0", seconds=180)
def record_events_lost() -> Row:
    """Of 2,000 events of mouse and keyboard at 200 a second, those that a recording did not hear."""
    with Desktop.virtual() as desktop:
        desktop.start(["mousepad"])
        time.sleep(2.0)
        ours = EVENTS - heard_by_us(desktop)
        theirs = EVENTS - heard_by_pynput(desktop)
    return Row(ours, "pynput's listeners", theirs, floor=1, extra={"of": EVENTS, "a_second": A_SECOND})


def work(desktop: Desktop, seconds: float) -> int:
    """A busy person: an act each 0.4 s; how many acts."""
    frame = Size(1280, 800)
    acts = 0
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for action in (
            TypeText(text="The quick brown fox. "), Click(point=Point(500, 400, frame)),
            PressKeys(keys=("alt", "f")), PressKeys(keys=("escape",)), PressKeys(keys=("enter",)),
            Scroll(point=Point(500, 400, frame), down=2),
        ):  # fmt: skip
            desktop.perform(action)
            acts += 1
            time.sleep(0.4)
    return acts


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@functools.cache
def costs() -> dict[str, float]:
    """CPU share of one core, and bytes a minute, of a recording: nobody acts, a person works, a picture moves."""
    found: dict[str, float] = {}
    for name in ("idle", "busy", "moving"):
        with Desktop.virtual() as desktop, tempfile.TemporaryDirectory() as folder:
            desktop.start([sys.executable, "-c", MOVING] if name == "moving" else ["mousepad"])
            time.sleep(2.5)
            demo = Path(folder, "demo")
            with listening(desktop, RECORDER, desktop.environment["DISPLAY"], str(demo)) as recorder:
                time.sleep(1.0)
                before, began, held = recorder.ask(), time.perf_counter(), size_of(demo)
                if name == "busy":
                    found["acts"] = work(desktop, WINDOW_S)
                else:
                    time.sleep(WINDOW_S)
                after, seconds = recorder.ask(), time.perf_counter() - began
                found[f"{name}_share"] = (after["cpu_s"] - before["cpu_s"]) / seconds
                time.sleep(1.0)
                found[f"{name}_bytes_a_minute"] = round((size_of(demo) - held) * 60 / seconds)
    return found


def cpu_of_pynput() -> float:
    with Desktop.virtual() as desktop:
        desktop.start(["mousepad"])
        time.sleep(2.5)
        with listening(desktop, PYNPUT) as other:
            time.sleep(1.0)
            before, began = other.ask(), time.perf_counter()
            work(desktop, WINDOW_S)
            after = other.ask()
            return float(after["cpu_s"] - before["cpu_s"]) / (time.perf_counter() - began)


@row("record_cpu_share", unit="of a core", wants="value <= 0.25", seconds=240)
def record_cpu_share() -> Row:
    """Share of a core that a recording takes while an act is done each 0.4 s; the baseline hears events alone."""
    ours = costs()
    extra = {name: round(figure, 4) for name, figure in ours.items()} | {"cores": os.cpu_count()}
    return Row(
        round(ours["busy_share"], 4), "pynput's listeners, which take no frame", cpu_of_pynput(), 0.001, extra
    )
