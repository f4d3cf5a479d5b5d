"""The first rung: what the system's accessibility tree calls the target. Nothing is read, no picture compared."""

from __future__ import annotations

from collections.abc import Sequence

from screenwright.policies.replay.found import Found
from screenwright.policies.replay.rung_apart import ADRIFT, GONE, PLACED, apart, by_place
from screenwright.policies.replay.sought import ANOTHER_WINDOW, Said, Sought, alike, at_home, at_scale
from screenwright.tools.elements import Element
from screenwright.tools.find import GROUPS
from screenwright.tools.labels import LOOKS, cost_px
from screenwright.tools.wording import ALIKE, CLOSE, likeness

EXACT, MISSPELT, PART = 0.97, 0.75, 0.55


def element(sought: Sought) -> Said:
    """Role and name; of several, by label, row, surroundings and number."""
    looks = sought.looks
    label = sought.label
    name = looks.name or label
    if name is None:
        return Said(why="no name is known of it")
    tree = [e for e in sought.observation.elements if e.region.area and e.role not in ("window", "scroll")]
    if not tree:
        return Said(why="the program tells nothing of what it shows")
    listed = _called(sought, tree, name) or _labelled(sought, tree, label)
    if not listed:
        return Said(why=f'the tree has no {sought.role or "element"} called "{name}"')
    best = max(score for _, score in listed)
    top = _outermost([e for e, score in listed if score > best - 0.02])
    texts = [(t, e.region) for e in tree for t in (e.text, e.value) if t]
    chosen, told = apart(sought, [e.region for e in top], texts)
    kept = [top[n] for n in chosen]
    if len(kept) > 1:
        kept = [e for e in kept if at_home(sought, e.region)] or kept
    sure = best if len(kept) == 1 else min(best, 0.5)
    sure = min(sure, ADRIFT) if told == GONE else sure
    sure = min(sure, PLACED) if by_place(told) else sure
    found = [_made(sought, e, sure, told) for e in kept]
    return Said(tuple(found), found[0].why, by_place(told))


def _called(sought: Sought, tree: Sequence[Element], name: str) -> list[tuple[Element, float]]:
    """Those of its role that are called so. Better spelling goes first."""
    found: list[tuple[Element, float]] = []
    for one in tree:
        fit = _fit(sought, one)
        like = likeness(name, one.text) if fit else None
        if like is None:
            continue
        score = EXACT if like.kind >= ALIKE else MISSPELT if like.kind == CLOSE else PART
        found.append((one, score * fit))
    return found


def _fit(sought: Sought, one: Element) -> float:
    role = sought.role
    if role is None or one.role == role:
        return 1.0
    if one.role in LOOKS.get(role, ()):
        return 0.97
    return 0.93 if any(one.role in group and role in group for group in GROUPS) else 0.0


def _labelled(sought: Sought, tree: Sequence[Element], label: str | None) -> list[tuple[Element, float]]:
    """Of an unnamed field, the one that stands where its label's field stands."""
    role = sought.role
    if label is None or role is None or not sought.entered:
        return []
    labels = [e for e in tree if alike(label, e.text) and e.role not in LOOKS[role]]
    fields = [e for e in tree if e.role in LOOKS[role]]
    found: list[tuple[Element, float]] = []
    for text in labels:
        costs = [(cost, e) for e in fields if (cost := cost_px(text.region, e.region, role)) is not None]
        if costs:
            found.append((min(costs, key=lambda c: c[0])[1], 0.9))
    return found


def _outermost(listed: list[Element]) -> list[Element]:
    """A button and the text on it are one place."""
    kept: list[Element] = []
    for one in sorted(listed, key=lambda e: -e.region.area):
        if not any(one.region.shared(other.region).area > 0.7 * one.region.area for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda e: (e.region.y, e.region.x))


def _made(sought: Sought, one: Element, confidence: float, told: str) -> Found:
    why = f'{one.role} "{one.text}" of the tree' + (f", {told}" if told else "")
    if not at_home(sought, one.region):
        confidence *= ANOTHER_WINDOW
        why += ", in another window"
    if not one.enabled:
        why += ", disabled now"
    return at_scale(sought.made("element", one.region, confidence, why, one.text or None), 1.0)
