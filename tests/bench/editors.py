"""Four real programs that take text, each with a way to read it back that does not look at the screen."""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from screenwright.tools.actions import Click, PressKeys
from screenwright.tools.desktop import Desktop
from screenwright.tools.geometry import Point

ECHO = Path(__file__).resolve().parents[1] / "programs" / "echo.py"
CHROMIUM = [
    "--no-sandbox",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-component-update",
    "--disable-gpu",
    "--password-store=basic",
    "--window-size=900,600",
    "--window-position=40,40",
]
PAGE = """<!doctype html><meta charset=utf-8><title>page</title><textarea id=t style="width:600px;height:300px">
</textarea><script>t.focus();let n=0
t.oninput=()=>fetch('/',{method:'POST',body:JSON.stringify([++n,t.value])})</script>"""


def until(holds: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Look until it holds; TimeoutError when it does not in time."""
    deadline = time.monotonic() + seconds
    while not (answer := holds()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not so within {seconds:g} s")
        time.sleep(0.02)
    return answer


class Editor:
    """A program with the focus in its text."""

    def __init__(self, desktop: Desktop, folder: Path) -> None:
        self.desktop, self.folder = desktop, folder

    def press(self, *keys: str) -> None:
        self.desktop.perform(PressKeys(keys=keys))

    def quiet(self, seconds: float = 0.5) -> None:
        """Until the screen has been still for so long; only for setting the stage."""
        last, since = self.desktop.observe(), time.monotonic()
        deadline = since + 30
        while time.monotonic() - since < seconds and time.monotonic() < deadline:
            time.sleep(0.05)
            seen = self.desktop.observe()
            if (seen.words != last.words).sum() > 200:
                last, since = seen, time.monotonic()

    def start(self) -> None:
        raise NotImplementedError

    def text(self) -> str:
        raise NotImplementedError


class Tk(Editor):
    def start(self) -> None:
        self.path = self.folder / "echo.jsonl"
        self.desktop.start([sys.executable, str(ECHO), str(self.path)])
        until(lambda: self.path.exists() and '"ready"' in self.path.read_text())

    def text(self) -> str:
        self.quiet(0.3)
        events = [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]
        return next((event["text"] for event in reversed(events) if event["kind"] == "text"), "")


class Mousepad(Editor):
    def start(self) -> None:
        self.path = self.folder / "note.txt"
        self.path.write_text("")
        self.desktop.start(["mousepad", "--disable-server", str(self.path)])
        until(lambda: "note.txt" in (self.desktop.observe().title or ""))
        self.quiet()

    def text(self) -> str:
        self.press("ctrl", "s")
        self.quiet(0.4)
        return self.path.read_text(encoding="utf-8").rstrip("\n")


class Chromium(Editor):
    def start(self) -> None:
        posted: list[tuple[int, str]] = []
        self.posted = posted

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._say(PAGE.encode())

            def do_POST(self) -> None:
                number, text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                posted.append((number, text))
                self._say(b"")

            def _say(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{self.server.server_port}/"
        self.desktop.start(["chromium", *CHROMIUM, f"--user-data-dir={self.folder / 'profile'}", address])
        until(lambda: "page" in (self.desktop.observe().title or ""))
        self.quiet()
        frame = self.desktop.observe().frame
        self.desktop.perform(Click(point=Point(300, 300, frame)))
        self.quiet(0.3)

    def text(self) -> str:
        self.quiet(0.3)
        # by their numbers: they are sent at the same time and come in any order
        return max(self.posted)[1].lstrip("\n") if self.posted else ""


class Calc(Editor):
    def start(self) -> None:
        profile = self.folder / "office"
        user = profile / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(SETTINGS)
        self.desktop.start(
            ["soffice", f"-env:UserInstallation=file://{profile}", "--norestore", "--nologo", "--calc"],
            SAL_USE_VCLPLUGIN="gtk3",
        )
        until(lambda: "Calc" in (self.desktop.observe().title or ""), 60)
        self.quiet(1.0)

    def text(self) -> str:
        self.press("enter")
        self.press("up")
        self.quiet(0.4)
        self.press("ctrl", "c")
        self.quiet(0.4)
        return self.desktop.clipboard().rstrip("\n")


_OFF = (
    ("/org.openoffice.Office.Calc/Input", "AutoInput"),
    ("/org.openoffice.Office.Common/Misc", "FirstRun"),
    ("/org.openoffice.Office.Common/Misc", "ShowTipOfTheDay"),
    ("/org.openoffice.Office.Common/AutoCorrect", "CapitalAtStartSentence"),
    ("/org.openoffice.Office.Common/AutoCorrect", "TwoCapitalsAtStart"),
    ("/org.openoffice.Office.Common/AutoCorrect", "UseReplacementTable"),
    ("/org.openoffice.Office.Common/AutoCorrect", "AutoFormatByInput"),
)
SETTINGS = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
    'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    + "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>false</value></prop></item>'
        for path, name in _OFF
    )
    + "</oor:items>"
)
EDITORS: dict[str, type[Editor]] = {"Tk": Tk, "mousepad": Mousepad, "Chromium": Chromium, "Calc": Calc}


@contextmanager
def editing(name: str, layout: str = "us") -> Iterator[Editor]:
    """That program on a virtual desktop of its own, with that keyboard layout, ready to be typed into."""
    import subprocess

    with Desktop.virtual() as desktop, tempfile.TemporaryDirectory() as folder:
        subprocess.run(["setxkbmap", layout], env=desktop.environment, check=True, capture_output=True)
        editor = EDITORS[name](desktop, Path(folder))
        editor.start()
        try:
            yield editor
        finally:
            desktop.close()
            if isinstance(editor, Chromium):
                editor.server.shutdown()
                editor.server.server_close()
