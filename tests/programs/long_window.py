"""A Tk window longer than the screen: a menu button, rows with a context menu, a key, and a button at the end."""

from __future__ import annotations

import json
import sys
import tkinter as tk
from pathlib import Path


def main(out: Path) -> None:
    said: list[str] = []
    window = tk.Tk()
    window.title("Rows")
    window.geometry("480x360+200+120")
    kind = tk.StringVar(value="Black tea")
    top = tk.Frame(window)
    top.pack(anchor="w", padx=12, pady=8)
    tk.Label(top, text="Kind").pack(side="left", padx=8)
    tk.OptionMenu(top, kind, "Black tea", "Green tea", "White tea").pack(side="left")
    busy = tk.Label(window, text="")
    busy.pack(anchor="w", padx=20)
    canvas = tk.Canvas(window)
    canvas.pack(fill="both", expand=True)
    rows = tk.Frame(canvas)
    canvas.create_window(0, 0, window=rows, anchor="nw")
    menu = tk.Menu(window, tearoff=False)
    menu.add_command(label="Remove", command=lambda: said.append("remove"))

    def context(event: tk.Event[tk.Misc], name: str) -> None:
        said.append(f"menu {name}")
        menu.tk_popup(event.x_root, event.y_root)

    for number in range(1, 25):
        name = f"Row {number}"
        row = tk.Label(rows, text=name, pady=6, padx=20)
        row.pack(anchor="w")
        row.bind("<Double-Button-1>", lambda _, name=name: said.append(f"double {name}"))
        row.bind("<Button-3>", lambda event, name=name: context(event, name))

    def refresh(_: tk.Event[tk.Misc]) -> None:
        said.append("f5")
        busy.config(text="Busy")
        window.after(1500, lambda: busy.config(text=""))

    def finish() -> None:
        out.write_text(json.dumps({"kind": kind.get(), "said": said}), encoding="utf-8")

    tk.Button(rows, text="Finish", command=finish).pack(anchor="w", padx=20, pady=10)
    rows.update_idletasks()
    canvas.config(scrollregion=canvas.bbox("all"))
    window.bind_all("<Button-4>", lambda _: canvas.yview_scroll(-1, "units"))
    window.bind_all("<Button-5>", lambda _: canvas.yview_scroll(1, "units"))
    window.bind("<F5>", refresh)
    window.mainloop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
