"""A person at the machine itself: what he touches is his at once, and what he hands back is looked at anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Echo, until
from rfb import Person, buttons_down, keys_down

from screenwright.agent.limits import Limits
from screenwright.agent.person.attendance import Attendance, Manners
from screenwright.agent.screen import Screen
from screenwright.policies.guard import Guard
from screenwright.policies.policy import Policy
from screenwright.policies.scripted import Scripted
from screenwright.tools.actions import Action, Click, Drag, TypeText, Wait
from screenwright.tools.desktop import Desktop
from screenwright.tools.geometry import Point, Size
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Outcome, Step, Task

pytest_plugins = ["vnc"]
FRAME = Size(1024, 768)
LONG = "".join(f"{number} bottles on the wall\n" for number in range(300))


class Run:
    """An agent at work in a thread, with a person beside it."""

    def __init__(
        self, desktop: Desktop, policy: Policy | Sequence[Action], folder: Path, manners: Manners | None = None
    ) -> None:
        self.told: list[str] = []
        self.attendance = Attendance(desktop, manners, tell=self.told.append)
        self.policy = policy if isinstance(policy, Policy) else Scripted(policy)
        self.folder = folder
        self.limits = Limits()
        self.outcome: Outcome | None = None
        self.steps: list[Step] = []
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Run:
        self.attendance.__enter__()
        self._thread.start()
        until(lambda: self.attendance.gate.mode == "running")
        return self

    def __exit__(self, *exc: object) -> None:
        self.attendance.stop("the test is over")
        self._thread.join(30)
        self.attendance.__exit__()

    def _run(self) -> None:
        guard = Guard.standard(lambda *asked: True)
        agent = self.attendance.agent(self.policy, guard=guard, trace=self.folder, limits=self.limits)
        for step in agent.steps("what a person interrupts"):
            self.steps.append(step)
        self.outcome = agent.outcome

    def ended(self) -> Outcome:
        self._thread.join(40)
        assert self.outcome is not None, "it goes on and on"
        return self.outcome

    def said(self, words: str) -> str:
        return str(until(lambda: next((line for line in self.told if words in line), None)))


@pytest.fixture
def start(away: Desktop, tmp_path: Path) -> Callable[..., Run]:
    def begin(*actions: Action, policy: Policy | None = None, manners: Manners | None = None) -> Run:
        return Run(away, policy or list(actions), tmp_path / "run", manners)

    return begin


def at_work(window: Echo) -> None:
    until(lambda: len(window.text) > 100)


def test_typing_stops_when_the_mouse_is_moved_and_its_rest_follows(
    start: Callable[..., Run], away: Desktop, window: Echo, person: Person
) -> None:
    with start(TypeText(text=LONG)) as run:
        at_work(window)
        person.glide(800, 650)
        said = run.said("you are driving")
        assert said == (
            "you are driving (you moved the mouse): the agent waits. Hand back: Ctrl+Alt+R. Stop: Ctrl+Alt+Escape."
        )
        until(lambda: run.steps)
        step = run.steps[0]
        typed = int(step.result.message.split(": ")[1].split()[0])
        assert not step.result.ok and 0 < typed < len(LONG), step.result.message
        assert f"{typed} of the {len(LONG)} characters had been typed" in step.result.message
        assert keys_down(away) == []
        until(lambda: window.text == LONG[:typed])
        person.press("ctrl", "alt", "r")
        assert run.ended().status == "done"
        until(lambda: window.text == LONG)
    words = [step.decision.thought for step in run.steps if step.decision]
    assert words[1] == "a person took over (moved the mouse, held a key) and handed back"
    assert words[2].startswith(f"the rest, {len(LONG) - typed} characters")


def test_typing_elsewhere_meanwhile_ends_a_list_of_actions(
    start: Callable[..., Run], away: Desktop, window: Echo, person: Person
) -> None:
    with start(TypeText(text=LONG)) as run:
        at_work(window)
        person.click(300, 300)
        run.said("you are driving (you ")
        person.type("mine")
        person.press("ctrl", "alt", "r")
        outcome = run.ended()
    assert outcome.status == "gave_up"
    assert "Doing it again might do it twice" in outcome.message
    assert "bottles" in window.text and "mine" in window.text


def test_what_was_not_begun_is_done_after_the_person(
    start: Callable[..., Run], window: Echo, person: Person
) -> None:
    with start(Wait(seconds=0.3), Click(point=Point(300, 300, FRAME)), TypeText(text="Ada")) as run:
        person.click(300, 300)
        run.said("you are driving (you ")
        person.type("mine ")
        until(lambda: window.text == "mine ")
        person.press("ctrl", "alt", "r")
        assert run.ended().status == "done"
        until(lambda: window.text == "mine Ada")


def test_a_drag_is_let_go_of(start: Callable[..., Run], away: Desktop, window: Echo, person: Person) -> None:
    drag = Drag(start=Point(200, 200, FRAME), end=Point(600, 400, FRAME), seconds=8)
    with start(drag) as run:
        until(lambda: buttons_down(away))
        person.glide(800, 650)
        run.said("you are driving")
        until(lambda: not buttons_down(away), 1)
        until(lambda: run.steps)
        assert "let go of on its way" in run.steps[0].result.message
        person.press("ctrl", "alt", "r")
        assert run.ended().status == "gave_up"


class Thinks:
    """A policy that is slow, in Python or in a call that Python can't look into."""

    name = "slow"

    def __init__(self, *, deep: bool = False) -> None:
        self.deep = deep
        self.thinking = threading.Event()

    def begin(self, task: Task) -> None: ...

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        self.thinking.set()
        end = time.monotonic() + 60
        while time.monotonic() < end:
            time.sleep(60 if self.deep else 0.01)
        return Decision(Wait(seconds=0))


