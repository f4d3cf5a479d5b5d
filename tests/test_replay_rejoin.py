"""Steps that are done already are not done twice: the replay goes on at the later state that the screen shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from test_replay_policy import Tree, clicks, play, said, thoughts

from screenwright.agent import Agent
from screenwright.policies import Guard, Literal
from screenwright.policies.replay.compared import Compared
from screenwright.policies.replay.compiling import compile_trace
from screenwright.policies.replay.folder import DemoFolder
from screenwright.tools import FakeDevice, Point, Region, Task, Trace, TraceWriter
from screenwright.tools.actions import Click
from screenwright.tools.fake import Widget
from screenwright.tools.observation import Observation
from screenwright.tools.reading import Reader


class Asking(FakeDevice):
    """A device whose observations are asked for all that they know, as a recorder does."""

    def observe(self) -> Observation:
        seen = super().observe()
        seen.ask()
        return seen


def recorded(path: Path, device: FakeDevice, script: str, reader: Reader | None = None) -> DemoFolder:
    """A demo of a task that was done on a device, compiled from its recording."""
    writer = TraceWriter(path.with_name(path.name + "-run"), elements=True)
    reader = reader or Tree()
    outcome = Agent(Literal(script, reader=reader), device, guard=Guard([], "allow"), trace=writer).run(Task(""))
    assert outcome.ok, outcome.message
    compile_trace(Trace(writer.folder), path, name=path.name, reader=reader)
    return DemoFolder.open(path)


def wizard(page: int = 1, kind: type[FakeDevice] = Asking) -> FakeDevice:
    """Three pages, each with one button that leads to the next; the last counts how often it was pressed."""
    pages = {1: "Begin", 2: "Agree", 3: "Finish"}
    texts = {1: "Welcome to it", 2: "These are the terms", 3: "All is ready now"}
    device = kind([])

    def show(number: int) -> None:
        at = 20 + 60 * (number - 1)
        to_next: Callable[[FakeDevice], None] = lambda d: show(number + 1)  # noqa: E731
        button = Widget(pages[number], left=at, top=240, on_click=to_next if number < 3 else finished)
        device.widgets[:] = [Widget(texts[number], "text", 20, 40 * number, 300), button]

    def finished(device: FakeDevice) -> None:
        count = sum(w.text.startswith("finished") for w in device.widgets)
        device.widgets.append(Widget(f"finished {count + 1}", "text", 20, 180 + 20 * count, 300))

    show(page)
    return device


def test_the_recorded_state_further_on_is_where_it_goes_on(tmp_path: Path) -> None:
    demo = recorded(tmp_path / "d", wizard(), "click Begin, click Agree and click Finish")
    device = wizard(page=3)
    outcome, policy = play(demo, device, tmp_path)
    assert outcome.ok, outcome.message
    assert clicks(device) == ["Finish"]
    assert said(device) == "finished 1"
    skipped = [heal.step for heal in policy.heals if heal.what == "skipped, was done"]
    assert skipped == [step.id for step in demo.demo.steps[:2]]
    assert any("left out, as what it does is done already" in thought for thought in thoughts(outcome))


def test_a_step_whose_effect_is_not_there_is_never_left_out(tmp_path: Path) -> None:
    demo = recorded(tmp_path / "d", wizard(), "click Begin, click Agree and click Finish")
    device = wizard()
    device.widgets[:] = [Widget("Another program", "text", 20, 40, 300), Widget("Finish", left=140, top=240)]
    outcome, policy = play(demo, device, tmp_path)
    assert outcome.status == "gave_up" and clicks(device) == [] and policy.heals == []


def test_a_box_that_is_as_it_should_be_is_left_alone(tmp_path: Path) -> None:
    def boxes() -> list[Widget]:
        return [Widget("News", "checkbox", top=20), Widget("Save", top=80)]

    demo = recorded(tmp_path / "d", Asking(boxes()), "check News and click Save")
    device = FakeDevice(boxes())
    device.widgets[0].checked = True
    outcome, policy = play(demo, device, tmp_path)
    assert outcome.ok, outcome.message
    assert device.values == {"News": "yes"}
    assert [heal.what for heal in policy.heals] == ["skipped, was done"]


def test_what_was_typed_is_read_before_it_is_taken_for_done(tmp_path: Path) -> None:
    """The field of step 1 is gone; the second page shows what was typed, or another's name."""

    def pages(held: str = "") -> FakeDevice:
        device = Asking([Widget("Name", "field", 140, 20, 220), Widget("Next", left=140, top=80)])

        def following(device: FakeDevice) -> None:
            name = device.widgets[0].value
            device.widgets[:] = [Widget(name, "text", 140, 20, 220), Widget("Show", left=140, top=140)]

        device.widgets[1].on_click = following
        if held:
            device.widgets[0].value = held
            following(device)
        return device

    demo = recorded(tmp_path / "d", pages(), 'type "Grace" into Name, click Next and click Show')
    name = next(iter(demo.demo.parameters))
    outcome, _ = play(demo, device := pages("Grace"), tmp_path, values={name: "Grace"})
    assert outcome.ok, outcome.message
    assert clicks(device) == ["Show"]
    outcome, _ = play(demo, device := pages("Linus"), tmp_path, values={name: "Grace"})
    assert outcome.status == "gave_up" and clicks(device) == []


def test_another_theme_is_no_tick() -> None:
    """The edges of a tick are next to nothing beside those of its label: they don't tell."""
    device = FakeDevice([Widget("Send me all the news there is", "checkbox", 20, 20, 400)])
    device._focus = device.widgets[0]
    before = device.observe().pixels
    device.perform(Click(point=Point(40, 30, device.size)))
    ticked = device.observe()
    regions = [Region(20, 20, 400, 28)]
    compared = Compared(ticked, ticked.pixels, 0, 0)
    assert compared.exactly(regions, before) is True and compared.arrived(regions, before) is True
    unticked = Compared(Observation(ticked.view, pixels=before), ticked.pixels, 0, 0)
    assert unticked.arrived(regions, before) is False
    for pixels in (255 - before, (before * 0.5).astype(before.dtype)):
        dark = Compared(Observation(ticked.view, pixels=pixels), ticked.pixels, 0, 0)
        assert not dark.arrived(regions, before) and dark.exactly(regions, before) is None
