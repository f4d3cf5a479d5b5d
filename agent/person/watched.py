"""A Device that a mirror and an agent share: one of them uses it at a time, and what the agent sees is shown.

An agent looks at its device dozens of times a step; handing those frames on costs nothing and shows a person
what the agent works on. In between, while the agent thinks, the mirror looks by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from screenwright.tools.actions import Action
from screenwright.tools.device import Device
from screenwright.tools.observation import Observation
from screenwright.tools.patience import Patience, patience


class Watched:
    """The device as the agent is given it.

    Args:
        seen: called with every frame that the agent sees, in its thread.
        allowed: called before the agent looks or waits, and (with the action) before it acts; raises what is in
            the way: Stopped when a person stopped it, BadAction when a person has taken over.
    """

    def __init__(
        self,
        device: Device,
        seen: Callable[[Observation], None],
        allowed: Callable[[Action | None], None],
    ) -> None:
        self.device = device
        self.name = device.name
        self.patience: Callable[[Action], Patience] = getattr(device, "patience", patience)
        """How long quiet must last after an action; a Settler asks for it."""
        self.turn = threading.RLock()
        self._seen, self._allowed = seen, allowed

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
            self._allowed(action)  # within the turn: a person who touches the picture now is before it or after it
            return self.device.perform(action)

    def idle(self, seconds: float) -> None:
        self._allowed(None)
        with self.turn:
            self.device.idle(seconds)

    def release(self) -> None:
        with self.turn:
            self.device.release()

    def close(self) -> None:
        with self.turn:
            self.device.close()
