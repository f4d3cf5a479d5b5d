"""A demo in words: what a task script's reader takes for the same, and a Python script that runs by itself."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from demo_runs import at, shown

from screenwright.agent import Agent
from screenwright.policies import Literal
from screenwright.policies.literal.script import read_script
from screenwright.policies.replay.compiling import compile_trace
from screenwright.policies.replay.demo import (
    Demo,
    DemoStep,
    Expect,
    Label,
    Looks,
    Neighbour,
    Parameter,
    Patch,
)
from screenwright.policies.replay.exporting import export, in_english
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.replay.instructing import instructions
from screenwright.tools import Desktop, FakeDevice, Reader, Task
from screenwright.tools.actions import Action, Click, PressKeys, TypeText

ROOT = Path(__file__).parents[1]
PICTURE = Looks(patches=(Patch(file="x.png", aim=(1, 1), target=(0, 0, 2, 2)),), role="button")
SAVE = Looks(role="button", name="Save")
FIELD = Looks(role="field", label=Label(text="Name", side="right_of"))
ROW = Looks(text="Edit", label=Label(text="Grace Hopper", side="in_row_of"))


def folder(tmp_path: Path, *steps: DemoStep, **parameters: Parameter) -> DemoFolder:
    made = DemoFolder(tmp_path / "demo", Demo(name="demo", parameters=parameters, steps=steps))
    made.save()
    return made


@pytest.mark.parametrize(
    ("step", "lines"),
    [
        (DemoStep(id="s", do="click", on=SAVE), ['click "Save"']),
        (DemoStep(id="s", do="click", on=SAVE, count=2), ['double-click "Save"']),
        (DemoStep(id="s", do="click", on=SAVE, button="right"), ['right-click "Save"']),
        (DemoStep(id="s", do="click", on=SAVE, button="middle"), ['middle-click "Save"']),
        (DemoStep(id="s", do="click", on=ROW), ['click "Edit" in the row of "Grace Hopper"']),
        (DemoStep(id="s", do="click", on=Looks(text="Edit", ordinal=2)), ['click the 2nd "Edit"']),
        (DemoStep(id="s", do="click", on=Looks(text="Edit", ordinal=21)), ['click the 21st "Edit"']),
        (DemoStep(id="s", do="click", on=Looks(text="Edit", ordinal=11)), ['click the 11th "Edit"']),
        (DemoStep(id="s", do="click", on=Looks(text='He said "hi"')), ["click “He said \"hi\"”"]),
        (DemoStep(id="s", do="click", on=Looks(role="radio", text="Team")), ['click the "Team" radio button']),
        (DemoStep(id="s", do="click", on=FIELD), ['click the "Name" field']),
        (DemoStep(id="s", do="move", on=SAVE), ['hover over "Save"']),
        (DemoStep(id="s", do="drag", on=SAVE, to=ROW), ['drag "Save" to "Edit" in the row of "Grace Hopper"']),
        (DemoStep(id="s", do="type_text", text="and click Save"), ['type "and click Save"']),
        (DemoStep(id="s", do="type_text", text="{{name}}", on=FIELD, replace=True),
         ['type "{{name}}" into the "Name" field']),
        (DemoStep(id="s", do="type_text", text="{{secret_word}}", on=FIELD),
         ['append "{{secret_word}}" to the "Name" field']),
        (DemoStep(id="s", do="type_text", text="a\nb\t"), ['type "a"', "press Enter", 'type "b"', "press Tab"]),
        (DemoStep(id="s", do="type_text", text="a\nb", on=FIELD),
         ['append "a" to the "Name" field', "press Enter", 'type "b"']),
        (DemoStep(id="s", do="press_keys", keys=("ctrl", "s")), ["press Ctrl+s"]),
        (DemoStep(id="s", do="press_keys", keys=("page_down",), count=3), ["press Page Down 3 times"]),
        (DemoStep(id="s", do="scroll", down=-4), ["scroll up 4 notches"]),
        (DemoStep(id="s", do="scroll", right=1, on=PICTURE), ["scroll right 1 notch"]),
        (DemoStep(id="s", do="open_app", app="Text Editor"), ['open "Text Editor"']),
        (DemoStep(id="s", do="wait", seconds=2.5), ["wait 2.5 s"]),
        (DemoStep(id="s", do="wait", before=Expect(see=("Ready",), gone=("Busy",)), seconds=60),
         ['wait for "Ready" (60 s)', 'wait until "Busy" is gone (60 s)']),
        (DemoStep(id="s", do="click", on=SAVE, before=Expect(see=("Done",)),
                  after=Expect(see=("Saved",), gone=("Save",))),
         ['wait for "Done"', 'click "Save"', 'expect "Saved"', 'wait until "Save" is gone']),
    ],
)  # fmt: skip
def test_each_step_in_words_is_read_back_as_the_same(step: DemoStep, lines: list[str]) -> None:
    made = instructions(step)
    assert [in_english(instruction) for instruction in made] == lines
    read = read_script("\n".join(f"- {line}" for line in lines), {n: f"{{{{{n}}}}}" for n in _asked(lines)})
    assert [(one.verb, one.target, one.value, one.keys, one.to) for one in read] == [
        (one.verb, one.target, one.value, one.keys, one.to) for one in made
    ]


def _asked(lines: list[str]) -> list[str]:
    return [name for name in ("name", "secret_word") if f"{{{{{name}}}}}" in " ".join(lines)]


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (DemoStep(id="s", do="click", on=PICTURE), "button in a picture is known by a picture only"),
        (DemoStep(id="s", do="click", on=Looks(neighbours=(Neighbour(text="a", at=(1, 2)),))),
         "known by a picture only"),
        (DemoStep(id="s", do="click", on=SAVE, modifiers=("shift",)), "it is clicked with keys held down"),
        (DemoStep(id="s", do="click", on=SAVE, count=3), "it is clicked 3 times with the left button"),
        (DemoStep(id="s", do="click", on=SAVE, optional=True), "done only where its target is there"),
        (DemoStep(id="s", do="press_button", press="menu"), "no words for it that mean just this"),
        (DemoStep(id="s", do="press_keys", keys=("menu",)), "no words for it that mean just this"),
        (DemoStep(id="s", do="wait", before=Expect(change=True)), "it waits for a change of the screen"),
        (DemoStep(id="s", do="click", on=Looks(text="\"“”「」`")), "every kind of quotation mark"),
    ],
)  # fmt: skip
def test_what_has_no_words_becomes_a_comment(tmp_path: Path, step: DemoStep, why: str) -> None:
    end = DemoStep(id="end", do="press_keys", keys=("enter",))
    text = export(folder(tmp_path, step, end), "script")
    comment = next(line for line in text.splitlines() if line.startswith("<!-- s, "))
    assert why in comment and comment.endswith("-->")
    assert [one.verb for one in read_script(text, {})] == ["press"]


def test_a_script_does_what_the_demo_shows(tmp_path: Path, reader: Reader) -> None:
    device = FakeDevice()
    acts: list[Action] = [
        Click(point=at(device, device.widgets[1])),
        TypeText(text="Ada"),
        PressKeys(keys=("tab",)),
        TypeText(text="Bonn"),
        Click(point=at(device, device.widgets[4])),
    ]
    made = compile_trace(shown(tmp_path / "run", device, acts), tmp_path / "demo", name="demo", reader=reader)
    text = export(made, "script")
    assert "Parameters: `name` (recorded: Ada), `city` (recorded: Bonn)." in text
    fresh = FakeDevice()
    task = Task(text, {"name": "Grace", "city": "New York"})
    outcome = Agent(Literal(reader=reader), fresh, trace=tmp_path / "again").run(task)
    assert outcome.ok, outcome
    assert fresh.values == {"Name": "Grace", "City": "New York"}


def test_a_python_script_runs_by_itself(desktop: Desktop, tmp_path: Path, reader: Reader) -> None:
    """By words, and, for the one step that has none, by replaying it."""
    out = tmp_path / "out.json"
    steps = [
        DemoStep(id="name", do="type_text", text="{{name}}", on=FIELD, replace=True),
        DemoStep(id="mail", do="type_text", text="{{secret_mail}}", replace=True,
                 on=Looks(role="field", label=Label(text="Email", side="right_of"))),
        DemoStep(id="news", do="click", optional=True, on=Looks(role="checkbox", text="Send me news")),
        DemoStep(id="send", do="click", on=Looks(text="Submit"), after=Expect(see=("Welcome, {{name}}!",))),
    ]  # fmt: skip
    made = folder(tmp_path, *steps, name=Parameter(default="Ada"), secret_mail=Parameter(secret=True))
    script = tmp_path / "signup.py"
    script.write_text(export(made, "python"), encoding="utf-8")
    desktop.start([sys.executable, str(ROOT / "demos" / "programs" / "signup.py"), str(out)])
    env = {**desktop.environment, "SCREENWRIGHT_SECRET_MAIL": "ada@example.org"}
    done = subprocess.run(
        [sys.executable, str(script), "name=Grace"],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    facts = json.loads(out.read_text(encoding="utf-8"))
    assert (facts["name"], facts["email"], facts["news"]) == ("Grace", "ada@example.org", True)
    assert "ada@example.org" not in script.read_text(encoding="utf-8")


def test_odd_texts_are_still_python(tmp_path: Path) -> None:
    texts = ['say "hi"', "a\\b", "{braces}", '{{name}} said "no" {x}', "'{{name}}'", "张三\u2028"]
    steps = [DemoStep(id=f"s{n}", do="type_text", text=text) for n, text in enumerate(texts)]
    made = folder(tmp_path, *steps, name=Parameter(default='A"da\\'))
    tree = ast.parse(export(made, "python"))
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "screen.type"
    ]
    scope = {"value": {"name": "Ada"}}
    said = [eval(ast.unparse(call.args[0]), dict(scope)) for call in calls]
    assert said == [text.replace("{{name}}", "Ada") for text in texts]
