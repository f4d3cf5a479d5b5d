"""The keys that steer a recording: taken from the programs, and known in the stream of events."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Literal

from screenwright.tools import keys
from screenwright.tools.errors import BadScript
from screenwright.tools.recording.events import ALT, CTRL, SHIFT, SUPER, Raw, held
from screenwright.tools.xlib import Connection

Command = Literal["pause", "stop", "secret"]
HOTKEYS: Mapping[Command, str] = {"pause": "ctrl+alt+p", "stop": "ctrl+alt+q", "secret": "ctrl+alt+x"}
BITS = {"ctrl": CTRL, "alt": ALT, "super": SUPER, "shift": SHIFT}


class Hotkeys:
    """Knows its chords when it hears them. BadScript for a chord that is none."""

    def __init__(self, chords: Mapping[Command, str] = HOTKEYS) -> None:
        self._chords: dict[tuple[frozenset[str], str], Command] = {}
        self._connection: Connection | None = None
        for command, chord in chords.items():
            *modifiers, key = [keys.known(name) or "" for name in chord.split("+")]
            if not key or not modifiers or not set(modifiers) <= BITS.keys():
                raise BadScript(f"the hotkey {chord!r} ({command}) is no chord such as ctrl+alt+p")
            self._chords[frozenset(modifiers), key] = command

    def command(self, raw: Raw) -> Command | None:
        """The command that this key press is."""
        if raw.kind != "key_down":
            return None
        return self._chords.get((frozenset(held(raw.state)), raw.key))

    def grab(self, name: str) -> None:
        """Keep them from the programs of that X display. BadScript where another program holds one."""
        from Xlib import XK, X
        from Xlib.error import BadAccess, CatchError

        self._connection = Connection(name)
        with self._connection.asking() as display:
            root = display.screen().root
            for (modifiers, key), command in self._chords.items():
                symbol = keys.KEYS[key][0] if key in keys.KEYS else key
                code = display.keysym_to_keycode(XK.string_to_keysym(symbol))
                mask = sum(BITS[modifier] for modifier in modifiers)
                taken = CatchError(BadAccess)
                for locks in (
                    0,
                    X.LockMask,
                    X.Mod2Mask,
                    X.LockMask | X.Mod2Mask,
                ):  # with Caps and Num Lock on, too
                    root.grab_key(code, mask | locks, False, X.GrabModeAsync, X.GrabModeAsync, onerror=taken)
                display.sync()
                if taken.get_error():
                    said = "+".join((*(m for m in BITS if m in modifiers), key))
                    self.release()
                    raise BadScript(
                        f"the hotkey {said} ({command}) is taken by another program: give another chord, or end "
                        "that program (is another recording under way?)"
                    )

    def release(self) -> None:
        """Give them back; safe twice."""
        connection, self._connection = self._connection, None
        if connection:
            with contextlib.suppress(Exception):
                connection.close()
