"""The one thread of a mirror that uses the device: it looks, shows what is new, and does what a person wishes.

While an agent is at work, its thread uses the device and shows what it sees; this one then only looks now and
then, so that a picture does not stand still while the agent thinks.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum

from screenwright.agent.mirror.account import Account
from screenwright.agent.mirror.dragging import Dragging
from screenwright.agent.mirror.eyes import Eyes
from screenwright.agent.mirror.pictures import Pictures
from screenwright.agent.mirror.video import Video
from screenwright.agent.mirror.wishes import (
    Act,
    Carry,
    Drop,
    Follow,
    Grab,
    Hold,
    Hover,
    Pull,
    Tap,
    Turn,
    action_of,
)
from screenwright.agent.person.gate import Gate
from screenwright.agent.person.watched import Watched
from screenwright.tools.actions import Action, Move
from screenwright.tools.errors import Ending, Mendable
from screenwright.tools.geometry import Point
from screenwright.tools.observation import Observation

FRAME_S = 1 / 30  # between two looks, so that a video does not take a whole core
LIVELY_S = 3.0  # after the pointer moved over the picture, acts are waited for with short breaths
BREATH_S, LONG_BREATH_S = 0.008, 0.1  # an act waits for at most one
SURE_S = 0.5  # a look after so long even where nothing was drawn
BESIDE_S = 0.25  # between two looks beside an agent at work
BESIDE_PAGES_S = 0.08  # until a picture of the video is decoded here too, where all pages decode it themselves
LOST_S = 2.0  # between two tries to see a screen that can't be seen
WAITING = 64  # acts at most
AGAIN_S, AGAIN = 0.6, 0.03  # a second tap near the first is meant for what the first one changed


class Wanted(IntEnum):
    """What the viewers want of the hands: nobody looks, all take the video, or some take pictures."""

    NOTHING = 0
    VIDEO = 1
    PICTURES = 2


@dataclass(frozen=True, slots=True)
class _Asked:
    """`act` None: the viewer has gone. `by`: which viewer."""

    act: Act | Follow | None
    reply: Callable[[str | None], None]
    by: object


class Hands:
    """Looks and acts for all viewers.

    Args:
        shown: called when a new picture is there or the screen is lost or back.
        wanted: what the viewers want; while nobody looks, the device is left alone.
    """

    def __init__(
        self,
        device: Watched,
        pictures: Pictures,
        gate: Gate,
        account: Account,
        *,
        shown: Callable[[], None],
        wanted: Callable[[], Wanted],
    ) -> None:
        self._device, self._pictures, self._gate, self._account = device, pictures, gate, account
        self._shown, self._wanted = shown, wanted
        self.video = Video(device.device, self._came)
        self.eyes = Eyes(device, pictures, self.video, account, shown)
        self._dragging = Dragging(device, account)
        self._waiting: deque[_Asked] = deque()
        self._call = threading.Condition()
        self._closed = False
        self._lively_until = 0.0
        self._last_tap: tuple[float, float, float] = (0.0, -1.0, -1.0)
        self._thread = threading.Thread(target=self._run, name="mirror", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """The act that is being done is finished, those that wait are not begun."""
        with self._call:
            self._closed = True
            self._call.notify_all()
        if self._thread.ident is not None:
            self._thread.join()
        self.eyes.rest()

    def ask(self, act: Act | Follow, reply: Callable[[str | None], None], by: object = None) -> None:
        """Do this soon. `reply` is called in another thread with why it was not done, or None."""
        with self._call:
            if len(self._waiting) < WAITING and not self._closed:
                self._waiting.append(_Asked(act, reply, by))
                self._lively_until = time.monotonic() + LIVELY_S
                self._call.notify_all()
                return
        reply(f"{WAITING} acts are waiting already: the device is slower than you are")

    def left(self, by: object) -> None:
        """A viewer has gone: what it holds is let go."""
        with self._call:
            self._waiting.append(_Asked(None, lambda why: None, by))
            self._call.notify_all()

    def wake(self) -> None:
        """Somebody looks, or an act may follow soon."""
        with self._call:
            self._lively_until = time.monotonic() + LIVELY_S
            self._call.notify_all()

    def _came(self) -> None:
        """The video has another picture, or has ended; from its thread."""
        self._shown()
        with self._call:
            self._call.notify_all()

    def _run(self) -> None:
        while not self._closed:
            while (asked := self._next()) is not None:
                asked.reply(self._done(asked))
            self._dragging.tick()
            if not self._dragging.on:
                with self._device.turn:
                    self._account.tick()
            self._pause()
        self._dragging.close()
        with self._device.turn:
            self._account.close()

    def _next(self) -> _Asked | None:
        with self._call:
            return self._waiting.popleft() if self._waiting and not self._closed else None

    def _pause(self) -> None:
        """Until it is time to look, an act is waiting, or something was drawn; then look if so."""
        eyes, wanted = self.eyes, self._wanted()
        if wanted:
            self.video.begin()
        if not wanted and not self._account.open:
            eyes.rest()
            self._wait(1.0)
        elif eyes.lost is not None:
            self._wait(LOST_S - eyes.age_s, lambda: eyes.behind)
            self._look_if(LOST_S)
            eyes.decode()
        elif self.video.running:
            self._watch(beside_pages=wanted is Wanted.VIDEO)
        elif self._gate.agent_acts:
            beside = max(BESIDE_S, 4 * eyes.cost_s)
            self._wait(min(beside - eyes.age_s, BESIDE_S))
            self._look_if(beside)
        else:
            began = time.monotonic()
            lively = began < self._lively_until
            breath = BREATH_S if lively else LONG_BREATH_S
            if eyes.tried(lambda: self._device.device.idle(breath)):
                # a device that can't tell of drawing returns soon from a long breath, but not from a short one
                drawn = lively or time.monotonic() - began < breath
                self._look_if(max(FRAME_S if drawn else SURE_S, 2 * eyes.cost_s))

    def _watch(self, *, beside_pages: bool) -> None:
        """Show what the video does, and look at the device itself once, for the size that acts are meant for."""
        eyes = self.eyes
        if eyes.present is None and not eyes.look():
            return
        self._wait(LONG_BREATH_S, lambda: eyes.behind)
        # pages that decode for themselves go first: a processor that decodes here would keep them waiting
        if eyes.behind:
            self._wait(BESIDE_PAGES_S if beside_pages else FRAME_S - eyes.age_s)
        eyes.decode()

    def _wait(self, seconds: float, news: Callable[[], bool] = lambda: False) -> None:
        with self._call:
            if not self._waiting and not self._closed and seconds > 0 and not news():
                self._call.wait(seconds)

    def _look_if(self, older_s: float) -> None:
        if self.eyes.age_s >= older_s:
            self.eyes.look()

    def _done(self, asked: _Asked) -> str | None:
        """Do it; why not, where it was not."""
        try:
            with self._device.turn:
                return self._do(asked)
        except Mendable as error:
            return str(error)
        except Ending as error:
            self.eyes.lose(error)
            return self.eyes.lost

    def _do(self, asked: _Asked) -> str | None:
        act, by = asked.act, asked.by
        match act:
            case None:
                self._dragged(self._dragging.left(by))
            case Carry():
                self._dragging.carry(act, by)
            case Drop():
                self._dragged(self._dragging.drop(act, by))
            case Hover():
                self._hover(act)
            case _ if self._dragging.on:
                return "something is being dragged here: let go of it first"
            case _:
                return self._meant(act, asked)
        return None

    def _meant(self, act: Act | Grab, asked: _Asked) -> str | None:
        """Do it on the screen as it is now; why not, where it can't be meant for that."""
        self._gate.touched()
        present = self.eyes.now()
        if present is None:
            return self.eyes.lost or "the screen was not seen yet"
        if objection := self._objection(act):
            return objection
        try:
            if isinstance(act, Grab):
                self._dragging.begin(act, present, asked.by, asked.reply)
            else:
                self._perform(act, present)
        finally:
            self.eyes.looked_at = 0.0  # whatever came of it is to be seen
        return None

    def _dragged(self, action: Action | None) -> None:
        if action:
            self.eyes.looked_at = 0.0
            self._gate.did(action)

    def _hover(self, hover: Hover) -> None:
        """The pointer goes along, on a device that has one, and is nobody's act: nothing is told of it."""
        present = self.eyes.present
        agent_has_it = self._gate.facts()["mode"] in ("running", "paused")
        if present is None or agent_has_it or self._dragging.on or "move" not in self._device.kinds:
            return
        size = present.frame
        point = Point(round(hover.x * size.width, 1), round(hover.y * size.height, 1), size)
        with suppress(Mendable):  # the screen was resized: the next one is measured on what it is now
            self._device.device.perform(Move(point=point.clamped()))

    def _objection(self, act: Act | Grab) -> str | None:
        if not isinstance(act, Tap | Hold | Pull | Turn | Grab):
            return None
        # a list that is scrolled is different under the wheel at each turn of it
        spot = not isinstance(act, Turn)
        if isinstance(act, Tap):
            at, x, y = self._last_tap
            again = time.monotonic() - at < AGAIN_S and abs(x - act.x) < AGAIN and abs(y - act.y) < AGAIN
            spot = not again
        number = self._pictures.number_of(act.frame) if act.video else act.frame
        return self._pictures.objection(number, act.x, act.y, spot=spot)

    def _perform(self, act: Act, present: Observation) -> None:
        action = action_of(act, present.frame, self._device.kinds)
        self._account.begin(action, present)
        try:
            message = self._device.device.perform(action)
        except (Mendable, Ending) as error:
            self._account.failed(error)
            raise
        self._account.did(message)
        self._gate.did(action)
        if isinstance(act, Tap):
            self._last_tap = time.monotonic(), act.x, act.y
