"""From words to the one thing they name: text, role, which of several, where it stands to another.

Better kinds of likeness go first, and what is left in a tie is asked back (`Ambiguous`), never drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from screenwright.tools.elements import Ambiguous, Element, Match, NotSeen, Relation, Role, Target
from screenwright.tools.geometry import Region
from screenwright.tools.labels import UNLABELLED, holding, labelled, said_part
from screenwright.tools.relations import gap_px, rows_shared, stands
from screenwright.tools.wording import ALIKE, CLOSE, EXACT, PART, likeness, nearest, squeezed

if TYPE_CHECKING:
    from screenwright.tools.reading import Scene

PRESSABLE: frozenset[Role] = frozenset(("button", "link", "menu", "tab", "item", "cell", "text", "other"))
ENTERED: frozenset[Role] = frozenset(("field", "combo"))
TICKED: frozenset[Role] = frozenset(("checkbox", "radio"))
GROUPS = (PRESSABLE, ENTERED, TICKED)


def find(scene: Scene, target: Target) -> Match:
    """The one element that answers; NotSeen with the nearest texts, Ambiguous with the candidates."""
    matches = find_all(scene, target)
    if not matches:
        raise NotSeen(target, _nearest(scene, target))
    if target.ordinal is not None:
        return _ordinal(target, matches)
    best = _clearly_best(scene, target, matches)
    if len(best) > 1:
        raise Ambiguous(target, best[:8])
    return best[0]


def find_all(scene: Scene, target: Target) -> list[Match]:
    """Every element that answers, best first; of equals in reading order. The ordinal is left out.

    Raises NotSeen or Ambiguous for the anchor of a relation.
    """
    matches = _candidates(scene, target)
    if target.relation and target.anchor:
        anchor = find(scene, target.anchor)
        place = anchor.element.region
        if target.relation == "labelled":
            return [m for m in matches if m.label and m.label.region == (anchor.label or anchor.element).region]
        matches = [m for m in matches if stands(target.relation, m.element.region, place)]
        matches = [m for m in matches if m.element != anchor.element]
    return matches


def _candidates(scene: Scene, target: Target) -> list[Match]:
    """What answers to text and role."""
    role, text = target.role, target.text
    if target.relation == "labelled" and target.anchor and text is None:
        text = target.anchor.text
    unlabelled = role if role in UNLABELLED else None
    if text is None:
        listed = [e for e in scene.elements if role is None or e.role == role]
        if unlabelled:
            listed += [w for w in scene.widgets.of(unlabelled) if not _covered(w, listed)]
        return [Match(e, 1.0) for e in _ordered(listed)]
    if unlabelled:
        return _ranked(labelled(scene, text, unlabelled))
    plain = [m for e in scene.elements if (m := _matched(scene, e, text, role))]
    return _ranked(plain or _joined(scene, text))


def _matched(scene: Scene, element: Element, text: str, role: Role | None) -> Match | None:
    """Does the element answer to the text? Of a longer line of text, the place of the words themselves."""
    fit = _fit(element.role, role)
    like = likeness(text, element.text) if fit else None
    if like is None:
        held = likeness(text, element.value) if fit and element.value else None
        return Match(element, held.score * fit * 0.9) if held and held.kind >= ALIKE else None
    score = like.score * fit
    if holding(scene, element):
        score *= 0.9  # what was typed into a field is not what the screen calls it
    part = said_part(scene, element, like)
    return Match(part, score, label=None if part is element else element)


def _fit(has: Role, wants: Role | None) -> float:
    """0 when a thing of that role can't be meant; OCR does not know roles, so its text may be anything."""
    if wants is None:
        return 0.97 if has in ("window", "scroll") else 1.0
    if has == wants:
        return 1.0
    if has == "text":
        return 0.98
    return 0.93 if any(has in group and wants in group for group in GROUPS) else 0.0


def _joined(scene: Scene, text: str) -> list[Match]:
    """Words that OCR saw as neighbours, on one line or wrapped into two, when together they are the text."""
    wanted = squeezed(text)
    starts = [e for e in scene.elements if e.text and wanted.startswith(squeezed(e.text))]
    found: list[Match] = []
    for first in starts:
        parts = [first]
        while squeezed(" ".join(p.text for p in parts)) != wanted:
            said = squeezed("".join(p.text for p in parts))
            following = [
                e
                for e in scene.elements
                if e.text and _continues(parts[-1].region, e.region) and wanted.startswith(said + squeezed(e.text))
            ]
            if len(following) != 1:
                break
            parts.append(following[0])
        else:
            words = " ".join(p.text for p in parts)
            whole = Element(words, Region.around(p.region for p in parts), first.role, first.source)
            found.append(Match(whole, 0.9))
    return found


