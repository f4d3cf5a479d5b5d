"""The loop: every way it can end, with nothing held, nothing lost, and a clear word for the person."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from screenwright.agent import Agent, Limits, Listener
from screenwright.agent.limits import PERSON_S, Watch
from screenwright.policies import Guard, Scripted
from screenwright.tools import Decision, FakeDevice, Observation, Outcome, Point, Size, Step, Task, Trace
from screenwright.tools.actions import Action, Ask, Click, Done, OpenApp, TypeText, Wait
from screenwright.tools.errors import (
    BadAction,
    BadReply,
    BadScript,
    BlackScreen,
    DeviceLost,
    GaveUp,
    ScreenwrightError,
    Stopped,
)
from screenwright.tools.geometry import View
from screenwright.tools.steps import Result

FRAME = Size(480, 320)
NAME = Click(point=Point(200, 30, FRAME), target="Name")
SUBMIT = Click(point=Point(200, 110, FRAME), target="Submit")
NOTHING = Click(point=Point(5, 300, FRAME))


def agent(actions: Sequence[Action], tmp_path: Path, device: FakeDevice | None = None, **options: object) -> Agent:
    return Agent(Scripted(actions), device or FakeDevice(), trace=tmp_path / "run", **options)  # type: ignore[arg-type]


def test_a_form_is_filled_and_every_step_is_told_and_kept(tmp_path: Path) -> None:
    device = FakeDevice()
    told: list[str] = []

    class Ear(Listener):
        def began(self, task: Task, folder: Path) -> None:
            told.append(f"began {task.text} {folder.name}")

        def stepped(self, step: Step) -> None:
            told.append(f"{step.index} {step.result.effect.where}")

        def ended(self, outcome: Outcome) -> None:
            told.append(outcome.status)

    outcome = agent([NAME, TypeText(text="Ada"), SUBMIT], tmp_path, device, listeners=[Ear()]).run("fill it")
    assert outcome.ok and outcome.steps == 4
    assert device.values["Name"] == "Ada"
    assert told == ["began fill it run", "0 near", "1 near", "2 near", "3 unseen", "done"]
    trace = Trace(tmp_path / "run")
    assert [step.decision.action for step in trace.steps if step.decision] == [
        NAME,
        TypeText(text="Ada"),
        SUBMIT,
        Done(),
    ]
    assert trace.outcome == outcome
    assert set(trace.steps[0].result.seconds) >= {"observe", "decide", "guard", "perform", "settle"}


def test_the_same_useless_act_is_told_and_then_ends_the_run(tmp_path: Path) -> None:
    run = agent([NOTHING] * 10, tmp_path, limits=Limits(stuck=3))
    steps = list(run.steps("x"))
    assert run.outcome and run.outcome.status == "stuck"
    assert len(steps) == 3
    assert "changed nothing 2 times in a row: do something else" in steps[1].result.message


def test_another_act_between_is_not_stuck(tmp_path: Path) -> None:
    other = Click(point=Point(9, 301, FRAME))
    assert agent([NOTHING, other] * 2, tmp_path, limits=Limits(stuck=2)).run("x").ok


def test_what_was_decided_is_kept_where_asking_the_person_ends_the_step(tmp_path: Path) -> None:
    said: list[ScreenwrightError] = [BadAction("the screen changed while the person was asked"), Stopped("quit")]

    def approve(*_: object) -> bool:
        raise said.pop(0)

    outcome = agent([SUBMIT, SUBMIT], tmp_path, guard=Guard([], approve=approve)).run("x")
    assert outcome.status == "stopped"
    steps = Trace(tmp_path / "run").steps
    assert [(step.decision and step.decision.action, step.verdict, step.result.ok) for step in steps] == [
        (SUBMIT, None, False),
        (SUBMIT, None, False),
    ]
    assert "screen changed" in steps[0].result.message


def test_the_limit_on_steps_does_not_count_looks(tmp_path: Path) -> None:
    looks: list[Action] = [Wait(seconds=0)] * 6
    assert agent([*looks, NAME], tmp_path, limits=Limits(steps=3)).run("x").ok


def test_the_limit_on_steps(tmp_path: Path) -> None:
    outcome = agent([NAME, SUBMIT, NAME, SUBMIT], tmp_path, limits=Limits(steps=2)).run("x")
    assert (outcome.status, outcome.steps) == ("limit", 2)
    assert "Limits.steps" in outcome.message


def test_the_limit_on_seconds_cuts_a_wait_short(tmp_path: Path) -> None:
    outcome = agent([Wait(seconds=600)], tmp_path, limits=Limits(seconds=0.3)).run("x")
    assert outcome.status == "limit" and outcome.seconds < 5


def test_bad_actions_are_told_and_end_the_run_only_in_a_row(tmp_path: Path) -> None:
    off = Click(point=Point(900, 30, FRAME))
    device = FakeDevice()
    assert agent([off, off, NAME, off, off, NAME], tmp_path, device, limits=Limits(bad_replies=3)).run("x").ok
    assert device.log == [NAME, NAME]
    outcome = Agent(Scripted([off] * 5), FakeDevice(), trace=tmp_path / "b", limits=Limits(bad_replies=3)).run("x")
    assert outcome.status == "limit" and "off the 480x320 screen" in outcome.message and outcome.steps == 3


@dataclass
class Says:
    """A policy whose decide is a function of the steps so far."""

    say: Callable[[Sequence[Step]], Decision]
    name: str = "says"
    told: list[str] = field(default_factory=list)

    def begin(self, task: Task) -> None:
        if task.text == "malformed":
            raise BadScript("line 1: no such verb")

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        if steps:
            self.told.append(steps[-1].result.message)
        return self.say(steps)


def test_a_bad_reply_is_kept_and_shown_to_the_policy(tmp_path: Path) -> None:
    def say(steps: Sequence[Step]) -> Decision:
        if not steps:
            raise BadReply("no action in 'hm'", "hm")
        return Decision(Done(answer="ok"))

    policy = Says(say)
    outcome = Agent(policy, FakeDevice(), trace=tmp_path / "run").run("x")
    assert outcome.ok and outcome.answer == "ok"
    assert policy.told == ["no action in 'hm'"]
    assert Trace(tmp_path / "run").steps[0].decision is None


def test_giving_up_keeps_the_picture_and_the_words(tmp_path: Path) -> None:
    def say(steps: Sequence[Step]) -> Decision:
        raise GaveUp('step 1: "Save" is not on the screen')

    outcome = Agent(Says(say), FakeDevice(), trace=tmp_path / "run").run("x")
    assert (outcome.status, outcome.message) == ("gave_up", 'step 1: "Save" is not on the screen')
    last = Trace(tmp_path / "run").steps[-1]
    assert last.observation.pixels.shape == (320, 480, 3) and not last.result.ok


def test_a_malformed_task_leaves_no_trace_and_does_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadScript, match="no such verb"):
        Agent(Says(lambda _: Decision(Done())), FakeDevice(), trace=tmp_path / "run").run("malformed")
    assert not (tmp_path / "run").exists()


def test_a_policy_that_breaks_ends_the_run_with_its_own_error(tmp_path: Path) -> None:
    def say(steps: Sequence[Step]) -> Decision:
        raise ZeroDivisionError("oh")

    run = Agent(Says(say), FakeDevice(), trace=tmp_path / "run")
    with pytest.raises(ZeroDivisionError):
        run.run("x")
    assert run.outcome and run.outcome.status == "error" and "ZeroDivisionError: oh" in run.outcome.message
    assert Trace(tmp_path / "run").outcome == run.outcome


def test_failure_is_not_success(tmp_path: Path) -> None:
    outcome = agent([Done(success=False, answer="can't")], tmp_path).run("x")
    assert (outcome.status, outcome.message) == ("gave_up", "can't")


def test_a_denied_act_is_not_done(tmp_path: Path) -> None:
    device = FakeDevice()
    guard = Guard([{"rule": "deny", "kinds": ["click"], "name": "hands off", "reason": "no clicks here"}], "allow")
    outcome = agent([NAME], tmp_path, device, guard=guard).run("x")
    assert outcome.status == "denied" and "no clicks here" in outcome.message
    assert device.log == []
    verdict = Trace(tmp_path / "run").steps[0].verdict
    assert verdict and (verdict.ruling, verdict.rule) == ("deny", "hands off")


@pytest.mark.parametrize("yes", [True, False])
def test_the_person_is_asked(tmp_path: Path, yes: bool) -> None:
    device = FakeDevice()
    guard = Guard([], approve=lambda *_: yes)
    outcome = agent([NAME], tmp_path, device, guard=guard).run("x")
    assert (outcome.ok, bool(device.log)) == (yes, yes)


def test_a_dry_run_does_nothing_and_says_what_it_would(tmp_path: Path) -> None:
    device = FakeDevice()
    run = agent([NAME, TypeText(text="x")], tmp_path, device, dry_run=True)
    said = [step.result.message for step in run.steps("x")]
    assert said[:2] == ["dry run: would click Name (200, 30)", "dry run: would type 'x'"]
    assert device.log == [] and run.outcome and run.outcome.ok


def test_a_dry_run_waits_since_a_policy_would_ask_again_at_once(tmp_path: Path) -> None:
    run = agent([Wait(seconds=0.3), NAME], tmp_path, dry_run=True)
    steps = list(run.steps("x"))
    assert steps[0].result.seconds["settle"] >= 0.3
    assert steps[0].result.message == ""


def test_a_question_to_the_person(tmp_path: Path) -> None:
    steps = list(agent([Ask(question="Which?")], tmp_path, answer=lambda q: q + " This").steps("x"))
    assert steps[0].result.message == "Which? This"
    alone = list(Agent(Scripted([Ask(question="Which?")]), FakeDevice(), trace=tmp_path / "b").steps("x"))
    assert not alone[0].result.ok and "nobody is here to answer 'Which?'" in alone[0].result.message


def test_an_application_that_is_missing_is_told(tmp_path: Path) -> None:
    steps = list(agent([OpenApp(name="word")], tmp_path).steps("x"))
    assert "no application 'word'" in steps[0].result.message


class Breaking(FakeDevice):
    """Raises an error at the n-th call of one method, as a person's Ctrl-C or a pulled plug does."""

    def __init__(self, method: str, call: int, error: BaseException) -> None:
        super().__init__()
        self.method, self.call, self.error, self.calls, self.released = method, call, error, 0, 0

    def _maybe(self, method: str) -> None:
        if method == self.method:
            self.calls += 1
            if self.calls == self.call:
                raise self.error

    def observe(self) -> Observation:
        self._maybe("observe")
        return super().observe()

    def perform(self, action: Action) -> str:
        done = super().perform(action)
        self._maybe("perform")
        return done

    def idle(self, seconds: float) -> None:
        self._maybe("idle")
        super().idle(seconds)

    def release(self) -> None:
        self.released += 1


