"""Speaks to the adb server itself: one connection a command, its failures told apart."""
