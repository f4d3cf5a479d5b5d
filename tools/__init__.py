"""Screens, what they show, and what can be done to them.

Names are imported when first used, so that `import` costs little and needs no display.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from screenwright.tools.contract import check_device
    from screenwright.tools.desktop import Desktop
    from screenwright.tools.device import Device
    from screenwright.tools.elements import Element, Target
    from screenwright.tools.fake import FakeDevice
    from screenwright.tools.geometry import Point, Region, Size
    from screenwright.tools.observation import Observation
    from screenwright.tools.phone.device import Phone
    from screenwright.tools.playback import Playback
    from screenwright.tools.reading import Reader, Scene
    from screenwright.tools.settle import Settler
    from screenwright.tools.steps import Decision, Outcome, Step, Task
    from screenwright.tools.trace import Trace, TraceWriter

_HOMES = {
    "Desktop": "screenwright.tools.desktop",
    "Device": "screenwright.tools.device",
    "FakeDevice": "screenwright.tools.fake",
    "Phone": "screenwright.tools.phone.device",
    "Playback": "screenwright.tools.playback",
    "Observation": "screenwright.tools.observation",
    "Reader": "screenwright.tools.reading",
    "Scene": "screenwright.tools.reading",
    "Settler": "screenwright.tools.settle",
    "Target": "screenwright.tools.elements",
    "Element": "screenwright.tools.elements",
    "Point": "screenwright.tools.geometry",
    "Region": "screenwright.tools.geometry",
    "Size": "screenwright.tools.geometry",
    "Task": "screenwright.tools.steps",
    "Step": "screenwright.tools.steps",
    "Outcome": "screenwright.tools.steps",
    "Decision": "screenwright.tools.steps",
    "Trace": "screenwright.tools.trace",
    "TraceWriter": "screenwright.tools.trace",
    "check_device": "screenwright.tools.contract",
}

__all__ = [
    "Decision",
    "Desktop",
    "Device",
    "Element",
    "FakeDevice",
    "Observation",
    "Outcome",
    "Phone",
    "Playback",
    "Point",
    "Reader",
    "Region",
    "Scene",
    "Settler",
    "Size",
    "Step",
    "Target",
    "Task",
    "Trace",
    "TraceWriter",
    "check_device",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
