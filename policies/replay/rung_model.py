"""The last rung: a model that is shown the part of the screen where the target was, and asked for it."""

from __future__ import annotations

from typing import Protocol

from screenwright.policies.replay.sought import Said, Sought
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point, Region
from screenwright.tools.observation import Observation

POINTED = 0.6
CROP_PX = (520, 360)
SIDE_PX = 16


class Pointer(Protocol):
    """Points at what is named. `ModelPolicy.point_at` is one, by `PointedBy`."""

    def point(self, what: str, observation: Observation, region: Region) -> tuple[Point | None, dict[str, float]]:
        """Where `what` is within `region` of the frame, None when it is not there; and the usage. BadReply."""
        ...


class PointsAt(Protocol):
    """What `ModelPolicy` offers."""

    def point_at(
        self, what: str, observation: Observation, region: Region
    ) -> tuple[Point | None, dict[str, float]]: ...


class PointedBy:
    """A `Pointer` made of a policy that can point."""

    def __init__(self, policy: PointsAt) -> None:
        self._policy = policy

    def point(self, what: str, observation: Observation, region: Region) -> tuple[Point | None, dict[str, float]]:
        return self._policy.point_at(what, observation, region)


def model(sought: Sought, pointer: Pointer | None) -> Said:
    """Asked on a crop around its place, then on the whole window."""
    if pointer is None:
        return Said(why="no model is set")
    what = sought.looks.said
    for region in _shown(sought):
        try:
            point, _ = pointer.point(what, sought.observation, region)
        except BadReply as error:
            return Said(why=f"the model's reply can't be read: {error}")
        if point is None or point.frame != sought.observation.frame or not point.inside:
            continue
        area = Region(round(point.x), round(point.y), 1, 1).grown(SIDE_PX).within(point.frame)
        here = [(t, r) for t, r in sought.texts if r.grown(4).holds(point.x, point.y)]
        if taken := next((t for t, _ in here if sought.other(t)), None):
            return Said(why=f'the model points at "{taken}", which is something else')
        found = sought.made(
            "model", area, POINTED, f"a model points at it for {what!r}", here[0][0] if here else None
        )
        from dataclasses import replace

        return Said((replace(found, point=point),), found.why)
    return Said(why="the model does not see it")


def _shown(sought: Sought) -> list[Region]:
    frame = sought.observation.frame
    whole = sought.window or Region(0, 0, frame.width, frame.height)
    if not sought.expected:
        return [whole]
    x, y = sought.expected[0]
    width, height = CROP_PX
    crop = Region(round(x - width / 2), round(y - height / 2), width, height).within(frame)
    return [crop, whole] if crop.area else [whole]
