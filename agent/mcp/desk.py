"""The one screen that all callers share: opened when first needed, used by one thread, one call at a time."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from screenwright.agent.console import Console
from screenwright.agent.limits import Limits
from screenwright.agent.loop import Agent, Listener
from screenwright.agent.mcp.asking import Asking, answered
from screenwright.agent.mcp.call import Call, Finished
from screenwright.agent.mcp.shown import Looks
from screenwright.agent.person.watched import Watched
from screenwright.agent.where import Where, start_programs
from screenwright.tools.actions import Action
from screenwright.tools.brake import braked
from screenwright.tools.errors import BadAction, BlackScreen, DeviceLost, ScreenwrightError
from screenwright.tools.reading import Reader
from screenwright.tools.steps import Step
from screenwright.tools.trace import TraceWriter

if TYPE_CHECKING:
    from screenwright.agent.models import Which
    from screenwright.policies.guard import Guard
    from screenwright.policies.policy import Policy
    from screenwright.tools.secrets.sealed import Sealed

WAITING_MOST = 16
CLOSED_S = 10.0
STARTED_S = 5.0


@dataclass(frozen=True, slots=True)
class Setting:
    """What `screenwright mcp` was started with.

    `steps`, `seconds`: the limits of the whole session. `secrets`: the names of those that callers may have typed.
    """

    where: Where
    guard: Guard
    opens: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    policy: str = "auto"
    which: Which | None = None
    steps: int = 1000
    seconds: float = 86_400
    runs: Path = Path("runs")
    quiet: bool = False


class Desk:
    """Opens nothing before the first call that needs the screen. `close` ends all that was opened."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.looks = Looks()
        self.runs: dict[str, Path] = {}
        """The folders of the runs of this session, by their names."""
        self.spent = 0
        self.busy = ""
        self._asking = Asking(setting.guard.approve, lambda: self._device)
        self._began = time.monotonic()
        self._device: Sealed | None = None
        self._watched: Watched | None = None
        self._brake = ExitStack()
        self._reader: Reader | None = None
        self._policy: Policy | None = None
        self._call: Call | None = None
        self._calls: list[Call] = []
        self._closing: list[Callable[[], None]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="screen")
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
        self._thread.submit(self._work, call, name, job)

    def close(self) -> bool:
        """End what runs, let go of every key, close what was opened; whether that was done in time. Safe twice."""
        if self.shut:
            return True
        self.shut = True
        for call in list(self._calls):
            call.stop("the server has ended")
        done = self._thread.submit(self._let_go)
        self._thread.shutdown(wait=False)
        with suppress(TimeoutError):
            done.result(CLOSED_S)
        return done.done()

    @property
    def left(self) -> tuple[int, float]:
        """Steps and seconds until the limits of the session."""
        seconds = self.setting.seconds - (time.monotonic() - self._began)
        return max(0, self.setting.steps - self.spent), max(0.0, seconds)

    @property
    def opened(self) -> Sealed | None:
        return self._device

    # the thread's side

    def at_end(self, close: Callable[[], None]) -> None:
        """Is called before the screen is closed."""
        self._closing.append(close)

    @property
    def call(self) -> Call:
        """The one that is being worked for."""
        assert self._call is not None, "there is no call outside of a job"
        return self._call

    @property
    def device(self) -> Watched:
        """The screen; BadScript, NotInstalled, DeviceLost where it can't be opened."""
        if self._watched is None:
            from screenwright.agent.running import answer_beside
            from screenwright.tools.secrets.vault import Vault

            self._device = self.setting.where.open(Vault(only=self.setting.secrets))
            for problem in self._device.problems():
                print(f"screenwright: warning: {problem}", file=sys.stderr)
            answer_beside(self.setting.guard, self._device, self.setting.where)
            self._watched = Watched(self._device, lambda seen: None, self._allowed)
            self._brake.enter_context(braked(self._device, lambda: self._allowed(None)))
            self._start()
        return self._watched

    def _start(self) -> None:
        """What --open says; the first look of a caller should not be at the empty screen before."""
        from screenwright.tools.settle import Settler

        if self._watched is not None and self.setting.opens:
            before = self._watched.observe()
            start_programs(self._watched, self.setting.opens)
            Settler(self._watched).wait(before, STARTED_S, until_change=True)

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
        """A run on this screen, under the guard, with a folder of its own."""
        device = self.device
        trace = TraceWriter(root=self.setting.runs.resolve(), name=name)
        self.runs[trace.folder.name] = trace.folder
        return Agent(
            policy,
            device,
            guard=self.setting.guard,
            limits=limits,
            trace=trace,
            listeners=[Console(sys.stderr, quiet=self.setting.quiet), _Counted(self), *listeners],
            answer=lambda question: answered(self.call, question),
        )

    def _work(self, call: Call, name: str, job: Callable[[Call], object]) -> None:
        self._call, self.busy = call, name
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

    def _allowed(self, action: Action | None) -> None:
        if self._call is not None:
            self._call.check()

    # the end

    def _let_go(self) -> None:
        for close in self._closing:
            close()
        self._brake.close()
        device, self._device, self._watched = self._device, None, None
        if device is not None:
            try:
                device.release()
            except DeviceLost:
                pass  # it is closed because it is lost
            finally:
                device.close()


class _Counted(Listener):
    """Counts what was done against the limits of the session, and against the budgets of the guard's rules.

    Unlike on the command line, no run begins them anew: a caller could begin one whenever it likes.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def stepped(self, step: Step) -> None:
        self._desk.setting.guard.learn(step)
        if step.decision is not None and step.decision.action.kind not in ("wait", "done"):
            self._desk.spent += 1
