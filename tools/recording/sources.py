"""Which eyes and ears a recording has on this system."""

from __future__ import annotations

from collections.abc import Callable

from screenwright.tools.desktop import Desktop
from screenwright.tools.errors import DeviceLost
from screenwright.tools.geometry import Region
from screenwright.tools.recording.events import Source

Eye = Callable[[], Desktop]


def source_of(display: str | None) -> Source:
    """XRecord on X11, pynput elsewhere. NotInstalled."""
    if display:
        from screenwright.tools.recording.x11_events import X11Events

        return X11Events(display)
    from screenwright.tools.recording.pynput_events import PynputEvents

    return PynputEvents()


def beside(desktop: Desktop, *, monitor: int = 1, window: str | None = None, region: Region | None = None) -> Eye:
    """An eye for the screen of a desktop that another thread drives. DeviceLost where it has no display."""
    environment = desktop.environment
    if not environment.get("DISPLAY"):
        raise DeviceLost(f"{desktop.name} has no X display to look at from another thread")
    return lambda: Desktop(
        monitor, window=window, region=region, display=environment["DISPLAY"], environment=environment
    )


def monitor_at(display: str, x: float, y: float) -> Region:
    """The monitor that holds a place, else the first; input units."""
    from screenwright.tools.grab import Grabber

    grabber = Grabber(display, 0)
    grabber.close()
    return next((m for m in grabber.monitors[1:] if m.holds(x, y)), grabber.monitors[-1])
