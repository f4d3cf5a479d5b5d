"""A run for others' eyes: what was done, when and how it went, and nothing of what it was about.

What stays is listed, not what goes: kinds of acts, places, times, counts, names of ours. A text that nobody
thought of is hidden for that reason.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from screenwright.agent.timing import PARTS
from screenwright.agent.view.told import Told
from screenwright.tools.actions import Action, Ask, Done, OpenApp, PressKeys, TypeText
from screenwright.tools.keys import NAMES
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.steps import Decision, Outcome, Result, Step, Task, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

HIDDEN = "…"
BLOCKS = 32
"""Of so many blocks is the longer side of a picture made: on 1280 px they are 40 px wide. OCR read digits whose
height was that of 3.5 blocks, and none of 2.5."""
BLOCK_PX = 16
SHADES = 16
POLICIES = ("literal", "replay", "scripted", "human", "person", "cascade", "qwen3vl", "served", "oracle")
DEVICES = ("desktop", "phone", "fake", "playback")
USED = ("prompt_tokens", "cached_tokens", "reply_tokens", "read", "decide_s", "prefill_s", "decode_s")
CHORDS = ("ctrl", "alt", "super")


def redacted(run: Told) -> Told:
    """The same run without task, parameters, typed text, thoughts, replies, messages, titles, names and paths."""
    outcome = run.outcome
    about = {
        "device": _first(run.about.get("device"), DEVICES),
        "policy": _first(run.about.get("policy"), POLICIES),
    }
    return replace(
        run,
        name="a run, redacted",
        task=Task(HIDDEN, {}, ""),
        steps=[_step(step) for step in run.steps],
        outcome=Outcome(outcome.status, "", None, outcome.steps, outcome.seconds) if outcome else None,
        about={key: value for key, value in about.items() if value} | _dry(run.about),
        folder="",
        damaged=[f"{len(run.damaged)} lines can't be read"] if run.damaged else [],
        redacted=True,
    )


def blurred(pixels: Pixels) -> Pixels:
    """(h, w, 3) uint8: a pixel a block, the mean of all pixels in it in coarse shades. No way leads back."""
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    side = max(BLOCK_PX, -(-max(height, width) // BLOCKS))
    size = (max(1, -(-width // side)), max(1, -(-height // side)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint16)
    step = 256 // SHADES
    return np.asarray(np.minimum(small // step * step + step // 2, 255), np.uint8)


def _step(step: Step) -> Step:
    seen = Observation(step.observation.view, load=_nothing)
    after = Observation(step.after.view, load=_nothing) if step.after is not None else None
    verdict, result = step.verdict, step.result
    return replace(
        step,
        observation=seen,
        after=after,
        decision=_decision(step.decision) if step.decision else None,
        verdict=Verdict(verdict.ruling, "", "", verdict.asked) if verdict else None,
        result=Result(result.ok, "", result.effect, _known(result.seconds, PARTS), result.unknown),
    )


def _decision(decision: Decision) -> Decision:
    return Decision(
        _action(decision.action),
        usage=_known(decision.usage, USED),
        confidence=decision.confidence,
        source=_first(decision.source, POLICIES),
    )


def _action(action: Action) -> Action:
    match action:
        case TypeText():
            return TypeText(text=HIDDEN)
        case PressKeys(keys=keys, count=count):
            named = all(key in NAMES and not key.startswith("numpad_") for key in keys)
            return action if named or set(keys) & set(CHORDS) else PressKeys(keys=(HIDDEN,), count=count)
        case OpenApp():
            return OpenApp(name=HIDDEN)
        case Ask():
            return Ask(question=HIDDEN)
        case Done(success=success):
            return Done(success=success)
        case _:
            return action.model_copy(update={"target": None}) if hasattr(action, "target") else action


def _first(said: str | None, known: tuple[str, ...]) -> str:
    return next((word for word in known if (said or "").startswith(word)), "other" if said else "")


def _dry(about: Mapping[str, str]) -> dict[str, str]:
    return {"dry run": about["dry run"]} if "dry run" in about else {}


def _known(facts: Mapping[str, float], names: tuple[str, ...]) -> dict[str, float]:
    return {name: facts[name] for name in names if name in facts}


def _nothing() -> Pixels:
    raise OSError("a redacted run has no pictures of its own")
