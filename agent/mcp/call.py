"""One call of a tool, between the event loop that speaks with the client and the thread that uses the screen.

The thread asks and tells through it and never touches the event loop; the event loop waits for what comes.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from screenwright.policies.guard.timely import NoAnswer
from screenwright.tools.errors import Stopped

ANSWER_S = 300.0
"""How long a person may take to answer."""
LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Progress:
    """Something was done: so many steps so far, the last in words."""

    steps: int
    said: str


@dataclass(frozen=True, slots=True)
class Question:
    """For the person behind the client. `kind`: may it be done, or what is the answer; `said` ends up with that.

    `said`: "yes" or "no", an answer, or None where the person did not want to say.
    """

    kind: Literal["approve", "answer"]
    text: str
    said: Future[str | None] = field(default_factory=Future[str | None])


@dataclass(frozen=True, slots=True)
class Finished:
    """The work is done: what the job gave, or what it raised."""

    result: object = None
    error: BaseException | None = None


Event = Progress | Question | Finished


class Call:
    """Made in the event loop.

    Args:
        who: the client's name, for the trace.
        asks: whether the person behind the client can be asked (elicitation).
    """

    def __init__(self, who: str, *, asks: bool, wait_s: float = ANSWER_S) -> None:
        self.who, self.asks, self.wait_s = who, asks, wait_s
        self.ticket = secrets.token_urlsafe(16)
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.steps = 0
        self.wakes: Callable[[str], None] = lambda why: None
        """Is called when it is to end, with the reason: wakes what waits for something else."""
        self._loop = asyncio.get_running_loop()
        self._stopped = threading.Event()
        self._why = ""

    # any thread

    def stop(self, why: str) -> None:
        """The work ends at its next look at the screen, or between two keystrokes."""
        self._why = self._why or why
        self._stopped.set()
        self.wakes(why)

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    # the thread that uses the screen

    def check(self) -> None:
        """Raises Stopped once the call is to end."""
        if self._stopped.is_set():
            raise Stopped(self._why)

    def tell(self, event: Event) -> None:
        with suppress(RuntimeError):  # the event loop has ended, with the client
            self._loop.call_soon_threadsafe(self.events.put_nowait, event)

    def did(self, said: str) -> None:
        self.steps += 1
        self.tell(Progress(self.steps, said))

    def ask(self, kind: Literal["approve", "answer"], text: str) -> str | None:
        """The person's answer. Stopped; NoAnswer."""
        question = Question(kind, text)
        self.tell(question)
        end = time.monotonic() + self.wait_s
        while time.monotonic() < end:
            with suppress(TimeoutError):
                return question.said.result(LOOK_S)
            self.check()
        raise NoAnswer
