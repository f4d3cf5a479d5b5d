"""Records what a person does on a screen as a trace: the same steps that an agent leaves.

Three threads feed it: the events (with the frame that was there when each was heard), the frames, what the
accessibility tree says. One worker makes steps of them and writes each as soon as its effect is over.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from screenwright.tools.geometry import Region
from screenwright.tools.recording.drafts import Draft, Scribe
from screenwright.tools.recording.events import Raw, Source
from screenwright.tools.recording.gestures import Gesture, Gestures
from screenwright.tools.recording.hotkeys import HOTKEYS, Command, Hotkeys
from screenwright.tools.recording.inbox import Heard, Inbox
from screenwright.tools.recording.own_window import OwnWindow
from screenwright.tools.recording.seen import Seen
from screenwright.tools.recording.sign import Sign, State
from screenwright.tools.recording.sources import Eye, monitor_at, source_of
from screenwright.tools.recording.witness import Witness
from screenwright.tools.steps import Outcome, Step, Task
from screenwright.tools.trace import TraceWriter

TICK_S = 0.1
QUIET_S = 0.7  # without change after an act, and its effect is over
LONGEST_S = 5.0


class Recorder:
    """`with Recorder(eye, folder): ...`, or `start` and `stop`.

    Args:
        eye: opens the desktop to look at (monitor, window, region as wanted). It is called once, in another
            thread; the recorder closes what it opens.
        folder: the demo's; the trace goes into `trace/` in it.
        name: of the demo, for the sign.
        source: of the events; by default XRecord on X11, pynput elsewhere.
        hotkeys: chords by command; {} for none.
        sign: show that it records.
        own: the window (its X id) from which the recording is steered: what is done in it is no part of it.
        tell: called with each step when it is written, in the recorder's thread.
    """

    def __init__(
        self,
        eye: Eye,
        folder: str | Path,
        *,
        name: str = "",
        source: Source | None = None,
        hotkeys: Mapping[Command, str] = HOTKEYS,
        sign: bool = True,
        own: int | None = None,
        tell: Callable[[Step], None] = lambda step: None,
    ) -> None:
        self.folder = Path(folder)
        self.name = name or self.folder.name
        self.state: State | None = None
        self.outcome: Outcome | None = None
        self._own, self._wants_sign = OwnWindow(own), sign
        self._source = source
        self._hotkeys = Hotkeys(hotkeys)
        self._sign: Sign | None = None
        self._witness = Witness(eye, self._covered)
        self._witness.pointer = lambda: self._pointer
        self._trace = TraceWriter(self.folder / "trace", elements=True)
        self._scribe = Scribe(self._witness, self._trace, self._own, tell)
        self._gestures = Gestures()
        self._inbox = Inbox()
        self._seen: dict[int, Seen] = {}
        self._trail: deque[tuple[float, int, int]] = deque(maxlen=3000)
        self._pointer = (0, 0)
        self._skipped: set[int] = set()
        self._draft: Draft | None = None
        self._done = threading.Event()
        self._worker = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._failed: BaseException | None = None

    # steering

    def start(self) -> None:
        """Begin. BadScript: the folder holds a recording, a hotkey is taken. DeviceLost, NotInstalled."""
        began = time.time()
        try:
            self._witness.start()
            display = self._witness.environment.get("DISPLAY")
            source = self._source = self._source or source_of(display)
            if display:
                self._hotkeys.grab(display)
            if display and self._wants_sign:
                self._sign = Sign(display, self.name, monitor_at(display, *self._witness.now.middle))
                self._sign.show()
            device = self._witness.now.device
            self._trace.begin(Task("", name=self.name), {"device": device, "policy": "human"})
            self._scribe.begin(time.perf_counter())
            self.state = "recording"
            source.start(self._heard)
        except BaseException:
            self._close()
            raise
        self._began = began
        self._worker.start()

    def pause(self) -> None:
        """Or go on, where it is paused."""
        self._inbox.order("pause")

    def secret(self) -> None:
        """What is typed from here on is secret; or no longer, where it is."""
        self._inbox.order("secret")

    def ask_to_stop(self) -> None:
        """From any thread; `wait` returns then, and `stop` is still to be called."""
        self._inbox.order("stop")

    def wait(self, seconds: float | None = None) -> bool:
        """Until it has been stopped, by its hotkey or because the screen is gone; whether it has."""
        return self._done.wait(seconds)

    def stop(self) -> Outcome:
        """End it; everything done so far is kept. Raises what the worker met: TraceLost."""
        if self.outcome is None:
            self._inbox.order("stop")
            self._worker.join()
            self._close()
            lost = self._source.lost if self._source else None
            lost = lost or self._witness.lost
            self.outcome = Outcome(
                "error" if lost else "done",
                lost or "recorded",
                steps=self._scribe.count,
                seconds=round(time.time() - self._began, 3),
                trace=str(self._trace.folder),
            )
            self._trace.end(self.outcome)
        if self._failed:
            raise self._failed
        return self.outcome

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def _close(self) -> None:
        if self._source:
            self._source.stop()
        self._hotkeys.release()
        if self._sign:
            self._sign.close()
        self._witness.stop()

    def _covered(self) -> list[Region]:
        return self._sign.areas() if self._sign else []

    # hearing, in the source's thread

    def _heard(self, raw: Raw) -> None:
        if raw.kind == "move":
            self._pointer = raw.x, raw.y
        pressed = raw.kind in ("key_down", "button_down")
        self._inbox.hear(raw, self._witness.before(raw.at) if pressed else None)

    # the worker

    def _run(self) -> None:
        ticked = time.perf_counter()
        try:
            while not self._done.is_set():
                if (item := self._inbox.get(TICK_S)) is not None:
                    self._take(item)
                if time.perf_counter() - ticked < TICK_S:
                    continue  # a hand that never rests must not keep steps from being written
                ticked = time.perf_counter()
                self._tick()
                if item is None and ((self._source and self._source.lost) or self._witness.lost):
                    break
            self._finish()
        except Exception as error:
            self._failed = error
        finally:
            self._done.set()

    def _take(self, item: Heard | Command) -> None:
        if isinstance(item, str):
            self._command(item)
            return
        raw, seen = item
        if raw.kind == "move":
            self._trail.append((raw.at, raw.x, raw.y))
            if self._sign and self._sign.pointer_at(raw.x, raw.y):
                self._witness.look_again(0.45)
        if command := self._hotkeys.command(raw):
            self._skipped.add(raw.code)
            if command == "stop" or self.state != "paused" or command == "pause":
                self._command(command)
            return
        if raw.kind == "key_up" and raw.code in self._skipped:
            self._skipped.discard(raw.code)
            return
        if self.state == "paused" or (seen and self._own.holds(raw, seen)):
            return
        self._feed(raw, seen)

    def _feed(self, raw: Raw, seen: Seen | None) -> None:
        if seen:
            self._seen[raw.serial] = seen
        typed = self._gestures.typing
        for gesture in self._gestures.feed(raw):
            self._begun(gesture)
        if self._gestures.typing and not typed:
            self._witness.ask_again()  # where the focus is decides whether it is secret
        self._forget()

    def _command(self, command: Command) -> None:
        for gesture in self._gestures.interrupt():
            self._begun(gesture)
        match command:
            case "stop":
                self._done.set()
            case "pause":
                self._end_draft()
                self._scribe.begin(time.perf_counter())
                self._gestures.secret = False
                self._show("recording" if self.state == "paused" else "paused")
            case "secret":
                self._gestures.secret = not self._gestures.secret
                self._show("secret" if self._gestures.secret else "recording")

    def _show(self, state: State) -> None:
        self.state = state
        if self._sign:
            self._sign.state(state)

    def _tick(self) -> None:
        now = time.perf_counter()
        for gesture in self._gestures.tick(now):
            self._begun(gesture)
        draft = self._draft
        if draft is None:
            return
        changes = self._witness.changed_between(draft.gesture.began, now)
        last = max(draft.gesture.ended, changes[-1].at if changes else 0.0)
        pending = self._gestures.began
        if pending or now - last > QUIET_S or now - draft.gesture.ended > LONGEST_S:
            self._end_draft(*(pending or (None, None)))

    def _begun(self, gesture: Gesture) -> None:
        """An act is whole: the one before it is over, and what was between them."""
        self._end_draft(gesture.began, gesture.serial)
        before = self._seen.get(gesture.serial) or self._witness.before(gesture.began)
        self._draft = self._scribe.draft(gesture, before, list(self._trail))

    def _end_draft(self, until: float | None = None, serial: int | None = None) -> None:
        """Write the act that is open, with what was seen when the next one began."""
        draft, self._draft = self._draft, None
        if draft:
            after = self._seen.get(serial) if serial is not None else None
            self._scribe.write(draft, until or time.perf_counter(), after or self._witness.now)

    def _finish(self) -> None:
        """Stopped: what is open is closed, and written."""
        for gesture in self._gestures.close(time.perf_counter()):
            self._begun(gesture)
        if self._draft and self._own.led_to(self._draft.gesture, self._witness.now):
            self._draft = None
        self._end_draft()

    def _forget(self) -> None:
        """Frames of acts that are written are not needed any more."""
        begun = self._gestures.began
        oldest = begun[1] if begun else max(self._seen, default=0)
        for serial in [serial for serial in self._seen if serial < oldest]:
            del self._seen[serial]
