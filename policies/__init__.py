"""What decides, and what may be done.

Names are imported when first used, so that `import` costs little and needs no display.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from screenwright.policies.cascade import Cascade
    from screenwright.policies.guard import Guard
    from screenwright.policies.late import Late, Qwen3VL, Served
    from screenwright.policies.literal.policy import Literal
    from screenwright.policies.model_policy import ModelPolicy
    from screenwright.policies.oracle import Misses, Oracle
    from screenwright.policies.policy import Policy
    from screenwright.policies.replay.policy import Replay
    from screenwright.policies.scripted import Scripted
    from screenwright.policies.scripted_model import ScriptedModel
    from screenwright.policies.sure import Sure

_HOMES = {
    "Cascade": "screenwright.policies.cascade",
    "Guard": "screenwright.policies.guard",
    "Late": "screenwright.policies.late",
    "Literal": "screenwright.policies.literal.policy",
    "Misses": "screenwright.policies.oracle",
    "ModelPolicy": "screenwright.policies.model_policy",
    "Oracle": "screenwright.policies.oracle",
    "Policy": "screenwright.policies.policy",
    "Qwen3VL": "screenwright.policies.late",
    "Replay": "screenwright.policies.replay.policy",
    "Scripted": "screenwright.policies.scripted",
    "ScriptedModel": "screenwright.policies.scripted_model",
    "Served": "screenwright.policies.late",
    "Sure": "screenwright.policies.sure",
}

__all__ = [
    "Cascade",
    "Guard",
    "Late",
    "Literal",
    "Misses",
    "ModelPolicy",
    "Oracle",
    "Policy",
    "Qwen3VL",
    "Replay",
    "Scripted",
    "ScriptedModel",
    "Served",
    "Sure",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
