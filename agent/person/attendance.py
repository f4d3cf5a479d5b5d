"""A person beside a run: his own mouse and keys hold it back, and a hotkey stops it wherever it is.

with Attendance(desktop) as person:
    person.agent(policy).run("write the report")
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from screenwright.agent.loop import Agent, Listener
from screenwright.agent.person.breaking import Breaker
from screenwright.agent.person.gate import HELD, MOVED, TERMINAL
from screenwright.agent.person.orders import Order
from screenwright.agent.person.panel import Panel
from screenwright.agent.person.supervised import Supervised
from screenwright.agent.person.terminal import OwnWindow, entered, forget_what_was_typed
from screenwright.agent.person.watched import Watched
from screenwright.policies.policy import Policy
from screenwright.tools.device import Device
from screenwright.tools.errors import BadScript
from screenwright.tools.presence.ears import ears_of
from screenwright.tools.presence.heard import Act, Ears, Heard
from screenwright.tools.secrets.sealed import sealed
from screenwright.tools.steps import Outcome, Task

Means = Literal["pause", "stop", "ignore"]
GRACE_S = 0.3  # a hand that leaves the mouse after it answered or handed back
POLITE_S = 0.1  # until what notices a stop by itself has done so; what does not is broken off
LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Manners:
    """What a person's input means to a run.

    `person`: it pauses, stops, or is ignored. `panic`, `resume`: hotkeys; None: none. `resume_after_s`: so long
    after his last act the agent goes on by itself; None: never. `returns`: is there anybody to hand back (a
    terminal, a page, your own code)? Where not, and with no `resume_after_s`, a pause would have no end: the run
    stops.
    """

    person: Means = "pause"
    panic: str | None = "ctrl+alt+escape"
    resume: str | None = "ctrl+alt+r"
    resume_after_s: float | None = None
    returns: bool = True

    @property
    def deaf(self) -> bool:
        return self.person == "ignore" and self.panic is None


class Attendance(Listener):
    """Hears the person from `with` to its end. NotInstalled where this system can't; BadScript for a bad hotkey.

    Args:
        desktop: a Desktop, or one that wraps it.
        panel: what holds the agent back, that of a Mirror; by default one of its own.
        tell: called with a line for the person whenever someone else drives from now on; from any thread.
        terminal: Enter there hands back.
    """

    def __init__(
        self,
        desktop: Device,
        manners: Manners | None = None,
        *,
        panel: Panel | None = None,
        tell: Callable[[str], None] = lambda line: None,
        terminal: bool = False,
    ) -> None:
        self.manners = manners or Manners()
        self.panel = panel or Panel()
        self.gate = self.panel.gate
        environment: Mapping[str, str] = getattr(desktop, "environment", {})
        self.device = Watched(sealed(desktop), lambda seen: None, self.gate.allowed, self.gate.brake)
        self.tell, self._terminal = tell, terminal
        self._display = environment.get("DISPLAY")
        self._ears: Ears | None = None
        self._window: OwnWindow | None = None
        self._breaker = Breaker()
        self._asked = 0
        self._grace_until = 0.0
        self._wake = threading.Event()
        self._over = False
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        manners = self.manners
        if manners.deaf:
            return self
        chords = {"panic": manners.panic, "resume": manners.resume if manners.person == "pause" else None}
        said = {name: chord for name, chord in chords.items() if chord}
        if len(set(said.values())) < len(said):
            raise BadScript(f"one hotkey, {manners.panic!r}, can't both stop a run and hand back to it")
        self._ears = ears_of(self._display, said)
        if self._terminal and self._display:
            self._window = OwnWindow(self._display)
        self.gate.hands_off = self._hands_off
        self._ears.start(Heard(self._acted, self._pressed, lambda line: self.tell(line)))
        self._breaker.__enter__()
        self._thread = threading.Thread(target=self._attend, name="attendance", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over = True
        self._wake.set()
        self._breaker.__exit__()
        if self._ears is not None:
            self._ears.stop()
        if self._window is not None:
            self._window.close()
        if self._thread is not None:
            self._thread.join(2)

    # the run

    def agent(self, policy: Policy, *, listeners: Sequence[Listener] = (), **settings: Any) -> Agent:
        """An Agent on this desktop that the person holds back; settings as for Agent."""
        mine = self.listeners
        return Agent(self.policy(policy), self.device, listeners=[*mine, *listeners], **settings)

    def policy(self, policy: Policy) -> Policy:
        """The policy as an agent on `device` is given it; itself where a person's input is ignored."""
        return policy if self.manners.deaf else Supervised(policy, self.panel, self.device)

    @property
    def listeners(self) -> list[Listener]:
        """Those that an agent on `device` needs."""
        return [] if self.manners.deaf else [self.panel, self]

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Meanwhile the person answers a question: his keys are for that."""
        self._asked += 1
        try:
            yield
        finally:
            self._grace()
            self._asked -= 1

    def excused(self, answer: Callable[[str], str]) -> Callable[[str], str]:
        """An `answer` callback that asks at the terminal: the keys that answer take nothing over."""

        def ask(question: str) -> str:
            with self.asking():
                return answer(question)

        return ask

    def stop(self, why: str) -> None:
        """End the run, wherever it is: also while a model thinks. From any thread."""
        if self.gate.mode == "over":
            return
        self.gate.stop(why)
        self._wake.set()
        threading.Thread(target=self._insist, args=(why,), name="stop", daemon=True).start()

    def hand_back(self) -> None:
        """The agent goes on once the keys are up; from any thread."""
        if self.gate.mode == "person":
            self._grace()
            held = self._ears.held() if self._ears else ()
            first = f" once you have let go of {' and '.join(held)}" if held else ""
            self.gate.order(Order(do="back"))
            self.tell(f"handed back: the agent looks anew and goes on{first}")

    def began(self, task: Task, folder: Path) -> None:
        self._breaker.here()
        held = self._ears.held() if self._ears and self.manners.person == "pause" else ()
        if held and self.gate.touched(HELD):
            self.gate.order(Order(do="back"))
            self.tell(f"you hold {' and '.join(held)}: the agent begins when you have let go")

    def ended(self, outcome: Outcome) -> None:
        self._wake.set()

    # from the ears' thread

    def _acted(self, act: Act) -> None:
        if self.manners.person == "ignore" or self._asked:
            return
        if act == MOVED and time.monotonic() < self._grace_until:
            return
        if self.manners.person == "stop":
            if self.gate.mode in ("running", "paused"):
                self.stop(f"stopped by the person, who {act}")
        else:
            by = TERMINAL if self._meant(act) else act
            if self.gate.touched(by):
                self._took(by)

    def _meant(self, act: Act) -> bool:
        """Was it done to the terminal?"""
        window = self._window if act in ("clicked", "pressed a key") else None
        return window is not None and window.is_meant(clicked=act == "clicked")

    def _took(self, act: str) -> None:
        manners = self.manners
        if not manners.returns and manners.resume_after_s is None:
            self.stop(
                f"stopped: a person {act}, and nobody is there to hand back to the agent: run it in a terminal, "
                "or say after how many quiet seconds it goes on (--resume-after 30)"
            )
            return
        ways = ["Enter here"] if self._terminal else []
        ways += [_shown(manners.resume)] if manners.resume else []
        ways += [f"{manners.resume_after_s:g} s without a touch"] if manners.resume_after_s is not None else []
        back = f" Hand back: {' or '.join(ways)}." if ways else ""
        stop = f" Stop: {_shown(manners.panic)}." if manners.panic else ""
        self.tell(f"you are driving (you {act}): the agent waits.{back}{stop}")
        if self._terminal:
            forget_what_was_typed()
        self._wake.set()

    def _pressed(self, hotkey: str) -> None:
        if hotkey == "panic":
            if not self.gate.heard.is_set():
                self.stop(f"stopped by the hotkey {self.manners.panic}")
        else:
            self.hand_back()

    # others

    def _attend(self) -> None:
        """While a person drives, look whether he hands back at the terminal, or has been gone for long enough."""
        while not self._over:
            if self.gate.mode != "person":
                self._wake.wait()
                self._wake.clear()
                continue
            if self._terminal and entered(LOOK_S):
                if self._window:
                    self._window.step_back()
                self.hand_back()
            elif not self._terminal:
                time.sleep(LOOK_S)
            if self._gone():
                self.hand_back()

    def _gone(self) -> bool:
        after, ears = self.manners.resume_after_s, self._ears
        return after is not None and ears is not None and ears.idle_s >= after and not ears.held()

    def _hands_off(self) -> bool:
        return self._ears is None or not self._ears.held()

    def _grace(self) -> None:
        self._grace_until = time.monotonic() + GRACE_S

    def _insist(self, why: str) -> None:
        if not self.gate.heard.wait(POLITE_S):
            self._breaker.break_off(why)


def _shown(chord: str) -> str:
    """As keys are written for people: Ctrl+Alt+R."""
    return "+".join(key.strip().capitalize() for key in chord.split("+"))
