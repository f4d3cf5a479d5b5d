"""Fixtures: a desktop on a VNC server, and a person at it who is no part of us."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Echo, until
from rfb import Person, VncDisplay

from screenwright.tools.desktop import Desktop
from screenwright.tools.xlib import connect

HOME = (900, 700)


@pytest.fixture(scope="module")
def vnc() -> Iterator[VncDisplay]:
    """One server for all tests of a file: its start is most of what a test would take."""
    with VncDisplay(1024, 768) as display:
        yield display


@pytest.fixture(scope="module")
def away(vnc: VncDisplay) -> Iterator[Desktop]:
    with Desktop(display=vnc.display, environment=vnc.environment) as desktop:
        yield desktop


@pytest.fixture(scope="module")
def visitor(vnc: VncDisplay) -> Iterator[Person]:
    with Person(vnc.vnc) as person:
        yield person


@pytest.fixture
def person(vnc: VncDisplay, visitor: Person) -> Iterator[Person]:
    """A hand that lies still in a corner, and holds nothing."""
    visitor.move(*HOME)
    yield visitor
    for key in ("ctrl", "alt", "shift"):
        visitor.key(key, False)
    visitor.move(*HOME)
    display = connect(vnc.display)
    try:
        until(lambda: _resting(display))
    finally:
        display.close()


def _resting(display: Any) -> bool:
    spot = display.screen().root.query_pointer()
    return (spot.root_x, spot.root_y) == HOME and not any(display.query_keymap())


@pytest.fixture
def window(away: Desktop, tmp_path: Path) -> Iterator[Echo]:
    """The echo program, alone on the screen."""
    echo = Echo(away, tmp_path / "echo.jsonl")
    yield echo
    echo.process.terminate()
    echo.process.wait()
    x11 = away._x11
    assert x11
    until(lambda: not x11.windows())
