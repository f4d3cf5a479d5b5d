"""What `screenwright replay` does: what helps a demo, and one run of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from screenwright.agent.running import Manner, performed
from screenwright.tools.errors import BadScript

if TYPE_CHECKING:
    from screenwright.agent.models import Which
    from screenwright.policies.chat import Model
    from screenwright.policies.policy import Policy
    from screenwright.policies.replay.folder import DemoFolder
    from screenwright.policies.replay.policy import Replay
    from screenwright.tools.geometry import Point, Region
    from screenwright.tools.observation import Observation
    from screenwright.tools.reading import Reader
    from screenwright.tools.steps import Outcome, Task
    from screenwright.tools.trace import TraceWriter

HELPERS = ("auto", "none", "literal", "model", "qwen3vl", "served")


@dataclass(frozen=True, slots=True)
class Helped:
    """What helps where a demo can't go on: a policy by name, and a model; `opened` holds it once it was needed."""

    policy: str = "auto"
    which: Which | None = None
    opened: list[Model] = field(default_factory=list["Model"])

    def __post_init__(self) -> None:
        if self.policy not in HELPERS:
            raise BadScript(f"--policy {self.policy!r}: there is no such help; there is: {', '.join(HELPERS)}")

    @property
    def has_model(self) -> bool:
        named = self.which is not None and self.which.configured
        return self.policy in ("model", "qwen3vl", "served") or (self.policy == "auto" and named)

    def open(self) -> Model:
        """NotInstalled, ModelLost."""
        if not self.opened:
            from screenwright.agent.models import Which

            self.opened.append((self.which or Which.said()).open())
        return self.opened[0]

    def deciders(self, reader: Reader) -> list[Policy]:
        """Those that are handed a step that the demo can't do, the cheapest first."""
        if self.policy == "literal":
            from screenwright.policies.literal.policy import Literal

            return [Literal(reader=reader)]
        if not self.has_model:
            return []
        from screenwright.policies.late import Late
        from screenwright.policies.sure import Sure

        dialect = self.which.dialect if self.which else None
        name = "served" if self.which and self.which.is_served else "qwen3vl"
        return [Late(self.open, dialect=dialect, name=name, wrap=lambda policy: Sure(policy, reader))]

    def pointer(self) -> Pointing | None:
        """The last rung of the ladder, where there is a model."""
        return Pointing(self) if self.has_model else None


class Pointing:
    """A model that is asked where something is, opened when it is first asked."""

    def __init__(self, helped: Helped) -> None:
        self._helped = helped

    def point(self, what: str, observation: Observation, region: Region) -> tuple[Point | None, dict[str, float]]:
        """Where it is, None: not there; and what that cost. BadReply, NotInstalled, ModelLost."""
        from screenwright.policies.model_policy import ModelPolicy

        dialect = self._helped.which.dialect if self._helped.which else None
        return ModelPolicy(self._helped.open(), dialect).point_at(what, observation, region)


@dataclass(frozen=True, slots=True)
class Played:
    """One replay: how it ended, what was healed, where that is proposed, and the step to go on with."""

    outcome: Outcome
    heals: int = 0
    proposals: Path | None = None
    place: str | None = None


def play(
    folder: DemoFolder,
    values: Mapping[str, str],
    manner: Manner,
    trace: TraceWriter,
    *,
    helped: Helped | None = None,
    reader: Reader | None = None,
    first: str | None = None,
    shown: bool = True,
    proposed: set[tuple[str, str, str | None]] | None = None,
) -> Played:
    """One run of a demo on the screen that `manner` names. BadScript, NotInstalled: nothing was done.

    `proposed`: what earlier runs have proposed already is not proposed again; what this one does is added.
    """
    replay, decider = decider_of(folder, helped or Helped("none"), reader, first)
    outcome = performed(decider, task_of(folder, values), manner, trace, shown=shown)
    return accounted(folder, replay, outcome, proposed, dry_run=manner.dry_run)


def accounted(
    folder: DemoFolder,
    replay: Replay,
    outcome: Outcome,
    proposed: set[tuple[str, str, str | None]] | None = None,
    *,
    dry_run: bool = False,
) -> Played:
    """What was healed in a run that has ended, proposed to the demo; `proposed` as of `play`."""
    from screenwright.policies.replay.healing import write_proposals

    run = Path(outcome.trace).name if outcome.trace else "run"
    known = proposed if proposed is not None else set[tuple[str, str, str | None]]()
    new = {(heal.step + heal.target, heal.what, heal.text): heal for heal in replay.heals}
    fresh = [heal for key, heal in new.items() if key not in known]
    known |= new.keys()
    proposals = None if dry_run else write_proposals(folder, fresh, run)
    return Played(outcome, len(replay.heals), proposals, None if outcome.ok else replay.place)


def decider_of(
    folder: DemoFolder,
    helped: Helped,
    reader: Reader | None = None,
    first: str | None = None,
    patience_s: float = 10.0,
) -> tuple[Replay, Policy]:
    """The replay itself, and the policy to run: with what helps it behind it, if anything does."""
    from screenwright.policies.cascade import Cascade
    from screenwright.policies.replay.policy import Replay
    from screenwright.tools.reading import Reader

    reader = reader or Reader()
    replay = Replay(folder, reader=reader, pointer=helped.pointer(), first=first, patience_s=patience_s)
    helpers = helped.deciders(reader)
    # what the replay has found it is sure of, else it would not act: its confidence is for a person
    return replay, Cascade([replay, *helpers], sure=[0.0] * (1 + len(helpers))) if helpers else replay


def task_of(folder: DemoFolder, values: Mapping[str, str]) -> Task:
    """The demo as a task: what it is about and its steps in words, for the trace and for a person."""
    from screenwright.tools.steps import Task

    demo = folder.demo
    text = "\n".join([*([demo.about.strip(), ""] if demo.about.strip() else []), *(s.said for s in demo.steps)])
    return Task(text, dict(values), demo.name)
