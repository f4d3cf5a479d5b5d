"""Watches the screen all the while, so that what was there before a click is known when the click is heard.

A click on a menu closes the menu: who looks afterwards sees nothing of what was clicked. Two threads: one takes
a frame whenever something was drawn, the other asks the accessibility tree when the screen has settled.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from screenwright.tools.atspi import Shown, Tree
from screenwright.tools.busy import Busy, without_carets
from screenwright.tools.changes import changed_tiles, regions_of
from screenwright.tools.damage import Damage
from screenwright.tools.desktop import Desktop
from screenwright.tools.errors import BlackScreen, DeviceLost
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Words
from screenwright.tools.recording.seen import QUIET_S, Burst, Change, Seen, Told
from screenwright.tools.x11 import X11, Window

LOOK_S, BUSY_LOOK_S = 0.015, 0.08  # between two looks; and while something never stops
BUSY_AFTER_S = 1.0
IDLE_S = 0.5
SETTLED_S = 0.08  # quiet that is enough to ask the tree
WINDOWS_S = 0.1  # between two questions for the windows, while the screen moves
FIRST_S = 15.0
KEPT_BYTES = 96 << 20
TIMES_KEPT = 4000

Hidden = Callable[[], Sequence[Region]]
"""Areas, in input units, that are ours: what lies under them stays as it was."""


class Witness:
    """Frames and what was told of them. `start` returns when the first frame is there; DeviceLost, BlackScreen.

    Args:
        eye: opens the desktop that is looked at; called in the witness's own thread.
    """

    def __init__(self, eye: Callable[[], Desktop], hidden: Hidden = lambda: ()) -> None:
        self._open_eye, self._hidden = eye, hidden
        self.lost: str | None = None
        self.pointer: Callable[[], tuple[int, int]] = lambda: (0, 0)
        self.changes: deque[Change] = deque(maxlen=TIMES_KEPT)
        self.bursts: deque[Burst] = deque(maxlen=12)
        self.asked: deque[tuple[float, Told]] = deque(maxlen=60)
        self._told_frames: deque[tuple[float, Seen]] = deque(maxlen=3)
        self._kept: deque[Seen] = deque()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._first = threading.Event()
        self._black = ""
        self._failed: BaseException | None = None
        self._busy = Busy()
        self._again_at = float("inf")
        self._windows: tuple[Window, ...] = ()
        self._window: Window | None = None
        self._windows_at = 0.0
        self._threads = [
            threading.Thread(target=self._guarded, args=(run,), name=f"witness-{name}", daemon=True)
            for name, run in (("eye", self._watch), ("tree", self._tell))
        ]

    # asking

    @property
    def now(self) -> Seen:
        """The newest frame."""
        return self._kept[-1]

    def before(self, at: float) -> Seen:
        """The newest frame that was wholly there before `at` (`perf_counter` seconds)."""
        kept = list(self._kept)
        return next((seen for seen in reversed(kept) if seen.at <= at), kept[0])

    def told_before(self, at: float) -> Seen | None:
        """The frame that the tree was asked of last before then."""
        return next((seen for asked, seen in reversed(list(self._told_frames)) if asked <= at), None)

    def changed_between(self, began: float, ended: float) -> list[Change]:
        return [change for change in list(self.changes) if began <= change.at < ended]

    def bursts_between(self, began: float, ended: float) -> list[Burst]:
        return [burst for burst in list(self.bursts) if began <= burst.began < ended]

    def told_between(self, began: float, ended: float) -> list[Told]:
        """What the tree said to the questions that were put then."""
        return [told for asked, told in list(self.asked) if began <= asked <= ended]

    def ask_again(self) -> None:
        """Let the tree be asked now, whether or not anything is seen to have changed (the focus moves unseen)."""
        self._wake.set()

    def look_again(self, seconds: float) -> None:
        """Take a frame in so many seconds, though nothing may be drawn."""
        self._again_at = min(self._again_at, time.perf_counter() + seconds)

    # living

    def start(self) -> None:
        for thread in self._threads:
            thread.start()
        self._first.wait(FIRST_S)
        if self._failed is not None:
            raise self._failed
        if not self._kept:
            raise DeviceLost(
                f"the screen could not be looked at within {FIRST_S:g} s: {self._black or 'no answer'}"
            )

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(3)

    def _guarded(self, run: Callable[[], None]) -> None:
        try:
            run()
        except Exception as error:
            self.lost = self.lost or str(error)
            self._failed = error
        finally:
            self._first.set()

    def _watch(self) -> None:
        with self._open_eye() as eye:
            self.environment = eye.environment
            x11 = X11(eye.environment["DISPLAY"]) if eye.environment.get("DISPLAY") else None
            damage = Damage(x11.name) if x11 else None
            try:
                while not self._stop.is_set():
                    began = time.perf_counter()
                    try:
                        self._look(eye, x11)
                    except BlackScreen as black:  # locked, and may be unlocked again
                        self._black = str(black)
                    self._pause(began, damage, eye)
            finally:
                if damage and x11:
                    damage.close()
                    x11.close()

    def _pause(self, began: float, damage: Damage | None, eye: Desktop) -> None:
        """Until something is drawn; while it goes on for long, with longer breaks."""
        moving = self.bursts and began - self.bursts[-1].ended < 0.2
        long = moving and self.bursts[-1].ended - self.bursts[-1].began > BUSY_AFTER_S
        masked = self._busy.mask().any() and self.changes and began - self.changes[-1].at > QUIET_S
        self._stop.wait(max(0.001, began + (BUSY_LOOK_S if long or masked else LOOK_S) - time.perf_counter()))
        while not self._stop.is_set():
            now = time.perf_counter()
            if now >= self._again_at:
                self._again_at = float("inf")
                return
            if damage.wait(min(IDLE_S, self._again_at - now)) if damage else self._idle(eye):
                return

    def _idle(self, eye: Desktop) -> bool:
        eye.idle(LOOK_S)
        return True

    def _look(self, eye: Desktop, x11: X11 | None) -> None:
        hidden = list(self._hidden())
        now = time.perf_counter()
        if x11 and now - self._windows_at > WINDOWS_S:
            self._windows, self._window, self._windows_at = tuple(x11.windows()), x11.active(), now
        elif x11:
            self.look_again(WINDOWS_S)
        observed = eye.observe()
        at = time.perf_counter()
        last = self._kept[-1] if self._kept else None
        words = self._without(observed.words, observed.view, [*hidden, *self._hidden()], last)
        seen = Seen(at, observed.taken_at, observed.serial, 0, observed.view, words, eye.name)
        seen.window, seen.windows = self._window, self._windows
        if last is None:
            self._keep(seen)
            self._first.set()
            self._wake.set()
            return
        self._compare(last, seen)

    def _compare(self, last: Seen, seen: Seen) -> None:
        """Keep it if it differs; a caret or what never stops is no change that counts."""
        real = last.view.frame != seen.view.frame
        regions: Sequence[Region] = [Region(0, 0, seen.view.frame.width, seen.view.frame.height)] if real else ()
        if not real:
            every = changed_tiles(last.words, seen.words)
            moved = (last.window, last.windows) != (seen.window, seen.windows)
            if not every.any() and not moved:
                return
            tiles = without_carets(every.copy(), last.words, seen.words)
            tiles = self._busy.without(tiles, seen.at) if tiles.any() else tiles
            real = bool(tiles.any())
            regions = regions_of(tiles, last.words, seen.words) if real else ()
            if moved and not real:
                self._wake.set()
        seen.version = last.version + real
        seen.told = None if real else last.told
        self._keep(seen)
        if real:
            self._note(last, seen, regions)
            self._wake.set()

    def _note(self, last: Seen, seen: Seen, regions: Sequence[Region]) -> None:
        self.changes.append(Change(seen.at, tuple(regions[:24]), self.pointer()))
        if self.bursts and seen.at - self.bursts[-1].ended <= QUIET_S:
            self.bursts[-1].ended, self.bursts[-1].after = seen.at, seen
            return
        room = max(3, KEPT_BYTES // max(1, 2 * seen.words.nbytes))
        while len(self.bursts) >= room:
            self.bursts.popleft()
        self.bursts.append(Burst(seen.at, seen.at, last, seen))

    def _keep(self, seen: Seen) -> None:
        self._kept.append(seen)
        while len(self._kept) > max(4, KEPT_BYTES // max(1, seen.words.nbytes)):
            self._kept.popleft()

    def _without(self, words: Words, view: object, hidden: Sequence[Region], last: Seen | None) -> Words:
        """With what lay under our own windows before they came."""
        if last is None or last.view != view or not hidden:
            return words
        own = words.copy()
        for area in hidden:
            r = last.view.region_from_input(area.x, area.y, area.width, area.height).within(last.view.frame)
            own[r.y : r.bottom, r.x : r.right] = last.words[r.y : r.bottom, r.x : r.right]
        return np.asarray(own, np.uint32)

    # the tree

    def _tell(self) -> None:
        self._first.wait()
        tree: Tree | None = None
        while not self._stop.is_set():
            self._wake.wait()
            self._wake.clear()
            if self._stop.is_set() or self._failed:
                break
            self._settled()
            seen = self.now
            tree = tree or Tree(_bus(self.environment))
            asked = time.perf_counter()
            shown = [Shown(window.title, window.region) for window in seen.windows]
            told = tuple(tree.elements(seen.view, seen.window.title if seen.window else None, shown))
            self.asked.append((asked, told))
            if self.now.version != seen.version:
                continue  # it may speak of a later moment; another question is under way
            for other in list(self._kept):
                if other.version == seen.version:
                    other.told = told
            self._told_frames.append((time.perf_counter(), self.now))
        if tree:
            tree.close()

    def _settled(self) -> None:
        """Wait for a moment of quiet, though not for long: who types fast must be watched too."""
        until = time.perf_counter() + 4 * SETTLED_S
        while not self._stop.is_set() and time.perf_counter() < until:
            quiet = time.perf_counter() - (self.changes[-1].at if self.changes else 0.0)
            if quiet >= SETTLED_S:
                return
            self._stop.wait(max(0.005, SETTLED_S - quiet))


def _bus(environment: dict[str, str]) -> str:
    """The session bus of the programs."""
    address = environment.get("DBUS_SESSION_BUS_ADDRESS", "")
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    if not address and runtime and os.path.exists(f"{runtime}/bus"):  # noqa: PTH110
        address = f"unix:path={runtime}/bus"
    return address
