"""Settling: stopped means stopped; what never stops is learnt; a late burst is waited for; the effect is told."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screenwright.tools import Desktop, FakeDevice, Point, Settler, Size
from screenwright.tools.actions import Action, Click, OpenApp, PressKeys, TypeText, Wait
from screenwright.tools.damage import Damage
from screenwright.tools.errors import BlackScreen, DeviceLost
from screenwright.tools.fake import Widget
from screenwright.tools.observation import Observation
from screenwright.tools.patience import patience
from screenwright.tools.steps import Effect

FRAME = Size(480, 320)
GO = Click(point=Point(60, 30, FRAME))
PROGRAMS = Path(__file__).parent / "programs"


def settle(device: Any, action: Action, settler: Settler | None = None) -> Effect:
    before = device.observe()
    acted_at = time.perf_counter()
    device.perform(action)
    return (settler or Settler(device)).settle(before, action, acted_at)[0]


def label(device: FakeDevice, top: int = 20) -> Callable[[FakeDevice], None]:
    return lambda _: device.widgets.append(Widget("changed", "text", 200, top))


def test_nothing_changed_is_said_soon() -> None:
    effect = settle(FakeDevice([]), GO)
    assert (effect.where, effect.settled, effect.first_s) == ("nothing", True, None)


@pytest.mark.parametrize(("top", "where"), [(20, "near"), (280, "elsewhere")])
def test_where_it_changed_and_how_much(top: int, where: str) -> None:
    device = FakeDevice([Widget("Go", left=20, top=20, width=80)])
    device.widgets[0].on_click = label(device, top)
    device._focus = device.widgets[0]
    effect = settle(device, Click(point=Point(200 if top == 20 else 60, 30, FRAME)))
    if top == 20:
        effect = settle(device, GO)
    assert effect.where in (where, "near")
    assert 0 < effect.share < 0.2
    assert all(region.within(FRAME) == region for region in effect.regions)


def test_a_slow_program_is_waited_for() -> None:
    device = FakeDevice(delay_s=0.4)
    effect = settle(device, Click(point=Point(200, 30, FRAME)))
    assert effect.where == "near" and effect.first_s is not None and effect.first_s >= 0.35


class Bursts(FakeDevice):
    """Changes at the given seconds after an act, in one place each."""

    def __init__(self, *at: float) -> None:
        super().__init__([])
        self.at, self.acted = at, 0.0

    def perform(self, action: Action) -> str:
        self.acted = time.perf_counter()
        return "done"

    def idle(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.01))

    def observe(self) -> Observation:
        seen = super().observe()
        pixels = seen.pixels.copy()
        age = time.perf_counter() - self.acted if self.acted else -1.0
        for number, at in enumerate(self.at):
            if age >= at:
                pixels[40:60, 40 * number : 40 * number + 30] = 0
        return Observation(seen.view, pixels=pixels, device="bursts", serial=seen.serial, taken_at=1.0)


def test_a_second_burst_is_waited_for() -> None:
    effect = settle(Bursts(0.05, 0.4, 0.7), PressKeys(keys=("enter",)))
    assert sum(region.area for region in effect.regions) >= 3 * 30 * 20
    assert effect.last_s == pytest.approx(0.7, abs=0.2)


def test_all_that_was_to_come_ends_it_at_once_and_less_does_not() -> None:
    """Judged when it has been still for a moment: after each change, and once while nothing has come."""
    device, asked = Bursts(0.05, 0.35), list[Observation]()
    before = device.observe()

    def complete(seen: Observation) -> bool:
        asked.append(seen)
        return bool((seen.pixels[40:60, 40:70] == 0).all())

    acted_at = time.perf_counter()
    device.perform(PressKeys(keys=("enter",)))
    effect, last = Settler(device).settle(before, PressKeys(keys=("enter",)), acted_at, complete)
    assert effect.settled and complete(last)
    assert effect.last_s is not None and effect.waited_s - effect.last_s < patience(GO).quiet / 2
    assert 2 <= len(asked) <= 3  # the last of them is asked above


def test_where_nothing_was_to_come_it_ends_sooner_and_what_comes_all_the_same_is_waited_for() -> None:
    device = Bursts(0.4)
    before = device.observe()
    acted_at = time.perf_counter()
    device.perform(GO)
    effect, _ = Settler(device).settle(before, GO, acted_at, lambda seen: seen is before)
    assert effect.where == "near" and effect.last_s == pytest.approx(0.4, abs=0.2)
    device.acted = 0.0
    effect, _ = Settler(device).settle(device.observe(), GO, time.perf_counter(), lambda _: True)
    assert effect.where == "nothing" and effect.waited_s < patience(GO).first * 0.75


def test_a_spinner_is_learnt_and_left_out() -> None:
    device = FakeDevice(spinner=True)
    settler = Settler(device)
    first = settle(device, Click(point=Point(200, 30, FRAME)), settler)
    assert first.settled and first.moving
    assert all(region.x > 400 for region in first.moving)
    again = settle(device, Click(point=Point(200, 30, FRAME)), settler)
    assert again.where == "nothing" and again.settled


class Animated(Bursts):
    """A fifth of a second of frames after an act, then one more change, in one place; typing changes it too."""

    typed = False

    def perform(self, action: Action) -> str:
        self.typed = isinstance(action, TypeText)
        return super().perform(action)

    def observe(self) -> Observation:
        seen = super().observe()
        pixels = seen.pixels.copy()
        age = time.perf_counter() - self.acted if self.acted else 0.0
        shade = round(min(age, 0.2) * 1000) + (40 if age > 0.5 else 0)
        pixels[64:90, 64:120] = 0 if self.typed else 255 - shade
        return Observation(seen.view, pixels=pixels, device="animated", serial=seen.serial, taken_at=1.0)


def test_an_animation_makes_its_place_not_busy() -> None:
    device = Animated()
    settler = Settler(device)
    first = settle(device, PressKeys(keys=("tab",)), settler)
    assert first.where == "near" and not first.moving
    again = settle(device, TypeText(text="a"), settler)
    assert again.where == "near" and not again.moving


def test_a_caret_that_blinks_for_long_hides_no_typing(desktop: Desktop, echo: Any) -> None:
    settler = Settler(desktop)
    settle(desktop, TypeText(text="a"), settler)
    settler.wait(desktop.observe(), 6.0, until_change=False)  # ten times on and off
    effect = settle(desktop, TypeText(text="b"), settler)
    assert effect.where == "near" and not effect.moving


def test_what_goes_on_everywhere_ends_at_the_cap() -> None:
    class Snow(FakeDevice):
        """Every tile changes now and then, none often enough to be learnt."""

        def observe(self) -> Observation:
            seen = super().observe()
            rng = np.random.default_rng(seen.serial)
            pixels = seen.pixels.copy()
            y, x = rng.integers(0, 19) * 16, rng.integers(0, 29) * 16
            pixels[y : y + 16, x : x + 16] = rng.integers(0, 255)
            return Observation(seen.view, pixels=pixels, device="snow", serial=seen.serial, taken_at=1.0)

        def idle(self, seconds: float) -> None:
            time.sleep(min(seconds, 0.1))

    device = Snow()
    effect = settle(device, GO, Settler(device, cap_s=1.0))
    assert not effect.settled


def test_a_wait_for_a_change_ends_with_it() -> None:
    device = FakeDevice([Widget("late", "text", shown_after_s=0.4)])
    before = device.observe()
    started = time.monotonic()
    effect, after = Settler(device).wait(before, 30, until_change=True)
    assert effect.where == "near" and time.monotonic() - started < 10
    assert (after.pixels != before.pixels).any()


def test_a_change_that_came_before_the_wait_is_not_missed() -> None:
    device = FakeDevice([Widget("late", "text", shown_after_s=0.05)])
    before = device.observe()
    device.idle(0.1)
    started = time.monotonic()
    Settler(device).wait(before, 30, until_change=True)
    assert time.monotonic() - started < 10


def test_a_look_does_not_wait() -> None:
    device = FakeDevice()
    seen = device.observe()
    effect, after = Settler(device).wait(seen, Wait(seconds=0).seconds, until_change=False)
    assert effect.where == "unseen" and after is seen


def test_the_screen_changes_its_size_meanwhile() -> None:
    class Turns(FakeDevice):
        def perform(self, action: Action) -> str:
            self.size = Size(320, 480)
            return "turned"

    effect = settle(Turns(), OpenApp(name="x"))
    assert effect.share == 1.0 and effect.regions[0].width == 320


def test_black_for_a_moment_is_waited_out_and_black_for_good_is_said() -> None:
    class Blinks(FakeDevice):
        black_until = 0.0

        def perform(self, action: Action) -> str:
            self.black_until = time.perf_counter() + (0.3 if action == GO else 60)
            return "done"

        def observe(self) -> Observation:
            if time.perf_counter() < self.black_until:
                raise BlackScreen("black")
            return super().observe()

        def idle(self, seconds: float) -> None:
            time.sleep(min(seconds, 0.01))

    device = Blinks()
    assert settle(device, GO).settled
    with pytest.raises(BlackScreen):
        settle(device, TypeText(text="x"), Settler(device, cap_s=0.5))


def test_a_device_that_goes_is_said() -> None:
    device = FakeDevice()
    before = device.observe()
    device.lost = True
    with pytest.raises(DeviceLost):
        Settler(device).settle(before, GO, time.perf_counter())


def test_a_real_caret_is_no_change_and_a_real_letter_is(desktop: Desktop, echo: Any) -> None:
    settler = Settler(desktop)
    typed = settle(desktop, TypeText(text="W"), settler)
    assert typed.where == "near" and typed.settled
    idle = settler.wait(desktop.observe(), 1.3, until_change=True)[0]  # Tk's caret blinks twice in this time
    assert idle.where == "nothing"


def test_damage_wakes_at_once_and_sleeps_otherwise(desktop: Desktop, echo: Any) -> None:
    damage = Damage(desktop.environment["DISPLAY"])
    while damage.wait(0.3):
        pass
    started = time.monotonic()
    desktop.perform(TypeText(text="W"))
    assert damage.wait(10)
    assert time.monotonic() - started < 5
    damage.close()


def test_a_dead_server_is_a_lost_device() -> None:
    with Desktop.virtual(320, 240) as desktop:
        damage = Damage(desktop.environment["DISPLAY"])
    with pytest.raises(DeviceLost):
        for _ in range(3):
            damage.wait(0.2)
    damage.close()


def test_opening_waits_longer_for_a_first_sign(desktop: Desktop) -> None:
    before = desktop.observe()
    acted_at = time.perf_counter()
    desktop.start([sys.executable, "-c", "import time, tkinter; time.sleep(1.5); tkinter.Tk().mainloop()"])
    effect, _ = Settler(desktop).settle(before, OpenApp(name="x"), acted_at)
    assert effect.where == "near" and effect.first_s is not None and effect.first_s > 1.0
