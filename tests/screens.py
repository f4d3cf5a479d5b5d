"""Screens for the dialects: what a desktop, a phone and smaller devices can do, at any size."""

from __future__ import annotations

from screenwright.policies.dialects.dialect import HOMES, Screen, dialect, smart_resize
from screenwright.tools.geometry import Size

DESKTOP = frozenset(
    ("click", "drag", "scroll", "move", "type_text", "press_keys", "long_press", "swipe", "open_app")
) | {"wait", "done", "ask"}
PHONE = frozenset(("click", "long_press", "swipe", "type_text", "press_button", "open_app", "wait", "done", "ask"))
CLICKS_ONLY = frozenset(("click",))
NAMES = tuple(HOMES)
FULL_HD = Size(1920, 1080)
TALL = Size(1080, 2400)


def screen(name: str, kinds: frozenset[str] = DESKTOP, captured: Size | None = None) -> Screen:
    """What a reply in the dialect `name` is about."""
    captured = captured or (TALL if "press_button" in kinds else FULL_HD)
    return Screen(captured, smart_resize(captured, dialect(name).factor, 2560), kinds)
