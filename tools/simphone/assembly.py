"""Puts a new phone together: its state, its apps, its keyboards, its hands."""

from __future__ import annotations

from screenwright.tools.geometry import Size
from screenwright.tools.simphone.android import Android
from screenwright.tools.simphone.app_contacts import Contacts
from screenwright.tools.simphone.app_home import Home
from screenwright.tools.simphone.app_notes import Notes
from screenwright.tools.simphone.app_recents import Recents
from screenwright.tools.simphone.app_settings import Settings
from screenwright.tools.simphone.app_stopwatch import Stopwatch
from screenwright.tools.simphone.app_vault import Vault
from screenwright.tools.simphone.glass import Glass
from screenwright.tools.simphone.hands import Hands
from screenwright.tools.simphone.keyboards import Keyboards


def new_phone(size: Size, sdk: int, serial: str, keyboards: tuple[str, ...] = ()) -> Android:
    """A phone as it comes out of its box, at its home screen; `keyboards` are installed besides its own."""
    phone = Android(size, sdk=sdk, serial=serial)
    phone.keyboards = Keyboards(phone, keyboards)
    phone.hands, phone.glass = Hands(phone), Glass(phone)
    phone.notes, phone.contacts, phone.vault = Notes(phone), Contacts(phone), Vault(phone)
    phone.apps += [Home(phone), Recents(phone), Settings(phone), phone.notes, phone.contacts, phone.vault]
    phone.apps.append(Stopwatch(phone))
    phone.go_home()
    return phone
