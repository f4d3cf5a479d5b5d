"""An agent that a person watches in a real browser: paused, stepped, taken over, asked about, stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import until
from mirror_pages import Client, Page, until_same

from screenwright.agent.limits import Limits
from screenwright.agent.mirror.mirror import Mirror
from screenwright.policies.guard import Guard
from screenwright.policies.literal.policy import Literal
from screenwright.policies.policy import Policy
from screenwright.policies.scripted import Scripted
from screenwright.tools.actions import Ask, Click, Done, TypeText, Wait
from screenwright.tools.errors import BadAction, Stopped
from screenwright.tools.fake import FakeDevice, Widget
from screenwright.tools.geometry import Point, Size
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Outcome, Step, Task

pytest_plugins = ["mirror_pages"]

FRAME = Size(480, 320)
NAME, CITY, SUBMIT = (200, 34), (200, 74), (200, 114)
ASKING: list[dict[str, Any]] = [{"kinds": ["click"], "name": "every click", "rule": "ask", "reason": "to be sure"}]


def click(spot: tuple[float, float], thought: str, target: str) -> Decision:
    return Decision(Click(point=Point(*spot, FRAME), target=target), thought)


def plan() -> Scripted:
    return Scripted(
        [
            click(NAME, "the name comes first", "Name"),
            Decision(TypeText(text="Ada"), "her name"),
            click(SUBMIT, "all is filled in", "Submit"),
        ]
    )


class Runner:
    """An agent in a thread, as a program beside its mirror runs it."""

    def __init__(self, mirror: Mirror, policy: Policy, folder: Path, **settings: Any) -> None:
        self.agent = mirror.agent(policy, trace=folder, **settings)
        self._thread = threading.Thread(target=self._run, args=(settings.get("task", "fill in the form"),))
        self._thread.start()

    def _run(self, task: str) -> None:
        self.agent.run(task)

    def outcome(self) -> Outcome:
        self._thread.join(30)
        assert not self._thread.is_alive() and self.agent.outcome
        return self.agent.outcome


@pytest.fixture
def run(mirror: Mirror, tmp_path: Path) -> Iterator[Callable[..., Runner]]:
    """Starts agents; one that a failed test leaves waiting is stopped."""
    runners: list[Runner] = []

    def start(policy: Policy, **settings: Any) -> Runner:
        runners.append(Runner(mirror, policy, tmp_path / "run", **settings))
        return runners[-1]

    yield start
    for runner in runners:
        mirror.gate.order(order("stop"))
        runner.outcome()


def order(word: str) -> Any:
    from screenwright.agent.person.orders import Order

    return Order.model_validate({"do": word})


def kinds(steps: Sequence[dict[str, Any]]) -> list[str]:
    return [step["words"].split()[0] for step in steps]


def paused(mirror: Mirror) -> Callable[..., Any]:
    """A listener that pauses the run as soon as it has begun."""
    from screenwright.agent.loop import Listener

    class Pauser(Listener):
        def began(self, task: Task, folder: Path) -> None:
            mirror.gate.order(order("pause"))

    return Pauser  # type: ignore[return-value]


def test_paused_it_shows_what_comes_next_and_does_it_step_by_step(
    page: Page, mirror: Mirror, device: FakeDevice, run: Callable[..., Runner]
) -> None:
    runner = run(plan(), listeners=[paused(mirror)()])
    until(lambda: page.shown("#next"))
    assert page.text("#mode") == "paused" and page.text("#task") == "fill in the form"
    assert (
        page.text("#next-words") == "click Name (200, 34)" and page.text("#next-thought") == "the name comes first"
    )
    aim = """(() => { const m = document.querySelector("#marks .aim").getBoundingClientRect();
        return [m.x + m.width / 2, m.y + m.height / 2]; })()"""
    assert page.browser.run(aim) == pytest.approx(page.place(200 / 480, 34 / 320), abs=1.5)
    assert device.log == []
    page.press('[data-order="step"]')
    until(lambda: "type" in page.text("#next-words"))
    assert "Ada" in page.text("#marks .caption") and device.values["Name"] == ""
    page.press('[data-order="step"]')
    until(lambda: "Submit" in page.text("#next-words"))
    assert device.values["Name"] == "Ada" and device.widgets[-1].text == "nothing yet"
    page.press('[data-order="resume"]')
    assert runner.outcome().status == "done"
    until(lambda: page.text("#mode") == "done")
    assert device.widgets[-1].text == "submitted Name=Ada, City="
    assert kinds(mirror.panel.state()["steps"]) == ["click", "type", "click", "done"]
    assert not page.shown("#next") and not page.shown('[data-order="stop"]')


def test_a_touch_takes_over_and_handed_back_it_looks_again(
    page: Page, mirror: Mirror, device: FakeDevice, run: Callable[..., Runner]
) -> None:
    runner = run(plan(), listeners=[paused(mirror)()])
    until(lambda: page.shown("#next"))
    page.tap(200 / 480, 74 / 320)
    until(lambda: page.text("#mode") == "you have it")
    until(lambda: len(device.log) == 1)
    page.browser.call("Input.insertText", text="Paris")
    until_same(lambda: device.values["City"], "Paris")
    assert not page.shown('[data-order="step"]'), "his turn"
    page.press('[data-order="back"]')
    assert runner.outcome().status == "done"
    steps = mirror.panel.state()["steps"]
    assert kinds(steps) == ["look", "click", "type", "click", "done"], "what was decided before is decided anew"
    assert steps[0]["thought"] == "a person took over and did: click (200, 74); type 'Paris'"
    assert device.widgets[-1].text == "submitted Name=Ada, City=Paris"


def test_a_running_agent_stops_before_its_next_action_when_it_is_touched(
    page: Page, mirror: Mirror, device: FakeDevice, run: Callable[..., Runner]
) -> None:
    runner = run(plan(), ahead_s=30.0)
    until(lambda: page.shown("#next") and page.text("#mode") == "running")
    page.tap(0.9, 0.9)
    until(lambda: page.text("#mode") == "you have it")
    until(lambda: mirror.panel.state()["waiting"])
    assert [type(action) for action in device.log] == [Click] and device.values["Name"] == ""
    page.press('[data-order="stop"]')
    outcome = runner.outcome()
    assert (outcome.status, outcome.message) == ("stopped", "stopped by the person at the mirror")
    until(lambda: page.text("#mode") == "stopped")


def test_a_script_goes_on_at_its_step_after_a_person_was_there(
    mirror: Mirror, device: FakeDevice, run: Callable[..., Runner], reader: Any
) -> None:
    client = Client(mirror)
    until(lambda: client.frames)
    script = 'click "Name"\ntype "Ada"\nclick "Submit"'
    runner = run(Literal(script, reader=reader), listeners=[paused(mirror)()])
    until(lambda: mirror.panel.state()["next"])
    client.send(do="tap", frame=client.frames[-1], x=200 / 480, y=74 / 320)
    client.send(do="type", text="Rome")
    until(lambda: device.values["City"] == "Rome")
    client.send(do="back")
    assert runner.outcome().status == "done", runner.outcome()
    assert device.widgets[-1].text == "submitted Name=Ada, City=Rome"
    client.close()


def test_it_asks_and_waits_for_yes_or_no(
    page: Page, mirror: Mirror, device: FakeDevice, run: Callable[..., Runner]
) -> None:
    runner = run(plan(), guard=Guard(ASKING, default="allow"), ahead_s=0.0)
    until(lambda: page.shown("#question"))
    assert page.text("#mode") == "asks you" and page.text("#question-words") == "click Name (200, 34)"
    assert page.text("#question-thought") == "the name comes first"
    assert page.text("#question-why") == "every click: to be sure, in the window “fake”"
    assert page.shown("#marks .aim") and device.log == []
    page.press('[data-order="approve"]')
    until(lambda: "Submit" in page.text("#question-words"))
    assert device.values["Name"] == "Ada"
    page.press('[data-order="deny"]')
    outcome = runner.outcome()
    assert outcome.status == "denied" and "the person said no" in outcome.message
    assert device.widgets[-1].text == "nothing yet"


def test_it_is_answered_without_a_mouse(page: Page, device: FakeDevice, run: Callable[..., Runner]) -> None:
    run(plan(), guard=Guard(ASKING, default="allow"), ahead_s=0.0)
    until(lambda: page.shown("#question"))
    page.browser.run("document.activeElement.blur()")
    tabs = 0
    while page.browser.run("document.activeElement.dataset.order") != "approve":
        page.browser.call("Input.dispatchKeyEvent", type="keyDown", key="Tab", windowsVirtualKeyCode=9)
        tabs += 1
        assert tabs <= 5, "what is asked comes before the device's own buttons"
    page.browser.call("Input.dispatchKeyEvent", type="keyDown", key="Enter", text="\r", windowsVirtualKeyCode=13)
    until(lambda: device.log)


def test_an_answer_to_another_question_is_no_answer(mirror: Mirror, run: Callable[..., Runner]) -> None:
    client = Client(mirror)
    runner = run(plan(), guard=Guard(ASKING, default="allow"), ahead_s=0.0)
    until(lambda: mirror.panel.state()["question"])
    about = mirror.panel.state()["question"]["about"]
    client.send(do="approve", about=about + 1)
    client.send(do="answer", about=about, text="yes")
    client.send(do="approve")
    until_same(lambda: len(client.refusals()), 3)
    assert mirror.panel.state()["question"]["about"] == about
    client.send(do="stop")
    assert runner.outcome().status == "stopped"
    client.close()


def test_taking_over_instead_of_answering_is_no_yes(
    mirror: Mirror, device: FakeDevice, run: Callable[..., Runner]
) -> None:
    client = Client(mirror)
    until(lambda: client.frames)
    runner = run(plan(), guard=Guard(ASKING, default="allow"), ahead_s=0.0)
    until(lambda: mirror.panel.state()["question"])
    client.send(do="tap", frame=client.frames[-1], x=200 / 480, y=74 / 320)
    until(lambda: len(device.log) == 1)
    until(lambda: mirror.panel.state()["steps"])
    client.send(do="back")
    until(lambda: mirror.panel.state()["question"])
    refused, looked = mirror.panel.state()["steps"]
    assert not refused["ok"] and "a person has taken over" in refused["message"]
    assert looked["words"] == "look" and mirror.panel.state()["question"]["words"] == "click Name (200, 34)"
    client.send(do="stop")
    runner.outcome()
    assert len(device.log) == 1
    client.close()


def test_a_screen_that_changed_while_it_was_asked_about_is_looked_at_again(
    mirror: Mirror, device: FakeDevice, run: Callable[..., Runner]
) -> None:
    client = Client(mirror)
    runner = run(plan(), guard=Guard(ASKING, default="allow"), ahead_s=0.0)
    until(lambda: mirror.panel.state()["question"])
    device.widgets.append(Widget("Beware", "button", 140, 20, 220))
    device._version += 1
    client.send(do="approve", about=mirror.panel.state()["question"]["about"])
    until(lambda: mirror.panel.state()["steps"])
    step = mirror.panel.state()["steps"][0]
    assert not step["ok"] and "the screen changed while the person was asked" in step["message"]
    assert device.log == []
    until(lambda: mirror.panel.state()["question"])
    assert mirror.panel.state()["question"]["words"] == "click Name (200, 34)", "it is decided anew, not skipped"
    client.send(do="stop")
    runner.outcome()
    client.close()


def test_the_page_says_that_someone_at_the_machine_drives(
    page: Page, mirror: Mirror, device: FakeDevice, run: Callable[..., Runner]
) -> None:
    runner = run(plan(), listeners=[paused(mirror)()])
    until(lambda: page.shown("#next"))
    assert mirror.gate.touched("moved the mouse")
    until(lambda: page.text("#mode") == "someone at the machine (moved the mouse)")
    assert not mirror.gate.touched("pressed a key") and mirror.gate.meddled
    page.press('[data-order="back"]')
    assert runner.outcome().status == "done"
    steps = mirror.panel.state()["steps"]
    assert steps[0]["thought"] == "a person took over (moved the mouse, pressed a key) and handed back"
    assert device.values["Name"] == "Ada"


def test_a_policy_asks_a_question_in_words(page: Page, run: Callable[..., Runner], device: FakeDevice) -> None:
    runner = run(Asking())
    until(lambda: page.shown("#question-answer"))
    assert page.text("#question-words") == "Which city?"
    page.browser.run("document.getElementById('answer').value = 'Köln 科隆'")
    page.browser.run("document.getElementById('question-answer').requestSubmit()")
    assert runner.outcome().answer == "Köln 科隆"


class Asking:
    """Asks once, and is done with what was answered."""

    name = "asking"

    def begin(self, task: Task) -> None: ...

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        return Decision(Done(answer=steps[-1].result.message) if steps else Ask(question="Which city?"))


def test_stop_is_heard_while_the_screen_settles(
    mirror: Mirror, device: FakeDevice, run: Callable[..., Runner]
) -> None:
    client = Client(mirror)
    runner = run(Scripted([Wait(seconds=60)]))
    until(lambda: mirror.panel.state()["mode"] == "running" and mirror.panel.state()["next"])
    client.send(do="stop")
    assert runner.outcome().status == "stopped"
    client.close()


def test_a_touch_is_done_in_the_middle_of_an_agent_s_wait(tmp_path: Path) -> None:
    waits = threading.Event()

    class Waited(FakeDevice):
        def idle(self, seconds: float) -> None:
            if threading.current_thread().name != "mirror":
                waits.set()
            super().idle(seconds)

    device = Waited()
    with Mirror(device) as mirror:
        client = Client(mirror)
        until(lambda: client.frames)
        runner = Runner(mirror, Scripted([Wait(seconds=60)]), tmp_path / "run", ahead_s=0.0)
        assert waits.wait(15)
        client.send(do="tap", frame=client.frames[-1], x=0.5, y=0.9)
        until(lambda: device.log)
        client.send(do="stop")
        assert runner.outcome().status == "stopped"
        client.close()


def test_secrets_are_masked_on_the_page(mirror: Mirror, device: FakeDevice, tmp_path: Path) -> None:
    secret = "hunter2-very-secret"
    policy = Scripted([click(NAME, "type it", "Name"), TypeText(text="{{secret_password}}")])
    agent = mirror.agent(policy, trace=tmp_path / "run")
    client = Client(mirror)
    agent.run(Task("log in", {"secret_password": secret}))
    until(lambda: client.state()["agent"]["outcome"])
    assert secret not in repr(client.said) and "{{secret_password}}" in repr(client.said)
    assert device.values["Name"] == secret
    client.close()


def test_what_was_allowed_at_the_gate_is_not_done_after_a_touch(mirror: Mirror, device: FakeDevice) -> None:
    mirror.panel.began(Task("x"), Path())
    act = Click(point=Point(1, 1, FRAME))
    mirror.device.perform(act)
    mirror.gate.touched()
    with pytest.raises(BadAction, match="a person has taken over"):
        mirror.device.perform(act)
    mirror.gate.order(order("back"))
    with pytest.raises(BadAction, match="look again"):
        mirror.device.perform(act)
    assert mirror.gate.enter() == "a person took over and did nothing"
    mirror.device.perform(act)
    mirror.gate.order(order("stop"))
    with pytest.raises(Stopped):
        mirror.device.observe()
    assert len(device.log) == 2


def test_a_person_s_time_does_not_use_up_the_run_s_seconds(
    mirror: Mirror, device: FakeDevice, tmp_path: Path
) -> None:
    class Held(Scripted):
        """A person takes the device at its first decision, for longer than the run may last."""

        def decide(self, *about: Any) -> Decision:
            if mirror.gate.order(order("take")) is None:
                threading.Timer(4.2, mirror.gate.order, (order("back"),)).start()
                self.decide = super().decide  # type: ignore[method-assign]
            return super().decide(*about)

    held = Held([click(NAME, "", "Name"), click(SUBMIT, "", "Submit")])
    outcome = mirror.agent(held, trace=tmp_path / "run", limits=Limits(seconds=4)).run("x")
    assert outcome.status == "done" and outcome.seconds > 4, outcome
