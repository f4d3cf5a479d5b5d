"""Where an agent's thread waits for a person: before each action while it is paused, taken over or asked about.

Safe from any thread: the agent's comes to `enter`, `come`, `ask`, `allowed` and `brake`; orders come from a page,
the terminal, a hotkey, or from the person's own mouse and keys.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from screenwright.agent.person.orders import Answer, Order
from screenwright.tools.actions import Action, describe
from screenwright.tools.errors import BadAction, Interrupted, Stopped

Mode = Literal["alone", "running", "paused", "person", "over"]
"""alone: no agent runs, the person acts as he likes; person: he has taken over; over: the run has ended."""

STOPPED = "stopped by the person at the mirror"
MOVED, HELD = "moved the mouse", "held a key"
TERMINAL = "used the terminal"
PAGE = "touched the picture"
LOOK_S = 0.1  # between two looks at whether the keys are up
INTERRUPTED = "a person took over in the middle of it"
TAKEN = "not done: a person has taken over the device; look again before the next action"


@dataclass
class _Question:
    """What the person is asked; `said` is the answer once it is there."""

    number: int
    kind: Literal["approve", "answer"]
    facts: dict[str, Any]
    said: bool | str | None = None


class Gate:
    """Holds back one agent, as a person wishes.

    `hands_off`: asked, with the gate's lock held, before the agent goes on after a person: has he let go of the
    keys? `heard`: the agent's thread knows that it is stopped.

    Args:
        changed: called after every change, from whichever thread made it.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._turn = threading.Condition()
        self._mode: Mode = "alone"
        self._parked = self._taken = False
        self._stop = ""
        self._by: dict[str, None] = {}
        self.hands_off: Callable[[], bool] = lambda: True
        self.heard = threading.Event()
        self._credit = 0
        self._did: list[str] = []
        self._question: _Question | None = None
        self._questions = 0

    def facts(self) -> dict[str, Any]:
        """What the page shows of it."""
        with self._turn:
            asked = self._question
            question = {"about": asked.number, "kind": asked.kind, **asked.facts} if asked else None
            told = {
                "mode": self._mode,
                "by": ", ".join(self._by),
                "waiting": self._parked,
                "stopping": bool(self._stop),
            }
            return told | {"question": question}

    @property
    def mode(self) -> Mode:
        with self._turn:
            return self._mode

    @property
    def agent_acts(self) -> bool:
        """Is the agent's thread at work on the device, or may be at any moment?"""
        with self._turn:
            return self._mode in ("running", "paused") and not self._parked

    def open(self) -> None:
        """A run begins."""
        with self._turn:
            self._mode, self._credit, self._did = "running", 0, []
            self._stop, self._taken = "", False
            self.heard.clear()

    def shut(self) -> None:
        """It has ended."""
        with self._turn:
            self._mode = "over"

    # the person

    def order(self, order: Order) -> str | None:
        """Do as the person says; why not, where it can't be."""
        with self._turn:
            why = "no agent is running" if self._mode in ("alone", "over") else self._obey(order)
            self._turn.notify_all()
        self._changed()
        return why

    def _obey(self, order: Order) -> str | None:
        match order.do:
            case "stop":
                self._stop = STOPPED
            case "take":
                self._take(PAGE)
            case "approve" | "deny":
                return self._reply("approve", order.about, order.do == "approve")
            case "back":
                self._mode = "running" if self._mode == "person" else self._mode
            case _ if self._mode == "person":
                return "you have taken over: hand the device back first"
            case "pause":
                self._mode, self._credit = "paused", 0
            case "resume":
                self._mode = "running"
            case "step":
                self._mode, self._credit = "paused", 1
        return None

    def answer(self, answer: Answer) -> str | None:
        """The person's answer to a question of the policy; why it is not taken, if so."""
        with self._turn:
            why = self._reply("answer", answer.about, answer.text)
            self._turn.notify_all()
        return why

    def _reply(self, kind: str, about: int | None, said: bool | str) -> str | None:
        question = self._question
        if question is None or (question.kind, question.number) != (kind, about):
            return "that question is no longer asked"
        question.said = said
        return None

    def stop(self, why: str) -> None:
        """End the run, wherever it is; `why` is how its outcome says it."""
        with self._turn:
            if self._mode not in ("alone", "over"):
                self._stop = self._stop or why
            self._turn.notify_all()
        self._changed()

    def touched(self, by: str = PAGE) -> bool:
        """A person acts, on the picture or on the machine: that takes over from an agent that runs. Did it?"""
        with self._turn:
            if self._mode not in ("running", "paused"):
                self._by |= {by: None} if self._mode == "person" else {}
                return False
            self._take(by)
            self._turn.notify_all()
        self._changed()
        return True

    def _take(self, by: str) -> None:
        if not self._taken:
            self._by = {}
        self._mode, self._taken, self._credit, self._by = "person", True, 0, self._by | {by: None}

    @property
    def meddled(self) -> bool:
        """May the person who took over last have moved the focus, or changed anything?"""
        with self._turn:
            return bool(self._by.keys() - {MOVED, HELD, TERMINAL, PAGE}) or bool(self._did)

    def did(self, action: Action) -> None:
        """A person did this while he had taken over; the policy is told when it gets the device back."""
        with self._turn:
            if self._mode == "person":
                self._did.append(describe(action))

    # the agent's thread

    def allowed(self, action: Action | None) -> None:
        """Before the agent looks (None) or acts. Raises Stopped, BadAction."""
        with self._turn:
            if self._mode in ("alone", "over"):
                return
            self._obeyed()
            if action is not None and self._taken:
                raise BadAction(TAKEN)

    def brake(self) -> None:
        """On the way of an action of the agent's. Raises Stopped, Interrupted."""
        with self._turn:
            if self._mode in ("alone", "over"):
                return
            self._obeyed()
            if self._taken:
                raise Interrupted(INTERRUPTED)

    def _obeyed(self) -> None:
        if self._stop:
            self.heard.set()
            raise Stopped(self._stop)

    def enter(self) -> str | None:
        """Before a decision: wait while a person has the device. What he did, or None: he did not take over."""
        with self._turn:
            if self._mode == "person" or self._stop or (self._taken and not self.hands_off()):
                self._park(lambda: self._mode != "person" and self.hands_off())
            return self._handed_back()

    def come(self, ahead_s: float = 0.0) -> tuple[str | None, bool]:
        """Before an action: wait while the agent is paused or a person has the device.

        What the person did, and then the action is not to be done (None: he did not take over); and whether
        there was such a wait.

        Args:
            ahead_s: how long a running agent waits too, so that what it is about to do can be seen and prevented.
        """
        with self._turn:
            if ahead_s and self._mode == "running" and not self._stop:
                self._turn.wait_for(lambda: self._mode != "running" or self._stop, ahead_s)
            late = self._taken and not self.hands_off()
            waits = late or self._mode == "person" or (self._mode == "paused" and not self._credit)
            if waits or self._stop:
                self._park(self._may_go_on)
            self._credit = 0
            return self._handed_back(), waits

    def _may_go_on(self) -> bool:
        stepping = self._mode == "paused" and self._credit > 0
        return (self._mode == "running" or stepping) and (not self._taken or self.hands_off())

    def _handed_back(self) -> str | None:
        if not self._taken:
            return None
        self._taken = False
        did, self._did = self._did, []
        acts = ", ".join(by for by in self._by if by != PAGE)
        if acts and not did:
            return f"a person took over ({acts}) and handed back"
        return "a person took over and " + (f"did: {'; '.join(did)}" if did else "did nothing")

    def ask(
        self, kind: Literal["approve", "answer"], facts: dict[str, Any], within_s: float | None = None
    ) -> bool | str | None:
        """Wait for the person's answer; None when none came in that time.

        Raises Stopped; BadAction when he takes over instead of answering.
        """
        deadline = time.monotonic() + (float("inf") if within_s is None else within_s)
        with self._turn:
            self._questions += 1
            question = self._question = _Question(self._questions, kind, facts)
            try:
                self._park(lambda: question.said is not None or self._taken or time.monotonic() >= deadline)
            finally:
                self._question = None
            if question.said is None and self._taken:
                raise BadAction(TAKEN)
            return question.said

    def _park(self, until: Callable[[], bool]) -> None:
        """Wait, with the turn held; Stopped when the person says so."""
        self._parked = True
        self._changed()
        try:
            while not self._stop and not until():
                self._turn.wait(LOOK_S)  # a wait without an end can't be broken with Ctrl-C on Windows
            self._obeyed()
        finally:
            self._parked = False
            self._changed()
