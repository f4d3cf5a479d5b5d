"""What of an action is drawn on a picture of the screen, for the pages that do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from screenwright.tools.actions import Action, Drag, Scroll, Swipe, TypeText, aim
from screenwright.tools.geometry import Point


def drawn(action: Action, place: Callable[[Point], list[float]]) -> dict[str, Any]:
    """Where it goes (`at`) and comes from (`from`), as `place` writes a point; notches (`turn`); what is typed."""
    facts: dict[str, Any] = {}
    if point := aim(action):
        facts["at"] = place(point)
    match action:
        case Drag(start=Point() as start) | Swipe(start=start):
            facts["from"] = place(start)
        case Scroll():
            facts["turn"] = [action.right, action.down]
        case TypeText():
            facts["text"] = action.text
        case _:
            pass
    return facts
