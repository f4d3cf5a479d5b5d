"""Says whether a decided action may be done: allow, ask or deny. It stands between decide and perform.

Rules are tried in order and the first that matches rules. What no rule matches is asked about when a
person is there to answer, and refused when not. A guard reads words, not minds: a dangerous button that
only shows a picture, or a command typed in two halves, passes it. docs/guard.md says what it can't see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from screenwright.policies.guard.rules import Rule, Ruling, read_rules, standard_text
from screenwright.tools.actions import Action
from screenwright.tools.errors import BadScript
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Verdict


class NoAnswer(Exception):
    """Nobody answered in time."""


Approve = Callable[[Decision, Verdict, Observation], bool]


class Guard:
    """First matching rule wins.

    Args:
        default: what holds when no rule matches.
        approve: asks the person; None when nobody is there, and then "ask" means no.
    """

    def __init__(
        self, rules: Iterable[Rule | dict[str, Any]] = (), default: Ruling = "ask", approve: Approve | None = None
    ) -> None:
        self.rules = tuple(rule if isinstance(rule, Rule) else Rule.model_validate(rule) for rule in rules)
        self.default: Ruling = default
        self.approve = approve

    @classmethod
    def load(cls, path: str | Path, approve: Approve | None = None) -> Guard:
        """Rules from a YAML file. BadScript with the file and the place where it can't be read."""
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadScript(f"the rules in {path} can't be read: {error}") from error
        book = read_rules(text, str(path))
        return cls(book.rules, book.default, approve)

    @classmethod
    def standard(cls, approve: Approve | None = None) -> Guard:
        """The shipped rules: ordinary acts are allowed, what can't be undone is asked about."""
        book = read_rules(standard_text(), "careful.yaml")
        return cls(book.rules, book.default, approve)

    def check(self, decision: Decision, observation: Observation) -> Verdict:
        """The verdict; the person has been asked where it is "ask" and somebody is there."""
        verdict = self.judge(decision.action, observation)
        if verdict.ruling != "ask":
            return verdict
        if self.approve is None:
            reason = f"{verdict.reason or 'it must be asked about'}, and nobody is here to ask"
            return Verdict("ask", verdict.rule, reason, asked=False)
        said = self.approve(decision, verdict, observation)
        reason = verdict.reason if said else f"{verdict.reason or 'asked about'}: the person said no"
        return Verdict("ask", verdict.rule, reason, asked=said)

    def judge(self, action: Action, observation: Observation) -> Verdict:
        """What the rules say, without asking anybody."""
        if action.kind in ("wait", "done", "ask"):
            return Verdict("allow", "touches nothing")
        for number, rule in enumerate(self.rules, 1):
            if rule.matches(action, observation):
                return Verdict(rule.rule, rule.name or f"rule {number}", rule.reason)
        return Verdict(self.default, "default", "no rule matches")
