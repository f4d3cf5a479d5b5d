"""Records what a test does on a virtual desktop, and gives back the trace. Not a test module."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from screenwright.tools.actions import Action
from screenwright.tools.desktop import Desktop
from screenwright.tools.elements import Element
from screenwright.tools.recording.recorder import Recorder
from screenwright.tools.recording.sources import beside
from screenwright.tools.steps import Step
from screenwright.tools.trace import Trace

SHORT_S = 0.35
"""How long a person takes at least from one act to the next."""

LOGIN = """
import sys, tkinter as tk
root = tk.Tk(); root.title("Login"); root.geometry("500x300+100+100")
tk.Label(root, text="User").pack(); user = tk.Entry(root, width=30); user.pack()
tk.Label(root, text="Password").pack(); word = tk.Entry(root, show="*", width=30); word.pack()
said = tk.StringVar(); tk.Label(root, textvariable=said).pack()
tk.Button(root, text="Show", command=lambda: (said.set("it is " + word.get()), word.config(show=""))).pack()
user.focus_force(); root.mainloop()
"""
LATE = """
import tkinter as tk
root = tk.Tk(); root.title("Late"); root.geometry("500x300+100+100")
done = tk.Button(root, text="Take it", command=lambda: done.config(text="Taken"))
def ready(): done.pack(pady=20)
tk.Button(root, text="Make it", command=lambda: root.after(1500, ready)).pack(pady=20)
tk.Button(root, text="Nothing", command=lambda: None).pack(pady=20)
root.focus_force(); root.mainloop()
"""
HOVER = """
import tkinter as tk
root = tk.Tk(); root.title("Hover"); root.geometry("500x300+100+100")
door = tk.Label(root, text="Point here", width=20, height=2, bg="white"); door.place(x=50, y=50)
inside = tk.Button(root, text="Inside", width=20, height=4, command=lambda: inside.config(text="Hit"))
door.bind("<Enter>", lambda _: root.after(150, lambda: inside.place(x=50, y=92)))
root.focus_force(); root.mainloop()
"""


class Recording:
    """A recording under way: `do` acts like a person, slowly enough for a program to draw."""

    def __init__(self, desktop: Desktop, recorder: Recorder) -> None:
        self.desktop, self.recorder = desktop, recorder
        self.told: list[Step] = []

    def do(self, *actions: Action, pause_s: float = SHORT_S) -> None:
        for action in actions:
            self.desktop.perform(action)
            time.sleep(pause_s)  # a person's, not a wait for something

    def named(self, text: str, role: str = "") -> Element:
        """What the tree calls so."""
        found = [e for e in self.desktop.observe().elements if e.text == text and role in ("", e.role)]
        assert found, text
        return found[0]


@contextmanager
def recording(desktop: Desktop, folder: Path, **options: Any) -> Iterator[Recording]:
    recorder = Recorder(beside(desktop), folder, **options)
    recorder.start()
    try:
        yield Recording(desktop, recorder)
    finally:
        recorder.stop()


def steps(folder: Path) -> list[Step]:
    return list(Trace(folder / "trace").steps)


def actions(folder: Path) -> list[Action]:
    return [step.decision.action for step in steps(folder) if step.decision]


def shown(desktop: Desktop, title: str, eventually: Callable[..., Any]) -> None:
    """Wait until the window with that title has the focus and has been drawn."""
    eventually(lambda: title in (desktop.observe().title or ""))
    still: list[Any] = []

    def quiet() -> bool:
        still.append(desktop.observe().words.copy())
        time.sleep(0.15)
        return len(still) > 3 and bool((still[-1] == still[-3]).all())

    eventually(quiet)
