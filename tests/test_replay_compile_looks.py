"""From a recording to a demo: how its targets are described, with an accessibility tree and without."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from demo_runs import at, ids, make, run, shown

from screenwright.policies import Literal
from screenwright.policies.replay.demo import Label
from screenwright.policies.replay.expecting import with_parameters
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.replay.titles import stable_title
from screenwright.tools import (
    Decision,
    Desktop,
    Element,
    FakeDevice,
    Observation,
    Point,
    Reader,
    Region,
    Size,
    Step,
    Target,
    Task,
    Trace,
    TraceWriter,
)  # fmt: skip
from screenwright.tools.actions import Click, Drag, PressKeys, TypeText
from screenwright.tools.fake import Widget, form
from screenwright.tools.steps import Effect, Result

ROOT = Path(__file__).parents[1]


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


def test_a_value_that_was_misread_is_still_a_parameter() -> None:
    values = {"city": "Zürich", "name": "Ada"}
    assert with_parameters("Ada of Zørich, Adam", values, read=True) == "{{name}} of {{city}}, Adam"
    assert with_parameters("Ada of Zørich", values) == "{{name}} of Zørich", "what the system tells is not misread"


def test_a_small_frame_is_no_trouble(tmp_path: Path, reader: Reader) -> None:
    device = FakeDevice([Widget("Go", "button", 2, 2, 30, 20)], size=Size(64, 64))
    demo = make(shown(tmp_path / "run", device, [Click(point=at(device, device.widgets[0]))]), reader).demo
    assert ids(demo) == ["click-go"]


def test_what_covers_a_known_text_is_what_was_clicked(tmp_path: Path, reader: Reader) -> None:
    """A browser's drop-down list is no part of its tree, which goes on telling of the text below it."""
    device = FakeDevice(
        [Widget("Green tea", "text", 20, 60, 200), Widget("Store it dry, dark", "text", 20, 60, 200)]
    )
    told = [device.observe().elements[1], Element("", Region(0, 0, 480, 320), "window")]
    device.widgets.pop()
    writer = TraceWriter(tmp_path / "run", elements=True)
    writer.begin(Task(""), {})
    shown_now = device.observe()
    seen = Observation(shown_now.view, pixels=shown_now.pixels, serial=1, elements=lambda: told)
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
