"""Secrets on real screens: what people's programs show of them is in nothing that is kept or printed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from leaks import leaks, shown
from replays import SIGNUP, Tool

from screenwright.agent import Agent
from screenwright.policies import Literal
from screenwright.tools import Desktop, Trace
from screenwright.tools.steps import Task

NAME, EMAIL = "Xylophon Quartz", "zweig77@möwe.example"
FORM = """
- type "{{secret:name}}" into Name
- type "{{secret_email}}" into Email
- type "Linz" into City
- click Submit
- wait for "Welcome"
"""
PAGE = """<!doctype html><meta charset=utf-8><title>Bank</title>
<style>body,input{font:16px DejaVu Sans} body{margin:30px}
input{padding:6px;width:260px;margin:6px;border:1px solid #888}
label{display:inline-block;width:140px}</style>
<form id=f onsubmit="done(event)"><label for=u>User</label><input id=u autocomplete=off><br>
<label for=p>Password</label><input id=p type=password placeholder="At least 8">
<button type=button id=eye>Show</button><br>
<label for=c>Comment</label><input id=c><br><button>Log in</button></form>
<div id=o hidden><p>Welcome back</p><p>You typed: <span id=said></span></p>
<p style="font:24px serif">Large: <b id=big></b></p><p>The end</p></div>
<script>
const $ = id => document.getElementById(id)
$("eye").onclick = () => { $("p").type = "text" }
function done(event) {
  event.preventDefault(); $("f").hidden = true; $("o").hidden = false
  $("said").textContent = $("u").value + " / " + $("p").value; $("big").textContent = $("p").value
  document.title = "Hello " + $("p").value
}
</script>"""
LOG_IN = """
- wait for "Log in" (60 s)
- type "{{secret_user}}" into User
- type "{{secret_password}}" into Password
- click Show
- type "nothing secret" into Comment
- click "Log in"
- wait for "Welcome back"
- read "You typed:" into it
- click "The end"
"""


def frames(trace: Trace) -> list[Any]:
    return [seen.pixels for step in trace.steps for seen in (step.observation, step.after) if seen is not None]


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    """All that it writes goes below one folder, its temporary files included."""
    (tmp_path / "tmp").mkdir()
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("DISPLAY", "SCREENWRIGHT", "DBUS"))}
    secrets = {"SCREENWRIGHT_SECRET_NAME": NAME, "SCREENWRIGHT_SECRET_EMAIL": EMAIL}
    return Tool(tmp_path, plain | secrets | {"TMPDIR": str(tmp_path / "tmp"), "HOME": str(tmp_path)})


def test_a_run_its_demo_and_its_replay_keep_nothing(tool: Tool, reader: Any) -> None:
    (tool.folder / "form.md").write_text(FORM, encoding="utf-8")
    (tool.folder / "open.sh").write_text(f"env > environment.txt\nexec {sys.executable} {SIGNUP} out.json\n")
    screen = ("--virtual", "--size", "640x480", "--open", "sh open.sh")
    printed = tool("--debug", "run", "form.md", *screen, "--trace", "run", "--save", "signup") + tool.errors
    assert tool.submitted() == {
        "name": NAME, "email": EMAIL, "city": "Linz", "plan": "Free", "country": "Choose", "news": False,
    }  # fmt: skip
    (tool.folder / "out.json").unlink()
    assert "SCREENWRIGHT" not in (tool.folder / "environment.txt").read_text()
    assert 'type "{{secret:name}}" into Name' in printed
    (tool.folder / "csv.csv").write_text("city\nWien\n")
    told = tool("replay", "signup", "--csv", "csv.csv", *screen, "--trace", "rows", "--json") + tool.errors
    assert tool.submitted()["city"] == "Wien"
    (tool.folder / "out.json").unlink()
    told += tool("view", "run", "--no-open") + tool("demo", "show", "signup")
    told += tool("demo", "export", "signup", "--to", "python") + tool("demo", "export", "signup", "--to", "script")
    (tool.folder / "printed.txt").write_text(printed + told, encoding="utf-8")
    values = (NAME, EMAIL)
    assert leaks(tool.folder, *values, reader=reader) == []
    for run in ("run", next((tool.folder / "rows").iterdir())):
        for pixels in frames(Trace(tool.folder / run)):
            assert list(shown(pixels, values, reader)) == []


def test_a_page_shows_it_everywhere_and_no_frame_does(desktop: Desktop, tmp_path: Path, reader: Any) -> None:
    """In a password field, by the eye beside it, on the next page in two fonts, and in the title."""
    page = tmp_path / "page.html"
    page.write_text(PAGE, encoding="utf-8")
    flags = ["--no-sandbox", "--no-first-run", "--disable-gpu", "--force-device-scale-factor=1", "--test-type",
             "--password-store=basic", "--force-renderer-accessibility",
             f"--user-data-dir={tmp_path / 'profile'}"]  # fmt: skip
    desktop.start(["chromium", *flags, f"--app={page.as_uri()}"])
    secrets = {"secret_user": "Ümläut Zebra", "secret_password": "correct horse 77"}
    agent = Agent(Literal(reader=reader), desktop, trace=tmp_path / "run")
    outcome = agent.run(Task(LOG_IN, secrets))
    assert outcome.ok, outcome
    assert "horse" not in outcome.variables["it"]
    trace = Trace(tmp_path / "run")
    values = tuple(secrets.values())
    assert leaks(tmp_path / "run", *values) == []
    typed = {
        s.decision.action.target: s for s in trace.steps if s.decision and s.decision.action.kind == "type_text"
    }
    assert [typed[name].result.effect.where for name in ("User", "Password", "Comment")] == ["near"] * 3
    for step in trace.steps:
        for seen in (step.observation, step.after):
            if seen is not None:
                assert list(shown(seen.pixels, values, reader)) == [], step.index
                assert "horse" not in repr(seen.known())
    last = reader.read(trace.steps[-1].observation).text()
    assert "Welcome back" in last and "Large" in last and "The end" in last
    assert "nothing secret" in " ".join(reader.read(s.after).text() for s in trace.steps if s.after)
