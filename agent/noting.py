"""An agent whose runs can become demos: what the system knows of each frame is asked before an act changes it."""

from __future__ import annotations

from screenwright.agent.loop import Agent, Run
from screenwright.tools.observation import Observation


class Noting(Agent):
    """Asks at once for elements, title, program and focus of each frame that a step begins with.

    Not of those that are only looked at while the screen settles: a tree can take longer than a frame lasts.
    """

    def _see(self, run: Run) -> Observation:
        seen = super()._see(run)
        seen.ask()
        return seen
