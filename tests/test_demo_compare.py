"""Two demos of one task: what differs is a parameter, what only one has can be left out."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from demo_runs import at, shown

from screenwright.policies.replay.checking import check
from screenwright.policies.replay.comparing import compare
from screenwright.policies.replay.compiling import compile_trace
from screenwright.policies.replay.demo import Demo, DemoStep, Expect, Label, Looks, Neighbour, Parameter, Patch
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.replay.keeping import save_picture
from screenwright.tools import FakeDevice, Reader
from screenwright.tools.actions import Action, Click, PressKeys, TypeText
from screenwright.tools.fake import form

NAME = Looks(role="field", label=Label(text="Name", side="right_of"), window="Sign up", program="tk")
AGAIN = Looks(role="field", label=Label(text="Name again", side="right_of"), window="Sign up", program="tk")
COUNTRY = Looks(role="combo", label=Label(text="Country", side="right_of"), window="Sign up", program="tk")
SEND = Looks(role="button", text="Submit", window="Sign up", program="tk")


def patch(file: str) -> Patch:
    return Patch(file=file, aim=(5, 5), target=(2, 2, 6, 6))


def item(text: str) -> Looks:
    near = (Neighbour(text="Country", at=(-50, 0)),)
    return Looks(text=text, window="Sign up", program="tk", patches=(patch("item.png"),), neighbours=near)


def folder(path: Path, *steps: DemoStep, **values: str) -> DemoFolder:
    parameters = {name: Parameter(default=value) for name, value in values.items()}
    made = DemoFolder(path, Demo(name=path.name, parameters=parameters, steps=steps))
    made.save()
    shade = len(str(path)) + sum(map(ord, path.name))
    for step in steps:
        for held in step.on.patches if step.on else ():
            save_picture(path, held.file, np.full((12, 12, 3), shade % 256, np.uint8))
    return made


def typed(step_id: str, looks: Looks, text: str) -> DemoStep:
    return DemoStep(id=step_id, do="type_text", on=looks, text=text, replace=True)


def choose(text: str) -> DemoStep:
    return DemoStep(id=f"click-{text.lower()}", do="click", on=item(text), after=Expect(change=True))


def send(*see: str) -> DemoStep:
    return DemoStep(id="send", do="click", on=SEND, after=Expect(see=see, change=True))


OPEN = DemoStep(id="open", do="click", on=COUNTRY)


def test_what_differs_becomes_a_parameter(tmp_path: Path) -> None:
    a = folder(tmp_path / "a", typed("name", NAME, "{{name}}"), typed("twice", AGAIN, "Ada Lovelace"), OPEN,
               choose("Peru"), send("Welcome, Ada Lovelace", "Number"), name="Ada Lovelace")  # fmt: skip
    b = folder(tmp_path / "b", typed("n", NAME, "{{name}}"), typed("t", AGAIN, "Grace Hopper"), OPEN,
               choose("China"), send("Welcome, Grace Hopper", "Letter"), name="Grace Hopper")  # fmt: skip
    found = compare(a, b)
    assert {d.name: (d.a, d.b) for d in found.differences} == {
        "name": ("Ada Lovelace", "Grace Hopper"),
        "country": ("Peru", "China"),
    }
    demo = found.merged("both")
    assert demo.name == "both"
    assert {name: p.default for name, p in demo.parameters.items()} == {"name": "Ada Lovelace", "country": "Peru"}
    assert [step.text for step in demo.steps[:2]] == ["{{name}}", "{{name}}"], "the same value is one parameter"
    chosen = demo.steps[3].on
    assert chosen and chosen.text == "{{country}}"
    assert not chosen.patches and not chosen.neighbours, "the picture shows what was chosen then"
    assert demo.steps[4].after == Expect(see=("Welcome, {{name}}",), change=True)
    assert not any(step.optional for step in demo.steps)


def test_what_is_in_only_one_is_optional_and_brings_its_picture(tmp_path: Path) -> None:
    hint = DemoStep(id="send", do="click", on=Looks(text="Not now", window="Hint", patches=(patch("send.png"),)))
    sent = DemoStep(id="send", do="click", on=SEND.model_copy(update={"patches": (patch("send.png"),)}))
    first = DemoStep(id="first", do="press_keys", keys=("f2",))
    a = folder(tmp_path / "a", first, typed("name", NAME, "Ada"), sent)
    b = folder(tmp_path / "b", typed("name", NAME, "Ada"), hint, sent.model_copy(update={"id": "s"}))
    found = compare(a, b)
    assert not found.differences
    made = found.save(tmp_path / "both", "both")
    assert [(step.id, step.optional) for step in made.demo.steps] == [
        ("first", True), ("name", False), ("send-2", True), ("send", False),
    ]  # fmt: skip
    files = [step.on.patches[0].file for step in made.demo.steps if step.on and step.on.patches]
    assert files == ["b-send.png", "send.png"]
    again = DemoFolder.open(tmp_path / "both")
    mine, theirs = again.picture("send.png"), again.picture("b-send.png")
    assert mine is not None and theirs is not None and not np.array_equal(mine, theirs)
    assert not [finding for finding in check(again) if finding.wrong]


def test_the_same_twice_has_no_differences(tmp_path: Path) -> None:
    steps = typed("name", NAME, "{{name}}"), OPEN, choose("Peru"), send("Welcome")
    a = folder(tmp_path / "a", *steps, name="Ada")
    found = compare(a, folder(tmp_path / "b", *steps, name="Ada"))
    assert not found.differences
    assert found.merged("a") == a.demo


def test_names_are_not_given_twice(tmp_path: Path) -> None:
    steps = [typed(f"n{n}", NAME, f"text {n}") for n in range(3)]
    others = [typed(f"n{n}", NAME, f"other {n}") for n in range(3)]
    found = compare(folder(tmp_path / "a", *steps), folder(tmp_path / "b", *others))
    assert [d.name for d in found.differences] == ["name", "name_2", "name_3"]
    secret = Looks(role="field", label=Label(text="Secret word", side="right_of"))
    found = compare(
        folder(tmp_path / "c", typed("n", secret, "x")), folder(tmp_path / "d", typed("n", secret, "y"))
    )
    assert [d.name for d in found.differences] == ["the_secret_word"]
    assert found.merged("m").parameters["the_secret_word"].default == "x"


def test_a_row_that_was_chosen_differently(tmp_path: Path) -> None:
    def edit(who: str) -> DemoStep:
        row = Label(text=who, side="in_row_of")
        return DemoStep(id="edit", do="click", on=Looks(role="button", text="Edit", label=row, window="Contacts"))

    def keep(who: str) -> DemoStep:
        return DemoStep(id="keep", do="click", on=Looks(role="button", text="Keep", window=f"Edit {who}"))

    a = folder(tmp_path / "a", edit("Ada Lovelace"), keep("Ada Lovelace"))
    b = folder(tmp_path / "b", edit("Zhang Wei"), keep("Zhang Wei"))
    demo = compare(a, b).merged("m")
    first, second = (step.on for step in demo.steps)
    assert first and first.text == "Edit" and first.label == Label(text="{{row}}", side="in_row_of")
    assert second and second.window == "Edit {{row}}"


@pytest.mark.parametrize("swap", [False, True])
def test_two_real_recordings(tmp_path: Path, reader: Reader, swap: bool) -> None:
    made: list[DemoFolder] = []
    for name, city, extra in (("Ada", "Zürich", False), ("Grace", "Bonn", True)):
        device = FakeDevice(form("Name", "City"))
        acts: list[Action] = [
            Click(point=at(device, device.widgets[1])),
            TypeText(text=name),
            *([PressKeys(keys=("end",))] if extra else []),
            Click(point=at(device, device.widgets[3])),
            TypeText(text=city),
            Click(point=at(device, device.widgets[4])),
        ]
        trace = shown(tmp_path / name, device, acts)
        made.append(compile_trace(trace, tmp_path / f"demo-{name}", name=name, reader=reader))
    one, other = reversed(made) if swap else made
    found = compare(one, other)
    values = {d.name: {d.a, d.b} for d in found.differences}
    assert values == {"name": {"Ada", "Grace"}, "city": {"Zürich", "Bonn"}}
    both = found.save(tmp_path / "both", "both")
    assert [step.id for step in both.demo.steps if step.optional] == ["press-end"]
    assert len(both.demo.steps) == 6
    last = both.demo.steps[-1].after
    assert last and last.see == ("submitted Name={{name}}, City={{city}}",)
    assert both.trace is not None
    shutil.rmtree(both.path)
