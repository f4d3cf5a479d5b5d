"""What is heard of a person at the machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

Act = Literal["moved the mouse", "clicked", "turned the wheel", "pressed a key", "held a key"]
"""held a key: a modifier, which by itself does nothing."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What is called when something is heard, each in the ears' own thread; to be quick.

    `act`: a person did this on a device of the machine; a hotkey is none. `hotkey`: its name; also when it was
    injected, since a person far away may have no other keyboard. `trouble`: for the person, said once.
    """

    act: Callable[[Act], None]
    hotkey: Callable[[str], None]
    trouble: Callable[[str], None]


class Ears(Protocol):
    """Hear from `start` to `stop`; `stop` is safe twice."""

    def start(self, heard: Heard) -> None: ...

    def stop(self) -> None: ...

    def held(self) -> tuple[str, ...]:
        """What the person holds down now, in words: ("ctrl", "left button")."""
        ...

    @property
    def idle_s(self) -> float:
        """Seconds since the person did anything at all, a bump at the desk included."""
        ...
