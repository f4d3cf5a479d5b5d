"""The state of the simulated phone: its screen, its apps, its settings and files, and what was done to it.

The texts that its programs print come from public knowledge, not from a phone: a test against it proves
transport, quoting, state and recovery, not that a given vendor's output is read right.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from screenwright.tools.geometry import Size
from screenwright.tools.simphone.files import Files
from screenwright.tools.simphone.log import Faults, Input
from screenwright.tools.simphone.metrics import Metrics
from screenwright.tools.simphone.properties import defaults, properties
from screenwright.tools.simphone.view import Field, View

if TYPE_CHECKING:
    from screenwright.tools.simphone.app import App
    from screenwright.tools.simphone.hands import Hands


class Android:
    """The phone's state; every public method may be called from any thread. `assembly.new_phone` makes one.

    Args:
        size: the screen upright, in pixels.
        sdk: the number of its Android.
        serial: what it says that its serial number is.

    `clock` and `date`: what the clock shows; it stands still, so that pictures stay the same.
    """

    hands: Hands

    def __init__(self, size: Size, *, sdk: int = 34, serial: str = "SIM0000001") -> None:
        self.size, self.sdk = size, sdk
        self.clock, self.date = "10:24", "Friday, 27 November"
        self.properties = properties(sdk, serial)
        self.settings: dict[str, dict[str, str]] = defaults()
        self.override: Size | None = None
        self.density_override: int | None = None
        self.rotation = 0
        self.awake, self.locked = True, False
        self.files = Files()
        self.faults = Faults()
        self.log: list[Input] = []
        self.version = 0
        self.changed = threading.Condition(threading.RLock())
        self.apps: list[App] = []
        self._front: App | None = None
        self._frame: tuple[int, Any] = (-1, None)
        self._closed = threading.Event()

    @property
    def front(self) -> App:
        """The app that is shown."""
        return self._front or self.apps[0]

    @property
    def focus(self) -> Field | None:
        """The field that is typed into."""
        return self.front.focus

    @property
    def screen(self) -> Size:
        """The screen as it is turned now, in the pixels that touches are given in."""
        size = self.override or self.size
        return Size(size.height, size.width) if self.rotation % 2 else size

    @property
    def metrics(self) -> Metrics:
        size = self.override or self.size
        return Metrics(self.screen, min(size.width, size.height) / 360, 0)

    @property
    def density(self) -> int:
        """Dots an inch."""
        return round(160 * min(self.size.width, self.size.height) / 360)

    @property
    def auto_rotate(self) -> bool:
        return self.settings["system"].get("accelerometer_rotation") == "1"

    def windows(self) -> View:
        """All that is on the screen."""
        root = View("android.widget.FrameLayout", self.front.page(self.metrics).region)
        root.add(self.front.page(self.metrics))
        return root

    def redraw(self) -> None:
        """Something on the screen is another now."""
        with self.changed:
            self.version += 1
            self.changed.notify_all()

    def frame(self) -> Any:
        """(H, W, 3) uint8 RGB: what the screen shows."""
        from screenwright.tools.simphone import drawing

        with self.changed:
            if self._frame[0] != self.version:
                self._frame = (self.version, drawing.draw(self.windows(), self.metrics))
            return self._frame[1]

    def captured(self) -> Any:
        """(H, W, 3) uint8 RGB: what a capture gets; black where a window is secure or the screen is off."""
        return self.frame()

    def open(self, app: App) -> None:
        """Bring an app to the front."""
        with self.changed:
            self._front = app
            self.redraw()

    def unlock(self) -> None:
        with self.changed:
            self.locked = False
            self.redraw()

    def put(self, space: str, name: str, value: str) -> None:
        """Change a setting; the screen follows where it is one of the screen's."""
        with self.changed:
            self.settings[space][name] = value
            if (space, name) == ("system", "user_rotation") and not self.auto_rotate:
                self.rotation = int(value) % 4
            self.redraw()

    def turn(self, rotation: int, *, auto: bool | None = None) -> None:
        """Turn the screen: 0 upright, 1 a quarter to the left, 2 upside down, 3 to the right."""
        with self.changed:
            self.rotation = rotation % 4
            if auto is not None:
                self.settings["system"]["accelerometer_rotation"] = "1" if auto else "0"
            self.settings["system"]["user_rotation"] = str(self.rotation)
            self.redraw()

    def resize(self, override: Size | None) -> None:
        """`wm size`: let the screen be another size than it is."""
        with self.changed:
            self.override = override
            self.redraw()

    def wait(self, seconds: float) -> None:
        """Let time pass, unless the phone is closed."""
        self._closed.wait(seconds)

    def close(self) -> None:
        self._closed.set()
