"""From a recording to a demo: each act with its target described in every way, parameters, expectations."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from screenwright.policies.replay import expecting
from screenwright.policies.replay.acts import Act, acts
from screenwright.policies.replay.demo import AIMED, TRAVELS, Demo, DemoStep
from screenwright.policies.replay.describing import ENTERED, Described, Describer
from screenwright.policies.replay.entering import Parameters, field_of, folds, holds_just
from screenwright.policies.replay.folder import TRACE, DemoFolder
from screenwright.policies.replay.keeping import keep_old, save_picture
from screenwright.tools.actions import Click, PressKeys, TypeText, Wait
from screenwright.tools.errors import BadScript
from screenwright.tools.geometry import Point, Region
from screenwright.tools.reading import Reader
from screenwright.tools.trace import Trace

LEFT_OUT = frozenset(("kind", "point", "start", "end", "target", "until_change"))
TABS = (("tab",), ("shift", "tab"))


def compile_trace(trace: Trace, path: Path, *, name: str, reader: Reader | None = None) -> DemoFolder:
    """Write demo.yaml and pictures/ for a recording, and the recording itself if it is not in there yet.

    A demo.yaml that is there already is kept in old/. BadScript where nothing was done in the recording.
    What can't be taken over, as its frame is lost, is said on stderr.
    """
    done = acts(trace)
    drafts = _Compiler(trace, Describer(reader)).drafts(done)
    if not drafts.steps:
        raise BadScript(f"no step of the recording {trace.folder} can be replayed: its frames can't be read")
    keep_old(path)
    steps = _with_pictures(drafts.steps, path)
    frame = done[0].before.frame
    demo = Demo(
        name=re.sub(r"[^\w.-]+", "-", name).strip("-") or "demo",
        about=_about(trace),
        screen=(frame.width, frame.height),
        parameters=drafts.parameters.all,
        steps=steps,
    )
    kept = path / TRACE
    if trace.folder.resolve() != kept.resolve() and not kept.exists():
        shutil.copytree(trace.folder, kept)
    folder = DemoFolder(path, demo)
    folder.save()
    return folder


@dataclass
class _Draft:
    """A step in the making. `facts`: its plain fields; `on`, `to`: its targets; `said`: what its id is made of."""

    act: Act
    facts: dict[str, Any]
    said: str
    on: Described | None = None
    to: Described | None = None
    target: Region | None = None
    id: str = ""


@dataclass
class _Drafts:
    parameters: Parameters
    steps: list[_Draft] = field(default_factory=list[_Draft])


class _Compiler:
    """Goes through the acts once."""

    def __init__(self, trace: Trace, describer: Describer) -> None:
        self._trace = trace
        self._describer = describer
        self._drafts = _Drafts(Parameters(trace.task.parameters))
        self._parameters = self._drafts.parameters

    def drafts(self, done: Sequence[Act]) -> _Drafts:
        for act, following in zip(done, [*done[1:], None], strict=True):
            try:
                draft = self._draft(act, following)
            except (OSError, KeyError) as error:
                print(f"screenwright: step {act.index} is left out: its frame is lost ({error})", file=sys.stderr)
                continue
            if draft is not None:
                self._expect(draft)
                self._drafts.steps.append(draft)
        _name(self._drafts.steps)
        return self._drafts

    def _draft(self, act: Act, following: Act | None) -> _Draft | None:
        action = act.action
        if isinstance(action, Wait):
            return self._wait(act, following)
        if isinstance(action, TypeText):
            return self._typed(act, action)
        given = action.model_dump(mode="json", exclude_defaults=True)
        facts = {key: value for key, value in given.items() if key not in LEFT_OUT}
        draft = _Draft(act, {"do": action.kind, **facts}, "")
        if action.kind == "press_button":
            draft.facts["press"] = draft.facts.pop("button")
        if action.kind == "open_app":
            draft.facts["app"] = draft.facts.pop("name")
        if action.kind in TRAVELS:
            draft.facts.pop("seconds", None)  # as fast as the program allows
        start, end = (getattr(action, key, None) for key in ("start", "end"))
        point = start if action.kind in TRAVELS else getattr(action, "point", None)
        if action.kind in TRAVELS and not start:
            point = self._pointer() or end
        if point is not None and action.kind in (*AIMED, *TRAVELS, "scroll"):
            draft.on = self._describer.at(act.before, point)
            draft.target = draft.on.region
        if end is not None:
            draft.to = self._describer.at(act.before, end)
        draft.said = _said(draft)
        return draft

    def _pointer(self) -> Point | None:
        """Where the pointer was left."""
        points = (getattr(draft.act.action, "point", None) for draft in reversed(self._drafts.steps))
        return next((point for point in points if point is not None), None)

    def _wait(self, act: Act, following: Act | None) -> _Draft | None:
        before = expecting.of_wait(self._describer, act, following, self._parameters.values)
        if before is None:
            return None
        facts = {"do": "wait", "before": before, "seconds": expecting.wait_seconds(act.waited_s)}
        return _Draft(act, facts, "wait " + (before.see[0] if before.see else before.window or ""))

    def _typed(self, act: Act, action: TypeText) -> _Draft:
        """Into the field that the last act went to, or into one that is known, or just to the focus."""
        steps = self._drafts.steps
        facts: dict[str, Any] = {"do": "type_text"}
        draft = _Draft(act, facts, "")
        clicked = _clicked_field(steps)
        place = clicked.on if clicked else field_of(self._describer, act)
        looks = place.looks if place else None
        named = looks if looks and (looks.name or looks.label or looks.role in ENTERED) else None
        if clicked and place and folds(place) and _selected_all(steps, clicked):
            del steps[steps.index(clicked) :]
            draft.on, facts["replace"] = place, True
        elif clicked is None and place:
            tabbed = folds(place) and bool(steps) and _is_tab(steps[-1])
            while tabbed and steps and _is_tab(steps[-1]):
                steps.pop()
            draft.on = place
            if tabbed or holds_just(self._describer, act, place.region):
                facts["replace"] = True
        facts["text"] = self._parameters.put(action.text, named)
        draft.target = draft.target or (place.region if place else None)
        self._describer.typed |= {action.text.strip()} if len(action.text.strip()) > 2 else set()
        about = (looks.label.text if looks and looks.label else looks.name or looks.text) if looks else None
        draft.said = "type " + (about or action.text[:24])
        return draft

    def _expect(self, draft: _Draft) -> None:
        if draft.facts["do"] == "wait":
            return
        told = expecting.after(self._describer, draft.act, draft.target, self._parameters.values)
        if told:
            draft.facts["after"] = told


def _clicked_field(steps: Sequence[_Draft]) -> _Draft | None:
    """The click that gave the focus to what is typed into now: the last step, or the one before a "select all"."""
    for draft in reversed(steps):
        action = draft.act.action
        if isinstance(action, Click):
            return draft
        if not (
            isinstance(action, PressKeys) and (action.keys[-1] in ("a", "delete", "backspace", "home", "end"))
        ):
            return None
    return None


def _selected_all(steps: Sequence[_Draft], clicked: _Draft) -> bool:
    """Was all of the field selected by the click, or by keys after it, so that typing replaced it?"""
    keys = [draft.facts.get("keys") for draft in steps[steps.index(clicked) + 1 :]]
    return (clicked.facts.get("count") == 3 and not keys) or keys == [["ctrl", "a"]]


def _is_tab(draft: _Draft) -> bool:
    return isinstance(draft.act.action, PressKeys) and draft.act.action.keys in TABS


def _said(draft: _Draft) -> str:
    facts = draft.facts
    verb = str(facts["do"]).replace("_", " ").removesuffix(" keys").removesuffix(" app").removesuffix(" button")
    if facts["do"] == "click":
        verb = {2: "double click", 3: "triple click"}.get(facts.get("count", 1), "click")
        verb = verb if facts.get("button", "left") == "left" else f"{facts['button']} click"
    words = [verb, *facts.get("keys", ()), facts.get("app", ""), facts.get("press", "")]
    if facts["do"] == "scroll":
        down, right = facts.get("down", 0), facts.get("right", 0)
        words.append(("down" if down > 0 else "up") if down else ("right" if right > 0 else "left"))
    looks = draft.on.looks if draft.on else None
    if looks and facts["do"] != "scroll":
        words.append(looks.name or looks.text or (looks.label.text if looks.label else "") or looks.role or "")
    return " ".join(words)


def _name(steps: Sequence[_Draft]) -> None:
    """Ids that say what is done, each once."""
    taken: set[str] = set()
    for draft in steps:
        stem = re.sub(r"[^\w]+", "-", draft.said.lower().replace("{{", "").replace("}}", "")).strip("-_")
        stem = stem[:32].strip("-_") or "step"
        number, draft.id = 1, stem
        while draft.id in taken:
            number += 1
            draft.id = f"{stem}-{number}"
        taken.add(draft.id)


def _with_pictures(drafts: Sequence[_Draft], path: Path) -> tuple[DemoStep, ...]:
    made: list[DemoStep] = []
    for draft in drafts:
        targets: dict[str, Any] = {}
        for key, place in (("on", draft.on), ("to", draft.to)):
            if place is not None:
                file = f"{draft.id}.png" if key == "on" else f"{draft.id}-to.png"
                save_picture(path, file, place.picture)
                targets[key] = place.with_file(file)
        made.append(DemoStep(id=draft.id, **draft.facts, **targets, recorded=draft.act.index))
    return tuple(made)


def _about(trace: Trace) -> str:
    """The task in words, if it was one line of them."""
    text = trace.task.text.strip()
    return text if "\n" not in text and len(text) <= 120 else ""
