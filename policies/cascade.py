"""The cheapest policy that is sure decides; the next is asked only when it is not.

A policy that keeps its place in a script (`KeepsPlace`: the literal one) hands on just the step that it can't
do, and goes on with the next one when that is done. What the guard has refused is never handed on: another
policy would only find another way to do the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from screenwright.policies.cascade_job import Failure, Job, Unsure, acted, same_act
from screenwright.policies.errand import (
    Drops,
    KeepsPlace,
    errand_in_words,
    only_asked,
    secrets_in,
    task_in_words,
)
from screenwright.policies.policy import Meeting, Policy
from screenwright.tools.actions import Action, Done
from screenwright.tools.errors import BadReply, BadScript, GaveUp, Mendable, ModelLost, NotInstalled
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Step, Task


class Cascade:
    """Asks its policies in order.

    Args:
        policies: the cheapest first.
        sure: a decision with less confidence is not taken while there is another to ask; one number, or one
            for each policy. A decision that says none is sure.
        patience: a policy that fails so often in a row rests for as many decisions, then for twice as many.
        errand_steps: how many steps a step that was handed on may take.
    """

    name = "cascade"

    def __init__(
        self,
        policies: Sequence[Policy],
        *,
        sure: float | Sequence[float] = 0.6,
        patience: int = 3,
        errand_steps: int = 20,
    ) -> None:
        if not policies:
            raise BadScript("a cascade needs at least one policy")
        self.policies = tuple(policies)
        self.sure = tuple([sure] * len(self.policies) if isinstance(sure, int | float) else sure)
        if len(self.sure) != len(self.policies):
            raise BadScript(f"{len(self.sure)} values of sure for {len(self.policies)} policies")
        self.patience = patience
        self.errand_steps = errand_steps
        names = [policy.name for policy in self.policies]
        self._labels = [n if names.count(n) == 1 else f"{n} {i + 1}" for i, n in enumerate(names)]

    @property
    def variables(self) -> dict[str, str]:
        """What its policies have read."""
        return {name: value for p in self.policies for name, value in getattr(p, "variables", {}).items()}

    def meet(self, kinds: Callable[[], frozenset[str]]) -> None:
        for policy in self.policies:
            if isinstance(policy, Meeting):
                policy.meet(kinds)

    def begin(self, task: Task) -> None:
        """Begin the first that understands the task; the others when they are asked. BadScript: none does."""
        self._jobs = [Job(task)]
        self._failures, self._rests = [0] * len(self.policies), [0] * len(self.policies)
        self._count = 0
        self._refused: list[tuple[str, Action]] = []
        self._spent: dict[str, float] = {}
        self._notes: list[str] = []
        job = self._jobs[0]
        for number in range(len(self.policies)):
            if self._begin(job, number) is None:
                return
        if len(job.out) == 1:
            raise BadScript(job.out[0])
        reasons = "; ".join(f"{self._labels[n]}: {why}" for n, why in job.out.items())
        raise BadScript(f"no policy can do this task: {reasons}")

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        """Of the first that is sure. BadReply, GaveUp when none has any, with what each of them said."""
        self._count += 1
        last = steps[-1] if steps else None
        if last and last.decision and last.verdict and not last.verdict.allowed:
            self._refused.append((last.decision.source, last.decision.action))
        while True:
            decision = self._round(self._jobs[-1], steps, observation)
            if decision is not None:
                return self._told(decision)

    def _told(self, decision: Decision) -> Decision:
        """With why the others did not decide, and what all have cost."""
        notes, self._notes = self._notes, []
        spent, self._spent = self._spent, {}
        errand = self._jobs[-1].errand
        if errand and not notes:
            notes = [f"{errand.place} for {self._labels[self._jobs[-1].first - 1]}"]
        thought = f"[{'; '.join(notes)}] {decision.thought}".strip() if notes else decision.thought
        return replace(decision, thought=thought, usage=spent)

    def _round(self, job: Job, steps: Sequence[Step], observation: Observation) -> Decision | None:
        """Each policy of the job once, until one is sure. None: a step was handed on or came back: once more."""
        failed: dict[int, Failure] = {}
        if job.errand and len(steps) - job.since >= self.errand_steps:
            job.out |= dict.fromkeys(self._able(job), f"not done after {self.errand_steps} steps")
        for number in self._able(job):
            made = self._try(job, number, steps, observation)
            if isinstance(made, Decision):
                if job.errand and isinstance(made.action, Done):
                    self._come_back(job, number, made.action.answer)
                    return None
                self._drop(failed)
                return made
            failed[number] = made
            if self._refused and not isinstance(made, Unsure):
                raise made
            self._note_failure(job, number, made)
            if self._keeps(number):
                return self._hand_on(job, number, made, len(steps))
        return self._fail(job, failed)

    def _able(self, job: Job) -> list[int]:
        """Who is asked in this round: those that can and do not rest; the last one never rests."""
        there = [n for n in range(job.first, len(self.policies)) if n not in job.out]
        return [n for n in there if self._rests[n] < self._count or n == there[-1]]

    def _try(self, job: Job, number: int, steps: Sequence[Step], observation: Observation) -> Decision | Failure:
        """A decision that may be taken, or why there is none."""
        try:
            decision = self._ask(job, number, steps, observation)
        except (Mendable, GaveUp, BadScript, NotInstalled, ModelLost) as error:
            if isinstance(error, BadScript | NotInstalled | ModelLost):
                job.out[number] = str(error)
            return error
        action, alone = decision.action, number == self._able(job)[-1]
        if any(source != decision.source and same_act(action, refused) for source, refused in self._refused):
            raise GaveUp(f"{self._labels[number]} wants what the guard refused to {self._refused[-1][0]} before")
        if isinstance(action, Done) and job.errand:
            if not action.success:
                return GaveUp(action.answer or "says that it can't be done")
            if job.errand.acts and not any(map(acted, steps[job.since :])):
                return GaveUp("says that it is done, and has done nothing")
        elif isinstance(action, Done) and not (action.success or alone or self._refused or self._keeps(number)):
            return GaveUp(action.answer or "says that it can't be done")
        unsure = decision.confidence is not None and decision.confidence < self.sure[number]
        if unsure and not (alone or self._refused or number in job.accepted):
            return Unsure(decision, self.sure[number])
        job.accepted.discard(number)
        self._failures[number] = 0
        return decision

    def _ask(self, job: Job, number: int, steps: Sequence[Step], observation: Observation) -> Decision:
        policy, label = self.policies[number], self._labels[number]
        began = time.perf_counter()
        try:
            if number not in job.begun and (failure := self._begin(job, number)):
                raise failure
            task = self._brief(job, number)
            if isinstance(policy, KeepsPlace):
                decision = policy.decide(task, steps, observation)
            else:
                decision = only_asked(policy.decide(task, steps[job.since :], observation), self._allowed(job))
        finally:
            self._spend({f"asked_{label.replace(' ', '_')}_s": time.perf_counter() - began})
        self._spend(decision.usage)
        return replace(decision, source=decision.source or policy.name)

    def _begin(self, job: Job, number: int) -> Failure | None:
        try:
            self.policies[number].begin(self._brief(job, number))
        except (BadScript, NotInstalled, ModelLost) as error:
            job.out[number] = str(error)
            return error
        job.begun.add(number)
        return None

    def _brief(self, job: Job, number: int) -> Task:
        """What a policy is told to do: the script as it is; one that reads prose gets words without secrets."""
        if self._keeps(number):
            return Task(job.errand.text, job.errand.values) if job.errand else job.task
        return errand_in_words(job.errand, job.why) if job.errand else task_in_words(job.task)

    def _allowed(self, job: Job) -> frozenset[str]:
        """The secrets that may be typed for this job."""
        if job.errand:
            return secrets_in(job.errand.text, job.errand.values)
        return secrets_in(job.task.text, job.task.parameters)

    def _hand_on(self, job: Job, number: int, failure: Failure, since: int) -> Decision | None:
        """The step that a policy can't do goes to those behind it. GaveUp: there are none, or it must not."""
        policy = self.policies[number]
        assert isinstance(policy, KeepsPlace)
        unsure = isinstance(failure, Unsure)
        if not any(n > number for n in range(len(self.policies)) if n not in job.out):
            if job.errand:
                return self._fail(job, {number: failure})  # what the first could not do is the reason to be told
            raise failure
        try:
            errand = policy.errand()
        except GaveUp as reason:
            if isinstance(failure, Unsure):
                return failure.decision
            raise GaveUp(f"{failure} (not handed on: {reason})") from failure
        if unsure:
            policy.drop()
        self._jobs.append(Job(job.task, number + 1, since, errand, str(failure), unsure))
        return None

    def _come_back(self, job: Job, number: int, answer: str | None) -> None:
        """A step that was handed on is done: its owner goes on behind it."""
        assert job.errand
        self._jobs.pop()
        owner = self.policies[job.first - 1]
        assert isinstance(owner, KeepsPlace)
        owner.skip(answer)
        self._notes.append(f"{self._labels[number]} has done {job.errand.place}")

    def _fail(self, job: Job, failed: dict[int, Failure]) -> Decision | None:
        """Nobody was sure. The surest guess is taken; else a bad reply can be mended; else it is over."""
        guesses = {n: f.decision for n, f in failed.items() if isinstance(f, Unsure)}
        if guesses:
            self._notes.append("nobody is surer")
            best = max(guesses, key=lambda n: guesses[n].confidence or 0)
            self._drop({n: failure for n, failure in failed.items() if n != best})
            return guesses[best]
        self._notes = []
        said = job.out | {n: str(error) for n, error in failed.items()}
        reasons = "; ".join(f"{self._labels[n]}: {why}" for n, why in sorted(said.items()))
        for error in failed.values():
            if isinstance(error, Mendable):
                raise (error if len(failed) == 1 else BadReply(reasons, getattr(error, "reply", "")))
        if job.errand:
            self._jobs.pop()
            if job.unsure:
                self._jobs[-1].accepted.add(job.first - 1)
                self._notes.append(f"nobody is surer: {reasons}")
                return None
            reasons = f"{self._labels[job.first - 1]}: {job.why}; {reasons}"
        elif len(said) == 1 and failed:
            raise next(iter(failed.values()))
        last = next(reversed(failed.values()), None)
        raise (type(last) if isinstance(last, NotInstalled | ModelLost) else GaveUp)(reasons)

    def _drop(self, failed: dict[int, Failure]) -> None:
        """Tell those whose decisions are not taken."""
        for number, failure in failed.items():
            policy = self.policies[number]
            if isinstance(failure, Unsure) and isinstance(policy, Drops):
                policy.drop()

    def _note_failure(self, job: Job, number: int, failure: Failure) -> None:
        label = self._labels[number]
        self._notes.append(f"{label}: {failure}")
        self._failures[number] += 1
        over = self._failures[number] - self.patience
        if over >= 0 and not self._keeps(number) and number not in self._able(job)[-1:]:
            rest = self.patience * 2 ** min(over, 6)
            self._rests[number] = self._count + rest
            self._notes.append(f"{label} rests for {rest} steps")

    def _keeps(self, number: int) -> bool:
        return isinstance(self.policies[number], KeepsPlace)

    def _spend(self, usage: dict[str, float]) -> None:
        self._spent = {**self._spent, **{key: self._spent.get(key, 0) + value for key, value in usage.items()}}
