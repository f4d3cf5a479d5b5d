"""A policy that raises, hangs, returns garbage or floods; a guard and a listener that raise."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from fault import Trial, fault
from ground import cleared, unsound

from screenwright.agent.limits import Limits
from screenwright.agent.loop import Agent, Listener
from screenwright.policies.guard import Guard
from screenwright.tools.actions import Click, TypeText, Wait
from screenwright.tools.errors import (
    BadAction,
    BadReply,
    BadScript,
    DeviceLost,
    Ending,
    GaveUp,
    Mendable,
    ModelLost,
    Stopped,
)
from screenwright.tools.fake import FakeDevice, form
from screenwright.tools.geometry import Point, Size
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Outcome, Step, Task

SIZE = Size(320, 200)
SPOT = Point(200, 30, SIZE)


class Odd:
    """Does two sane things, then what it is told."""

    name = "odd"

    def __init__(self, then: Callable[[], Any], sane: int = 2) -> None:
        self._then, self._sane = then, sane

    def begin(self, task: Task) -> None: ...

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        if len(steps) < self._sane:
            return Decision((Click(point=SPOT), TypeText(text="Ada"))[len(steps) % 2])
        made: Decision = self._then()
        return made


class Case:
    """One run over a device in memory: what came of it."""

    def __init__(self, trial: Trial, policy: Odd, **settings: Any) -> None:
        self.device = FakeDevice(form("Name"), size=SIZE)
        self.folder = cleared(trial.folder / "run") / "t"
        self.agent = Agent(policy, self.device, trace=self.folder, **settings)
        self.raised: BaseException | None = None
        began = time.perf_counter()
        try:
            self.agent.run("go")
        except BaseException as error:
            self.raised = error
        self.took_s = time.perf_counter() - began

    @property
    def outcome(self) -> Outcome | None:
        return self.agent.outcome

    def checked(self, trial: Trial, what: str, *, statuses: Sequence[str], most_s: float = 5.0) -> None:
        """Ended as promised, in time, with a message; the trace is whole, and what was typed stands once."""
        outcome = self.outcome
        if trial.check(outcome is not None, f"{what}: there is no outcome"):
            assert outcome
            trial.check(outcome.status in statuses, f"{what}: {outcome.status}: {outcome.message}")
            trial.check(outcome.message, f"{what}: ended without a word")
        trial.check(self.took_s < most_s, f"{what}: took {self.took_s:.1f} s")
        wrong = unsound(self.folder, ended=True)
        trial.check(not wrong, f"{what}: the trace: {wrong}")
        trial.check(self.device.values["Name"] in ("Ada", ""), f"{what}: {self.device.values}")


def _raises(error: BaseException) -> Callable[[], Any]:
    def then() -> Any:
        raise error

    return then


def _deep() -> Any:
    return _deep()


ERRORS: tuple[BaseException, ...] = (
    *(ValueError("odd"), KeyError("x"), ZeroDivisionError(), OSError(28, "full"), MemoryError(), StopIteration()),
    *(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "odd"), AssertionError(), TimeoutError(), GeneratorExit()),
    *(RuntimeError("\ud800"), Exception("x" * 1_000_000), ExceptionGroup("both", [ValueError()])),
    *(KeyboardInterrupt(), SystemExit(3), Stopped("a person"), GaveUp("no way"), ModelLost("gone")),
    *(BadReply("what?"), BadAction("not here"), BadScript("line 3"), DeviceLost("unplugged")),
)


@fault(
    "policy-raises",
    "a policy, a guard or a listener that raises anything at any step",
    promise="the run ends at once; the trace holds every finished step and the end; what is not ours is raised on",
)
def policy_raises(trial: Trial) -> None:
    deep = RecursionError("deep")
    for _ in trial.times(3):
        for error in (*ERRORS, deep):
            sane = trial.dice.randrange(3)
            policy = Odd(_deep if error is deep else _raises(error), sane)
            _raised(trial, Case(trial, policy), error, f"a policy that raises {type(error).__name__}", sane)
            _raised(trial, _with_guard(trial, error), error, f"a guard that raises {type(error).__name__}", 0)
            _raised(
                trial, _with_listener(trial, error), error, f"a listener that raises {type(error).__name__}", 1
            )
            trial.injected += 3
        trial.injected -= 1


def _raised(trial: Trial, case: Case, error: BaseException, what: str, steps: int) -> None:
    case.checked(trial, what, statuses=("error", "stopped", "gave_up", "limit"))
    trial.check(case.outcome is None or case.outcome.steps >= steps, f"{what}: {case.outcome}")
    ours = isinstance(error, Ending | KeyboardInterrupt) or (
        isinstance(error, Mendable) and "listener" not in what
    )
    trial.check(ours == (case.raised is None), f"{what}: raised on: {case.raised!r:.80}")
    trial.saw(case.outcome.status if case.outcome else "no outcome")


def _with_guard(trial: Trial, error: BaseException) -> Case:
    guard = Guard.standard()

    def check(decision: Decision, observation: Observation) -> Any:
        raise error

    guard.check = check  # type: ignore[method-assign]
    return Case(trial, Odd(lambda: Decision(Wait(seconds=0))), guard=guard)


def _with_listener(trial: Trial, error: BaseException) -> Case:
    class Bad(Listener):
        def stepped(self, step: Step) -> None:
            raise error

    return Case(trial, Odd(lambda: Decision(Wait(seconds=0))), listeners=[Bad()])


def _unchecked(**facts: Any) -> Any:
    return Click.model_construct(**facts)


GARBAGE: tuple[tuple[str, Callable[[], Any]], ...] = (
    *(
        ("None", lambda: None),
        ("a text", lambda: "click Save"),
        ("a number", lambda: 7),
        ("a class", lambda: Decision),
    ),
    *(("an action alone", lambda: Click(point=SPOT)), ("no action", lambda: Decision(None))),  # type: ignore[arg-type]
    ("a text for an action", lambda: Decision("click")),  # type: ignore[arg-type]
    ("a dict for an action", lambda: Decision({"kind": "click"})),  # type: ignore[arg-type]
    ("a point of NaN", lambda: Decision(_unchecked(point=Point(float("nan"), 5, SIZE)))),
    ("a point of infinity", lambda: Decision(_unchecked(point=Point(float("inf"), 5, SIZE)))),
    ("a point of 10 to the 300", lambda: Decision(Click(point=Point(1e300, 5, SIZE)))),
    ("a point as text", lambda: Decision(_unchecked(point=Point("1", "2", SIZE)))),  # type: ignore[arg-type]
    ("no point at all", lambda: Decision(_unchecked(point=None))),
    ("a point on no frame", lambda: Decision(Click(point=Point(1, 1, Size(0, 0))))),
    ("a thought of 100 MB", lambda: Decision(Wait(seconds=0), "x" * 100_000_000)),
    ("a text of 100 MB", lambda: Decision(TypeText(text="x" * 100_000_000))),
    ("half of a surrogate pair", lambda: Decision(Wait(seconds=0), "\ud800", "\udfff")),
    ("a usage of objects", lambda: Decision(Wait(seconds=0), usage={"x": object()})),  # type: ignore[dict-item]
    ("a confidence of NaN", lambda: Decision(Wait(seconds=0), confidence=float("nan"))),
)


@fault(
    "policy-garbage",
    "a policy that returns what is no decision, or none that can be done",
    promise="nothing is done; the run ends with a message that says what it was; the trace is whole",
    seconds=240,
)
def policy_garbage(trial: Trial) -> None:
    for what, then in GARBAGE:
        if trial.share < 1 and "100 MB" in what:
            continue
        trial.injected += 1
        case = Case(trial, Odd(then), limits=Limits(seconds=3))
        case.checked(trial, what, statuses=("error", "limit", "stuck"), most_s=60)
        trial.check(case.raised is None, f"{what}: raised on: {case.raised!r:.120}")
        trial.saw(case.outcome.status if case.outcome else "no outcome")


@fault(
    "policy-floods",
    "a policy that decides thousands of times a second: waits of nothing, looks, the same click for ever",
    promise="the run ends at its limits, to the second; the trace is whole, its size told",
)
def policy_floods(trial: Trial) -> None:
    floods: tuple[tuple[str, Callable[[], Any]], ...] = (
        ("waits of nothing", lambda: Decision(Wait(seconds=0))),
        ("the same click", lambda: Decision(Click(point=SPOT))),
        ("bad replies", _raises(BadReply("no"))),
        ("a thought of 10 kB each", lambda: Decision(Wait(seconds=0), "x" * 10_000)),
    )
    most = 0
    for _ in trial.times(2):
        for what, then in floods:
            case = Case(trial, Odd(then), limits=Limits(seconds=3))
            case.checked(trial, what, statuses=("limit", "stuck"), most_s=6)
            steps = case.outcome.steps if case.outcome else 0
            most = max(most, steps)
            size = sum(path.stat().st_size for path in case.folder.rglob("*") if path.is_file())
            trial.check(size < 100_000_000, f"{what}: the trace has {size:,} bytes after 3 s")
            trial.saw(f"{what}: {case.outcome.status if case.outcome else '-'}")
            trial.injected += 1
        trial.injected -= 1
    trial.note = f"at most {most:,} steps in 3 s"


def _press_ctrl_c() -> None:
    """As from a terminal: the main thread is woken by it."""
    ident = threading.main_thread().ident
    assert ident
    signal.pthread_kill(ident, signal.SIGINT)


@fault(
    "policy-hangs",
    "a policy that never comes back",
    promise="Ctrl-C ends it at once, with a whole trace (limits are looked at between steps: no promise beyond)",
)
def policy_hangs(trial: Trial) -> None:
    for _ in trial.times(10):
        timer = threading.Timer(trial.dice.uniform(0.2, 1), _press_ctrl_c)

        def hang(timer: threading.Timer = timer) -> None:
            timer.start()
            time.sleep(30)

        case = Case(trial, Odd(hang))
        timer.join()
        case.checked(trial, "a policy that hangs", statuses=("stopped",))
        trial.saw("stopped with Ctrl-C")
