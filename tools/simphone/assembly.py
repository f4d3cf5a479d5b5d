"""Puts a new phone together: its state, its apps, its hands."""

from __future__ import annotations

from screenwright.tools.geometry import Size
from screenwright.tools.simphone.android import Android
from screenwright.tools.simphone.app_home import Home
from screenwright.tools.simphone.hands import Hands


def new_phone(size: Size, sdk: int, serial: str) -> Android:
    """A phone as it comes out of its box, at its home screen."""
    phone = Android(size, sdk=sdk, serial=serial)
    home = Home(phone)
    phone.apps.append(home)
    phone.hands = Hands(phone)
    phone.open(home)
    return phone
