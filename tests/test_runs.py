"""`screenwright runs`: a list, two runs beside each other, old ones taken away and nothing else touched."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from screenwright.agent.cli import app
from screenwright.agent.view.comparing import compared
from screenwright.agent.view.listing import listed
from screenwright.agent.view.told import told
from screenwright.tools import FakeDevice, Point, Size, Task, TraceWriter
from screenwright.tools.actions import Action, Click, PressKeys, TypeText, Wait
from screenwright.tools.steps import Decision, Outcome, Step, Verdict
from screenwright.tools.steps import Result as Done

FRAME = Size(480, 320)
SEEN = FakeDevice().observe()
NAME, SAVE = (Click(point=Point(x, 34, FRAME), target=t) for x, t in ((200, "Name"), (400, "Save")))
ACTS: tuple[Action, ...] = (NAME, TypeText(text="Ada"), SAVE, PressKeys(keys=("ctrl", "q")))


def record(
    folder: Path, acts: tuple[Action, ...] = ACTS, status: str | None = "done", source: str = "literal"
) -> Path:
    writer = TraceWriter(folder)
    writer.begin(Task("Sign up Ada\nnow", {}, ""), {"device": "fake", "policy": source})
    for index, action in enumerate(acts):
        result = Done(True, "done", seconds={"decide": 0.25, "settle": 0.5})
        writer.add(Step(index, SEEN, Decision(action, source=source), Verdict("allow"), result, time.time(), SEEN))
    if status:
        writer.end(Outcome(status, "the \x1b[31mbutton is gone", None, len(acts), 3.25, str(folder)))  # type: ignore[arg-type]
    return folder


def aged(folder: Path, days: float) -> Path:
    then = time.time() - days * 86400
    meta = json.loads((folder / "meta.json").read_text())
    meta["started"] = time.strftime("%Y-%m-%dT%H:%M:%S.000+00:00", time.gmtime(then))
    (folder / "meta.json").write_text(json.dumps(meta))
    for name in ("meta.json", "steps.jsonl"):
        os.utime(folder / name, (then, then))
    return folder


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four runs of different ages, and what is none."""
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "runs"
    aged(record(root / "a-old"), 40)
    aged(record(root / "b-cut", status=None), 20)
    aged(record(root / "c-failed", ACTS[:2], "gave_up", "replay"), 10)
    record(root / "d-going", ACTS[:1], None)
    (root / "notes").mkdir()
    (root / "notes" / "todo.txt").write_text("mine")
    (root / "broken").mkdir()
    (root / "broken" / "meta.json").write_text("{")
    (root / "plain.txt").write_text("mine")
    return root


def call(*words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, ["runs", *words], input=typed)


def test_the_list_says_when_how_and_by_whom_newest_first(runs: Path) -> None:
    done = call()
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    names = ["d-going", "c-failed", "b-cut", "a-old"]
    assert [next(n for n in names if n in line) for line in lines[1:]] == names
    assert "gave_up" in lines[2] and "replay:2" in lines[2] and "button is gone" in lines[2]
    assert "going" in lines[1] and "cut off" in lines[3] and "literal:4" in lines[4] and "3.25 s" in lines[4]
    assert "\x1b" not in done.output, "what a run says does not obey in the terminal"
    facts = json.loads(call("runs", "--json", "--limit", "2").output)
    assert facts["all"] == 4 and [run["state"] for run in facts["runs"]] == ["going", "gave_up"]
    assert facts["runs"][1]["by"] == {"replay": 2} and facts["runs"][1]["task"] == "Sign up Ada"


def test_an_empty_and_a_missing_folder(tmp_path: Path) -> None:
    assert "holds no runs" in call(str(tmp_path)).output
    assert call("list", str(tmp_path / "none")).exit_code == 2


