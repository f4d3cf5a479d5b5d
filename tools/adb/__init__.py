"""Speaks to the adb server itself: one connection a command, its failures told apart."""

from screenwright.tools.adb.client import Adb
from screenwright.tools.adb.command import Ran
from screenwright.tools.adb.listing import Listed
from screenwright.tools.adb.resident import Resident
from screenwright.tools.adb.trouble import ConnectionBroken, PhoneTrouble

__all__ = ["Adb", "ConnectionBroken", "Listed", "PhoneTrouble", "Ran", "Resident"]
