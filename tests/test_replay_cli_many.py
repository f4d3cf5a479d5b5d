"""`screenwright replay` with --csv, --check and --offline, as a person uses them."""

from __future__ import annotations

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from replays import COMMAND, ON_ITS_OWN, SCRIPT, SECRET_EMAIL, Tool, edited

from screenwright.tools import Trace
from screenwright.tools.display import VirtualDisplay

PEOPLE = "name,email\nAda,ada@example.com\nEve,eve@example.com\nBob\nCy,cy@example.com\n"
NO_EVE = "rules:\n - rule: deny\n   text: Eve\n   reason: not her\n - rule: allow\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Tool:
    tool = Tool(tmp_path_factory.mktemp("made"))
    (tool.folder / "task.md").write_text(SCRIPT)
    tool.json("run", "task.md", *ON_ITS_OWN, *tool.opened(), "--save", "signup")
    return tool


@pytest.fixture
def tool(made: Tool, tmp_path: Path) -> Tool:
    shutil.copytree(made.folder / "demos", tmp_path / "demos")
    return Tool(tmp_path, made.environment)


def lines_of(tool: Tool, file: str = "people.results.csv") -> list[dict[str, str]]:
    with (tool.folder / file).open(encoding="utf-8", newline="") as read:
        return list(csv.DictReader(read))


def test_a_row_a_run_and_only_what_is_not_done_again(tool: Tool) -> None:
    (tool.folder / "people.csv").write_text(PEOPLE)
    (tool.folder / "rules.yaml").write_text(NO_EVE)
    words = ("replay", "signup", "--csv", "people.csv", "--virtual", *tool.opened())
    told = tool.json(*words, "--rules", "rules.yaml", "--junit", "report.xml", code=3)
    assert told["outcomes"] == {"done": 2, "denied": 1, "bad_row": 1} and told["rows"] == 4
    suite = ElementTree.parse(tool.folder / "report.xml").getroot()
    assert [suite.get(name) for name in ("tests", "failures", "errors")] == ["4", "1", "1"]
    assert [case.get("name") for case in suite.iter("testcase")] == ["row 1", "row 2", "row 3", "row 4"]
    assert tool.submitted()["name"] == "Cy"  # a row that failed has not ended the rest
    first = lines_of(tool)
    assert [line["outcome"] for line in first] == ["done", "denied", "bad_row", "done"]
    assert "not her" in first[1]["message"] and "line 4 has 1 cells" in first[2]["message"]
    for line in (first[0], first[1], first[3]):
        assert len(Trace(tool.folder / line["trace"]).steps) > 1 and float(line["seconds"]) > 0
    assert "row 2 of 4: denied" in tool.errors

    (tool.folder / "people.csv").write_text(PEOPLE.replace("Bob", "Bob,bob@example.com").replace("cy@", "c@"))
    said = tool(*words)
    assert [(line["row"], line["outcome"]) for line in lines_of(tool)[4:]] == [
        ("2", "done"),
        ("3", "done"),
        ("4", "done"),
    ]
    assert said.splitlines()[-1] == "4 rows: 3 done, 1 done before; results: people.results.csv"
    assert tool(*words).splitlines() == ["4 rows: 4 done before; results: people.results.csv"]


def test_secrets_of_rows_are_kept_nowhere(tool: Tool) -> None:
    edited(tool.folder / "demos" / "signup", *SECRET_EMAIL)
    (tool.folder / "people.csv").write_text("name;secret_email\nAda;hunter2@x.org\n", encoding="utf-16")
    words = ("--csv", "people.csv", "--results", "r.csv", "--virtual", *tool.opened())
    said = tool("replay", "signup", *words)
    assert tool.submitted()["email"] == "hunter2@x.org" and "hunter2" not in said + tool.errors
    assert lines_of(tool, "r.csv")[0]["secret_email"] == "{{secret_email}}"
    kept = [path.name for path in tool.folder.rglob("*") if path.is_file() and b"hunter2" in path.read_bytes()]
    assert kept == ["out.json"]


@pytest.mark.parametrize(
    ("text", "words", "says"),
    [
        ("name,town\nA,B\n", [], "column 'town' is no parameter of the demo; it has: name, email"),
        ("name\nA\n", ["--set", "name=x"], "'name' is a column of the CSV, and is given with --set too"),
        ("name\n", [], "has a header and no row"),
        ("name\nA\n", ["--results", "people.csv"], "is the CSV of the runs itself"),
        ("name\nA\n", ["--results", "other.csv"], "name another file with --results"),
        ("name\nA\n", ["--rules", "none.yaml"], "can't be read"),
    ],
)
def test_what_is_wrong_with_all_is_told_before_anything_runs(
    tool: Tool, text: str, words: list[str], says: str
) -> None:
    (tool.folder / "people.csv").write_text(text)
    (tool.folder / "other.csv").write_text("a,b\n1,2\n")
    assert says in tool.fails("replay", "signup", "--csv", "people.csv", "--virtual", *words)
    assert not (tool.folder / "runs").exists()


