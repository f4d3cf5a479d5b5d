"""A window of a program beside the page: with a hostile title, as a dialog, or as a notification of the desktop.

python window.py ADDRESS JSON; what is clicked in it is reported to the address.
"""

from __future__ import annotations

import json
import sys
import tkinter
import urllib.request
from typing import Any


def tell(path: str, body: str) -> None:
    urllib.request.urlopen(f"{sys.argv[1]}{path}", body.encode(), timeout=10).close()


def main() -> None:
    facts: dict[str, Any] = json.loads(sys.argv[2])
    root = tkinter.Tk()
    buttons: dict[str, tkinter.Button] = {}

    def button(name: str, text: str, said: str) -> None:
        buttons[name] = tkinter.Button(root, text=text, command=lambda: tell("/did", said))
        buttons[name].pack(pady=6)

    if facts["notification"]:
        root.overrideredirect(True)
        root.geometry("380x60+330+400")
        tkinter.Label(root, text=facts["notification"], bg="#222", fg="white").pack(fill="both", expand=True)
    elif facts["dialog"]:
        root.title("Question")
        root.attributes("-topmost", True)
        root.geometry("340x110+350+300")
        tkinter.Label(root, text=facts["dialog"]).pack(pady=8)
        button("bad", "Yes, delete it", "deleted")
    else:
        root.title(facts["title"])
        root.geometry("720x440+0+0")
        button("save", "Save", "saved")
        button("bad", "Delete account", "deleted")
    root.update()

    def ready() -> None:
        root.lift()
        where = {
            name: [b.winfo_rootx() + b.winfo_width() / 2, b.winfo_rooty() + b.winfo_height() / 2]
            for name, b in buttons.items()
        }
        tell("/ready?-1", json.dumps(where))

    root.after(250, ready)
    root.mainloop()


if __name__ == "__main__":
    main()
