"""Clicks that are checked before they are done: a model's point against the words on the screen.

A small model misses small things, and now and then it takes the neighbour. What it calls its target can be
compared with what stands there. Agreement acts; contradiction looks again at native resolution; and what is
still contradicted is not clicked but said back to the model, or to the person. docs/models-sure.md has the bands.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from screenwright.policies.errand import Drops
from screenwright.policies.policy import Meeting, Policy
from screenwright.policies.sure_look import Look, Place, icon_at, look, standing
from screenwright.policies.sure_pointing import Pointing, SecondLook, added
from screenwright.policies.sure_words import Wanted
from screenwright.tools.actions import Action, Ask, Click, Drag, LongPress, Move, describe
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point, Region, Size
from screenwright.tools.observation import Observation
from screenwright.tools.reading import Reader, Scene
from screenwright.tools.steps import Decision, Step, Task
from screenwright.tools.wording import ALIKE, PART

__all__ = ["Pointing", "Sure"]

Zoom = Literal["small", "always", "never"]

AGREED, LOOKED, ALMOST, SEEN_TWICE, UNREAD, DOUBTED = 0.97, 0.95, 0.85, 0.8, 0.5, 0.4
"""Confidence: the words are the same; so they are after a pull or a second look; part of them is; no words, but
a second look stayed; no words; other words, and the wanted ones nowhere."""
PRESSABLE = ("button", "link", "menu", "item", "checkbox", "radio", "field", "combo")


@dataclass(slots=True)
class _Finding:
    """What a check came to. `point`: where to act; None: not at all. `why`: one plain sentence."""

    point: Point | None
    why: str
    confidence: float


class Sure:
    """Checks where a policy points before it is acted on.

    Args:
        policy: what decides; where it is `Pointing`, it can be asked again about a part of the frame.
        reader: reads the screen; one that is shared remembers what it has read.
        zoom: whether to look again where no words can be compared: at small targets and on bare ground, always,
            or never. What the screen contradicts is looked at again unless it is "never".
        miss: how far the policy usually misses, as a share of the frame (0.006: six of a thousand). A target
            smaller than four of these is small; a point nearer to an edge than one is pulled inside.
        crop: side of the part that is looked at again, as a share of the frame's.
    """

    def __init__(
        self,
        policy: Policy,
        reader: Reader | None = None,
        *,
        zoom: Zoom = "small",
        miss: float = 0.006,
        crop: float = 0.25,
    ) -> None:
        self.policy = policy
        self.name = f"sure {policy.name}"
        self.reader = reader or Reader()
        self.zoom: Zoom = zoom
        self.miss = miss
        self.crop = crop
        self._refused = 0
        self._unpaid: dict[str, float] = {}

    @property
    def variables(self) -> dict[str, str]:
        return dict(getattr(self.policy, "variables", {}))

    def meet(self, kinds: Callable[[], frozenset[str]]) -> None:
        if isinstance(self.policy, Meeting):
            self.policy.meet(kinds)

    def begin(self, task: Task) -> None:
        self._refused, self._unpaid = 0, {}
        self.policy.begin(task)

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        """The policy's decision, checked. BadReply when the screen contradicts it; the second time, an Ask."""
        decision = self.policy.decide(task, steps, observation)
        point = aimed(decision.action)
        wanted = Wanted.of(getattr(decision.action, "target", None), decision.thought)
        if point is None or wanted is None or point.frame != observation.frame or not point.inside:
            return replace(decision, usage=self._paid(decision.usage))
        began = time.perf_counter()
        second = SecondLook(self.policy, wanted.said, observation, self.crop)
        found = self._check(point, wanted, second)
        spent = added(second.spent, {"zooms": second.looks, "sure_s": time.perf_counter() - began})
        usage = self._paid(added(decision.usage, spent))
        if found.point is None:
            return self._refuse(decision, found, usage)
        self._refused = 0
        action = moved(decision.action, found.point)
        confidence = min(found.confidence, 1.0 if decision.confidence is None else decision.confidence)
        thought = f"{decision.thought.rstrip()} [{found.why}]".strip()
        return replace(decision, action=action, thought=thought, usage=usage, confidence=confidence)

    def drop(self) -> None:
        """What was decided last was not done: see `Cascade`."""
        if isinstance(self.policy, Drops):
            self.policy.drop()

    def _paid(self, usage: Mapping[str, float]) -> dict[str, float]:
        """With what refused decisions have cost: they are in no step."""
        usage, self._unpaid = added(self._unpaid, usage), {}
        return usage

    def _refuse(self, decision: Decision, found: _Finding, usage: dict[str, float]) -> Decision:
        self._refused += 1
        if self._refused < 2:
            self._unpaid = usage
            said = f"not done: {describe(decision.action)}: {found.why}"
            raise BadReply(f"{said}; point at what you mean, and name what you point at", decision.reply)
        self._refused = 0
        question = f"I am to {describe(decision.action)}, but {found.why}. What is meant?"
        thought = f"{decision.thought.rstrip()} [{found.why}; said twice, so the person is asked]".strip()
        return replace(
            decision, action=Ask(question=question), thought=thought, usage=usage, confidence=found.confidence
        )

    def _check(self, point: Point, wanted: Wanted, second: SecondLook) -> _Finding:
        if not wanted.placed and (quick := _by_tree(point, wanted, second.observation)):
            return self._agreed(point, quick, AGREED if wanted.sure else ALMOST)
        scene = self.reader.read(second.observation)
        seen = look(scene, point, wanted)
        elsewhere = wanted.sure and bool(seen.elsewhere)
        if seen.here and not elsewhere:
            return self._agreed(point, seen.here, AGREED if seen.here.kind >= ALIKE and wanted.sure else ALMOST)
        near = seen.near(self._reach(point.frame))
        if near and near.kind >= PART and seen.here is None:
            return self._agreed(point, near, LOOKED)
        against = wanted.sure and seen.under and seen.here is None and wanted.opposed(seen.under.text)
        if against or (elsewhere and (seen.here or seen.under or seen.icon is None)):
            return self._contradicted(scene, seen, wanted, second)
        return self._unread(scene, seen, wanted, second)

    def _agreed(self, point: Point, place: Place, confidence: float, how: str = "") -> _Finding:
        inside = self._pulled(point, place.region)
        said = f'{how}on "{place.text}" at {place.region}'
        if inside == point:
            return _Finding(point, f"{said}, as named", confidence)
        outside = not place.region.holds(point.x, point.y)
        edge = "just outside" if outside else "near its edge"
        why = f"{said}, as named; {edge} at {point}, so moved in to {inside}"
        return _Finding(inside, why, min(confidence, LOOKED) if outside else confidence)

    def _contradicted(self, scene: Scene, seen: Look, wanted: Wanted, second: SecondLook) -> _Finding:
        """The wanted words are elsewhere: look again around the point, then around the words."""
        kind = max((p.kind for p in seen.places), default=0)
        for region in self._crops(seen, second):
            again = second.at(region)
            if again is None:
                continue
            now = look(scene, again, wanted)
            hit = now.here or now.near(self._reach(again.frame))
            if hit and hit.kind >= max(kind, PART):
                return self._agreed(
                    again, hit, LOOKED, f"the first point, {seen.point}, was not; a second look is "
                )
            row = now.beside if now.under is None else None
            if row and (seen.beside or row.region.distance(again.x, again.y) < 4 * row.region.height):
                why = f'a second look, {again}, is beside "{row.text}", on its row, with nothing between'
                return _Finding(again, why, SEEN_TWICE)
        there = f'"{seen.under.text}" at {seen.under.region}' if seen.under else "nothing with words"
        places = ", ".join(str(p.region) for p in seen.elsewhere[:4])
        where = f'"{seen.elsewhere[0].text}" is at {places}' if places else f'"{wanted.said}" is not read anywhere'
        looked = f" (looked again {second.looks} times)" if second.looks else ""
        return _Finding(None, f"at {seen.point} is {there}, and {where}{looked}", DOUBTED / 2)

    def _crops(self, seen: Look, second: SecondLook) -> Iterator[Region]:
        if self.zoom == "never" or not second.possible:
            return
        first = second.around(seen.point.x, seen.point.y)
        yield first
        if len(seen.elsewhere) == 1 and first.shared(seen.elsewhere[0].region) != seen.elsewhere[0].region:
            yield second.around(*seen.elsewhere[0].region.middle)

    def _unread(self, scene: Scene, seen: Look, wanted: Wanted, second: SecondLook) -> _Finding:
        """No words agree and none contradict: an icon, another language, or nothing."""
        point = seen.point
        area = seen.icon or (seen.under.region if seen.under else None)
        small = wanted.small or seen.bare or (area is not None and self._small(area, point.frame))
        there = f'is "{seen.under.text}"' if seen.under else "are no words"
        why = f'at {point} {there}, and "{wanted.said}" is not read nearby'
        if not second.possible or self.zoom == "never" or (self.zoom == "small" and not small):
            return _Finding(point, why, DOUBTED if seen.under else UNREAD)
        again = second.at(second.around(point.x, point.y))
        if again is None:
            return _Finding(None, f"{why}; nor was it seen there at a second look", DOUBTED / 2)
        if (other := self._other(scene, again, wanted)) or self._together(scene, point, again):
            return other or _Finding(again, f"{why}; a second look says {again}", SEEN_TWICE)
        third = second.at(second.around(again.x, again.y))
        if third is None or not (self._together(scene, third, point) or self._together(scene, third, again)):
            return _Finding(None, f"{why}; a second look says {again}, a third {third or 'nothing'}", DOUBTED / 2)
        said = f"{why}; a second look says {again}, a third {third}"
        return self._other(scene, third, wanted) or _Finding(third, said, SEEN_TWICE)

    def _other(self, scene: Scene, point: Point, wanted: Wanted) -> _Finding | None:
        """A refusal where a second look points at the opposite, or at harm that was not named."""
        other = standing(scene, point)
        if other and (wanted.opposed(other.text) or wanted.harmed(other.text)):
            return _Finding(None, f'"{wanted.said}": a second look points at "{other.text}"', DOUBTED / 2)
        return None

    def _together(self, scene: Scene, one: Point, other: Point) -> bool:
        """Do two points mean the same thing: near each other, or on one drawing?"""
        if max(abs(one.x - other.x), abs(one.y - other.y)) <= self._reach(one.frame):
            return True
        icon = icon_at(scene.observation, one)
        return icon is not None and icon.holds(other.x, other.y)

    def _reach(self, frame: Size) -> float:
        """How far outside a thing a point may lie and still mean it."""
        return max(4.0, 1.5 * self.miss * max(frame.width, frame.height))

    def _small(self, region: Region, frame: Size) -> bool:
        return region.width < 4 * self.miss * frame.width or region.height < 4 * self.miss * frame.height

    def _pulled(self, point: Point, region: Region) -> Point:
        """At least one usual miss away from every edge; so the middle of what is small, and never far."""
        x = _inward(point.x, region.x, region.width, max(3.0, self.miss * point.frame.width))
        y = _inward(point.y, region.y, region.height, max(3.0, self.miss * point.frame.height))
        return replace(point, x=x, y=y)


def aimed(action: Action) -> Point | None:
    """The point that the action's target names: of a drag where it begins."""
    match action:
        case Click() | Move() | LongPress():
            return action.point
        case Drag():
            return action.start
        case _:
            return None


def moved(action: Action, point: Point) -> Action:
    return action.model_copy(update={"start" if isinstance(action, Drag) else "point": point})


def _by_tree(point: Point, wanted: Wanted, observation: Observation) -> Place | None:
    """What the system itself names as wanted at the point: then nothing needs to be read."""
    holding = [
        e for e in observation.elements if e.region.holds(point.x, point.y) and e.text and e.role in PRESSABLE
    ]
    element = min(holding, key=lambda e: e.region.area, default=None)
    if element is None or wanted.harmed(element.text) or (kind := wanted.reads(element.text)) < ALIKE:
        return None
    return Place(element.region, element.text, kind)


def _inward(at: float, low: int, length: int, margin: float) -> float:
    margin = min(margin, length / 2)
    return min(max(at, low + margin), low + length - margin)
