"""How long a phone's screen must be quiet to count as still.

Two things differ from a desktop. `input` returns before the app has heard of it, and windows slide for a
third of a second. And a picture costs what a phone needs for it, half a second on many: quiet that is shorter
than a picture takes is over before anybody has looked a second time.
"""

from __future__ import annotations

from screenwright.tools.actions import Action, OpenApp, Scroll, Swipe, TypeText
from screenwright.tools.patience import Patience

LONGER = 1.2


def phone_patience(action: Action, picture_s: float) -> Patience:
    """For one action, on a phone where a picture takes `picture_s`."""
    match action:
        case TypeText():  # what was typed has been read back already
            first, quiet = 0.4, 0.3
        case Scroll() | Swipe():  # a list goes on by itself, ever slower
            first, quiet = 0.6, 0.45
        case OpenApp():
            first, quiet = 8.0, 0.6
        case _:
            first, quiet = 1.0, 0.45
    return Patience(first=max(first, LONGER * picture_s), quiet=max(quiet, LONGER * picture_s))
