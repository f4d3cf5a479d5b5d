"""From a recording to a demo: what is taken over, how its targets are described, what becomes a parameter."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from demo_runs import at, played, run, shown

from screenwright.policies import Literal
from screenwright.policies.replay.compiling import compile_trace
from screenwright.policies.replay.demo import Demo, Label, Parameter
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.replay.titles import stable_title
from screenwright.tools import (
    Decision,
    Desktop,
    FakeDevice,
    Observation,
    Point,
    Reader,
    Size,
    Step,
    Target,
    Task,
    Trace,
    TraceWriter,
)  # fmt: skip
from screenwright.tools.actions import Action, Click, Drag, Move, PressKeys, Scroll, TypeText, Wait
from screenwright.tools.errors import BadScript
from screenwright.tools.fake import Widget, form
from screenwright.tools.steps import Effect, Result

ROOT = Path(__file__).parents[1]


def ids(demo: Demo) -> list[str]:
    return [step.id for step in demo.steps]


def make(trace: Trace, reader: Reader, name: str = "demo") -> DemoFolder:
    """Compiled beside its recording, and read back."""
    path = trace.folder.parent / f"{name}-demo"
    made = compile_trace(trace, path, name=name, reader=reader)
    again = DemoFolder.open(path)
    assert again.demo == made.demo
    assert again.trace and len(again.trace.steps) == len(trace.steps)
    for step in again.demo.steps:
        for looks in (step.on, step.to):
            for patch in looks.patches if looks else ():
                picture = again.picture(patch.file)
                assert picture is not None
                assert 0 <= patch.aim[0] < picture.shape[1] and 0 <= patch.aim[1] < picture.shape[0]
    return again


def test_a_form_by_its_accessible_names(tmp_path: Path, reader: Reader) -> None:
    device = FakeDevice()
    name, city, submit = (device.widgets[n] for n in (1, 3, 4))
    acts: list[Action] = [
        Click(point=at(device, name)),
        TypeText(text="Ada"),
        PressKeys(keys=("tab",)),
        TypeText(text="Zürich"),
        Click(point=at(device, submit)),
    ]
    demo = make(shown(tmp_path / "run", device, acts), reader).demo
    assert ids(demo) == ["click-name", "type-name", "type-city", "click-submit"]
    assert demo.parameters == {
        "name": Parameter(default="Ada", about="Name"),
        "city": Parameter(default="Zürich", about="City"),
    }
    clicked, typed, tabbed, pressed = demo.steps
    assert clicked.on and (clicked.on.role, clicked.on.name) == ("field", "Name")
    assert typed.on is None and typed.text == "{{name}}" and not typed.replace
    assert tabbed.on and (tabbed.on.role, tabbed.on.name) == ("field", "City") and tabbed.replace
    assert pressed.on and (pressed.on.role, pressed.on.name) == ("button", "Submit")
    assert pressed.after and pressed.after.see == ("submitted Name={{name}}, City={{city}}",)
    assert [step.recorded for step in demo.steps] == [0, 1, 3, 4]
    assert demo.screen == (480, 320)
    assert city.value == "Zürich"


def test_secrets_stay_handles(tmp_path: Path, reader: Reader) -> None:
    device = FakeDevice(form("Name", "Password"))
    acts: list[Action] = [
        Click(point=at(device, device.widgets[1])),
        TypeText(text="Ada"),
        Click(point=at(device, device.widgets[3])),
        TypeText(text="{{secret_password}}"),
    ]
    demo = make(shown(tmp_path / "run", device, acts), reader).demo
    assert demo.parameters["secret_password"] == Parameter(secret=True, about="Password")
    assert demo.steps[-1].text == "{{secret_password}}"


def test_a_task_keeps_the_names_of_its_parameters(tmp_path: Path, reader: Reader) -> None:
    device = FakeDevice()
    task = Task(
        'type "{{who}}" into Name\ntype "{{secret_city}}" into City', {"who": "Ada", "secret_city": "Bonn"}
    )
    trace = run(tmp_path / "run", device, Literal(reader=reader), task)
    made = make(trace, reader)
    assert made.demo.parameters["who"] == Parameter(default="Ada", about="Name")
    assert made.demo.parameters["secret_city"].secret
    assert [step.text for step in made.demo.steps if step.text] == ["{{who}}", "{{secret_city}}"]
    assert "Bonn" not in made.file.read_text(encoding="utf-8")


def test_what_is_selected_and_typed_over_is_one_step(tmp_path: Path, reader: Reader) -> None:
    device = FakeDevice()
    name, city = at(device, device.widgets[1]), at(device, device.widgets[3])
    device.widgets[1].value, device.widgets[3].value = "Bob", "Rome"
    acts: list[Action] = [
        Click(point=name, count=3),
        TypeText(text="Ada"),
        Click(point=city),
        PressKeys(keys=("ctrl", "a")),
        TypeText(text="Bonn"),
    ]
    demo = make(shown(tmp_path / "run", device, acts), reader).demo
    assert ids(demo) == ["type-name", "type-city"]
    assert all(step.replace and step.on for step in demo.steps)
    assert device.values == {"Name": "Ada", "City": "Bonn"}


def test_what_an_agent_did_in_vain_is_left_out(tmp_path: Path, reader: Reader) -> None:
    device = FakeDevice()
    submit, empty = at(device, device.widgets[4]), Point(470, 300, device.size)
    acts: list[Action] = [
        Wait(seconds=0),
        Scroll(down=3),
        Move(point=submit),
        Click(point=empty),
        Click(point=empty),
        Click(point=submit),
        Wait(seconds=0.01, until_change=True),
    ]
    demo = make(played(tmp_path / "run", device, acts), reader).demo
    assert [step.do for step in demo.steps] == ["click", "click"]
    assert demo.steps[1].id == "click-submit"
    with pytest.raises(BadScript, match="nothing was done in the recording"):
        compile_trace(played(tmp_path / "idle", device, [Wait(seconds=0)]), tmp_path / "idle-demo", name="x")


def test_scrolling_on_is_one_step_and_waiting_is_for_what_came(tmp_path: Path, reader: Reader) -> None:
    late = Widget("Ready to go", "text", 20, 200, 200, shown_after_s=0.6)
    far = [Widget(f"Row {n}", "button", 300, 40 * n) for n in range(12)]
    device = FakeDevice([Widget("Start", "button", 20, 20), late, *far])
    middle = Point(100, 250, device.size)
    start = at(device, device.widgets[0])
    acts: list[Action] = [
        Click(point=start),
        Wait(seconds=0.7),
        Scroll(point=middle, down=1),
        Scroll(point=middle, down=2),
    ]
    demo = make(shown(tmp_path / "run", device, [*acts, Click(point=at(device, far[5]))]), reader).demo
    assert ids(demo)[:3] == ["click-start", "wait-ready-to-go", "scroll-down"]
    wait, scroll = demo.steps[1:3]
    assert wait.before and wait.before.see == ("Ready to go",) and wait.seconds == 30
    assert scroll.down == 3
    assert len(demo.steps) == 4


def test_one_of_several_is_known_by_its_row(tmp_path: Path, reader: Reader) -> None:
    people = ["Ada Lovelace", "Grace Hopper", "Emmy Noether"]
    rows = [(Widget(who, "text", 20, 20 + 60 * n, 160), 20 + 60 * n) for n, who in enumerate(people)]
    device = FakeDevice([w for who, top in rows for w in (who, Widget("Remove", "button", 260, top, 100))])
    trace = shown(tmp_path / "run", device, [Click(point=at(device, device.widgets[3]))])
    looks = make(trace, reader).demo.steps[0].on
    assert looks and looks.name == "Remove" and looks.ordinal is None
    assert looks.label == Label(text="Grace Hopper", side="in_row_of")


def test_drags_and_what_is_only_a_picture(tmp_path: Path, reader: Reader) -> None:
    device = FakeDevice([Widget("", "other", 40, 40, 60, 60), Widget("Bin", "button", 300, 200)])
    start, end = Point(70, 70, device.size), at(device, device.widgets[1])
    step = make(shown(tmp_path / "run", device, [Drag(start=start, end=end, seconds=2)]), reader).demo.steps[0]
    assert step.do == "drag" and step.seconds is None
    assert step.on and step.on.patches and not step.on.name
    assert step.to and step.to.name == "Bin" and step.to.patches[0].file == f"{step.id}-to.png"


def test_a_demo_compiled_anew_keeps_the_old_file(tmp_path: Path, reader: Reader) -> None:
    device = FakeDevice()
    trace = shown(tmp_path / "run", device, [Click(point=at(device, device.widgets[4]))])
    first = compile_trace(trace, tmp_path / "demo", name="a name!", reader=reader)
    assert first.name == "a-name"
    first.save(first.demo.model_copy(update={"about": "by hand"}))
    again = compile_trace(Trace(tmp_path / "demo" / "trace"), tmp_path / "demo", name="x", reader=reader)
    assert again.demo.about == ""
    assert "by hand" in (tmp_path / "demo" / "old" / "demo-1.yaml").read_text(encoding="utf-8")


def test_a_killed_recording_is_compiled_when_it_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    device = FakeDevice()
    acts = [Click(point=at(device, device.widgets[n])) for n in (4, 1, 3)]
    shown(tmp_path / "demo" / "trace", device, acts)
    steps = tmp_path / "demo" / "trace" / "steps.jsonl"
    whole = steps.read_text(encoding="utf-8")
    steps.write_text(whole[: whole.rindex('"after"')], encoding="utf-8")
    folder = DemoFolder.open(tmp_path / "demo")
    assert ids(folder.demo) == ["click-submit", "click-name"]
    assert "has no demo.yaml yet; it is made from its recording" in capsys.readouterr().err
    assert (tmp_path / "demo" / "demo.yaml").exists()


def test_a_lost_frame_costs_its_step_and_is_said(
    tmp_path: Path, reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    device = FakeDevice()
    trace = shown(tmp_path / "run", device, [Click(point=at(device, device.widgets[n])) for n in (4, 1, 3)])
    pictures = sorted((tmp_path / "run" / "frames").iterdir())
    pictures[-1].unlink()
    demo = compile_trace(trace, tmp_path / "demo", name="x", reader=reader).demo
    assert "click-submit" in ids(demo)
    for picture in pictures[:-1]:
        picture.unlink()
    with pytest.raises(BadScript, match="its frames can't be read"):
        compile_trace(Trace(tmp_path / "run"), tmp_path / "none", name="x", reader=Reader())
    assert "is left out: its frame is lost" in capsys.readouterr().err
    assert not (tmp_path / "none" / "demo.yaml").exists()


@pytest.mark.parametrize(
    ("title", "program", "stable"),
    [
        ("*Untitled 1 - Mousepad", "Mousepad", "Mousepad"),
        ("/tmp/a - b.txt - Mousepad", "Mousepad", "Mousepad"),
        ("orders.ods — LibreOffice Calc", "libreoffice-calc", "LibreOffice Calc"),
        ("(3) Inbox - Chromium", "Chromium", "Inbox"),
        ("Order tea – Mozilla Firefox", "firefox", "Order tea"),
        ("Contacts (written)", "Tk", "Contacts"),
        ("Invoice 4711", None, "Invoice"),
        ("Save As", "Mousepad", "Save As"),
        ("联系人", None, "联系人"),
        ("12:30", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_what_stays_of_a_title(title: str | None, program: str | None, stable: str | None) -> None:
    assert stable_title(title, program) == stable


def test_a_program_without_an_accessibility_tree(desktop: Desktop, tmp_path: Path, reader: Reader) -> None:
    out = tmp_path / "out.json"
    desktop.start([sys.executable, str(ROOT / "demos" / "programs" / "signup.py"), str(out)])
    script = (
        'type "Ada Lovelace" into Name\npress Tab\ntype "ada@example.org"\nclick "Team"\n'
        'choose "Peru" from Country\ncheck "Send me news"\nclick "Submit"'
    )
    trace = run(tmp_path / "run", desktop, Literal(reader=reader, patience_s=30), script)
    made = make(trace, reader)
    demo = made.demo
    clicks = ["click-team", "click-country", "click-peru", "click-send-me-news", "click-submit"]
    assert ids(demo) == ["type-name", "type-email", *clicks]
    name, email, team, country, peru, news, submit = (step.on for step in demo.steps)
    assert name and email and team and country and peru and news and submit
    assert (name.role, name.label) == ("field", Label(text="Name", side="right_of"))
    assert (email.role, email.label) == ("field", Label(text="Email", side="right_of"))
    assert (team.role, team.text) == ("radio", "Team")
    assert (country.role, country.label) == ("combo", Label(text="Country", side="right_of"))
    assert peru.text == "Peru"
    assert news.role == "checkbox" and news.label == Label(text="Send me news", side="left_of")
    assert submit.text == "Submit"
    assert {looks.window for looks in (name, email, team, peru, submit)} == {"Sign up"}
    assert [step.text for step in demo.steps[:2]] == ["{{name}}", "{{email}}"]
    last = demo.steps[-1].after
    assert last and last.see == ("Welcome, {{name}}! Your number is",)
    size = sum(file.stat().st_size for file in (made.path / "pictures").iterdir())
    assert size < 40_000
    found = (
        reader.read(trace.steps[demo.steps[0].recorded or 0].observation)
        .find(Target("Name", "field"))
        .element.region
    )
    patch = name.patches[0]
    assert abs(patch.target[2] - found.width) < 8
    shutil.rmtree(made.path / "trace")
    assert DemoFolder.open(made.path).trace is None


def test_a_small_frame_is_no_trouble(tmp_path: Path, reader: Reader) -> None:
    device = FakeDevice([Widget("Go", "button", 2, 2, 30, 20)], size=Size(64, 64))
    demo = make(shown(tmp_path / "run", device, [Click(point=at(device, device.widgets[0]))]), reader).demo
    assert ids(demo) == ["click-go"]


def test_what_covers_a_known_text_is_what_was_clicked(tmp_path: Path, reader: Reader) -> None:
    """A browser's drop-down list is no part of its tree, which goes on telling of the text below it."""
    device = FakeDevice(
        [Widget("Green tea", "text", 20, 60, 200), Widget("Store it dry, dark", "text", 20, 60, 200)]
    )
    told = device.observe().elements[1]
    device.widgets.pop()
    writer = TraceWriter(tmp_path / "run", elements=True)
    writer.begin(Task(""), {})
    shown_now = device.observe()
    seen = Observation(shown_now.view, pixels=shown_now.pixels, serial=1, elements=lambda: [told])
    seen.ask()
    click = Decision(Click(point=Point(60, 74, device.size)), source="human")
    writer.add(Step(0, seen, click, None, Result(True, "", Effect("near"))))
    looks = make(Trace(tmp_path / "run"), reader).demo.steps[0].on
    assert looks and looks.name is None and looks.text == "Green tea"


def test_nothing_is_guessed_where_the_tree_knows_fields_and_not_which_has_the_focus(
    tmp_path: Path, reader: Reader
) -> None:
    device = FakeDevice(form("Name", "City"))
    acts = [Click(point=at(device, device.widgets[1])), PressKeys(keys=("tab",)), TypeText(text="Bonn")]
    trace = shown(tmp_path / "run", device, acts)
    told = tmp_path / "run" / "elements.jsonl"
    told.write_text(told.read_text(encoding="utf-8").replace(',"focused":true', ""), encoding="utf-8")
    demo = make(Trace(trace.folder), reader).demo
    assert [step.do for step in demo.steps] == ["click", "press_keys", "type_text"]
    assert demo.steps[2].on is None and demo.steps[2].text == "Bonn"
