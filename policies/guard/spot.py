"""Whether the place of an action still looks as it did when it was decided on."""

from __future__ import annotations

from screenwright.tools.actions import aim
from screenwright.tools.busy import is_caret
from screenwright.tools.changes import changed_regions
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision

SPOT_PX = 24


def as_it_was(decision: Decision, before: Observation, now: Observation) -> bool:
    """Does the place of the action look as it did when it was decided on?"""
    point = aim(decision.action)
    if point is None or now.frame != before.frame:
        return now.frame == before.frame
    spot = Region(round(point.x), round(point.y), 1, 1).grown(SPOT_PX).within(now.frame)
    part = slice(spot.y, spot.bottom), slice(spot.x, spot.right)
    return all(is_caret(region) for region in changed_regions(before.words[part], now.words[part]))
