"""A window with one field. What stands in it is in the file named; when FILE.clear comes, it is emptied."""

from __future__ import annotations

import os
import sys
import tkinter as tk
from pathlib import Path


def main(path: Path) -> None:
    window = tk.Tk()
    window.title("Field")
    window.geometry("500x300+60+60")
    field = tk.Text(window, font=("DejaVu Sans", 12))
    field.pack(fill="both", expand=True)
    clear, fresh = path.with_suffix(".clear"), path.with_suffix(".new")
    last: list[str] = []

    def look() -> None:
        if clear.exists():
            field.delete("1.0", "end")
            clear.unlink()
        text = field.get("1.0", "end-1c")
        if ready and [text] != last:
            fresh.write_text(text, encoding="utf-8")
            os.replace(fresh, path)  # noqa: PTH105
            last[:] = [text]
        window.after(10, look)

    ready: list[bool] = []
    field.bind("<FocusIn>", lambda _: ready.append(True))

    def insist() -> None:
        if not ready:
            field.focus_force()
            window.after(200, insist)

    insist()
    look()
    window.mainloop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
