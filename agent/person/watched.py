"""A Device that a mirror and an agent share: one of them uses it at a time, and what the agent sees is shown.

An agent looks at its device dozens of times a step; handing those frames on costs nothing and shows a person
what the agent works on. In between, while the agent thinks, the mirror looks by itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from screenwright.tools.actions import Action
from screenwright.tools.brake import Check, braked
from screenwright.tools.device import Device
from screenwright.tools.errors import Interrupted
from screenwright.tools.observation import Observation
from screenwright.tools.patience import Patience, patience

PIECE_S = 0.1


class Watched:
    """The device as the agent is given it.

    Args:
        seen: called with every frame that the agent sees, in its thread.
        allowed: called before the agent looks or waits, and (with the action) before it acts; raises what is in
            the way: Stopped when a person stopped it, BadAction when a person has taken over.
        brake: called on the way of an action, between keystrokes; raises Stopped, Interrupted.
    """

    def __init__(
        self,
        device: Device,
        seen: Callable[[Observation], None],
        allowed: Callable[[Action | None], None],
        brake: Check = lambda: None,
    ) -> None:
        self.device = device
        self.name = device.name
        self.patience: Callable[[Action], Patience] = getattr(device, "patience", patience)
        """How long quiet must last after an action; a Settler asks for it."""
        self.turn = threading.RLock()
        self._broken: Interrupted | None = None
        self._seen, self._allowed, self._brake = seen, allowed, brake

    @property
    def kinds(self) -> frozenset[str]:
        return self.device.kinds

    def observe(self) -> Observation:
        self._allowed(None)
        with self.turn:
            seen = self.device.observe()
            self._seen(seen)
        return seen

    def perform(self, action: Action) -> str:
        with self.turn:
            self._broken = None
            self._allowed(action)  # within the turn: a person who touches the picture now is before it or after it
            try:
                with braked(self.device, self._brake):
                    return self.device.perform(action)
            except Interrupted as broken:
                self._broken = broken
                raise

    def broke(self) -> Interrupted | None:
        """How the last action was broken off, told once; None: it was not."""
        broken, self._broken = self._broken, None
        return broken

    def idle(self, seconds: float) -> None:
        """In pieces: a person who touches the picture meanwhile does not wait until it is over."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._allowed(None)
            piece, began = min(left, PIECE_S), time.monotonic()
            with self.turn:
                self.device.idle(piece)
            if time.monotonic() - began < 0.9 * piece:
                return
            time.sleep(0.001)  # a lock is not fair: who waits for it needs a moment in which nobody has it

    def release(self) -> None:
        with self.turn:
            self.device.release()

    def close(self) -> None:
        with self.turn:
            self.device.close()
