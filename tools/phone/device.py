"""A phone over adb as a Device: what it shows, what is done to it, and what it means when it breaks off."""

from __future__ import annotations

import contextlib
import re
import time
from typing import TYPE_CHECKING, Self, assert_never

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
from screenwright.tools.adb.client import Adb
from screenwright.tools.errors import BadAction, DeviceLost, Ending
from screenwright.tools.geometry import Point, Size
from screenwright.tools.observation import Observation
from screenwright.tools.patience import Patience
from screenwright.tools.phone import apps, gestures, keycodes
from screenwright.tools.phone.apps import App
from screenwright.tools.phone.eyes import Eyes
from screenwright.tools.phone.hands import Hands
from screenwright.tools.phone.link import Link
from screenwright.tools.phone.motion import Motion
from screenwright.tools.phone.patience import phone_patience
from screenwright.tools.phone.state import State
from screenwright.tools.phone.writing import Writing

if TYPE_CHECKING:
    from screenwright.tools.phone.scrcpy.pasting import Pasting
    from screenwright.tools.phone.scrcpy.server_file import ServerFile
    from screenwright.tools.phone.stream import Stream

POLL_S = 0.05  # between two looks; a picture itself takes longer
KINDS = frozenset(
    ("click", "drag", "scroll", "type_text", "press_keys", "press_button", "long_press", "swipe", "open_app")
)


