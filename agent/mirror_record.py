"""What a person does on a mirror, as a demo: in the device's own coordinates, with the frame before each act.

It is the way to record on a phone, where nothing tells what a finger does.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from screenwright.agent import record
from screenwright.agent.blanking import blank, seen
from screenwright.policies.replay.acts import PERSON
from screenwright.tools.actions import TypeText, describe
from screenwright.tools.device import Device
from screenwright.tools.recording.secrets import Secrets, focused, label_of
from screenwright.tools.steps import Outcome, Step, Task
from screenwright.tools.trace import TraceWriter

if TYPE_CHECKING:
    from screenwright.policies.replay.folder import DemoFolder


class MirrorRecording:
    """Takes each act of a person, for `Mirror(acted=recording)`. Written step by step: a killed one is kept.

    What is typed into a field that hides it becomes a handle, neither its text nor its pixels are written.

    Args:
        folder: of the demo, not there yet; see `record.new_demo`.
    """

    def __init__(self, device: Device, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self._secrets = Secrets()
        self.count = 0
        """How many acts were taken."""
        self._closed = False
        self._lock = threading.Lock()
        self._trace = TraceWriter(folder / "trace", elements=True)
        self._trace.begin(Task("", {}, name), {"device": device.name, "policy": PERSON})

    def __call__(self, step: Step) -> None:
        """From the mirror's thread."""
        with self._lock:
            if self._closed or step.decision is None:
                return
            self._trace.add(self._kept(step))
            self.count += 1

    def close(self) -> DemoFolder:
        """End the recording, and compile it. BadScript: nothing was done, and nothing is kept."""
        with self._lock:
            self._closed = True
            self._trace.end(Outcome("done", "", None, self.count, 0.0, str(self._trace.folder), {}))
        return record.compiled(self.folder, self.name)

    def _kept(self, step: Step) -> Step:
        assert step.decision
        action = step.decision.action
        if isinstance(action, TypeText) and step.after is not None:
            action = self._handled(action, step)
        decision = replace(step.decision, action=action, thought=describe(action), source=PERSON)
        after = blank(step.after, self._secrets) if step.after is not None else None
        message = self._secrets.text(step.result.message)
        return replace(
            step,
            index=self.count,
            observation=blank(step.observation, self._secrets),
            decision=decision,
            result=replace(step.result, message=message),
            after=after,
        )

    def _handled(self, action: TypeText, step: Step) -> TypeText:
        """With a handle for its text, if any frame says that the field hides what is typed."""
        assert step.after
        shown = [found for o in (step.after, step.observation) if (found := focused(o.elements))]
        secret = next((element for element in shown if element.secret), None)
        if secret is None:
            return action
        name = self._secrets.handle(action.text, label_of(secret, step.after.elements))
        self._secrets.learn(seen(step.observation), seen(step.after), secret, dots=True)
        return action.model_copy(update={"text": f"{{{{{name}}}}}"})
