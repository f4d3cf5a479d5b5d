"""What a rule can say: where, when, with which keys, how often; and the three shipped sets of rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screenwright.agent.loop import Agent
from screenwright.agent.screen import Screen, StepFailed
from screenwright.policies import Guard, Scripted
from screenwright.policies.guard.rulebook import RuleBook
from screenwright.policies.guard.rules import Rule
from screenwright.tools import FakeDevice
from screenwright.tools.actions import (
    Action,
    Click,
    Drag,
    Move,
    OpenApp,
    PressButton,
    PressKeys,
    Scroll,
    Swipe,
    TypeText,
)  # fmt: skip
from screenwright.tools.elements import Element
from screenwright.tools.errors import BadScript
from screenwright.tools.geometry import Point, Region, Size, View
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision

FRAME = Size(400, 300)
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def at(x: float = 50, y: float = 50) -> Point:
    return Point(x, y, FRAME)


CLICK = Click(point=at())


@dataclass
class Clock:
    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def seen(
    program: str = "", device: str = "desktop :0", title: str = "", elements: tuple[Element, ...] = ()
) -> Observation:
    return Observation(
        View(FRAME),
        pixels=np.zeros((FRAME.height, FRAME.width, 3), np.uint8),
        device=device,
        elements=lambda: elements,
        program=lambda: program,
        title=lambda: title,
        focus=lambda: Region(0, 0, 100, 100),
    )


def guard_of(*rules: dict[str, Any], default: Any = "allow", clock: Clock | None = None) -> Guard:
    guard = Guard(rules, default)
    guard.clock = clock or Clock()
    return guard


def denied(rule: dict[str, Any], action: Action, observation: Observation | None = None) -> bool:
    return guard_of({"rule": "deny", **rule}).judge(action, observation or seen()).ruling == "deny"


def test_a_program_is_told_from_what_is_opened() -> None:
    terminal = seen(program="xterm")
    assert denied({"app": "^xterm$"}, CLICK, terminal) and denied({"app": "^xterm$"}, OpenApp(name="xterm"))
    assert not denied({"app": "^xterm$"}, OpenApp(name="mousepad"), terminal), "it leaves the terminal"
    assert not denied({"app": "xterm"}, CLICK, seen(program="Chromium")) and not denied({"app": "xterm"}, CLICK)


def test_devices() -> None:
    assert denied({"device": "^phone"}, CLICK, seen(device="phone Pixel 8"))
    assert not denied({"device": "^phone"}, CLICK)
    assert denied({"device": "pixel"}, TypeText(text="x"), seen(device="phone Pixel 8"))


@pytest.mark.parametrize(
    ("pattern", "action", "fits"),
    [
        ("^ctrl\\+shift\\+w$", PressKeys(keys=("shift", "strg", "W")), True),
        ("^ctrl\\+", PressKeys(keys=("ctrl", "s")), True),
        ("^ctrl\\+", PressKeys(keys=("s",)), False),
        ("^f\\d+$", PressKeys(keys=("F5",)), True),
        ("^back$", PressButton(button="back"), True),
        ("^enter$", TypeText(text="one\ntwo"), True),
        ("^enter$", TypeText(text="one two"), False),
        ("s", CLICK, False),
    ],
)
def test_patterns_of_keys(pattern: str, action: Action, fits: bool) -> None:
    assert denied({"chord": pattern}, action) is fits


def test_a_typed_line_feed_is_enter() -> None:
    assert denied({"keys": [["enter"]]}, TypeText(text="yes\n")) and not denied(
        {"keys": [["enter"]]}, TypeText(text="yes")
    )
    allowing = guard_of({"rule": "allow", "keys": [["enter"]]}, default="deny")
    assert allowing.judge(TypeText(text="rm x\n"), seen()).ruling == "deny", "to allow Enter allows no text"


def test_a_window_that_does_not_have_the_focus_is_seen_too() -> None:
    bank = Element("My bank", Region(200, 0, 200, 300), "window", "atspi")
    rule = {"window": "bank"}
    assert denied(rule, Click(point=at(300, 50)), seen(title="Notes", elements=(bank,)))
    assert not denied(rule, Click(point=at(50, 50)), seen(title="Notes", elements=(bank,)))
    only_notes = guard_of({"rule": "allow", "window": "notes"}, default="deny")
    assert only_notes.judge(Click(point=at(50, 50)), seen(title="Notes")).ruling == "allow"
    beside = only_notes.judge(Click(point=at(300, 50)), seen(title="Notes"))
    assert beside.ruling == "deny", "nobody knows what lies there"


def test_a_command_in_two_halves_is_one() -> None:
    guard = Guard.standard()
    one, two = TypeText(text="rm "), TypeText(text="-rf build")
    assert guard.check(Decision(one), seen()).allowed and guard.judge(two, seen()).rule == "dangerous commands"
    assert guard.check(Decision(Scroll(down=1)), seen()).allowed and guard.judge(two, seen()).ruling == "ask"
    assert guard.check(Decision(CLICK), seen()).allowed, "another field"
    assert guard.judge(two, seen()).ruling == "allow"


def test_time_of_day_and_weekdays() -> None:
    clock = Clock()
    office = guard_of(
        {"rule": "allow", "hours": "08:00-18:00", "weekdays": ["mon", "tue"]}, default="deny", clock=clock
    )
    night = guard_of({"rule": "deny", "hours": "22:00-06:30"}, clock=clock)
    for hours, day, by_night in [
        (0, True, False),
        (12.4, False, False),
        (12.5, False, True),
        (21.0, False, False),
    ]:
        clock.now = MONDAY + timedelta(hours=hours)
        assert (office.judge(CLICK, seen()).ruling == "allow") is day, clock.now
        assert (night.judge(CLICK, seen()).ruling == "deny") is by_night, clock.now
    clock.now = MONDAY + timedelta(days=2)
    assert office.judge(CLICK, seen()).ruling == "deny"


def test_how_long_the_run_lasts() -> None:
    clock = Clock()
    guard = guard_of({"rule": "deny", "after_s": 600, "reason": "ten minutes are enough"}, clock=clock)
    guard.begin()
    clock.passes(599)
    assert guard.judge(CLICK, seen()).ruling == "allow"
    clock.passes(1)
    assert guard.judge(CLICK, seen()).reason == "ten minutes are enough"
    guard.begin()
    assert guard.judge(CLICK, seen()).ruling == "allow"


def test_at_most_so_many_a_minute_and_a_run() -> None:
    clock = Clock()
    guard = guard_of(
        {"rule": "deny", "kinds": ["click"], "beyond": {"count": 3, "per": "run"}},
        {"rule": "allow", "kinds": ["click"], "up_to": {"count": 2, "per": "minute"}},
        default="deny",
        clock=clock,
    )
    guard.begin()

    def clicks() -> str:
        return guard.check(Decision(CLICK), seen()).rule

    assert [clicks(), clicks(), clicks()] == ["rule 2", "rule 2", "default"]
    clock.passes(61)
    assert [clicks(), clicks()] == ["rule 2", "rule 1"]
    assert guard.judge(CLICK, seen()).reason == "3 a run were done"
    guard.begin()
    assert clicks() == "rule 2"


def test_only_such_acts_count_and_only_those_that_are_allowed() -> None:
    guard = guard_of(
        {"rule": "deny", "kinds": ["scroll"]},
        {"rule": "deny", "kinds": ["scroll", "click"], "beyond": {"count": 1}},
    )
    guard.check(Decision(Scroll(down=1)), seen())
    guard.check(Decision(TypeText(text="x")), seen())
    assert guard.check(Decision(CLICK), seen()).allowed and not guard.check(Decision(CLICK), seen()).allowed


def test_what_was_not_done_is_not_counted(tmp_path: Path) -> None:
    """The second click is off the screen and refused by the device; the first run's acts are not the second's."""
    size = FakeDevice().size
    good, bad = Click(point=Point(5, 300, size)), Click(point=Point(9000, 5, size))
    guard = Guard([{"rule": "deny", "kinds": ["click"], "beyond": {"count": 2}}], "allow")
    for run in ("one", "two"):
        agent = Agent(
            Scripted([good, bad, good, good]),
            FakeDevice(),
            guard=guard,
            trace=tmp_path / run,
        )
        outcome = agent.run("click")
        assert (outcome.status, outcome.steps) == ("denied", 4), outcome
        assert "2 a run were done" in outcome.message


def test_a_budget_that_lasts_is_not_begun_anew_by_another_run(tmp_path: Path) -> None:
    good = Click(point=Point(5, 300, FakeDevice().size))
    guard = Guard([{"rule": "deny", "kinds": ["click"], "beyond": {"count": 2}}], "allow")
    guard.last()
    runs = [Agent(Scripted([good]), FakeDevice(), guard=guard, trace=tmp_path / str(n)).run("x") for n in range(3)]
    assert [run.status for run in runs] == ["done", "done", "denied"]


def test_every_setting_is_read() -> None:
    """A rule with a setting that does not hold must not match; a setting that nobody reads would."""
    fails: dict[str, Any] = {
        "kinds": ["scroll"], "window": "no", "app": "no", "device": "no", "target": "no", "text": "no",
        "chord": "no", "keys": [["f1"]], "area": {"left": 0.9}, "hours": "10:00-11:00", "weekdays": ["sun"],
        "after_s": 5, "beyond": {"count": 1},
    }  # fmt: skip
    for name, value in fails.items():
        assert not denied({name: value}, CLICK, seen("app", title="window")), name
    assert denied({"up_to": {"count": 1}}, CLICK)
    assert set(fails) | {"up_to", "rule", "name", "reason"} == set(Rule.model_fields)
    assert set(RuleBook.model_fields) == {"include", "default", "only_log", "read", "answer_s", "rules"}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("rules:\n - rule: deny\n   hours: 9-17\n", 3, "write it like '08:00-18:30'"),
        ("rules:\n - rule: deny\n   hours: '09:00-09:00'\n", 3, "leaves nothing"),
        ("rules:\n - rule: deny\n   hours: '25:00-26:00'\n", 3, "hour must be in 0..23"),
        ("rules:\n - rule: deny\n   weekdays: [monday]\n", 3, "'mon'"),
        ("rules:\n - rule: deny\n   after_s: 0\n", 3, "greater than 0"),
        ("rules:\n - rule: deny\n   up_to: {count: 0}\n", 3, "greater than or equal to 1"),
        ("rules:\n - rule: deny\n   beyond: {per: run}\n", 3, "count: Field required"),
        ("rules:\n - rule: deny\n   beyond: {count: 1, each: run}\n", 3, "'each' is unknown; allowed here: count"),
        ("rules:\n - rule: deny\n   beyond: {count: 1, per: day}\n", 3, "'hour'"),
        ("include: safe\nrules: []\n", 1, "'careful'"),
        ("answer_s: -1\n", 1, "greater than 0"),
        ("rules:\n - rule: deny\n   chord: '['\n", 3, "no regular expression"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    with pytest.raises(BadScript) as caught:
        Guard.load(path)
    assert f", line {line}: " in str(caught.value) and says in str(caught.value), caught.value


def test_the_shipped_profiles(tmp_path: Path) -> None:
    delete = Click(point=at(), target="Delete")
    rulings = {
        name: [Guard.load(name).judge(action, seen()).ruling for action in (CLICK, Move(point=at()), delete)]
        for name in ("watch", "careful", "free")
    }
    assert rulings == {
        "watch": ["ask", "ask", "ask"],
        "careful": ["allow", "allow", "ask"],
        "free": ["allow", "allow", "allow"],
    }
    verdict = Guard.load("free").check(Decision(delete), seen())
    assert (verdict.rule, verdict.reason.partition(":")[0]) == ("deletes for good", "would be asked about")
    with pytest.raises(BadScript, match="careful"):
        Guard.load(tmp_path / "none.yaml")


def test_rules_of_ones_own_before_the_shipped_ones(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("include: careful\ndefault: deny\nrules:\n - rule: allow\n   target: ^delete draft$\n")
    guard = Guard.load(path)
    rulings = [
        guard.judge(Click(point=at(), target=t), seen()).ruling for t in ("Delete draft", "Delete all", "OK")
    ]
    assert rulings == ["allow", "ask", "allow"]
    path.write_text("include: free\nrules:\n - rule: deny\n   window: bank\n")
    assert Guard.load(path).judge(CLICK, seen(title="bank")).reason == "would be denied"


def test_a_drag_and_a_swipe_have_two_ends() -> None:
    left = {"area": {"right": 0.5}}
    assert denied(left, Drag(start=at(300, 10), end=at(20, 10)))
    assert denied(left, Swipe(start=at(20, 10), end=at(300, 10)))
    assert not denied(left, Swipe(start=at(320, 10), end=at(300, 10)))


def test_the_calls_of_a_screen_are_one_run_for_a_budget(tmp_path: Path) -> None:
    guard = Guard([{"rule": "deny", "kinds": ["press_keys"], "beyond": {"count": 2}}], "allow")
    with Screen(FakeDevice(), guard=guard, trace=tmp_path / "run") as screen:
        screen.press("tab")
        screen.press("tab")
        with pytest.raises(StepFailed, match="2 a run were done"):
            screen.press("tab")
