"""What is said of a phone: its own buttons, long presses, swipes. The same meanings for every language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import get_args

from screenwright.policies.literal import fields
from screenwright.policies.literal.instruction import Direction, Instruction
from screenwright.policies.literal.moment import Acts, Moment
from screenwright.policies.literal.phrases import Sentence, Unclear
from screenwright.policies.literal.pressing import chord
from screenwright.policies.literal.seeking import seek
from screenwright.tools.actions import LongPress, PressButton, Swipe, SystemButton
from screenwright.tools.elements import Target
from screenwright.tools.errors import GaveUp
from screenwright.tools.geometry import Point, Region
from screenwright.tools.steps import Decision

Groups = dict[str, str]
Build = Callable[[Sentence, Groups], Instruction]
PHRASES: Mapping[str, str] = {
    "back": r"(?:go|navigate) back|press the (?:phone'?s|system) back (?:button|key)",
    "home": r"go (?:to the )?home(?: ?screen)?|press the phone'?s home button",
    "recents": r"(?:show|open|go to) (?:the )?recent (?:apps|tasks)",
    "power": r"press the power (?:button|key)",
    "volume_up": r"(?:press (?:the )?volume[- ]up(?: button| key)?|turn the volume up)",
    "volume_down": r"(?:press (?:the )?volume[- ]down(?: button| key)?|turn the volume down)",
    "long_press": r"(?:(?:long|deep)[- ]?(?:press|click|tap)(?: on)?|(?:press|tap|touch) and hold) (?P<t>.+)",
    "swipe": r"(?:swipe|flick) (?P<d>up|down|left|right)(?: (?:on|in|over|across) (?P<t>.+))?",
}
CHINESE: Mapping[str, str] = {
    "back": r"返回(?:上一页|上一级)?|按(?:下)?(?:手机(?:的)?)?返回键",
    "home": r"(?:回到|返回|去)(?:主屏幕|桌面|主页)|按(?:下)?主页键",
    "recents": r"(?:打开|显示|查看)?(?:最近任务|最近应用|多任务)(?:列表)?",
    "power": r"按(?:下)?电源键",
    "volume_up": r"按(?:下)?音量(?:加|增大|上|＋|\+)键|调高音量",
    "volume_down": r"按(?:下)?音量(?:减|减小|下|－|-)键|调低音量",
    "long_press": r"长按\s*(?P<t>.+)",
    "swipe": r"(?:在\s*(?P<t>.+?)\s*(?:上|里|中)?)?(?:向|往)?(?P<d>[上下左右])(?:轻扫|划动|划|扫)",
}
WAYS: Mapping[str, Direction] = {"上": "up", "下": "down", "左": "left", "右": "right"}
SHARE = 0.6
"""Of a screen or an area, how much of it a swipe crosses."""


def rules(
    phrases: Mapping[str, str], target_of: Callable[[Sentence, str], Target]
) -> list[tuple[re.Pattern[str], Build]]:
    """One pattern a meaning, for the rules of a language."""

    def build(meaning: str) -> Build:
        def made(part: Sentence, g: Groups) -> Instruction:
            target = target_of(part, g["t"]) if "t" in g else None
            if meaning == "long_press":
                if chord(g["t"], False):
                    raise Unclear("a script can't hold keys down; press them together, such as Ctrl+Shift+T")
                return Instruction("long_press", target=target)
            if meaning == "swipe":
                way = g["d"].lower()
                return Instruction("swipe", target=target, direction=WAYS.get(way) or _way(way))
            return Instruction("button", value=meaning)

        return made

    return [(re.compile(phrase, re.IGNORECASE), build(meaning)) for meaning, phrase in phrases.items()]


def _way(word: str) -> Direction:
    return next(way for way in get_args(Direction) if way == word)


def button(step: Instruction) -> Acts:
    name = next((each for each in get_args(SystemButton) if each == step.value), None)
    if name is None:
        raise GaveUp(f"a phone has no button {step.value!r}; there are: {', '.join(get_args(SystemButton))}")
    yield Decision(PressButton(button=name), "a button of the phone itself")
    return None


def long_press(step: Instruction, now: Moment, patience_s: float) -> Acts:
    if step.target is None:
        raise GaveUp("this step does not say on what")
    found, now = yield from seek(step.target, now, patience_s)
    press = LongPress(point=fields.center(found, now), target=found.element.text or str(step.target))
    yield Decision(press, fields.why(found), confidence=found.score)
    return None


def swipe(step: Instruction, now: Moment, patience_s: float) -> Acts:
    """The finger goes that way: a swipe up shows what is further down."""
    frame = now.observation.frame
    area, why = Region(0, 0, frame.width, frame.height), "across the screen"
    if step.target is not None:
        found, now = yield from seek(step.target, now, patience_s, scroll=False)
        area, why = found.element.region, f"over {fields.why(found)}"
        if min(area.width, area.height) < frame.height / 40:  # a label is too small to swipe on
            area = area.grown(round(frame.height / 40)).within(frame)
    x, y = area.middle
    dx = {"left": -1, "right": 1}.get(step.direction or "", 0) * area.width * SHARE / 2
    dy = {"up": -1, "down": 1}.get(step.direction or "", 0) * area.height * SHARE / 2
    start, end = Point(round(x - dx), round(y - dy), frame), Point(round(x + dx), round(y + dy), frame)
    yield Decision(Swipe(start=start, end=end), why)
    return None
