"""A device into which secrets can be typed, and which shows none of them.

It is the only place where a value is put for its name: whoever decides, guards, listens or records on this side
of it knows `{{secret:bank}}`, and sees grey where it was typed.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self, TypeVar, cast

from screenwright.tools.actions import Action, OpenApp, TypeText, describe, parse
from screenwright.tools.busy import without_carets
from screenwright.tools.changes import changed_tiles
from screenwright.tools.device import Device
from screenwright.tools.errors import BadAction, BlackScreen, OutcomeUnknown
from screenwright.tools.observation import Observation, Words
from screenwright.tools.playback import Playback
from screenwright.tools.secrets.cleaning import Cleaner
from screenwright.tools.secrets.hiding import Hiding
from screenwright.tools.secrets.naming import mark, names_in, put
from screenwright.tools.secrets.vault import Vault
from screenwright.tools.steps import Decision, Task

T = TypeVar("T")
SHOWN_S = 1.0  # for what was typed to be drawn; what comes later is hidden as well, as all that changes
STILL_S = 0.12
LOOK_S = 0.03
WORDS = ("text", "target", "question", "answer")  # of an action


class Sealed:
    """A Device over another one; what that has beside a Device's own (`start`, `front`, ...) it has too.

    Args:
        device: any; it is closed with this one.
        vault: which secrets may be typed; `take` the task with it.
    """

    def __init__(self, device: Device, vault: Vault | None = None) -> None:
        self.device = device
        self.vault = vault or Vault()
        self.name = device.name
        self._cleaner = Cleaner()
        self._hiding = Hiding(self._cleaner)
        self._typed_over: Words | None = None

    @property
    def kinds(self) -> frozenset[str]:
        return self.device.kinds

    @property
    def hides(self) -> bool:
        """Was a secret typed? From then on frames come from `observe` alone: a video would show it."""
        return bool(self._cleaner)

    def observe(self) -> Observation:
        seen = self._clean(self.device.observe)
        if not self.hides:
            return seen
        if self._typed_over is not None:
            self._hiding.typed_otherwise(self._typed_over, seen.words)
        return self._hiding.observation(seen)

    def perform(self, action: Action) -> str:
        if self._hiding.waiting:
            self._learn(self._look())
            self._hiding.over()
        self._typed_over = None
        if isinstance(action, OpenApp) and names_in(action.name):
            raise BadAction(f"{mark(sorted(names_in(action.name))[0])} can only be typed; nothing was opened")
        if not isinstance(action, TypeText):
            return self._done(action)
        if wanted := self.vault.wanted(action.text):
            self._type(action, wanted)
            return describe(action)
        if self.hides:
            self._typed_over = self._look()
        return self._done(action)

    def idle(self, seconds: float) -> None:
        self._clean(lambda: self.device.idle(seconds))

    def release(self) -> None:
        self._clean(self.device.release)

    def clipboard(self) -> str:
        """The text on a desktop's clipboard, without secrets."""
        return self._cleaner.text(self._clean(cast(Any, self.device).clipboard))

    def told(self, text: str) -> str:
        """A text without the values that were typed, or given for it."""
        return self._cleaner.text(self.vault.text(text))

    def close(self) -> None:
        """Close the device and let go of the values."""
        try:
            self._clean(self.device.close)
        finally:
            self.vault.forget()
            self._cleaner.forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "device":
            raise AttributeError(name)
        return getattr(self.device, name)

    def __repr__(self) -> str:
        return f"<Sealed {self.name}>"

    def _done(self, action: Action) -> str:
        return self._cleaner.text(self._clean(lambda: self.device.perform(action)))

    def _type(self, action: TypeText, wanted: frozenset[str]) -> None:
        """Piece by piece: Tab and Enter lead away, so what comes before them is looked at first."""
        seen = self._clean(self.device.observe)
        for name in sorted(wanted):
            self.vault.check_place(name, seen)
        pieces = [piece for piece in re.split(r"([\t\n]+)", action.text) if piece]
        for number, piece in enumerate(pieces):
            try:
                self._piece(action.model_copy(update={"text": piece}), names_in(piece) & wanted)
            except BadAction as error:
                if not number:
                    raise
                raise OutcomeUnknown(f"typed in part only: {error}") from None

    def _piece(self, action: TypeText, names: frozenset[str]) -> None:
        if not names:
            self._done(action)
            return
        before = self._clean(self.device.observe)
        told = self._clean(lambda: before.elements)
        fresh = [name for name in sorted(names) if self._cleaner.add(name, self.vault.value(name))]
        self._hiding.began(before, told, bool(fresh), lambda: self._filled(action, names).text)
        self._clean(lambda: self.device.perform(self._filled(action, names)))
        self._wait_seen()

    def _filled(self, action: TypeText, names: frozenset[str]) -> TypeText:
        values = {name: self.vault.value(name) for name in names}
        return action.model_copy(update={"text": put(action.text, values)})

    def _wait_seen(self) -> None:
        """Until what was typed is drawn and still, and learned. What is drawn later is hidden as it comes."""
        began = since = time.monotonic()
        last = self._look()
        while time.monotonic() - began < SHOWN_S:
            if last is not None and self._hiding.sees(last) and time.monotonic() - since >= STILL_S:
                break
            self._clean(lambda: self.device.idle(LOOK_S))
            now = self._look()
            if last is None or now is None or _differ(last, now):
                last, since = now, time.monotonic()
        self._learn(last)

    def _learn(self, words: Words | None) -> None:
        if words is not None and self._hiding.sees(words):
            self._hiding.learn(words)

    def _look(self) -> Words | None:
        """The present frame as it is; None where it is black."""
        try:
            return self._clean(self.device.observe).words
        except BlackScreen:
            return None

    def _clean(self, call: Callable[[], T]) -> T:
        """Call it; an error comes out without what was typed."""
        try:
            return call()
        except BaseException as error:
            cleaned = self._cleaner.error(error) if self._cleaner else error
            if cleaned is error:
                raise
        raise cleaned from None


