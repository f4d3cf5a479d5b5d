"""Single actions of a caller as one run of the loop: each is a step of it, guarded, settled and recorded."""

from __future__ import annotations

from collections.abc import Iterator

from screenwright.agent.limits import Limits
from screenwright.agent.loop import Agent
from screenwright.agent.mcp.desk import Desk
from screenwright.policies.called import Called, Deciding
from screenwright.tools.actions import Done
from screenwright.tools.errors import BadAction, DeviceLost, Stopped
from screenwright.tools.secrets.sealed import taken
from screenwright.tools.steps import Step, Task

PATIENT = {"bad_replies": 1000, "denials": 1000, "stuck": 10}
"""A caller may go on after a refusal: it sees why, and the limits of the session still hold."""


class Acts:
    """The run that single actions are part of: begun by the first, ended by `done`, a stop, or the session."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._policy = Called()
        # naming a secret is what lets it be typed, and only those are named that the server was started with
        named = "".join(f" {{{{{name}}}}}" for name in desk.setting.secrets)
        self._task = Task(f"single actions of a client{named}", name="mcp")
        self._agent: Agent | None = None
        self._steps: Iterator[Step] | None = None
        desk.at_end(self.end)

    @property
    def name(self) -> str:
        """Of the run; empty before the first action."""
        return self._agent.trace.folder.name if self._agent else ""

    def do(self, deciding: Deciding) -> Step:
        """One step. BadAction: a limit; Stopped, DeviceLost."""
        while True:
            steps = self._steps or self._begin()
            taken(self._desk.device, self._task)  # a task in between has named other secrets, or none
            self._policy.give(deciding)
            step = next(steps, None)
            if step is not None:
                if step.decision and isinstance(step.decision.action, Done) and step.result.ok:
                    self.end()
                return step
            outcome = self._agent.outcome if self._agent else None
            self.end()
            if outcome is None or outcome.status == "stopped":
                raise Stopped(outcome.message if outcome else "")
            if outcome.status == "error":
                raise DeviceLost(outcome.message)
            if outcome.status == "limit":
                raise BadAction(f"{outcome.message}; start the server anew, or with larger limits")

    def end(self) -> None:
        """End the run, if one has begun; safe twice."""
        steps, self._steps = self._steps, None
        if steps is not None:
            steps.close()  # type: ignore[attr-defined]  # a generator, which mypy knows as an Iterator

    def _begin(self) -> Iterator[Step]:
        limits = Limits(**(self._desk.limits().model_dump() | PATIENT))
        self._agent = self._desk.agent(self._policy, "mcp", limits)
        self._steps = self._agent.steps(self._task)
        return self._steps
