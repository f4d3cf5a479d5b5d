# ruff: noqa: E501
"""Forms whose toolkits tell where each widget is: a Chromium page and a Tk window, light and dark.

Not a test module: `form_screens` shows them on a desktop and yields what was seen with the truth.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from screenwright.tools.desktop import Desktop
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Observation

PAGE = """<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="%(theme)s"><title>Form</title>
<style> body { font: 14px "DejaVu Sans"; margin: 12px } .row { display: flex; margin: 5px 0 }
.row > label { width: 90px } .two { display: grid; grid-template-columns: 180px 180px; gap: 4px 16px }
</style><form>
<div class="row"><label for="name">Name</label><input id="name" data-label="Name" data-role="field"></div>
<div class="row"><label for="mail">Email</label><input id="mail" value="Phone" data-label="Email" data-role="field"></div>
<div class="row"><label for="phone">Phone:</label><input id="phone" data-label="Phone" data-role="field"></div>
<div class="row"><label for="land">Country</label><select id="land" data-label="Country" data-role="combo">
<option>Norway<option>Peru</select></div>
<div class="two"><label for="city">City</label><label for="zip">Zip code</label>
<input id="city" data-label="City" data-role="field"><input id="zip" data-label="Zip code" data-role="field"></div>
<div><input type="checkbox" id="news" data-label="Send me news" data-role="checkbox"><label for="news">Send me news</label>
<input type="checkbox" id="terms" checked data-label="I agree" data-role="checkbox"><label for="terms">I agree</label></div>
<div><input type="radio" name="p" id="p1" data-label="Basic" data-role="radio"><label for="p1">Basic</label>
<input type="radio" name="p" id="p2" checked data-label="Team" data-role="radio"><label for="p2">Team</label>
<input type="radio" name="p" id="p3" data-label="Company" data-role="radio"><label for="p3">Company</label></div>
<div class="row"><label for="vol">Volume</label><input type="range" id="vol" data-label="Volume" data-role="slider"></div>
<div class="row"><label for="find">Search</label><input id="find" placeholder="Type here" data-label="Type here" data-role="field"></div>
<div><label for="notes">Notes</label><br><textarea id="notes" rows="2" cols="40" data-label="Notes" data-role="field"></textarea></div>
<button type="button" data-label="Submit" data-role="button">Submit</button>
<button type="button" data-label="Cancel" data-role="button">Cancel</button></form>
<script> onload = () => setTimeout(() => fetch("/truth", { method: "POST", body: JSON.stringify(
[...document.querySelectorAll("[data-role]")].map(e => { const r = e.getBoundingClientRect(), d = devicePixelRatio
return { label: e.dataset.label, role: e.dataset.role, box: [r.x * d, r.y * d, r.right * d, r.bottom * d],
checked: e.checked ?? null, value: e.value } })) }), 100) </script>"""

TK = """
import json, os, sys, tkinter
from tkinter import ttk
dark, out = sys.argv[1] == "dark", sys.argv[2]
back, ink, box = ("#2b2b2b", "#dddddd", "#3c3c3c") if dark else ("#d9d9d9", "#000000", "#ffffff")
root = tkinter.Tk(); root.geometry("620x520+40+30"); root.title("Sign up"); root.configure(bg=back)
made = []
def label(text, row, column=0):
    tkinter.Label(root, text=text, bg=back, fg=ink).grid(row=row, column=column, sticky="w", padx=8, pady=5)
def keep(widget, text, role, checked=None):
    made.append((widget, text, role, checked))
for n, (text, value) in enumerate([("Name", ""), ("Email", "Phone"), ("Phone", "")]):
    label(text, n); e = tkinter.Entry(root, width=28, bg=box, fg=ink); e.insert(0, value)
    e.grid(row=n, column=1, columnspan=2, sticky="w"); keep(e, text, "field")
label("Country", 3); c = ttk.Combobox(root, values=["Norway", "Peru"]); c.set("Norway"); c.grid(row=3, column=1, sticky="w")
keep(c, "Country", "combo")
on, off, plan = tkinter.IntVar(value=1), tkinter.IntVar(value=0), tkinter.StringVar(value="Team")
look = dict(bg=back, fg=ink, selectcolor=box, activebackground=back)
for n, (text, var) in enumerate([("Send me news", off), ("I agree", on)]):
    w = tkinter.Checkbutton(root, text=text, variable=var, **look); w.grid(row=4, column=n, sticky="w")
    keep(w, text, "checkbox", bool(var.get()))
for n, text in enumerate(["Basic", "Team", "Company"]):
    w = tkinter.Radiobutton(root, text=text, value=text, variable=plan, **look); w.grid(row=5, column=n, sticky="w")
    keep(w, text, "radio", text == "Team")
label("Volume", 6); s = tkinter.Scale(root, orient="horizontal", length=200, showvalue=False, bg=back, troughcolor=box)
s.set(30); s.grid(row=6, column=1, columnspan=2, sticky="w"); keep(s, "Volume", "slider")
label("Notes", 7); t = tkinter.Text(root, width=40, height=4, bg=box, fg=ink); t.grid(row=7, column=1, columnspan=2)
keep(t, "Notes", "field")
for n, text in enumerate(["Submit", "Cancel"]):
    b = tkinter.Button(root, text=text, bg=back, fg=ink); b.grid(row=8, column=n, pady=10); keep(b, text, "button")
root.update()
def tell():
    json.dump([dict(label=t, role=r, checked=c, value="", box=[w.winfo_rootx(), w.winfo_rooty(),
        w.winfo_rootx() + w.winfo_width(), w.winfo_rooty() + w.winfo_height()]) for w, t, r, c in made], open(out + "~", "w"))
    os.replace(out + "~", out)
