"""A list of people in a Tk window, each with the same two buttons. The list goes to the file named, as JSON."""

from __future__ import annotations

import argparse
import json
import tkinter as tk
from pathlib import Path
from tkinter import ttk

from looks import Looks, add_options

PEOPLE = {
    "Ada Lovelace": "020 7946",
    "Grace Hopper": "212 555",
    "Zhang Wei": "010 6552",
    "Emmy Noether": "09131 85",
}


def main(out: Path, looks: Looks) -> None:
    window = looks.window("Contacts", 560, 300)
    people = dict(PEOPLE)
    table = ttk.Frame(window, padding=looks.px(20))
    table.pack(fill="both", expand=True)
    table.columnconfigure(1, weight=1)

    def show() -> None:
        for child in table.winfo_children():
            child.destroy()
        for row, name in enumerate(reversed(people) if looks.reordered else list(people)):
            ttk.Label(table, text=name).grid(row=row, column=0, sticky="w", pady=looks.px(6))
            ttk.Label(table, text=people[name]).grid(row=row, column=1, sticky="w", padx=looks.px(24))
            edit = ttk.Button(table, text=looks.called("Edit"), command=lambda name=name: change(name))
            edit.grid(row=row, column=2, padx=looks.px(6))
            archive = ttk.Button(table, text="Archive", command=lambda name=name: drop(name))
            archive.grid(row=row, column=3)
        save = ttk.Button(table, text=looks.called("Write file"), command=write)
        save.grid(row=len(people), column=3, pady=looks.px(18))

    def drop(name: str) -> None:
        del people[name]
        show()

    def change(name: str) -> None:
        dialog = tk.Toplevel(window)
        dialog.title(f"Edit {name}")
        dialog.transient(window)
        body = ttk.Frame(dialog, padding=looks.px(14))
        body.pack(fill="both", expand=True)
        ttk.Label(body, text=looks.called("Telephone")).grid(row=0, column=0, padx=(0, looks.px(20)))
        entry = ttk.Entry(body, width=24, font=looks.font)
        entry.grid(row=0, column=1)

        def keep() -> None:
            people[name] = entry.get()
            dialog.destroy()
            show()

        ttk.Button(body, text="Keep", command=keep).grid(row=1, column=1, sticky="e", pady=(looks.px(14), 0))

    def write() -> None:
        out.write_text(json.dumps(people, ensure_ascii=False), encoding="utf-8")
        window.title("Contacts (written)")

    show()
    window.mainloop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    add_options(parser)
    options = parser.parse_args()
    main(options.out, Looks.of(options))
