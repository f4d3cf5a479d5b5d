"""The rungs of pictures: near its place, then anywhere in the window and on the screen, at other sizes.

What is written on the target must be the same, and what is written beside it too: in a form all fields look
alike, in a table all buttons do. A place where only one of the two agrees is a hint for the rungs after.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from screenwright.policies.replay.demo import Patch
from screenwright.policies.replay.found import Found, Rung
from screenwright.policies.replay.sought import Said, Sought
from screenwright.tools.geometry import Point, Region, Size
from screenwright.tools.patch_fit import Agreement, agreement, bordered
from screenwright.tools.patch_search import SCALES, Peak, Pictured, search

REACH_PX = 80
SAME, SAME_RESIZED = 0.88, 0.7
"""From what on marks agree: at the recorded size letters come out the same, at another they are drawn anew."""
CLOSE = 0.12
"""Confidences nearer than this are as good as each other."""
HINT = 0.45
AT_ONCE = 0.85


@dataclass(frozen=True, slots=True)
class Judged:
    """A place and how sure it is."""

    peak: Peak
    known: Pictured
    confidence: float
    why: str
    same: bool
    """Is the target itself the same there, whatever stands beside it?"""
    other: bool = False
    """Is it one of several that look alike, with other words beside it?"""


def near(sought: Sought) -> Said:
    """The picture within 80 pixels of where it should be by a corner of its window."""
    if why := _unfit(sought) or ("" if sought.expected else "where its window is, is not known"):
        return Said(why=why)
    by = sought.ratio
    against: tuple[Region, ...] = ()
    for patch, known in sought.patches:
        sized = known.at(by)
        height, width = sized.pixels.shape[:2]
        places = [
            Region(round(x - sized.aim[0]), round(y - sized.aim[1]), width, height) for x, y in sought.expected
        ]
        for place in places:
            if abs(by - 1) < 0.01 and (sure := _unchanged(sought, patch, known, Peak(place.x, place.y, by, 1.0))):
                return Said((sure,), sure.why)
        areas = _joined([place.grown(round(REACH_PX * by)) for place in places])
        said = _among(sought, "near", patch, known, _searched(sought, known, areas, (by,), 3))
        against += said.against
        if said.found:
            return said
    return Said(why=f"not within {REACH_PX} pixels of its place", against=against)


def _joined(areas: list[Region]) -> list[Region]:
    """Those that overlap much as one: what both show is searched once."""
    joined: list[Region] = []
    for area in areas:
        for other in joined:
            both = Region.around([area, other])
            if both.area < 1.1 * (area.area + other.area):
                joined.remove(other)
                area = both
        joined.append(area)
    return joined


def picture(sought: Sought) -> Said:
    """The picture anywhere in the window, then on the screen; at its own size, then at others."""
    if why := _unfit(sought):
        return Said(why=why)
    frame = sought.observation.frame
    whole = Region(0, 0, frame.width, frame.height)
    areas = [sought.window, whole] if sought.window and sought.window != whole else [whole]
    by, best = sought.ratio, Said(why="nothing like it")
    against: tuple[Region, ...] = ()
    sizes = ((by,), tuple(by * s for s in SCALES if abs(s - 1) > 0.03))
    for patch, known in sought.patches:
        for area in areas:
            for scales in sizes:
                peaks = _searched(sought, known, [area], scales, 0)
                if len(scales) > 1:
                    peaks = [_finer(sought, known, peak) for peak in peaks[:3]]
                said = _among(sought, "picture", patch, known, peaks)
                against += said.against
                said = _less(said, against)
                if said.found and (not best.found or said.found[0].confidence > best.found[0].confidence):
                    best = said
                if best.found and best.found[0].confidence >= AT_ONCE:
                    return replace(best, against=against)
            if best.found and best.found[0].confidence > 0.6:
                break
    return replace(best, against=against)


def _less(said: Said, against: tuple[Region, ...]) -> Said:
    """Without places that another look has told to be something else."""
    left = tuple(
        f
        for f in said.found
        if f.confidence >= AT_ONCE or not any(f.region.shared(a).area * 2 > f.region.area for a in against)
    )
    return replace(said, found=left)


def _unfit(sought: Sought) -> str:
    """Why no picture can be used; empty when one can."""
    if not sought.looks.patches:
        return "no picture of it is kept"
    if sought.varies:
        return f"how it looks depends on {', '.join(sought.varies)}"
    if not sought.patches:
        return f"its picture {sought.looks.patches[0].file} can't be read"
    if all(known.blank for _, known in sought.patches):
        return "there is nothing to be seen in its picture"
    return ""


def _unchanged(sought: Sought, patch: Patch, known: Pictured, peak: Peak) -> Found | None:
    """Pixel for pixel as it was, with enough around it to tell it from others: nothing else is looked at."""
    if known.blank:
        return None
    height, width = known.pixels.shape[:2]
    pixels = sought.observation.pixels
    if peak.x < 0 or peak.y < 0 or peak.x + width > pixels.shape[1] or peak.y + height > pixels.shape[0]:
        return None
    here = pixels[peak.y : peak.y + height, peak.x : peak.x + width]
    if not np.array_equal(here[:: max(1, height // 8)], known.pixels[:: max(1, height // 8)]):
        return None
    if not np.array_equal(here, known.pixels):
        return None
    return _found(sought, "near", Judged(peak, known, 0.99, "the picture at its place is unchanged", True))


def _searched(
    sought: Sought, known: Pictured, areas: Iterable[Region], scales: Sequence[float], factor: int
) -> list[Peak]:
    found: list[Peak] = []
    for area in areas:
        for peak in search(sought.observation.pixels, known, within=area, scales=scales, factor=factor):
            if not any(abs(peak.x - o.x) < 6 and abs(peak.y - o.y) < 6 for o in found):
                found.append(peak)
    return sorted(found, key=lambda peak: -peak.score)


def _finer(sought: Sought, known: Pictured, peak: Peak) -> Peak:
    """The same place at the size that fits best."""
    sized = known.at(peak.scale)
    height, width = sized.pixels.shape[:2]
    area = Region(peak.x, peak.y, width, height).grown(8 + round(0.06 * width))
    scales = tuple(peak.scale * s for s in (0.96, 0.98, 1.0, 1.02, 1.04))
    around = search(sought.observation.pixels, known, within=area, scales=scales, most=1, factor=1)
    return around[0] if around and around[0].score > peak.score else peak


def _among(sought: Sought, rung: Rung, patch: Patch, known: Pictured, peaks: list[Peak]) -> Said:
    """The one place of several that is right, or those that are as good as each other."""
    seen: list[tuple[Peak, Agreement]] = []
    judged: list[Judged] = []
    for peak in peaks:
        agreed = agreement(sought.observation.pixels, known, peak)
        seen.append((peak, agreed))
        judged.append(_judged(sought, patch, known, peak, agreed))
        if judged[-1].confidence > 0.96 and not patch.alike:
            break  # alone when it was recorded, and all of it is as it was
    places = sum(one.same for one in judged)
    if places > 1 or patch.alike:
        judged = [_not_alone(one, agreed) for one, (_, agreed) in zip(judged, seen, strict=True)]
    against = tuple(_found(sought, rung, one).region for one in judged if one.other)
    judged.sort(key=lambda one: -one.confidence)
    if not judged or judged[0].confidence < 0.3:
        return Said(why=judged[0].why if judged else "nothing like it", against=against)
    equal = [one for one in judged if one.confidence > judged[0].confidence - CLOSE]
    return Said(tuple(_found(sought, rung, one) for one in equal), judged[0].why, against=against)


def _judged(sought: Sought, patch: Patch, known: Pictured, peak: Peak, agreed: Agreement) -> Judged:
    """How sure the place is, taken for itself."""
    resized = abs(peak.scale / sought.ratio - 1) > 0.02 or abs(peak.scale - 1) > 0.02
    enough = SAME_RESIZED if resized else SAME
    target = None if sought.entered and not known.tick else agreed.target
    beside = agreed.context
    told = [part for part in (target, beside) if part is not None]
    there = bordered(sought.observation.pixels, known, peak) if max(told, default=0.0) >= enough else 1.0
    confidence, why = 0.0, "something else stands there"
    if target is None:
        if beside is None:
            exact = agreed.exact > 0.97 and peak.score > 0.9
            confidence, why = (0.5 if exact else 0.25), "nothing is written on it or beside it"
        elif beside >= enough and there > 0.5:
            confidence, why = 0.95, "what is written beside it is the same"
        elif beside >= enough:
            confidence, why = 0.35, "what is written beside it is there, but it is not"
        elif there > 0.7 and peak.score > 0.6:
            confidence, why = 0.2, "a thing like it, but other words beside it"
    elif target >= enough and agreed.colour < 200:
        if beside is None:
            confidence, why = 0.9, "it looks the same"
        elif beside >= enough:
            confidence, why = 0.97, "it and what is beside it look the same"
        else:
            confidence, why = 0.72, "it looks the same, but what is beside it does not"
    elif beside is not None and beside >= enough and there > 0.5:
        confidence, why = HINT, "what is written beside it is the same, but it is not"
    if resized:
        confidence *= 0.8
        why += f", at {peak.scale:.2f} times its size"
    same = confidence > HINT and target is not None
    return Judged(peak, known, confidence, why, same)


def _not_alone(one: Judged, agreed: Agreement) -> Judged:
    """Where several look alike, only what stands beside them tells, and that only at the recorded size."""
    if not one.same:
        return one
    resized = abs(one.peak.scale - 1) > 0.02
    if agreed.context is not None and agreed.context >= SAME and not resized:
        return one
    said = "other things look the same"
    other = agreed.context is not None and agreed.context < SAME and not resized
    unlike = agreed.context is not None and agreed.context < 0.5
    return Judged(one.peak, one.known, 0.2 if other or unlike else 0.4, f"{one.why}; {said}", one.same, other)


def _found(sought: Sought, rung: Rung, one: Judged) -> Found:
    sized = one.known.at(one.peak.scale)
    t = sized.target.moved(one.peak.x, one.peak.y)
    frame: Size = sought.observation.frame
    point = Point(one.peak.x + sized.aim[0], one.peak.y + sized.aim[1], frame).clamped()
    text = sought.looks.text or sought.looks.name if one.same else None
    return Found(point, t.within(frame), rung, round(one.confidence, 3), text, round(one.peak.scale, 3), one.why)
