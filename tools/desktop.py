"""The desktop as a Device: frames from mss, mouse and keyboard through XTest on X11, pyautogui elsewhere."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Literal, Self, assert_never

from screenwright.tools.actions import (
    Action,
    Ask,
    Click,
    Done,
    Drag,
    LongPress,
    Move,
    OpenApp,
    PressButton,
    PressKeys,
    Scroll,
    Swipe,
    TypeText,
    Wait,
    describe,
)
from screenwright.tools.brake import Check
from screenwright.tools.clipboard import Clipboard
from screenwright.tools.display import Process, Processes, VirtualDisplay, check_session
from screenwright.tools.elements import Element
from screenwright.tools.errors import BadAction, DeviceLost, NotInstalled
from screenwright.tools.executor import Executor, Pulse, Spot
from screenwright.tools.finger import Pressed
from screenwright.tools.geometry import Point, Region, View
from screenwright.tools.grab import Grabber, Place
from screenwright.tools.observation import Observation
from screenwright.tools.secrets.naming import without_secrets
from screenwright.tools.x11 import X11, Window

POLL_S = 0.015  # between two looks where nothing tells of drawing
Input = Literal["auto", "xtest", "pyautogui"]
KINDS = frozenset(
    ("click", "drag", "scroll", "move", "type_text", "press_keys", "long_press", "swipe", "open_app")
)


class Desktop:
    """A desktop that can be seen and driven.

    Args:
        monitor: 1 for the first, 0 for all together.
        window: follow the window whose title holds this text; only it is seen and acted on.
        region: only this part of the desktop, in input units.
        display: the X display, ":1"; by default $DISPLAY.
        input: "xtest" on X11, "pyautogui" anywhere; "auto" picks.
    """

    def __init__(
        self,
        monitor: int = 1,
        *,
        window: str | None = None,
        region: Region | None = None,
        display: str | None = None,
        input: Input = "auto",
        environment: dict[str, str] | None = None,
    ) -> None:
        # Frames are compared with it. A Ctrl-C within its import leaves it unusable in this process, and its next
        # import prints to standard output: so it comes before anything is at stake.
        importlib.import_module("cv2")

        self.environment = without_secrets(environment or os.environ)
        self._virtual: VirtualDisplay | None = None
        self._processes = Processes()
        self._serial = 0
        self._view: View | None = None
        self._x11: X11 | None = None
        self._closed = False
        if sys.platform.startswith("linux"):
            name = display or self.environment.get("DISPLAY") or ""
            check_session(name, self.environment)
            self.environment["DISPLAY"] = name
            self._x11 = X11(name)
        self.name = f"desktop {self.environment.get('DISPLAY', sys.platform)}"
        place: Place | None = (lambda: region) if region else None
        if window:
            place = self._follow(window)
        layout = self._x11.layout if self._x11 else None
        try:
            self._grabber = Grabber(self._x11.name if self._x11 else None, monitor, place, layout)
            self._executor = self._make_executor(input)
            self._pulse = self._make_pulse()
        except BaseException:
            if self._x11:
                self._x11.close()
            raise

    @classmethod
    def virtual(cls, width: int = 1280, height: int = 800, *, monitors: int = 1, monitor: int = 1) -> Self:
        """A desktop on a virtual screen of its own, which ends with it. Needs Xvfb and openbox."""
        virtual = VirtualDisplay(width, height, monitors=monitors)
        try:
            desktop = cls(monitor, display=virtual.display, environment=virtual.environment)
        except BaseException:
            virtual.close()
            raise
        desktop._virtual = virtual
        return desktop

    @property
    def kinds(self) -> frozenset[str]:
        return KINDS

    @property
    def own(self) -> bool:
        """Is this a screen of its own, where nobody else's pointer is?"""
        return self._virtual is not None

    # seeing

    def observe(self) -> Observation:
        words, self._view = self._grabber.grab()
        self._serial += 1
        return Observation(
            self._view,
            words=words,
            device=self.name,
            taken_at=time.time(),
            serial=self._serial,
            elements=partial(self._tree, self._view),
            title=self._title,
            program=self._program,
            focus=partial(self._focus, self._view),
        )

    def idle(self, seconds: float) -> None:
        if self._pulse is None:
            time.sleep(min(seconds, POLL_S))
        else:
            self._pulse.wait(seconds)

    def _title(self) -> str | None:
        active = self.front()
        return active.title if active else None

    def _program(self) -> str | None:
        active = self.front()
        return active.program if active else None

    def _focus(self, view: View) -> Region | None:
        active = self.front()
        if active is None:
            return None
        area = active.region
        return view.region_from_input(area.x, area.y, area.width, area.height)

    def _tree(self, view: View) -> Sequence[Element]:
        try:
            from screenwright.tools import atspi
        except ImportError:
            return []
        active = self.front()
        windows = [atspi.Shown(w.title, w.region) for w in self._x11.windows()] if self._x11 else []
        return atspi.elements(self.environment, view, active.title if active else None, windows)

    def _follow(self, title: str) -> Place:
        """Where the window with that title is now."""

        def place() -> Region:
            windows = self._x11.windows() if self._x11 else []
            for window in reversed(windows):
                if title.casefold() in window.title.casefold():
                    return window.region
            titles = ", ".join(repr(window.title) for window in windows) or "none"
            raise DeviceLost(f"no window's title holds {title!r}; open windows: {titles}")

        return place

    # acting

    def perform(self, action: Action) -> str:
        match action:
            case Click():
                spot = self._spot(action.point)
                self._executor.click(spot, action.button, action.count, action.modifiers)
            case Move():
                self._executor.move(self._spot(action.point))
            case Drag():
                start = self._spot(action.start) if action.start else self._executor.position()
                self._executor.drag(start, self._spot(action.end), action.button, action.seconds)
            case Swipe():
                start = self._spot(action.start)
                self._executor.drag(start, self._spot(action.end), "left", action.seconds)
            case LongPress():
                self._executor.hold(self._spot(action.point), action.seconds)
            case Scroll():
                spot = self._spot(action.point) if action.point else self._executor.position()
                self._executor.scroll(spot, action.down, action.right)
            case TypeText():
                self._executor.type(action.text)
            case PressKeys():
                self._executor.chord(action.keys, action.count)
            case OpenApp():
                return self._open(action.name)
            case PressButton() | Wait() | Ask() | Done():
                raise BadAction(f"a desktop can't {describe(action)}; it can: {', '.join(sorted(KINDS))}")
            case _:
                assert_never(action)
        return describe(action)

    def touch(self, point: Point) -> Pressed:
        """Press the left button there, and hold it; see `finger.touch`."""
        return Pressed(self._executor, self._spot, point)

    def _spot(self, point: Point) -> Spot:
        """Where the mouse must go. The frame is asked for anew when nothing has been observed yet."""
        if self._view is None:
            self.observe()
        assert self._view
        return self._view.to_input(point)

    def _open(self, name: str) -> str:
        from screenwright.tools import applications

        windows = self._x11.windows() if self._x11 else []
        return applications.open_named(name, windows, self._x11, self.start)

    def start(self, argv: Sequence[str], **environment: str) -> Process:
        """Start a program on this desktop; NotInstalled where there is none. It ends with `close`."""
        return self._processes.start(argv, self.environment | environment)

    def clipboard(self) -> str:
        """The text on the clipboard; empty where there is none."""
        return Clipboard(self.environment).read() or ""

    def braked(self, check: Check) -> AbstractContextManager[None]:
        """Meanwhile, actions ask `check` between keystrokes and movements; see `brake.Check`."""
        return self._executor.brake.asks(check)

    def release(self) -> None:
        self._executor.release()

    def front(self) -> Window | None:
        """The window that has the focus; None where that can't be told."""
        return self._x11.active() if self._x11 else None

    def bring_to_front(self, window: Window) -> None:
        """Give it the focus again, for instance after a person answered in a terminal."""
        if self._x11:
            self._x11.raise_window(window)

    def problems(self) -> list[str]:
        """What stands in the way of driving this desktop, each with its fix."""
        if self._x11 and not self._x11.managed():
            return ["no window manager runs, so programs get no keyboard focus: start one, such as openbox"]
        return []

    def close(self) -> None:
        """End the programs that were started here, and the virtual screen if it is one; safe twice."""
        if self._closed:
            return
        self._closed = True
        self._processes.close()
        if self._pulse is not None:
            self._pulse.close()
        self._executor.close()
        self._grabber.close()
        if self._virtual:
            self._virtual.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _make_executor(self, input: Input) -> Executor:
        if input == "xtest" and self._x11 is None:
            raise NotInstalled("input='xtest' needs X11; use input='pyautogui' on this system")
        if input == "pyautogui" or self._x11 is None:
            from screenwright.tools.portable import PyAutoGui

            return PyAutoGui(self._x11)
        from screenwright.tools.xtest import XTest

        return XTest(self._x11, Clipboard(self.environment))

    def _make_pulse(self) -> Pulse | None:
        if self._x11 is None:
            return None
        from screenwright.tools.damage import Damage

        return Damage(self._x11.name)
