"""Which frames of a film, and which pages of a document, are looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from screenwright.tools.inputs.kinds import FRAMES_LEAST, BadInput, Bounds


def picked(begins: Sequence[float], bounds: Bounds) -> list[int]:
    """Numbers of the frames to take, from the second at which each begins, in order.

    The first, the last, and what is shown at regular times between them, so that a recording which has a
    frame only where something changed is seen right: a frame shown for a minute is taken once.
    """
    count = len(begins)
    if count <= 2:
        return list(range(count))
    most = max(2, bounds.frames_most)
    length = begins[-1] - begins[0]
    wanted = min(most, max(FRAMES_LEAST, round(length * bounds.fps) + 1))
    step = length / (wanted - 1)
    shown = {max(0, bisect_right(begins, begins[0] + step * n + 1e-6) - 1) for n in range(wanted)}
    shown |= {0, count - 1}
    for n in range(1, FRAMES_LEAST):  # long rests hide the few frames there are
        if len(shown) < min(FRAMES_LEAST, most, count):
            shown.add(round(n * (count - 1) / FRAMES_LEAST))
    return sorted(shown)


def page_numbers(said: str, total: int, name: str) -> Sequence[int]:
    """ "3-7" or "1,3,9-" as numbers. BadInput where the document has no such page."""
    if not said:
        return range(1, total + 1)
    numbers: list[int] = []
    for part in said.split(","):
        first, dash, last = part.partition("-")
        begin = int(first or 1)
        end = int(last or total) if dash else begin
        if not 1 <= begin <= end <= total:
            raise BadInput(f"{name} has pages 1 to {total}; #{part} is not among them")
        numbers += range(begin, end + 1)
    return list(dict.fromkeys(numbers))
