"""The screen as it is opened for callers: with the programs that were asked for, and the person who sits there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from screenwright.agent.person.attended import attended
from screenwright.agent.person.watched import Watched
from screenwright.agent.running import answer_beside
from screenwright.agent.where import Where, start_programs
from screenwright.tools.actions import Action
from screenwright.tools.errors import DeviceLost

if TYPE_CHECKING:
    from screenwright.agent.models import Which
    from screenwright.agent.person.attended import Said
    from screenwright.policies.guard import Guard

STARTED_S = 5.0


@dataclass(frozen=True, slots=True)
class Setting:
    """What `screenwright mcp` was started with.

    `person`: what his own mouse and keys mean. `secrets`: the names of those that callers may have typed.
    `steps`, `seconds`: the limits of the whole session.
    """

    where: Where
    guard: Guard
    person: Said
    opens: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    policy: str = "auto"
    which: Which | None = None
    steps: int = 1000
    seconds: float = 86_400
    runs: Path = Path("runs")
    quiet: bool = False


class Opened:
    """An open screen. `watched`: the device; `person`: who is heard there, None: nobody. `close` ends all of it.

    Args:
        check: asked before and within every look and act; raises Stopped.
    """

    def __init__(self, setting: Setting, check: Callable[[], None]) -> None:
        """BadScript, NotInstalled, DeviceLost."""
        from screenwright.tools.secrets.vault import Vault

        self._check = check
        self.device = setting.where.open(Vault(only=setting.secrets))
        self._beside = ExitStack()
        try:
            for problem in self.device.problems():
                print(f"screenwright: warning: {problem}", file=sys.stderr)
            answer_beside(setting.guard, self.device, setting.where)
            self.person = self._beside.enter_context(attended(self.device, setting.person, setting.where, None))
            if self.person is not None:
                self.person.tell = _tell
            held = self.person.device if self.person is not None else self.device
            self.watched = Watched(held, lambda seen: None, self._allowed, check)
            if setting.opens:
                self._start(setting)
        except BaseException:
            self.close()
            raise

    def wake(self, why: str) -> None:
        """A thread that waits for the person to hand back ends with that."""
        if self.person is not None and self.person.gate.mode == "person":
            self.person.gate.stop(why)

    def close(self) -> None:
        self._beside.close()
        try:
            self.device.release()
        except DeviceLost:
            pass  # it is closed because it is lost
        finally:
            self.device.close()

    def _start(self, setting: Setting) -> None:
        """What --open says; the first look of a caller should not be at the empty screen before."""
        from screenwright.tools.settle import Settler

        before = self.watched.observe()
        start_programs(self.watched, setting.opens)
        Settler(self.watched).wait(before, STARTED_S, until_change=True)

    def _allowed(self, action: Action | None) -> None:
        self._check()


def _tell(line: str) -> None:
    print(f"screenwright: {line}", file=sys.stderr)
