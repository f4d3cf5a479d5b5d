"""A run that is shown and steered in a web page meanwhile: the terminal says where, and what is asked there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from screenwright.agent.console import printable
from screenwright.agent.mirror.door import LOOPBACK
from screenwright.tools.actions import describe

if TYPE_CHECKING:
    from screenwright.agent.loop import Agent
    from screenwright.agent.mirror.mirror import Mirror
    from screenwright.policies.guard import Guard
    from screenwright.policies.policy import Policy
    from screenwright.tools.device import Device
    from screenwright.tools.observation import Observation
    from screenwright.tools.steps import Decision, Step, Verdict


@contextmanager
def in_page(
    device: Device,
    *,
    wanted: bool = True,
    port: int = 0,
    host: str = "127.0.0.1",
    acted: Callable[[Step], None] | None = None,
    browser: bool = False,
) -> Iterator[Mirror | None]:
    """The device in a page meanwhile, whose address goes to standard error; None where that is not wanted.

    NotInstalled; BadScript: the address can't be listened at.
    """
    if not wanted:
        yield None
        return
    from screenwright.agent.mirror.mirror import Mirror

    with Mirror(device, port=port, host=host, acted=acted) as mirror:
        _say(f"{device.name} at {mirror.url}")
        if host not in LOOPBACK:
            _say("warning: others can reach this address, unencrypted: who has it drives the screen")
        if browser:
            import webbrowser

            webbrowser.open(mirror.url)
        yield mirror


def making(mirror: Mirror | None, kind: type[Agent], *, asks: bool = True) -> Callable[..., Agent]:
    """What makes an agent of that kind, one that the page shows, steers and is asked by if there is one.

    Args:
        asks: the guard asks on the page, whomever it would ask without one.
    """
    if mirror is None:
        return kind

    def answer(question: str) -> str:
        _say(f"asks on the page: {printable(question)}")
        return mirror.panel.answer(question)

    def make(policy: Policy, device: Device, *, guard: Guard, **settings: Any) -> Agent:
        guard.approve = OnPage(mirror) if asks else guard.approve
        settings["answer"] = answer
        return mirror.agent(policy, kind=kind, guard=guard, **settings)

    return make


class OnPage:
    """An `approve` callback that asks on the page, and says so in the terminal. Raises as MirrorApprover does."""

    answer_s: float | None = None

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror

    def __call__(self, decision: Decision, verdict: Verdict, observation: Observation) -> bool:
        _say(f"asks on the page: {printable(describe(decision.action))} ({verdict.rule}: {verdict.reason})")
        self._mirror.approve.answer_s = self.answer_s
        return self._mirror.approve(decision, verdict, observation)


def _say(words: str) -> None:
    print(f"screenwright: {words}", file=sys.stderr, flush=True)
