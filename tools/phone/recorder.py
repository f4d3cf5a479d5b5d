"""Keeps a phone's screen recorded: one `screenrecord` after another, each begun before the last one ends.

A phone's recorder stops after three minutes, and a phone that is turned goes on in the old shape with black
edges; in both cases a second recording is begun, and takes over with its first picture. Where a phone can't
record twice at once, the first is ended before.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from screenwright.tools.adb.client import Adb
from screenwright.tools.adb.trouble import ConnectionBroken, PhoneTrouble
from screenwright.tools.errors import Ending
from screenwright.tools.geometry import Size
from screenwright.tools.phone import screens
from screenwright.tools.phone.h264 import Torn
from screenwright.tools.phone.recording import Recording

LONGEST_PAUSE_S = 0.5
LOOK_S, RETRY_S, BACK_S, QUICK_S, TRIES = 0.5, 0.2, 2.0, 5.0, 4


class NoStream(Ending):
    """This phone gives no live picture; pictures one by one still work."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to record: the video's size while the phone is upright, the recorder's limit, bits a second."""

    size: Size | None
    limit_s: int
    bit_rate: int

    def line(self, turned: Size | None) -> str:
        """The command for a screen that is so now."""
        words = f"screenrecord --output-format=h264 --time-limit {self.limit_s} --bit-rate {self.bit_rate}"
        if self.size:
            size = self.size
            if turned and (turned.width > turned.height) != (size.width > size.height):
                size = Size(size.height, size.width)
            words += f" --size {size}"
        return f"{words} -"

    @property
    def change_s(self) -> float:
        """When the next one is begun: in good time before the limit."""
        return self.limit_s - min(10.0, self.limit_s / 3)


class Recorder:
    """A thread that records one phone.

    Args:
        pause_s: after so long without a byte a picture counts as whole; doubled where that was too early.
        publish: told every whole picture, in order; a key picture first after each change of recording.
        failed: told once why there will be none.
    """

    def __init__(
        self,
        adb: Adb,
        serial: str,
        wanted: Wanted,
        pause_s: float,
        publish: Callable[[bytes], None],
        failed: Callable[[NoStream], None],
    ) -> None:
        self._adb, self._serial, self._wanted = adb, serial, wanted
        self.pause_s = pause_s
        self._publish, self._failed = publish, failed
        self.trouble = ""
        self.begun = 0
        self._over = threading.Event()
        self._again = self._alone = False
        self._tries = 0
        self._drawn = False
        self._looked, self._looking = 0.0, False
        self._turned: Size | None = None
        self._bell, self._heard = socket.socketpair()
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"recorder {serial}")
        self._thread.start()

    def restart(self) -> None:
        """Begin a new recording."""
        self._again = True
        self._ring()

    def close(self) -> None:
        """End it, on the phone too."""
        self._over.set()
        self._ring()
        self._thread.join(5)
        self._bell.close()
        self._heard.close()

    def _ring(self) -> None:
        with contextlib.suppress(OSError):
            self._bell.send(b"!")

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._follow(self._begin())
            except Torn:
                self.pause_s = min(2 * self.pause_s, LONGEST_PAUSE_S)
            except (PhoneTrouble, ConnectionBroken, OSError) as error:
                self.trouble = str(error)
                self._over.wait(RETRY_S)
                with contextlib.suppress(PhoneTrouble, ConnectionBroken, OSError):
                    self._adb.wait_online(self._serial, BACK_S)
            except NoStream as error:
                self._failed(error)
                return
            except Exception as error:
                # Whoever waits for a picture must hear of it: this thread is the only one that brings any.
                fault = NoStream(f"the live picture of {self._serial} can't be read: {error!r}")
                fault.__cause__ = error
                self._failed(fault)
                return

    def _begin(self) -> Recording:
        self._again = False
        self.begun += 1
        turned = self._turned = self._look()
        return Recording(self._adb, self._serial, self._wanted.line(turned), self.pause_s, turned)

    def _follow(self, now: Recording) -> None:
        """Publish what it records, and what takes over from it, until none records any more."""
        coming: Recording | None = None
        try:
            while not self._over.is_set():
                if coming is None and self._is_over(now):
                    if self._alone:
                        return
                    coming = self._begin()
                for each, comes in self._ready(now, coming):
                    units = each.read() if comes else each.paused()
                    if each is coming and units:
                        now.close()
                        now, coming = each, None
                    for unit in units:
                        self._publish(unit)
                        self._drawn, self._tries, self.trouble = True, 0, ""
                if coming and (coming.ended or coming.seconds > QUICK_S):
                    # A drop says nothing of whether this phone can record twice at once.
                    self._alone = not coming.apart or coming.code is not None or not coming.ended
                    coming.close()
                    coming = None
                if now.ended:
                    if coming is None:
                        self._judge(now)
                        return
                    now.close()
                    now, coming = coming, None
                self._watch()
        finally:
            now.close()
            if coming:
                coming.close()

    def _ready(self, now: Recording, coming: Recording | None) -> list[tuple[Recording, bool]]:
        """Each, and whether there are bytes of it; waits for some, for the end of a pause, or for the bell."""
        both = [now] if coming is None else [now, coming]
        waits = [left for each in both if (left := each.left()) is not None]
        if not waits or min(waits) > 0:
            limit = max(0.0, self._wanted.change_s - now.seconds)
            timeout = min([*waits, limit if coming is None and limit else 1.0, 1.0])
        else:
            timeout = 0.0
        places = [each.fileno() for each in both]
        ready, _, _ = select.select([*places, self._heard.fileno()], [], [], timeout)
        if self._heard.fileno() in ready:
            self._heard.recv(64)
        return [(each, place in ready) for each, place in zip(both, places, strict=True)]

    def _is_over(self, now: Recording) -> bool:
        turned = bool(now.turned and self._turned and now.turned != self._turned)
        return self._again or turned or now.seconds > self._wanted.change_s

    def _judge(self, ended: Recording) -> None:
        """Was it one of those that never begin? NoStream after some tries."""
        if ended.units or (ended.apart and ended.code is None) or ended.seconds > QUICK_S:
            return
        self._tries += 1
        self.trouble = f"screenrecord ended at once: {ended.said.strip() or f'exit code {ended.code}'}"
        if self._tries >= TRIES:
            raise NoStream(
                f"the phone {self._serial} records no video of its screen ({self.trouble}): see what `adb -s "
                f"{self._serial} shell screenrecord --time-limit 3 /sdcard/try.mp4` says; pictures one by one work"
            )
        self._over.wait(RETRY_S)

    def _watch(self) -> None:
        """Ask now and then, when something was drawn, whether the phone was turned; aside, it takes time."""
        if self._drawn and not self._looking and time.monotonic() - self._looked > LOOK_S:
            self._drawn, self._looking = False, True
            threading.Thread(target=self._look_again, daemon=True, name="turned?").start()

    def _look_again(self) -> None:
        with contextlib.suppress(PhoneTrouble, ConnectionBroken, OSError):
            self._turned = self._look() or self._turned
        self._looked, self._looking = time.monotonic(), False
        self._ring()

    def _look(self) -> Size | None:
        """The screen in input coordinates; None where it isn't told."""
        ran = self._adb.shell(self._serial, "wm size; dumpsys display", seconds=5.0)
        found = screens.glass(ran.out.decode(errors="replace"))
        return found.logical if found else None
