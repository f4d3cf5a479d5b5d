"""Steps as JSON and back; nothing is pickled, so a trace from a stranger can be read without fear."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from functools import cache, partial
from typing import Any, TypeVar

from pydantic import TypeAdapter

from screenwright.tools.elements import Element
from screenwright.tools.geometry import Region, Size, View
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.steps import Decision, Result, Step, Task, Verdict

Json = dict[str, Any]
T = TypeVar("T")
Load = Callable[[int], Pixels]
Told = Callable[[int], Sequence[Element]]


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


def elements_json(observation: Observation) -> list[Json]:
    """What the system told of a frame, if it was asked; defaults are left out, so that a line stays short."""
    plain = asdict(Element("", Region(0, 0, 0, 0)))
    told: list[Json] = []
    for element in observation.known().get("elements", ()):
        facts = {key: value for key, value in asdict(element).items() if value != plain[key]}
        region = element.region
        told.append(facts | {"region": [region.x, region.y, region.width, region.height]})
    return told


def elements(told: Iterable[Json]) -> tuple[Element, ...]:
    return tuple(_element(facts) for facts in told)


def _element(facts: Json) -> Element:
    held: Json = {"text": "", **facts, "region": Region(*facts["region"])}
    return Element(**held)


def step(facts: Json, size: Size, load: Load, told: Told) -> Step:
    """A Step whose pictures, and what the system told of them, are loaded when they are asked for."""
    after = None
    if facts["after"] is not None:
        after = _seen(facts["seen_after"], facts["after"], load, told)
    decision = facts["decision"]
    verdict = facts["verdict"]
    return Step(
        read_as(int)(facts["index"]),
        _seen(facts["seen"], facts["frame"], load, told, size),
        read_as(Decision)(decision) if decision else None,
        read_as(Verdict)(verdict) if verdict else None,
        read_as(Result)(facts["result"]),
        read_as(float)(facts["started"]),
        after,
    )


@cache
def read_as(kind: type[T]) -> Callable[[object], T]:
    """Reads one, or raises ValueError: a dataclass by itself takes any type for its fields."""
    return TypeAdapter(kind).validate_python


def _decision_json(decision: Decision) -> Json:
    return {
        "action": decision.action.model_dump(mode="json"),
        "thought": decision.thought,
        "reply": decision.reply,
        "usage": decision.usage,
        "confidence": decision.confidence,
        "source": decision.source,
    }


def _seen_json(observation: Observation) -> Json:
    facts: Json = {
        "view": asdict(observation.view),
        "device": observation.device,
        "monitor": observation.monitor,
        "taken_at": observation.taken_at,
        "serial": observation.serial,
    }
    known = observation.known()
    facts |= {name: known[name] for name in ("title", "program") if name in known}
    if focus := known.get("focus"):
        facts["focus"] = asdict(focus)
    return facts


def _seen(facts: Json, number: int, load: Load, told: Told, size: Size | None = None) -> Observation:
    view = facts["view"]
    focus: Region | None = read_as(Region)(facts["focus"]) if facts.get("focus") else None
    title: str | None = read_as(str)(facts["title"]) if facts.get("title") else None
    program: str | None = read_as(str)(facts["program"]) if facts.get("program") else None
    return Observation(
        View(size or read_as(Size)(view["frame"]), view["left"], view["top"], view["scale"]),
        load=partial(load, number),
        device=read_as(str)(facts["device"]),
        monitor=read_as(str)(facts["monitor"]),
        taken_at=read_as(float)(facts["taken_at"]),
        serial=read_as(int)(facts["serial"]),
        elements=partial(told, number),
        title=lambda: title,
        program=lambda: program,
        focus=lambda: focus,
    )
