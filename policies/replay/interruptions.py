"""What comes between: a dialog, a tip, an update notice. Put away by the demo's own rules, else by safe words."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from screenwright.policies import yamltext
from screenwright.policies.guard import Guard
from screenwright.policies.literal.moment import Moment
from screenwright.policies.literal.policy import Literal
from screenwright.policies.replay.demo import PLACEHOLDER, Interruption
from screenwright.policies.replay.healing import Heal
from screenwright.policies.replay.playing import Playing, seen, titled
from screenwright.policies.replay.titles import stable_title
from screenwright.tools.actions import Action, Click, Done, PressKeys
from screenwright.tools.elements import Element
from screenwright.tools.errors import BadScript, GaveUp
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Task
from screenwright.tools.wording import folded

MOST = 3
DIALOG = 0.6  # share of the frame, beyond which a window is no dialog
SMALLER = 0.85  # of the recorded window: what the same program may show as a dialog
CLICKABLE = ("button", "link", "item", "tab", "image", "other")
ALIKE = 70
SAME_TITLE = 80

Cleared = Generator[Decision, Moment, Moment | None]


@dataclass(frozen=True, slots=True)
class Words:
    """The shipped labels, folded: groups from the safest on."""

    put_off: tuple[frozenset[str], ...]
    close: tuple[frozenset[str], ...]
    agree: tuple[frozenset[str], ...]
    asks: tuple[str, ...]


@cache
def words() -> Words:
    """BadScript where the shipped file is damaged."""
    text = files("screenwright.policies.replay").joinpath("interruptions.yaml").read_text(encoding="utf-8")
    _, data = yamltext.read(text, "interruptions.yaml")

    def groups(name: str) -> tuple[frozenset[str], ...]:
        held: list[list[str]] = data[name]
        return tuple(frozenset(folded(word) for word in group) for group in held)

    return Words(groups("put_off"), groups("close"), groups("agree"), tuple(data["asks"]))


@dataclass
class Interruptions:
    """Puts away what does not belong to the recording; at most three things in a row."""

    playing: Playing
    in_a_row: int = 0
    _guard: Guard = field(default_factory=Guard.standard)

    def passed(self) -> None:
        """A step was done: what comes now is a new row."""
        self.in_a_row = 0

    def clear(self, index: int, now: Moment) -> Cleared:
        """Put away one thing and look again. None: nothing is seen that does not belong, or it does not go."""
        if self.in_a_row >= MOST:
            return None
        for rule in self.playing.demo.interruptions:
            if titled(rule.when, now) or seen(rule.when, now):
                self.in_a_row += 1
                return (yield from self._by_rule(index, rule, now))
        window = self.strange(now)
        if window is None:
            found = self._labelled(now, words().put_off, None, self._recorded_labels(index))
            return (yield from self._dismiss(index, found, "a notice", now)) if found else None
        area = now.observation.focus
        if area is not None and area.area > DIALOG * now.observation.frame.area:
            return None
        found = self._safest(now, area, self._recorded_labels(index))
        if found is not None:
            return (yield from self._dismiss(index, found, window, now))
        return (yield from self._escape(index, window, now))

    def strange(self, now: Moment) -> str | None:
        """The window that has the focus, in words, where the recording has none like it."""
        observation, recorded = now.observation, self.playing.recorded
        title, program = observation.title, observation.program
        if not title:
            return None
        named = f'the window "{title}"'
        if program and recorded.programs:
            if program.casefold() not in recorded.programs:
                return f"{named} of {program}"
            return None if self._known(title) or not _smaller(observation, recorded.window) else named
        return None if not recorded.titles or self._known(title) else named

    def other(self, index: int, now: Moment) -> str | None:
        """What has the focus, in words, where another window had it when this step was recorded."""
        playing, observation = self.playing, now.observation
        before = playing.recorded.before(playing.step(index))
        if before is None or not (before.title or before.program):
            return self.strange(now)
        title = observation.title
        named = f'the window "{title}"' if title else "no window"
        if before.program and observation.program and before.program != observation.program:
            return f"{named} of {observation.program}, not to that of {before.program}"
        if not before.title or (title and same_window(playing.now_called(before.title), title, before.program)):
            return None
        return f'{named}, not to "{playing.mask.text(playing.now_called(before.title))}"'

    def _known(self, title: str) -> bool:
        from rapidfuzz import fuzz

        titles = [folded(text) for text in self.playing.texts(sorted(self.playing.recorded.titles))]
        return any(fuzz.partial_ratio(folded(title), known) >= ALIKE for known in titles)

    def _by_rule(self, index: int, rule: Interruption, now: Moment) -> Cleared:
        """The rule's plain steps, done by the literal policy. None: they can't be."""
        playing = self.playing
        script = "\n".join(f"- {step}" for step in rule.do)
        used = {m[1]: playing.values[m[1]] for m in PLACEHOLDER.finditer(script) if m[1] in playing.values}
        literal = Literal(script, reader=playing.reader, patience_s=min(3.0, playing.patience_s))
        try:
            literal.begin(Task(script, used))
            while True:
                decision = literal.decide(Task(script, used), [now.last] if now.last else [], now.observation)
                if isinstance(decision.action, Done):
                    break
                why = f'interruption "{rule.when}": {decision.thought}'
                now = yield playing.decision(index, decision.action, why)
        except (GaveUp, BadScript) as error:
            playing.notes.append(f'the rule for "{rule.when}" did not help: {error}')
            return None
        return now

    def _safest(self, now: Moment, area: Region | None, recorded: frozenset[str]) -> Element | None:
        known = words()
        found = self._labelled(now, (*known.put_off, *known.close), area, recorded)
        if found is not None:
            return found
        texts = [e.text for e in now.scene.elements if e.text and (area is None or area.holds(*e.region.middle))]
        asked = any(mark in text for text in texts for mark in known.asks)
        return None if asked else self._labelled(now, known.agree, area, recorded)

    def _labelled(
        self, now: Moment, groups: Sequence[frozenset[str]], area: Region | None, recorded: frozenset[str]
    ) -> Element | None:
        """The one that can be pressed, says one of these words, and was not in the recording."""
        for group in groups:
            found = [
                element
                for element in now.scene.elements
                if folded(element.text) in group
                and folded(element.text) not in recorded
                and (area is None or area.holds(*element.region.middle))
                and (element.source == "ocr" or element.role in CLICKABLE)
                and element.enabled
                and self._harmless(Click(point=element.region.center(now.observation.frame)), element, now)
            ]
            # The label of a button, and the button: the tree's is the one whose area is the button's.
            if found:
                return max(found, key=lambda e: (e.role == "button", e.source != "ocr", e.confidence))
        return None

    def _harmless(self, click: Click, element: Element, now: Moment) -> bool:
        named = click.model_copy(update={"target": element.text})
        return self._guard.judge(named, now.observation).ruling == "allow"

    def harmless(self, action: Action, now: Moment) -> bool:
        """Would the shipped rules let it be done without asking? What they would not is never done twice."""
        return self._guard.judge(action, now.observation).ruling == "allow"

    def _recorded_labels(self, index: int) -> frozenset[str]:
        """What the recording showed around this step: a button of the program's own is no way out."""
        return self.playing.recorded.labels(index, self.playing.reader)

    def _dismiss(self, index: int, element: Element, what: str, now: Moment) -> Cleared:
        playing = self.playing
        self.in_a_row += 1
        point = element.region.center(now.observation.frame)
        click = Click(point=point, target=element.text)
        title = now.observation.title or ""
        after = yield playing.decision(
            index, click, f'interruption: {what} is not in the recording; "{element.text}" puts it away'
        )
        if not _went(after):
            return None
        when = title if what != "a notice" else element.text
        rule = Interruption(when=when, do=(f'click "{element.text}"',)) if when and '"' not in when else None
        self._note(index, what, f'click "{element.text}"', rule)
        return after

    def _escape(self, index: int, what: str, now: Moment) -> Cleared:
        self.in_a_row += 1
        why = f"interruption: {what} is not in the recording, and has no button that is safe to press"
        after = yield self.playing.decision(index, PressKeys(keys=("escape",)), why)
        if not _went(after) or self.strange(after) == what:
            return None
        title = now.observation.title or ""
        self._note(index, what, "press Escape", Interruption(when=title, do=("press Escape",)) if title else None)
        return after

    def _note(self, index: int, what: str, done: str, rule: Interruption | None) -> None:
        mask = self.playing.mask.text
        if rule is not None and mask(rule.when) != rule.when:
            rule = None
        step = self.playing.step(index)
        self.playing.heals.append(Heal(step.id, "interruption", was="", now=mask(f"{what}: {done}"), rule=rule))


def same_window(recorded: str, title: str, program: str | None) -> bool:
    """Are these titles of the same window: but for the document in it, numbers, and marks of unsaved work?"""
    from rapidfuzz import fuzz

    was, now = stable_title(recorded, program), stable_title(title, program)
    if was and now and folded(was) == folded(now):
        return True
    return fuzz.ratio(folded(recorded), folded(title)) >= SAME_TITLE


def _went(after: Moment) -> bool:
    return after.last is not None and after.last.result.ok and after.effect.where != "nothing"


def _smaller(observation: Observation, recorded: Region | None) -> bool:
    area = observation.focus
    return bool(area and recorded and area.area < SMALLER * recorded.area)
