"""A recording without the pixels of what was typed in secret: of an agent's run, and of a person on a mirror."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from screenwright.tools.observation import Observation
    from screenwright.tools.recording.secrets import Secrets
    from screenwright.tools.recording.seen import Seen
    from screenwright.tools.steps import Step
    from screenwright.tools.trace import Trace


def typed_secret(step: Step) -> bool:
    """Does it type the value of a secret parameter?"""
    from screenwright.tools.actions import TypeText
    from screenwright.tools.secrets.naming import names_in

    action = step.decision.action if step.decision else None
    return isinstance(action, TypeText) and bool(names_in(action.text))


def copy_blanked(trace: Trace, folder: Path) -> None:
    """The run without the pixels of what was typed in secret."""
    from screenwright.tools.recording.secrets import Secrets, focused
    from screenwright.tools.trace import TraceWriter

    writer, secrets = TraceWriter(folder, elements=True), Secrets()
    writer.begin(trace.task, {key: trace.meta[key] for key in ("device", "policy") if key in trace.meta})
    for step in trace.steps:
        if typed_secret(step) and step.after is not None:
            shown = focused(step.after.elements) or focused(step.observation.elements)
            field = shown if shown and shown.role == "field" else None
            secrets.learn(seen(step.observation), seen(step.after), field, dots=True)
        after = blank(step.after, secrets) if step.after is not None else None
        writer.add(replace(step, observation=blank(step.observation, secrets), after=after))
    if trace.outcome:
        writer.end(replace(trace.outcome, trace=str(folder)))


def seen(observation: Observation) -> Seen:
    """A frame as what hides secrets takes it, asked for all that the system knows."""
    from screenwright.tools.recording.seen import Seen

    return Seen(
        observation.taken_at, observation.taken_at, observation.serial, 0, observation.view, observation.words,
        observation.device, told=tuple(observation.elements),
    )  # fmt: skip


def blank(observation: Observation, secrets: Secrets) -> Observation:
    """The same frame, without what these secrets show."""
    from screenwright.tools.observation import Observation

    title, program, focus = observation.title, observation.program, observation.focus
    shown = seen(observation)
    told = secrets.told(shown, shown.told or ())
    own = Observation(
        observation.view, words=secrets.words(shown), device=observation.device, monitor=observation.monitor,
        taken_at=observation.taken_at, serial=observation.serial, elements=lambda: told, title=lambda: title,
        program=lambda: program, focus=lambda: focus,
    )  # fmt: skip
    own.ask()
    return own
