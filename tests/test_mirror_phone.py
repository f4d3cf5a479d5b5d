"""The mirror over a simulated phone by real adb: in pictures and as a video that the browser decodes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import Browser
from conftest import until
from mirror_pages import Client, Page, until_same
from phones import AdbServer

from screenwright.agent.mirror.mirror import Mirror
from screenwright.tools.adb.client import Adb
from screenwright.tools.phone import Phone
from screenwright.tools.simphone import SimPhone

pytest_plugins = ["phones", "mirror_pages"]


@pytest.fixture
def phone(sim: SimPhone, new_server: AdbServer) -> Iterator[Phone]:
    serial = new_server.connect(sim)
    with Phone(serial, adb=Adb(new_server.binary, port=new_server.port)) as opened:
        yield opened


@pytest.fixture
def mirror(phone: Phone) -> Iterator[Mirror]:
    with Mirror(phone) as running:
        yield running


def playing(page: Page) -> None:
    until(lambda: page.browser.run("document.getElementById('picture').dataset.video") == "true")


def spot(page: Page, name: str) -> tuple[float, float]:
    """Where something of that name is on the phone, in fractions, once it is there."""
    phone = page.mirror.device.device
    found: list[tuple[float, float]] = []

    def there() -> bool:
        with page.mirror.device.turn:
            seen = phone.observe()
        for element in seen.elements:
            if name in (element.text, element.value):
                x, y = element.region.middle
                found.append((x / seen.frame.width, y / seen.frame.height))
        return bool(found)

    until(there)
    return found[0]


def tap(page: Page, sim: SimPhone, name: str) -> None:
    """As a person does, who looks again when he is told to: the phone may be ahead of the page."""
    place = spot(page, name)

    def done() -> bool:
        before = len(sim.phone.log)
        page.browser.run("document.getElementById('notice').textContent = ''")
        page.tap(*place)
        until(lambda: len(sim.phone.log) > before or page.text("#notice"))
        assert page.text("#notice") == "" or page.text("#notice").endswith(": look again")
        return len(sim.phone.log) > before

    until(done)


def write_a_note(page: Page, sim: SimPhone, title: str) -> None:
    for name in ("Notes", "New note", "Title"):
        tap(page, sim, name)
    page.browser.call("Input.insertText", text=title)
    until(lambda: sim.phone.focus and sim.phone.focus.text == title)
    tap(page, sim, "Save")
    until_same(lambda: [note.title for note in sim.phone.notes.notes][:1], [title])


def test_a_phone_is_seen_as_video_and_touched(page: Page, sim: SimPhone) -> None:
    playing(page)
    assert page.text("#way") == "Video" and page.shown('[data-press="back"]')
    write_a_note(page, sim, "Milk and bread")
    shown = until(lambda: page.mirror.pictures.newest)
    assert page.browser.run("document.getElementById('picture').dataset.size") == str(shown.size)
    page.press('[data-press="home"]')
    until(lambda: sim.phone.front is sim.phone.apps[0])
    page.tap(0.5, 0.5, button="right")
    until(lambda: [done.values for done in sim.phone.log if done.kind == "key"][-1:] == [("BACK",)])


def test_over_each_adb_it_is_seen_tapped_and_typed_on(
    browser: Browser, sim: SimPhone, adb_server: AdbServer
) -> None:
    """Debian's adb 29 and the 36 of adbutils' wheel."""
    serial = adb_server.connect(sim)
    with (
        Phone(serial, adb=Adb(adb_server.binary, port=adb_server.port)) as phone,
        Mirror(phone) as mirror,
    ):
        page = Page(browser, mirror)
        playing(page)
        write_a_note(page, sim, "Bread & butter")
        browser.call("Page.navigate", url="about:blank")
    assert browser.said == []


def test_without_a_decoder_a_phone_is_seen_as_pictures(browser: Browser, mirror: Mirror, sim: SimPhone) -> None:
    script = "delete window.VideoDecoder"
    old = browser.call("Page.addScriptToEvaluateOnNewDocument", source=script)["identifier"]
    page = Page(browser, mirror)
    try:
        assert not page.shown("#way")
        write_a_note(page, sim, "Sugar")
        assert browser.run("document.getElementById('picture').dataset.video") == "false"
    finally:
        browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=old)
        browser.call("Page.navigate", url="about:blank")
    assert browser.said == []


def test_a_phone_that_is_turned_is_seen_turned_and_touched_there(page: Page, sim: SimPhone) -> None:
    playing(page)
    sim.phone.turn(1, auto=False)
    canvas = "(() => { const c = document.getElementById('picture'); return c.width > c.height; })()"
    until(lambda: page.browser.run(canvas))
    before = len(sim.phone.log)
    page.tap(0.25, 0.5)
    until(lambda: len(sim.phone.log) > before)
    x, y = sim.phone.log[-1].values
    assert (x, y) == (pytest.approx(200, abs=8), pytest.approx(180, abs=8))


def test_both_ways_at_once_and_a_change_of_mind(page: Page, mirror: Mirror, sim: SimPhone) -> None:
    playing(page)
    client = Client(mirror)
    until(lambda: client.frames)
    page.press("#way")
    until(lambda: page.browser.run("document.getElementById('picture').dataset.video") == "false")
    page.press("#way")
    playing(page)
    count = len(client.frames)
    tap(page, sim, "Contacts")
    until(lambda: len(client.frames) > count)
    client.close()


def test_a_video_that_ends_for_good_gives_way_to_pictures(page: Page, mirror: Mirror, sim: SimPhone) -> None:
    playing(page)
    mirror.hands.video._fail(RuntimeError("no encoder"))
    until(lambda: "no encoder" in page.text("#notice") and page.text("#way") == "Pictures")
    write_a_note(page, sim, "Tea")
    assert page.browser.run("document.getElementById('picture').dataset.video") == "false"


def test_nobody_looks_and_the_phone_encodes_nothing(mirror: Mirror, sim: SimPhone) -> None:
    client = Client(mirror)
    until(lambda: sim.phone.recorders and client.frames)
    client.close()
    until(lambda: not sim.phone.recorders)
    again = Client(mirror)
    until(lambda: again.frames)
    again.close()
