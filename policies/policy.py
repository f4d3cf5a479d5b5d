"""What decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Step, Task


@runtime_checkable
class Policy(Protocol):
    """Decides the next action from the task, the steps so far and the present observation."""

    name: str

    def begin(self, task: Task) -> None:
        """Before the first step of a run. Raises BadScript, NotInstalled: nothing has been done yet."""
        ...

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        """One decision. BadReply: counted, shown at the next step, the loop goes on. GaveUp: the run ends.

        What the last action did is in `steps[-1].result`; that a run is stuck is said there too.
        """
        ...


@runtime_checkable
class Meeting(Protocol):
    """A policy that wants to know what can be done: those that ask a model hold it to just that."""

    def meet(self, kinds: Callable[[], frozenset[str]]) -> None:
        """Before `begin`, once a run. `kinds()`: the kinds of action that can be done now, the loop's included."""
        ...
