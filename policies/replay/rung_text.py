"""The rung of words: what stands on the target, or beside it, as the screen is read."""

from __future__ import annotations

from dataclasses import replace

from screenwright.policies.replay.found import Found
from screenwright.policies.replay.rung_apart import ADRIFT, GONE, PLACED, apart, by_place
from screenwright.policies.replay.sought import ANOTHER_WINDOW, Said, Sought, at_home
from screenwright.tools.elements import Ambiguous, Match, NotSeen, Relation, Role, Target
from screenwright.tools.geometry import Region
from screenwright.tools.labels import UNLABELLED
from screenwright.tools.wording import ALIKE, CLOSE, PART, Likeness, likeness

WRITTEN, LABELLED, MISREAD, LONGER, UNTICKED = 0.9, 0.88, 0.68, 0.5, 0.7
"""Confidence: the words are the same; so are the label's; a letter differs; they are part of a longer text; the
words of a tick box are there, but no box is seen."""
TICKS = ("checkbox", "radio")


def text(sought: Sought) -> Said:
    """By its words, or by its label; of several, by label, row, surroundings and number."""
    wanted = _wanted(sought)
    if not wanted:
        return Said(
            why=f"its words depend on {', '.join(sought.varies)}" if sought.varies else "no words are known"
        )
    why = ""
    for target in wanted:
        try:
            matches = _matches(sought, target)
        except (NotSeen, Ambiguous) as error:
            why = why or str(error)
            continue
        if not matches:
            why = why or f"{target} is not to be read"
            continue
        return _said(sought, target, matches)
    return Said(why=why)


def _wanted(sought: Sought) -> list[Target]:
    """What to look for, the surest first."""
    looks, role = sought.looks, sought.role
    words = looks.text or looks.name
    if role in UNLABELLED:
        named = sought.label or words
        loose = [Target(named)] if named and role in TICKS else []
        return [Target(named, role), *loose] if named else []
    if words:
        return [Target(words, role)]
    if sought.label:
        return [Target(sought.label, one) for one in ("field", "checkbox")]
    if label := sought.anchor:
        return [Target(None, role, None, label.side, Target(label.text))]
    return []


def _matches(sought: Sought, target: Target) -> list[Match]:
    found = sought.scene.find_all(target)
    if not found:
        return []
    if target.relation:
        return [sought.scene.find(target)]
    best = [m for m in found if m.score > found[0].score - _margin(found[0].score)]
    if len(best) == 1:
        return best
    # What nobody can press goes behind what looks like it can be: a heading behind the button of the same name.
    try:
        return [sought.scene.find(target)]
    except Ambiguous as error:
        return error.candidates


def _margin(score: float) -> float:
    return 0.045 if score > 0.9 else 0.05


def _said(sought: Sought, target: Target, matches: list[Match]) -> Said:
    chosen, told = apart(sought, [m.element.region for m in matches], sought.texts)
    kept = [matches[n] for n in chosen]
    found = [_made(sought, target, m, told, alone=len(kept) == 1) for m in kept]
    if told == GONE or by_place(told):
        most = ADRIFT if told == GONE else PLACED
        found = [replace(f, confidence=min(f.confidence, most)) for f in found]
    return Said(tuple(sorted(found, key=lambda f: -f.confidence)), found[0].why, by_place(told))


def _made(sought: Sought, target: Target, match: Match, told: str, *, alone: bool) -> Found:
    one, label, role = match.element, match.label, sought.role
    read = label.text if label else one.text
    like = likeness(target.text, read) if target.text else None
    confidence = _sure(like, relation=target.relation)
    if like and like.kind == PART and not label and one.source == "ocr":
        like = likeness(target.text or "", _line(sought, match))
        confidence = _sure(like, relation=None)
    if label and like and like.kind >= ALIKE:
        confidence = LABELLED
    why = f'{one.role} by its label "{read}"' if label else f'"{one.text}" is read'
    if target.relation and target.anchor:
        why = f'{target.relation.replace("_", " ")} "{target.anchor.text}"'
    if target.role and one.role == "text" and target.role not in UNLABELLED and not _pressable(sought, match):
        confidence -= 0.05
    area = spot = one.region
    if role in TICKS:
        if label and not _leads(one.region, label.region):
            # It may be the next one's: its own words are safe to press.
            area = spot = label.region
            confidence = min(confidence, UNTICKED)
        elif label:
            area = Region.around([area, label.region])
        confidence = min(confidence, LABELLED if label or one.role == role else UNTICKED)
    if not one.enabled:
        why += ", disabled now"
    if sought.looks.text and one.role in ("field", "combo") and not label:
        confidence = min(confidence, 0.5)  # typed in, not written on it
    confidence = confidence if alone else min(confidence, 0.5)
    if not at_home(sought, one.region):
        confidence *= ANOTHER_WINDOW
        why += ", in another window"
    said = f"{why}, {told}" if told else why
    made = sought.made("text", area, confidence, said, one.text or None)
    return replace(made, point=spot.center(made.point.frame)) if role in TICKS else made


def _leads(tick: Region, words: Region) -> bool:
    """Does the box stand before its words, as it mostly does?"""
    return tick.middle[0] < words.x + 4


def _sure(like: Likeness | None, *, relation: Relation | None) -> float:
    if like is None:
        return 0.7 if relation else 0.45
    return {CLOSE: MISREAD, PART: LONGER}.get(like.kind, WRITTEN)


def _line(sought: Sought, match: Match) -> str:
    """The whole line that the words are part of."""
    middle = match.element.region.middle
    return next((line.text for line in sought.scene.lines if line.region.holds(*middle)), match.element.text)


def _pressable(sought: Sought, match: Match) -> bool:
    role: Role = "button"
    return any(w.region.holds(*match.element.region.middle) for w in sought.scene.widgets.of(role))
