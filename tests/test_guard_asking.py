"""A person is asked at the terminal, on the page or by a callback: the record is the same."""

from __future__ import annotations

import json
import os
import pty
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import until

from screenwright.agent.approver import Approver
from screenwright.agent.loop import Agent
from screenwright.agent.mirror.mirror import Mirror
from screenwright.agent.person.orders import Order
from screenwright.policies import Guard, Scripted
from screenwright.policies.guard import Approve, NoAnswer
from screenwright.tools import FakeDevice
from screenwright.tools.actions import Click
from screenwright.tools.errors import Stopped
from screenwright.tools.geometry import Point
from screenwright.tools.steps import Decision

SIZE = FakeDevice().size
DELETE = Decision(Click(point=Point(5, 300, SIZE), target="Delete all"), "tidying up")


def recorded(folder: Path, approve: Approve | None, answer_s: float | None) -> dict[str, Any]:
    """The verdict as it stands in the trace."""
    guard = Guard.standard(approve)
    guard.answer_s = answer_s
    Agent(Scripted([DELETE]), FakeDevice(), guard=guard, trace=folder).run("tidy")
    return verdict_in(folder)


def verdict_in(folder: Path) -> dict[str, Any]:
    line = (folder / "steps.jsonl").read_text(encoding="utf-8").splitlines()[0]
    return dict(json.loads(line)["verdict"])


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """A real terminal as standard input; types an answer as soon as a question stands there."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "r", encoding="utf-8", closefd=True) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield lambda text: (os.write(master, text.encode()), None)[1]
    os.close(master)


class Shown:
    """Where the approver writes; what the person types follows the question."""

    def __init__(self, answers: Callable[[], None]) -> None:
        self.said, self._answers = "", answers

    def write(self, text: str) -> int:
        self.said += text
        if "[q]uit" in text:
            self._answers()
        return len(text)

    def flush(self) -> None: ...


def by_terminal(
    folder: Path, types: Callable[[str], None], said: str | None, answer_s: float | None
) -> dict[str, Any]:
    typed = list(said or "")

    def answers() -> None:
        # Python throws away what was typed before the question, so it comes a moment later
        if typed:
            threading.Timer(0.2, types, [f"{typed.pop()}\n"]).start()

    approver = Approver(file=Shown(answers))  # type: ignore[arg-type]
    return recorded(folder, approver, answer_s)


def by_page(folder: Path, said: str | None, answer_s: float | None) -> dict[str, Any]:
    with Mirror(FakeDevice()) as mirror:
        guard = Guard.standard()
        guard.answer_s = answer_s
        agent = mirror.agent(Scripted([DELETE]), guard=guard, trace=folder, ahead_s=0.0)
        run = threading.Thread(target=agent.run, args=("tidy",))
        run.start()
        question = until(lambda: mirror.panel.state()["question"] or agent.outcome)
        if said:
            order = {"do": "approve" if said == "y" else "deny", "about": question["about"]}
            mirror.gate.order(Order.model_validate(order))
        run.join(20)
        mirror.gate.order(Order(do="stop"))
        run.join(20)
    assert agent.outcome and agent.outcome.status != "stopped", "what nobody answers is no longer asked"
    return verdict_in(folder)


def by_callback(folder: Path, said: str | None, answer_s: float | None) -> dict[str, Any]:
    let_go = threading.Event()

    def approve(*about: object) -> bool:
        if said is None:
            let_go.wait(20)
        return said == "y"

    try:
        return recorded(folder, approve, answer_s)
    finally:
        let_go.set()


@pytest.mark.parametrize(
    ("said", "answer_s", "asked", "reason"),
    [
        ("y", None, True, "it says that something will be deleted"),
        ("n", 20.0, False, "it says that something will be deleted: the person said no"),
        (None, 0.5, False, "it says that something will be deleted: nobody answered in time"),
    ],
)
def test_all_three_leave_the_same_record(
    tmp_path: Path,
    terminal: Callable[[str], None],
    said: str | None,
    answer_s: float | None,
    asked: bool,
    reason: str,
) -> None:
    expected = {"ruling": "ask", "rule": "deletes for good", "reason": reason, "asked": asked}
    assert by_terminal(tmp_path / "terminal", terminal, said, answer_s) == expected
    assert by_page(tmp_path / "page", said, answer_s) == expected
    assert by_callback(tmp_path / "callback", said, answer_s) == expected


def test_without_a_limit_it_waits(tmp_path: Path) -> None:
    began = time.monotonic()

    def approve(*about: object) -> bool:
        time.sleep(0.3)  # a person takes their time
        return True

    assert recorded(tmp_path / "run", approve, None)["asked"] is True and time.monotonic() - began >= 0.3


def test_a_limit_in_a_rules_file_reaches_who_asks(tmp_path: Path, terminal: Callable[[str], None]) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("answer_s: 0.3\nrules:\n - rule: ask\n   kinds: [click]\n")
    shown = Shown(lambda: None)
    guard = Guard.load(path, Approver(file=shown))  # type: ignore[arg-type]
    verdict = guard.check(DELETE, FakeDevice().observe())
    assert (verdict.asked, verdict.reason) == (False, "it must be asked about: nobody answered in time")
    assert "no answer in 0.3 s: not done" in shown.said


def test_what_a_callback_raises_comes_through(tmp_path: Path) -> None:
    def quits(*about: object) -> bool:
        raise Stopped("enough")

    for answer_s in (None, 5.0):
        guard = Guard.standard(quits)
        guard.answer_s = answer_s
        with pytest.raises(Stopped, match="enough"):
            guard.check(DELETE, FakeDevice().observe())

    def late(*about: object) -> bool:
        raise NoAnswer

    assert "nobody answered" in Guard.standard(late).check(DELETE, FakeDevice().observe()).reason
