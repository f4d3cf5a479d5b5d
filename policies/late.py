"""A model's policy that is made when it is first needed: weights are not loaded for what a script can decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from screenwright.policies.chat import Model
from screenwright.policies.errand import Drops
from screenwright.policies.model_policy import ModelPolicy
from screenwright.policies.policy import Policy
from screenwright.policies.qwen3vl.fetching import DEFAULT
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

    def drop(self) -> None:
        """Its last decision was not taken."""
        if isinstance(self._policy, Drops):
            self._policy.drop()


class Qwen3VL(Late):
    """A checkpoint of the Qwen family in this process.

    Args:
        model: a folder, a Hugging Face id, or "modelscope:..." with one.
        dialect: by name; None: the one bound to the model's name.
        dtype, device_map, attention, weights, context: see `open_checkpoint`.
        settings: of ModelPolicy (grow, keep, budget, crops, limit, sampling, grammar) and `wrap`.
    """

    def __init__(
        self,
        model: str = DEFAULT,
        *,
        dialect: str | None = None,
        dtype: str = "auto",
        device_map: str | None = None,
        attention: str = "sdpa",
        weights: str | None = None,
        context: str | None = None,
        **settings: Any,
    ) -> None:
        def open() -> Model:
            from screenwright.policies.qwen3vl.engine import Engine
            from screenwright.policies.qwen3vl.loading import open_checkpoint

            loaded = open_checkpoint(
                model, dtype=dtype, device_map=device_map, attention=attention, weights=weights, context=context
            )
            return Engine(loaded)

        super().__init__(open, name="qwen3vl", dialect=dialect, **settings)


class Served(Late):
    """A model behind any server that speaks OpenAI's chat completions.

    Args:
        url: such as http://127.0.0.1:11434/v1.
        model: its name there; None: the only one there is.
        dialect: by name; None: the one bound to the model's name.
        api_key: None: from the environment, for the vendor's own host alone.
        settings: of ModelPolicy and `wrap`.
    """

    def __init__(
        self,
        url: str,
        model: str | None = None,
        *,
        dialect: str | None = None,
        api_key: str | None = None,
        **settings: Any,
    ) -> None:
        def open() -> Model:
            from screenwright.policies.served.model import ServedModel

            return ServedModel(url, model, api_key=api_key)

        super().__init__(open, name="served", dialect=dialect, **settings)
