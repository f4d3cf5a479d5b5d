"""The keyboards of the simulated phone: which are installed, which is chosen, and what each does with text.

One draws its keys on the screen. The two others are those that programs use over adb: ADBKeyboard and
uiautomator2's. They hear a broadcast only while they are chosen and a field has the focus, and ADBKeyboard's
broadcast says `result=0` whether it was heard or not.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from screenwright.tools.simphone.metrics import KEYBOARD_DP, KEYBOARD_FLAT_DP

if TYPE_CHECKING:
    from screenwright.tools.simphone.android import Android

LATIN = "com.android.inputmethod.latin/.LatinIME"
ADB_KEYBOARD = "com.android.adbkeyboard/.AdbIME"
U2_KEYBOARD = "com.github.uiautomator/.AdbKeyboard"
NAMES = {LATIN: "Android Keyboard", ADB_KEYBOARD: "ADB Keyboard", U2_KEYBOARD: "UIAutomator Keyboard"}
STRIP_DP = 36
GO, SEARCH, SEND, NEXT, DONE = 2, 3, 4, 5, 6


@dataclass(frozen=True, slots=True)
class Heard:
    """What `am broadcast` prints of a receiver's answer."""

    result: int = 0
    data: str | None = None


class Keyboards:
    """Installed keyboards; which are switched on and which is chosen stands in the phone's settings."""

    def __init__(self, phone: Android, installed: tuple[str, ...] = ()) -> None:
        self._phone = phone
        self.installed = [LATIN, *installed]
        self.put_away = False
        """Somebody pressed Back: it is hidden until a field is tapped again."""
        self.shifted = self.signs = False

    @property
    def enabled(self) -> list[str]:
        """Those that may be chosen."""
        on = self._phone.settings["secure"].get("enabled_input_methods", "").split(":")
        return [name for name in self.installed if name in on]

    @property
    def chosen(self) -> str:
        return self._phone.settings["secure"].get("default_input_method", "")

    @property
    def shown(self) -> bool:
        """A field has the focus, and the chosen keyboard waits for its text."""
        phone = self._phone
        chosen = self.chosen in self.installed
        return chosen and phone.focus is not None and not self.put_away and phone.awake and not phone.locked

    @property
    def height_dp(self) -> int:
        """How much of the screen it takes now."""
        if not self.shown:
            return 0
        if self.chosen != LATIN:
            return STRIP_DP
        return KEYBOARD_FLAT_DP if self._phone.rotation % 2 else KEYBOARD_DP

    def install(self, name: str) -> None:
        if name not in self.installed:
            self.installed.append(name)

    def switch(self, name: str, on: bool) -> bool:
        """`ime enable|disable`; False when there is none of that name."""
        if name not in self.installed:
            return False
        names = [*self.enabled, name] if on else [each for each in self.enabled if each != name]
        self._phone.put("secure", "enabled_input_methods", ":".join(dict.fromkeys(names)))
        if not on and self.chosen == name:
            self.choose(self.enabled[0] if self.enabled else LATIN)
        return True

    def choose(self, name: str) -> bool:
        """`ime set`; False when it is not installed or not switched on."""
        if name not in self.enabled:
            return False
        self._phone.put("secure", "default_input_method", name)
        return True

    def hear(self, action: str, extras: dict[str, str]) -> Heard | None:
        """What the chosen keyboard does with a broadcast; None when nobody listens."""
        if self._phone.focus is None:
            return None
        if self.chosen == ADB_KEYBOARD and action.startswith("ADB_"):
            return self._adb_keyboard(action, extras)
        if self.chosen == U2_KEYBOARD and action.startswith("ADB_KEYBOARD_"):
            return self._u2_keyboard(action, extras)
        return None

    def _adb_keyboard(self, action: str, extras: dict[str, str]) -> Heard:
        message = extras.get("msg", "")
        if action == "ADB_INPUT_TEXT":
            self._commit(message)
        elif action == "ADB_INPUT_B64":
            self._commit(_decoded(message))
        elif action == "ADB_INPUT_CHARS":
            self._commit("".join(chr(int(code)) for code in extras.get("chars", "").split(",") if code))
        elif action == "ADB_CLEAR_TEXT":
            self._clear()
        elif action == "ADB_INPUT_CODE":
            self._phone.hands.key(int(extras.get("code", "0")))
        elif action == "ADB_EDITOR_CODE":
            self._editor_action()
        return Heard()

    def _u2_keyboard(self, action: str, extras: dict[str, str]) -> Heard:
        if action == "ADB_KEYBOARD_INPUT_TEXT":
            self._commit(_decoded(extras.get("text", "")))
        elif action == "ADB_KEYBOARD_SET_TEXT":
            self._clear()
            self._commit(_decoded(extras.get("text", "")))
        elif action == "ADB_KEYBOARD_CLEAR_TEXT":
            self._clear()
        elif action == "ADB_KEYBOARD_HIDE":
            self.put_away = True
            self._phone.redraw()
        elif action in ("ADB_KEYBOARD_EDITOR_CODE", "ADB_KEYBOARD_SMART_ENTER"):
            self._editor_action()
        else:
            return Heard(0, "unknown action")
        return Heard(-1, "success")

    def _commit(self, text: str) -> None:
        if field := self._phone.focus:
            self._phone.note("ime", text)
            field.insert(text)
            self._phone.redraw()

    def _clear(self) -> None:
        if field := self._phone.focus:
            field.set("")
            self._phone.redraw()

    def _editor_action(self) -> None:
        self.put_away = True
        self._phone.redraw()


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode(errors="replace")
    except (binascii.Error, ValueError):
        return ""
