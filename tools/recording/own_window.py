"""The window from which a recording is steered (a terminal): what is done in it is no part of the recording."""

from __future__ import annotations

from dataclasses import dataclass, replace

from screenwright.tools.recording.events import Raw
from screenwright.tools.recording.gestures import Gesture
from screenwright.tools.recording.seen import Seen

FRAME_PX = 30  # what a window manager draws around a window


@dataclass(frozen=True, slots=True)
class OwnWindow:
    """`id`: of X; None where there is none."""

    id: int | None

    def holds(self, raw: Raw, seen: Seen) -> bool:
        """Was it done there?"""
        if self.id is None:
            return False
        if raw.kind == "key_down":
            return seen.window is not None and seen.window.id == self.id
        under = [window for window in seen.windows if window.region.holds(raw.x, raw.y)]
        if under:
            return under[-1].id == self.id
        return any(w.id == self.id and w.region.grown(FRAME_PX).holds(raw.x, raw.y) for w in seen.windows)

    def apart(self, seen: Seen) -> Seen:
        """The frame as if another had the focus: that which a person goes back to, the topmost of the others."""
        if self.id is None or seen.window is None or seen.window.id != self.id:
            return seen
        others = [window for window in seen.windows if window.id != self.id]
        return replace(seen, window=others[-1] if others else None)

    def led_to(self, gesture: Gesture, now: Seen) -> bool:
        """Was it the way there, to say stop?"""
        switched = gesture.kind == "keys" and "tab" in gesture.keys and bool({"alt", "super"} & set(gesture.keys))
        return switched and self.id is not None and now.window is not None and now.window.id == self.id
