"""A sign-up form in a Tk window. What is submitted goes to the file named on the command line, as JSON.

The options change how it looks, as a newer version of a program would: recordings are tried against them.
"""

from __future__ import annotations

import argparse
import json
import tkinter as tk
from pathlib import Path
from tkinter import ttk

from looks import Looks, add_options

FIELDS = ("Name", "Email", "City")


def main(out: Path, looks: Looks) -> None:
    window = looks.window("Sign up", 460, 420)
    form = ttk.Frame(window, padding=looks.px(24))
    form.pack(fill="both", expand=True)
    form.columnconfigure(1, weight=1)
    entries: dict[str, ttk.Entry] = {}
    for row, label in enumerate(reversed(FIELDS) if looks.reordered else FIELDS):
        shown = ttk.Label(form, text=looks.called(label))
        shown.grid(row=row, column=0, sticky="w", pady=looks.px(6), padx=(0, looks.px(16)))
        entries[label] = ttk.Entry(form, font=looks.font)
        entries[label].grid(row=row, column=1, sticky="ew", pady=looks.px(6))
    plan = tk.StringVar(value="Free")
    ttk.Label(form, text="Plan").grid(row=3, column=0, sticky="w", pady=looks.px(6))
    choices = ttk.Frame(form)
    choices.grid(row=3, column=1, sticky="w")
    for name in ("Free", "Team", "Business"):
        button = ttk.Radiobutton(choices, text=name, variable=plan, value=name)
        button.pack(side="left", padx=(0, looks.px(18)))
    country = tk.StringVar(value="Choose")
    ttk.Label(form, text="Country").grid(row=4, column=0, sticky="w", pady=looks.px(6))
    names = ["Austria", "China", "Germany", "Peru"]
    combo = ttk.Combobox(form, textvariable=country, state="readonly", values=names, font=looks.font)
    combo.grid(row=4, column=1, sticky="ew", pady=looks.px(6))
    news = tk.BooleanVar(value=False)
    check = ttk.Checkbutton(form, text="Send me news", variable=news)
    check.grid(row=5, column=1, sticky="w", pady=looks.px(6))
    status = ttk.Label(form, text="Nothing submitted yet")
    status.grid(row=7, column=0, columnspan=2, sticky="w", pady=looks.px(12))

    def submit() -> None:
        facts = {label.lower(): entry.get() for label, entry in entries.items()}
        facts |= {"plan": plan.get(), "country": country.get(), "news": news.get()}
        out.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        status.config(text=f"Welcome, {facts['name']}! Your number is 4711")

    button = ttk.Button(form, text=looks.called("Submit"), command=submit)
    button.grid(row=6, column=1, sticky="e", pady=looks.px(10))
    entries["Name"].focus_set()
    window.mainloop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    add_options(parser)
    options = parser.parse_args()
    main(options.out, Looks.of(options))