def test_a_missing_column_names_the_parameter(tool: Tool) -> None:
    edited(tool.folder / "demos" / "signup", *SECRET_EMAIL)
    (tool.folder / "people.csv").write_text("secret_email\nx@example.com\n")
    said = tool.fails("replay", "signup", "--csv", "people.csv", "--virtual")
    assert "needs a value for name (who signs up), with --set name=VALUE or a column of that name" in said


def test_a_lost_screen_ends_the_rest(tool: Tool) -> None:
    (tool.folder / "people.csv").write_text("name\nAda\nBob\n")
    with VirtualDisplay(640, 400) as display:
        words = ("replay", "signup", "--csv", "people.csv", "--window", "Nowhere")
        told = tool.json(*words, code=1, DISPLAY=display.display)
    assert told["outcomes"] == {"error": 1} and told["left"] == 1 and "'Nowhere'" in told["message"]
    assert [line["outcome"] for line in lines_of(tool)] == ["error"]


def test_ctrl_c_keeps_the_rows_that_are_written(tool: Tool) -> None:
    (tool.folder / "people.csv").write_text("name\nAda\nBob\nCy\n")
    with subprocess.Popen(
        [*COMMAND, "replay", "signup", "--csv", "people.csv", "--virtual", *tool.opened()],
        cwd=tool.folder,
        env=tool.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 90
        while not list(tool.folder.glob("runs/*-row-2/steps.jsonl")):
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130, (out, err)
    assert [line["outcome"] for line in lines_of(tool)] == ["done", "stopped"]
    assert "3 rows: 1 done, 1 stopped, 1 not begun" in out and "the same command again" in out


def test_check_performs_nothing(tool: Tool) -> None:
    heard = tool.folder / "echo.jsonl"
    with VirtualDisplay(800, 600) as display:
        tool.environment = tool.environment | display.environment
        echo = [sys.executable, str(Path(__file__).parent / "programs" / "echo.py"), str(heard), "700x500+20+20"]
        program = subprocess.Popen(echo, env=display.environment)
        try:
            deadline = time.monotonic() + 30
            while not heard.exists() or "ready" not in heard.read_text():
                assert time.monotonic() < deadline
                time.sleep(0.02)
            told = tool.json("replay", "signup", "--check", code=3)
            kinds = {json.loads(line)["kind"] for line in heard.read_text().splitlines()}
        finally:
            program.terminate()
            program.wait(10)
    assert kinds == {"ready"} and not (tool.folder / "runs").exists()
    assert not told["would_begin"] and {step["state"] for step in told["steps"]} == {"later"}


def test_check_says_what_would_be_found_and_how(tool: Tool) -> None:
    form = ("--virtual", *tool.opened())
    told = tool.json("replay", "signup", "--check", *form)
    assert told["would_begin"] and [step["step"] for step in told["steps"]] == [
        "type-name",
        "type-email",
        "click-submit",
    ]
    assert all(step["rung"] == "near" and step["confidence"] >= 0.85 for step in told["steps"])
    extra = "\n  - {id: wait-a-bit, do: wait, seconds: 1}\n  - {id: other, do: click, on: {text: Absent}}\n"
    file = tool.folder / "demos" / "signup" / "demo.yaml"
    file.write_text(file.read_text().rstrip() + extra)
    shown = tool("replay", "signup", "--check", "--from", "click-submit", *form).splitlines()
    assert shown[0].split() == ["step", "found", "by", "sure"]
    assert "click-submit" in shown[1] and " near " in shown[1] and len(shown) == 4
    assert shown[2].split()[-1] == "-" and shown[3].endswith("not on this screen yet")
    assert not (tool.folder / "out.json").exists()


def test_offline_replay_decides_as_recorded_with_no_display(tool: Tool) -> None:
    told = tool.json("replay", "signup", "--offline", "--policy", "replay")
    assert told["parted"] is None and told["same"] == told["acts"] == 5, told
    said = tool("replay", "signup", "--offline", "--policy", "replay", "--set", "name=Bob", code=3)
    assert "they part at step 2: recorded: type 'Ada' into Name; decided: type 'Bob' into field" in said


def test_offline_literal_plays_the_exported_script(tool: Tool) -> None:
    told = tool.json("replay", "signup", "--offline", "--policy", "literal")
    assert told["parted"] is None and told["same"] == told["acts"] == 5, told


def test_offline_says_where_they_part(tool: Tool) -> None:
    edited(tool.folder / "demos" / "signup", ("text: '{{email}}'", "text: other"))
    said = tool("replay", "signup", "--offline", "--policy", "replay", code=3)
    assert "4 of 5 recorded acts" in said and "they part at step" in said and "decided: type 'other'" in said
    shutil.rmtree(tool.folder / "demos" / "signup" / "trace")
    assert "has no recording in trace/" in tool.fails("replay", "signup", "--offline")


def test_offline_with_a_secret_needs_no_value(tool: Tool) -> None:
    edited(tool.folder / "demos" / "signup", *SECRET_EMAIL)
    for line in (tool.folder / "demos" / "signup" / "trace").glob("*.json*"):
        line.write_text(line.read_text().replace("ada@example.com", "{{secret_email}}"))
    told = tool.json("replay", "signup", "--offline", "--policy", "replay")
    assert told["parted"] is None, told
