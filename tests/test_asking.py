"""A person who is asked answers in another window: what they were asked about is in front again afterwards."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from screenwright.agent import Agent
from screenwright.agent.approver import Approver, InFront
from screenwright.policies import Guard, Scripted
from screenwright.tools import Desktop
from screenwright.tools.actions import Action, Click, TypeText
from screenwright.tools.geometry import Point, Size

TERMINAL = """
import tkinter
root = tkinter.Tk(); root.title("Terminal"); root.geometry("700x500+80+80")
tkinter.Text(root).pack(); root.mainloop()
"""


@pytest.fixture
def ask(desktop: Desktop, echo: Any, eventually: Callable[..., Any]) -> Callable[[Action, Path], Any]:
    """Runs one action about which a person is asked, who answers yes in a terminal that covers the program."""

    def terminal() -> Any:
        windows = desktop._x11.windows() if desktop._x11 else []
        return next((window for window in windows if window.title == "Terminal"), None)

    def answered(question: str) -> str:
        if not terminal():
            desktop.start([sys.executable, "-c", TERMINAL])
        desktop.bring_to_front(eventually(terminal))
        eventually(lambda: desktop.observe().title == "Terminal")
        return "y"

    def go(action: Action, folder: Path) -> Any:
        guard = Guard([], "ask", InFront(Approver(answered), desktop))
        return Agent(Scripted([action]), desktop, guard=guard, trace=folder).run("ask")

    return go


def test_keys_go_to_the_program_and_not_to_the_terminal(
    ask: Any, echo: Any, eventually: Any, tmp_path: Path
) -> None:
    outcome = ask(TypeText(text="for the program"), tmp_path / "run")
    assert outcome.ok, outcome.message
    eventually(lambda: echo.text == "for the program")


def test_a_click_goes_to_what_was_seen_and_not_to_what_covers_it(
    ask: Any, echo: Any, eventually: Any, tmp_path: Path
) -> None:
    outcome = ask(Click(point=Point(300, 300, Size(1280, 800))), tmp_path / "run")
    assert outcome.ok, outcome.message
    eventually(lambda: echo.events("ButtonPress"))


def test_a_place_that_looks_different_afterwards_is_not_clicked(
    desktop: Desktop, echo: Any, eventually: Any, tmp_path: Path
) -> None:
    def answered(question: str) -> str:
        before = desktop.observe().words
        desktop.perform(TypeText(text="something new\n" * 12))
        eventually(lambda: (before[190:210, 120:160] != desktop.observe().words[190:210, 120:160]).any())
        return "y"

    guard = Guard([], "ask", InFront(Approver(answered), desktop))
    click = Click(point=Point(140, 200, Size(1280, 800)))
    agent = Agent(Scripted([click]), desktop, guard=guard, trace=tmp_path / "run")
    first = next(agent.steps("click"))
    assert not first.result.ok and "the screen changed while the person was asked" in first.result.message
    assert not echo.events("ButtonPress")
