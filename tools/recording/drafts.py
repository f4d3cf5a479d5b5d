"""Turns acts into steps of a trace: what was there before, what it did, what was waited for, what is secret."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from screenwright.tools.actions import Action, Move, TypeText, Wait, aim, describe
from screenwright.tools.elements import Element
from screenwright.tools.observation import Observation
from screenwright.tools.recording import between
from screenwright.tools.recording.between import Act, Trail
from screenwright.tools.recording.gestures import Gesture
from screenwright.tools.recording.own_window import OwnWindow
from screenwright.tools.recording.secrets import Secrets, focused, label_of
from screenwright.tools.recording.seen import Seen
from screenwright.tools.recording.witness import Witness
from screenwright.tools.secrets import glyphs
from screenwright.tools.steps import Decision, Effect, Result, Step, Verdict
from screenwright.tools.trace import TraceWriter

ALLOWED = Verdict("allow", "a person did it")
LARGE = 0.2  # of the frame: what is larger is no target but a container
REACTED_S = 0.12  # until a program has moved the focus; what it says sooner may be of before
ASKED_S = 0.4  # an answer about the focus may be so late and still be about it


@dataclass
class Draft:
    """An act whose effect is not over yet."""

    gesture: Gesture
    before: Seen
    trail: Trail
    since: float
    """When the act before it had ended: from then on the tree's word about the focus counts."""

    @property
    def act(self) -> Act:
        gesture = self.gesture
        spot = (
            None if gesture.kind in ("type", "keys") else gesture.end if gesture.kind == "drag" else gesture.spot
        )
        return Act(gesture.began, gesture.ended, spot)


