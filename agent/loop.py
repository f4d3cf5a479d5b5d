"""The loop: observe, decide, guard, perform, settle, record. Everything else is somewhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from screenwright.agent.limits import Limits, Watch
from screenwright.agent.soundness import sound
from screenwright.policies.guard import Guard
from screenwright.policies.policy import Meeting, Policy
from screenwright.tools.actions import Ask, Done, Wait, describe
from screenwright.tools.device import Device
from screenwright.tools.errors import BlackScreen, Ending, GaveUp, Mendable, OutcomeUnknown, Stopped, stop_within
from screenwright.tools.observation import Observation
from screenwright.tools.secrets.sealed import concealed, said, sealed, taken
from screenwright.tools.settle import Settler
from screenwright.tools.steps import Decision, Outcome, Result, Status, Step, Task
from screenwright.tools.trace import TraceWriter

T = TypeVar("T")
Ends = tuple[Status, str] | None

PICTURES_KEPT = 8  # frames held in memory for a policy that looks back; older ones are read from the trace


class Listener:
    """Is told what happens; override what you need. An exception in a listener ends the run."""

    def began(self, task: Task, folder: Path) -> None: ...

    def stepped(self, step: Step) -> None: ...

    def ended(self, outcome: Outcome) -> None: ...


@dataclass
class Run:
    """What one run of an Agent knows: its task, the steps so far, and the step that is being done."""

    task: Task
    watch: Watch
    steps: list[Step] = field(default_factory=list)
    pending: Step | None = None


class Agent:
    """Runs a Policy on a Device under a Guard and leaves a Trace.

    Args:
        guard: default `Guard.standard()`, which denies what it would have to ask about.
        trace: a writer, or the folder of the run; by default a new folder under `runs/`.
        answer: answers the policy's questions to the person (the Ask action); none: they are refused.
        dry_run: decide and guard, but perform nothing.
    """

    def __init__(
        self,
        policy: Policy,
        device: Device,
        *,
        guard: Guard | None = None,
        limits: Limits | None = None,
        trace: TraceWriter | str | Path | None = None,
        listeners: Sequence[Listener] = (),
        answer: Callable[[str], str] | None = None,
        dry_run: bool = False,
    ) -> None:
        self.policy = policy
        self.device = sealed(device)
        self.guard = guard or Guard.standard()
        self.limits = limits or Limits()
        self.trace = trace if isinstance(trace, TraceWriter) else TraceWriter(trace)
        self.listeners = tuple(listeners)
        self.answer = answer
        self.dry_run = dry_run
        self.settler = Settler(self.device)
        self.outcome: Outcome | None = None

    def run(self, task: Task | str) -> Outcome:
        """Run to the end. BadScript and NotInstalled are raised before anything is done."""
        for _ in self.steps(task):
            pass
        assert self.outcome is not None
        return self.outcome

    def steps(self, task: Task | str) -> Iterator[Step]:
        """Yield each step as it is done. Closing the iterator stops the run; then see `outcome`."""
        run = Run(taken(self.device, Task(task) if isinstance(task, str) else task), Watch(self.limits))
        self.outcome = None
        if isinstance(self.policy, Meeting):
            own = {"wait", "done"} | ({"ask"} if self.answer else set[str]())
            self.policy.meet(lambda: self.device.kinds | own)
        self.policy.begin(run.task)
        self.guard.begin()
        self.trace.begin(run.task, self._about())
        ends: tuple[Status, str] = ("stopped", "stopped by the caller")
        try:
            self._tell("began", run.task, self.trace.folder)
            going = True
            while going:
                step, ended = self._next(run)
                going = ended is None
                ends = ended or ends
                yield self._record(step, run)
        except (KeyboardInterrupt, Stopped) as stop:
            ends = ("stopped", str(stop) or CTRL_C)
        except Ending as error:
            ends = ("error", str(error))
        except Exception as error:
            meant = stop_within(error)
            if meant is error:
                ends = ("error", f"{type(error).__name__}: {error}")
                raise
            ends = ("stopped", str(meant) or CTRL_C)
        finally:
            self._end(run, *ends)

    def _next(self, run: Run) -> tuple[Step, Ends]:
        """One step with its warnings, and how the run ends after it, or None."""
        try:
            step = self.step(run)
        except GaveUp as gave_up:
            assert run.pending
            step = replace(run.pending, result=Result(False, str(gave_up)))
            return step, ("gave_up", str(gave_up))
        if warning := run.watch.warning(step):
            step = replace(step, result=replace(step.result, message=f"{step.result.message}; {warning}"))
        return step, run.watch.outcome(step)

    def step(self, run: Run) -> Step:
        """Observe, decide, guard, perform, settle. What the policy can mend is in the step's result."""
        clock = Clock()
        observation = clock.time("observe", lambda: self._see(run))
        step = run.pending = Step(len(run.steps), observation, None, None, Result(False), time.time())
        try:
            decision = clock.time("decide", lambda: self._decided(run, observation))
            step = run.pending = replace(step, decision=decision)
            verdict = clock.time("guard", lambda: self.guard.check(decision, observation))
            step = run.pending = replace(step, verdict=verdict, result=UNKNOWN)
            if not verdict.allowed:
                step = replace(step, result=Result(False, f"not allowed: {verdict.reason or verdict.rule}"))
            elif self.dry_run and not isinstance(decision.action, Wait):  # unwaited, a policy asks again at once
                step = replace(step, result=Result(True, f"dry run: would {describe(decision.action)}"))
            else:
                step = self._do(step, decision, run, clock)
        except Mendable as error:
            step = replace(step, result=Result(False, str(error), unknown=isinstance(error, OutcomeUnknown)))
        return replace(step, result=replace(step.result, seconds=clock.seconds))

    def _decided(self, run: Run, observation: Observation) -> Decision:
        decided = sound(self.policy.decide(run.task, run.steps, observation), self.policy.name)
        return concealed(self.device, decided)

    def _see(self, run: Run) -> Observation:
        """The present frame; a black screen is waited for, since a lock or a mode change may pass."""
        patience = time.monotonic() + self.limits.black_s
        while True:
            try:
                return self.device.observe()
            except BlackScreen:
                left = min(patience - time.monotonic(), run.watch.seconds_left)
                if left <= 0:
                    raise
                self.device.idle(min(left, 0.5))

    def _do(self, step: Step, decision: Decision, run: Run, clock: Clock) -> Step:
        """Perform and settle; the loop's own kinds of action never reach the device."""
        match decision.action:
            case Done():
                return replace(step, result=Result(True, "done"))
            case Ask(question=question):
                if self.answer is None:
                    return replace(step, result=Result(False, f"nobody is here to answer {question!r}"))
                return replace(step, result=Result(True, self.answer(question)))
            case Wait(seconds=seconds, until_change=until_change):
                wait = min(seconds, run.watch.seconds_left)
                effect, after = clock.time(
                    "settle", lambda: self.settler.wait(step.observation, wait, until_change)
                )
                return replace(step, result=Result(True, "", effect), after=after)
            case action:
                acted_at = time.perf_counter()
                message = clock.time("perform", lambda: self.device.perform(action))
                effect, after = clock.time(
                    "settle", lambda: self.settler.settle(step.observation, action, acted_at, decision.complete)
                )
                return replace(step, result=Result(True, message, effect), after=after)

    def _record(self, step: Step, run: Run) -> Step:
        """Write the step down and let go of old pictures, so that memory stays flat."""
        clock = Clock()
        step = replace(step, result=replace(step.result, message=said(self.device, step.result.message)))
        clock.time("record", lambda: self.trace.add(step))
        run.pending = None
        self.guard.learn(step)
        step = replace(step, result=replace(step.result, seconds=step.result.seconds | clock.seconds))
        run.steps.append(step)
        for old in run.steps[-PICTURES_KEPT - 1 : -PICTURES_KEPT]:
            for seen in (old.observation, old.after):
                if seen is not None:
                    seen.let_go(self.trace.loader(seen))
        self._tell("stepped", step)
        return step

    def _end(self, run: Run, status: Status, message: str) -> None:
        """Nothing stays held and nothing stays unwritten, however the run ended."""
        try:
            self.device.release()
            if run.pending is not None:
                self._record(run.pending, run)
        except Ending as error:
            status, message = "error", message or str(error)
        except Exception as error:  # a Ctrl-C within an import leaves a module that can't be imported again
            message = f"{message} (the last step is not recorded: {type(error).__name__}: {error})"
        last = run.steps[-1].decision if run.steps else None
        answer = last.action.answer if last and isinstance(last.action, Done) else None
        outcome = run.watch.end(status, said(self.device, message), len(run.steps), answer)
        read: dict[str, str] = getattr(self.policy, "variables", {})
        variables = {name: said(self.device, value) for name, value in read.items()}
        self.outcome = replace(outcome, trace=str(self.trace.folder), variables=variables)
        try:
            self.trace.end(self.outcome)
        except Ending as error:
            self.outcome = replace(self.outcome, status="error", message=message or str(error))
        self._tell("ended", self.outcome)

    def _tell(self, event: str, *facts: object) -> None:
        for listener in self.listeners:
            getattr(listener, event)(*facts)

    def _about(self) -> dict[str, object]:
        return {
            "device": self.device.name,
            "policy": self.policy.name,
            "limits": self.limits.model_dump(),
            "dry_run": self.dry_run,
        }


CTRL_C = "stopped with Ctrl-C"
UNKNOWN = Result(False, "interrupted: whether this was done is not known; look before doing it again")


class Clock:
    """Seconds by part of one step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def time(self, part: str, call: Callable[[], T]) -> T:
        start = time.perf_counter()
        try:
            return call()
        finally:
            self.seconds[part] = self.seconds.get(part, 0.0) + time.perf_counter() - start