def _continues(before: Region, after: Region) -> bool:
    """Does it stand next on the line, or on the next line of the same block?"""
    height = min(before.height, after.height)
    if rows_shared(before, after) > 0.5:
        return 0 <= after.x - before.right < 1.5 * height
    below = -0.4 * height <= after.y - before.bottom < 0.6 * height
    return below and min(before.right, after.right) - max(before.x, after.x) > 0


def _ranked(matches: list[Match]) -> list[Match]:
    """Best first, of equals in reading order, each place once."""
    order = {id(m): n for n, m in enumerate(_reading_order(matches))}
    kept: list[Match] = []
    for match in sorted(matches, key=lambda m: (-m.score, order[id(m)])):
        if not any(_same_place(match, other) for other in kept):
            kept.append(match)
    return kept


def _same_place(a: Match, b: Match) -> bool:
    """A button and the text on it are one place to click; the better match stays."""
    shared = a.element.region.shared(b.element.region).area
    return shared > 0.7 * min(a.element.region.area, b.element.region.area)


def _reading_order(matches: Sequence[Match]) -> list[Match]:
    from screenwright.tools.reading import in_rows

    by_element: dict[Element, list[Match]] = {}
    for match in matches:
        by_element.setdefault(match.element, []).append(match)
    return [m for row in in_rows(list(by_element)) for e in row for m in by_element[e]]


def _ordered(elements: list[Element]) -> list[Element]:
    from screenwright.tools.reading import in_rows

    return [e for row in in_rows(elements) for e in row]


def _ordinal(target: Target, matches: list[Match]) -> Match:
    """The n-th in reading order of those that match as well as the best kind does."""
    best = [m for m in matches if _kind(m) == _kind(matches[0])]
    if len(best) < abs(target.ordinal or 0):
        best = matches
    ordered = _reading_order(best)
    number = target.ordinal or 1
    index = number - 1 if number > 0 else len(ordered) + number
    if not 0 <= index < len(ordered):
        raise NotSeen(target, [f"{m.element.text} at {m.element.region}" for m in ordered])
    return ordered[index]


def _kind(match: Match) -> int:
    return (
        EXACT if match.score > 0.925 else ALIKE if match.score > 0.905 else PART if match.score > 0.66 else CLOSE
    )


def _clearly_best(scene: Scene, target: Target, matches: list[Match]) -> list[Match]:
    """Those that nothing sets apart: one, when the answer is clear."""
    top = matches[0].score
    if target.relation and target.anchor and target.relation not in ("labelled", "inside"):
        close = [m for m in matches if _kind(m) == _kind(matches[0])]
        return _nearest_to(find(scene, target.anchor).element.region, target.relation, close)
    margin = 0.004 if top > 0.925 else 0.05
    ties = [m for m in matches if m.score >= top - margin]
    for better in (_enabled, _pressable, _written, _boxed):
        kept = [m for m in ties if better(scene, m)]
        ties = kept or ties
    return ties


def _nearest_to(anchor: Region, relation: Relation, matches: list[Match]) -> list[Match]:
    gaps = {id(m): gap_px(relation, m.element.region, anchor) for m in matches}
    least = min(gaps.values())
    return [m for m in matches if gaps[id(m)] <= least + 3]


def _enabled(_: Scene, match: Match) -> bool:
    return match.element.enabled


def _written(scene: Scene, match: Match) -> bool:
    """Can its words be seen? The tree also names pictures: a menu's entry and its twin in the toolbar."""
    element = match.element
    return element.source == "ocr" or any(
        element.region.holds(*line.region.middle) and likeness(line.text, element.text) for line in scene.lines
    )


def _pressable(_: Scene, match: Match) -> bool:
    return match.element.source != "ocr" and match.element.role not in ("text", "window", "other")


def _boxed(scene: Scene, match: Match) -> bool:
    """Does it look like a button?"""
    return any(w.region.holds(*match.element.region.middle) for w in scene.widgets.of("button"))


def _covered(widget: Element, listed: Sequence[Element]) -> bool:
    return any(e.region.shared(widget.region).area * 2 > widget.region.area for e in listed)


def _nearest(scene: Scene, target: Target) -> list[str]:
    texts = list(dict.fromkeys(e.text for e in scene.elements if e.text))
    if target.text is None:
        return texts[:5]
    return nearest(target.text, texts)
