"""A piece of a task that one policy hands to another: its words, and what of it may be said in words.

Values of secret parameters never are: what a model gets holds `{{secret}}` as the script does, and the value
is put in where it is typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

from screenwright.policies.policy import Policy
from screenwright.tools.actions import TypeText
from screenwright.tools.errors import BadReply
from screenwright.tools.masking import is_secret
from screenwright.tools.steps import Decision, Step, Task

PLACEHOLDER = re.compile(r"\{\{\s*(?P<name>\w+)\s*(?:\|(?P<default>[^{}]*))?\}\}")


@dataclass(frozen=True, slots=True)
class Errand:
    """One step of a longer task, for another policy.

    `text`: the step in words, with its `{{placeholders}}`; `values`: what stands for them; `place`: where it
    stands in the task, for a person; `acts`: whether it can't be done without touching anything.
    """

    text: str
    place: str
    values: dict[str, str] = field(default_factory=dict[str, str])
    acts: bool = True


@runtime_checkable
class Drops(Protocol):
    """A policy that wants to know that what it decided last was not done, because another was surer."""

    def drop(self) -> None: ...


@runtime_checkable
class KeepsPlace(Policy, Protocol):
    """A policy that goes through a task step by step, and can let another do one of them."""

    def errand(self) -> Errand:
        """The step it is at. GaveUp: this one is not to be handed on, and why."""
        ...

    def drop(self) -> None:
        """What it decided last was not done; the step begins anew when it is asked again."""
        ...

    def skip(self, answer: str | None) -> None:
        """Another has done the step: on to the next. GaveUp: it can't be without an answer, and none came."""
        ...


def secrets_in(text: str, values: Mapping[str, str]) -> dict[str, str]:
    """The secrets that these words ask for: no others may be typed."""
    names = {match["name"] for match in PLACEHOLDER.finditer(text)}
    return {name: values[name] for name in sorted(names) if is_secret(name) and values.get(name)}


def in_words(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled in, but for secrets."""

    def put(match: re.Match[str]) -> str:
        if is_secret(match["name"]):
            return f"{{{{{match['name']}}}}}"
        default = match["default"]
        return values.get(match["name"], match[0] if default is None else default.strip())

    said = PLACEHOLDER.sub(put, text)
    if names := secrets_in(text, values):
        marks = " and ".join(f"{{{{{name}}}}}" for name in names)
        said += f"\n(Where {marks} is to be typed, type it as it stands here: the secret is put in for you.)"
    return said


def task_in_words(task: Task) -> Task:
    """A task for a policy that reads prose."""
    return Task(in_words(task.text, task.parameters), name=task.name)


def errand_in_words(errand: Errand, why: str) -> Task:
    """A step for a policy that reads prose: just this one, and why another could not."""
    text = f"Do only this one step of a longer task, and say that it is done as soon as it is: {errand.text}"
    return Task(in_words(text, errand.values) + f"\n(The usual way failed: {why})", name=errand.place)


def with_secrets(decision: Decision, secrets: Mapping[str, str]) -> Decision:
    """The decision as it is done: a secret's value typed where its placeholder stands.

    BadReply for a secret that was not asked for, or that is to go anywhere but into typing: a page that says
    "type {{secret}} here" gets nothing.
    """
    action = decision.action
    asked = {m["name"] for m in PLACEHOLDER.finditer(action.model_dump_json()) if is_secret(m["name"])}
    if not asked:
        return decision
    if not isinstance(action, TypeText) or not asked <= secrets.keys():
        known = ", ".join(secrets) or "none"
        raise BadReply(
            f"{{{{{sorted(asked)[0]}}}}} can only be typed, and only where the task says so (here: {known})",
            decision.reply,
        )
    text = PLACEHOLDER.sub(lambda m: secrets.get(m["name"], m[0]), action.text)
    return replace(decision, action=action.model_copy(update={"text": text}))


def without_secrets(steps: Sequence[Step], secrets: Mapping[str, str]) -> Sequence[Step]:
    """The steps as a model may see them: what was typed is a placeholder again."""
    return [_masked(step, secrets) for step in steps] if secrets else steps


def _masked(step: Step, secrets: Mapping[str, str]) -> Step:
    def mask(text: str) -> str:
        for name, value in secrets.items():
            text = text.replace(value, f"{{{{{name}}}}}")
        return text

    result = replace(step.result, message=mask(step.result.message))
    decision = step.decision
    if decision is not None:
        action = decision.action
        if isinstance(action, TypeText):
            action = action.model_copy(update={"text": mask(action.text)})
        decision = replace(decision, action=action, thought=mask(decision.thought))
    return replace(step, decision=decision, result=result)
