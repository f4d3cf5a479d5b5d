"""A form in a Tk window that looks as the options say; where its widgets are goes to a file, as JSON.

Options are `name=value`: theme (light, dark), scale (of letters and distances), order (forward, back), send (what
the button is called), place (+X+Y), size (WxH), rows (names of table rows, by comma), filled (1: with values).
"""

from __future__ import annotations

import json
import os
import sys
import tkinter as tk
from tkinter import font, ttk

out = sys.argv[1]
asked = {"theme": "light", "scale": "1", "order": "forward", "send": "Submit", "place": "+120+80", "size": ""}
asked |= {"rows": "", "filled": "", "name": "Name", "top": "0", "focus": ""}
asked |= dict(word.split("=", 1) for word in sys.argv[2:])
times = float(asked["scale"])
window = tk.Tk()
window.title("Form")
for named in ("TkDefaultFont", "TkTextFont"):
    font.nametofont(named).configure(size=round(10 * times), family="DejaVu Sans")
style = ttk.Style(window)
style.theme_use("clam")
if asked["theme"] == "dark":
    window.configure(background="#2b2e33")
    style.configure(".", background="#2b2e33", foreground="#e8e6e3", fieldbackground="#1d1f23", insertcolor="#fff")
    style.configure("TButton", background="#3b3f46")
    for kind in ("TCheckbutton", "TRadiobutton", "TButton"):
        style.map(kind, background=[("active", "#45494f")])


def px(pixels: int) -> int:
    return round(pixels * times)


places: dict[str, tk.Widget] = {}
form = ttk.Frame(window, padding=px(20))
form.pack(fill="both", expand=True)
form.columnconfigure(1, weight=1)
first = int(asked["top"])
for n in range(first):
    ttk.Label(form, text=f"A notice that was not there before, line {n + 1}").grid(row=n, column=0, columnspan=2)
labels = ["Name", "Email", "City", "Telephone"]
for n, label in enumerate(reversed(labels) if asked["order"] == "back" else labels, first):
    shown = asked["name"] if label == "Name" else label
    ttk.Label(form, text=shown).grid(row=n, column=0, sticky="w", pady=px(6), padx=(0, px(16)))
    entry = ttk.Entry(form, width=28, font="TkTextFont")
    entry.grid(row=n, column=1, sticky="ew", pady=px(6))
    if asked["filled"]:
        entry.insert(0, f"{label} is {asked['filled']}")
    places[f"field {label}"] = entry
plan = tk.StringVar(value="Team" if asked["filled"] else "Free")
choices = ttk.Frame(form)
ttk.Label(form, text="Plan").grid(row=first + 4, column=0, sticky="w", pady=px(6))
choices.grid(row=first + 4, column=1, sticky="w")
for name in ("Free", "Team", "Business"):
    places[f"radio {name}"] = ttk.Radiobutton(choices, text=name, variable=plan, value=name)
    places[f"radio {name}"].pack(side="left", padx=(0, px(14)))
ttk.Label(form, text="Country").grid(row=first + 5, column=0, sticky="w", pady=px(6))
places["combo Country"] = combo = ttk.Combobox(
    form, values=["Austria", "Peru"], state="readonly", font="TkTextFont"
)
combo.set("Peru" if asked["filled"] else "Choose")
combo.grid(row=first + 5, column=1, sticky="ew", pady=px(6))
ticked = tk.BooleanVar(value=bool(asked["filled"]))
places["checkbox News"] = ttk.Checkbutton(form, text="Send me news", variable=ticked)
places["checkbox News"].grid(row=first + 6, column=1, sticky="w", pady=px(6))
rows = [name for name in asked["rows"].split(",") if name]
if rows:
    table = ttk.Frame(form)
    table.grid(row=first + 7, column=0, columnspan=2, sticky="w", pady=px(6))
    for n, name in enumerate(rows):
        ttk.Label(table, text=name).grid(row=n, column=0, sticky="w", padx=(0, px(30)))
        for column, word in enumerate(("Edit", "Delete"), 1):
            places[f"button {word} {name}"] = ttk.Button(table, text=word)
            places[f"button {word} {name}"].grid(row=n, column=column, padx=px(4))
buttons = ttk.Frame(form)
buttons.grid(row=first + 8, column=0, columnspan=2, sticky="e", pady=px(10))
for word in ("Cancel", asked["send"]):
    kind = "button Send" if word == asked["send"] else f"button {word}"
    places[kind] = ttk.Button(buttons, text=word)
    places[kind].pack(side="left", padx=px(5))
window.geometry(asked["size"] + asked["place"])
if asked["focus"]:
    places[asked["focus"]].focus_force()
window.update()


def tell() -> None:
    held = {
        name: (w.winfo_rootx(), w.winfo_rooty(), w.winfo_width(), w.winfo_height()) for name, w in places.items()
    }
    with open(out + "~", "w") as file:  # noqa: PTH123
        json.dump(held, file)
    os.replace(out + "~", out)  # noqa: PTH105


window.after(250, tell)
window.mainloop()
