"""The one screen that all callers share: opened when first needed, used by one thread, one call at a time."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from screenwright.agent.console import Console
from screenwright.agent.limits import Limits
from screenwright.agent.loop import Agent, Listener
from screenwright.agent.mcp.asking import Asking, answered
from screenwright.agent.mcp.call import Call, Finished
from screenwright.agent.mcp.opened import Opened, Setting
from screenwright.agent.mcp.shown import Looks
from screenwright.agent.mcp.thread import JobThread
from screenwright.agent.person.watched import Watched
from screenwright.tools.errors import BadAction, BlackScreen, DeviceLost, ScreenwrightError
from screenwright.tools.reading import Reader
from screenwright.tools.steps import Outcome, Step
from screenwright.tools.trace import TraceWriter

if TYPE_CHECKING:
    from screenwright.policies.policy import Policy

WAITING_MOST = 16
CLOSED_S = 10.0
CALLER = "stopped by the caller"
"""What the loop says where its steps are not asked for any more."""


class Desk:
    """Opens nothing before the first call that needs the screen. `close` ends all that was opened."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.looks = Looks()
        self.runs: dict[str, Path] = {}
        """The folders of the runs of this session, by their names."""
        self.spent = 0
        self.busy = ""
        self.opened: Opened | None = None
        """The screen, once a call has needed it."""
        self._asking = Asking(setting.guard.approve, lambda: self.opened)
        self._began = time.monotonic()
        self.halted = ""
        """Why nothing more is done, once a person has stopped it."""
        self._reader: Reader | None = None
        self._policy: Policy | None = None
        self._call: Call | None = None
        self._calls: list[Call] = []
        self._closing: list[Callable[[], None]] = []
        self._thread = JobThread("screen")
        self.shut = False
        """Is it closed, or being closed?"""

    # the event loop's side

    def submit(self, call: Call, name: str, job: Callable[[Call], object]) -> None:
        """The job is done in the one thread when its turn comes; `call` is told how it ended. BadAction."""
        if self.shut:
            raise BadAction("the server is ending")
        if len(self._calls) >= WAITING_MOST:
            raise BadAction(f"{len(self._calls)} calls are waiting already; wait for one of them to end")
        self._calls.append(call)
        self._thread.do(lambda: self._work(call, name, job))

    def close(self) -> bool:
        """End what runs, let go of every key, close what was opened; whether that was done in time. Safe twice."""
        if self.shut:
            return True
        self.shut = True
        for call in list(self._calls):
            call.stop("the server has ended")
        return self._thread.last(self._let_go, CLOSED_S)

    @property
    def left(self) -> tuple[int, float]:
        """Steps and seconds until the limits of the session."""
        seconds = self.setting.seconds - (time.monotonic() - self._began)
        return max(0, self.setting.steps - self.spent), max(0.0, seconds)

    # the thread's side

    def at_end(self, close: Callable[[], None]) -> None:
        """Is called before the screen is closed, or used by another run."""
        self._closing.append(close)

    def end_others(self) -> None:
        """Two runs at a time would be one too many for the person who holds them back."""
        for close in self._closing:
            close()

    @property
    def call_ends(self) -> bool:
        """Was the call that is being worked for given up, or is there none?"""
        return self._call is None or self._call.stopped

    @property
    def call(self) -> Call:
        """The one that is being worked for."""
        assert self._call is not None, "there is no call outside of a job"
        return self._call

    @property
    def device(self) -> Watched:
        """The screen; BadScript, NotInstalled, DeviceLost where it can't be opened."""
        return self.screen.watched

    @property
    def screen(self) -> Opened:
        self.opened = self.opened or Opened(self.setting, self._check)
        return self.opened

    @property
    def reader(self) -> Reader:
        """One for all: its networks take a while to load, and what it has read it remembers."""
        self._reader = self._reader or Reader()
        return self._reader

    @property
    def policy(self) -> Policy:
        """What decides for a task; a model stays loaded from one task to the next."""
        if self._policy is None:
            from screenwright.agent.models import policy_of

            self._policy = policy_of(self.setting.policy, self.setting.which, reader=self.reader)
        return self._policy

    def limits(self, steps: int | None = None, seconds: float | None = None) -> Limits:
        """Of one run: what was asked for, but no more than is left. BadAction: nothing is left."""
        left = self.left
        if not all(left):
            raise BadAction(
                f"the limit of this session is reached ({self.setting.steps} steps, {self.setting.seconds:g} s); "
                "start the server anew, or with --limit-steps and --limit-seconds"
            )
        return Limits(steps=min(steps or left[0], left[0]), seconds=min(seconds or left[1], left[1]))

    def agent(self, policy: Policy, name: str, limits: Limits, listeners: Sequence[Listener] = ()) -> Agent:
        """A run on this screen, under the guard, held back by a person there, with a folder of its own."""
        if self.halted:
            raise BadAction(f"nothing more is done: {self.halted}; start the server anew")
        device, person = self.screen.watched, self.screen.person
        trace = TraceWriter(root=self.setting.runs.resolve(), name=name)
        self.runs[trace.folder.name] = trace.folder
        mine = [Console(sys.stderr, quiet=self.setting.quiet), _Kept(self), *listeners]

        def answer(question: str) -> str:
            return answered(self.call, question)

        return Agent(
            person.policy(policy) if person else policy,
            device,
            guard=self.setting.guard,
            limits=limits,
            trace=trace,
            listeners=[*person.listeners, *mine] if person else mine,
            answer=person.excused(answer) if person else answer,
        )

    def _work(self, call: Call, name: str, job: Callable[[Call], object]) -> None:
        self._call, self.busy = call, name
        call.wakes = self._wake
        try:
            call.check()  # it may have been given up while it waited
            self.setting.guard.approve = self._asking.approver(call)
            call.tell(Finished(job(call)))
        except BaseException as error:
            if isinstance(error, DeviceLost) and not isinstance(error, BlackScreen):
                self._let_go()
            if not isinstance(error, ScreenwrightError):
                logging.getLogger(__name__).error("a call of %s failed", name, exc_info=error)
            call.tell(Finished(error=error))
        finally:
            self._call, self.busy = None, ""
            self._calls.remove(call)

    def _wake(self, why: str) -> None:
        if self.opened is not None:
            self.opened.wake(why)

    def _check(self) -> None:
        if self._call is not None:
            self._call.check()

    # the end

    def _let_go(self) -> None:
        self.end_others()
        opened, self.opened = self.opened, None
        if opened is not None:
            opened.close()


class _Kept(Listener):
    """Counts what was done, for the limits of the session; hears a stop."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def stepped(self, step: Step) -> None:
        if step.decision is not None and step.decision.action.kind not in ("wait", "done"):
            self._desk.spent += 1

    def ended(self, outcome: Outcome) -> None:
        if outcome.status == "stopped" and outcome.message != CALLER and not self._desk.call_ends:
            self._desk.halted = outcome.message
