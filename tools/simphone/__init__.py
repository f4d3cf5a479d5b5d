"""A phone without a phone: adbd, a small Android and its screen in Python, for the real adb to talk to."""

from screenwright.tools.simphone.device import SimPhone, When
from screenwright.tools.simphone.keyboards import ADB_KEYBOARD, U2_KEYBOARD

__all__ = ["ADB_KEYBOARD", "U2_KEYBOARD", "SimPhone", "When"]