class Scribe:
    """Writes the steps of one recording."""

    def __init__(self, witness: Witness, trace: TraceWriter, own: OwnWindow, tell: Callable[[Step], None]) -> None:
        self._own = own
        self._witness, self._trace, self._tell = witness, trace, tell
        self._secrets = Secrets()
        self._last = Act(0.0, 0.0, None)
        self._calm = 0.0
        self._focused = 0.0
        self.count = 0
        self._offset = time.time() - time.perf_counter()

    def begin(self, now: float) -> None:
        """Nothing before now counts."""
        self._last, self._calm = Act(now, now, None), now

    def draft(self, gesture: Gesture, before: Seen, trail: Trail) -> Draft:
        """Note an act that has just become whole; what came between it and the last is written."""
        draft = Draft(gesture, before, trail, self._focused)
        act = draft.act
        start = gesture.spot if act.spot else None
        target = replace(act, spot=start)
        hover = between.hovered(self._witness, self._last, target, before.view, trail)
        came = hover[1] if hover else gesture.began
        late = between.waited(self._witness, self._calm, came, trail, start)
        if late:
            seconds = round(gesture.began - self._last.ended, 2)
            wait = Wait(seconds=min(3600.0, seconds), until_change=True)
            first, last = late
            effect = between.effect(
                self._witness, Act(first.began, first.began, None), first.before, last.after, gesture.began
            )
            shown = before if hover is None else last.after
            self._step(wait, "wait for the screen to change", first.before, shown, effect, self._last.ended)
        if hover:
            (x, y), at = hover
            seen = self._witness.before(at - 0.001)
            move = Move(point=seen.view.from_input(x, y).clamped())
            self._act(move, seen, before, Act(at - 0.3, at, (x, y)), gesture.began)
        return draft

    def write(self, draft: Draft, until: float, after: Seen) -> None:
        """Its effect is over, or another act began at `until`, when `after` was seen."""
        act, gesture, before = draft.act, draft.gesture, draft.before
        calm = between.calm_at(self._witness, act, until)
        if late := self._witness.bursts_between(calm + between.CALM_S, until):
            after = late[0].before
        if gesture.kind == "type":
            gesture = self._kept(draft, after, until)
        self._last, self._calm, self._focused = act, calm, act.ended
        action = gesture.action(before.view)
        if self._off(action):
            return
        self._act(action, before, after, act, until, gesture)

    def _off(self, action: Action) -> bool:
        """Is it aimed at something that is not looked at (another monitor)?"""
        point = aim(action)
        return point is not None and not point.inside

    def _act(
        self, action: Action, before: Seen, after: Seen, act: Act, until: float, gesture: Gesture | None = None
    ) -> None:
        effect = between.effect(self._witness, act, before, after, until)
        told = self._told(before)
        action = _named(action, told)
        thought = self._secrets.text(_in_words(action, told))
        if gesture and gesture.inexact:
            thought += f" ({gesture.inexact})"
        self._step(action, thought, before, after, effect, act.began)

    def _step(self, action: Action, thought: str, before: Seen, after: Seen, effect: Effect, began: float) -> None:
        step = Step(
            self.count,
            self._observation(before),
            Decision(action, thought, source="human"),
            ALLOWED,
            Result(True, describe(action), effect),
            started=began + self._offset,
            after=self._observation(after),
        )
        self._trace.add(step)
        self.count += 1
        for observation in (step.observation, step.after):
            if observation and (load := self._trace.loader(observation)):
                observation.let_go(load)
        self._tell(step)

    def _told(self, seen: Seen) -> tuple[Element, ...]:
        return self._secrets.told(seen, seen.elements(self._witness.told_before(seen.at + ASKED_S)))

    def _observation(self, seen: Seen) -> Observation:
        seen = self._own.apart(seen)
        window = seen.window
        if window and (title := self._secrets.text(window.title)) != window.title:
            seen = replace(seen, window=replace(window, title=title))
        return seen.observation(self._told(seen), self._secrets.words(seen))

    # secrets

    def _kept(self, draft: Draft, after: Seen, until: float) -> Gesture:
        """The typing with a handle for its text, where it is secret, or where nothing was told of fields yet.

        A busy machine may answer its first question about fields only after a password was typed.
        """
        gesture, before = draft.gesture, draft.before
        shown, told = self._field(draft, until)
        dots = bool(shown and shown.secret) or glyphs.dotted(before.words, after.words, gesture.text) is not None
        if not (gesture.secret or dots or not self._witness.asked):
            return gesture
        name = self._secrets.handle(gesture.text, label_of(shown, told))
        field = shown if shown and shown.role in ("field", "combo") else None
        self._secrets.learn(before, after, field, dots=dots)
        return replace(gesture, text=f"{{{{{name}}}}}", secret=True)

    def _field(self, draft: Draft, until: float) -> tuple[Element | None, tuple[Element, ...]]:
        """What was typed into, by the tree: a secret field if it ever said so, or could not be asked."""
        gesture, before = draft.gesture, draft.before
        asked = draft.since + REACTED_S if draft.since else 0.0
        answers = self._witness.told_between(asked, min(until, gesture.ended + ASKED_S))
        having = [(shown, told) for told in answers if (shown := focused(told))]
        if secret := next((pair for pair in having if pair[0].secret), None):
            return secret
        if having:
            return having[-1]
        last = self._witness.told_before(gesture.began)
        told = before.elements(last)
        # the whole of what was told last: a field that has just got its frame looks changed, and is left out above
        around = [
            told,
            (last and last.told) or (),
            *self._witness.told_between(draft.since, gesture.ended + ASKED_S),
        ]
        unsure = next((element for each in around for element in each if element.secret), None)
        return unsure or focused(told), told


def _named(action: Action, told: tuple[Element, ...]) -> Action:
    """With what stands at its point, in the tree's words."""
    if isinstance(action, TypeText) or "target" not in type(action).model_fields:
        return action
    point = getattr(action, "start", None) or aim(action)
    at = _at(told, point.x, point.y, point.frame.area) if point else None
    return action.model_copy(update={"target": at.text}) if at and at.text else action


def _at(told: tuple[Element, ...], x: float, y: float, area: int) -> Element | None:
    """The smallest thing with a name that holds the point."""
    here = [
        e for e in told if e.text and e.role != "window" and e.region.holds(x, y) and e.region.area < LARGE * area
    ]
    return min(here, key=lambda e: e.region.area, default=None)


def _in_words(action: Action, told: tuple[Element, ...]) -> str:
    """What a person would call it: 'click button "Save"'."""
    target = getattr(action, "target", None)
    if isinstance(action, TypeText):
        shown = focused(told)
        label = label_of(shown, told)
        return describe(action) + (f' into "{label}"' if label and not action.target else "")
    point = aim(action)
    if target and point:
        role = next((e.role for e in told if e.text == target and e.region.holds(point.x, point.y)), "")
        words = f'{role} "{target}"' if role and role not in ("text", "other") else f'"{target}"'
        bare = action.model_copy(update={"target": None})
        return describe(bare).replace(str(point), words)
    return describe(action)
