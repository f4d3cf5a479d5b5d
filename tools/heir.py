"""Does what `last_will.py` was told, once the process that told it is gone. Run by path, with Xlib's place told.

It stands alone and imports next to nothing until then: it waits beside every run.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

PATIENCE_S = 3.0
AGAIN_S = 0.2  # what the dead process had sent last may still be on its way to the X server

Will = dict[str, dict[str, Any]]


def main(places: list[str]) -> None:
    will = heard()
    sys.path += places
    displays = [facts for facts in will.values() if "display" in facts]
    for facts in displays:
        with contextlib.suppress(Exception):  # a server that is gone as well holds nothing
            let_go(facts)
    end([facts for facts in reversed(will.values()) if "process" in facts])
    for facts in will.values():
        if "folder" in facts:
            shutil.rmtree(facts["folder"], ignore_errors=True)


def heard() -> Will:
    """What stands when the pipe ends; a line that a kill cut off was not acted on yet."""
    will: Will = {}
    for line in sys.stdin.buffer:
        with contextlib.suppress(ValueError):
            name, facts = json.loads(line)
            will.pop(name, None)
            if facts is not None:
                will[name] = facts
    return will


def let_go(facts: dict[str, Any]) -> None:
    """Of the keys and buttons that are still down; and give back the keycodes that were borrowed."""
    from Xlib import X
    from Xlib.display import Display
    from Xlib.ext import xtest

    display = Display(facts["display"])
    for _ in range(2):
        down: Any = display.query_keymap()
        for code in facts["keys"]:
            if down[code // 8] >> code % 8 & 1:
                xtest.fake_input(display, X.KeyRelease, code)
        mask = display.screen().root.query_pointer().mask
        for button in facts["buttons"]:
            if mask & X.Button1Mask << button - 1:
                xtest.fake_input(display, X.ButtonRelease, button)
        display.sync()
        time.sleep(AGAIN_S)
    for code in facts["lent"]:
        display.change_keyboard_mapping(code, [[0, 0]])
    display.sync()
    display.close()


def end(processes: list[dict[str, Any]]) -> None:
    """Their groups, the last started first; those that do not go in time are killed."""
    groups = [facts["process"] for facts in processes if not _another(facts)]
    for group in groups:
        _signal(group, signal.SIGTERM)
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and any(_signal(group, 0) for group in groups):
        time.sleep(0.02)
    for group in groups:
        _signal(group, signal.SIGKILL)


def _another(facts: dict[str, Any]) -> bool:
    """Has its number been given to another process meanwhile?"""
    try:
        stat = Path(f"/proc/{facts['process']}/stat").read_text(encoding="utf-8")
    except OSError:
        return False  # the leader is gone; while its group lives, nobody else gets the number
    return bool(facts["began"]) and stat.rpartition(")")[2].split()[19] != facts["began"]


def _signal(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
