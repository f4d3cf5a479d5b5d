"""Which steps of two demos of the same task are the same ones."""

from __future__ import annotations

from collections.abc import Sequence

from screenwright.policies.replay.demo import DemoStep, Looks
from screenwright.tools.wording import folded

Pair = tuple[DemoStep | None, DemoStep | None]
SAME, LIKE = 3, 1


def aligned(a: Sequence[DemoStep], b: Sequence[DemoStep]) -> list[Pair]:
    """In order; with None where only one of the two has a step."""
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in reversed(range(len(a))):
        for j in reversed(range(len(b))):
            pair = likeness(a, i, b, j)
            both = best[i + 1][j + 1] + pair if pair else 0
            best[i][j] = max(both, best[i + 1][j], best[i][j + 1])
    pairs: list[Pair] = []
    i = j = 0
    while i < len(a) and j < len(b):
        pair = likeness(a, i, b, j)
        if pair and best[i][j] == best[i + 1][j + 1] + pair:
            pairs.append((a[i], b[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((a[i], None))
            i += 1
        else:
            pairs.append((None, b[j]))
            j += 1
    return [*pairs, *((step, None) for step in a[i:]), *((None, step) for step in b[j:])]


def likeness(a: Sequence[DemoStep], i: int, b: Sequence[DemoStep], j: int) -> int:
    """SAME: the same act on the same thing; LIKE: on another thing of the same kind in the same window; 0."""
    one, other = a[i], b[j]
    if _act(one) != _act(other) or (one.on is None) != (other.on is None):
        return 0
    if one.on is None or other.on is None:
        if one.do != "type_text":
            return SAME
        # Typed into what has the focus: it is the same where the same thing was clicked before.
        before = (i == 0 and j == 0) or (i > 0 and j > 0 and likeness(a, i - 1, b, j - 1) > 0)
        return SAME if before else LIKE
    if _thing(one.on) == _thing(other.on):
        return SAME
    chosen = bool(one.on.name or one.on.text) and bool(other.on.name or other.on.text)
    alike = one.on.role == other.on.role and one.on.program == other.on.program
    return LIKE if chosen and alike and _same_window(one.on.window, other.on.window) else 0


def _same_window(a: str | None, b: str | None) -> bool:
    """A title may hold what was typed or chosen; a word in common will do."""
    return a is None or b is None or bool(set(folded(a).split()) & set(folded(b).split()))


def _act(step: DemoStep) -> tuple[object, ...]:
    way = (step.down or 0) > 0, (step.right or 0) > 0
    return (
        step.do,
        step.button or "left",
        step.count or 1,
        step.modifiers or (),
        step.keys,
        step.press,
        step.app,
        way,
    )


def _thing(looks: Looks) -> tuple[object, ...]:
    label = (folded(looks.label.text), looks.label.side) if looks.label else None
    return looks.role, folded(looks.name or looks.text or ""), label, looks.ordinal