class Phone:
    """A phone that can be seen and driven. Its screen is asked for nothing until it is observed.

    Args:
        serial: as `adb devices` lists it, or 'HOST:PORT'; by default the only phone there is.
        adb: the way to it; by default the adb that is found, and its usual server.
        reconnect_s: how long a phone that is gone is waited for.
        scrcpy: a server file of a person's own, for the video and for typing; where it can't be used,
            `problems` says why, and the phone works as without it.

    Raises `PhoneTrouble` (a DeviceLost) with the fix when there is no such phone, and NotInstalled without adb.
    """

    def __init__(
        self,
        serial: str | None = None,
        *,
        adb: Adb | None = None,
        reconnect_s: float = 20.0,
        scrcpy: ServerFile | None = None,
    ) -> None:
        adb = adb or Adb()
        listed = adb.pick(serial)
        self.serial = listed.serial
        self.name = f"phone {listed.name}"
        self.link = Link(adb, listed.serial, reconnect_s)
        self.state = State(self.link)
        self.eyes = Eyes(self.link, self.state, self.name)
        self._hands = Hands(self.link)
        self._scrcpy = scrcpy
        self.writing = Writing(self.link, self._hands, self.eyes.foliage, self._pasting())
        self._stream: Stream | None = None
        self._drawn = 0

    def _pasting(self) -> Pasting | None:
        if self._scrcpy is None:
            return None
        from screenwright.tools.phone.scrcpy.pasting import Pasting

        return Pasting(self.link, self._scrcpy)

    @property
    def kinds(self) -> frozenset[str]:
        return KINDS

    def observe(self) -> Observation:
        self._drawn = self._stream.latest if self._stream else 0
        return self.eyes.observe()

    def idle(self, seconds: float) -> None:
        """A phone does not tell that it draws: this is a pause of 50 ms, unless a `stream` is open, which does."""
        if self._stream is not None:
            began = time.monotonic()
            with contextlib.suppress(Ending):
                if self._stream.wait(self._drawn, seconds) or time.monotonic() - began >= 0.9 * seconds:
                    return
            self._stream = None  # closed, or this phone gives none
        time.sleep(min(seconds, POLL_S))

    def patience(self, action: Action) -> Patience:
        """How long quiet must last after an action on this phone, for a Settler."""
        return phone_patience(action, self.eyes.camera.usual_s)

    def perform(self, action: Action) -> str:
        match action:
            case Click():
                _check_finger(action)
                self._tap(action)
            case LongPress():
                spots = self._spots(action.point)
                self._hands.do([gestures.hold(spots[0], action.seconds)], seconds=action.seconds)
            case Swipe():
                start, end = self._spots(action.start, action.end)
                self._hands.do([gestures.swipe(start, end, action.seconds)], seconds=action.seconds)
            case Drag():
                return self._drag(action)
            case Scroll():
                return self._scroll(action)
            case TypeText():
                return f"{describe(action)}, {self.writing.type(action.text)}"
            case PressKeys():
                self._press(action)
            case PressButton():
                self._hands.do([keycodes.button(action.button)])
            case OpenApp():
                return self._open(action.name)
            case Move() | Wait() | Ask() | Done():
                raise BadAction(f"a phone can't {describe(action)}; it can: {', '.join(sorted(KINDS))}")
            case _:
                assert_never(action)
        return describe(action)

    def _tap(self, action: Click) -> None:
        """Three taps select nothing on a phone, where a triple click selects what a field of one line holds."""
        spot = self._spots(action.point)[0]
        if action.count == 3 and self._hands.knows("keycombination") is not False:
            self._hands.do([gestures.tap(spot, 1, slow=False)])
            self._press(PressKeys(keys=("ctrl", "a")))
        else:
            self._hands.do([gestures.tap(spot, action.count, slow=self._hands.slow)])

    def touch(self, point: Point) -> Motion | None:
        """A finger that comes down there; see `finger.touch`. None: this phone's `input` can't hold one."""
        if self._hands.knows("motionevent") is False:
            return None
        spot, view = self._spots(point)[0], self.eyes.view
        assert view
        try:
            return Motion(self._hands, view, spot)
        except BadAction as refused:
            if "does not know" not in str(refused):
                raise
            return None

    def _spots(self, *points: Point) -> list[gestures.Spot]:
        """Where fingers go; BadAction when the screen was turned, resized or switched off since it was seen."""
        if self.eyes.view is None:
            self.observe()
        assert self.eyes.view
        spots = [self.eyes.view.to_input(point) for point in points]
        seen, now = self.state.glass, self.state.look()
        if seen and (seen.rotation, seen.logical) != (now.rotation, now.logical):
            raise BadAction(
                f"the screen was turned or resized since {points[0]} was seen: {seen.logical} at quarter turn "
                f"{seen.rotation} then, {now.logical} at {now.rotation} now; observe again, then decide"
            )
        if now.lit is False:
            raise BadAction("the screen is off, so a tap would do nothing: press the power button first")
        return spots

    def _drag(self, action: Drag) -> str:
        if action.start is None:
            raise BadAction("a finger is nowhere until it touches: a drag on a phone needs its start")
        _check_finger(action)
        start, end = self._spots(action.start, action.end)
        if self._hands.knows("draganddrop") is not False:
            try:
                self._hands.do([gestures.drag(start, end, action.seconds)], seconds=action.seconds)
                return describe(action)
            except BadAction as refused:
                if "does not know" not in str(refused):
                    raise
        self._hands.do([gestures.swipe(start, end, max(action.seconds, 0.3))], seconds=action.seconds)
        return f"{describe(action)}, by a swipe: this phone's `input` knows no drag that holds first"

    def _scroll(self, action: Scroll) -> str:
        if self.eyes.view is None:
            self.observe()
        assert self.eyes.view
        point = action.point or Point(
            self.eyes.view.frame.width // 2, self.eyes.view.frame.height // 2, self.eyes.view.frame
        )
        spot = self._spots(point)[0]
        glass = self.state.glass
        assert glass
        free = gestures.free_of_edges(glass.logical, self.state.keyboard())
        swipes = gestures.scrolls(spot, action.down, action.right, free)
        self._hands.do(swipes, seconds=2.0)
        return f"{describe(action)}, by {len(swipes)} swipe{'s' * (len(swipes) != 1)}"

    def _press(self, action: PressKeys) -> None:
        together = self._hands.knows("keycombination") if len(action.keys) > 1 else None
        try:
            self._hands.do(keycodes.chord(action.keys, action.count, together=together))
        except BadAction as refused:
            if "does not know 'keycombination'" not in str(refused):
                raise
            self._hands.do(keycodes.chord(action.keys, action.count, together=False))

    def _open(self, name: str) -> str:
        app = apps.named(name, self.apps())
        said = self.link.act(app.starting()).said
        if failed := re.search(r"^(?:Error|\S*Exception|.*aborted).*", said, re.MULTILINE):
            raise BadAction(f"{app.name} ({app.package}) can't be started: {failed[0].strip()[:200]}")
        front = "brought to the front" in said
        return f"{'brought' if front else 'started'} {app.name} ({app.package}){' to the front' * front}"

    def apps(self) -> list[App]:
        """Every app that has an icon, or, before Android 7, every package."""
        found = apps.launchable(self.link.read(apps.LISTING).said)
        return found or [App(package) for package in apps.packages(self.link.read(apps.PACKAGES).text)]

    @property
    def rotation(self) -> int:
        """Quarter turns, 0 to 3, as the screen is now."""
        return self.state.look().rotation

    @property
    def screen_on(self) -> bool:
        return self.state.awake is not False

    def wake(self) -> str:
        """Switch the screen on, and put a lock screen away that asks for nothing; what was done. BadAction."""
        return self.state.wake()

    def stream(self, size: Size | None = None) -> Stream:
        """The live picture, for a mirror (see `Stream`), which the caller closes. It also wakes `idle`."""
        from screenwright.tools.phone.stream import Stream

        pasting = self.writing.pasting
        scrcpy = None if pasting and pasting.trouble else self._scrcpy
        self._stream = Stream(self.link.adb, self.serial, size=size, scrcpy=scrcpy)
        return self._stream

    def problems(self) -> list[str]:
        """What stands in the way of driving this phone, each with its fix."""
        try:
            found = self.state.problems(self.writing.way() is not None, self.eyes.several_displays)
            if (pasting := self.writing.pasting) and not pasting.there():
                found.append(pasting.trouble)
            return found + ([self._stream.instead] if self._stream and self._stream.instead else [])
        except DeviceLost as lost:
            return [str(lost)]

    def release(self) -> None:
        """Nothing is ever held: each finger and key is up when its command ends."""

    def close(self) -> None:
        if not self.link.closed:
            self.writing.close()
            self.link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _check_finger(action: Click | Drag) -> None:
    """A finger is no mouse. BadAction with what does the same on a phone."""
    if action.button != "left":
        raise BadAction(f"a finger has no {action.button} button: a long press opens what a right click does")
    if isinstance(action, Click) and action.modifiers:
        raise BadAction(f"no key can be held while a finger taps ({'+'.join(action.modifiers)}): tap without it")
