"""A person's devices on an X display: XInput2 tells of each event which device it came from.

Raw events are asked for from each device of a person's by itself. So what we inject (XTEST has devices of its
own) is never even sent to us, however much it is; and raw events come also while a menu holds the keyboard.
"""

from __future__ import annotations

import contextlib
import os
import select
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any

from screenwright.tools.chords import Chord
from screenwright.tools.errors import DeviceLost, NotInstalled
from screenwright.tools.presence.heard import Act, Heard
from screenwright.tools.presence.held import Held
from screenwright.tools.presence.motion import Axis, Motion
from screenwright.tools.recording.events import ALT, CTRL, SHIFT, SUPER
from screenwright.tools.xlib import Connection

RAW = struct.Struct("=HIIHHIxxxx")  # device, time, detail, source, words of the mask, flags
AXIS = struct.Struct("=iI")  # 32.32 fixed point
HIERARCHY = 11
SLAVES = (3, 4)  # a pointer, a keyboard; 5 is one that nobody's pointer follows
VALUATOR, ABSOLUTE = 2, 1
CORE_KEY, MAPPING, GENERIC = 2, 34, 35
MODIFIERS = CTRL | ALT | SUPER | SHIFT
STOP_S = 2.0
BREATH_S = 0.004  # a mouse tells a thousand times a second


class Told(IntEnum):
    """Raw events, by their numbers in XInput2."""

    KEY_PRESS = 13
    KEY_RELEASE = 14
    BUTTON_PRESS = 15
    BUTTON_RELEASE = 16
    MOTION = 17
    TOUCH = 22


class X11Devices:
    """Ears on one X display. NotInstalled where the server has no XInput 2.2."""

    def __init__(self, name: str, chords: Mapping[str, str]) -> None:
        self.name = name
        self._chords = {what: Chord.read(words, what) for what, words in chords.items()}
        self._codes: dict[str, int] = {}
        self._taken: set[str] = set()
        self._motions: dict[int, Motion] = {}
        self._held = Held()
        self._last_at = -1e9
        self._connection = Connection(name)
        self._wake, self._waker = os.pipe()
        self._thread: threading.Thread | None = None
        with self._connection.asking() as display:
            _check(display, name)

    @property
    def idle_s(self) -> float:
        return time.monotonic() - self._last_at

    def held(self) -> tuple[str, ...]:
        return self._held.names()

    def start(self, heard: Heard) -> None:
        self._heard = heard
        with self._connection.asking() as display:
            self._grab(display)
            self._attend(display)
            self._held.begin(display)
            self._held.already(display)
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        os.write(self._waker, b".")
        thread.join(STOP_S)
        self._connection.close()
        os.close(self._wake)
        os.close(self._waker)

    def _run(self) -> None:
        with contextlib.suppress(DeviceLost, OSError), self._connection.asking() as display:
            while True:
                ready, _, _ = select.select([display.fileno(), self._wake], [], [])
                if self._wake in ready:
                    return
                while display.pending_events():  # also what came while an answer was waited for
                    self._take(display, display.next_event())
                time.sleep(BREATH_S)

    def _take(self, display: Any, event: Any) -> None:
        if event.type == MAPPING:
            display.refresh_keyboard_mapping(event)
            self._grab(display)
            self._held.begin(display)
        elif event.type == CORE_KEY:  # of a chord that is grabbed, whoever pressed it
            self._press(event.detail, event.state)
        elif event.type == GENERIC and event.evtype == HIERARCHY:
            self._attend(display)
        elif event.type == GENERIC and isinstance(event.data, bytes):
            self._hear(display, event.evtype, event.data)

    def _hear(self, display: Any, kind: int, data: bytes) -> None:
        device, _, detail, _, words, _ = RAW.unpack_from(data)
        self._last_at = time.monotonic()
        match kind:
            case Told.KEY_PRESS:
                self._held.down("key", device, detail)
                if not self._press(detail, self._held.state):
                    self._heard.act("held a key" if self._held.modifies(detail) else "pressed a key")
            case Told.KEY_RELEASE:
                self._held.up("key", device, detail)
            case Told.BUTTON_PRESS:
                self._held.down("button", device, detail)
                self._heard.act("turned the wheel" if 4 <= detail <= 7 else "clicked")
            case Told.BUTTON_RELEASE:
                self._held.up("button", device, detail)
            case Told.MOTION:
                if act := self._moved(display, device, _axes(data, words)):
                    self._heard.act(act)
            case _:
                self._heard.act("clicked")  # a finger on the screen

    def _moved(self, display: Any, device: int, values: dict[int, float]) -> Act | None:
        motion = self._motions.get(device)
        if motion is None:
            return None
        if not values.keys() & {0, 1}:
            return "turned the wheel"
        x, y = values.get(0), values.get(1)
        if motion.axes is None and x is not None and y is not None:
            spot = display.screen().root.query_pointer()
            motion.doubt(x, y, (spot.root_x, spot.root_y))
        return "moved the mouse" if motion.moved(x, y, self._last_at) else None

    def _press(self, code: int, state: int) -> bool:
        """Was it a hotkey?"""
        for what, chord in self._chords.items():
            if code == self._codes.get(what) and state & MODIFIERS == chord.state:
                self._heard.hotkey(what)
                return True
        return False

    def _grab(self, display: Any) -> None:
        """Keep the hotkeys from the programs, with the codes that they have in the keymap as it is now."""
        for what, chord in self._chords.items():
            code = chord.code(display)
            if code == self._codes.get(what):
                continue
            self._codes[what] = code
            if not chord.grab(display) and what not in self._taken:
                self._taken.add(what)
                self._heard.trouble(
                    f"the hotkey {chord} ({what}) is taken by another program, which gets it too; it is heard "
                    "all the same when it is pressed on a keyboard of this machine"
                )

    def _attend(self, display: Any) -> None:
        """Ask for what every device of a person's does; those of before and those that are new."""
        raw = sum(1 << kind for kind in Told)
        root = display.screen().root
        spot, size = root.query_pointer(), root.get_geometry()
        masks = [(0, 1 << HIERARCHY)]
        there = list(_persons(display))
        for device in there:
            masks.append((device.deviceid, raw))
            if device.deviceid not in self._motions:
                axes = _places(device, (size.width, size.height))
                self._motions[device.deviceid] = Motion(axes, (spot.root_x, spot.root_y))
        gone = self._motions.keys() - {device.deviceid for device in there}
        for number in gone:
            del self._motions[number]
            self._held.forget(number)
        root.xinput_select_events(masks)
        display.sync()


