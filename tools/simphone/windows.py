"""Everything on the simulated screen, from the app at the bottom to the bars over it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from screenwright.tools.geometry import Region
from screenwright.tools.simphone.keyboard_window import keyboard
from screenwright.tools.simphone.keycodes import CODES
from screenwright.tools.simphone.view import View

if TYPE_CHECKING:
    from screenwright.tools.simphone.android import Android


def compose(phone: Android) -> View:
    """The screen as it is now; what lies on top comes last."""
    screen = phone.screen
    root = View("android.view.ViewRoot", Region(0, 0, screen.width, screen.height))
    if not phone.awake:
        root.look = "dark"
        return root
    if phone.locked:
        root.add(lock_screen(phone), _status(phone, True))
        return root
    page = phone.front.page(phone.metrics)
    on_sky = page.look == "wallpaper"
    root.add(page)
    if phone.keyboards.shown:
        root.add(keyboard(phone))
    if phone.toasted:
        root.add(_toast(phone, phone.toasted))
    root.add(_status(phone, on_sky), _navigation(phone, on_sky))
    return root


def lock_screen(phone: Android) -> View:
    """What a swipe upwards puts away, unless a PIN is asked for."""
    screen, metrics = phone.screen, phone.metrics
    root = View("android.widget.FrameLayout", Region(0, 0, screen.width, screen.height), look="wallpaper")
    top = screen.height // 6
    clock = Region(0, top, screen.width, metrics.dp(72))
    date = Region(0, clock.bottom, screen.width, metrics.dp(28))
    hint = Region(0, screen.height - metrics.dp(72), screen.width, metrics.dp(28))
    said = "Enter PIN" if phone.asks_for_pin else "Swipe up to unlock"
    root.add(
        View("android.widget.TextClock", clock, phone.clock, look="clock"),
        View("android.widget.TextView", date, phone.date, look="on_sky"),
        View("android.widget.TextView", hint, said, look="on_sky"),
    )
    return root


def _status(phone: Android, on_sky: bool) -> View:
    signs = ["battery"]
    if phone.settings["global"].get("airplane_mode_on") == "1":
        signs.append("plane")
    elif phone.settings["global"].get("wifi_on") == "1":
        signs.append("wifi")
    return View(
        "android.view.StatusBar",
        phone.metrics.status,
        phone.clock,
        look="status",
        glyph=" ".join(signs),
        checked=on_sky,
    )


def _navigation(phone: Android, on_sky: bool) -> View:
    region = phone.metrics.navigation
    bar = View("android.view.NavigationBar", region, look="navigation", checked=on_sky)
    third = region.width // 3
    for place, (name, key) in enumerate((("back", "BACK"), ("home", "HOME"), ("recents", "APP_SWITCH"))):
        button = Region(region.x + place * third, region.y, third, region.height)
        press = partial(phone.hands.press, CODES[key])
        bar.add(View("android.widget.ImageButton", button, glyph=name, description=name.title(), tap=press))
    return bar


def _toast(phone: Android, text: str) -> View:
    body, metrics = phone.metrics.body, phone.metrics
    wide, high = min(body.width - metrics.dp(32), metrics.dp(200)), metrics.dp(40)
    region = Region(
        body.x + (body.width - wide) // 2, max(body.y, body.bottom - high - metrics.dp(24)), wide, high
    )
    return View("android.widget.Toast", region, text, look="toast")
