"""Steps as JSON and back; nothing is pickled, so a trace from a stranger can be read without fear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from screenwright.tools import actions
from screenwright.tools.geometry import Region, Size, View
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.steps import Decision, Effect, Result, Step, Task, Verdict

Json = dict[str, Any]
Load = Callable[[int], Pixels]


def task_json(task: Task) -> Json:
    return asdict(task)


def step_json(step: Step, index: int, frame: int, after: int | None) -> Json:
    """One line of steps.jsonl; `frame` and `after` are numbers in the frame store."""
    return {
        "index": index,
        "started": step.started,
        "frame": frame,
        "after": after,
        "seen": _seen_json(step.observation),
        "seen_after": _seen_json(step.after) if step.after is not None else None,
        "decision": _decision_json(step.decision) if step.decision else None,
        "verdict": asdict(step.verdict) if step.verdict else None,
        "result": asdict(step.result),
    }


def step(facts: Json, size: Size, load: Load) -> Step:
    """A Step whose pictures are loaded when they are asked for."""
    after = None
    if facts["after"] is not None:
        after = _seen(facts["seen_after"], facts["after"], load)
    decision = facts["decision"]
    verdict = facts["verdict"]
    return Step(
        facts["index"],
        _seen(facts["seen"], facts["frame"], load, size),
        _decision(decision) if decision else None,
        Verdict(**verdict) if verdict else None,
        _result(facts["result"]),
        facts["started"],
        after,
    )


def _decision(facts: Json) -> Decision:
    held: Json = {**facts, "action": actions.parse(facts["action"])}
    return Decision(**held)


def _decision_json(decision: Decision) -> Json:
    return {
        "action": decision.action.model_dump(mode="json"),
        "thought": decision.thought,
        "reply": decision.reply,
        "usage": decision.usage,
        "confidence": decision.confidence,
        "source": decision.source,
    }


def _result(facts: Json) -> Result:
    effect: Json = dict(facts["effect"])
    for name in ("regions", "moving"):
        effect[name] = tuple(Region(**region) for region in effect[name])
    held: Json = {**facts, "effect": Effect(**effect)}
    return Result(**held)


def _seen_json(observation: Observation) -> Json:
    return {
        "view": asdict(observation.view),
        "device": observation.device,
        "monitor": observation.monitor,
        "taken_at": observation.taken_at,
        "serial": observation.serial,
    }


def _seen(facts: Json, number: int, load: Load, size: Size | None = None) -> Observation:
    view = facts["view"]
    return Observation(
        View(size or Size(**view["frame"]), view["left"], view["top"], view["scale"]),
        load=partial(load, number),
        device=facts["device"],
        monitor=facts["monitor"],
        taken_at=facts["taken_at"],
        serial=facts["serial"],
    )
