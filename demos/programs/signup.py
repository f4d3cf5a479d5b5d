"""A sign-up form in a Tk window. What is submitted goes to the file named on the command line, as JSON."""

from __future__ import annotations

import json
import sys
import tkinter as tk
from pathlib import Path
from tkinter import ttk

FIELDS = ("Name", "Email", "City")


def main(out: Path) -> None:
    window = tk.Tk()
    window.title("Sign up")
    window.geometry("460x420+120+80")
    ttk.Style(window).theme_use("clam")
    form = ttk.Frame(window, padding=24)
    form.pack(fill="both", expand=True)
    form.columnconfigure(1, weight=1)
    entries: dict[str, ttk.Entry] = {}
    for row, label in enumerate(FIELDS):
        ttk.Label(form, text=label).grid(row=row, column=0, sticky="w", pady=6, padx=(0, 16))
        entries[label] = ttk.Entry(form)
        entries[label].grid(row=row, column=1, sticky="ew", pady=6)
    plan = tk.StringVar(value="Free")
    ttk.Label(form, text="Plan").grid(row=3, column=0, sticky="w", pady=6)
    choices = ttk.Frame(form)
    choices.grid(row=3, column=1, sticky="w")
    for name in ("Free", "Team", "Business"):
        ttk.Radiobutton(choices, text=name, variable=plan, value=name).pack(side="left", padx=(0, 18))
    country = tk.StringVar(value="Choose")
    ttk.Label(form, text="Country").grid(row=4, column=0, sticky="w", pady=6)
    ttk.Combobox(
        form, textvariable=country, state="readonly", values=["Austria", "China", "Germany", "Peru"]
    ).grid(row=4, column=1, sticky="ew", pady=6)
    news = tk.BooleanVar(value=False)
    ttk.Checkbutton(form, text="Send me news", variable=news).grid(row=5, column=1, sticky="w", pady=6)
    status = ttk.Label(form, text="Nothing submitted yet")
    status.grid(row=7, column=0, columnspan=2, sticky="w", pady=12)

    def submit() -> None:
        facts = {label.lower(): entry.get() for label, entry in entries.items()}
        facts |= {"plan": plan.get(), "country": country.get(), "news": news.get()}
        out.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        status.config(text=f"Welcome, {facts['name']}! Your number is 4711")

    ttk.Button(form, text="Submit", command=submit).grid(row=6, column=1, sticky="e", pady=10)
    entries["Name"].focus_set()
    window.mainloop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
