"""Keyboards that type any character: borrowed for one text, and the person's own one given back.

`input text` knows printable ASCII only. Two small keyboard apps take text from adb; while one of them is chosen
the person has no keys on the screen, so their own keyboard comes back also after a failure or a Ctrl-C.
"""

from __future__ import annotations

import base64
import contextlib
import shlex
import time
from collections.abc import Iterator
from dataclasses import dataclass

from screenwright.tools.errors import BadAction, DeviceLost
from screenwright.tools.phone import screens
from screenwright.tools.phone.link import Link

READY_S = 3.0
LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Keyboard:
    """One such app. `proof`: what its broadcast prints when it was heard; '' where it tells nothing."""

    name: str
    id: str
    action: str
    extra: str
    proof: str = ""

    def typing(self, text: str) -> str:
        """The command that types a text."""
        coded = base64.b64encode(text.encode()).decode()
        return f"am broadcast -a {self.action} --es {self.extra} {shlex.quote(coded)}"


KEYBOARDS = (
    Keyboard("ADBKeyboard", "com.android.adbkeyboard/.AdbIME", "ADB_INPUT_B64", "msg"),
    Keyboard(
        "uiautomator2's keyboard",
        "com.github.uiautomator/.AdbKeyboard",
        "ADB_KEYBOARD_INPUT_TEXT",
        "text",
        "result=-1",
    ),
)
INSTALL = (
    "install ADBKeyboard (`adb install ADBKeyboard.apk`, from github.com/senzhk/ADBKeyBoard) or uiautomator2's "
    "keyboard (`pip install uiautomator2`, then `u2.connect().set_input_ime()` in Python)"
)


@dataclass(frozen=True)
class Borrowing:
    """One of them as a way of typing (`writing.Way`)."""

    keyboards: Keyboards
    keyboard: Keyboard
    link: Link
    tries = 2
    late = False

    @property
    def name(self) -> str:
        return self.keyboard.name

    def ready(self) -> contextlib.AbstractContextManager[None]:
        """With it chosen. BadAction: it can't be; nothing was typed."""
        return self.keyboards.borrowed(self.keyboard)

    def put(self, part: str) -> bool | None:
        """Send it once; whether it was heard, None: not told. BadAction, OutcomeUnknown."""
        said = self.link.act(self.keyboard.typing(part)).said
        return self.keyboard.proof in said if self.keyboard.proof else None


@dataclass(frozen=True, slots=True)
class Owed:
    """What the phone had before: the chosen keyboard, and whether the borrowed one was switched on."""

    own: str
    borrowed: str
    was_on: bool


class Keyboards:
    """Lends keyboards over one Link."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._owed: Owed | None = None

    def installed(self) -> list[Keyboard]:
        """Those that are on this phone, the one that is chosen already first."""
        listed = self._link.read("ime list -s -a").text.split()
        chosen = self.chosen()
        return sorted((each for each in KEYBOARDS if each.id in listed), key=lambda each: each.id != chosen)

    def chosen(self) -> str:
        """The id of the keyboard that is chosen; '' for none."""
        said = self._link.read("settings get secure default_input_method").text
        return "" if said == "null" else said

    def listening(self) -> bool | None:
        """Is a keyboard shown, so that a field waits for text? None: not told."""
        return screens.typing(self._link.read("dumpsys input_method").text)

    @contextlib.contextmanager
    def borrowed(self, keyboard: Keyboard) -> Iterator[None]:
        """With this keyboard chosen. BadAction: it can't be; nothing was typed."""
        own = self.chosen()
        if own == keyboard.id:
            yield
            return
        on = self._link.read("ime list -s").text.split()
        self._owed = Owed(own, keyboard.id, keyboard.id in on)
        try:
            self._choose(keyboard)
            yield
        finally:
            self.give_back()

    def give_back(self) -> None:
        """Choose the person's own keyboard again; nothing happens when none is owed. DeviceLost."""
        owed = self._owed
        if owed is None:
            return
        if owed.own:
            self._link.read(f"ime set {shlex.quote(owed.own)}")
        if not owed.was_on:
            self._link.read(f"ime disable {shlex.quote(owed.borrowed)}")
        self._owed = None

    def close(self) -> None:
        """A last try to give back what a lost phone could not be given; raises nothing."""
        with contextlib.suppress(DeviceLost):
            self.give_back()

    def _choose(self, keyboard: Keyboard) -> None:
        self._link.read(f"ime enable {keyboard.id}")
        said = self._link.read(f"ime set {keyboard.id}").said
        until = time.monotonic() + READY_S
        while self.chosen() != keyboard.id:
            if time.monotonic() > until:
                raise BadAction(f"{keyboard.name} can't be chosen on this phone: {said!r}; nothing was typed")
            time.sleep(LOOK_S)
        # A keyboard that was just chosen hears nothing before it is shown in the field.
        while not self.listening() and time.monotonic() < until:
            time.sleep(LOOK_S)