def test_the_panic_key_stops_a_run_while_it_types(
    start: Callable[..., Run], away: Desktop, window: Echo, person: Person
) -> None:
    with start(TypeText(text=LONG + "中文")) as run:
        at_work(window)
        person.press("ctrl", "alt", "escape")
        outcome = run.ended()
        assert (outcome.status, outcome.message) == ("stopped", "stopped by the hotkey ctrl+alt+escape")
        assert keys_down(away) == [] and window.text != LONG
    assert not any(event["key"] == "Escape" for event in window.events("KeyPress"))


def test_the_panic_key_stops_a_run_while_its_policy_thinks(start: Callable[..., Run], person: Person) -> None:
    thinks = Thinks()
    with start(policy=thinks) as run:
        assert thinks.thinking.wait(10)
        began = time.monotonic()
        person.press("ctrl", "alt", "escape")
        outcome = run.ended()
        assert (outcome.status, outcome.message) == ("stopped", "stopped by the hotkey ctrl+alt+escape")
        assert time.monotonic() - began < 3


def test_the_panic_key_ends_a_call_into_the_system(away: Desktop, person: Person, tmp_path: Path) -> None:
    """In the main thread, where programs are run, as Ctrl-C would: a wait in the kernel is no shelter."""
    thinks = Thinks(deep=True)

    def panic() -> None:
        thinks.thinking.wait(10)
        person.press("ctrl", "alt", "escape")

    pressing = threading.Thread(target=panic)
    began = time.monotonic()
    with Attendance(away) as attendance:
        pressing.start()
        outcome = attendance.agent(thinks, trace=tmp_path / "run").run("think")
    pressing.join()
    assert (outcome.status, outcome.message) == ("stopped", "stopped by the hotkey ctrl+alt+escape")
    assert time.monotonic() - began < 10


def test_the_panic_key_stops_a_run_while_it_waits(start: Callable[..., Run], person: Person) -> None:
    with start(Wait(seconds=60)) as run:
        person.press("ctrl", "alt", "escape")
        assert run.ended().status == "stopped"


def test_a_run_that_a_person_holds_up_can_be_stopped(
    start: Callable[..., Run], window: Echo, person: Person
) -> None:
    with start(Wait(seconds=0.5), TypeText(text="never")) as run:
        person.click(300, 300)
        run.said("you are driving")
        person.press("ctrl", "alt", "escape")
        assert run.ended().status == "stopped"
        assert "never" not in window.text


def test_keys_that_are_still_held_are_waited_for(start: Callable[..., Run], window: Echo, person: Person) -> None:
    """With Ctrl down, what the agent types would be shortcuts."""
    with start(Wait(seconds=0.3), TypeText(text="plain words")) as run:
        person.key("ctrl", True)
        run.said("you are driving (you held a key)")
        run.attendance.hand_back()
        run.said("goes on once you have let go of ctrl")
        until(lambda: (facts := run.attendance.gate.facts())["waiting"] and facts["mode"] == "running")
        assert window.text == "" and run.outcome is None
        person.key("ctrl", False)
        assert run.ended().status == "done"
        until(lambda: window.text == "plain words")


