"""X11, spoken directly: the pointer, the windows and the layout of one display, by its name.

pyautogui binds itself to $DISPLAY when it is imported; this can drive several displays in one process,
and a click costs a millisecond.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from screenwright.tools.brake import Brake
from screenwright.tools.errors import DeviceLost, Interrupted
from screenwright.tools.geometry import Region
from screenwright.tools.last_will import Pledge
from screenwright.tools.xlib import Connection

BUTTONS = {"left": 1, "middle": 2, "right": 3}
WHEEL = {"up": 4, "down": 5, "left": 6, "right": 7}
STEP_S = 0.008
AGAIN_S = 0.012  # Chromium takes two clicks with the same time, in whole milliseconds, for one


@dataclass(frozen=True, slots=True)
class Window:
    """A window a person would name: its title, its program's class, and its area without the frame."""

    id: int
    title: str
    program: str
    region: Region


class X11:
    """One connection to one display. Used by one thread."""

    def __init__(self, name: str) -> None:
        self._connection = Connection(name)
        from Xlib import X

        self.name = name
        self.brake = Brake()
        self.X: Any = X
        self._held: list[int] = []
        self.pledge = Pledge(name)
        self._atoms: dict[str, int] = {}

    def close(self) -> None:
        """Let go of the buttons and hang up; safe twice and with a dead server."""
        with suppress(DeviceLost):
            self.release()
        self._connection.close()

    def asking(self) -> AbstractContextManager[Any]:
        """The Xlib Display, for some requests and their answers. DeviceLost when the server is gone."""
        return self._connection.asking()

    # pointer

    def position(self) -> tuple[int, int]:
        with self.asking() as display:
            answer = display.screen().root.query_pointer()
        return answer.root_x, answer.root_y

    def move(self, x: int, y: int) -> None:
        self.fake(self.X.MotionNotify, 0, x, y)
        self.sync()

    def click(self, x: int, y: int, button: str, count: int) -> None:
        self.fake(self.X.MotionNotify, 0, x, y)
        self.press_button(button, count)

    def press_button(self, button: str, count: int = 1) -> None:
        """Press and release where the pointer is."""
        for number in range(count):
            if number:
                self.sync()
                self.brake.rest(AGAIN_S)
            with self.holding(button):
                pass
        self.sync()

    def drag(self, start: tuple[int, int], end: tuple[int, int], button: str, seconds: float) -> None:
        """Press, move in small timed steps, release; programs ignore a drag that jumps."""
        self.brake()
        self.move(*start)
        try:
            with self.holding(button):
                self.sync()
                self.glide(start, end, seconds)
                time.sleep(STEP_S)  # a drop at the very moment of the last motion is taken for a jerk
        except Interrupted as broken:
            raise Interrupted(f"{broken}; it was let go of on its way", part=True) from broken
        finally:
            self.sync()

    def press(self, x: int, y: int, button: str) -> None:
        """Hold a button down there, until `lift` or `release`."""
        self.move(x, y)
        self._held.append(BUTTONS[button])
        self.pledge.add("buttons", BUTTONS[button])
        self.fake(self.X.ButtonPress, BUTTONS[button])
        self.sync()

    def lift(self, button: str) -> None:
        """Where the pointer is; safe twice."""
        if BUTTONS[button] in self._held:
            time.sleep(STEP_S)
            self.fake(self.X.ButtonRelease, BUTTONS[button])
            self._held.remove(BUTTONS[button])
            self.sync()

    def glide(self, start: tuple[int, int], end: tuple[int, int], seconds: float) -> None:
        steps = max(5, int(seconds / STEP_S))
        began = time.monotonic()
        for step in range(1, steps + 1):
            self.brake()
            part = step / steps
            x = round(start[0] + (end[0] - start[0]) * part)
            y = round(start[1] + (end[1] - start[1]) * part)
            self.move(x, y)
            ahead = began + seconds * part - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)

    def wheel(self, direction: str, notches: int) -> None:
        for _ in range(notches):
            self.brake()
            with self.holding(WHEEL[direction]):
                pass
        self.sync()

    @contextmanager
    def holding(self, button: str | int) -> Iterator[None]:
        """Press a button (by name or number) meanwhile."""
        number = BUTTONS[button] if isinstance(button, str) else button
        self._held.append(number)
        self.pledge.add("buttons", number)
        try:
            self.fake(self.X.ButtonPress, number)
            yield
        finally:
            self.fake(self.X.ButtonRelease, number)
            self._held.remove(number)

    def release(self) -> None:
        """Let go of every button that is held here."""
        while self._held:
            self.fake(self.X.ButtonRelease, self._held.pop())
        self.sync()

    def fake(self, kind: int, detail: int = 0, x: int = 0, y: int = 0) -> None:
        from Xlib.ext import xtest

        with self.asking() as display:
            xtest.fake_input(display, kind, detail, x=x, y=y)

    def sync(self) -> None:
        with self.asking() as display:
            display.sync()
        self.pledge.keep("buttons", self._held)

    # windows

    def layout(self) -> tuple[int, int]:
        """Width and height of the root window now; changes when the screen is resized."""
        with self.asking() as display:
            geometry = display.screen().root.get_geometry()
        return geometry.width, geometry.height

    def managed(self) -> bool:
        """Is there a window manager? Without one, programs get no keyboard focus."""
        sign = self._property(None, "_NET_SUPPORTING_WM_CHECK")
        # one that died leaves its sign on the root, but not the window that the sign names
        return sign is not None and self._window(sign[0]) is not None

    def windows(self) -> list[Window]:
        """The windows of programs, the topmost last."""
        stack = self._property(None, "_NET_CLIENT_LIST_STACKING")
        found = [self._window(id) for id in (stack if stack is not None else ())]
        return [window for window in found if window is not None]

    def active(self) -> Window | None:
        """The window that has the focus."""
        ids = self._property(None, "_NET_ACTIVE_WINDOW")
        return self._window(ids[0]) if ids is not None and len(ids) and ids[0] else None

    def raise_window(self, window: Window) -> None:
        """Ask the window manager to bring it to the front and focus it."""
        from Xlib.protocol.event import ClientMessage

        kind = self._atom("_NET_ACTIVE_WINDOW")
        mask = self.X.SubstructureRedirectMask | self.X.SubstructureNotifyMask
        with self.asking() as display:
            target = display.create_resource_object("window", window.id)
            message = ClientMessage(window=target, client_type=kind, data=(32, [2, 0, 0, 0, 0]))
            display.screen().root.send_event(message, event_mask=mask)
            display.sync()

    def _window(self, id: int) -> Window | None:
        """None when the window has gone between the list and the question."""
        from Xlib.error import XError

        try:
            with self.asking() as display:
                window = display.create_resource_object("window", id)
                geometry = window.get_geometry()
                corner = window.translate_coords(display.screen().root, 0, 0)
            title = self._text(id, "_NET_WM_NAME") or self._text(id, "WM_NAME")
            program = self._text(id, "WM_CLASS").rstrip("\0").rpartition("\0")[2]
        except XError:
            return None
        region = Region(-corner.x, -corner.y, geometry.width, geometry.height)
        return Window(id, title, program, region)

    def _text(self, window: int, name: str) -> str:
        value = self._property(window, name)
        if value is None:
            return ""
        return value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")

    def _property(self, id: int | None, name: str) -> Any:
        """Of a window, or of the root."""
        atom = self._atom(name)
        with self.asking() as display:
            root = display.screen().root
            window = root if id is None else display.create_resource_object("window", id)
            answer = window.get_full_property(atom, self.X.AnyPropertyType)
        return None if answer is None else answer.value

    def _atom(self, name: str) -> int:
        if name not in self._atoms:
            with self.asking() as display:
                self._atoms[name] = display.intern_atom(name)
        return self._atoms[name]