def devices_of(name: str) -> list[str]:
    """The names of a person's devices on that display. NotInstalled, DeviceLost."""
    connection = Connection(name)
    try:
        with connection.asking() as display:
            _check(display, name)
            return [device.name for device in _persons(display)]
    finally:
        connection.close()


def _check(display: Any, name: str) -> None:
    from Xlib.ext import xinput

    if display.has_extension(xinput.extname):
        said = xinput.XIQueryVersion(
            display=display.display,
            opcode=display.display.get_extension_major(xinput.extname),
            major_version=2,
            minor_version=2,  # python-xlib says 2.0, and then raw events end where a program grabs the device
        )
        if (said.major_version, said.minor_version) >= (2, 2):
            return
    raise NotInstalled(f"the X server {name} has no XInput 2.2, so a person's mouse and keys can't be told apart")


def _persons(display: Any) -> Iterator[Any]:
    """The devices that are no XTEST ones; each master has a pair of those."""
    xtest = display.intern_atom("XTEST Device")
    for device in display.xinput_query_device(0).devices:
        if device.use in SLAVES:
            said = display.xinput_get_device_property(device.deviceid, xtest, 0, 0, 1)
            if not said.type:
                yield device


def _places(device: Any, size: tuple[int, int]) -> tuple[Axis, Axis] | None:
    """The axes of a device that says where it is."""
    found = {
        axis.number: Axis(axis.min, axis.max - axis.min, size[axis.number])
        for axis in device.classes
        if axis.type == VALUATOR and axis.number in (0, 1) and axis.mode == ABSOLUTE and axis.max > axis.min
    }
    return (found[0], found[1]) if len(found) == 2 else None


def _axes(data: bytes, words: int) -> dict[int, float]:
    """Of a raw motion: the value of each axis that it has."""
    mask = int.from_bytes(data[RAW.size : RAW.size + 4 * words], "little")
    numbers = [number for number in range(mask.bit_length()) if mask >> number & 1]
    start = RAW.size + 4 * words
    pairs = AXIS.iter_unpack(data[start : start + AXIS.size * len(numbers)])
    return {number: whole + part / 2**32 for number, (whole, part) in zip(numbers, pairs, strict=False)}
