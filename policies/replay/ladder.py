"""The ladder: every way in which a target is known is tried, cheapest first, until it is sure.

A rung that is sure ends the search. One that is not leaves its places as hints: where a later rung agrees, both
count; where it contradicts, neither is believed alone. What is left between two places is a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from screenwright.policies.replay.demo import Looks, Patch
from screenwright.policies.replay.found import RUNGS, Found, NotFound, Rung, TwoAlike
from screenwright.policies.replay.rung_element import element
from screenwright.policies.replay.rung_model import PointedBy, Pointer, model
from screenwright.policies.replay.rung_neighbours import neighbours
from screenwright.policies.replay.rung_picture import near, picture
from screenwright.policies.replay.rung_text import text
from screenwright.policies.replay.sought import Said, Sought, sought
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.patch_search import Pictured
from screenwright.tools.reading import Reader

__all__ = ["Ladder", "PointedBy", "Pointer"]

AT_ONCE = 0.85
"""A confidence that needs no second opinion."""
APART = 0.15
"""By how much a place must be surer than any other."""
PICTURES: frozenset[Rung] = frozenset(("near", "picture"))
WORDS: frozenset[Rung] = frozenset(("element", "text"))
LESS = 0.5
"""How much of its confidence a contradicted place loses, for each point of the other's."""

Step = Callable[[Sought], Said]
STEPS: dict[Rung, Step] = {
    "element": element,
    "near": near,
    "picture": picture,
    "text": text,
    "neighbours": neighbours,
}


class Ladder:
    """Finds recorded targets on the present screen: a `Finder`.

    Args:
        picture: gives the pixels (h, w, 3) RGB of a patch's file; None where it can't be read.
        reader: reads the screen, where cheaper rungs are not enough.
        pointer: a model that can point; None: there is no such rung.
        sure: confidence below which no place is taken.
        known: what the demo's other targets are called; nothing that is called so is taken for another.
    """

    def __init__(
        self,
        picture: Callable[[str], Pixels | None],
        reader: Reader,
        pointer: Pointer | None = None,
        *,
        sure: float = 0.6,
        known: Iterable[str] = (),
    ) -> None:
        self.reader = reader
        self.pointer = pointer
        self.sure = sure
        self.known = frozenset(known)
        self._picture = picture
        self._ready: dict[Patch, Pictured | None] = {}

    def find(
        self,
        looks: Looks,
        observation: Observation,
        values: Mapping[str, str],
        *,
        rungs: tuple[Rung, ...] = RUNGS,
    ) -> Found:
        """The one place. NotFound with what each rung said; TwoAlike with the places it can't choose between."""
        ready = partial(self._pictured, tick=looks.role in ("checkbox", "radio"))
        asked = sought(looks, observation, values, self.reader, ready, self.known)
        evidence = Evidence()
        for rung in rungs:
            said = model(asked, self.pointer) if rung == "model" else STEPS[rung](asked)
            asked.tried.append((rung, said.why))
            asked.against += said.against
            evidence.add(said, asked.against)
            if best := evidence.beyond_doubt():
                return best
            if asked.scale is None and said.found and said.found[0].confidence > 0.6:
                asked.scale = said.found[0].scale if rung == "picture" else None
        return self._decided(looks, asked, evidence)

    def _decided(self, looks: Looks, asked: Sought, evidence: Evidence) -> Found:
        places = evidence.places
        best = places[0] if places else None
        rivals = [p for p in places if best and p.confidence > best.confidence - APART]
        if best and len(rivals) > 1 and (best.confidence >= self.sure or best.tied):
            raise TwoAlike(looks, [p.found for p in rivals])
        if best is None or evidence.settled(best) < self.sure:
            if best:
                asked.tried.append((best.found.rung, f"too unsure: {best.found.why} ({best.confidence:.2f})"))
            raise NotFound(looks, asked.tried)
        return replace(best.found, confidence=round(evidence.settled(best), 3))

    def _pictured(self, patch: Patch, tick: bool) -> Pictured | None:
        """A patch made ready, once."""
        if patch not in self._ready:
            pixels = self._picture(patch.file)
            fits = pixels is not None and pixels.ndim == 3 and min(pixels.shape[:2]) >= 6
            if fits and pixels is not None:
                self._ready[patch] = Pictured(pixels, Region(*patch.target), patch.aim, tick=tick)
            else:
                self._ready[patch] = None
        return self._ready[patch]


@dataclass(slots=True)
class Place:
    """One place that rungs have named. `tied`: a rung named it with others and could not choose."""

    found: Found
    confidence: float
    rungs: set[Rung] = field(default_factory=set[Rung])
    tied: bool = False
    by_place: bool = False


@dataclass(slots=True)
class Evidence:
    """What the rungs have said so far, the surest place first."""

    places: list[Place] = field(default_factory=list[Place])

    def add(self, said: Said, against: Sequence[Region] = ()) -> None:
        for found in said.found:
            place = next((p for p in self.places if same_place(p.found, found)), None)
            if place is None:
                self.places.append(
                    Place(found, found.confidence, {found.rung}, len(said.found) > 1, said.by_place)
                )
            elif found.rung not in place.rungs:
                self._agree(place, found, alone=len(said.found) == 1)
                place.by_place = place.by_place and said.by_place
        for place in self.places:
            if place.by_place and any(place.found.region.shared(one).area for one in against):
                place.confidence = min(place.confidence, 0.5)
                place.tied = True
        self.places.sort(key=lambda p: -p.confidence)

    def _agree(self, place: Place, found: Found, *, alone: bool) -> None:
        both = 1 - (1 - place.confidence) * (1 - 0.8 * found.confidence)
        if place.rungs | {found.rung} <= PICTURES or place.rungs | {found.rung} <= WORDS:
            both = max(place.confidence, found.confidence)  # the same picture or name, seen twice
        kept, other = (place.found, found) if place.found.confidence >= found.confidence else (found, place.found)
        why = f"{kept.why}; {other.rung}: {other.why}"
        place.confidence = min(0.99, both if alone else max(place.confidence, found.confidence))
        place.found = replace(kept, confidence=round(place.confidence, 3), text=kept.text or other.text, why=why)
        place.rungs.add(found.rung)
        place.tied = place.tied and not alone

    def settled(self, place: Place) -> float:
        """Its confidence, less what speaks for other places."""
        other = max((p.confidence for p in self.places if p is not place), default=0.0)
        against = max(0.0, other - 0.4)
        return place.confidence - LESS * against

    def beyond_doubt(self) -> Found | None:
        """The place that needs no further opinion."""
        if not self.places or self.places[0].tied:
            return None
        best = self.places[0]
        if self.settled(best) < AT_ONCE or any(
            p.confidence > best.confidence - 2 * APART for p in self.places[1:]
        ):
            return None
        return replace(best.found, confidence=round(self.settled(best), 3))


def same_place(one: Found, other: Found) -> bool:
    """Do two rungs mean the same thing?"""
    small, large = sorted((one, other), key=lambda f: f.region.area)
    if abs(one.point.x - other.point.x) <= 6 and abs(one.point.y - other.point.y) <= 6:
        return True
    shared = small.region.shared(large.region).area
    if shared > 0.6 * small.region.area and large.region.area < 12 * max(1, small.region.area):
        return True
    return small.region.grown(3).holds(large.point.x, large.point.y)
