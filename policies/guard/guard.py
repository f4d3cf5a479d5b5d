"""Says whether a decided action may be done: allow, ask or deny. It stands between decide and perform.

Rules are tried in order and the first that matches rules. What no rule matches is asked about when a
person is there to answer, and refused when not. A guard reads words, not minds: a dangerous button that
only shows a picture passes it. docs/guard.md says what it can't see.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from screenwright.policies.guard.place import Sight, told
from screenwright.policies.guard.rulebook import RuleBook, rules_at, shipped
from screenwright.policies.guard.rules import Case, Rule, Ruling
from screenwright.policies.guard.spot import as_it_was
from screenwright.policies.guard.tally import Tally
from screenwright.policies.guard.timely import NoAnswer, limited
from screenwright.tools.actions import Action, aim, describe
from screenwright.tools.errors import BadAction
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Step, Verdict

Approve = Callable[[Decision, Verdict, Observation], bool]
OLD_S = 0.25  # after so long a decision's place is looked at once more before it is allowed


class Guard:
    """First matching rule wins.

    Args:
        default: what holds when no rule matches.
        approve: asks the person; None when nobody is there, and then "ask" means no.
        only_log, read, answer_s: as in a rules file (`RuleBook`).

    Attributes:
        look: observes the screen anew, for the place of an action that was decided on a while ago; None: it is
            not looked at again.
        clock: the present time, with its zone.
    """

    def __init__(
        self,
        rules: Iterable[Rule | dict[str, Any]] = (),
        default: Ruling = "ask",
        approve: Approve | None = None,
        *,
        only_log: bool = False,
        read: bool = True,
        answer_s: float | None = None,
    ) -> None:
        self.rules = tuple(rule if isinstance(rule, Rule) else Rule.model_validate(rule) for rule in rules)
        self.default: Ruling = default
        self.approve = approve
        self.only_log, self.read, self.answer_s = only_log, read, answer_s
        self.look: Callable[[], Observation] | None = None
        self.clock: Callable[[], datetime] = lambda: datetime.now().astimezone()
        self._lasting = False
        self._sight = Sight()
        self.tally = Tally(lambda: self.clock())

    @classmethod
    def of(cls, book: RuleBook, approve: Approve | None = None) -> Guard:
        rules, default = book.complete()
        told_only = book.only_log or (book.include is not None and shipped(book.include).only_log)
        return cls(rules, default, approve, only_log=told_only, read=book.read, answer_s=book.answer_s)

    @classmethod
    def load(cls, path: str | Path, approve: Approve | None = None) -> Guard:
        """Rules from a YAML file, or shipped ones by name: watch, careful, free.

        BadScript with the file and the place where it can't be read.
        """
        return cls.of(rules_at(path), approve)

    @classmethod
    def standard(cls, approve: Approve | None = None) -> Guard:
        """The shipped `careful` rules: ordinary acts are allowed, what can't be undone is asked about."""
        return cls.of(shipped("careful"), approve)

    def begin(self) -> None:
        """A run begins: nothing was done yet, its time starts now."""
        if not self._lasting:
            self.tally.begin()

    def last(self) -> None:
        """Its time starts now, and all runs from now on count as one: who may begin runs at will gains nothing."""
        self.tally.begin()
        self._lasting = True

    def learn(self, step: Step) -> None:
        """What became of it: what was allowed and then not done is not counted."""
        if step.verdict and step.verdict.allowed and not (step.result.ok or step.result.unknown):
            self.tally.taken_back()

    def check(self, decision: Decision, observation: Observation) -> Verdict:
        """The verdict; the person has been asked where it is "ask" and somebody is there.

        BadAction: the place of the action shows something else than when it was decided on.
        """
        verdict = self.judge(decision.action, observation)
        if verdict.ruling == "ask":
            verdict = self._asked(decision, verdict, observation)
        elif verdict.ruling == "allow" and not self.only_log:
            verdict = self._again(decision, verdict, observation)
        if verdict.allowed:
            self.count(decision.action, observation)
        return verdict

    def judge(self, action: Action, observation: Observation) -> Verdict:
        """What the rules say, without asking anybody and without counting it."""
        if action.kind in ("wait", "done", "ask"):
            return Verdict("allow", "touches nothing")
        verdict = self._first(self._case(action, observation))
        if self.only_log and verdict.ruling != "allow":
            would = {"ask": "would be asked about", "deny": "would be denied"}[verdict.ruling]
            reason = f"{would}: {verdict.reason}" if verdict.reason else would
            return Verdict("allow", verdict.rule, reason)
        return verdict

    def count(self, action: Action, observation: Observation) -> None:
        """It is about to be done: the rules with a budget that it falls under count it."""
        case = self._case(action, observation)
        counting = (n for n, rule in enumerate(self.rules, 1) if rule.counts and rule.fits(case))
        self.tally.allowed(action, counting)

    def _first(self, case: Case) -> Verdict:
        for number, rule in enumerate(self.rules, 1):
            if rule.matches(case, number):
                reason = rule.reason or (f"{rule.beyond} were done" if rule.beyond else "")
                return Verdict(rule.rule, rule.name or f"rule {number}", reason)
        return Verdict(self.default, "default", "no rule matches")

    def _case(self, action: Action, observation: Observation) -> Case:
        return Case(action, observation, self.tally, self._sight.read if self.read else _nothing)

    def _asked(self, decision: Decision, verdict: Verdict, observation: Observation) -> Verdict:
        """The answer in the verdict; the same, whoever asked."""
        why = verdict.reason or "it must be asked about"
        if self.approve is None:
            return Verdict("ask", verdict.rule, f"{why}, and nobody is here to ask", asked=False)
        try:
            said = limited(self.approve, self.answer_s)(decision, verdict, observation)
        except NoAnswer:
            return Verdict("ask", verdict.rule, f"{why}: nobody answered in time", asked=False)
        return Verdict("ask", verdict.rule, verdict.reason if said else f"{why}: the person said no", asked=said)

    def _again(self, decision: Decision, verdict: Verdict, observation: Observation) -> Verdict:
        """The same for the screen as it is now, where the decision took a while: a button may have moved."""
        if self.look is None or aim(decision.action) is None or time.time() - observation.taken_at < OLD_S:
            return verdict
        now = self.look()
        if as_it_was(decision, observation, now):
            return verdict
        action = decision.action
        before, after = (
            {*told(action, seen), *(self._sight.read(action, seen) if self.read else ())}
            for seen in (observation, now)
        )
        if now.frame != observation.frame or before != after:
            was, becomes = (", ".join(sorted(names)) for names in (before, after))
            raise BadAction(
                f"not done: what stands there has changed since ({was!r}, now {becomes!r}): {describe(action)}"
            )
        return self.judge(action, now)


def _nothing(action: Action, observation: Observation) -> list[str]:
    return []
