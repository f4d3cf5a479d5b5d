"""Seeing and acting: observe, click, and text that arrives as it was meant."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache, partial

from editors import EDITORS, editing
from harness import Row, row

from screenwright.tools.actions import Click, TypeText
from screenwright.tools.desktop import Desktop
from screenwright.tools.geometry import Point

TEXT = "naïve café – 中文 😀 <b>"
LAYOUTS = ("us", "de", "fr")


def median_ms(call: Callable[[], object], times: int) -> float:
    call()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000


PEER = """
import json, statistics, sys, time
import pyautogui
def median_ms(call, times):
    call()
    taken = []
    for _ in range(times):
        start = time.perf_counter(); call(); taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000
print(json.dumps(%s))
"""


def pyautogui(desktop: Desktop, expression: str) -> float:
    """A figure that pyautogui gives, as it comes, in a process of its own on that display."""
    done = subprocess.run(
        [sys.executable, "-c", PEER % expression],
        env=desktop.environment | {"XDG_SESSION_TYPE": "x11"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return float(json.loads(done.stdout.splitlines()[-1]))


@cache
def observed_ms() -> dict[str, float]:
    """Milliseconds for a frame of a 1920x1080 screen: ours, with RGB pixels, a bare mss grab, pyautogui's."""
    import mss

    with Desktop.virtual(1920, 1080) as desktop:
        with mss.MSS(display=desktop.environment["DISPLAY"]) as bare:
            grab = median_ms(partial(bare.grab, bare.monitors[1]), 60)
            ours = median_ms(desktop.observe, 60)
            pixels = median_ms(lambda: desktop.observe().pixels, 60)
        theirs = pyautogui(desktop, "median_ms(pyautogui.screenshot, 8)")
    return {"ours": ours, "with_rgb_pixels": pixels, "bare_mss": grab, "pyautogui": theirs}


@row("observe_1080p", unit="ms", wants="ratio >= 20")
def observe_1080p() -> Row:
    """A frame of a 1920x1080 screen."""
    taken = observed_ms()
    return Row(taken["ours"], "pyautogui.screenshot()", taken["pyautogui"], extra=taken)


@row("observe_over_mss", unit="times a bare mss grab", wants="value <= 2")
def observe_over_mss() -> Row:
    """The same, in grabs by mss alone."""
    taken = observed_ms()
    theirs = taken["pyautogui"] / taken["bare_mss"]
    return Row(taken["ours"] / taken["bare_mss"], "pyautogui.screenshot()", theirs, extra=taken)


@row("click", unit="ms", wants="ratio >= 20")
def click() -> Row:
    """A click through the whole executor."""
    with Desktop.virtual() as desktop:
        spot = Click(point=Point(300, 300, desktop.observe().frame))
        ours = median_ms(lambda: desktop.perform(spot), 100)
        theirs = pyautogui(desktop, "median_ms(lambda: pyautogui.click(300, 300), 20)")
    return Row(ours, "pyautogui.click() as it comes", theirs)


@row("type_unicode", unit="share read back right", more=True, wants="value >= 1", seconds=900)
def type_unicode() -> Row:
    """`naïve café – 中文 😀 <b>` typed into Tk, mousepad, Chromium and Calc on us, de and fr layouts."""
    right: dict[str, list[str]] = {"ours": [], "pyautogui": []}
    wrong: dict[str, str] = {}
    for name in EDITORS:
        for layout in LAYOUTS:
            for who in right:
                with editing(name, layout) as editor:
                    if who == "ours":
                        editor.desktop.perform(TypeText(text=TEXT))
                    else:
                        pyautogui(editor.desktop, f"pyautogui.write({TEXT!r}) or 0")
                    arrived = editor.text()
                    if arrived == TEXT:
                        right[who].append(f"{name} {layout}")
                    elif who == "ours":
                        wrong[f"{name} {layout}"] = arrived
    count = len(EDITORS) * len(LAYOUTS)
    ours, theirs = (len(right[who]) / count for who in ("ours", "pyautogui"))
    extra = {"right": right["ours"], "of": count, "pyautogui_right": right["pyautogui"], "wrong": wrong}
    return Row(ours, "pyautogui.write()", theirs, floor=1 / count, extra=extra)
