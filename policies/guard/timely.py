"""A time limit for whatever asks a person."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from screenwright.policies.guard.guard import Approve
    from screenwright.tools.observation import Observation
    from screenwright.tools.steps import Decision, Verdict


class NoAnswer(Exception):
    """Nobody answered in time."""


@runtime_checkable
class Patient(Protocol):
    """An `approve` callback that can be told how long to wait, and then raises NoAnswer."""

    answer_s: float | None

    def __call__(self, decision: Decision, verdict: Verdict, observation: Observation) -> bool: ...


def limited(approve: Approve, answer_s: float | None) -> Approve:
    """The callback, with a limit to how long it waits for an answer; None: it waits for ever."""
    if isinstance(approve, Patient):
        approve.answer_s = answer_s
        return approve
    return approve if answer_s is None else Timely(approve, answer_s)


class Timely:
    """An `approve` callback that waits for another one's answer for some seconds only. Raises NoAnswer.

    The other one goes on in its thread; its answer then counts for nothing.
    """

    def __init__(self, approve: Approve, answer_s: float) -> None:
        self._approve, self._answer_s = approve, answer_s

    def __call__(self, decision: Decision, verdict: Verdict, observation: Observation) -> bool:
        said: list[bool] = []
        broke: list[BaseException] = []

        def ask() -> None:
            try:
                said.append(self._approve(decision, verdict, observation))
            except BaseException as error:  # it is the asker's to raise, in the thread that asked
                broke.append(error)

        thread = threading.Thread(target=ask, name="approve", daemon=True)
        thread.start()
        thread.join(self._answer_s)
        if broke:
            raise broke[0]
        if not said:
            raise NoAnswer
        return said[0]
