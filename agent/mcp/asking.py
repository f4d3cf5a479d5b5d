"""Who is asked where the guard or an action wants a person: the one behind the client, or at the terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from screenwright.agent.approver import Approver, InFront, at_terminal
from screenwright.agent.console import printable
from screenwright.agent.mcp.call import Call
from screenwright.policies.guard.guard import Approve
from screenwright.policies.guard.spot import as_it_was
from screenwright.policies.guard.timely import NoAnswer
from screenwright.tools.actions import describe
from screenwright.tools.errors import BadAction
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Verdict

if TYPE_CHECKING:
    from screenwright.agent.mcp.opened import Opened


class Asking:
    """Makes the `approve` callback of each call.

    Args:
        agreed: what the guard had: a callback that says yes to all (--yes), or None or an Approver.
        opened: the screen, once it is open, with who is heard there.
    """

    def __init__(self, agreed: Approve | None, opened: Callable[[], Opened | None]) -> None:
        self._agreed, self._opened = agreed, opened

    def approver(self, call: Call) -> Approve | None:
        """None: nobody can be asked."""
        if self._agreed is not None and not isinstance(self._agreed, Approver):
            return self._agreed
        if call.asks:
            return lambda decision, verdict, seen: self._beside(_client(call), decision, verdict, seen)
        if at_terminal():
            return lambda decision, verdict, seen: self._beside(Approver(), decision, verdict, seen)
        return None

    def _beside(self, asked: Approve, decision: Decision, verdict: Verdict, seen: Observation) -> bool:
        """What was asked about is in front again afterwards, or looks as it did. BadAction: it does not."""
        from screenwright.agent.person.attended import Excused
        from screenwright.tools.desktop import Desktop

        opened = self._opened()
        assert opened is not None, "what is asked about is on a screen"
        device = opened.device
        asked = Excused(opened.person, asked) if opened.person is not None else asked
        if isinstance(device.device, Desktop) and not device.device.own:
            return InFront(asked, device)(decision, verdict, seen)
        said = asked(decision, verdict, seen)
        if said and not as_it_was(decision, seen, device.observe()):
            raise BadAction(f"the screen changed while the person was asked about: {describe(decision.action)}")
        return said


def _client(call: Call) -> Approve:
    def asked(decision: Decision, verdict: Verdict, seen: Observation) -> bool:
        window = f" in the window {seen.title!r}" if seen.title else ""
        lines = [f"May this be done? {printable(describe(decision.action) + window)}"]
        lines += [f"The caller says why: {printable(decision.thought)}"] if decision.thought else []
        lines += [printable(f"{verdict.rule}: {verdict.reason}")]
        return call.ask("approve", "\n".join(lines)) == "yes"

    return asked


def answered(call: Call, question: str) -> str:
    """The person's answer to a question of the caller's. BadAction: there is none."""
    if not call.asks:
        raise BadAction(f"this client can't ask its person (no elicitation): {question!r} has no answer")
    try:
        said = call.ask("answer", printable(question))
    except NoAnswer:
        raise BadAction(f"nobody answered {question!r} in time") from None
    if said is None:
        raise BadAction(f"the person did not want to answer {question!r}")
    return said
