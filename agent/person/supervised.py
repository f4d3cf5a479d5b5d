"""A policy whose every decision a person can see, hold back and replace by acts of his own, before it is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from screenwright.agent.limits import PERSON_S
from screenwright.agent.person.gate import TAKEN
from screenwright.agent.person.panel import Panel
from screenwright.agent.person.resuming import is_blind, resumed
from screenwright.agent.person.watched import Watched
from screenwright.policies.errand import Drops
from screenwright.policies.guard.spot import as_it_was
from screenwright.policies.policy import Meeting, Policy
from screenwright.policies.scripted import Scripted
from screenwright.tools.actions import Wait, describe
from screenwright.tools.device import Device
from screenwright.tools.errors import BadAction, Interrupted
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Step, Task, Verdict

SOURCE = "person"
CHANGED = "the screen changed while the person was asked about"


class Supervised:
    """Asks `policy`, shows what it decided, and comes to the gate with it.

    Where the person took over, what was decided is dropped: the step is a look that says what he did, so that
    the policy decides anew on a new frame.

    Args:
        device: to look again after a wait.
        ahead_s: how long each action is shown before it is done; asked before each.
    """

    def __init__(
        self, policy: Policy, panel: Panel, device: Device, ahead_s: Callable[[], float] = lambda: 0.0
    ) -> None:
        self.policy, self.panel, self.device, self.ahead_s = policy, panel, device, ahead_s
        self.name = policy.name
        self._kept: Decision | None = None
        self._given: Decision | None = None
        self._broken: tuple[Decision, Interrupted] | None = None

    @property
    def variables(self) -> dict[str, str]:
        return dict(getattr(self.policy, "variables", {}))

    def meet(self, kinds: Callable[[], frozenset[str]]) -> None:
        if isinstance(self.policy, Meeting):
            self.policy.meet(kinds)

    def begin(self, task: Task) -> None:
        self._kept = self._given = self._broken = None
        self.policy.begin(task)

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        """The policy's decision, or a look where a person took over or the screen changed meanwhile. Stopped."""
        gate = self.panel.gate
        if steps and self._given is not None:
            self._mind(steps[-1], self._given)
        self._given = None
        began = time.monotonic()
        did = gate.enter()
        person_s = time.monotonic() - began
        if did is not None:
            return self._look(did, person_s)
        decision, self._kept = self._kept or self.policy.decide(task, steps, observation), None
        if self._broken is not None:
            broken, self._broken = self._broken, None
            decision = resumed(self.policy, decision, *broken, gate.meddled)
        self.panel.plans(decision)
        began = time.monotonic()
        did, waited = gate.come(self.ahead_s())
        person_s += time.monotonic() - began if waited else 0.0
        if did is None and waited and not as_it_was(decision, observation, self.device.observe()):
            did = "the screen changed while the agent was paused"
        if did is None:
            self._given = replace(decision, usage=decision.usage | {PERSON_S: person_s}) if waited else decision
            return self._given
        self._drop(decision)
        return self._look(did, person_s)

    def _mind(self, last: Step, given: Decision) -> None:
        """What became of the last decision, after the gate had let it pass."""
        broken = self.device.broke() if isinstance(self.device, Watched) else None
        if broken is not None and not last.result.ok:
            self._broken = given, broken
            if not broken.part or is_blind(self.policy):
                self._drop(given)
        elif _prevented(last):
            self._drop(given)

    def _drop(self, decision: Decision) -> None:
        if isinstance(self.policy, Drops):
            self.policy.drop()
        elif isinstance(self.policy, Scripted):
            self._kept = decision  # a list can't decide anew: it would go on as if this had been done

    def _look(self, why: str, person_s: float) -> Decision:
        self.panel.plans(None)
        return Decision(Wait(seconds=0), why, usage={PERSON_S: person_s}, source=SOURCE)


def _prevented(step: Step) -> bool:
    """Was it kept from being done here, after the gate had let it pass?"""
    return not step.result.ok and step.result.message.startswith((TAKEN, CHANGED))


class MirrorApprover:
    """An `approve` callback for `Guard` that asks on the page.

    Raises Stopped; BadAction, so that it is decided anew, when the person takes over instead of answering, or
    when the place of the action looks different after the answer.
    """

    answer_s: float | None = None

    def __init__(self, panel: Panel, device: Device) -> None:
        self._panel, self._device = panel, device

    def __call__(self, decision: Decision, verdict: Verdict, observation: Observation) -> bool:
        said = self._panel.approve(decision, verdict, observation, self.answer_s)
        if said and not as_it_was(decision, observation, self._device.observe()):
            raise BadAction(f"{CHANGED}: {describe(decision.action)}")
        return said
