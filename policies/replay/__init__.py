"""Recorded demos: compiled from a trace, played on a screen that has changed, healed, and made better by it."""
