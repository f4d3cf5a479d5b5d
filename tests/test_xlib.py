"""Connections to X servers of different kinds in one process."""

from __future__ import annotations

from rfb import VncDisplay

from screenwright.tools.display import VirtualDisplay
from screenwright.tools.xlib import connect


def test_servers_that_number_their_extensions_differently_are_both_understood() -> None:
    with VirtualDisplay(320, 240) as one, VncDisplay(320, 240) as other:
        made = [connect(each.display) for each in (one, other, one)]
        try:
            first, second, third = (set(each.display.event_classes) for each in made)
            assert first == third != second, "each server has numbers of its own"
            assert made[0].display.event_classes is not made[2].display.event_classes
        finally:
            for each in made:
                each.close()
