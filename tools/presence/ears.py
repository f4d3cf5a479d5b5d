"""Which ears this system has for a person at the machine."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping

from screenwright.tools.errors import NotInstalled
from screenwright.tools.presence.heard import Ears


def ears_of(display: str | None, chords: Mapping[str, str]) -> Ears:
    """XInput2 on X11, pynput elsewhere. NotInstalled; BadScript for a chord that is none.

    Args:
        chords: hotkeys by their names: {"panic": "ctrl+alt+escape"}.
    """
    if display:
        from screenwright.tools.presence.x11_devices import X11Devices

        return X11Devices(display, chords)
    from screenwright.tools.presence.elsewhere import PynputEars

    return PynputEars(chords)


def told_apart(display: str | None) -> str:
    """How a person's input is known on this system, in words. NotInstalled, with the reason, where it is not."""
    if display:
        from screenwright.tools.presence.x11_devices import devices_of

        names = devices_of(display)
        said = f": {', '.join(names)}" if names else "; no device of a person's is there now"
        return f"told apart by XInput2{said}"
    if sys.platform not in ("win32", "darwin"):
        raise NotInstalled("a person's input can't be told from injected input without X11")
    if importlib.util.find_spec("pynput") is None:
        raise NotInstalled("a person's input is heard through pynput: pip install 'screenwright[record]'")
    return "told apart by what the system says of each event (through pynput; not proven here)"
