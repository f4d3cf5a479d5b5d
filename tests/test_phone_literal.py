"""Plain words on a phone, in English and Chinese: the same agent, the same steps, another glass."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from phones import AdbServer

from screenwright.agent import Agent
from screenwright.policies import Guard, Literal
from screenwright.tools import Outcome, Size
from screenwright.tools.adb.client import Adb
from screenwright.tools.phone import Phone
from screenwright.tools.reading import Reader
from screenwright.tools.simphone import SimPhone
from screenwright.tools.simphone.keyboards import ADB_KEYBOARD, LATIN

pytest_plugins = ["phones"]

Run = Callable[[str], Outcome]


@pytest.fixture
def sim() -> Iterator[SimPhone]:
    with SimPhone(Size(340, 756)) as phone:
        yield phone


@pytest.fixture
def run(sim: SimPhone, new_server: AdbServer, reader: Reader, tmp_path: Path) -> Iterator[Run]:
    count = itertools.count(1)
    with Phone(new_server.connect(sim), adb=Adb(new_server.binary, port=new_server.port)) as phone:

        def go(script: str) -> Outcome:
            policy = Literal(reader=reader, patience_s=8)
            agent = Agent(policy, phone, guard=Guard([], "allow"), trace=tmp_path / f"run{next(count)}")
            return agent.run(script)

        yield go


def notes(sim: SimPhone) -> list[tuple[str, str]]:
    [app] = [app for app in sim.phone.apps if app.label == "Notes"]
    return [(note.title, note.text) for note in getattr(app, "notes")]  # noqa: B009


def test_a_note_is_written_and_saved(sim: SimPhone, run: Run) -> None:
    outcome = run(
        """open Notes
click "New note"
type "Call Anna" into "Title"
type "at 5 o'clock, 50% sure" into "Write something"
click "Save"
expect "Call Anna"
"""
    )
    assert outcome.status == "done", outcome
    assert notes(sim)[0] == ("Call Anna", "at 5 o'clock, 50% sure")


def test_a_note_is_written_over(sim: SimPhone, run: Run) -> None:
    outcome = run('open Notes\nclick "Shopping"\ntype "Errands" into the first field\nclick "Save"\n')
    assert outcome.status == "done", outcome
    assert notes(sim) == [("Errands", "Milk, bread, tea")]


def test_in_chinese(sim: SimPhone, run: Run) -> None:
    sim.phone.keyboards.install(ADB_KEYBOARD)
    outcome = run(
        """打开 Notes
点击“New note”
在“Title”中输入“你好”
点击“Save”
等待“你好”
"""
    )
    assert outcome.status == "done", outcome
    assert notes(sim)[0] == ("你好", "")
    assert sim.phone.keyboards.chosen == LATIN


def test_somebody_far_down_the_list_is_found(sim: SimPhone, run: Run) -> None:
    outcome = run('open Contacts\nclick "Ivan Petrov"\nexpect "Call"\n')
    assert outcome.status == "done", outcome
    [contacts] = [app for app in sim.phone.apps if app.label == "Contacts"]
    assert getattr(contacts, "shown").name == "Ivan Petrov"  # noqa: B009


@pytest.mark.parametrize("script", ['open Settings\ncheck "Airplane mode"\n', "打开设置\n勾选“Airplane mode”\n"])
def test_a_switch_is_set_by_the_words_beside_it(sim: SimPhone, run: Run, script: str) -> None:
    outcome = run(script)
    assert outcome.status == "done", outcome
    assert sim.phone.settings["global"].get("airplane_mode_on") == "1"


def test_what_is_protected_is_found_by_its_tree(sim: SimPhone, run: Run) -> None:
    outcome = run('open Vault\ntype "2468" into "PIN"\nclick "Unlock"\n')
    assert outcome.status == "done", outcome
    [vault] = [app for app in sim.phone.apps if app.label == "Vault"]
    assert getattr(vault, "_opened")  # noqa: B009


def test_a_field_that_holds_something_is_replaced(sim: SimPhone, run: Run) -> None:
    outcome = run('open Notes, click "Shopping", type "Errands" into the first field, click Save')
    assert outcome.status == "done", outcome
    assert notes(sim)[0][0] == "Errands"


def test_a_step_that_may_have_been_done_is_not_done_again(sim: SimPhone, run: Run) -> None:
    """The connection breaks when all is done, and before anything is: the screen tells which."""
    assert run("open Settings").status == "done"
    sim.drop_at(1, "input tap", when="after")
    outcome = run('click the "Bluetooth" checkbox')
    assert outcome.status == "done", outcome
    assert len([line for line in sim.lines if line.startswith("input tap")]) == 1
    sim.drop_at(1, "input tap", when="before")
    outcome = run('click the "Bluetooth" checkbox')
    assert outcome.status == "gave_up" and "not known" in outcome.message
    assert len([line for line in sim.lines if line.startswith("input tap")]) == 2


def test_what_is_refused_again_and_again_ends_the_run(sim: SimPhone, run: Run) -> None:
    """Each try begins with a tap that goes well."""
    outcome = run('open Notes, click "New note", type "茶" into "Title"')
    assert outcome.status == "gave_up" and "nothing was typed" in outcome.message
    assert outcome.steps < 12
