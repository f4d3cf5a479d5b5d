"""A person's drag as it happens: pressed, carried along and dropped, and one action in every account of it.

Meanwhile the device is nobody else's: its turn is held from the press to the drop. One viewer drags at a time,
and when it goes, or drags for too long, what it holds is let go where it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from screenwright.agent.mirror.account import Account
from screenwright.agent.mirror.wishes import Carry, Drop, Grab, Pull, action_of
from screenwright.agent.person.watched import Watched
from screenwright.tools.actions import Action, describe
from screenwright.tools.errors import Ending, Mendable
from screenwright.tools.finger import Finger, touch
from screenwright.tools.geometry import Point
from screenwright.tools.observation import Observation

LONGEST_S = 30.0  # as long as a drag may be as an action
HELD_S = 0.6  # a finger that is to carry something lies still for so long: a long press of Android's


class Dragging:
    """The drag that is going on, if any. Used by the thread that uses the device."""

    def __init__(self, device: Watched, account: Account) -> None:
        self._device, self._account = device, account
        self._grab: Grab | None = None
        self._by: object = None
        self._finger: Finger | None = None
        self._present: Observation | None = None
        self._began = 0.0
        self._at = (0.0, 0.0)
        self._tell: Callable[[str], None] = lambda why: None

    @property
    def on(self) -> bool:
        return self._grab is not None

    def begin(self, grab: Grab, present: Observation, by: object, tell: Callable[[str], None]) -> None:
        """Press there; the turn of the device is held. Where it has no finger, all is done at the drop.

        Args:
            by: who drags.
            tell: is called with why it was let go before its drop.
        """
        self._began, self._at, self._present = time.monotonic(), (grab.x, grab.y), present
        action = self._action(grab)
        self._account.begin(action, present)
        self._grab, self._by, self._tell = grab, by, tell
        self._device.turn.acquire()
        try:
            self._finger = touch(self._device.device, self._point())
        except (Mendable, Ending) as error:
            self._account.failed(error)
            self._grab = None
            raise
        finally:
            if self._finger is None:
                self._device.turn.release()
        if self._finger and grab.held and "press_button" in self._device.kinds:
            time.sleep(HELD_S)

    def carry(self, carry: Carry, by: object) -> None:
        """To there; of one who holds nothing it is no wish. Errors as of `Device.perform`: then it is let go."""
        if self._grab is None or by is not self._by:
            return
        self._at = carry.x, carry.y
        if self._finger:
            self._move(self._finger)

    def drop(self, drop: Drop, by: object) -> Action | None:
        """Let go there: all of it as one action. Errors as of `Device.perform`."""
        if self._grab is None or by is not self._by:
            return None
        self._at = drop.x, drop.y
        if self._finger:
            self._move(self._finger)
        return self._end()

    def left(self, by: object) -> Action | None:
        """A viewer has gone: what it holds is let go where it is."""
        if self._grab is None or by is not self._by:
            return None
        if self._finger:
            return self._end()
        self._account.undone()
        self._over()
        return None

    def tick(self) -> None:
        """Let go of what was held for too long."""
        if self.on and time.monotonic() - self._began > LONGEST_S:
            self._tell(f"a drag can't last longer than {LONGEST_S:g} s: it was let go where it was")
            self.left(self._by)

    def close(self) -> None:
        if self.on:
            self.left(self._by)

    def _move(self, finger: Finger) -> None:
        try:
            finger.move(self._point())
        except (Mendable, Ending) as error:
            self._account.did(str(error), ok=False)  # a part of it was done
            self._over()
            raise

    def _end(self) -> Action:
        """Lift the finger, or do all of it now where there is none."""
        assert self._grab
        action = self._action(self._grab)
        self._account.became(action)
        message = describe(action)
        try:
            if self._finger is None:
                message = self._device.device.perform(action)
        except (Mendable, Ending) as error:
            self._account.failed(error)
            raise
        finally:
            self._over()
        self._account.did(message)
        return action

    def _over(self) -> None:
        finger, self._finger, self._grab, self._by = self._finger, None, None, None
        if finger:
            try:
                finger.lift()
            finally:
                self._device.turn.release()

    def _action(self, grab: Grab) -> Action:
        present = self._present
        assert present
        seconds = min(LONGEST_S, max(0.05, time.monotonic() - self._began))
        x, y = self._at
        pull = Pull(
            do="pull", frame=grab.frame, x=grab.x, y=grab.y, to_x=x, to_y=y, seconds=seconds, held=grab.held
        )
        return action_of(pull, present.frame, self._device.kinds)

    def _point(self) -> Point:
        assert self._present
        size, (x, y) = self._present.frame, self._at
        return Point(round(x * size.width, 1), round(y * size.height, 1), size).clamped()
