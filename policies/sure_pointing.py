"""Asking a policy again where something is, on a part of the frame, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from screenwright.policies.policy import Policy
from screenwright.tools.geometry import Point, Region
from screenwright.tools.observation import Observation

LEAST_PX = (240, 160)


@runtime_checkable
class Pointing(Policy, Protocol):
    """A policy that can be asked again where something is."""

    def point_at(
        self, what: str, observation: Observation, region: Region
    ) -> tuple[Point | None, dict[str, float]]:
        """Where `what` is within `region` of the frame, seen at native resolution (a tiny region enlarged).

        Returns a point on the observation's whole frame, or None where it is not in the region; and the usage.
        """
        ...


@dataclass(slots=True)
class SecondLook:
    """Second looks at one frame, and what they cost."""

    policy: Policy
    what: str
    observation: Observation
    share: float
    spent: dict[str, float] = field(default_factory=dict[str, float])
    looks: int = 0

    @property
    def possible(self) -> bool:
        return isinstance(self.policy, Pointing)

    def around(self, x: float, y: float) -> Region:
        """The crop around a place, moved inside the frame."""
        frame = self.observation.frame
        width = min(frame.width, max(LEAST_PX[0], round(frame.width * self.share)))
        height = min(frame.height, max(LEAST_PX[1], round(frame.height * self.share)))
        left = min(max(0, round(x - width / 2)), frame.width - width)
        top = min(max(0, round(y - height / 2)), frame.height - height)
        return Region(left, top, width, height)

    def at(self, region: Region) -> Point | None:
        if not isinstance(self.policy, Pointing):
            return None
        point, usage = self.policy.point_at(self.what, self.observation, region)
        self.looks += 1
        self.spent = added(self.spent, usage)
        return point if point is not None and point.frame == self.observation.frame and point.inside else None


def added(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Two usages, summed."""
    return {**one, **{key: one.get(key, 0) + value for key, value in other.items()}}
