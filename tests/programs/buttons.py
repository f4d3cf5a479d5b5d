"""A window with two buttons: Greet says Hello, Delete writes the file that is named on the command line."""

import sys
import tkinter
from pathlib import Path

window = tkinter.Tk()
window.title("Buttons")
window.geometry("420x260+60+60")
said = tkinter.Label(window, text="Nothing yet", font=("DejaVu Sans", 13))


def delete() -> None:
    Path(sys.argv[1]).write_text("deleted")
    said.config(text="Gone")


font = ("DejaVu Sans", 13)
tkinter.Button(window, text="Greet", font=font, command=lambda: said.config(text="Hello")).pack(pady=12)
tkinter.Button(window, text="Delete", font=font, command=delete).pack(pady=12)
said.pack(pady=12)
tkinter.Label(window, text="Number: 4217", font=font).pack()
window.mainloop()
