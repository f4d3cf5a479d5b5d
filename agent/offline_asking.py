"""One policy going through one recording, frame by frame; see `offline`."""

from __future__ import annotations

from dataclasses import dataclass

from screenwright.policies.errand import Drops, KeepsPlace
from screenwright.policies.policy import Meeting, Policy
from screenwright.tools.actions import Action, Click, Done, PressKeys, Scroll, TypeText, Wait, describe
from screenwright.tools.errors import GaveUp, Mendable
from screenwright.tools.observation import Observation
from screenwright.tools.playback import Playback
from screenwright.tools.steps import Decision, Effect, Result, Step, Task, Verdict

LOOKS = 25  # decisions in a row that touch nothing
AHEAD = 4  # recorded acts among which the place is looked for again
ALLOWED = Verdict("allow", "offline", "nothing is done")
EMPTYING = frozenset(("delete", "backspace", "end", "home"))


@dataclass(frozen=True, slots=True)
class Line:
    """One recorded act beside what was decided on its frame. `step`: its number in the recording, if any."""

    step: int | None
    recorded: str
    decided: str
    same: bool
    note: str = ""


class Asking:
    """One policy going through one recording."""

    def __init__(self, policy: Policy, task: Task, playback: Playback) -> None:
        self.policy, self.task, self.playback = policy, task, playback
        self.steps: list[Step] = []
        self.told: list[Line] = []
        self.failed: Decision | str | None = None  # what it said where it was put to its next step instead

    def lines(self) -> list[Line]:
        if isinstance(self.policy, Meeting):
            self.policy.meet(lambda: self.playback.kinds | {"wait", "done"})
        self.policy.begin(self.task)
        going = True
        while going:
            seen, decided = self._decided()
            going = self._take(seen, decided) if self.playback.expected else self._at_the_end(decided)
        return self.told

    def _decided(self) -> tuple[Observation, Decision | str]:
        """The next act that touches anything, or why there is none."""
        seen, thought = self.playback.observe(), ""
        for _ in range(LOOKS):
            try:
                decision = self.policy.decide(self.task, self.steps, seen)
            except (GaveUp, Mendable) as error:
                return seen, str(error)
            thought = decision.thought
            if not (self._looks(decision.action) or self._prepares(decision.action)):
                return seen, decision
            self._done(seen, decision, Result(True, describe(decision.action), Effect("nothing")))
            seen = self.playback.observe()
        return seen, f"it only looks, {LOOKS} times in a row ({thought})"

    def _looks(self, action: Action) -> bool:
        """Does it wait, or look further down where nothing was scrolled?"""
        return isinstance(action, Wait) or (isinstance(action, Scroll) and not self.playback.accepts(action))

    def _prepares(self, action: Action) -> bool:
        """Does it only get a field ready for what was recorded as typing?"""
        step = self.playback.expected
        typing = step is not None and isinstance(recorded_act(step), TypeText)
        return typing and not self.playback.accepts(action) and prepares(action)

    def _take(self, seen: Observation, decided: Decision | str) -> bool:
        """What was decided about a recorded act. False: there is no use in going on."""
        ahead = self._place(decided.action) if isinstance(decided, Decision) else None
        if isinstance(decided, Decision) and ahead is not None:
            self._catch_up(ahead)
            step = self.playback.expected
            assert step is not None
            self._tell(decided, same=True, note=decided.thought)
            self._done(seen, decided, step.result, step.after)
            self.playback.perform(decided.action)
            return True
        if isinstance(self.policy, KeepsPlace):
            return self._put_to_the_next(self.policy, decided)
        self._tell(decided, same=False)
        if isinstance(self.policy, Drops):
            self.policy.drop()
        step = self.playback.expected
        assert step is not None and step.decision is not None
        self._done(seen, step.decision, step.result, step.after)
        self.playback.go_on()
        return True

    def _place(self, action: Action) -> int | None:
        """How many recorded acts lie before the one that this is; None: it is none of the next."""
        most = 1 if self.failed is None else AHEAD
        for ahead in range(most + 1):
            if self.playback.accepts(action, ahead):
                return ahead if ahead == 0 or self.failed is not None or self._only_prepared(action) else None
        return None

    def _only_prepared(self, action: Action) -> bool:
        """Was the recorded act only there for the typing that is decided at once?"""
        step = self.playback.expected
        recorded = recorded_act(step) if step else None
        return isinstance(action, TypeText) and recorded is not None and prepares(recorded, focus=True)

    def _catch_up(self, ahead: int) -> None:
        """The recorded acts that it left out are passed; what it said instead stands beside the first."""
        failed, self.failed = self.failed, None
        if failed is not None and ahead == 0:
            self.told.append(Line(None, "nothing", _said(failed), False))
        for _ in range(ahead):
            if failed is None:
                self._tell("", same=True, note="not needed")
            else:
                self._tell(failed, same=False)
                failed = ""
            self.playback.go_on()

    def _put_to_the_next(self, policy: KeepsPlace, decided: Decision | str) -> bool:
        """It goes on with its next step; where that is in the recording, its next decision shows."""
        if self.failed is not None:
            self._tell(self.failed, same=False)
            self.playback.go_on()
        self.failed = decided
        over = isinstance(decided, Decision) and isinstance(decided.action, Done)
        try:
            if not over:
                policy.drop()
                policy.skip(None)
                return True
        except (GaveUp, IndexError) as error:
            self.failed = self.failed or str(error)
        while self.playback.expected:
            self._tell(self.failed, same=False)
            self.failed = ""
            self.playback.go_on()
        return False

    def _at_the_end(self, decided: Decision | str) -> bool:
        """Every recorded act has been passed: now it should be done as well."""
        if self.failed is not None:
            decided = self.failed
        if not (isinstance(decided, Decision) and isinstance(decided.action, Done) and decided.action.success):
            self.told.append(Line(None, "the recording ends", _said(decided), False))
        return False

    def _tell(self, decided: Decision | str, *, same: bool, note: str = "") -> None:
        step = self.playback.expected
        assert step is not None
        self.told.append(Line(step.index, describe(recorded_act(step)), _said(decided), same, note))

    def _done(
        self, seen: Observation, decision: Decision, result: Result, after: Observation | None = None
    ) -> None:
        self.steps.append(Step(len(self.steps), seen, decision, ALLOWED, result, after=after))


def prepares(action: Action, *, focus: bool = False) -> bool:
    """Does it only select or delete what a field holds, or (`focus`) put the caret there?"""
    match action:
        case PressKeys(keys=keys):
            return (
                keys in (("ctrl", "a"), ("shift", "end")) or keys[-1] in EMPTYING or (focus and keys == ("tab",))
            )
        case Click(button="left"):
            return focus
        case _:
            return False


def recorded_act(step: Step) -> Action:
    assert step.decision
    return step.decision.action


def _said(decided: Decision | str) -> str:
    return decided if isinstance(decided, str) else describe(decided.action)