@pytest.mark.parametrize("method", ["observe", "perform", "idle"])
@pytest.mark.parametrize("call", [1, 2, 3, 5])
@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt(), "stopped"), (DeviceLost("the cable is out"), "error")]
)
def test_broken_off_anywhere(tmp_path: Path, method: str, call: int, error: BaseException, status: str) -> None:
    device = Breaking(method, call, error)
    outcome = agent([NAME, TypeText(text="Ada"), SUBMIT, NAME, SUBMIT, NAME], tmp_path, device).run("x")
    assert outcome.status == status
    assert outcome.message == (str(error) or "stopped with Ctrl-C")
    assert device.released == 1
    trace = Trace(tmp_path / "run")
    assert trace.outcome == outcome and not trace.damaged
    # every act that reached the device is in the trace, the one that was cut off as unknown
    done = [step.decision.action for step in trace.steps if step.decision and step.decision.action.kind != "done"]
    assert done == device.log
    if method != "observe":
        assert "whether this was done is not known" in trace.steps[-1].result.message


def test_closing_the_iterator_stops_the_run(tmp_path: Path) -> None:
    device = FakeDevice()
    run = agent([NAME, SUBMIT, NAME], tmp_path, device)
    steps = run.steps("x")
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert run.outcome and run.outcome.status == "stopped"
    assert device.log == [NAME]
    assert len(Trace(tmp_path / "run").steps) == 1


