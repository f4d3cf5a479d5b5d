"""The accessibility tree of real programs, and that nothing it does can hold a run up."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from screenwright.tools import atspi
from screenwright.tools.desktop import Desktop
from screenwright.tools.elements import Element
from screenwright.tools.geometry import Region, Size, View

VIEW = View(Size(1280, 800))


@pytest.fixture(scope="module")
def screen() -> Iterator[Desktop]:
    with Desktop.virtual(1280, 800) as desktop:
        yield desktop


@pytest.fixture
def start(screen: Desktop) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    running: list[subprocess.Popen[bytes]] = []

    def run(*argv: str, **environment: str) -> subprocess.Popen[bytes]:
        running.append(screen.start(argv, **environment))
        return running[-1]

    yield run
    for program in running:
        program.send_signal(signal.SIGCONT)
        program.terminate()
        program.wait(10)


def shown(screen: Desktop, holds: Callable[[list[Element]], bool], seconds: float = 20) -> list[Element]:
    """What the tree shows, once it holds."""
    end = time.monotonic() + seconds
    while not holds(found := list(screen.observe().elements)):
        assert time.monotonic() < end, f"the tree shows only {found}"
        screen.idle(0.1)
    return found


def named(found: list[Element], text: str, role: str) -> Element:
    (one,) = [e for e in found if e.text == text and e.role == role]
    return one


def test_a_dialog(screen: Desktop, start: Callable[..., object]) -> None:
    start("zenity", "--forms", "--title=Add user", "--add-entry=Name", "--add-password=Secret")
    found = shown(screen, lambda e: any(x.text == "OK" for x in e))
    ok, cancel = named(found, "OK", "button"), named(found, "Cancel", "button")
    assert ok.region.x > cancel.region.right - 10 and ok.enabled and ok.source == "atspi"
    fields = [e for e in found if e.role == "field"]
    assert len(fields) == 2 and sum(e.focused for e in fields) == 1


def test_a_password_is_never_told(screen: Desktop, start: Callable[..., object]) -> None:
    start("zenity", "--forms", "--title=Sign in", "--add-entry=Name", "--add-password=Secret")
    shown(screen, lambda e: sum(x.role == "field" for x in e) == 2)
    from screenwright.tools.actions import PressKeys, TypeText

    shown(screen, lambda e: any(x.role == "field" and x.focused for x in e))
    screen.perform(TypeText(text="Ada"))
    screen.perform(PressKeys(keys=("tab",)))
    screen.perform(TypeText(text="hunter2"))
    found = shown(screen, lambda e: any(x.value == "Ada" for x in e) and any(x.focused and not x.value for x in e))
    assert "hunter2" not in repr(found)


def test_menus_and_text(screen: Desktop, start: Callable[..., object], tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("hello")
    start("mousepad", str(note))
    found = shown(screen, lambda e: any(x.text == "File" for x in e) and any(x.value == "hello" for x in e))
    titles = [named(found, t, "menu").region for t in ("File", "Edit", "Search", "View")]
    assert titles == sorted(titles, key=lambda r: r.x) and all(r.height < 40 for r in titles)


def test_ticks_in_a_page(screen: Desktop, start: Callable[..., object], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<title>T</title><input type=checkbox id=a><label for=a>News</label><input type=checkbox id=b checked>"
        "<label for=b>Offers</label><label for=c>City</label><input id=c value=Oslo><button disabled>Send</button>"
    )
    start(
        "chromium", "--no-sandbox", "--kiosk", "--no-first-run", "--disable-gpu",
        "--force-renderer-accessibility", f"--user-data-dir={tmp_path / 'profile'}", page.as_uri(),
    )  # fmt: skip
    found = shown(screen, lambda e: any(x.text == "Send" for x in e), 40)
    assert named(found, "News", "checkbox").checked is False
    assert named(found, "Offers", "checkbox").checked is True
    assert named(found, "City", "field").value == "Oslo"
    assert not named(found, "Send", "button").enabled


def test_a_program_that_hangs_costs_its_time_once(
    screen: Desktop, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    program = start("zenity", "--info", "--title=Hang", "--text=Hello")
    shown(screen, lambda e: any(x.text == "OK" for x in e))
    program.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    assert not any(e.text == "OK" for e in screen.observe().elements)
    assert time.monotonic() - began < 2 * atspi.CAP_S
    program.send_signal(signal.SIGCONT)


def test_tk_offers_nothing(screen: Desktop, start: Callable[..., object]) -> None:
    start(sys.executable, "-c", "import tkinter; r = tkinter.Tk(); r.title('Plain'); r.mainloop()")
    end = time.monotonic() + 20
    while screen.observe().title != "Plain":
        assert time.monotonic() < end
        screen.idle(0.1)
    assert list(screen.observe().elements) == []


def test_no_bus_is_a_reason() -> None:
    assert atspi.elements({}, VIEW) == []
    assert "session bus" in (atspi.availability({}) or "")
    nowhere = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}
    assert atspi.elements(nowhere, VIEW) == []
    assert "/nonexistent/bus" in (atspi.availability(nowhere) or "")


def test_a_bus_that_never_answers_does_not_hang(tmp_path: Path) -> None:
    path = tmp_path / "bus"
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(path))
        deaf.listen()
        began = time.monotonic()
        assert atspi.elements({"DBUS_SESSION_BUS_ADDRESS": f"unix:path={path}"}, VIEW) == []
        assert time.monotonic() - began < 3


def test_a_bus_that_talks_nonsense_is_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "bus"
    with socket.socket(socket.AF_UNIX) as rude:
        rude.bind(str(path))
        rude.listen()

        def answer() -> None:
            peer, _ = rude.accept()
            peer.recv(100)
            peer.sendall(b"\xff" * 4000)
            peer.close()

        thread = threading.Thread(target=answer)
        thread.start()
        where = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={path}"}
        assert atspi.elements(where, VIEW) == []
        thread.join()
        assert atspi.availability(where)


def test_what_another_window_covers_is_left_out() -> None:
    node = atspi.Node(("a", "b"), role=43, name="Save", states=1 << atspi.ENABLED, box=Region(100, 100, 50, 20))
    frame = atspi.Node(("a", "f"), name="Notes")
    below, above = atspi.Shown("Notes", Region(0, 0, 400, 300)), atspi.Shown("Other", Region(90, 90, 200, 200))
    assert atspi._element(node, frame, VIEW, [above, below])
    assert atspi._element(node, frame, VIEW, [below, above]) is None
