"""Clicks land where they were meant, on any monitor; and what can't be done is said, with its fix."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screenwright.tools.actions import (
    Click,
    Drag,
    LongPress,
    Move,
    OpenApp,
    PressButton,
    Scroll,
)
from screenwright.tools.contract import check_device
from screenwright.tools.desktop import Desktop
from screenwright.tools.display import VirtualDisplay
from screenwright.tools.errors import BadAction, BlackScreen, DeviceLost, NotInstalled
from screenwright.tools.geometry import Point, Region, Size
from screenwright.tools.xlib import Connection


def test_the_desktop_keeps_the_contract(desktop: Desktop) -> None:
    check_device(desktop)


@pytest.mark.parametrize(("x", "y"), [(150, 150), (400, 300), (699, 499)])
def test_a_click_lands_on_the_pixel(desktop: Desktop, echo: Any, eventually: Any, x: int, y: int) -> None:
    desktop.perform(Click(point=Point(x, y, Size(1280, 800))))
    press = eventually(lambda: echo.events("ButtonPress"))[0]
    assert (press["x"], press["y"], press["num"]) == (x, y, 1)
    eventually(lambda: echo.events("ButtonRelease"))


def test_buttons_counts_and_modifiers(desktop: Desktop, echo: Any, eventually: Any) -> None:
    spot = Point(300, 300, Size(1280, 800))
    desktop.perform(Click(point=spot, button="right"))
    desktop.perform(Click(point=spot, count=3, modifiers=("ctrl", "shift")))
    presses = eventually(lambda: len(echo.events("ButtonPress")) >= 4 and echo.events("ButtonPress"))
    assert [press["num"] for press in presses] == [3, 1, 1, 1]
    assert all(press["state"] & 0b101 == 0b101 for press in presses[1:])
    times = [press["time"] for press in presses]
    assert len(set(times)) == 4, "Chromium counts clicks with one time as one"
    assert times[3] - times[1] < 300, "slower than any double-click time"


def test_a_drag_moves_in_small_steps(desktop: Desktop, echo: Any, eventually: Any) -> None:
    size = Size(1280, 800)
    desktop.perform(Drag(start=Point(200, 200, size), end=Point(400, 350, size), seconds=0.2))
    release = eventually(lambda: echo.events("ButtonRelease"))[0]
    assert (release["x"], release["y"]) == (400, 350)
    # with the button down Tk reports B1-Motion, which is "Motion" by name
    dragged = [event for event in echo.events("Motion") if event["state"] & 0x100]
    assert len(dragged) >= 10


def test_the_wheel_turns_both_ways(desktop: Desktop, echo: Any, eventually: Any) -> None:
    spot = Point(300, 300, Size(1280, 800))
    desktop.perform(Scroll(point=spot, down=2))
    desktop.perform(Scroll(point=spot, down=-1))
    presses = eventually(lambda: len(echo.events("ButtonPress")) >= 3 and echo.events("ButtonPress"))
    assert [press["num"] for press in presses] == [5, 5, 4]


def test_hover_and_long_press(desktop: Desktop, echo: Any, eventually: Any) -> None:
    size = Size(1280, 800)
    desktop.perform(Move(point=Point(330, 220, size)))
    desktop.perform(Move(point=Point(333, 222, size)))
    eventually(lambda: [e for e in echo.events("Motion") if (e["x"], e["y"]) == (333, 222)])
    desktop.perform(LongPress(point=Point(340, 230, size), seconds=0.3))
    eventually(lambda: echo.events("ButtonRelease"))


def test_a_click_on_the_second_monitor(make_echo: Any, eventually: Any) -> None:
    with Desktop.virtual(2000, 800, monitors=2, monitor=2) as desktop:
        assert desktop.observe().frame == Size(1000, 800)
        echo = make_echo(desktop, "600x400+1200+100")
        desktop.perform(Click(point=Point(500, 300, Size(1000, 800))))
        press = eventually(lambda: echo.events("ButtonPress"))[0]
        assert (press["x"], press["y"]) == (1500, 300)


def test_all_monitors_and_one_that_is_not_there() -> None:
    with VirtualDisplay(2000, 800, monitors=2) as screen:
        with Desktop(0, display=screen.display, environment=screen.environment) as desktop:
            assert desktop.observe().frame == Size(2000, 800)
        with pytest.raises(DeviceLost, match=r"no monitor 3; 0 is all together, and there are 2"):
            Desktop(3, display=screen.display, environment=screen.environment)


def test_a_window_is_followed_and_its_end_is_said(desktop: Desktop, echo: Any, eventually: Any) -> None:
    display = desktop.environment["DISPLAY"]
    with Desktop(window="echo", display=display, environment=desktop.environment) as window:
        seen = window.observe()
        assert seen.frame == Size(600, 400)
        window.perform(Click(point=Point(10, 20, seen.frame)))
        press = eventually(lambda: echo.events("ButtonPress"))[0]
        assert (press["x"], press["y"]) == (seen.view.left + 10, seen.view.top + 20)
        os.killpg(echo.process.pid, signal.SIGKILL)
        eventually(lambda: desktop.observe().title != "Echo")
        with pytest.raises(DeviceLost, match=r"no window's title holds 'echo'; open windows: none"):
            window.observe()


def test_a_region_of_the_desktop(desktop: Desktop, echo: Any, eventually: Any) -> None:
    region = Region(200, 200, 300, 100)
    with Desktop(region=region, display=desktop.environment["DISPLAY"], environment=desktop.environment) as part:
        assert part.observe().frame == Size(300, 100)
        part.perform(Click(point=Point(30, 40, Size(300, 100))))
    press = eventually(lambda: echo.events("ButtonPress"))[0]
    assert (press["x"], press["y"]) == (230, 240)


def test_a_screen_that_was_resized_refuses_old_points(desktop: Desktop) -> None:
    import subprocess

    old = desktop.observe().frame
    mode = ["1024x768", "0", "1024", "0", "0", "1024", "768", "0", "0", "768"]
    for words in (
        ["--newmode", *mode],
        ["--addmode", "screen", mode[0]],
        ["--output", "screen", "--mode", mode[0]],
    ):
        subprocess.run(["xrandr", *words], env=desktop.environment, check=True, capture_output=True)
    assert desktop.observe().frame == Size(1024, 768)
    with pytest.raises(BadAction, match=r"measured on a 1280x800 frame, but the screen is 1024x768 now"):
        desktop.perform(Click(point=Point(1, 1, old)))


def test_frames_are_rgb_and_true(desktop: Desktop) -> None:
    pixels = desktop.observe().pixels
    assert pixels.shape == (800, 1280, 3) and pixels.dtype == np.uint8 and pixels.flags.c_contiguous
    assert tuple(pixels[5, 5]) == (0x2E, 0x3A, 0x46)


def test_a_black_screen_is_said_and_not_passed_on(desktop: Desktop) -> None:
    connection = Connection(desktop.environment["DISPLAY"])
    with connection.asking() as display:
        display.screen().root.change_attributes(background_pixel=0)
        display.screen().root.clear_area()
        display.sync()
    with pytest.raises(BlackScreen, match="black all over: the screen is locked, asleep"):
        desktop.observe()
    connection.close()


def test_a_dead_server_is_a_lost_device_and_close_is_safe() -> None:
    screen = VirtualDisplay(640, 480)
    desktop = Desktop(display=screen.display, environment=screen.environment)
    desktop.observe()
    screen.close()
    with pytest.raises(DeviceLost):
        for _ in range(3):
            desktop.observe()
            desktop.perform(Move(point=Point(1, 1, Size(640, 480))))
    desktop.close()
    desktop.close()


def test_no_display_is_said_with_the_way_out() -> None:
    with pytest.raises(NotInstalled, match=r"\$DISPLAY is not set.*Desktop.virtual\(\)"):
        Desktop(environment={"PATH": os.environ["PATH"]})


def test_wayland_is_said_with_the_way_out() -> None:
    session = {"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland", "WAYLAND_DISPLAY": "wayland-0"}
    with pytest.raises(NotInstalled, match="Wayland session"):
        Desktop(environment=session)


def test_a_missing_xvfb_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalled, match="Xvfb is not installed: sudo apt-get install xvfb"):
        VirtualDisplay()


def test_no_window_manager_is_a_problem_with_a_fix(desktop: Desktop) -> None:
    assert desktop.problems() == []
    for process in desktop._virtual._processes.running:  # type: ignore[union-attr]
        if b"openbox" in Path(f"/proc/{process.pid}/cmdline").read_bytes():
            process.kill()
            process.wait()
    assert "no window manager runs" in desktop.problems()[0]


def test_programs_end_with_the_desktop() -> None:
    with Desktop.virtual() as desktop:
        process = desktop.start(["sleep", "600"])
    assert process.poll() is not None


def test_a_program_that_is_not_there(desktop: Desktop) -> None:
    with pytest.raises(NotInstalled, match="no program 'nosuchprogram'"):
        desktop.start(["nosuchprogram"])
    with pytest.raises(BadAction, match=r"no application 'mousepda'; near: .*Mousepad"):
        desktop.perform(OpenApp(name="mousepda"))


def test_an_application_is_started_then_brought_to_the_front(desktop: Desktop, eventually: Any) -> None:
    assert "started" in desktop.perform(OpenApp(name="Mousepad"))
    eventually(lambda: "Mousepad" in (desktop.observe().title or ""))
    assert "brought" in desktop.perform(OpenApp(name="mousepad"))


def test_a_phone_s_button_is_refused_with_what_there_is(desktop: Desktop) -> None:
    with pytest.raises(BadAction, match="a desktop can't press the back button; it can: click, drag"):
        desktop.perform(PressButton(button="back"))
