"""Fingers as commands of `input`: pure, in input coordinates.

A wheel does not exist on glass: a notch is a swipe over a fifteenth of the screen, slow enough that a list
follows the finger more than it is thrown.
"""

from __future__ import annotations

from screenwright.tools.geometry import Region, Size

Spot = tuple[int, int]
NOTCHES_A_SCREEN = 15
PX_A_SECOND = 1400
EDGE = 0.06  # of the screen: a finger that starts nearer to its edge opens a drawer or goes back
SWIPE_NOTCHES = 8
DOUBLE_TAP_S = 0.1


def tap(spot: Spot, count: int = 1, *, slow: bool = False) -> str:
    """`count` taps close together. On a phone where `input` is slow, each starts before the one before it ends."""
    one = f"input tap {spot[0]} {spot[1]}"
    if count == 1:
        return one
    return f" & sleep {DOUBLE_TAP_S:g}; ".join([one] * count) + "; wait" if slow else "; ".join([one] * count)


def hold(spot: Spot, seconds: float) -> str:
    """A finger that stays where it is."""
    return swipe(spot, spot, seconds)


def swipe(start: Spot, end: Spot, seconds: float) -> str:
    """A finger from start to end."""
    return f"input swipe {start[0]} {start[1]} {end[0]} {end[1]} {max(1, round(seconds * 1000))}"


def drag(start: Spot, end: Spot, seconds: float) -> str:
    """A finger that first holds, as apps want it before they let go of a thing, then moves."""
    return f"input draganddrop {start[0]} {start[1]} {end[0]} {end[1]} {max(100, round(seconds * 1000))}"


def scrolls(spot: Spot, down: int, right: int, free: Region) -> list[str]:
    """The swipes that scroll by so many notches at a spot, each inside `free`; `down` moves the page up."""
    return _scrolls(spot, down, free, upright=True) + _scrolls(spot, right, free, upright=False)


def free_of_edges(screen: Size, keyboard: Region | None) -> Region:
    """Where a swipe may start and end: not at the edges, and not on the keyboard, where it would write."""
    bottom = screen.height
    if keyboard and keyboard.y > screen.height // 4:
        bottom = min(bottom, keyboard.y)
    left, top = round(screen.width * EDGE), round(bottom * EDGE)
    return Region(left, top, screen.width - 2 * left, bottom - 2 * top)


def _scrolls(spot: Spot, notches: int, free: Region, *, upright: bool) -> list[str]:
    first, last = (free.y, free.bottom) if upright else (free.x, free.right)
    notch = (last - first) / (1 - 2 * EDGE) / NOTCHES_A_SCREEN
    centre = min(max(spot[1] if upright else spot[0], first), last - 1)
    side = spot[0] if upright else spot[1]
    across = (free.x, free.right) if upright else (free.y, free.bottom)
    side = min(max(side, across[0]), across[1] - 1)
    found: list[str] = []
    left = abs(notches)
    while left:
        step = min(left, SWIPE_NOTCHES)
        left -= step
        length = notch * step
        start = centre + length / 2 * (1 if notches > 0 else -1)
        # A swipe that would leave the free part is moved into it, not shortened.
        start = min(max(start, first + (length if notches > 0 else 0)), last - 1 - (0 if notches > 0 else length))
        end = start - length * (1 if notches > 0 else -1)
        a, b = (
            ((side, round(start)), (side, round(end))) if upright else ((round(start), side), (round(end), side))
        )
        found.append(swipe(a, b, max(0.2, length / PX_A_SECOND)))
    return found
