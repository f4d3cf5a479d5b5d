"""`screenwright guard check RULES RUN`: what other rules would have said to a run, with its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from screenwright.agent.loop import Agent
from screenwright.policies import Guard, Scripted
from screenwright.tools import FakeDevice
from screenwright.tools.actions import Click, TypeText
from screenwright.tools.geometry import Point

SIZE = FakeDevice().size
SPOT = Point(5, 300, SIZE)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four steps: two clicks, of which the second is off the screen; a word; and what the person refuses."""
    folder = tmp_path_factory.mktemp("guard") / "run"
    off = Point(9000, 5, SIZE)
    plan = [
        Click(point=SPOT),
        Click(point=off),
        TypeText(text="hello \x1b[31m"),
        Click(point=SPOT),
        Click(point=SPOT, target="Pay"),
    ]
    guard = Guard.standard(lambda *_: False)
    Agent(Scripted(plan), FakeDevice(), guard=guard, trace=folder).run("try")
    return folder


def check(*words: str | Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "screenwright.agent.cli", "guard", "check", *words],
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def test_the_same_rules_would_say_the_same(run: Path) -> None:
    code, said, _ = check("careful", run)
    lines = said.splitlines()
    assert (
        code == 0
        and len(lines) == 7
        and lines[0].split() == ["step", "action", "recorded", "now", "by", "the", "rule"]
    )
    assert "pays or buys: it says that money" in lines[5] and not any(line.startswith(">") for line in lines)
    assert lines[-1] == "5 steps, none of which would have been judged otherwise"
    assert "\x1b" not in said


def test_others_differ_and_budgets_count_what_was_done(run: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "default: allow\nrules:\n - {rule: deny, kinds: [click], beyond: {count: 2}, name: two clicks}\n"
    )
    code, said, _ = check(rules, run, "--json")
    facts = json.loads(said)
    assert code == 3 and facts["differ"] == 1, "the click off the screen was not done"
    assert [step["ruling"] for step in facts["steps"]] == ["allow", "allow", "allow", "allow", "deny"]
    assert (facts["steps"][4]["recorded"], facts["steps"][4]["rule"]) == ("ask", "two clicks")


def test_a_run_and_an_action_at_once_are_refused(run: Path) -> None:
    code, _, said = check("careful", run, "--action", "{}")
    assert code == 2 and "not both" in said
    code, _, said = check("careful", run / "nothing")
    assert code == 2 and "holds no run" in said
