"""What the page shows of an agent: its task, its thought, what it is about to do, what it has done."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from screenwright.agent.drawing import drawn
from screenwright.agent.loop import Listener
from screenwright.agent.person.gate import Gate
from screenwright.policies.guard import NoAnswer
from screenwright.tools.actions import describe
from screenwright.tools.geometry import Point
from screenwright.tools.masking import Mask
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Outcome, Step, Task, Verdict

STEPS_SHOWN = 60
THOUGHT_CHARACTERS = 2000


class Panel(Listener):
    """A listener that keeps the state of a run for the page, and asks the person by its gate.

    Args:
        changed: called after every change, from whichever thread made it.
    """

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self.gate = Gate(changed)
        self._changed = changed
        self._lock = threading.Lock()
        self._mask = Mask()
        self._task = ""
        self._next: dict[str, Any] | None = None
        self._steps: deque[dict[str, Any]] = deque(maxlen=STEPS_SHOWN)
        self._outcome: dict[str, Any] | None = None

    def state(self) -> dict[str, Any]:
        """All that the page shows of the agent, as JSON facts; places are fractions of the picture."""
        with self._lock:
            shown = {"task": self._task, "next": self._next, "steps": list(self._steps), "outcome": self._outcome}
        return shown | self.gate.facts()

    def plans(self, decision: Decision | None) -> None:
        """This is what the agent does next, if nobody objects; None: it has to decide anew."""
        words = self._words(decision) if decision else None
        with self._lock:
            self._next = words
        self._changed()

    def approve(
        self, decision: Decision, verdict: Verdict, observation: Observation, answer_s: float | None = None
    ) -> bool:
        """Ask the person about an action, as `Guard` wants it.

        Raises Stopped; BadAction when he takes over instead; NoAnswer after so many seconds.
        """
        why = {"rule": verdict.rule, "reason": verdict.reason, "window": observation.title or ""}
        facts = self._words(decision) | self._mask.json(why)
        said = self.gate.ask("approve", facts, answer_s)
        if said is None:
            raise NoAnswer
        return said is True

    def answer(self, question: str) -> str:
        """Ask the person for words, as `Agent` wants it. Raises as `approve` does."""
        return str(self.gate.ask("answer", {"words": self._mask.text(question)}))

    def began(self, task: Task, folder: Path) -> None:
        title = task.name or next((line.strip() for line in task.text.splitlines() if line.strip()), "a run")
        with self._lock:
            self._mask = Mask(task.parameters)
            self._task = self._mask.text(title)
            self._next = self._outcome = None
            self._steps.clear()
        self.gate.open()
        self._changed()

    def stepped(self, step: Step) -> None:
        decision, result = step.decision, step.result
        said = describe(decision.action) if decision else "no decision"
        facts = {
            "number": step.index + 1,
            "words": said,
            "thought": decision.thought[:THOUGHT_CHARACTERS] if decision else "",
            "ok": result.ok,
            "message": "" if result.ok and result.message == said else result.message,
        }
        with self._lock:
            self._next = None
            self._steps.append(self._mask.json(facts))
        self._changed()

    def ended(self, outcome: Outcome) -> None:
        facts = {"status": outcome.status, "message": outcome.message, "answer": outcome.answer or ""}
        with self._lock:
            self._next, self._outcome = None, self._mask.json(facts) | {"steps": outcome.steps}
        self.gate.shut()
        self._changed()

    def _words(self, decision: Decision) -> dict[str, Any]:
        """An action in words, and what is drawn of it on the picture."""
        thought = decision.thought[:THOUGHT_CHARACTERS]
        marks = {"kind": decision.action.kind, **drawn(decision.action, _fractions)}
        said = {"words": describe(decision.action), "thought": thought, "marks": marks}
        masked: dict[str, Any] = self._mask.json(said)
        return masked


def _fractions(point: Point) -> list[float]:
    return [round(point.x / point.frame.width, 5), round(point.y / point.frame.height, 5)]
