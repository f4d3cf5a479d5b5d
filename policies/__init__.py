"""What decides, and what may be done.

Names are imported when first used, so that `import` costs little and needs no display.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from screenwright.policies.guard import Guard
    from screenwright.policies.literal.policy import Literal
    from screenwright.policies.policy import Policy
    from screenwright.policies.scripted import Scripted

_HOMES = {
    "Policy": "screenwright.policies.policy",
    "Literal": "screenwright.policies.literal.policy",
    "Scripted": "screenwright.policies.scripted",
    "Guard": "screenwright.policies.guard",
}

__all__ = ["Guard", "Literal", "Policy", "Scripted"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
