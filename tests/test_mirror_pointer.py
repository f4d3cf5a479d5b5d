"""The pointer of a device goes along with that of a viewer: it hovers, and drags as he drags."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from conftest import Echo, until
from mirror_pages import Client, Page, until_same
from phones import AdbServer

from screenwright.agent.mirror import dragging
from screenwright.agent.mirror.mirror import Mirror
from screenwright.tools.actions import Drag, Swipe
from screenwright.tools.adb.client import Adb
from screenwright.tools.desktop import Desktop
from screenwright.tools.fake import FakeDevice
from screenwright.tools.phone import Phone
from screenwright.tools.simphone import SimPhone
from screenwright.tools.simphone.app_contacts import Contacts
from screenwright.tools.steps import Step

pytest_plugins = ["phones", "mirror_pages"]

AT, TO = (250 / 1280, 250 / 800), (500 / 1280, 400 / 800)


@pytest.fixture
def steps() -> list[Step]:
    return []


@pytest.fixture
def shown(browser: Browser, desktop: Desktop, echo: Echo, steps: list[Step]) -> Iterator[Page]:
    """A desktop with the echo program on it, in a page."""
    with Mirror(desktop, acted=steps.append) as mirror:
        yield Page(browser, mirror)
        browser.call("Page.navigate", url="about:blank")
        assert browser.said == []


def half_a_drag(page: Page, echo: Echo) -> None:
    """Pressed and half of the way, seen in the program."""
    before = len(echo.events("ButtonPress"))
    page.mouse("mousePressed", *AT)
    for part in (0.1, 0.2, 0.5):
        page.mouse("mouseMoved", *(a + (b - a) * part for a, b in zip(AT, TO, strict=True)), buttons=1)
    until(lambda: len(echo.events("ButtonPress")) > before)
    until(lambda: (echo.events("Motion") or [{"x": 0}])[-1]["x"] == pytest.approx(375, abs=2))


def test_what_is_dragged_on_the_page_is_dragged_meanwhile_and_is_one_step(
    shown: Page, echo: Echo, steps: list[Step]
) -> None:
    half_a_drag(shown, echo)
    assert echo.events("ButtonRelease") == [], "it is still held"
    assert shown.shown(".armed"), "the finger is drawn"
    shown.mouse("mouseMoved", *TO, buttons=1)
    shown.mouse("mouseReleased", *TO)
    until(lambda: echo.events("ButtonRelease"))
    pressed, released = echo.events("ButtonPress")[0], echo.events("ButtonRelease")[0]
    assert (pressed["x"], pressed["y"]) == (pytest.approx(250, abs=2), pytest.approx(250, abs=2))
    assert (released["x"], released["y"]) == (pytest.approx(500, abs=2), pytest.approx(400, abs=2))
    until(lambda: steps)
    drag = steps[0].decision and steps[0].decision.action
    assert isinstance(drag, Drag) and drag.start and len(steps) == 1
    spots = (drag.start.x, drag.start.y, drag.end.x, drag.end.y)
    assert spots == pytest.approx((250, 250, 500, 400), abs=2) and 0.05 <= drag.seconds < 15


def test_a_page_that_goes_lets_go_of_what_it_drags(shown: Page, echo: Echo, steps: list[Step]) -> None:
    half_a_drag(shown, echo)
    shown.browser.call("Page.navigate", url="about:blank")
    until(lambda: echo.events("ButtonRelease"))
    assert echo.events("ButtonRelease")[0]["x"] == pytest.approx(375, abs=2), "where it was"
    assert shown.mirror.device.turn.acquire(timeout=5), "others may use the device again"
    shown.mirror.device.turn.release()
    until(lambda: steps)


def test_a_mirror_that_ends_and_a_drag_without_an_end_let_go(
    shown: Page, echo: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dragging, "LONGEST_S", 1.0)
    half_a_drag(shown, echo)
    until(lambda: len(echo.events("ButtonRelease")) == 1)
    until(lambda: "can't last longer than 1 s" in shown.text("#notice"))
    shown.mouse("mouseReleased", *TO)
    monkeypatch.setattr(dragging, "LONGEST_S", 30.0)
    half_a_drag(shown, echo)
    shown.mirror.close()
    until(lambda: len(echo.events("ButtonRelease")) == 2)


def test_the_pointer_hovers_along_and_that_is_no_step(shown: Page, echo: Echo, steps: list[Step]) -> None:
    for x, y in ((300, 300), (310, 280), (420, 330)):
        shown.mouse("mouseMoved", x / 1280, y / 800, button="none")
    until(lambda: echo.events("Motion") and echo.events("Motion")[-1]["x"] == pytest.approx(420, abs=2))
    assert echo.events("Motion")[-1]["y"] == pytest.approx(330, abs=2)
    assert echo.events("ButtonPress") == []
    shown.press("#follow")
    moved = len(echo.events("Motion"))
    shown.mouse("mouseMoved", 0.2, 0.3, button="none")
    shown.tap(420 / 1280, 300 / 800)
    until(lambda: echo.events("ButtonRelease"))
    assert all(event["x"] == pytest.approx(420, abs=2) for event in echo.events("Motion")[moved:]), "it is off"
    until(lambda: steps)
    assert [step.decision.action.kind for step in steps if step.decision] == ["click"]


def test_nothing_hovers_while_an_agent_has_the_screen(tmp_path: Path) -> None:
    class Hovered(FakeDevice):
        own = False

    device = Hovered()
    with Mirror(device) as mirror:
        client = Client(mirror)
        until(lambda: client.frames)
        assert client.state()["own"] is False
        mirror.gate.open()

        def moved() -> int:
            """How many moves the device saw, once this one is answered."""
            answers = sum(said["say"] == "moved" for said in client.said)
            client.send(do="hover", x=0.5, y=0.5)
            until(lambda: sum(said["say"] == "moved" for said in client.said) > answers)
            return len(device.log)

        assert moved() == 0, "it runs"
        client.send(do="pause")
        until(lambda: client.state()["agent"]["mode"] == "paused")
        assert moved() == 0
        client.send(do="take")
        until(lambda: client.state()["agent"]["mode"] == "person")
        assert moved() == 1
        client.close()


def test_one_viewer_drags_at_a_time_and_where_nothing_can_be_held_all_is_done_at_the_drop() -> None:
    device = FakeDevice()
    with Mirror(device) as mirror:
        one, other = Client(mirror), Client(mirror)
        until(lambda: one.frames and other.frames)
        one.send(do="grab", frame=one.frames[-1], x=0.5, y=0.9)
        one.send(do="carry", x=0.6, y=0.9)
        until(lambda: any(said["say"] == "moved" for said in one.said))
        other.send(do="drop", x=0.1, y=0.1)
        other.send(do="tap", frame=other.frames[-1], x=0.5, y=0.5)
        until_same(lambda: other.refusals(), ["something is being dragged here: let go of it first"])
        assert device.log == []
        one.send(do="drop", x=0.7, y=0.8)
        until(lambda: device.log)
        drag = device.log[0]
        assert isinstance(drag, Drag) and drag.start
        assert (drag.start.x, drag.end.x, drag.end.y) == (240, 336, 256)
        one.send(do="grab", frame=one.frames[-1], x=0.5, y=0.9)
        one.close()
        until(lambda: other.state()["viewers"] == 1)
        other.send(do="tap", frame=other.frames[-1], x=0.5, y=0.9)
        until(lambda: len(device.log) == 2)
        other.close()
    assert one.refusals() == []


def dragged(page: Page, sim: SimPhone, *, live: bool) -> None:
    """A list is dragged up on the page, and seen to move meanwhile, or only when it is let go."""
    contacts = next(app for app in sim.phone.apps if isinstance(app, Contacts))
    with sim.phone.changed:
        sim.phone.open(contacts)
    before = page.frame
    until(lambda: page.frame > before)
    page.mouse("mousePressed", 0.5, 0.7)
    for y in (0.65, 0.5, 0.4):
        page.mouse("mouseMoved", 0.5, y, buttons=1)
    if live:
        until(lambda: contacts._scroller.offset > 0)
        assert "up" not in [done.kind for done in sim.phone.log]
    page.mouse("mouseReleased", 0.5, 0.4)
    last = ["down", "up"] if live else ["swipe"]
    until(lambda: [done.kind for done in sim.phone.log][-len(last) :] == last)
    until(lambda: contacts._scroller.offset > 0)


@pytest.mark.parametrize("missing", [(), ("input motionevent",)], ids=["live", "an old phone"])
def test_a_phone_follows_the_finger_if_it_can_and_it_is_one_swipe(
    browser: Browser, sim: SimPhone, new_server: AdbServer, steps: list[Step], missing: tuple[str, ...]
) -> None:
    sim.phone.faults.missing = frozenset(missing)
    with (
        Phone(new_server.connect(sim), adb=Adb(new_server.binary, port=new_server.port)) as phone,
        Mirror(phone, acted=steps.append) as mirror,
    ):
        page = Page(browser, mirror)
        until(lambda: browser.run("document.getElementById('picture').dataset.video") == "true")
        assert not page.shown("#follow")
        dragged(page, sim, live=not missing)
        until(lambda: steps)
        swipe = steps[0].decision and steps[0].decision.action
        assert isinstance(swipe, Swipe) and steps[0].result.ok
        assert (swipe.start.y / 800, swipe.end.y / 800) == (
            pytest.approx(0.7, abs=0.01),
            pytest.approx(0.4, abs=0.01),
        )
        browser.call("Page.navigate", url="about:blank")
        assert browser.said == []
