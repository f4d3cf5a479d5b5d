"""What was done to the simulated phone, and what is set to go wrong with it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Input:
    """One input that was done: ("tap", (540, 1200)), ("text", ("Hello",)), ("key", ("BACK",)); `at`: monotonic."""

    kind: str
    values: tuple[float | str, ...]
    at: float = field(default_factory=time.monotonic, compare=False)


@dataclass
class Faults:
    """What goes wrong, each switched by itself."""

    idle_state_error: bool = False
    """`uiautomator dump` prints ERROR: could not get idle state, and exits with 0."""
    inject_events_denied: bool = False
    """`input` is refused, as on a phone whose maker wants a second switch for it."""
    reacts_s: float = 0.0
    """So long after an input apps react to it; `input` has returned by then, as on a phone."""
    missing: frozenset[str] = frozenset()
    """Programs that this phone does not have, and commands of `input`: "input motionevent"."""
    one_recorder: bool = False
    """A second `screenrecord` beside the first fails."""
    key_every: int = 600
    """Frames of `screenrecord` from one key picture to the next."""
    halves_s: float = 0.0
    """Each frame of `screenrecord` comes in two halves, so many seconds apart."""
    displays_warning: str = ""
    """"out" or "err": where screencap says that there are several displays, before the picture."""
