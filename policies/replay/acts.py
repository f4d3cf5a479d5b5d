"""What was done in a recording, without what led to nothing: looks, waits in vain, second tries, searching."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from screenwright.tools.actions import Action, Ask, Click, Done, Move, Scroll, Wait, aim
from screenwright.tools.errors import BadScript
from screenwright.tools.joining import joined, near
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Effect, Step
from screenwright.tools.trace import Trace

PERSON = "human"
WORTH_S = 1.0
"""An agent's waits below this are its way of looking; a replay looks again by itself."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing done.

    `after`: what it led to; `title`, `program`: of the window that has the focus then; `waited_s`: of a wait, how
    long it took.
    """

    index: int
    action: Action
    before: Observation
    after: Observation | None
    effect: Effect
    waited_s: float = 0.0
    title: str | None = None
    program: str | None = None


def acts(trace: Trace) -> list[Act]:
    """In their order. BadScript where there are none."""
    if trace.meta.get("dry_run"):
        raise BadScript(f"{trace.folder} is a dry run: nothing was done in it, so there is nothing to replay")
    done: list[Act] = []
    for act in _done(trace.steps):
        last = done[-1] if done else None
        if last and (both := _joined(last, act)):
            done[-1] = both
        else:
            done.append(act)
    while done and isinstance(done[-1].action, Wait):
        done.pop()  # what it ended with is expected of the last act
    if not done:
        raise BadScript(f"nothing was done in the recording {trace.folder}, so there is nothing to replay")
    return done


def _done(steps: Sequence[Step]) -> Iterator[Act]:
    held = list(steps)
    for step, following in zip(held, [*held[1:], None], strict=True):
        decision, effect = step.decision, step.result.effect
        if decision is None or not step.result.ok or (step.verdict and not step.verdict.allowed):
            continue
        after = step.after or (following.observation if following else None)
        then = after if after and after.title else following.observation if following else None
        title, program = (then.title, then.program) if then else (None, None)
        act = Act(step.index, decision.action, step.observation, after, effect, 0.0, title, program)
        if isinstance(act.action, Done | Ask):
            continue
        in_vain = effect.where in ("nothing", "unseen")
        if isinstance(act.action, Wait):
            if decision.source == PERSON:
                yield replace(act, waited_s=act.action.seconds)
            elif not in_vain and (waited := sum(step.result.seconds.values()) or effect.waited_s) >= WORTH_S:
                yield replace(act, waited_s=waited)
        elif decision.source == PERSON or not in_vain or not isinstance(act.action, Scroll | Move):
            again = decision.source != PERSON and following is not None and _retried(step, following)
            if not again:
                yield act


def _retried(step: Step, following: Step) -> bool:
    """Was this in vain, and is the same done again at once?"""
    if step.result.effect.where != "nothing" or not following.decision or not step.decision:
        return False
    one, two = step.decision.action, following.decision.action
    return (
        isinstance(one, Click) and isinstance(two, Click) and one.count == two.count and near(aim(one), aim(two))
    )


def _joined(last: Act, act: Act) -> Act | None:
    """Both as one, where a person would call it one: waits, typing, the wheel turned on."""
    one, two = last.action, act.action
    later = replace(act, index=last.index, before=last.before)
    together = replace(later, waited_s=last.waited_s + act.waited_s)
    if isinstance(one, Wait) and isinstance(two, Wait):
        return replace(together, action=one)
    both = joined(one, two)
    return replace(together, action=both) if both else None
