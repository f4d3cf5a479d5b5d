"""A run of actions named on the command line as JSON, on $DISPLAY, for ever: for harm in the middle of one."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from screenwright.agent.loop import Agent
from screenwright.policies.guard import Guard
from screenwright.tools import actions
from screenwright.tools.desktop import Desktop
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Step, Task


class Again:
    """Plays its actions over and over."""

    name = "again"

    def __init__(self, told: list[dict[str, object]]) -> None:
        self._told = told

    def begin(self, task: Task) -> None: ...

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        facts = self._told[len(steps) % len(self._told)]
        frame = {"width": observation.frame.width, "height": observation.frame.height}
        for value in facts.values():
            if isinstance(value, dict):
                value["frame"] = frame
        return Decision(actions.parse(facts))


def main(trace: str, told: str) -> None:
    with Desktop() as desktop:
        guard = Guard.standard(lambda decision, verdict, observation: True)
        print(Agent(Again(json.loads(told)), desktop, guard=guard, trace=trace).run("again").message)


if __name__ == "__main__":
    main(*sys.argv[1:])
