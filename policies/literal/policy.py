"""A policy that needs no model: it reads plain-language steps and grounds them on what the screen says."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from screenwright.policies.errand import PLACEHOLDER, Errand
from screenwright.policies.literal.instruction import Instruction
from screenwright.policies.literal.moment import Acts, Moment, Undone
from screenwright.policies.literal.script import only_typed, read_script
from screenwright.policies.literal.verbs import Verbs
from screenwright.tools.actions import Done
from screenwright.tools.errors import BadScript, GaveUp
from screenwright.tools.observation import Observation
from screenwright.tools.reading import Reader
from screenwright.tools.steps import Decision, Step, Task

STATED = ("expect", "expect_not", "answer", "give_up")
"""Checks and statements of the script's author: no other policy can do them for him."""
ACTS = ("click", "double_click", "right_click", "middle_click", "hover", "drag", "press", "open", "copy", "paste",
        "button", "long_press", "swipe")  # fmt: skip


class Literal:
    """Runs a task script, one instruction after the other, and never guesses a click.

    Args:
        script: the steps; None: the task's text is the script.
        reader: reads the screen; one that is shared remembers what it has read.
        patience_s: how long a target may take to appear before the run gives up.
    """

    name = "literal"

    def __init__(
        self, script: str | None = None, *, reader: Reader | None = None, patience_s: float = 10.0
    ) -> None:
        self.reader = reader or Reader()
        self.patience_s = patience_s
        self.variables: dict[str, str] = {}
        self._script = script
        self._given: list[Instruction] | None = None
        self._instructions: list[Instruction] = []
        self._place = 0
        self._doing: Acts | None = None
        self._answer: str | None = None
        self._undone = Undone()

    @classmethod
    def of(
        cls,
        instructions: Iterable[Instruction],
        *,
        reader: Reader | None = None,
        patience_s: float = 10.0,
        variables: dict[str, str] | None = None,
    ) -> Literal:
        """A policy for instructions that are already parsed (the Python API)."""
        policy = cls(reader=reader, patience_s=patience_s)
        policy._given = list(instructions)
        policy.variables = dict(variables or {})
        return policy

    def begin(self, task: Task) -> None:
        """Parse everything before anything is done. BadScript names the line."""
        if self._given is None:
            self._instructions = read_script(self._script or task.text, task.parameters)
            self.variables = {}
        else:
            self._instructions = self._given
        if not self._instructions:
            raise BadScript('the script has no steps; write one step a line, such as: click "Save"')
        for instruction in self._instructions:
            only_typed(instruction)
        self._verbs = Verbs(self.variables, self.patience_s)
        self._parameters = dict(task.parameters)
        self._place, self._doing, self._answer, self._undone = 0, None, None, Undone()

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        """The next act of the present instruction. GaveUp names the step and the nearest texts that were seen."""
        started = time.perf_counter()
        moment = Moment(observation, steps[-1] if steps else None, self.reader)
        self._mind(moment)
        decision = self._next(moment)
        read = {"read": moment.read_s} if moment.read_s else {}
        usage = {"decide_s": time.perf_counter() - started - moment.read_s, **read}
        return replace(decision, usage=usage, source=self.name)

    def errand(self) -> Errand:
        """The present step, for another policy. GaveUp: a check."""
        if self._place >= len(self._instructions):
            raise GaveUp("every step is done")
        step = self._instructions[self._place]
        if step.verb in STATED:
            raise GaveUp(f"{step.verb.replace('_', ' ')} is for the script to say")
        alike = sum(other.source == step.source and other.line == step.line for other in self._instructions)
        text = step.source if step.source and alike == 1 else str(step)
        known = self._parameters | self.variables
        values = {m["name"]: known[m["name"]] for m in PLACEHOLDER.finditer(text) if m["name"] in known}
        line = f" (line {step.line})" if step.line else ""
        return Errand(text, f"step {self._place + 1}{line}", values, acts=step.verb in ACTS)

    def drop(self) -> None:
        """What was decided last was not done: the present step begins anew."""
        if self._doing is not None:
            self._doing.close()
        self._doing, self._undone = None, Undone()

    def skip(self, answer: str | None = None) -> None:
        """Another has done the present step. GaveUp where it was to read something, and no answer came."""
        self.drop()
        step = self._instructions[self._place]
        if step.verb == "read":
            if not answer:
                raise GaveUp(f"{self._where(step)}: it was said to be done, but not what is read")
            self.variables[step.value or "answer"] = answer
        self._place += 1

    def _mind(self, moment: Moment) -> None:
        """What was decided and not done is decided anew on the new frame, once; nothing goes on as if it were."""
        last = moment.last
        if self._doing is None or last is None or moment.was_done():
            return
        self._doing.close()
        self._doing = None
        if not self._undone.again(last):
            where = self._where(self._instructions[self._place])
            raise GaveUp(f"{where}: {last.result.message}")

    def _next(self, moment: Moment) -> Decision:
        while self._place < len(self._instructions):
            instruction = self._instructions[self._place]
            try:
                if self._doing is None:
                    self._doing = self._verbs.acts(instruction, moment)
                    decision = next(self._doing)
                else:
                    decision = self._doing.send(moment)
            except StopIteration as finished:
                self._doing, self._undone = None, Undone()
                self._place += 1
                if instruction.verb == "answer":
                    self._answer = str(finished.value)
                continue
            except GaveUp as error:
                self._doing = None
                raise GaveUp(f"{self._where(instruction)}: {error}") from error
            return Decision(
                decision.action,
                f"{self._where(instruction)}: {decision.thought}",
                confidence=decision.confidence,
            )
        return Decision(Done(answer=self._answer), "every step is done")

    def _where(self, instruction: Instruction) -> str:
        if not instruction.source:
            return str(instruction)
        line = f" (line {instruction.line})" if instruction.line else ""
        return f"step {self._place + 1}{line}, {instruction.source}"
