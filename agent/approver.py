"""Asks the person at the terminal about an action, for the guard."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import IO

from screenwright.agent.console import printable
from screenwright.tools.actions import describe
from screenwright.tools.errors import Stopped
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Verdict

QUESTION = "  do it?  [y]es  [n]o  [a]lways in this run  [q]uit: "


class Approver:
    """An `approve` callback for `Guard`. "Always" holds for the same rule until this object is gone.

    Raises Stopped when the person quits. Anything that is not a clear yes asks again; the end of the input
    (Ctrl-D) is a no.
    """

    def __init__(self, ask: Callable[[str], str] | None = None, file: IO[str] | None = None) -> None:
        self._file = file or sys.stderr
        self._ask = ask or self._read
        self._always: set[str] = set()

    def __call__(self, decision: Decision, verdict: Verdict, observation: Observation) -> bool:
        if verdict.rule in self._always:
            return True
        window = f"  in the window {observation.title!r}" if observation.title else ""
        print(f"\n? {printable(describe(decision.action) + window)}", file=self._file)
        if decision.thought:
            print(f"  because: {printable(decision.thought)}", file=self._file)
        print(f"  {printable(f'{verdict.rule}: {verdict.reason}')}", file=self._file)
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
        _forget_what_was_typed()
        # input() writes its question to standard output, where --json wants one object and nothing else
        print(question, end="", file=self._file, flush=True)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line


def _forget_what_was_typed() -> None:
    """An answer counts only after its question: the agent itself may have typed "y" into this terminal."""
    try:
        import termios

        termios.tcflush(sys.stdin, termios.TCIFLUSH)
    except (ImportError, OSError, ValueError):  # Windows; no terminal
        return


def at_terminal() -> bool:
    """Is there a person to ask: can the question be seen, and the answer typed?"""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
