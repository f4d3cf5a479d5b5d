"""From words on a command line to a model: which one, where it runs, whose words it is spoken to in."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from screenwright.policies.qwen3vl.fetching import DEFAULT, is_here
from screenwright.tools.errors import BadScript

if TYPE_CHECKING:
    from screenwright.policies.chat import Model
    from screenwright.policies.model_policy import ModelPolicy
    from screenwright.policies.policy import Policy
    from screenwright.tools.reading import Reader

POLICIES = ("auto", "literal", "model", "qwen3vl", "served")


@dataclass(frozen=True)
class Which:
    """A model, in the words of the command line; what is not said there is taken from the environment.

    `name`: a folder, a Hugging Face id, `modelscope:...`, or the name on a server. `url`: of that server.
    """

    name: str | None = None
    url: str | None = None
    dialect: str | None = None
    settings: dict[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def said(
        cls, name: str | None = None, url: str | None = None, dialect: str | None = None, **settings: Any
    ) -> Which:
        return cls(
            name or os.environ.get("SCREENWRIGHT_MODEL") or None,
            url or os.environ.get("SCREENWRIGHT_URL") or None,
            dialect or os.environ.get("SCREENWRIGHT_DIALECT") or None,
            {key: value for key, value in settings.items() if value is not None},
        )

    @property
    def configured(self) -> bool:
        return self.name is not None or self.url is not None

    @property
    def is_served(self) -> bool:
        return self.url is not None or (self.name or "").startswith(("http://", "https://"))

    def open(self) -> Model:
        """NotInstalled, ModelLost. A server is only spoken to when it is first asked."""
        return open_model(self.name, self.url, **self.settings)


def open_model(name: str | None = None, url: str | None = None, **settings: Any) -> Model:
    """A model in this process, or on a server where there is a URL. A name that is a URL is one.

    Settings are those of `open_checkpoint` (dtype, device_map, attention, weights, context) and, on a server,
    those of `ServedModel` (api_key).
    """
    if url is None and name is not None and name.startswith(("http://", "https://")):
        name, url = None, name
    if url is not None:
        from screenwright.policies.served.model import ServedModel

        return ServedModel(url, name, **settings)
    from screenwright.policies.qwen3vl.engine import Engine
    from screenwright.policies.qwen3vl.loading import open_checkpoint

    return Engine(open_checkpoint(name or DEFAULT, tell=_tell, **settings))


def policy_of(kind: str, which: Which | None = None, *, sure: bool = True, reader: Reader | None = None) -> Policy:
    """The policy that a name stands for. "auto": plain steps, then a model where one is configured or here."""
    from screenwright.policies.literal.policy import Literal
    from screenwright.tools.reading import Reader

    which = which or Which.said()
    if kind not in POLICIES:
        raise BadScript(f"--policy {kind!r}: there is no such policy; there is: {', '.join(POLICIES)}")
    reader = reader or Reader()  # what one of them has read, the others need not read again
    if kind == "literal" or (kind == "auto" and not which.configured and not is_here(DEFAULT)):
        return Literal(reader=reader)
    if kind == "served" and not which.is_served:
        raise BadScript("--policy served needs --url, such as http://127.0.0.1:11434/v1, or SCREENWRIGHT_URL")
    asked = _model_policy(which, reader if sure else None)
    if kind != "auto":
        return asked
    from screenwright.policies.cascade import Cascade

    return Cascade([Literal(reader=reader), asked])


def _model_policy(which: Which, reader: Reader | None) -> Policy:
    from screenwright.policies.late import Late
    from screenwright.policies.sure import Sure

    def checked(policy: ModelPolicy) -> Policy:
        return Sure(policy, reader)

    name = "served" if which.is_served else "qwen3vl"
    return Late(which.open, dialect=which.dialect, name=name, wrap=checked if reader else None)


def _tell(message: str) -> None:
    print(f"screenwright: {message}", file=sys.stderr)
