"""What uiautomator2's server can do on the simulated phone, by the names of its methods."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Callable, Mapping
from typing import Any

from screenwright.tools.simphone.android import Android
from screenwright.tools.simphone.hierarchy import dump
from screenwright.tools.simphone.keycodes import CODES
from screenwright.tools.simphone.selection import found, one, told

KEYS = {
    "home": "HOME",
    "back": "BACK",
    "recent": "APP_SWITCH",
    "menu": "MENU",
    "enter": "ENTER",
    "delete": "DEL",
    "del": "DEL",
    "search": "SEARCH",
    "power": "POWER",
    "volume_up": "VOLUME_UP",
    "volume_down": "VOLUME_DOWN",
    **{name: f"DPAD_{name.upper()}" for name in ("left", "right", "up", "down")},
}
ORIENTATIONS = {"natural": 0, "n": 0, "left": 1, "l": 1, "upsidedown": 2, "u": 2, "right": 3, "r": 3}
DOWN, UP, MOVE = 0, 1, 2
STEP_S = 0.005


def device_info(phone: Android, words: list[Any]) -> dict[str, Any]:
    screen, scale = phone.screen, phone.metrics.scale
    return {
        "currentPackageName": phone.front.package,
        "displayWidth": screen.width,
        "displayHeight": screen.height,
        "displayRotation": phone.rotation,
        "displaySizeDpX": round(screen.width / scale),
        "displaySizeDpY": round(screen.height / scale),
        "productName": phone.properties["ro.product.name"],
        "screenOn": phone.awake,
        "sdkInt": phone.sdk,
        "naturalOrientation": phone.rotation == 0,
    }


def click(phone: Android, words: list[Any]) -> bool:
    """(x, y[, milliseconds]) or (selector)."""
    if isinstance(words[0], dict):
        x, y = one(phone, words[0])[0].seen.middle
        phone.hands.tap(x, y)
    else:
        phone.hands.tap(float(words[0]), float(words[1]), words[2] / 1000 if len(words) > 2 else 0.0)
    return True


def swipe(phone: Android, words: list[Any]) -> bool:
    """(x1, y1, x2, y2, steps), each step 5 ms."""
    left, top, right, bottom, steps = words
    phone.hands.swipe((left, top), (right, bottom), steps * STEP_S)
    return True


def drag(phone: Android, words: list[Any]) -> bool:
    left, top, right, bottom, steps = words
    phone.hands.swipe((left, top), (right, bottom), steps * STEP_S, kind="drag")
    return True


def inject(phone: Android, words: list[Any]) -> bool:
    """(what, x, y, meta state)."""
    acts = {DOWN: phone.hands.down, UP: phone.hands.up, MOVE: phone.hands.move}
    acts[words[0]](float(words[1]), float(words[2]))
    return True


def press(phone: Android, words: list[Any]) -> bool:
    """A key by its name in uiautomator2, or its number."""
    phone.hands.key(words[0] if isinstance(words[0], int) else CODES[KEYS[words[0]]])
    return True


def wake(phone: Android, words: list[Any]) -> bool:
    phone.switch_screen(True)
    return True


def sleep(phone: Android, words: list[Any]) -> bool:
    phone.switch_screen(False)
    return True


def turn(phone: Android, words: list[Any]) -> None:
    phone.turn(ORIENTATIONS[words[0]], auto=False)


def set_clipboard(phone: Android, words: list[Any]) -> None:
    """(label, text)."""
    phone.clipboard = str(words[1])


def clipboard(phone: Android, words: list[Any]) -> str:
    return phone.clipboard


def paste(phone: Android, words: list[Any]) -> bool:
    phone.hands.key(CODES["PASTE"])
    return True


def clear(phone: Android, words: list[Any]) -> bool:
    with phone.changed:
        if phone.focus:
            phone.focus.set("")
            phone.redraw()
    return True


def set_text(phone: Android, words: list[Any]) -> bool:
    """(selector, text): put it into the field, whatever was in it."""
    with phone.changed:
        view = one(phone, words[0])[0]
        if view.edits is None:
            return False
        if view.tap:
            view.tap()
        phone.note("set_text", str(words[1]))
        view.edits.set(str(words[1]))
        phone.redraw()
    return True


def clear_field(phone: Android, words: list[Any]) -> bool:
    return set_text(phone, [words[0], ""])


def text_of(phone: Android, words: list[Any]) -> str:
    return one(phone, words[0])[1]["text"]


def exists(phone: Android, words: list[Any]) -> bool:
    return bool(found(phone, words[0]))


def count(phone: Android, words: list[Any]) -> int:
    return len(found(phone, words[0]))


def wait_for(phone: Android, words: list[Any]) -> bool:
    """(selector, milliseconds)."""
    return _wait(phone, words[0], words[1] / 1000, there=True)


def wait_gone(phone: Android, words: list[Any]) -> bool:
    return _wait(phone, words[0], words[1] / 1000, there=False)


def _wait(phone: Android, selector: Mapping[str, Any], seconds: float, *, there: bool) -> bool:
    deadline = time.monotonic() + seconds
    with phone.changed:
        while bool(found(phone, selector)) != there:
            if phone.closed or not phone.changed.wait(max(0.0, deadline - time.monotonic())):
                return bool(found(phone, selector)) == there
    return True


def info(phone: Android, words: list[Any]) -> dict[str, Any]:
    return told(*one(phone, words[0]))


def infos(phone: Android, words: list[Any]) -> list[dict[str, Any]]:
    return [told(view, marks) for view, marks in found(phone, words[0])]


def screenshot(phone: Android, words: list[Any]) -> str:
    """(scale, JPEG quality): base64."""
    from PIL import Image

    held = io.BytesIO()
    Image.fromarray(phone.glass.captured()).save(held, "JPEG", quality=int(words[1]))
    return base64.b64encode(held.getvalue()).decode()


def tree(phone: Android, words: list[Any]) -> str:
    """(compressed, depth)."""
    return dump(phone)


def toasted(phone: Android, words: list[Any]) -> str | None:
    return phone.toasted or None


METHODS: dict[str, Callable[[Android, list[Any]], Any]] = {
    "deviceInfo": device_info,
    "click": click,
    "swipe": swipe,
    "drag": drag,
    "injectInputEvent": inject,
    "pressKey": press,
    "pressKeyCode": press,
    "wakeUp": wake,
    "sleep": sleep,
    "setOrientation": turn,
    "setClipboard": set_clipboard,
    "getClipboard": clipboard,
    "pasteClipboard": paste,
    "clearInputText": clear,
    "setText": set_text,
    "clearTextField": clear_field,
    "getText": text_of,
    "exist": exists,
    "count": count,
    "waitForExists": wait_for,
    "waitUntilGone": wait_gone,
    "objInfo": info,
    "objInfoOfAllInstances": infos,
    "takeScreenshot": screenshot,
    "dumpWindowHierarchy": tree,
    "getLastToast": toasted,
}
