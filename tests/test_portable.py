"""pyautogui, with its traps closed. It binds itself to a display when imported, so each test is a process."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from screenwright.tools.desktop import Desktop

HEAD = """
import sys
from screenwright.tools.desktop import Desktop
from screenwright.tools.geometry import Point
from screenwright.tools.actions import *
desktop = Desktop(input="pyautogui")
frame = desktop.observe().frame
"""


def play(desktop: Desktop, code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", HEAD + code],
        env=desktop.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_clicks_drags_scrolls_chords_and_text(desktop: Desktop, echo: Any, eventually: Any) -> None:
    code = """
desktop.perform(Click(point=Point(300, 300, frame), count=2, modifiers=("ctrl",)))
desktop.perform(Drag(start=Point(200, 200, frame), end=Point(260, 240, frame), seconds=0.1))
desktop.perform(Scroll(point=Point(300, 300, frame), down=2))
desktop.perform(PressKeys(keys=("ctrl", "end")))
desktop.perform(TypeText(text="<b> é 中文 😀\\n"))
desktop.close()
"""
    done = play(desktop, code)
    assert done.returncode == 0, done.stderr
    eventually(lambda: echo.text.endswith("<b> é 中文 😀\n"))
    assert [event["num"] for event in echo.events("ButtonPress")] == [1, 1, 1, 5, 5]
    assert all(event["state"] & 4 for event in echo.events("ButtonPress")[:2])


def test_a_corner_is_a_place_like_others_and_there_is_no_pause(desktop: Desktop) -> None:
    code = """
import time
started = time.perf_counter()
for x, y in [(0, 0), (frame.width - 1, 0), (0, frame.height - 1), (frame.width - 1, frame.height - 1)] * 5:
    desktop.perform(Click(point=Point(x, y, frame)))
import pyautogui
print(pyautogui.PAUSE, pyautogui.FAILSAFE)
"""
    done = play(desktop, code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0", "False"]


def test_unknown_keys_are_refused_and_not_swallowed(desktop: Desktop, echo: Any) -> None:
    code = """
from screenwright.tools.errors import BadAction
from screenwright.tools.portable import PyAutoGui
alone = PyAutoGui(None)
for keys in (("ctrl", "bogus"), ("altgr", "q")):
    try:
        alone.chord(keys, 1)
    except BadAction as error:
        print(error)
try:
    alone.type("naïve")
except BadAction as error:
    print(error)
"""
    done = play(desktop, code)
    lines = done.stdout.splitlines()
    assert "there is no key 'bogus'" in lines[0], done.stderr
    assert "the key 'altgr' can't be pressed through pyautogui" in lines[1]
    assert "character 3 of the text, 'ï', can't be typed by pyautogui" in lines[2]
    assert echo.events("KeyPress") == []


def test_ctrl_c_in_the_middle_of_a_request_leaves_a_mouse_that_answers(desktop: Desktop) -> None:
    code = """
import random, signal, threading
signal.signal(signal.SIGUSR1, signal.default_int_handler)
dice, hits = random.Random(3), 0
for _ in range(60):
    timer = threading.Timer(dice.uniform(0.0005, 0.004), signal.raise_signal, [signal.SIGUSR1])
    timer.daemon = True
    try:
        timer.start()
        while timer.is_alive():
            desktop.perform(Click(point=Point(300, 300, frame), modifiers=("shift",)))
        timer.join()
    except KeyboardInterrupt:
        hits += 1
    desktop.release()
desktop.perform(Move(point=Point(10, 20, frame)))
print(hits > 40, desktop._executor.position())
"""
    done = play(desktop, code)
    assert done.stdout.split() == ["True", "(10,", "20)"], done.stderr
