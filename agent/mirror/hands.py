"""The one thread of a mirror that uses the device: it looks, shows what is new, and does what a person wishes.

While an agent is at work, its thread uses the device and shows what it sees; this one then only looks now and
then, so that a picture does not stand still while the agent thinks.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from screenwright.agent.mirror.account import Account
from screenwright.agent.mirror.gate import Gate
from screenwright.agent.mirror.pictures import Pictures
from screenwright.agent.mirror.video import Video
from screenwright.agent.mirror.watched import Watched
from screenwright.agent.mirror.wishes import Act, Hold, Pull, Tap, Turn, action_of
from screenwright.tools.errors import BlackScreen, Ending, Mendable, OutcomeUnknown
from screenwright.tools.geometry import Size, View
from screenwright.tools.observation import Observation

FRAME_S = 1 / 30  # between two looks, so that a video does not take a whole core
LIVELY_S = 3.0  # after the pointer moved over the picture, acts are waited for with short breaths
BREATH_S, LONG_BREATH_S = 0.008, 0.1  # an act waits for at most one
SURE_S = 0.5  # a look after so long even where nothing was drawn
BESIDE_S = 0.25  # between two looks beside an agent at work
FRESH_S = 0.1  # a frame so young is still the present one
BESIDE_PAGES_S = 0.08  # until a picture of the video is decoded here too, where all pages decode it themselves
ALIKE = 0.03  # sizes of a screen and its video, which has its own roundings
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
    act: Act
    reply: Callable[[str | None], None]


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
        self._serial = 0  # of the picture of the video that was decoded last
        account.look = lambda: self._present if self._look() else None
        self.lost: str | None = None
        self._waiting: deque[_Asked] = deque()
        self._call = threading.Condition()
        self._closed = False
        self._lively_until = self._looked_at = self._cost_s = 0.0
        self._last_tap: tuple[float, float, float] = (0.0, -1.0, -1.0)
        self._present: Observation | None = None
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
        self.video.rest()

    def ask(self, act: Act, reply: Callable[[str | None], None]) -> None:
        """Do this soon. `reply` is called in another thread with why it was not done, or None."""
        with self._call:
            if len(self._waiting) < WAITING and not self._closed:
                self._waiting.append(_Asked(act, reply))
                self._lively_until = time.monotonic() + LIVELY_S
                self._call.notify_all()
                return
        reply(f"{WAITING} acts are waiting already: the device is slower than you are")

    def wake(self) -> None:
        """Somebody looks, or an act may follow soon."""
        with self._call:
            self._lively_until = time.monotonic() + LIVELY_S
            self._call.notify_all()

    def seen(self, frame: Observation) -> None:
        """A frame of the device, whoever looked; the turn is held."""
        self._present, self._looked_at = frame, time.monotonic()
        back, self.lost = self.lost is not None, None
        # exact pixels among those of a video would be a change all over
        new = not self.video.running and self._pictures.show(frame)
        if new:
            self._account.saw(frame)
        if new or back:
            self._shown()

    def _came(self) -> None:
        """The video has another picture, or has ended; from its thread."""
        self._shown()
        with self._call:
            self._call.notify_all()

    def _run(self) -> None:
        while not self._closed:
            while (asked := self._next()) is not None:
                asked.reply(self._do(asked.act))
            with self._device.turn:
                self._account.tick()
            self._pause()
        with self._device.turn:
            self._account.close()

    def _next(self) -> _Asked | None:
        with self._call:
            return self._waiting.popleft() if self._waiting and not self._closed else None

    def _pause(self) -> None:
        """Until it is time to look, an act is waiting, or something was drawn; then look if so."""
        age, wanted = time.monotonic() - self._looked_at, self._wanted()
        if wanted:
            self.video.begin()
        if not wanted and not self._account.open:
            self.video.rest()
            self._wait(1.0)
        elif self.video.running:
            self._watch(beside_pages=wanted is Wanted.VIDEO)
        elif self.lost is not None:
            self._wait(LOST_S - age)
            self._look_if(LOST_S)
        elif self._gate.agent_acts:
            beside = max(BESIDE_S, 4 * self._cost_s)
            self._wait(min(beside - age, BESIDE_S))
            self._look_if(beside)
        else:
            breath = BREATH_S if time.monotonic() < self._lively_until else LONG_BREATH_S
            began = time.monotonic()
            if not self._tried(lambda: self._device.device.idle(breath)):
                return
            drawn = time.monotonic() - began < breath
            self._look_if(max(FRAME_S if drawn else SURE_S, 2 * self._cost_s))

    def _watch(self, *, beside_pages: bool) -> None:
        """Show what the video does, and look at the device itself once, for the size that acts are meant for."""
        if self._present is None and not self._look():
            return
        self._wait(LONG_BREATH_S, lambda: self.video.latest > self._serial)
        # pages that decode for themselves go first: a processor that decodes here would keep them waiting
        early = BESIDE_PAGES_S if beside_pages else self._looked_at + FRAME_S - time.monotonic()
        if self.video.latest > self._serial:
            self._wait(early)
        self._decode()

    def _decode(self) -> None:
        import cv2

        frame = self.video.frame(self._serial)
        if frame is None:
            return
        height, width = frame.pixels.shape[:2]
        words = np.asarray(cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2BGRA)).view(np.uint32)[..., 0]
        seen = Observation(View(Size(width, height)), words=words, device=self._device.name)
        with self._device.turn:
            self._serial, self._looked_at, self.lost = frame.serial, time.monotonic(), None
            if self._pictures.show_video(seen, frame.serial):
                self._account.saw(None)
                self._shown()

    def _wait(self, seconds: float, news: Callable[[], bool] = lambda: False) -> None:
        with self._call:
            if not self._waiting and not self._closed and seconds > 0 and not news():
                self._call.wait(seconds)

    def _look_if(self, older_s: float) -> None:
        if time.monotonic() - self._looked_at >= older_s:
            self._look()

    def _look(self) -> bool:
        """Whether the screen could be seen."""

        def look() -> None:
            began = time.monotonic()
            frame = self._device.device.observe()
            self._cost_s = time.monotonic() - began
            self.seen(frame)

        return self._tried(look)

    def _tried(self, call: Callable[[], None]) -> bool:
        with self._device.turn:
            try:
                call()
            except (Ending, Mendable) as error:
                self._lose(error)
                return False
        return True

    def _lose(self, error: Exception) -> None:
        kind = "the screen is black" if isinstance(error, BlackScreen) else "the screen can't be seen"
        said, self._looked_at = f"{kind}: {error}", time.monotonic()
        if said != self.lost:
            self.lost = said
            self._shown()

    def _do(self, act: Act) -> str | None:
        """Do it on the screen as it is now; why not, where it can't be meant for that."""
        self._gate.touched()
        with self._device.turn:
            if self.video.running:
                self._decode()
            present = self._now()
            if present is None:
                return self.lost or "the screen was not seen yet"
            if objection := self._objection(act):
                return objection
            try:
                self._perform(act, present)
            except OutcomeUnknown as error:
                self._account.did(str(error), ok=False)
                return str(error)
            except Mendable as error:
                return str(error)
            except Ending as error:
                self._lose(error)
                return self.lost
            finally:
                self._looked_at = 0.0  # whatever came of it is to be seen
        return None

    def _now(self) -> Observation | None:
        """A frame of the device that is as large as the screen is now. With a video it may show an older state."""
        present, newest = self._present, self._pictures.newest
        if self.video.running and not self._account.wanted and present and newest:
            a, b = present.frame, newest.size
            if abs(a.width * b.height / (a.height * b.width) - 1) < ALIKE:
                return present
        elif present and time.monotonic() - self._looked_at <= FRESH_S and not self.video.running:
            return present
        return self._present if self._look() else None

    def _objection(self, act: Act) -> str | None:
        if not isinstance(act, Tap | Hold | Pull | Turn):
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
        except Mendable as error:
            if not isinstance(error, OutcomeUnknown):
                self._account.undone()
            raise
        self._account.did(message)
        self._gate.did(action)
        if isinstance(act, Tap):
            self._last_tap = time.monotonic(), act.x, act.y
