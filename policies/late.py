"""A model's policy that is made when it is first needed: weights are not loaded for what a script can decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from screenwright.policies.chat import Model
from screenwright.policies.model_policy import ModelPolicy
from screenwright.policies.policy import Policy
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Step, Task


class Late:
    """Opens its model in `begin`, once.

    Args:
        open: gives the model; NotInstalled and ModelLost come out of `begin`.
        wrap: what goes around the policy, such as Sure.
        settings: of ModelPolicy.
    """

    def __init__(
        self,
        open: Callable[[], Model],
        *,
        name: str = "model",
        wrap: Callable[[ModelPolicy], Policy] | None = None,
        **settings: Any,
    ) -> None:
        self.name = name
        self._open, self._wrap, self._settings = open, wrap, settings
        self._kinds: Callable[[], frozenset[str]] | None = None
        self._inner: ModelPolicy | None = None
        self._policy: Policy | None = None

    def meet(self, kinds: Callable[[], frozenset[str]]) -> None:
        self._kinds = kinds
        if self._inner is not None:
            self._inner.meet(kinds)

    def begin(self, task: Task) -> None:
        if self._policy is None:
            self._inner = ModelPolicy(self._open(), name=self.name, **self._settings)
            self._policy = self._wrap(self._inner) if self._wrap else self._inner
            if self._kinds is not None:
                self._inner.meet(self._kinds)
        self._policy.begin(task)

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        assert self._policy is not None, "begin comes first"
        return self._policy.decide(task, steps, observation)
