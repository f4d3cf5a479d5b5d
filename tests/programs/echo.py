"""A window that writes what it receives, a JSON line an event, to the file named on the command line."""

from __future__ import annotations

import json
import sys
import tkinter as tk
from pathlib import Path

EVENTS = ("<ButtonPress>", "<ButtonRelease>", "<KeyPress>", "<KeyRelease>", "<B1-Motion>", "<Motion>")


def main(path: Path, geometry: str) -> None:
    window = tk.Tk()
    window.title("Echo")
    window.geometry(geometry)
    text = tk.Text(window, font=("DejaVu Sans", 12))
    text.pack(fill="both", expand=True)
    out = path.open("a", encoding="utf-8")

    def say(kind: str, **facts: object) -> None:
        out.write(json.dumps({"kind": kind, **facts}) + "\n")
        out.flush()

    def heard(event: tk.Event) -> None:
        facts = {"x": event.x_root, "y": event.y_root, "num": event.num, "key": event.keysym, "state": event.state}
        say(event.type.name, time=event.time, **facts)

    for name in EVENTS:
        text.bind(name, heard, add="+")
    waiting: list[str] = []

    def read() -> None:
        waiting.clear()
        say("text", text=text.get("1.0", "end-1c"))

    def modified(_: tk.Event) -> None:
        """All of it at each letter would be a text of a thousand letters a thousand times."""
        text.edit_modified(False)
        if not waiting:
            waiting.append(window.after(20, read))

    text.bind("<<Modified>>", modified)
    ready: list[bool] = []
    text.bind(
        "<FocusIn>", lambda _: (ready.append(True), say("ready")), add="+"
    )  # keys that come sooner go nowhere

    def insist() -> None:
        """Tk asks once, and is not heard by a window manager that is busy mapping the window."""
        if not ready:
            text.focus_force()
            window.after(200, insist)

    insist()
    window.mainloop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "600x400+100+100")
