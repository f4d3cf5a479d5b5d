"""Plain words on real programs: a German and Chinese page in Chromium, a long Tk window, GTK's own dialogs."""

from __future__ import annotations

import itertools
import json
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from screenwright.agent import Agent
from screenwright.policies import Guard, Literal
from screenwright.tools import Desktop, Outcome, Task, Trace
from screenwright.tools.reading import Reader

PROGRAMS = Path(__file__).parent / "programs"
CHROMIUM = [
    "--no-sandbox", "--no-first-run", "--disable-gpu", "--force-device-scale-factor=1", "--kiosk",
    "--disable-infobars",
]  # fmt: skip
Run = Callable[..., Outcome]


@pytest.fixture
def run(desktop: Desktop, reader: Reader, tmp_path: Path) -> Run:
    count = itertools.count(1)

    def go(script: str, patience_s: float = 10, **parameters: str) -> Outcome:
        policy = Literal(reader=reader, patience_s=patience_s)
        free = Guard([], "allow")  # the shipped rules ask before something is sent
        agent = Agent(policy, desktop, guard=free, trace=tmp_path / f"run{next(count)}")
        return agent.run(Task(script, parameters))

    return go


@pytest.fixture
def registration(desktop: Desktop, tmp_path: Path) -> Iterator[list[dict[str, str]]]:
    """The registration page in Chromium; what is posted arrives in the list."""
    if not shutil.which("chromium"):
        pytest.skip("no Chromium: sudo apt-get install chromium")
    posted: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((PROGRAMS / "registration.html").read_bytes())

        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        desktop.start(["chromium", *CHROMIUM, f"--user-data-dir={tmp_path / 'profile'}", address])
        yield posted
        server.shutdown()


FILL = """
- wait for "Straße" (60 s)
- 在“姓名”中输入“张三”
- type "Größe Öläß" into Straße
- type "{{secret}}" into Password
- type "one" into Notes and append " two" to Notes
- choose "Switzerland" from Country
- click "Large"
- uncheck "Send me news" and check "I accept the terms"
- click "Edit" in the row of "Shipping"
- click "Absenden"
- wait for "angenommen" (20 s)
- read "Auftrag" into order
- answer "{{order}}"
"""


def test_a_page_is_filled_in_and_sent(
    run: Run, registration: list[dict[str, str]], eventually: Callable[..., Any], tmp_path: Path
) -> None:
    outcome = run(FILL, secret="geheim7")
    assert outcome.ok, outcome.message
    assert eventually(lambda: registration)[0] == {
        "name": "张三",
        "street": "Größe Öläß",
        "password": "geheim7",
        "notes": "one two",
        "country": "Switzerland",
        "size": "L",
        "terms": "on",
        "shipping": "yes",
    }
    assert outcome.answer and "2718" in outcome.answer
    assert not any("geheim7" in s.decision.thought for s in Trace(tmp_path / "run1").steps if s.decision)


def test_what_is_not_said_clearly_is_not_clicked(
    run: Run, registration: list[dict[str, str]], tmp_path: Path
) -> None:
    outcome = run('- wait for "Billing" (60 s)\n- click "Edit"', patience_s=1)
    assert outcome.status == "gave_up" and '"Edit" fits 2 places' in outcome.message
    assert "step 2 (line 2)" in outcome.message
    outcome = run('click "Contrie"', patience_s=1)
    assert outcome.status == "gave_up" and '"Country"' in outcome.message
    assert not registration
    steps = [step for run in tmp_path.glob("run*") for step in Trace(run).steps]
    assert len(steps) > 3
    assert not any(step.decision and step.decision.action.kind == "click" for step in steps)


