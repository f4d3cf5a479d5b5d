"""What the phone says of itself when it is asked: its glass, its power, the window in front, the keyboard.

Nothing is remembered but the glass of the last picture, against which a tap is checked.
"""

from __future__ import annotations

from screenwright.tools.errors import BadAction, DeviceLost
from screenwright.tools.geometry import Region, Size
from screenwright.tools.phone import gestures, screens
from screenwright.tools.phone.keyboards import INSTALL
from screenwright.tools.phone.keycodes import WAKE_UP
from screenwright.tools.phone.link import Link
from screenwright.tools.phone.screens import Front, Glass

GLASS = "wm size; dumpsys display"
DISMISS = "wm dismiss-keyguard"


class State:
    """Asks one phone over its Link. Every question may raise DeviceLost."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.glass: Glass | None = None
        """As it was when last looked at."""

    def look(self) -> Glass:
        """The glass now; remembered."""
        said = self._link.read(GLASS).said
        found = screens.glass(said)
        if found is None:
            raise DeviceLost(
                f"the phone {self._link.serial} does not tell the size of its screen: "
                f"{' '.join(said.split())[:120]!r}; see what `adb -s {self._link.serial} shell wm size` says"
            )
        self.glass = found
        return found

    def turned(self, frame: Size) -> Glass:
        """The glass for a picture that is taller, or wider, than the last look at it told."""
        glass = self.glass or self.look()
        upright = Size(glass.logical.height, glass.logical.width)
        if alike(upright, frame):
            self.glass = Glass(upright, (glass.rotation + 1) % 4, glass.physical_id, glass.lit)
        return self.glass or glass

    @property
    def awake(self) -> bool | None:
        """Is the screen on? None: not told."""
        return screens.awake(self._link.read("dumpsys power").text)

    def front(self) -> Front | None:
        """The window that has the focus."""
        return screens.front(self._windows())

    def keyboard(self) -> Region | None:
        """Where the on-screen keyboard stands, in input coordinates; None while it is not shown."""
        return screens.keyboard(self._windows())

    @property
    def locked(self) -> bool | None:
        return screens.locked(self._windows())

    def _windows(self) -> str:
        return self._link.read("dumpsys window").text

    def wake(self) -> str:
        """Switch the screen on, put away a lock screen that asks for nothing. BadAction: it asks for something."""
        done: list[str] = []
        if self.awake is False:
            self._link.read(f"input keyevent {WAKE_UP}")  # does nothing to a screen that is on
            done.append("switched the screen on")
        if self.locked:
            self._link.read(DISMISS)
            if self.locked:  # not every maker's lock screen hears it
                self._link.read(self._upwards())
            if self.locked:
                raise BadAction(
                    f"the phone {self._link.serial} is locked with a PIN, a pattern or a finger: unlock it by "
                    "hand; Developer options > Stay awake keeps it so while it charges"
                )
            done.append("put the lock screen away")
        return " and ".join(done) or "it is awake and unlocked"

    def _upwards(self) -> str:
        """The swipe with which a person puts a lock screen away."""
        glass = self.look().logical
        middle = glass.width // 2
        return gestures.swipe((middle, round(glass.height * 0.85)), (middle, round(glass.height * 0.25)), 0.25)

    def problems(self, types_all: bool, several_displays: bool) -> list[str]:
        """What stands in the way of driving it, each with its fix. `types_all`: it can type any character."""
        found: list[str] = []
        front = self.front()
        if self.awake is False:
            found.append("the screen is off: press the power button, or call wake()")
        if self.locked:
            found.append("the screen is locked: unlock it by hand, or call wake() where it asks for nothing")
        if front and front.secure:
            found.append(
                f"{front.package or front.activity} protects its screen, so that pictures of it are black: "
                "only what its tree tells can be found there"
            )
        if several_displays:
            found.append(f"there are several displays; the one that touches go to is used: {self.glass}")
        if not types_all:
            found.append(f"only plain ASCII can be typed: {INSTALL}")
        return found


def alike(one: Size, other: Size) -> bool:
    """Are they the same shape? Pictures may be of another size than the space of `input`."""
    return abs(one.width * other.height - other.width * one.height) <= 0.02 * one.width * other.height
