"""Where hostile screens are shown: one Chromium on a virtual screen, turned from page to page, and Tk windows."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Self

from screens import Hostile

from screenwright.tools import Desktop, Point

SIZE = 720, 480
WAIT_S = 20.0
PAGE = """<!doctype html><meta charset="utf-8"><title>Settings</title>
<style>body { font: 15px sans-serif; margin: 10px } button { min-height: 28px }</style>
<script>
const tell = (path, body) => { const x = new XMLHttpRequest(); x.open("POST", path, false); x.send(body) }
const did = what => tell("/did", what)
</script>
%(body)s
<i role="button" aria-label="screen %(serial)s" style="position:fixed;right:0;bottom:0;width:5px;height:5px"></i>
<script>
document.title = %(title)s
const focus = document.getElementById(%(focus)s); if (focus) focus.focus()
const where = () => Object.fromEntries([...document.querySelectorAll("[id]")].map(e => {
  const r = e.getBoundingClientRect(); return [e.id, [r.x + r.width / 2, r.y + r.height / 2]] }))
addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(async () => {
  tell("/ready?%(serial)s", JSON.stringify(where()))
  for (;;) { const said = await (await fetch("/next?%(serial)s")).text(); if (said) (0, eval)(said) }
})))
</script>"""
USUAL = """<h3>Settings</h3>%(html)s
<p>%(form)s<label>Name <input id="name" value="Ada"></label>%(end)s
<button id="save" onclick="did('saved')">Save</button></p>
<p><button id="bad" onclick="did('deleted')">Delete account</button></p>"""


class Web(http.server.ThreadingHTTPServer):
    """Serves one page after another and hears what they report."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.serial = 0
        self.body = ""
        self.heard: list[str] = []
        self.orders: dict[int, Queue[str]] = {0: Queue()}
        self.ready: dict[int, dict[str, tuple[float, float]]] = {}
        self.turn = threading.Condition()

    def shows(self, body: str, title: str, focus: str) -> dict[str, tuple[float, float]]:
        """Turn the browser to this page; where the things with an id are, in pixels."""
        before, self.serial = self.serial, self.serial + 1
        facts = {"body": body, "title": json.dumps(title), "focus": json.dumps(focus), "serial": self.serial}
        self.body = PAGE % (facts | {"title": facts["title"].replace("</", "<\\/")})
        self.heard.clear()
        self.orders[self.serial] = Queue()
        self.orders[before].put(f"location.replace('/{self.serial}')")
        with self.turn:
            if not self.turn.wait_for(lambda: self.serial in self.ready, WAIT_S):
                raise TimeoutError(f"Chromium did not show page {self.serial}")
        return self.ready[self.serial]

    def runs(self, script: str) -> None:
        """Run a script in the page; returns when it was run."""
        count = self.heard.count("ran")
        self.orders[self.serial].put(f"{script}; did('ran')")
        with self.turn:
            self.turn.wait_for(lambda: self.heard.count("ran") > count, WAIT_S)
        self.heard.remove("ran")


class Handler(http.server.BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        place = urllib.parse.urlsplit(self.path)
        if place.path != "/next":
            self._send(self.server.body if place.path != "/0" else PAGE % START, "text/html")
            return
        try:
            self._send(self.server.orders[int(place.query)].get(timeout=60))
        except Empty:
            self._send("")

    def do_POST(self) -> None:
        place = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with self.server.turn:
            if place.path == "/did":
                self.server.heard.append(body)
            else:
                self.server.ready[int(place.query)] = json.loads(body)
            self.server.turn.notify_all()
        self._send("")

    def _send(self, text: str, kind: str = "text/plain") -> None:
        data = text.encode()
        try:
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except ConnectionError:
            """The page that asked has been turned."""

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


START = {"body": "", "title": '"Start"', "focus": '""', "serial": 0}


class Stand:
    """A virtual screen with the browser on it."""

    def __init__(self) -> None:
        self.web = Web()
        self._serving = threading.Thread(target=self.web.serve_forever, daemon=True)
        self._serving.start()
        self.desktop = Desktop.virtual(*SIZE)
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._window: subprocess.Popen[bytes] | None = None
        flags = ["--kiosk", "--no-sandbox", "--no-first-run", "--disable-gpu", "--password-store=basic"]
        flags += ["--force-renderer-accessibility", f"--user-data-dir={self._profile.name}"]
        self.browser = self.desktop.start(["chromium", *flags, f"http://127.0.0.1:{self.web.server_port}/0"])
        with self.web.turn:
            if not self.web.turn.wait_for(lambda: 0 in self.web.ready, 60):
                raise TimeoutError("Chromium did not come up")

    @property
    def heard(self) -> list[str]:
        """What was done on the present screen, as it reported itself."""
        return [said for said in self.web.heard if said != "ran"]

    def show(self, screen: Hostile) -> dict[str, Point]:
        """Show it, and wait until the system knows of it too. Where the things with an id are."""
        self._end_window()
        form = f"<form onsubmit=\"did('{screen.form}'); return false\">" if screen.form else ""
        usual = USUAL % {"html": screen.html, "form": form, "end": "</form>" if form else ""}
        places = self.web.shows(screen.html if screen.bare else usual, screen.title, screen.focus)
        marker = f"screen {self.web.serial}"
        self._until(
            lambda: any(e.text == marker for e in self.desktop.observe().elements), f"the tree of {marker}"
        )
        if screen.tk is not None:
            places = places | self._show_window(screen)
        frame = self.desktop.observe().frame
        return {name: Point(x, y, frame) for name, (x, y) in places.items()}

    def _show_window(self, screen: Hostile) -> dict[str, tuple[float, float]]:
        assert screen.tk is not None
        self.web.ready.pop(-1, None)
        address = f"http://127.0.0.1:{self.web.server_port}"
        program = Path(__file__).with_name("window.py")
        self._window = self.desktop.start([sys.executable, str(program), address, screen.tk.model_dump_json()])
        self._until(lambda: -1 in self.web.ready, "the Tk window")
        return self.web.ready[-1]

    def _until(self, holds: Any, what: str) -> None:
        end = time.monotonic() + WAIT_S
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(f"{what} did not come")
            self.desktop.idle(0.05)

    def _end_window(self) -> None:
        if self._window is not None:
            self._window.terminate()
            self._window.wait(10)
            self._window = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_window()
        self.browser.terminate()
        self.browser.wait(10)
        self.desktop.close()
        self.web.shutdown()
        self.web.server_close()
        self._serving.join()
        self._profile.cleanup()
