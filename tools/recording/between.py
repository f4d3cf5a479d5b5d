"""What a person waited for, as told from thinking, and where they only pointed: between one act and the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from screenwright.tools.geometry import Region, View
from screenwright.tools.recording.seen import Burst, Change, Seen
from screenwright.tools.recording.witness import Witness
from screenwright.tools.settle import NEAR_PX, difference
from screenwright.tools.steps import Effect

CALM_S = 0.6  # without change, and what comes then is not the act's doing any more
HOVER_S = 1.2  # a tooltip comes so long after the pointer has stopped
HOVER_PX = 40
LEAST_PX = 150  # a smaller change is a digit of a clock
OPENED_PX = 400
Trail = Sequence[tuple[float, int, int]]
"""Where the pointer was: seconds, x, y in input units."""


@dataclass(frozen=True, slots=True)
class Act:
    """When an act began and ended, and where, input units."""

    began: float
    ended: float
    spot: tuple[int, int] | None


def calm_at(witness: Witness, act: Act, until: float) -> float:
    """When what the act did was over: the last change without a pause of CALM_S since."""
    last = act.ended
    for change in witness.changed_between(act.began, until):
        if change.at - last > CALM_S:
            break
        last = max(last, change.at)
    return last


def effect(witness: Witness, act: Act, before: Seen, after: Seen, until: float) -> Effect:
    """What it changed, as a Settler would have told it."""
    calm = calm_at(witness, act, until)
    changes = witness.changed_between(act.began, calm + 1e-6)
    view = before.view
    spot = None
    if act.spot:
        point = view.from_input(*act.spot)
        spot = point.x, point.y
    # where nothing was seen to change, what differs is a caret, or never stops
    told = difference(before, after, spot) if changes else Effect(where="nothing")
    return replace(
        told,
        first_s=round(changes[0].at - act.began, 3) if changes else None,
        last_s=round(changes[-1].at - act.began, 3) if changes else None,
        waited_s=round(max(0.0, calm - act.began), 3),
    )


def waited(
    witness: Witness, calm: float, until: float, trail: Trail, target: tuple[int, int] | None
) -> tuple[Burst, Burst] | None:
    """The first and last change that came late and by itself, before the next act; None where it was thinking."""
    late = [
        burst
        for burst in witness.bursts_between(calm + CALM_S, until)
        if _by_itself(witness.changed_between(burst.began, burst.ended + 1e-6), burst.before.view, trail, target)
    ]
    return (late[0], late[-1]) if late else None


def _by_itself(changes: Sequence[Change], view: View, trail: Trail, target: tuple[int, int] | None) -> bool:
    """Neither the pointer's doing nor too small to have been waited for."""
    own: list[Region] = []
    for change in changes:
        path = [view.from_input(x, y) for at, x, y in trail if change.at - HOVER_S <= at <= change.at + 0.05]
        own += [r for r in change.regions if not any(r.distance(p.x, p.y) <= HOVER_PX for p in path)]
    aimed = view.from_input(*target) if target else None
    return any(r.area >= LEAST_PX or (aimed and r.distance(aimed.x, aimed.y) <= NEAR_PX) for r in own)


def hovered(
    witness: Witness, last: Act, next_: Act, view: View, trail: Trail
) -> tuple[tuple[int, int], float] | None:
    """Where the pointer rested when it opened what was acted on next, and when it opened; None for no hover."""
    if next_.spot is None:
        return None
    aim = view.from_input(*next_.spot)
    for change in reversed(witness.changed_between(last.ended, next_.began)):
        x, y = change.pointer
        if last.spot and max(abs(last.spot[0] - x), abs(last.spot[1] - y)) <= 5:
            continue  # the pointer has not moved since
        if not any(change.at - HOVER_S <= at <= change.at for at, _, _ in trail):
            continue
        here = view.from_input(x, y)
        opened = (r for r in change.regions if r.area >= OPENED_PX and r.holds(aim.x, aim.y))
        for r in opened:
            if not r.grown(2).holds(here.x, here.y) and r.distance(here.x, here.y) <= HOVER_PX:
                return (x, y), change.at
    return None
