"""The state of the simulated phone: its screen, its apps, its settings and files, and what was done to it.

The texts that its programs print come from public knowledge, not from a phone: a test against it proves
transport, quoting, state and recovery, not that a given vendor's output is read right.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from screenwright.tools.geometry import Size
from screenwright.tools.simphone.files import Files
from screenwright.tools.simphone.log import Faults, Input
from screenwright.tools.simphone.metrics import Metrics
from screenwright.tools.simphone.properties import defaults, properties
from screenwright.tools.simphone.view import Field

if TYPE_CHECKING:
    from screenwright.tools.simphone.app import App
    from screenwright.tools.simphone.app_contacts import Contacts
    from screenwright.tools.simphone.app_notes import Notes
    from screenwright.tools.simphone.app_vault import Vault
    from screenwright.tools.simphone.glass import Glass
    from screenwright.tools.simphone.hands import Hands
    from screenwright.tools.simphone.keyboards import Keyboards
    from screenwright.tools.simphone.link import Stream

TOAST_S = 2.0


class Android:
    """The phone's state; every public method may be called from any thread. `assembly.new_phone` makes one.

    Args:
        size: the screen upright, in pixels.
        sdk: the number of its Android.
        serial: what it says that its serial number is.

    `clock` and `date`: what the clock shows; it stands still, so that pictures stay the same.
    """

    hands: Hands
    glass: Glass
    keyboards: Keyboards
    notes: Notes
    contacts: Contacts
    vault: Vault

    def __init__(self, size: Size, *, sdk: int = 34, serial: str = "SIM0000001") -> None:
        self.size, self.sdk = size, sdk
        self.clock, self.date = "10:24", "Friday, 27 November"
        self.properties = properties(sdk, serial)
        self.settings: dict[str, dict[str, str]] = defaults()
        self.override: Size | None = None
        self.density_override: int | None = None
        self.rotation = 0
        self.awake, self.locked = True, False
        self.asks_for_pin = False
        """Its lock screen is put away by nobody but its owner."""
        self.volume, self.clipboard, self.toasted = 7, "", ""
        self.automated = False
        """uiautomator2's server runs, and holds the only reader of the accessibility tree."""
        self.sockets: dict[str, Callable[[Stream], None]] = {}
        """Who listens at which abstract socket."""
        self.recorders = 0
        """How many `screenrecord` run now."""
        self.files, self.faults = Files(), Faults()
        self.log: list[Input] = []
        self.version = 0
        self.changed = threading.Condition(threading.RLock())
        self.apps: list[App] = []
        self.recent: list[App] = []
        self._front: App | None = None
        self._closed = threading.Event()
        self._toast_ends: threading.Timer | None = None

    @property
    def front(self) -> App:
        """The app that is shown, or would be if the screen were on."""
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
        return Metrics(self.screen, min(size.width, size.height) / 360, self.keyboards.height_dp)

    @property
    def density(self) -> int:
        """Dots an inch."""
        return round(160 * min(self.size.width, self.size.height) / 360)

    @property
    def auto_rotate(self) -> bool:
        return self.settings["system"].get("accelerometer_rotation") == "1"

    def note(self, kind: str, *values: float | str) -> None:
        """Keep in the log what was done."""
        self.log.append(Input(kind, values))

    def redraw(self) -> None:
        """Something on the screen is another now."""
        with self.changed:
            self.version += 1
            self.changed.notify_all()

    def open(self, app: App) -> None:
        """Bring an app to the front."""
        with self.changed:
            self._front = app
            self.keyboards.put_away = False
            if app.launchable:
                self.recent = [app, *(each for each in self.recent if each is not app)]
            self.redraw()

    def stop(self, app: App) -> None:
        """`am force-stop`."""
        with self.changed:
            app.reset()
            self.recent = [each for each in self.recent if each is not app]
            if self.front is app:
                self.go_home()
            self.redraw()

    def go_home(self) -> None:
        self.open(self.apps[0])

    def show_recents(self) -> None:
        self.open(self.apps[1])

    def go_back(self) -> None:
        """Put the keyboard away, else one page back, else home."""
        with self.changed:
            if self.keyboards.shown:
                self.keyboards.put_away = True
            elif not self.front.back():
                self.go_home()
            self.redraw()

    def next_field(self) -> None:
        """Give the focus to the field after the one that has it."""
        fields = [view.edits for view in self.front.page(self.metrics).walk() if view.edits]
        if self.focus in fields:
            self.front.focus = fields[(fields.index(self.focus) + 1) % len(fields)]
            self.redraw()

    def switch_screen(self, on: bool) -> None:
        """The power button: a screen that is switched on again shows its lock."""
        with self.changed:
            if self.awake and not on:
                self.locked = True
            self.awake = on
            self.redraw()

    def unlock(self, *, owner: bool = False) -> None:
        """Put the lock screen away; one that asks for a PIN only for its owner."""
        with self.changed:
            self.locked = self.locked and self.asks_for_pin and not owner
            self.redraw()

    def toast(self, text: str) -> None:
        """Show a few words over everything for two seconds."""
        with self.changed:
            if self._toast_ends:
                self._toast_ends.cancel()
            self.toasted = text
            self._toast_ends = threading.Timer(TOAST_S, self._end_toast, (text,))
            self._toast_ends.daemon = True
            self._toast_ends.start()
            self.redraw()

    def _end_toast(self, text: str) -> None:
        with self.changed:
            if self.toasted == text:
                self.toasted = ""
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

    @property
    def closed(self) -> bool:
        return self._closed.is_set()

    def close(self) -> None:
        self._closed.set()
        if self._toast_ends:
            self._toast_ends.cancel()
        self.redraw()
