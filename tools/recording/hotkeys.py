"""The keys that steer a recording: taken from the programs, and known in the stream of events."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Literal

from screenwright.tools.chords import Chord
from screenwright.tools.errors import BadScript
from screenwright.tools.recording.events import Raw, held
from screenwright.tools.xlib import Connection

Command = Literal["pause", "stop", "secret"]
HOTKEYS: Mapping[Command, str] = {"pause": "ctrl+alt+p", "stop": "ctrl+alt+q", "secret": "ctrl+alt+x"}


class Hotkeys:
    """Knows its chords when it hears them. BadScript for a chord that is none."""

    def __init__(self, chords: Mapping[Command, str] = HOTKEYS) -> None:
        self._chords: dict[Chord, Command] = {Chord.read(said, name): name for name, said in chords.items()}
        self._connection: Connection | None = None

    def command(self, raw: Raw) -> Command | None:
        """The command that this key press is."""
        if raw.kind != "key_down":
            return None
        return self._chords.get(Chord(frozenset(held(raw.state)), raw.key))

    def grab(self, name: str) -> None:
        """Keep them from the programs of that X display. BadScript where another program holds one."""
        self._connection = Connection(name)
        with self._connection.asking() as display:
            for chord, command in self._chords.items():
                if not chord.grab(display):
                    self.release()
                    raise BadScript(
                        f"the hotkey {chord} ({command}) is taken by another program: give another chord, or end "
                        "that program (is another recording under way?)"
                    )

    def release(self) -> None:
        """Give them back; safe twice."""
        connection, self._connection = self._connection, None
        if connection:
            with contextlib.suppress(Exception):
                connection.close()