class Asleep(FakeDevice):
    """Black for the first looks."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def observe(self) -> Observation:
        self.looks -= 1
        if self.looks >= 0:
            raise BlackScreen("black all over")
        return super().observe()

    def idle(self, seconds: float) -> None:
        super().idle(min(seconds, 0.01))


def test_a_black_screen_is_waited_for(tmp_path: Path) -> None:
    assert agent([NAME], tmp_path, Asleep(5)).run("x").ok


def test_a_screen_that_stays_black_ends_the_run(tmp_path: Path) -> None:
    outcome = agent([NAME], tmp_path, Asleep(10**9), limits=Limits(black_s=0.2)).run("x")
    assert (outcome.status, outcome.message) == ("error", "black all over")


def test_old_pictures_are_let_go_and_come_back_from_the_trace(tmp_path: Path) -> None:
    actions = [NAME, *(TypeText(text=str(n)) for n in range(14))]
    run = agent(actions, tmp_path)
    steps = list(run.steps("x"))
    early = steps[1].observation
    assert early._pixels is None and early._words is None
    assert (early.pixels == Trace(tmp_path / "run").steps[1].observation.pixels).all()
    assert steps[-1].observation._pixels is not None


def test_two_runs_on_one_trace(tmp_path: Path) -> None:
    run = agent([NAME], tmp_path)
    run.run("one")
    run.run("two")
    assert [step.index for step in Trace(tmp_path / "run").steps] == [0, 1, 2, 3]


class HalfImported(FakeDevice):
    """Its picture is interrupted when first asked for, and then can't be made: Ctrl-C within `import cv2`."""

    def observe(self) -> Observation:
        seen = super().observe()
        errors: list[BaseException] = [ImportError("recursion is detected"), KeyboardInterrupt()]

        def load() -> object:
            raise errors.pop() if len(errors) > 1 else errors[0]

        return Observation(seen.view, load=load, device=seen.device, taken_at=seen.taken_at)  # type: ignore[arg-type]