def test_what_is_held_when_a_run_begins_is_waited_for(
    start: Callable[..., Run], away: Desktop, window: Echo, person: Person
) -> None:
    person.key("shift", True)
    until(lambda: keys_down(away))
    with start(TypeText(text="small letters")) as run:
        time.sleep(0.4)
        assert window.text == "" and run.outcome is None
        assert run.told == ["you hold shift: the agent begins when you have let go"]
        person.key("shift", False)
        assert run.ended().status == "done"
        until(lambda: window.text == "small letters")


def test_a_persons_time_is_no_limit(start: Callable[..., Run], window: Echo, person: Person) -> None:
    run = start(Wait(seconds=0.2), TypeText(text="in time"))
    run.limits = Limits(seconds=2.0)
    with run:
        person.click(300, 300)
        run.said("you are driving")
        time.sleep(2.2)
        person.press("ctrl", "alt", "r")
        assert run.ended().status == "done"


def test_the_agent_goes_on_by_itself_when_the_person_is_gone(
    start: Callable[..., Run], window: Echo, person: Person
) -> None:
    with start(Wait(seconds=0.2), TypeText(text="on"), manners=Manners(resume_after_s=0.6, returns=False)) as run:
        person.click(300, 300)
        said = run.said("you are driving")
        assert "Hand back: Ctrl+Alt+R or 0.6 s without a touch." in said
        for _ in range(10):
            person.type("x")
            time.sleep(0.1)
        assert run.ended().status == "done"
        assert [line[:11] for line in run.told] == ["you are dri", "handed back"]
        until(lambda: window.text == "x" * 10 + "on")


def test_where_nobody_can_hand_back_the_run_stops(start: Callable[..., Run], person: Person) -> None:
    with start(Wait(seconds=60), manners=Manners(returns=False)) as run:
        person.glide(500, 500)
        outcome = run.ended()
    assert outcome.status == "stopped"
    assert "a person moved the mouse, and nobody is there to hand back to the agent" in outcome.message
    assert "--resume-after" in outcome.message


@pytest.mark.parametrize(("means", "status"), [("stop", "stopped"), ("ignore", "done")])
def test_a_touch_can_stop_a_run_or_mean_nothing(
    start: Callable[..., Run], window: Echo, person: Person, means: Any, status: str
) -> None:
    with start(Wait(seconds=0.8), TypeText(text="on"), manners=Manners(means)) as run:
        person.click(300, 300)
        outcome = run.ended()
    assert outcome.status == status
    assert means == "ignore" or outcome.message.startswith("stopped by the person, who ")


def test_a_person_who_is_asked_may_use_his_keys(start: Callable[..., Run], person: Person) -> None:
    with start(Wait(seconds=60)) as run:
        with run.attendance.asking():
            person.type("y")
            person.press("enter")
            until(lambda: run.attendance._ears and run.attendance._ears.idle_s < 0.5)
        assert run.attendance.gate.mode == "running"
        person.type("x")
        run.said("you are driving (you pressed a key)")


def test_a_script_of_calls_is_held_back_too(
    away: Desktop, window: Echo, person: Person, tmp_path: Path, reader: Any
) -> None:
    told: list[str] = []
    with (
        Attendance(away, tell=told.append) as attendance,
        Screen(away, attendance=attendance, trace=tmp_path / "run", reader=reader) as screen,
    ):
        screen.type("one ")
        person.click(300, 300)
        until(lambda: told)
        threading.Timer(0.5, attendance.hand_back).start()
        screen.type("two")
        until(lambda: window.text == "one two")
    assert told[1].startswith("handed back")


def test_what_takeover_md_shows_in_python_runs(
    away: Desktop, person: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = (Path(__file__).parents[1] / "docs" / "takeover.md").read_text(encoding="utf-8")
    block = page.split("```python\n")[1].split("```")[0]
    for name, value in away.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "takeover.md", "exec"), {"policy": Scripted([Wait(seconds=0)])})
    assert list((tmp_path / "runs").iterdir())