def test_two_runs_of_one_task_part_where_the_first_act_differs(tmp_path: Path) -> None:
    a = record(tmp_path / "a")
    moved = NAME.model_copy(update={"point": Point(210, 40, FRAME)})
    b = record(tmp_path / "b", (moved, TypeText(text="Bob"), PressKeys(keys=("tab",)), SAVE, ACTS[3]))
    found = compared(told(a), told(b))
    assert [pair.likeness for pair in found.pairs] == ["same", "like", "only b", "same", "same"]
    assert found.parting is found.pairs[1] and not found.same
    assert found.seconds == {"decide": (1.0, 1.25), "settle": (2.0, 2.5)}
    done = call("compare", str(a), str(b))
    assert done.exit_code == 3
    assert "they first differ at:   2 type 'Ada'  0.75 s |   2 type 'Bob'" in done.output
    settle = next(line for line in done.output.splitlines() if "settle" in line)
    assert "2.00 s" in settle and "2.50 s" in settle
    facts = json.loads(call("compare", str(a), str(b), "--json").output)
    assert facts["parting"]["b"] == {"number": 2, "action": "type 'Bob'", "ok": True, "seconds": 0.75}


def test_two_runs_that_did_the_same(tmp_path: Path) -> None:
    a, b = record(tmp_path / "a"), record(tmp_path / "b", (ACTS[0], Wait(seconds=1), *ACTS[1:]))
    done = call("compare", str(a), str(b))
    assert done.exit_code == 0 and "both did the same" in done.output
    done = call("compare", str(a), str(record(tmp_path / "c", status="stuck")))
    assert done.exit_code == 3, "the same acts, another end"


def test_a_long_detour_is_aligned_with_what_comes_before_and_behind(tmp_path: Path) -> None:
    many = tuple(TypeText(text=f"word {n}") for n in range(400))
    a = told(record(tmp_path / "a", (*many, SAVE)))
    b = told(record(tmp_path / "b", (*many[:200], NAME, NAME, *many[200:], SAVE)))
    found = compared(a, b)
    assert [pair.likeness for pair in found.pairs].count("only b") == 2
    assert found.parting is found.pairs[200] and len(found.pairs) == 403


def test_the_page_of_a_comparison_is_only_text_and_pictures(tmp_path: Path) -> None:
    evil = "</td><script>document.title='owned'</script>"
    a = record(tmp_path / "a")
    b = record(tmp_path / "b", (NAME, TypeText(text=evil), SAVE))
    done = call("compare", str(a), str(b), "--page", str(tmp_path / "two.html"))
    assert str(tmp_path / "two.html") in done.output
    html = (tmp_path / "two.html").read_text()
    assert "<script" not in html and "&lt;script&gt;" in html and "default-src 'none'" in html
    assert html.count("<img") == 3, "a picture for each step that is not the same in both"
    assert "can't be written" in call("compare", str(a), str(b), "--page", "/proc/x/y.html").output


def test_pruning_asks_and_touches_nothing_but_old_runs(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def left() -> set[str]:
        return {path.name for path in runs.iterdir()}

    before = left()
    assert call("prune").exit_code == 2 and "--keep N" in call("prune").output
    assert call("prune", "--keep", "1").exit_code == 2, "nobody is there to be asked"
    monkeypatch.setattr("screenwright.agent.approver.at_terminal", lambda: True)
    done = call("prune", "--older", "15", typed="n\n")
    assert "nothing is deleted" in done.output and left() == before
    (runs / "b-cut" / "mine.txt").write_text("mine")
    done = call("prune", "--older", "15", typed="y\n")
    assert "1 deleted" in done.output and "b-cut stays: it holds mine.txt" in done.output
    assert left() == before - {"a-old"}
    assert (runs / "b-cut" / "frames").is_dir() and listed(runs)[-1].steps == 4, "it stays whole"
    done = call("prune", "--keep", "0", "--yes")
    assert left() == {"b-cut", "d-going", "notes", "broken", "plain.txt"}, "one that may be going stays"
    assert call("prune", "--keep", "5").output.strip() == "no run is to be deleted"


def test_a_link_in_a_folder_of_runs_leads_nowhere(runs: Path, tmp_path: Path) -> None:
    elsewhere = aged(record(tmp_path / "elsewhere"), 90)
    (runs / "linked").symlink_to(elsewhere)
    done = call("prune", "--older", "50", "--yes")
    assert "is a link" in done.output and (elsewhere / "steps.jsonl").exists()
