"""An act is over as soon as the screen shows all that it led to when it was recorded, and not before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_replay_policy import play, said
from test_replay_rejoin import Asking, recorded

from screenwright.policies.replay.completion import completion
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.replay.recorded import Recorded
from screenwright.tools import Trace
from screenwright.tools.fake import Widget
from screenwright.tools.observation import Observation
from screenwright.tools.patience import patience

TASK = 'type "Ada" into Name, type "Ulm" into City and click Submit'


def form(folder: Path) -> DemoFolder:
    return recorded(folder, Asking(), TASK)


def told(demo: DemoFolder, name: str, now: Observation | None = None) -> Any:
    """What tells the end of a step, asked on the frame before it was recorded."""
    known, steps = Recorded(demo), demo.demo.steps
    index = next(number for number, step in enumerate(steps) if step.id == name)
    before = known.before(steps[index])
    assert before is not None
    following = steps[index + 1] if index + 1 < len(steps) else None
    return completion(known, steps[index], following, now or before)


def test_it_is_complete_as_recorded_after_it_and_not_as_before_it(tmp_path: Path) -> None:
    demo = form(tmp_path / "d")
    step = demo.demo.steps[-1]
    recorded = Recorded(demo)
    before, after = recorded.before(step), recorded.after(step)
    assert before and after
    complete = told(demo, step.id)
    assert complete(after) and not complete(before)
    half = before.pixels.copy()
    region = recorded.effect(step).regions[0]  # type: ignore[union-attr]
    middle = region.x + region.width // 2
    half[region.y : region.bottom, region.x : middle] = after.pixels[region.y : region.bottom, region.x : middle]
    assert not complete(Observation(before.view, pixels=half))
    assert told(demo, step.id, after) is None, "a screen that looks like it already tells nothing"


def test_of_several_parts_each_must_be_there(tmp_path: Path) -> None:
    """A pressed button is no saved file, though the button is larger than the word."""
    device = Asking([])

    def save(on: Any) -> None:
        on.widgets[0].text = "SAVE"
        on.widgets.append(Widget("saved", "text", 300, 280))

    device.widgets[:] = [Widget("Save", left=20, top=20, on_click=save)]
    demo = recorded(tmp_path / "d", device, "click Save")
    step = demo.demo.steps[-1]
    known = Recorded(demo)
    before, after, effect = known.before(step), known.after(step), known.effect(step)
    assert before and after and effect
    complete = told(demo, step.id)
    assert len(effect.regions) == 2
    for region in effect.regions:
        pixels = after.pixels.copy()
        area = np.s_[region.y : region.bottom, region.x : region.right]
        pixels[area] = before.pixels[area]
        assert not complete(Observation(after.view, pixels=pixels))


def test_two_clicks_on_one_place_stay_apart(tmp_path: Path) -> None:
    def counter() -> Asking:
        device = Asking([])

        def count(on: Any) -> None:
            on.widgets[-1].text = f"{int(on.widgets[-1].text.split()[0]) + 1} times"

        device.widgets[:] = [Widget("More", left=20, top=20, on_click=count), Widget("0 times", "text", 200, 100)]
        return device

    demo = recorded(tmp_path / "d", counter(), "click More, click More")
    first, second = (step.id for step in demo.demo.steps if step.do == "click")
    assert told(demo, first) is None and told(demo, second) is not None
    device = counter()
    outcome, _ = play(demo, device, tmp_path)
    assert outcome.ok and said(device) == "2 times"


@pytest.mark.parametrize("typed", ["Ada", "Bo"])
def test_as_recorded_it_is_quicker_and_with_another_value_as_careful_as_ever(typed: str, tmp_path: Path) -> None:
    demo = form(tmp_path / "d")
    device = Asking()
    outcome, _ = play(demo, device, tmp_path, values={"name": typed})
    assert outcome.ok and said(device) == f"submitted Name={typed}, City=Ulm"
    steps = [s for s in Trace(outcome.trace or "").steps if s.decision and s.decision.action.kind == "type_text"]
    effect = steps[0].result.effect
    assert effect.last_s is not None and steps[0].decision is not None
    waited = effect.waited_s - effect.last_s
    assert (waited < patience(steps[0].decision.action).quiet * 0.75) == (typed == "Ada")


def test_where_nothing_changed_a_caret_is_nothing_and_a_letter_is_something(tmp_path: Path) -> None:
    device = Asking([Widget("Idle", left=20, top=20)])
    demo = recorded(tmp_path / "d", device, "click Idle, click Idle")
    step = demo.demo.steps[-1]
    before = Recorded(demo).before(step)
    assert before and Recorded(demo).effect(step).where == "nothing"  # type: ignore[union-attr]
    complete = told(demo, step.id)
    for width, same in ((1, True), (9, False)):
        pixels = before.pixels.copy()
        pixels[200:216, 100 : 100 + width] = 0
        assert complete(Observation(before.view, pixels=pixels)) is same


def test_clicks_that_change_nothing_stay_apart_as_well(tmp_path: Path) -> None:
    demo = recorded(tmp_path / "d", Asking([Widget("Idle", left=20, top=20)]), "click Idle, click Idle")
    known, last = Recorded(demo), demo.demo.steps[-1]
    before, effect = known.before(last), known.effect(last)
    assert before and effect and effect.where == "nothing"
    assert completion(known, last, None, before) is not None
    assert completion(known, last, last, before) is None, "the same click follows"