root.after(300, tell); root.mainloop()
"""

TTK = """
import json, os, sys, tkinter
from tkinter import ttk
theme, out = sys.argv[1:3]
root = tkinter.Tk(); root.geometry("560x330+40+30"); root.title("Settings")
style = ttk.Style(); style.theme_use(theme); root.configure(bg=style.lookup("TFrame", "background") or "#d9d9d9")
made = []
def keep(widget, text, role, checked=None):
    made.append((widget, text, role, checked)); return widget
for n, (text, value) in enumerate([("First name", ""), ("Last name", "First name"), ("Town", "")]):
    ttk.Label(root, text=text).grid(row=n, column=0, sticky="w", padx=8, pady=4)
    e = keep(ttk.Entry(root, width=30), text, "field"); e.insert(0, value); e.grid(row=n, column=1, columnspan=2, sticky="w")
ttk.Label(root, text="Plan").grid(row=3, column=0, sticky="w", padx=8)
c = keep(ttk.Combobox(root, values=["Free", "Paid"]), "Plan", "combo"); c.set("Free"); c.grid(row=3, column=1, sticky="w")
root.marks = [tkinter.BooleanVar(value=v) for v in (False, True)]
for n, (text, mark) in enumerate(zip(("Send me news", "I agree"), root.marks)):
    w = keep(ttk.Checkbutton(root, text=text, variable=mark), text, "checkbox", mark.get()); w.grid(row=4, column=n, sticky="w", padx=8, pady=6)
root.size = tkinter.StringVar(value="Medium")
for n, text in enumerate(("Small", "Medium", "Large")):
    w = keep(ttk.Radiobutton(root, text=text, value=text, variable=root.size), text, "radio", text == "Medium"); w.grid(row=5, column=n, sticky="w", padx=8)
ttk.Label(root, text="Volume").grid(row=6, column=0, sticky="w", padx=8, pady=6)
s = keep(ttk.Scale(root, from_=0, to=100, value=40, length=200), "Volume", "slider"); s.grid(row=6, column=1, columnspan=2, sticky="w")
for n, text in enumerate(("Submit", "Cancel")):
    keep(ttk.Button(root, text=text), text, "button").grid(row=7, column=n, pady=8)
root.update()
def tell():
    json.dump([dict(label=t, role=r, checked=c, value="", box=[w.winfo_rootx(), w.winfo_rooty(),
        w.winfo_rootx() + w.winfo_width(), w.winfo_rooty() + w.winfo_height()]) for w, t, r, c in made], open(out + "~", "w"))
    os.replace(out + "~", out)
root.after(300, tell); root.mainloop()
"""


@dataclass(frozen=True, slots=True)
class Widget:
    """One widget as its toolkit describes it."""

    label: str
    role: str
    region: Region
    checked: bool | None


@dataclass(frozen=True, slots=True)
class FormScreen:
    """A form as it was seen, and what its toolkit says is on it."""

    name: str
    observation: Observation
    widgets: tuple[Widget, ...]


def still(desktop: Desktop, calm_s: float = 0.3, limit_s: float = 10) -> Observation:
    """The frame once nothing has changed for a moment."""
    seen, since, end = desktop.observe(), time.monotonic(), time.monotonic() + limit_s
    while time.monotonic() - since < calm_s and time.monotonic() < end:
        desktop.idle(0.05)
        now = desktop.observe()
        if ((now.words ^ seen.words) & 0xFFFFFF).any():
            since = time.monotonic()
        seen = now
    return seen


def widgets(rows: list[dict[str, object]]) -> tuple[Widget, ...]:
    return tuple(
        Widget(
            str(r["label"]),
            str(r["role"]),
            Region.between(*r["box"]),  # type: ignore[misc]
            bool(r["checked"]) if r["role"] in ("checkbox", "radio") else None,
        )
        for r in rows
    )


@contextmanager
def site(page: str) -> Iterator[tuple[str, threading.Event, list[bytes]]]:
    """Serves a page; gives its address, an event set when it posts, and what it posted."""
    posted, bodies = threading.Event(), []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(page.encode())

        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self._send(b"ok")
            posted.set()

        def _send(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", posted, bodies
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def chromium_form(desktop: Desktop, theme: str, scale: float, *flags: str) -> Iterator[FormScreen]:
    page = PAGE % {"theme": theme}
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        site(page) as (url, posted, bodies),
    ):
        argv = ["chromium", "--no-sandbox", "--kiosk", "--no-first-run", "--disable-gpu", *flags]
        argv += [f"--user-data-dir={profile}", f"--force-device-scale-factor={scale}", url]
        browser = desktop.start(argv)
        try:
            assert posted.wait(40), "Chromium did not show the form"
            seen = still(desktop)
            yield FormScreen(f"chromium {theme} x{scale}", seen, widgets(json.loads(bodies[0])))
        finally:
            browser.terminate()
            browser.wait(10)


@contextmanager
def tk_form(desktop: Desktop, theme: str, source: str = TK) -> Iterator[FormScreen]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "truth.json")
        program = desktop.start([sys.executable, "-c", source, theme, str(out)])
        try:
            end = time.monotonic() + 20
            while not out.exists():
                assert program.poll() is None and time.monotonic() < end, "the Tk form did not come up"
                desktop.idle(0.05)
            seen = still(desktop)
            yield FormScreen(
                f"{'tk' if source is TK else 'ttk'} {theme}", seen, widgets(json.loads(out.read_text()))
            )
        finally:
            program.terminate()
            program.wait(10)
