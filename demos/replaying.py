"""The shipped recordings, replayed on programs that have changed since, and checked outside the screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from stage import HERE, CheckFailed, Stage, equal, eventually
from stagings import STAGINGS, Drift

from screenwright.agent import Agent
from screenwright.policies import Replay
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.replay.healing import write_proposals
from screenwright.tools import Task

DRIFTS = MappingProxyType(
    {
        "signup": Drift("dark, at 125 %", dark=True, scale=1.25),
        "contacts": Drift("with its rows in another order", reordered=True),
        "note": Drift("in larger letters", scale=1.25),
        "order": Drift("with renamed labels", renamed=True),
        "sum": Drift("in a dark theme", dark=True),
    }
)


@dataclass(frozen=True)
class Recorded:
    """A shipped recording as a demo of its own."""

    name: str

    @property
    def TITLE(self) -> str:
        return f"Replay: {STAGINGS[self.name].title} - {DRIFTS[self.name].name}"

    def play(self, stage: Stage) -> str:
        demo = DemoFolder.open(str(HERE / "recorded" / self.name))
        staging = STAGINGS[self.name](stage.desktop, stage.folder.resolve(), DRIFTS[self.name])
        staging.open()
        try:
            policy = Replay(demo, reader=stage.reader)
            agent = Agent(policy, stage.desktop, trace=stage.folder / "run", listeners=stage.listeners)
            outcome = stage.finished(agent.run(Task("", staging.parameters(), self.name)))
            eventually("the result is there", staging.result)
            equal("the result", staging.result(), staging.wanted())
        finally:
            staging.close()
        kept = write_proposals(demo, policy.heals, self.name, into=stage.folder)
        if policy.heals and not Path(kept or "").exists():
            raise CheckFailed("steps were healed, and no proposal was written")
        return f"{outcome.steps} steps, {len(policy.heals)} of them healed"


REPLAYS = {f"replay_{name}": Recorded(name) for name in DRIFTS}
