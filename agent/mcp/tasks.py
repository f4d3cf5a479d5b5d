"""Tasks in plain words and recorded demos, run for a caller: each a run with a folder of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from screenwright.agent.loop import Listener
from screenwright.agent.mcp.answers import DATA, Answer
from screenwright.agent.mcp.call import Call
from screenwright.agent.mcp.desk import Desk
from screenwright.agent.mcp.offers import Replay, RunTask
from screenwright.agent.mcp.shown import from_screen
from screenwright.policies.policy import Policy
from screenwright.tools.actions import describe
from screenwright.tools.errors import BadAction, BadScript
from screenwright.tools.masking import Mask, is_secret
from screenwright.tools.steps import Outcome, Step, Task


class _Progress(Listener):
    """Tells the caller of each step."""

    def __init__(self, call: Call, mask: Mask) -> None:
        self._call, self._mask = call, mask

    def stepped(self, step: Step) -> None:
        said = describe(step.decision.action) if step.decision else "a reply that could not be used"
        self._call.did(self._mask.text(said if step.result.ok else f"{said}: {step.result.message}"))


def run_task(desk: Desk, wanted: RunTask, call: Call) -> Answer:
    """Steps in plain words; what they can't do goes to the model that the server was started with, if any."""
    _no_secrets(wanted.parameters)
    task = Task(wanted.task, dict(wanted.parameters), "task")
    desk.policy.begin(task)  # a script that can't be read is told before a screen is opened
    outcome = _run(desk, desk.policy, task, call, (wanted.limit_steps, wanted.limit_seconds))
    return _ended(outcome, task)


def replay(desk: Desk, wanted: Replay, call: Call) -> Answer:
    from screenwright.agent import replaying
    from screenwright.agent.replay_values import values_of
    from screenwright.policies.replay.folder import DemoFolder
    from screenwright.policies.replay.values import first_step

    folder = DemoFolder.open(_demo(wanted.demo))
    _no_secrets(wanted.parameters)
    first_step(folder.demo, wanted.first)
    settings = [f"{name}={value}" for name, value in wanted.parameters.items()]
    values = values_of(folder.demo, settings, os.environ)
    which = desk.setting.which
    helped = replaying.Helped("auto" if which is not None and which.configured else "none", which)
    played, decider = replaying.decider_of(folder, helped, desk.reader, wanted.first)
    task = replaying.task_of(folder, values)
    outcome = _run(desk, decider, task, call, (None, wanted.limit_seconds))
    told = replaying.accounted(folder, played, outcome)
    answer = _ended(outcome, task)
    healed = f"\n{told.heals} steps were found anew; proposed to the demo" if told.heals else ""
    return Answer(answer.text + healed, (answer.facts or {}) | {"healed": told.heals}, wrong=answer.wrong)


def demos() -> dict[str, Path]:
    """The demos there are, by name."""
    from screenwright.policies.replay.folder import all_demos

    return {folder.name: folder for folder in all_demos()}


def _demo(name: str) -> Path:
    """Its folder. Only a name: a caller reads no other places of this machine."""
    known = demos()
    if name not in known:
        there_is = ", ".join(sorted(known)[:20]) or "none yet: screenwright record NAME"
        raise BadScript(f"there is no demo {name!r}; there is: {there_is}")
    return known[name]


def _no_secrets(parameters: Mapping[str, str]) -> None:
    for name in parameters:
        if is_secret(name):
            raise BadAction(
                f"{name} is a secret, and a caller does not hold those: it is taken from where the server runs"
            )


def _run(desk: Desk, decider: Policy, task: Task, call: Call, limits: tuple[int | None, float | None]) -> Outcome:
    desk.end_others()
    agent = desk.agent(decider, task.name, desk.limits(*limits), [_Progress(call, Mask(task.parameters))])
    return agent.run(task)


def _ended(outcome: Outcome, task: Task) -> Answer:
    """How it ended; what it says came from a screen, or quotes one."""
    facts = Mask(task.parameters).json(outcome.summary())
    steps = f"{outcome.steps} step{'' if outcome.steps == 1 else 's'}"
    said = {key: facts[key] for key in ("message", "answer", "variables") if facts[key]}
    words = f"{outcome.status}: {steps}, {outcome.seconds:.1f} s; recorded in {outcome.trace}"
    if said:
        words += "\n" + from_screen(json.dumps(said, ensure_ascii=False))
    return Answer(words, facts | {"note": DATA}, wrong=not outcome.ok)
