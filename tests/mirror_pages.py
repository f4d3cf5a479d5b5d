"""A mirror's page in a real browser, and viewers without one that speak its protocol, for the tests.

A test file says `pytest_plugins = ["mirror_pages"]` for the fixtures. PYTEST_DONT_REWRITE: that file has imported
this module before pytest hears of the plugin.
"""

from __future__ import annotations

import json
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import cv2
import numpy as np
import pytest
from browser import Browser
from conftest import until

from screenwright.agent.mirror.mirror import Mirror
from screenwright.agent.mirror.video import VIDEO
from screenwright.tools.fake import FakeDevice


class Page:
    """The page of a mirror, with a mouse and a keyboard. Places are fractions of the picture."""

    def __init__(self, browser: Browser, mirror: Mirror) -> None:
        self.browser, self.mirror = browser, mirror
        browser.call("Page.navigate", url="about:blank")
        until(lambda: browser.run("location.href") == "about:blank")
        browser.said.clear()
        browser.call("Page.navigate", url=mirror.url)
        until(lambda: self.frame > 0)

    @property
    def frame(self) -> int:
        """The number of the picture that is seen."""
        return int(self.browser.run("document.getElementById('picture')?.dataset.frame ?? 0"))

    def up_to_date(self) -> None:
        """Until the newest picture is seen."""
        until(lambda: self.mirror.pictures.newest and self.frame == self.mirror.pictures.newest.number)

    def laid_out(self) -> None:
        """Until the picture stays where it is."""
        until(
            lambda: self.place(0, 0) + self.place(1, 1) == (time.sleep(0.2) or self.place(0, 0) + self.place(1, 1))
        )

    def text(self, selector: str) -> str:
        return self.browser.text(selector)

    def shown(self, selector: str) -> bool:
        return bool(self.browser.run(f"document.querySelector({selector!r})?.checkVisibility() ?? false"))

    def place(self, x: float, y: float) -> tuple[float, float]:
        script = """(() => { const b = document.getElementById('picture').getBoundingClientRect();
            return [b.x, b.y, b.width, b.height]; })()"""
        left, top, width, height = self.browser.run(script)
        return left + x * width, top + y * height

    def mouse(self, kind: str, x: float, y: float, **facts: Any) -> None:
        px, py = self.place(x, y)
        facts = {"button": "left", "clickCount": 1} | facts
        self.browser.call("Input.dispatchMouseEvent", type=kind, x=px, y=py, **facts)

    def tap(self, x: float, y: float, **facts: Any) -> None:
        self.mouse("mousePressed", x, y, **facts)
        self.mouse("mouseReleased", x, y, **facts)

    def pull(self, x: float, y: float, to_x: float, to_y: float) -> None:
        self.mouse("mousePressed", x, y)
        for part in (0.3, 0.6, 1.0):
            self.mouse("mouseMoved", x + (to_x - x) * part, y + (to_y - y) * part, buttons=1)
        self.mouse("mouseReleased", to_x, to_y)

    def press(self, selector: str) -> None:
        """A button of the page, once it can be pressed."""
        until(
            lambda: self.shown(selector) and not self.browser.run(f"document.querySelector({selector!r}).disabled")
        )
        self.browser.run(f"document.querySelector({selector!r}).click()")

    def key(self, key: str, modifiers: int = 0) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            self.browser.call("Input.dispatchKeyEvent", type=kind, key=key, modifiers=modifiers)

    def compose(self, *stages: str) -> None:
        """What an input method does: some stages of a word, then the word."""
        for stage in stages[:-1]:
            self.browser.call(
                "Input.imeSetComposition", text=stage, selectionStart=len(stage), selectionEnd=len(stage)
            )
        self.browser.call("Input.insertText", text=stages[-1])

    def pixels(self, x: float, y: float, size: int = 1) -> list[int]:
        """RGB of the canvas there."""
        script = f"""(() => {{ const c = document.getElementById('picture'), x = c.width * {x}, y = c.height * {y};
            return [...c.getContext('2d').getImageData(x, y, {size}, {size}).data]; }})()"""
        return list(self.browser.run(script))


class Client:
    """A viewer without a browser: takes pictures in a thread; says that it has drawn them, or does not."""

    def __init__(
        self, mirror: Mirror, *, draws: bool = True, origin: str | None = None, url: str | None = None
    ) -> None:
        from websockets.sync.client import connect

        base = f"127.0.0.1:{mirror.port}"
        self._open = ExitStack()
        opened = connect(
            url or f"ws://{base}/{mirror.token}/live",
            origin=origin or f"http://{base}",
            max_size=None,
            compression=None,
        )
        self.socket = self._open.enter_context(opened)
        self.draws = draws
        self.frames: list[int] = []
        self.said: list[dict[str, Any]] = []
        self.bytes = 0
        self.picture: np.ndarray[Any, Any] | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        from websockets.exceptions import ConnectionClosed

        with suppress(ConnectionClosed):
            self._take()

    def _take(self) -> None:
        for message in self.socket:
            self.bytes += len(message)
            if isinstance(message, str):
                self.said.append(json.loads(message))
                continue
            if message[0] == VIDEO:  # is not decoded here
                self.frames.append(int.from_bytes(message[1:5]))
                if self.draws:
                    self.send(do="drawn", frame=self.frames[-1], video=True)
                continue
            _, number, width, height, x, y, w, h = struct.unpack_from(">BIHHHHHH", message)
            patch = cv2.imdecode(np.frombuffer(message, np.uint8, offset=17), cv2.IMREAD_COLOR)
            assert patch is not None and patch.shape[:2] == (h, w)
            if self.picture is None or self.picture.shape[:2] != (height, width):
                self.picture = np.zeros((height, width, 3), np.uint8)
            self.picture[y : y + h, x : x + w] = patch
            self.frames.append(number)
            if self.draws:
                self.send(do="drawn", frame=number)

    def send(self, **wish: Any) -> None:
        self.socket.send(json.dumps(wish))

    def refusals(self) -> list[str]:
        return [said["why"] for said in self.said if said["say"] == "refused"]

    def state(self) -> dict[str, Any]:
        return next(said for said in reversed(self.said) if said["say"] == "state")

    def close(self) -> None:
        self._open.close()
        self._thread.join(5)


def until_same(call: Callable[[], Any], value: Any) -> None:
    """Until the call gives that value; what it gave last is in the failure."""
    given: list[Any] = [None]

    def holds() -> bool:
        given[0] = call()
        return bool(given[0] == value)

    try:
        until(holds)
    except AssertionError as error:
        raise AssertionError(f"{given[0]!r} is not {value!r}: {error}") from None


@pytest.fixture
def device() -> FakeDevice:
    return FakeDevice()


@pytest.fixture
def mirror(device: FakeDevice) -> Iterator[Mirror]:
    with Mirror(device) as running:
        yield running


@pytest.fixture
def page(browser: Browser, mirror: Mirror) -> Iterator[Page]:
    opened = Page(browser, mirror)
    yield opened
    browser.call("Page.navigate", url="about:blank")
    assert browser.said == []
