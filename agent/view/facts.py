"""A run as the JSON that its page shows. Numbers and texts only: what they look like is the page's business."""

from __future__ import annotations

from typing import Any

from screenwright.agent.console import spoken
from screenwright.agent.drawing import drawn
from screenwright.agent.timing import seconds_by_part
from screenwright.agent.view.album import Album
from screenwright.agent.view.told import Numbers, Told, marks, rung, span
from screenwright.tools.actions import describe
from screenwright.tools.geometry import Point, Region
from screenwright.tools.steps import Decision, Step

Json = dict[str, Any]
REGIONS = 40


def facts(run: Told, album: Album) -> Json:
    """All that the page knows; `album` gets the pictures."""
    first, outcome = span(run.steps), run.outcome
    return {
        "name": run.name,
        "task": run.task.text,
        "parameters": run.task.parameters,
        "started": run.started,
        "folder": run.folder,
        "about": run.about,
        "state": run.state,
        "silent_s": run.silent_s,
        "outcome": outcome.summary() | {"trace": None} if outcome else None,
        "damaged": list(run.damaged),
        "redacted": run.redacted,
        "steps": [_step(s, n, first, album, run) for s, n in zip(run.steps, run.numbers, strict=True)],
        "frames": [frame.json() for frame in album.frames],
        "manner": album.manner,
    }


def _step(step: Step, numbers: Numbers, first: float, album: Album, run: Told) -> Json:
    result = step.result
    effect = result.effect
    return {
        "number": step.index + 1,
        "at_s": max(0.0, step.started - first) if step.started else None,
        "marks": marks(step),
        **(_decided(step.decision) if step.decision else {"action": "no decision", "kind": ""}),
        "rung": rung(step),
        "verdict": _verdict(step),
        "ok": result.ok,
        "message": result.message,
        "effect": str(effect),
        "where": effect.where,
        "regions": [_box(region) for region in effect.regions[:REGIONS]],
        "moving": [_box(region) for region in effect.moving[:REGIONS]],
        "parts": seconds_by_part(step),
        "title": None if run.redacted else step.observation.title,
        "program": None if run.redacted else step.observation.program,
        "before": album.put(numbers[0]),
        "after": album.put(numbers[1]),
        "hasAfter": numbers[1] is not None,
    }


def _decided(decision: Decision) -> Json:
    action = decision.action
    return {
        "action": describe(action),
        "kind": action.kind,
        "json": action.model_dump(mode="json", exclude_none=True),
        "drawn": drawn(action, _spot),
        "thought": decision.thought,
        "reply": decision.reply,
        "source": decision.source,
        "confidence": decision.confidence,
        "usage": decision.usage,
    }


def _verdict(step: Step) -> Json | None:
    verdict = step.verdict
    if verdict is None:
        return None
    return {
        "ruling": verdict.ruling,
        "allowed": verdict.allowed,
        "rule": verdict.rule,
        "reason": verdict.reason,
        "asked": verdict.asked,
        "said": spoken(verdict),
    }


def _spot(point: Point) -> list[float]:
    return [point.x, point.y, point.frame.width, point.frame.height]


def _box(region: Region) -> list[int]:
    return [region.x, region.y, region.width, region.height]