def sealed(device: Device) -> Device:
    """The device, sealed where it is not; a recording has nothing to type into and stays as it is.

    A device keeps its seal: who is given it next does not see either what was typed before.
    """
    if seal_of(device) or isinstance(device, Playback):
        return device
    held: dict[str, Any] = getattr(device, "__dict__", {})
    return cast(Sealed, held.setdefault("_seal", Sealed(device)))


def seal_of(device: object) -> Sealed | None:
    """The seal of a device, also within what is around it (a mirror's Watched); None where there is none."""
    while device is not None and not isinstance(device, Sealed):
        device = vars(device).get("device") if hasattr(device, "__dict__") else None
    return device


def bare(device: Device) -> Device:
    """What is under the seal, for what only a Desktop or a Phone has; secrets show there."""
    seal = seal_of(device)
    return seal.device if seal else device


def taken(device: Device, task: Task) -> Task:
    """The task as it may be told: its secrets' values go into the device's vault."""
    seal = seal_of(device)
    return seal.vault.take(task) if seal else task


def concealed(device: Device, decision: Decision) -> Decision:
    """The decision as it may be told, whatever its policy knows or has read."""
    seal = seal_of(device)
    if seal is None:
        return decision
    facts = decision.action.model_dump()
    told = {key: seal.told(value) if key in WORDS and value else value for key, value in facts.items()}
    action = decision.action if told == facts else parse(told)
    return replace(decision, action=action, thought=seal.told(decision.thought), reply=seal.told(decision.reply))


def said(device: Device, text: str) -> str:
    """A text as it may be told."""
    seal = seal_of(device)
    return seal.told(text) if seal else text


def _differ(last: Words, now: Words) -> bool:
    if last.shape != now.shape:
        return True
    return bool(without_carets(changed_tiles(last, now), last, now).any())