def test_a_long_window_with_a_menu_button(run: Run, desktop: Desktop, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    desktop.start([sys.executable, str(PROGRAMS / "long_window.py"), str(out)])
    outcome = run("""
- wait for "Kind" (20 s)
- choose "Green tea" from Kind
- double-click "Row 2"
- right-click "Row 3", then click "Remove"
- press F5
- wait until "Busy" is gone
- scroll until "Finish" is visible
- press Finish
""")
    assert outcome.ok, outcome.message
    assert json.loads(out.read_text(encoding="utf-8")) == {
        "kind": "Green tea",
        "said": ["double Row 2", "menu Row 3", "remove", "f5"],
    }


QUITTER = """
import tkinter
root = tkinter.Tk(); root.title("Quitter"); root.geometry("400x300+50+50")
tkinter.Button(root, text="Crash", command=lambda: __import__("os").abort()).pack(pady=20)
tkinter.Button(root, text="Afterwards").pack(pady=20)
root.mainloop()
"""


def test_a_program_that_dies_under_a_click_is_said(run: Run, desktop: Desktop, tmp_path: Path) -> None:
    process = desktop.start([sys.executable, "-c", QUITTER])
    outcome = run('wait for "Afterwards", click "Crash", click "Afterwards"', patience_s=1)
    assert outcome.status == "gave_up", outcome
    assert "step 3" in outcome.message and '"Afterwards" is not on the screen' in outcome.message
    assert process.wait(10) != 0
    steps = Trace(tmp_path / "run1").steps
    assert [s.decision.action.kind for s in steps if s.decision][-1] != "click"
    assert steps[-1].observation.pixels.any()


def test_a_followed_window_that_closes_ends_the_run(reader: Reader, desktop: Desktop, tmp_path: Path) -> None:
    desktop.start([sys.executable, "-c", QUITTER])
    free = Guard([], "allow")
    Agent(Literal(reader=reader), desktop, guard=free, trace=tmp_path / "a").run('wait for "Crash"')
    display = desktop.environment["DISPLAY"]
    with Desktop(window="Quitter", display=display, environment=desktop.environment) as window:
        agent = Agent(Literal(reader=reader), window, guard=free, trace=tmp_path / "b")
        outcome = agent.run('click "Crash" and click "Afterwards"')
    assert outcome.status == "error" and "no window's title holds 'Quitter'" in outcome.message, outcome
    assert Trace(tmp_path / "b").outcome == outcome


def test_a_dialog_of_gtk(run: Run, desktop: Desktop, tmp_path: Path) -> None:
    if not shutil.which("zenity"):
        pytest.skip("no zenity: sudo apt-get install zenity")
    dialog = ["zenity", "--forms", "--title=Neu", "--text=Konto", "--add-entry=Vorname", "--add-password=Kennwort"]
    process = desktop.start([*dialog, "--add-combo=Stadt", "--combo-values=Bonn|Köln|Mainz"], stdout="out")
    outcome = run("""
- wait for "Vorname" (20 s)
- type "Jürgen" into Vorname
- type "x1" into Kennwort
- choose "Köln" from Stadt
- click "OK"
- wait until "Vorname" is gone
""")
    assert outcome.ok, outcome.message
    process.wait(timeout=10)


LIST = """
import sys, tkinter
root = tkinter.Tk(); root.title("List"); root.geometry("260x170+80+80")
box = tkinter.Listbox(root, height=6, font=("DejaVu Sans", 12)); box.pack(fill="both", expand=True)
words = "alder ash aspen beech birch cedar cherry chestnut elm fir hazel holly juniper larch lime maple oak"
for word in words.split():
    box.insert("end", word)
box.bind("<<ListboxSelect>>", lambda _: open(sys.argv[1], "w").write(box.get(box.curselection()[0])))
root.mainloop()
"""


def test_nothing_is_jumped_over_where_a_notch_is_many_rows(run: Run, desktop: Desktop, tmp_path: Path) -> None:
    out = tmp_path / "picked"
    desktop.start([sys.executable, "-c", LIST, str(out)])
    outcome = run('wait for "aspen", click "elm"')
    assert outcome.ok, outcome.message
    assert out.read_text() == "elm"
    outcome = run(
        'scroll up until "alder" is visible, then scroll down until "chestnut" is visible, click "chestnut"'
    )
    assert outcome.ok, outcome.message
    assert out.read_text() == "chestnut"


NOTICE = """<!doctype html><meta charset=utf-8><title>Notice</title><style>body {font: 15px sans-serif; margin: 0}
#note {background: #ffe9a8; height: 110px; text-align: center; line-height: 110px} p {margin: 20px}</style>
<div id=note>Your session will end soon.</div><p style="text-align: right">Quantity</p>
<p><input name=other></p><p><label>Amount <input name=amount size=6 value=3></label></p>
<p><label>Code <input name=code></label> <button>Go</button></p>"""


def test_a_notice_above_a_label_is_no_field_and_a_frame_parts_words(
    run: Run, desktop: Desktop, tmp_path: Path
) -> None:
    if not shutil.which("chromium"):
        pytest.skip("no Chromium: sudo apt-get install chromium")
    page = tmp_path / "notice.html"
    page.write_text(NOTICE, encoding="utf-8")
    flags = [f"--user-data-dir={tmp_path / 'profile'}", "--force-renderer-accessibility=disabled"]
    desktop.start(["chromium", *CHROMIUM, *flags, page.as_uri()])
    outcome = run('wait for "Code" (60 s), type "12" into Amount, read Amount into amount')
    assert outcome.ok and outcome.variables == {"amount": "12"}, outcome
    outcome = run('type "7" into Quantity', patience_s=1)
    assert outcome.status == "gave_up" and '"Quantity" field is not on the screen' in outcome.message, outcome


def test_a_drop_down_that_takes_text_is_checked_and_read(run: Run, desktop: Desktop, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("alpha beta gamma\nbeta two\n")
    desktop.start(["mousepad", "--disable-server", str(note)])
    outcome = run("""
- wait for "alpha beta gamma"
- click Search
- click "Find and Replace..."
- type "beta" into "Search for"
- type "BETA" into "Replace with"
- read "Replace with" into typed
- check "Replace all in"
- click the "Replace" button
- press Escape
- press Ctrl+S
- wait 0 s
""")
    assert outcome.ok and outcome.variables == {"typed": "BETA"}, outcome
    assert note.read_text() == "alpha BETA gamma\nBETA two\n"


def test_a_slider_is_read_by_its_label(run: Run, desktop: Desktop) -> None:
    if not shutil.which("zenity"):
        pytest.skip("no zenity: sudo apt-get install zenity")
    desktop.start(["zenity", "--scale", "--text=Volume", "--value=10"])
    outcome = run('wait for "Volume", press Right twice, read Volume into volume')
    assert outcome.ok and outcome.variables == {"volume": "12"}, outcome
