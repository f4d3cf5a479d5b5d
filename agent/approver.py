"""Asks the person at the terminal about an action, for the guard."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

from screenwright.agent.console import printable
from screenwright.agent.person.terminal import forget_what_was_typed
from screenwright.policies.guard import Approve
from screenwright.policies.guard.spot import as_it_was
from screenwright.policies.guard.timely import NoAnswer, limited
from screenwright.tools.actions import describe
from screenwright.tools.errors import BadAction, Stopped
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Verdict

if TYPE_CHECKING:
    from screenwright.tools.desktop import Desktop
    from screenwright.tools.secrets.sealed import Sealed

QUESTION = "  do it?  [y]es  [n]o  [a]lways in this run  [q]uit: "
BACK_S = 3.0  # for a window to come back to the front and be drawn


class Approver:
    """An `approve` callback for `Guard`. "Always" holds for the same rule until this object is gone.

    Raises Stopped when the person quits; NoAnswer after `answer_s` seconds. Anything that is not a clear yes asks
    again; the end of the input (Ctrl-D) is a no.
    """

    answer_s: float | None = None

    def __init__(self, ask: Callable[[str], str] | None = None, file: IO[str] | None = None) -> None:
        self._file = file or sys.stderr
        self._ask = ask or self._read
        self._always: set[str] = set()
        self._until: float | None = None

    def __call__(self, decision: Decision, verdict: Verdict, observation: Observation) -> bool:
        if verdict.rule in self._always:
            return True
        window = f"  in the window {observation.title!r}" if observation.title else ""
        print(f"\n? {printable(describe(decision.action) + window)}", file=self._file)
        if decision.thought:
            print(f"  because: {printable(decision.thought)}", file=self._file)
        print(f"  {printable(f'{verdict.rule}: {verdict.reason}')}", file=self._file)
        self._until = None if self.answer_s is None else time.monotonic() + self.answer_s
        while True:
            try:
                said = self._ask(QUESTION).strip().casefold()
            except EOFError:
                return False
            if said in ("y", "yes", "j", "ja", "是", "好"):
                return True
            if said in ("n", "no", "nein", "否", "不"):
                return False
            if said in ("a", "always"):
                self._always.add(verdict.rule)
                return True
            if said in ("q", "quit"):
                raise Stopped(f"stopped by the person, who was asked about: {describe(decision.action)}")

    def _read(self, question: str) -> str:
        forget_what_was_typed()
        # input() writes its question to standard output, where --json wants one object and nothing else
        print(question, end="", file=self._file, flush=True)
        if self._until is not None and not _typed_by(self._until):
            print(f"\n  no answer in {self.answer_s:g} s: not done", file=self._file)
            raise NoAnswer
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line


def _typed_by(deadline: float) -> bool:
    """Is a line there to be read, at the latest at that time?"""
    if sys.platform == "win32":
        import msvcrt

        while not msvcrt.kbhit():
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.05)
        return True
    import select

    return bool(select.select([sys.stdin], [], [], max(0.0, deadline - time.monotonic()))[0])


class InFront:
    """Asks by `approve`, then puts back in front what was there: the answer was typed into another window.

    Without this, keys that were meant for the program would go to the terminal, and a click to what covers its
    place. Raises BadAction, so that it is decided anew, where the place of the action looks different now.
    """

    answer_s: float | None = None

    def __init__(self, approve: Approve, desktop: Desktop | Sealed) -> None:
        self._approve, self._desktop = approve, desktop

    def __call__(self, decision: Decision, verdict: Verdict, observation: Observation) -> bool:
        window = self._desktop.front()
        said = limited(self._approve, self.answer_s)(decision, verdict, observation)
        if not said or window is None:
            return said
        deadline = time.monotonic() + BACK_S
        while True:
            front = self._desktop.front()
            there = front is not None and front.id == window.id
            if there and as_it_was(decision, observation, self._desktop.observe()):
                return True
            if time.monotonic() > deadline:
                raise BadAction(
                    f"the screen changed while the person was asked about: {describe(decision.action)}"
                )
            if not front or front.id != window.id:
                self._desktop.bring_to_front(window)
            self._desktop.idle(0.1)


def at_terminal() -> bool:
    """Is there a person to ask: can the question be seen, and the answer typed?"""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
