"""Labelled screens for the reading rows: real Chromium and Tk windows that tell where each text stands.

The words, kinds, fonts, sizes and colours are drawn from a seeded generator, so each run reads the same.
The toolkits themselves report the boxes (getBoundingClientRect, winfo), so truth is not our own opinion.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from screenwright.tools.desktop import Desktop
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Observation

WORDS = [
    "Save",
    "Open",
    "Close",
    "Cancel",
    "Apply",
    "Name",
    "Email",
    "Address",
    "City",
    "Country",
    "Phone",
    "Total",
    "Price",
    "Quantity",
    "Order",
    "Search",
    "Settings",
    "Preferences",
    "Account",
    "Password",
    "User",
    "Group",
    "Team",
    "Project",
    "File",
    "Edit",
    "View",
    "Insert",
    "Format",
    "Tools",
    "Help",
    "Window",
    "Print",
    "Export",
    "Import",
    "Delete",
    "Remove",
    "Add",
    "New",
    "Copy",
    "Paste",
    "Undo",
    "Redo",
    "Select",
    "All",
    "None",
    "Next",
    "Back",
    "Finish",
    "Submit",
    "Reset",
    "Send",
    "Reply",
    "Forward",
    "Archive",
    "Inbox",
    "Drafts",
    "Sent",
    "Trash",
    "Spam",
    "Folder",
    "Label",
    "Filter",
    "Sort",
    "Date",
    "Time",
    "Start",
    "End",
    "Duration",
    "Location",
    "Notes",
    "Title",
    "Description",
    "Status",
    "Priority",
    "Owner",
    "Created",
    "Modified",
    "Size",
    "Type",
    "Kind",
    "Version",
    "Update",
    "Install",
    "Restart",
    "Shutdown",
    "Network",
    "Display",
    "Sound",
    "Power",
    "Battery",
    "Keyboard",
    "Mouse",
    "Language",
    "Region",
]
TAILS = ["", "", "", "", ":", "…", " *", " (3)", " #12", " 2026-11-24", " 45.90 €", " v1.2", " 100%"]
SIZES = range(10, 17)
FONTS = ["DejaVu Sans", "Liberation Sans", "Liberation Serif", "Noto Sans", "DejaVu Sans Mono"]
KINDS = ["label", "label", "label", "button", "input", "link", "primary"]
THEMES = {"light": ("#ffffff", "#202124", "#0b57d0"), "dark": ("#202124", "#e8eaed", "#8ab4f8")}


@dataclass(frozen=True, slots=True)
class Label:
    """A text as it was put on the screen and the box of the widget that shows it, in frame pixels."""

    text: str
    region: Region
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class Screenful:
    """One observed screen and the labels that are on it."""

    name: str
    observation: Observation
    labels: tuple[Label, ...]


def phrase(dice: random.Random) -> str:
    while True:
        words = dice.sample(WORDS, dice.choice([1, 1, 2, 2, 3]))
        if dice.random() < 0.5:
            words[1:] = [word.lower() for word in words[1:]]
        text = " ".join(words) + dice.choice(TAILS)
        if len(text) <= 20:
            return text


def page(theme: str, font: str, seed: int) -> str:
    """An HTML page of 5 by 21 widgets that posts where they stand."""
    dice = random.Random(seed)
    back, ink, link = THEMES[theme]
    cells = []
    for row in range(21):
        for column in range(5):
            kind, size, text = dice.choice(KINDS), dice.choice(SIZES), phrase(dice)
            place = f"left:{12 + column * 254}px;top:{10 + row * 37}px;font-size:{size}px"
            attributes = f'class="w {kind}" style="{place}" data-kind="{kind}" data-size="{size}"'
            cells.append(
                f'<input {attributes} value="{text}">' if kind == "input" else f"<span {attributes}>{text}</span>"
            )
    return f"""<!doctype html><meta charset="utf-8"><style>
    body {{ margin:0; background:{back}; color:{ink}; font-family:"{font}"; overflow:hidden }}
    .w {{ position:absolute; font-family:inherit; white-space:nowrap }}
    .button {{ border:1px solid {ink}80; border-radius:4px; padding:3px 9px; background:{ink}18 }}
    .primary {{ border-radius:4px; padding:4px 10px; background:#1a73e8; color:#fff }}
    .input {{ width:236px; border:1px solid {ink}80; background:{back}; color:{ink}; padding:3px 4px;
              box-sizing:border-box }}
    .link {{ color:{link}; text-decoration:underline }}</style>{"".join(cells)}<script>
    requestAnimationFrame(() => requestAnimationFrame(() => document.fonts.ready.then(() => fetch("/truth", {{
      method: "POST", body: JSON.stringify([...document.querySelectorAll(".w")].map(e => {{
        const r = e.getBoundingClientRect(), d = devicePixelRatio
        return {{text: e.value ?? e.textContent, kind: e.dataset.kind, size: +e.dataset.size,
                 box: [r.x * d, r.y * d, r.right * d, r.bottom * d]}} }})) }}))))</script>"""


TK = """
import json, sys, tkinter
rows, back, ink, out = json.load(open(sys.argv[1])), *sys.argv[2:5]
root = tkinter.Tk(); root.overrideredirect(True); root.geometry("1280x800+0+0"); root.configure(bg=back)
made = []
for n, (text, kind, font, size) in enumerate(rows):
    look = {"bg": back, "fg": ink, "font": (font, -size)}
    if kind == "input":
        w = tkinter.Entry(root, width=22, insertbackground=ink, **look); w.insert(0, text)
    elif kind in ("button", "primary"):
        w = tkinter.Button(root, text=text, **look)
    elif kind == "link":
        w = tkinter.Checkbutton(root, text=text, selectcolor=back, **look)
    else:
        w = tkinter.Label(root, text=text, **look)
    w.place(x=12 + n % 5 * 254, y=10 + n // 5 * 37); made.append((w, text, kind, size))
root.update(); root.update_idletasks()
def tell():
    json.dump([dict(text=t, kind=k, size=s, box=[w.winfo_rootx(), w.winfo_rooty(),
        w.winfo_rootx() + w.winfo_width(), w.winfo_rooty() + w.winfo_height()]) for w, t, k, s in made],
        open(out + "~", "w"))
    import os; os.replace(out + "~", out)
root.after(150, tell); root.mainloop()
"""


class _Site:
    """Serves one page at a time and keeps what it posts."""

    def __init__(self) -> None:
        site = self
        self.page, self.posted, self.body = "", threading.Event(), b""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(site.page.encode())

            def do_POST(self) -> None:
                site.body = self.rfile.read(int(self.headers["Content-Length"]))
                self._send(b"ok")
                site.posted.set()

            def _send(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def still(desktop: Desktop, calm_s: float = 0.4, limit_s: float = 10) -> Observation:
    """The frame once nothing has changed for a moment."""
    seen, since, end = desktop.observe(), time.monotonic(), time.monotonic() + limit_s
    while time.monotonic() - since < calm_s and time.monotonic() < end:
        time.sleep(0.05)
        now = desktop.observe()
        if ((now.words ^ seen.words) & 0xFFFFFF).any():
            since = time.monotonic()
        seen = now
    return seen


def labels(rows: list[dict[str, object]]) -> tuple[Label, ...]:
    return tuple(
        Label(str(r["text"]), Region.between(*r["box"]), str(r["kind"]), int(str(r["size"])))  # type: ignore
        for r in rows
    )


def chromium(desktop: Desktop, plans: list[tuple[str, str, int]], scale: float = 1) -> Iterator[Screenful]:
    """One screenful for each (theme, font, seed)."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for theme, font, seed in plans:
            site = _Site()
            site.page = page(theme, font, seed)
            browser = desktop.start(
                [
                    "chromium", "--no-sandbox", "--kiosk", "--no-first-run", f"--user-data-dir={profile}",
                    f"--force-device-scale-factor={scale}", "--disable-gpu", "--disable-infobars", site.url,
                ]
            )  # fmt: skip
            try:
                if not site.posted.wait(40):
                    raise TimeoutError(f"Chromium did not show {site.url}")
                observation = still(desktop)
                yield Screenful(f"chromium {theme} {font}", observation, labels(json.loads(site.body)))
            finally:
                browser.terminate()
                browser.wait(10)
                site.close()


def tk(desktop: Desktop, plans: list[tuple[str, str, int]]) -> Iterator[Screenful]:
    for theme, font, seed in plans:
        dice = random.Random(seed)
        rows = [(phrase(dice), dice.choice(KINDS), font, dice.choice(SIZES)) for _ in range(5 * 21)]
        with tempfile.TemporaryDirectory() as folder:
            plan, out = Path(folder, "plan.json"), Path(folder, "out.json")
            plan.write_text(json.dumps(rows))
            back, ink, _ = THEMES[theme]
            program = desktop.start([sys.executable, "-c", TK, str(plan), back, ink, str(out)])
            try:
                end = time.monotonic() + 20
                while not out.exists():
                    if time.monotonic() > end or program.poll() is not None:
                        raise TimeoutError("the Tk window did not come up")
                    time.sleep(0.05)
                observation = still(desktop)
                yield Screenful(f"tk {theme} {font}", observation, labels(json.loads(out.read_text())))
            finally:
                program.terminate()
                program.wait(10)


def screens(count: int = 10) -> Iterator[Screenful]:
    """`count` screens of 105 labels, a third of them Tk, half of them dark."""
    plans = [(("light", "dark")[n % 2], FONTS[n // 2 % len(FONTS)], 100 + n) for n in range(count)]
    with Desktop.virtual(1280, 800) as desktop:
        yield from chromium(desktop, [plan for n, plan in enumerate(plans) if n % 3])
        yield from tk(desktop, [plan for n, plan in enumerate(plans) if not n % 3])


if __name__ == "__main__":
    from PIL import Image

    folder = Path(sys.argv[1])
    for number, screen in enumerate(screens(int(sys.argv[2]))):
        Image.fromarray(screen.observation.pixels).save(folder / f"{number:02}.png")
        rows = [[one.text, [one.region.x, one.region.y, one.region.right, one.region.bottom], one.kind, one.size]
                for one in screen.labels]  # fmt: skip
        (folder / f"{number:02}.json").write_text(json.dumps(rows, ensure_ascii=False))
        print(screen.name, len(screen.labels), subprocess.run(["true"]).returncode)
