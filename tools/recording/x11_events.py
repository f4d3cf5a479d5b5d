"""Every event of mouse and keyboard on an X display, whoever gets it: the RECORD extension.

The server tells of changes of the keymap in the same stream, so that a key is read by the keymap that held
when it was pressed. The thread only decodes. It has a connection of its own, another to ask for the keymap while
the first one tells, and a third, used from outside, ends it: no two threads may use one.
"""

from __future__ import annotations

import contextlib
import struct
import threading
import time
from typing import Any

from screenwright.tools.errors import DeviceLost, NotInstalled
from screenwright.tools.recording.compose import Composer, waits
from screenwright.tools.recording.events import Heard, Kind, Raw
from screenwright.tools.recording.keymap import Keymap
from screenwright.tools.xlib import Connection

EVENT = struct.Struct("=BBHIIIIhhhhHBx")  # type, detail, sequence, time, root, event, child, 4 places, state, same
KINDS: dict[int, Kind] = {2: "key_down", 3: "key_up", 4: "button_down", 5: "button_up", 6: "move"}
MAPPING_NOTIFY = 34
STOP_S = 2.0
CLOCK_ROUNDS = 30


class Clock:
    """From the server's milliseconds to `time.perf_counter()`: by the least delay that was seen."""

    def __init__(self) -> None:
        self._offset = float("inf")
        self._last = 0
        self._wraps = 0

    def at(self, milliseconds: int, now: float) -> float:
        """Seconds; never later than `now`."""
        if milliseconds < self._last - (1 << 31):
            self._wraps += 1 << 32  # after 49 days
        self._last = milliseconds
        server = (milliseconds + self._wraps) / 1000
        self._offset = min(self._offset, now - server)
        return server + self._offset


class X11Events:
    """A Source on one X display. NotInstalled where the server has no RECORD."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lost: str | None = None
        self._control = Connection(name)
        self._recording = Connection(name)
        self._keyboard = Connection(name)
        self._context = 0
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._clock = Clock()
        self._composer = Composer()
        self._serial = 0

    def start(self, heard: Heard) -> None:
        from Xlib.ext import record

        with self._control.asking() as display:
            if not display.has_extension("RECORD"):
                self.close()
                raise NotInstalled(
                    f"the X server {self.name} has no RECORD extension: start it with RECORD enabled"
                )
            self._keymap = Keymap.of(display)
            self._set_clock(display)
            nothing = (0, 0)
            ranges = {
                "core_requests": nothing, "core_replies": nothing, "ext_requests": (0, 0, 0, 0),
                "ext_replies": (0, 0, 0, 0), "delivered_events": (MAPPING_NOTIFY, MAPPING_NOTIFY),
                "device_events": (2, 6), "errors": nothing, "client_started": False, "client_died": False,
            }  # fmt: skip
            self._context = display.record_create_context(0, [record.AllClients], [ranges])
            display.sync()
        self._heard = heard
        begun = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(begun,), name="x11-events", daemon=True)
        self._thread.start()
        begun.wait(STOP_S)

    def stop(self) -> None:
        if self._stopping:
            return
        self._stopping = True
        with contextlib.suppress(DeviceLost), self._control.asking() as display:
            display.record_disable_context(self._context)
            display.sync()
        if self._thread:
            self._thread.join(STOP_S)
        self.close()

    def close(self) -> None:
        self._recording.close()
        self._keyboard.close()
        self._control.close()

    def _set_clock(self, display: Any) -> None:
        """Before the first event, which may be late: no frame must seem older than the click that made it."""
        from Xlib import X, Xatom

        window = display.screen().root.create_window(
            -1, -1, 1, 1, 0, X.CopyFromParent, X.InputOnly, event_mask=X.PropertyChangeMask
        )
        for _ in range(CLOCK_ROUNDS):
            window.change_property(Xatom.WM_NAME, Xatom.STRING, 8, b"")
            display.sync()
            while display.pending_events():
                event = display.next_event()
                if event.type == X.PropertyNotify:
                    self._clock.at(event.time, time.perf_counter())
        window.destroy()

    def _run(self, begun: threading.Event) -> None:
        def got(reply: Any) -> None:
            begun.set()
            if reply.category == 0 and not self._stopping:
                self._decode(reply.data)

        why = ""
        try:
            with self._recording.asking() as display:
                display.record_enable_context(self._context, got)
            why = "it ended the recording"
        except Exception as error:  # a dying server ends its connections in many ways
            why = str(error)
        finally:
            if not self._stopping:
                self.lost = f"the events of the X display {self.name} come no more: {why}"
            begun.set()

    def _decode(self, data: bytes) -> None:
        now = time.perf_counter()
        for offset in range(0, len(data) - 31, 32):
            kind, code, _, stamp, _, _, _, x, y, _, _, state, _ = EVENT.unpack_from(data, offset)
            if kind & 0x7F == MAPPING_NOTIFY:
                self._read_keymap()
            elif name := KINDS.get(kind & 0x7F):
                self._serial += 1
                self._heard(self._raw(name, code, self._clock.at(stamp, now), x, y, state))

    def _read_keymap(self) -> None:
        with contextlib.suppress(DeviceLost), self._keyboard.asking() as display:
            self._keymap = Keymap.of(display)

    def _raw(self, kind: Kind, code: int, at: float, x: int, y: int, state: int) -> Raw:
        held = self._keymap.held(state)
        if not kind.startswith("key"):
            return Raw(kind, at, x, y, code, held, serial=self._serial)
        symbol = self._keymap.symbol(code, state)
        text, key = symbol.text, symbol.key
        if kind == "key_down":
            modifier = 0xFFE1 <= symbol.keysym <= 0xFFEE or symbol.keysym in (0xFE03, 0xFF7E)
            if not modifier:
                text = self._composer.feed(symbol.keysym, text)
            if waits(symbol.keysym):
                key = ""
        return Raw(kind, at, x, y, code, held, symbol.keysym, text, key, self._serial)
