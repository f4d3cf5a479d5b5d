"""What is said of a phone, in two languages: understood, done, and said again in an exported script."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from screenwright.agent import Agent
from screenwright.policies import Guard, Literal
from screenwright.policies.literal import chinese, english
from screenwright.policies.literal.instruction import Instruction
from screenwright.policies.replay.demo import DemoStep
from screenwright.policies.replay.exporting import in_english
from screenwright.policies.replay.instructing import instructions
from screenwright.tools import FakeDevice
from screenwright.tools.actions import LongPress, PressButton, Swipe
from screenwright.tools.elements import Target
from screenwright.tools.fake import Widget

SAID = [
    ("go back", "返回", Instruction("button", value="back")),
    ("go home", "回到主屏幕", Instruction("button", value="home")),
    ("go to the home screen", "返回桌面", Instruction("button", value="home")),
    ("show recent apps", "打开最近任务", Instruction("button", value="recents")),
    ("press the power button", "按电源键", Instruction("button", value="power")),
    ("press volume up", "按音量加键", Instruction("button", value="volume_up")),
    ('long-press "Notes"', "长按“Notes”", Instruction("long_press", target=Target("Notes"))),
    ('press and hold "Notes"', "长按“Notes”", Instruction("long_press", target=Target("Notes"))),
    ("swipe left", "向左划动", Instruction("swipe", direction="left")),
    ('swipe up on "News"', "在“News”上向上划", Instruction("swipe", target=Target("News"), direction="up")),
]


@pytest.mark.parametrize(("said", "gesagt", "meant"), SAID)
def test_both_languages_mean_the_same(said: str, gesagt: str, meant: Instruction) -> None:
    for parse, words in ((english.parse, said), (chinese.parse, gesagt)):
        [made] = parse(words)
        assert (made.verb, made.target, made.value, made.direction) == (
            meant.verb,
            meant.target,
            meant.value,
            meant.direction,
        )


@pytest.mark.parametrize(
    ("said", "verb", "keys"), [("press the Home key", "press", ("home",)), ('click "Go back"', "click", ())]
)
def test_keys_and_words_on_the_screen_stay_what_they_were(said: str, verb: str, keys: Sequence[str]) -> None:
    [made] = english.parse(said)
    assert (made.verb, made.keys) == (verb, keys)


class Touched(FakeDevice):
    """A fake that has a phone's buttons."""

    @property
    def kinds(self) -> frozenset[str]:
        return super().kinds | {"press_button"}

    def perform(self, action: Any) -> str:
        if isinstance(action, PressButton):
            self.log.append(action)
            return "pressed"
        return super().perform(action)


def test_what_is_done(tmp_path: Path) -> None:
    device = Touched([Widget("Notes", left=100, top=100), Widget("News", "item", 20, 200, 400, 60)])
    script = 'long-press Notes, swipe left over "News", swipe up and go back'
    assert Agent(Literal(script), device, guard=Guard([], "allow"), trace=tmp_path / "run").run("").ok
    press, across, up, back = device.log
    assert isinstance(press, LongPress) and 100 <= press.point.x <= 260 and press.target == "Notes"
    assert isinstance(across, Swipe) and across.start.x > across.end.x and 200 <= across.start.y <= 260
    assert isinstance(up, Swipe) and up.start.y > up.end.y and up.start.x == up.end.x == 240
    assert back == PressButton(button="back")


def test_a_desktop_has_no_such_buttons(tmp_path: Path) -> None:
    outcome = Agent(Literal("go back"), FakeDevice(), guard=Guard([], "allow"), trace=tmp_path / "run").run("")
    assert outcome.status == "gave_up" and "can't press the back button" in outcome.message


@pytest.mark.parametrize("button", ["back", "home", "recents", "power", "volume_up", "volume_down"])
def test_a_button_of_a_demo_has_words(button: str) -> None:
    step = DemoStep.model_validate({"id": "b", "do": "press_button", "press": button})
    [made] = instructions(step)
    assert english.parse(in_english(made))[0].value == button
