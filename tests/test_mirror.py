"""A device in a web page: seen and touched in a real browser, by several at once, fast and slow."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from browser import Browser
from conftest import until
from mirror_pages import Client, Page, until_same

from screenwright.agent.mirror.hands import SURE_S
from screenwright.agent.mirror.mirror import Mirror
from screenwright.tools.actions import Click, Drag, LongPress, PressKeys, Scroll, TypeText
from screenwright.tools.errors import BadScript
from screenwright.tools.fake import FakeDevice, Widget, form
from screenwright.tools.geometry import Size

pytest_plugins = ["mirror_pages"]

NAME, CITY, SUBMIT = (200 / 480, 34 / 320), (200 / 480, 74 / 320), (200 / 480, 114 / 320)


@pytest.fixture
def clients(mirror: Mirror) -> Iterator[list[Client]]:
    opened: list[Client] = []
    yield opened
    for client in opened:
        client.close()


def test_what_is_tapped_and_typed_is_done_and_seen(page: Page, device: FakeDevice) -> None:
    assert page.text("#device") == "fake" and page.text("#link") == "live" and not page.shown("#panel")
    before = page.pixels(0.4, 0.05, 40)
    page.tap(*NAME)
    page.browser.call("Input.insertText", text="Ada ")
    page.compose("z", "zhong", "中文")
    until_same(lambda: device.values["Name"], "Ada 中文")
    page.up_to_date()
    assert page.pixels(0.4, 0.05, 40) != before
    page.tap(*SUBMIT)
    until_same(lambda: device.widgets[-1].text, "submitted Name=Ada 中文, City=")
    click = device.log[0]
    assert isinstance(click, Click) and (round(click.point.x), round(click.point.y)) == (200, 34)


def test_gestures_are_the_actions_they_look_like(page: Page, device: FakeDevice) -> None:
    page.pull(0.25, 0.75, 0.75, 0.875)
    until(lambda: device.log)
    drag = device.log.pop()
    assert isinstance(drag, Drag) and drag.start and drag.seconds < 5
    spots = (drag.start.x, drag.start.y, drag.end.x, drag.end.y)
    assert spots == pytest.approx((120, 240, 360, 280), abs=2)
    page.mouse("mouseWheel", 0.5, 0.5, deltaX=0, deltaY=240)
    until(lambda: device.log)
    assert isinstance(turned := device.log.pop(), Scroll) and (turned.down, turned.right) == (2, 0)
    page.mouse("mousePressed", 0.5, 0.9)
    until(lambda: page.shown(".armed"))
    page.mouse("mouseReleased", 0.5, 0.9)
    until(lambda: device.log)
    assert isinstance(held := device.log.pop(), LongPress) and held.seconds >= 0.5
    page.tap(0.5, 0.9, button="right")
    until(lambda: device.log)
    assert isinstance(right := device.log.pop(), Click) and right.button == "right"
    page.press("#twice")
    page.tap(0.5, 0.9)
    until(lambda: device.log)
    assert isinstance(double := device.log.pop(), Click) and double.count == 2
    assert page.browser.run("document.getElementById('twice').ariaPressed") == "false"


def test_keys_go_to_the_device_and_tab_goes_on_in_the_page(page: Page, device: FakeDevice) -> None:
    page.tap(0.5, 0.9)
    page.key("Enter")
    page.key("ArrowLeft", modifiers=8)
    page.key("a", modifiers=2)
    until(lambda: len(device.log) == 4)
    pressed = [action.keys for action in device.log if isinstance(action, PressKeys)]
    assert pressed == [("enter",), ("shift", "left"), ("ctrl", "a")]
    assert page.browser.run("document.activeElement.id") == "keys"
    page.browser.call("Input.dispatchKeyEvent", type="keyDown", key="Tab", windowsVirtualKeyCode=9)
    until(lambda: page.browser.run("document.activeElement.id") != "keys")


def test_all_can_be_done_without_a_mouse(page: Page, device: FakeDevice) -> None:
    page.browser.run("document.getElementById('pointer').click()")
    for key in ("ArrowLeft",) * 3 + ("ArrowUp",) * 15 + ("Enter",):
        page.key(key)
    until(lambda: device.log)
    click = device.log[-1]
    assert isinstance(click, Click) and (click.point.x, click.point.y) == pytest.approx((204, 40), abs=1)
    page.key("Escape")
    assert page.browser.run("document.activeElement.id") == "pointer"
    page.browser.run("document.getElementById('text').value = 'Größe 你好'")
    page.browser.run("document.getElementById('say').requestSubmit()")
    until_same(lambda: device.values["Name"], "Größe 你好")
    unnamed = """[...document.querySelectorAll('button, input, textarea')].filter(node =>
        !(node.ariaLabel || node.textContent.trim() || node.labels?.length)).map(node => node.id)"""
    assert page.browser.run(unnamed) == []


def test_a_late_viewer_sees_the_last_picture_at_once_and_all_see_the_same(
    mirror: Mirror, device: FakeDevice, clients: list[Client]
) -> None:
    clients.append(Client(mirror))
    until(lambda: clients[0].frames)
    clients[0].send(do="tap", frame=clients[0].frames[-1], x=NAME[0], y=NAME[1])
    clients[0].send(do="type", text="shared")
    until_same(lambda: clients[0].frames, [1, 2, 3])
    clients.append(Client(mirror))
    until(lambda: clients[1].frames)
    assert len(clients[1].frames) == 1, "one picture, the last"
    until_same(lambda: clients[0].frames[-1], clients[1].frames[-1])
    first, late = (client.picture for client in clients)
    assert first is not None and late is not None and first.shape == late.shape == (320, 480, 3)
    assert np.abs(first.astype(int) - late).mean() < 1.0, "patches over an old picture make the new one"
    assert [client.state()["viewers"] for client in clients] == [2, 2]


def test_a_slow_viewer_holds_nobody_up_and_nothing_is_kept_for_him(browser: Browser) -> None:
    with Mirror(FakeDevice(spinner=True)) as mirror:
        slow, quick = Client(mirror, draws=False), Client(mirror)
        until(lambda: len(quick.frames) > 16)
        assert len(slow.frames) == 2, "no third before one of them is drawn"
        slow.send(do="drawn", frame=slow.frames[-1])
        until(lambda: len(slow.frames) > 2)
        assert slow.frames[2] > 12, "what he missed is skipped"
        for client in (slow, quick):
            client.close()


def left_behind(page: Page, device: FakeDevice) -> None:
    """The page is in a tab that nobody sees: it takes two pictures more, and the screen goes on."""
    page.up_to_date()
    page.browser.run("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    for number in range(3):
        change(page, device, f"Name {number}")


def change(page: Page, device: FakeDevice, label: str) -> None:
    pictures = page.mirror.pictures
    assert pictures.newest
    before = pictures.newest.number
    device.widgets[0].text = label
    device._version += 1
    until(lambda: pictures.newest and pictures.newest.number > before)


def test_a_touch_on_what_is_no_longer_there_is_refused_and_the_page_says_why(
    page: Page, device: FakeDevice
) -> None:
    left_behind(page, device)
    page.tap(60 / 480, 34 / 320)
    until_same(lambda: page.text("#notice"), "the screen changed there just before: look again")
    page.tap(0.9, 0.9)
    until(lambda: device.log)
    client = Client(page.mirror)
    client.send(do="tap", frame=10_000, x=0.9, y=0.9)
    until(lambda: client.refusals())
    assert "was never shown here" in client.refusals()[0] and len(device.log) == 1
    client.close()


def test_a_touch_on_a_screen_that_was_turned_is_refused(page: Page, device: FakeDevice) -> None:
    left_behind(page, device)
    device.size = Size(320, 480)
    change(page, device, "Turned")
    page.tap(0.9, 0.9)
    until(lambda: "turned or resized since; it is 320x480 now" in page.text("#notice"))
    assert device.log == []


def test_an_old_picture_is_refused(mirror: Mirror, device: FakeDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screenwright.agent.mirror.pictures.STALE_S", 0.05)
    client = Client(mirror)
    until(lambda: client.frames)
    device.widgets[0].text = "Changed"
    device._version += 1
    until(lambda: len(client.frames) == 2)
    until(lambda: mirror.pictures._age(1) > 0.05)
    client.send(do="tap", frame=1, x=0.9, y=0.9)
    until(lambda: client.refusals())
    assert "behind the screen" in client.refusals()[0] and device.log == []
    client.close()


def test_what_never_stops_can_still_be_touched() -> None:
    device = FakeDevice([*form("Name"), Widget("Stop", "button", 430, 4, 40, 20)], spinner=True)
    with Mirror(device) as mirror:
        client = Client(mirror)
        until(lambda: len(client.frames) > 8)

        def touched() -> bool:
            before = len(client.refusals())
            client.send(do="tap", frame=client.frames[-5], x=455 / 480, y=13 / 320)
            until(lambda: device.log or len(client.refusals()) > before)
            return bool(device.log)

        until(touched)
        client.close()


def test_what_is_no_wish_is_refused_and_nothing_happens(mirror: Mirror, device: FakeDevice) -> None:
    client = Client(mirror)
    until(lambda: client.frames)
    bad: list[dict[str, Any]] = [
        {"do": "tap", "frame": 1, "x": 1.5, "y": 0},
        {"do": "tap", "frame": 1, "x": float("nan"), "y": 0},
        {"do": "tap", "frame": 1, "x": 0.5, "y": 0.5, "extra": 1},
        {"do": "shutdown"},
        {"do": "type", "text": ""},
        {"do": "press", "button": "back"},
        {"do": "keys", "keys": ["nosuchkey"]},
        {"do": "pause"},
    ]
    for wish in bad:
        client.send(**wish)
    client.socket.send("no JSON")
    until(lambda: len(client.refusals()) == len(bad) + 1)
    assert device.log == []
    assert "takes no press button" in " ".join(client.refusals())
    client.send(do="type", text="still here")
    until(lambda: device.log)
    client.close()


def test_a_lost_screen_is_said_and_its_return_seen(page: Page, device: FakeDevice) -> None:
    device.lost = True
    until(lambda: "gone" in page.text("#veil-words"))
    device.lost = False
    until(lambda: not page.shown("#veil"))


def test_an_ended_mirror_is_said_and_comes_back(browser: Browser, device: FakeDevice) -> None:
    first = Mirror(device).start()
    page = Page(browser, first)
    first.close()
    until(lambda: "mirror has ended" in page.text("#veil-words"))
    assert page.text("#link") == "ended"
    device._type("x")
    with Mirror(device, port=first.port, token=first.token) as second:
        page.mirror = second
        until(lambda: page.text("#link") == "live" and not page.shown("#veil"))
        page.up_to_date()
        page.tap(*NAME)
        until(lambda: any(isinstance(action, Click) for action in device.log))
        page.browser.call("Page.navigate", url="about:blank")
        until(lambda: second.viewers == 0)


def test_while_nobody_looks_the_device_is_left_alone(mirror: Mirror, device: FakeDevice) -> None:
    client = Client(mirror)
    until(lambda: client.frames)
    client.close()
    until(lambda: mirror.viewers == 0)
    until(lambda: _still(device))


def _still(device: FakeDevice) -> bool:
    before = device._serial
    time.sleep(1.2 * SURE_S)  # it would have looked by then
    return device._serial == before


def test_it_fits_narrow_screens_dark_and_light(page: Page) -> None:
    browser = page.browser
    colours = {}
    for scheme in ("light", "dark"):
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        colours[scheme] = browser.run("getComputedStyle(document.body).backgroundColor")
    assert colours["light"] != colours["dark"]
    browser.call("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=2, mobile=True)
    until(lambda: browser.run("document.documentElement.scrollWidth") <= 360)
    until(lambda: browser.run("document.getElementById('picture').getBoundingClientRect().width") > 250)
    page.laid_out()
    page.tap(*NAME)
    until(lambda: page.mirror.device.device.log)  # type: ignore[attr-defined]
    browser.call("Emulation.clearDeviceMetricsOverride")
    browser.call("Emulation.setEmulatedMedia", features=[])


def test_it_ends_cleanly_and_says_what_it_can_not_use(device: FakeDevice) -> None:
    running = Mirror(device).start()
    client = Client(running)
    until(lambda: client.frames)
    with pytest.raises(BadScript, match=f"nothing can listen at 127.0.0.1:{running.port}"):
        Mirror(device, port=running.port).start()
    with pytest.raises(BadScript, match="16 characters"):
        Mirror(device, token="short")
    running.close()
    running.close()
    client.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("mirror")]
    assert not device.closed, "the device stays the caller's"
    assert TypeText(text="x")
