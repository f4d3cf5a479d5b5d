"""The loop and everything a person starts: runs a Policy on a Device under a Guard, leaves a Trace.

Names are imported when first used, so that `import` costs little and needs no display.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from screenwright.agent.limits import Limits
    from screenwright.agent.loop import Agent, Listener
    from screenwright.agent.person.attendance import Attendance, Manners
    from screenwright.agent.screen import Screen

_HOMES = {
    "Agent": "screenwright.agent.loop",
    "Listener": "screenwright.agent.loop",
    "Limits": "screenwright.agent.limits",
    "Attendance": "screenwright.agent.person.attendance",
    "Manners": "screenwright.agent.person.attendance",
    "Screen": "screenwright.agent.screen",
}

__all__ = ["Agent", "Attendance", "Limits", "Listener", "Manners", "Screen"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
