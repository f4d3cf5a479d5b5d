"""How the Tk programs of the demos look: theme, size of letters, place, names of things, order of fields."""

from __future__ import annotations

import argparse
import tkinter as tk
from dataclasses import dataclass, field
from tkinter import font, ttk

DARK, DARKER, LIGHT = "#2b2e33", "#1d1f23", "#e8e6e3"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--scale", type=float, default=1.0, help="of letters and distances")
    parser.add_argument("--place", default="+120+80", help="of the window, as in a Tk geometry")
    parser.add_argument("--rename", action="append", default=[], metavar="OLD=NEW", help="a label or a button")
    parser.add_argument("--reordered", action="store_true", help="fields the other way round")


@dataclass
class Looks:
    dark: bool = False
    scale: float = 1.0
    place: str = "+120+80"
    names: dict[str, str] = field(default_factory=dict[str, str])
    reordered: bool = False
    font: str = "TkTextFont"

    @classmethod
    def of(cls, options: argparse.Namespace) -> Looks:
        names = dict(pair.split("=", 1) for pair in options.rename)
        return cls(options.dark, options.scale, options.place, names, options.reordered)

    def called(self, name: str) -> str:
        return self.names.get(name, name)

    def px(self, pixels: int) -> int:
        return round(pixels * self.scale)

    def window(self, title: str, width: int, height: int) -> tk.Tk:
        """The main window, with fonts and colours set for all that will be in it."""
        window = tk.Tk()
        window.title(title)
        window.geometry(f"{self.px(width)}x{self.px(height)}{self.place}")
        for name in ("TkDefaultFont", "TkTextFont", "TkHeadingFont", "TkMenuFont"):
            held = font.nametofont(name)
            held.configure(size=round(held.cget("size") * self.scale))
        style = ttk.Style(window)
        style.theme_use("clam")
        if self.dark:
            self._darken(window, style)
        return window

    def _darken(self, window: tk.Misc, style: ttk.Style) -> None:
        window.configure(background=DARK)  # type: ignore[call-arg]
        style.configure(".", background=DARK, foreground=LIGHT, fieldbackground=DARKER, insertcolor=LIGHT)
        style.configure("TButton", background="#3b3f46")
        style.map("TCombobox", fieldbackground=[("readonly", DARKER)], foreground=[("readonly", LIGHT)])
        style.map("TButton", background=[("active", "#4a4f57")])
        for name in ("TCheckbutton", "TRadiobutton"):
            style.map(name, background=[("active", DARK)])
        for option, value in (("background", DARKER), ("foreground", LIGHT)):
            window.option_add(f"*TCombobox*Listbox.{option}", value)
