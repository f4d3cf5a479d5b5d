"""`screenwright demo`: what a person reads, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from demo_runs import at, played, shown
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from screenwright.agent.demo_cli import demo_app
from screenwright.policies.literal.script import read_script
from screenwright.policies.replay.demo import Demo, DemoStep, Expect, Interruption, Label, Looks, Parameter, Patch
from screenwright.policies.replay.folder import DemoFolder, read_demo
from screenwright.policies.replay.healing import Heal, write_proposals
from screenwright.policies.replay.keeping import save_picture
from screenwright.tools import FakeDevice
from screenwright.tools.actions import Click

FIELD = Looks(
    role="field",
    label=Label(text="Name", side="right_of"),
    patches=(Patch(file="name.png", aim=(2, 2), target=(0, 0, 4, 4)),),
    window="Sign up",
)


@pytest.fixture
def signup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DemoFolder:
    monkeypatch.chdir(tmp_path)
    steps = (
        DemoStep(id="type-name", do="type_text", text="{{name}}", on=FIELD, replace=True),
        DemoStep(id="later", do="click", on=Looks(text="Later"), optional=True, note="comes once a week"),
        DemoStep(id="send", do="click", on=Looks(role="button", name="Send", text="Send"),
                 after=Expect(see=("Thanks, it's done",), seconds=20)),
    )  # fmt: skip
    demo = Demo(
        name="signup",
        about="Sign up for the list",
        screen=(1280, 800),
        parameters={"name": Parameter(default="Ada", about="Name"), "city": Parameter()},
        interruptions=(Interruption(when="Update", do=('click "Later"',)),),
        steps=steps,
    )
    folder = DemoFolder(Path("demos", "signup"), demo)
    folder.save()
    save_picture(folder.path, "name.png", np.full((8, 8, 3), 90, np.uint8))
    return folder


def call(*words: str) -> Result:
    return CliRunner().invoke(demo_app, list(words))


def test_show(signup: DemoFolder) -> None:
    said = call("show", "signup").stdout
    assert "signup: 3 steps, recorded on 1280x800 (demos/signup/demo.yaml)\n  Sign up for the list\n" in said
    assert "  name  'Ada'  Name\n" in said
    assert "  1  type-name  type text '{{name}}' into field right of \"Name\"\n" in said
    assert 'known by label, picture, in "Sign up"' in said
    assert '  2  later      click "Later" (left out where it is not there)' in said
    assert "note: comes once a week" in said
    assert 'then: "Thanks, it\'s done" is seen (within 20 s)' in said
    assert "  when 'Update' is seen: click \"Later\"" in said
    facts = json.loads(call("show", "signup", "--json").stdout)
    assert facts.pop("path") == "demos/signup"
    assert Demo.model_validate(facts) == signup.demo


def test_check_tells_notes_and_what_is_wrong(signup: DemoFolder) -> None:
    good = call("check", "signup")
    assert good.exit_code == 0
    for note in (
        'note: later: "Later" is known by its text only; a change there breaks it',
        "note: parameter city: no step uses it",
        "note: the recording in trace/ is not there",
        "demos/signup/demo.yaml: 3 steps, all right",
    ):
        assert note in good.stdout
    save_picture(signup.path, "spare.png", np.zeros((4, 4, 3), np.uint8))
    (signup.path / "pictures" / "name.png").write_bytes(b"no picture")
    bad = call("check", "signup")
    assert bad.exit_code == 2
    assert "wrong: type-name: pictures/name.png is no picture that can be read; put it back, or" in bad.stdout
    assert "note: no step uses these of pictures/ any more: spare.png" in bad.stdout
    (signup.path / "pictures" / "name.png").unlink()
    facts = json.loads(call("check", "signup", "--json").stdout)
    assert facts["exit_code"] == 2 and "pictures/name.png is missing" in facts["wrong"][0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "sinup"), "there is no demo 'sinup' (looked in demos, demos/recorded); did you mean: signup?"),
        (("check", "nothing", "--json"), "there is no demo 'nothing'"),
        (("export", "signup", "--to", "script", "--out", "no/where.md"), "no/where.md can't be written"),
        (("compile", "demos/signup"), "demos/signup has no trace/; to make a demo of a run, say which: --to NAME"),
        (("compare", "signup", "sinup"), "there is no demo 'sinup'"),
    ],
)
def test_errors_are_one_line_and_exit_code_2(signup: DemoFolder, words: tuple[str, ...], said: str) -> None:
    result = call(*words)
    assert result.exit_code == 2
    assert said in result.output and "Traceback" not in result.output


def test_a_file_that_is_wrong(signup: DemoFolder) -> None:
    signup.file.write_text(
        signup.file.read_text(encoding="utf-8").replace("do: click", "do: clik", 1), encoding="utf-8"
    )
    result = call("check", "signup")
    assert result.exit_code == 2
    assert "demo.yaml, line 27: do: Input should be" in result.output


def test_the_hints_of_this_demo_work(signup: DemoFolder) -> None:
    """What is said to be written is written, at the line named, and the file is read again."""
    said = call("edit-hints", "signup").stdout
    lines = signup.file.read_text(encoding="utf-8").splitlines()
    number = {
        step.id: next(n for n, line in enumerate(lines, 1) if f"- id: {step.id}" in line)
        for step in signup.demo.steps
    }
    assert f"before line {number['send']}, send:" in said
    assert f"line {number['later']}, later:\n    optional: true" in said
    assert f"on or below line {number['type-name']}." in said
    wait = said[said.index("  - id: wait-for-it") : said.index("\n\nTo expect")]
    after = next(line for line in said.splitlines() if line.startswith("    after:"))
    rules = said[said.index("interruptions:") :]
    place = number["send"] - 1
    cut = next(n for n, line in enumerate(lines) if line.startswith("    after:"))
    kept = [line for line in lines[:cut] if not line.startswith("interruptions")]
    start = next(n for n, line in enumerate(lines) if line.startswith("interruptions:"))
    head, body = lines[:start], lines[next(n for n, line in enumerate(lines) if line.startswith("steps:")) : cut]
    assert kept
    offset = place - (cut - len(body))
    new = "\n".join([*head, *body[:offset], wait, *body[offset:], after, rules])
    demo = read_demo(new, "demo.yaml")
    assert [step.id for step in demo.steps] == ["type-name", "later", "wait-for-it", "send"]
    assert demo.steps[2].before == Expect(see=("Thanks, it's done",))
    assert demo.interruptions[0].when == "Update available"


def test_export(signup: DemoFolder) -> None:
    text = call("export", "signup", "--to", "script").stdout
    assert [one.verb for one in read_script(text, {"name": "Ada"})] == ["type", "click", "wait_for"]
    written = call("export", "signup", "--to", "python", "--out", "signup.py")
    assert written.stdout == "signup.py\n"
    compile(Path("signup.py").read_text(encoding="utf-8"), "signup.py", "exec")


def test_compare_and_write(signup: DemoFolder) -> None:
    other = signup.demo.model_copy(
        update={
            "name": "other",
            "parameters": {"name": Parameter(default="Grace")},
            "steps": (signup.demo.steps[0], signup.demo.steps[2]),
        }
    )
    DemoFolder(Path("demos", "other"), other).save()
    said = call("compare", "signup", "other", "--write", "both").stdout
    assert "  name  'Ada' or 'Grace'  (type-name)" in said
    assert 'later: click "Later"  (demos/signup)' in said
    assert "written: demos/both/demo.yaml" in said
    assert DemoFolder.open("both").picture("name.png") is not None
    assert "they do the same" in call("compare", "signup", "signup").stdout


def test_compile_a_run_and_a_demo_anew(signup: DemoFolder) -> None:
    device = FakeDevice()
    acts = [Click(point=at(device, device.widgets[4]))]
    played(Path("runs", "one"), device, acts)
    assert call("compile", "runs/one", "--to", "pressed").stdout == "demos/pressed/demo.yaml: 1 steps\n"
    assert call("compile", "demos/pressed").exit_code == 0
    assert Path("demos", "pressed", "old", "demo-1.yaml").exists()
    shown(Path("demos", "killed", "trace"), device, acts)
    opened = call("show", "killed")
    assert opened.exit_code == 0 and 'click button "Submit"' in opened.stdout


def test_accept(signup: DemoFolder) -> None:
    nothing = call("accept", "signup")
    assert nothing.exit_code == 2 and "there are no proposals in demos/signup/proposals" in nothing.output
    heal = Heal("later", "renamed", was="Later", now="Not now", confidence=0.9, rung="text", text="Not now")
    write_proposals(signup, [heal], "run-1")
    assert call("accept", "signup", "no-step").exit_code == 2
    done = call("accept", "signup", "later")
    assert done.exit_code == 0 and "Not now" in done.stdout
    changed = DemoFolder.open("signup").demo.steps[1].on
    assert changed and changed.text == "Not now"
    assert (signup.path / "old" / "demo-1.yaml").exists()


def test_the_schema_takes_what_is_written(signup: DemoFolder) -> None:
    schema = json.loads(call("schema").stdout)
    Draft202012Validator.check_schema(schema)
    facts: Any = YAML(typ="safe", pure=True).load(signup.file.read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(facts)
    facts["steps"][0]["txt"] = "x"
    assert not Draft202012Validator(schema).is_valid(facts)
