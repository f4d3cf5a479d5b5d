"""Settling: too early is a broken run, too late is a slow one; measured against what the screen really did.

A watcher of its own, in another thread with another connection, looks at every frame from the action on
until three seconds after settling ended. A change after that end means it was too early; text carets
(at most 3 px wide and 48 px high) don't count.
"""

from __future__ import annotations

import functools
import statistics
import threading
import time
from dataclasses import dataclass, field

from editors import Editor, editing
from harness import Row, row

from screenwright.tools.actions import Action, Click, PressKeys, Scroll, TypeText
from screenwright.tools.changes import changed_regions
from screenwright.tools.desktop import Desktop
from screenwright.tools.geometry import Point, Size
from screenwright.tools.settle import Settler

AFTER_S = 3.0
FRAME = Size(1280, 800)


def keys(*names: str) -> Action:
    return PressKeys(keys=names)


def click(x: int, y: int, button: str = "left") -> Action:
    return Click(point=Point(x, y, FRAME), button=button)  # type: ignore[arg-type]


ESC = keys("escape")
ACTIONS: dict[str, list[Action]] = {
    "mousepad": [
        TypeText(text="a"), TypeText(text="The quick brown fox. "), keys("ctrl", "a"), keys("alt", "f"), ESC,
        keys("ctrl", "o"), ESC, keys("ctrl", "f"), ESC, keys("enter"), click(600, 400), keys("ctrl", "h"), ESC,
        keys("alt", "e"), ESC, TypeText(text="中文"),
    ],
    "Calc": [
        TypeText(text="12"), keys("enter"), TypeText(text="=A1*2"), keys("enter"), keys("up"),
        keys("alt", "f"), ESC, keys("ctrl", "b"), keys("ctrl", "h"), ESC, keys("ctrl", "home"),
        keys("page_down"), keys("ctrl", "home"),
        keys("ctrl", "1"), ESC, click(500, 400),
    ],
    "Chromium": [
        TypeText(text="Hello"), keys("ctrl", "a"), keys("delete"), keys("ctrl", "f"), ESC, keys("ctrl", "t"),
        keys("ctrl", "w"), keys("ctrl", "+"), keys("ctrl", "0"), click(400, 400, "right"), ESC, click(300, 300),
        Scroll(point=Point(300, 300, FRAME), down=3), TypeText(text="more text"), keys("f5"),
        keys("alt", "f"), ESC,
    ],
}  # fmt: skip


@dataclass
class Watcher:
    """Notes when anything but a caret changed on a display."""

    desktop: Desktop
    changes: list[float] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        display = self.desktop.environment["DISPLAY"]
        with Desktop(display=display, environment=self.desktop.environment) as eye:
            last = eye.observe().words
            while not self.stop.is_set():
                eye.idle(0.02)
                now, words = time.perf_counter(), eye.observe().words
                if any(r.width > 3 or r.height > 48 for r in changed_regions(last, words)):
                    self.changes.append(now)
                last = words
                time.sleep(0.01)


@dataclass(frozen=True)
class Case:
    """Seconds from the action: when settling ended, and every true change."""

    name: str
    ended_s: float
    changes_s: tuple[float, ...]

    def early(self, ended_s: float) -> bool:
        return any(ended_s < change for change in self.changes_s)

    def waited(self, ended_s: float) -> float | None:
        """Past the last true change; None where nothing changed or it came later."""
        if not self.changes_s or self.early(ended_s):
            return None
        return ended_s - max(self.changes_s)


@functools.cache
def cases() -> list[Case]:
    found = []
    for name, actions in ACTIONS.items():
        with editing(name) as editor:
            found += [case(editor, name, action) for action in actions]
    return found


def case(editor: Editor, name: str, action: Action) -> Case:
    desktop = editor.desktop
    watcher = Watcher(desktop)
    thread = threading.Thread(target=watcher.run)
    thread.start()
    time.sleep(0.1)  # the watcher has its first frame
    before = desktop.observe()
    acted_at = time.perf_counter()
    desktop.perform(action)
    settler = getattr(editor, "settler", None) or Settler(desktop)
    editor.settler = settler  # type: ignore[attr-defined]
    settler.settle(before, action, acted_at)
    ended = time.perf_counter()
    time.sleep(AFTER_S)
    watcher.stop.set()
    thread.join()
    changes = tuple(change - acted_at for change in watcher.changes if change >= acted_at)
    from screenwright.tools.actions import describe

    return Case(f"{name}: {describe(action)}", ended - acted_at, changes)


def waits(fixed_s: float | None = None) -> list[float]:
    found = (case.waited(fixed_s or case.ended_s) for case in cases())
    return [wait for wait in found if wait is not None]


@row("settle_too_early", unit="actions", wants="value <= 2", seconds=600)
def settle_too_early() -> Row:
    """Of 49 actions in mousepad, Calc and Chromium, those whose effect went on after settling had ended."""
    early = [
        f"{c.name} (ended {c.ended_s:.2f}, changed {max(c.changes_s):.2f})" for c in cases() if c.early(c.ended_s)
    ]
    fixed = {seconds: sum(c.early(seconds) for c in cases()) for seconds in (1.0, 2.0)}
    extra = {"of": len(cases()), "early": early, "fixed_2s": fixed[2.0]}
    return Row(len(early), "a sleep of 1 s", fixed[1.0], floor=1, extra=extra)


@row("settle_wait_s", unit="s", wants="value <= 0.45", seconds=600)
def settle_wait_s() -> Row:
    """Median seconds that settling goes on past the true last change."""
    extra = {
        "fixed_2s": statistics.median(waits(2.0)),
        "p90": sorted(waits())[int(0.9 * len(waits()))],
        "total_s": sum(c.ended_s for c in cases()),
        "total_fixed_1s": float(len(cases())),
    }
    return Row(
        statistics.median(waits()), "a sleep of 1 s", statistics.median(waits(1.0)), floor=0.01, extra=extra
    )
