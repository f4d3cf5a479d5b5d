"""A window of coloured buttons: a clicked one goes away, and its colour is written to a file.

    python demos/buttons.py clicked.txt --seed 3 --size 256x192

The small model under `tests/tiny/checkpoint` was taught on drawings of this window.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

PALETTE = {
    "red": (220, 40, 40),
    "green": (40, 170, 70),
    "blue": (45, 80, 220),
    "yellow": (240, 220, 50),
    "purple": (140, 50, 170),
    "orange": (245, 140, 30),
    "cyan": (60, 210, 220),
    "black": (25, 25, 25),
}
WIDTH, HEIGHT = 256, 192
"""The window in its own units; `--size` may show it larger."""


@dataclass(frozen=True)
class Button:
    """A button's colour and place, in the window's own units."""

    colour: str
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height

    def near(self, other: Button, gap: int) -> bool:
        """Whether less than `gap` lies between them."""
        apart_across = self.x >= other.x + other.width + gap or other.x >= self.x + self.width + gap
        apart_down = self.y >= other.y + other.height + gap or other.y >= self.y + self.height + gap
        return not (apart_across or apart_down)


def scatter(chance: random.Random, count: int) -> list[Button]:
    """`count` buttons of different colours that don't touch, at random places."""
    while True:
        placed: list[Button] = []
        for colour in chance.sample(list(PALETTE), count):
            for _ in range(40):
                width, height = chance.randint(48, 80), chance.randint(32, 48)
                x, y = chance.randint(4, WIDTH - width - 4), chance.randint(4, HEIGHT - height - 4)
                button = Button(colour, x, y, width, height)
                if not any(button.near(other, 6) for other in placed):
                    placed.append(button)
                    break
        if len(placed) == count:
            return placed


def show(buttons: list[Button], clicked: Path, scale: float, title: str) -> None:
    """The window, until it is closed."""
    import tkinter as tk

    window = tk.Tk()
    window.title(title)
    window.geometry(f"{round(WIDTH * scale)}x{round(HEIGHT * scale)}+80+80")
    window.resizable(False, False)
    window.configure(background="#d9d9d9")

    def press(button: Button, widget: tk.Button) -> None:
        widget.destroy()
        with clicked.open("a", encoding="utf-8") as file:
            file.write(button.colour + "\n")

    for button in buttons:
        fill = "#{:02x}{:02x}{:02x}".format(*PALETTE[button.colour])
        # The same colour with the mouse over it: or a missed click would look like an answer.
        widget = tk.Button(window, background=fill, activebackground=fill, relief="raised", takefocus=False)
        widget.configure(borderwidth=2, highlightthickness=0)
        widget.configure(command=lambda button=button, widget=widget: press(button, widget))
        x, y, width, height = (round(n * scale) for n in (button.x, button.y, button.width, button.height))
        widget.place(x=x, y=y, width=width, height=height)
    window.mainloop()


def main() -> None:
    parser = argparse.ArgumentParser(description="A window of coloured buttons that go away when clicked.")
    parser.add_argument("clicked", type=Path, help="the colours go here as they are clicked, a line each")
    parser.add_argument("--seed", type=int, default=0, help="of colours and places")
    parser.add_argument("--count", type=int, default=4, choices=range(1, 6), help="of buttons")
    parser.add_argument("--size", default=f"{WIDTH}x{HEIGHT}", help="of the window: 256x192, 512x384, ...")
    parser.add_argument("--title", default="Coloured buttons")
    given = parser.parse_args()
    width = int(given.size.partition("x")[0])
    buttons = scatter(random.Random(given.seed), given.count)
    given.clicked.touch()
    show(buttons, given.clicked, width / WIDTH, given.title)


if __name__ == "__main__":
    main()
