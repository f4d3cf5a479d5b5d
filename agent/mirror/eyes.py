"""What a mirror sees of its device: by looking, by what an agent beside it sees, or by the device's video.

Used by the one thread that has the device's turn; what it came to see goes to the pictures and to the account.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from screenwright.agent.mirror.account import Account
from screenwright.agent.mirror.pictures import Pictures
from screenwright.agent.mirror.video import Video
from screenwright.agent.person.watched import Watched
from screenwright.tools.errors import BlackScreen, Ending, Mendable
from screenwright.tools.geometry import Size, View
from screenwright.tools.observation import Observation

FRESH_S = 0.1  # a frame so young is still the present one
ALIKE = 0.03  # sizes of a screen and its video, which has its own roundings


class Eyes:
    """Looks at one device.

    Args:
        shown: called when a new picture is there or the screen is lost or back.
    """

    def __init__(
        self, device: Watched, pictures: Pictures, video: Video, account: Account, shown: Callable[[], None]
    ) -> None:
        self._device, self._pictures, self.video, self._account = device, pictures, video, account
        self._shown = shown
        self.lost: str | None = None
        self.cost_s = 0.0
        """How long the last look took."""
        self.looked_at = 0.0
        """When the present state was seen, time.monotonic(); 0: something was done since."""
        self._present: Observation | None = None
        self._serial = 0
        account.look = lambda: self._present if self.look() else None

    @property
    def age_s(self) -> float:
        """Since the screen was seen."""
        return time.monotonic() - self.looked_at

    @property
    def behind(self) -> bool:
        """Has the video pictures that were not decoded yet?"""
        return self.video.latest > self._serial

    @property
    def present(self) -> Observation | None:
        """The last frame of the device itself, not of its video; None: there was none yet."""
        return self._present

    def seen(self, frame: Observation) -> None:
        """A frame of the device, whoever looked; the turn is held."""
        self._present, self.looked_at = frame, time.monotonic()
        back, self.lost = self.lost is not None, None
        # exact pixels among those of a video would be a change all over
        new = not self.video.running and self._pictures.show(frame)
        if new:
            self._account.saw(frame)
        if new or back:
            self._shown()

    def look(self) -> bool:
        """Take a frame; whether the screen could be seen."""

        def look() -> None:
            began = time.monotonic()
            frame = self._device.device.observe()
            self.cost_s = time.monotonic() - began
            self.seen(frame)

        return self.tried(look)

    def tried(self, call: Callable[[], None]) -> bool:
        """Use the device; whether it was still there."""
        with self._device.turn:
            try:
                call()
            except (Ending, Mendable) as error:
                self.lose(error)
                return False
        return True

    def lose(self, error: Exception) -> None:
        """The screen can't be seen any more, and all are told."""
        kind = "the screen is black" if isinstance(error, BlackScreen) else "the screen can't be seen"
        said, self.looked_at = f"{kind}: {error}", time.monotonic()
        if said != self.lost:
            self.lost = said
            self._shown()

    def decode(self) -> None:
        """Show the newest picture of the video."""
        import cv2

        frame = self.video.frame(self._serial)
        if frame is None:
            return
        height, width = frame.pixels.shape[:2]
        words = np.asarray(cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2BGRA)).view(np.uint32)[..., 0]
        seen = Observation(View(Size(width, height)), words=words, device=self._device.name)
        with self._device.turn:
            back, self.lost = self.lost is not None, None
            self._serial, self.looked_at = frame.serial, time.monotonic()
            if new := self._pictures.show_video(seen, frame.serial):
                self._account.saw(None)
            if new or back:
                self._shown()

    def now(self) -> Observation | None:
        """A frame of the device that is as large as the screen is now; None: it can't be seen.

        With a video it may show an older state, unless somebody wants an account of what is done.
        """
        present, newest = self._present, self._pictures.newest
        if self.video.running:
            self.decode()
            newest = self._pictures.newest
            if present and newest and not self._account.wanted:
                a, b = present.frame, newest.size
                if abs(a.width * b.height / (a.height * b.width) - 1) < ALIKE:
                    return present
        elif present and self.age_s <= FRESH_S:
            return present
        return self._present if self.look() else None

    def rest(self) -> None:
        """Nobody looks: the video ends. Its serials begin anew."""
        self.video.rest()
        self._serial = 0
