"""`screen` as an input: what a desktop shows at this moment."""

from __future__ import annotations

import pytest

from screenwright.tools.desktop import Desktop
from screenwright.tools.errors import DeviceLost, NotInstalled
from screenwright.tools.inputs import Still, open_input


def test_the_screen_is_a_picture(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "XAUTHORITY"):
        if name in desktop.environment:
            monkeypatch.setenv(name, desktop.environment[name])
    still = open_input("screen")
    assert isinstance(still, Still)
    assert (still.name, still.pixels.shape) == ("the screen", (800, 1280, 3))
    assert (still.pixels == desktop.observe().pixels).all()


def test_no_screen_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises((NotInstalled, DeviceLost)):
        open_input("screen")
