"""A phone without a phone: adbd, a small Android and its screen in Python, for the real adb to talk to."""

from screenwright.tools.simphone.device import SimPhone, When

__all__ = ["SimPhone", "When"]
