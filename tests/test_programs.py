"""The programs people use, driven by plain words, with the result looked up outside the screen."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest

from screenwright.agent import Agent
from screenwright.policies import Literal
from screenwright.tools import Desktop, Reader
from screenwright.tools.actions import PressKeys, TypeText
from screenwright.tools.changes import changed_regions
from screenwright.tools.settle import Settler

sys.path.insert(0, str(Path(__file__).parent / "bench"))

from editors import Calc, Chromium


def test_a_small_sheet_in_calc(desktop: Desktop, reader: Reader, tmp_path: Path) -> None:
    calc = Calc(desktop, tmp_path)
    calc.start()
    script = """
- press Ctrl+Home
- type "Äpfel"
- press Tab
- type "12"
- press Enter
- type "梨"
- press Tab
- type "30"
- press Enter
- type "Sum"
- press Tab
- type "=B1+B2"
- press Enter
- expect "Sum"
- press Ctrl+Home
- press Ctrl+A
- copy
"""
    outcome = Agent(Literal(reader=reader), desktop, trace=tmp_path / "run").run(script)
    assert outcome.ok, outcome.message
    copied = desktop.clipboard()
    assert [line.split("\t")[:2] for line in copied.splitlines()[:3]] == [
        ["Äpfel", "12"],
        ["梨", "30"],
        ["Sum", "42"],
    ]


def test_an_unsaved_text_is_not_lost_by_a_question(
    desktop: Desktop, reader: Reader, tmp_path: Path, eventually: Any
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("")
    desktop.start(["mousepad", "--disable-server", str(note)])
    eventually(lambda: "note.txt" in (desktop.observe().title or ""))
    script = (
        '- type "kept"\n- press Ctrl+Q\n- wait for "Save" (10 s)\n- click "Cancel"\n- press Ctrl+S\n- wait 0 s'
    )
    outcome = Agent(Literal(reader=reader), desktop, trace=tmp_path / "run").run(script)
    assert outcome.ok, outcome.message
    eventually(lambda: note.read_text().strip() == "kept")


@pytest.mark.parametrize("name", ["mousepad"])
def test_an_application_is_opened_by_its_name(desktop: Desktop, reader: Reader, tmp_path: Path, name: str) -> None:
    outcome = Agent(Literal(reader=reader), desktop, trace=tmp_path / "run").run(
        f'open {name} and wait for "Untitled" (20 s)'
    )
    assert outcome.ok, outcome.message


def test_a_page_that_chromium_holds_back_is_waited_for(desktop: Desktop, tmp_path: Path) -> None:
    """It shows the old page for half a second more, so quiet after the reload button has changed is no end."""
    chromium = Chromium(desktop, tmp_path)
    chromium.start()
    settler = Settler(desktop)
    for text in ("first", "second"):
        desktop.perform(TypeText(text=text))
        chromium.quiet(0.5)
        before, acted_at = desktop.observe(), time.perf_counter()
        desktop.perform(PressKeys(keys=("f5",)))
        _, after = settler.settle(before, PressKeys(keys=("f5",)), acted_at)
        chromium.quiet(1.0)
        later = [r for r in changed_regions(after.words, desktop.observe().words) if r.width > 3]
        assert not later
    chromium.server.shutdown()
    chromium.server.server_close()
