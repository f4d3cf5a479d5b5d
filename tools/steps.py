"""What one step of a run is made of. A demo, an agent's run, a replay, a training set: lists of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from screenwright.tools.actions import Action
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Observation


@dataclass(frozen=True, slots=True)
class Task:
    """What to do, in words or as a task script, with the values of its `{{parameters}}`."""

    text: str
    parameters: dict[str, str] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """One action and why. `reply`: the policy's raw words; `usage`: tokens, seconds; confidence 0 to 1.

    `complete`: whether a frame shows all that the action is known to lead to; settling ends with it. Not recorded.
    """

    action: Action
    thought: str = ""
    reply: str = ""
    usage: dict[str, float] = field(default_factory=dict)
    confidence: float | None = None
    source: str = ""
    complete: Callable[[Observation], bool] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard said. `rule` names the rule that matched; `asked` is the person's answer, if asked."""

    ruling: Literal["allow", "ask", "deny"]
    rule: str = ""
    reason: str = ""
    asked: bool | None = None

    @property
    def allowed(self) -> bool:
        return self.ruling == "allow" or (self.ruling == "ask" and self.asked is True)


Where = Literal["nothing", "near", "elsewhere", "unseen"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action changed on the screen.

    `where`: near the point acted on, only elsewhere, nothing, or unseen (the screen was not watched).
    `share`: changed part of the frame, 0 to 1; `regions`: where, in frame pixels, largest first.
    `first_s`, `last_s`: seconds from the action to the first and the last change. `settled`: whether it
    stopped before the cap; `moving`: what never stops (caret, spinner, clock, video) and was left out.
    `waited_s`: how long the settling took.
    """

    where: Where = "unseen"
    share: float = 0.0
    regions: tuple[Region, ...] = ()
    first_s: float | None = None
    last_s: float | None = None
    settled: bool = True
    moving: tuple[Region, ...] = ()
    waited_s: float = 0.0

    def __str__(self) -> str:
        if self.where == "unseen":
            return "the screen was not watched"
        if self.where == "nothing":
            return f"nothing changed in {self.waited_s:.2f} s"
        place = "near the target" if self.where == "near" else "elsewhere"
        still = "" if self.settled else ", and it goes on"
        return f"{self.share:.1%} changed {place}, first after {self.first_s or 0:.2f} s{still}"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an action. `message` is fit for a model to read; `seconds` are by part of the step.

    `unknown`: the device was gone meanwhile, so that it may have been done or not; `ok` is False then.
    """

    ok: bool
    message: str = ""
    effect: Effect = field(default_factory=Effect)
    seconds: dict[str, float] = field(default_factory=dict)
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a trace. A bad reply is a step without a decision: `result.message` says what was wrong."""

    index: int
    observation: Observation
    decision: Decision | None
    verdict: Verdict | None
    result: Result
    started: float = 0.0
    after: Observation | None = None


Status = Literal["done", "gave_up", "limit", "stuck", "denied", "stopped", "error"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `message` says why in one line; `answer` is what was asked for, if anything."""

    status: Status
    message: str = ""
    answer: str | None = None
    steps: int = 0
    seconds: float = 0.0
    trace: str | None = None
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.status == "done"

    def summary(self) -> dict[str, Any]:
        from dataclasses import asdict

        return asdict(self)