def test_a_frame_that_cant_be_saved_after_a_stop_leaves_it_a_stop(tmp_path: Path) -> None:
    class Looking(Scripted):
        def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
            return Decision(NAME, str(observation.pixels.mean()))

    outcome = Agent(Looking([]), HalfImported(), trace=tmp_path / "run").run("x")
    assert outcome.status == "stopped" and "the last step is not recorded" in outcome.message
    assert Trace(tmp_path / "run").outcome == outcome


class Interrupting:
    """Ctrl-C just while a class is made that holds it; Python up to 3.11 makes a RuntimeError of it."""

    def __set_name__(self, owner: type, name: str) -> None:
        raise KeyboardInterrupt("stopped by SIGTERM")


def test_a_stop_that_python_wrapped_is_a_stop(tmp_path: Path) -> None:
    class Importing(Scripted):
        def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
            type("Node", (), {"box": Interrupting()})
            raise AssertionError("unreachable")

    outcome = Agent(Importing([]), FakeDevice(), trace=tmp_path / "run").run("x")
    assert (outcome.status, outcome.message) == ("stopped", "stopped by SIGTERM")


def test_pixels_without_cv2_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    words = FakeDevice().observe().words
    view = FakeDevice().observe().view
    with_it = Observation(view, words=words).pixels
    monkeypatch.setitem(sys.modules, "cv2", None)
    without = Observation(view, words=words).pixels
    assert (without == with_it).all() and without.flags.c_contiguous and with_it.flags.c_contiguous


def test_every_limit_is_read_somewhere() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8") for path in (Path(__file__).parents[1] / "agent").glob("*.py")
    )
    unread = [name for name in Limits.model_fields if f"limits.{name}" not in sources]
    assert not unread


def test_the_time_that_a_person_took_is_no_limit_of_the_run() -> None:
    watch = Watch(Limits(seconds=5))
    watch.started -= 60
    assert watch.seconds_left == 0
    held = Decision(Wait(seconds=0), usage={PERSON_S: 58.0})
    seen = Observation(View(Size(2, 2)), pixels=np.zeros((2, 2, 3), np.uint8))
    assert watch.outcome(Step(0, seen, held, None, Result(True), 0.0)) is None
    assert 2 < watch.seconds_left <= 3
