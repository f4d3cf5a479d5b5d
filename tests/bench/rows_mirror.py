# pyright: basic
"""The mirror in a real Chromium: from a tap on the page to the picture that it leads to, and what it sends."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from harness import Row, row
from rows_phone import phone_beside

from screenwright.agent.mirror.mirror import Mirror
from screenwright.tools.actions import OpenApp
from screenwright.tools.fake import FakeDevice
from screenwright.tools.geometry import Size
from screenwright.tools.phone import Phone

TAPS, APART_S, BYTES_S = 30, 0.4, 10.0
PRESS_MS = 60
MINUTES = 10
TAP = """new Promise(done => {
  const picture = document.getElementById('picture');
  let began = 0;
  new MutationObserver((_, it) => { if (began) { it.disconnect(); done(performance.now() - began); } })
    .observe(picture, {attributes: true, attributeFilter: ['data-frame']});
  const box = picture.getBoundingClientRect();
  const at = {clientX: box.x + box.width * %f, clientY: box.y + box.height * %f, bubbles: true, pointerId: 1,
              pointerType: 'mouse', button: 0, isPrimary: true};
  picture.setPointerCapture = () => {};
  picture.dispatchEvent(new PointerEvent('pointerdown', at));
  setTimeout(() => { began = performance.now(); picture.dispatchEvent(new PointerEvent('pointerup', at)); }, %d);
  setTimeout(() => done(-1), 3000);
})"""


@row("phone_tap_to_frame_ms", unit="ms", wants="value <= 60", seconds=300)
def phone_tap_to_frame_ms() -> Row:
    """From a tap on the mirrored phone, 1080x2400, to the drawn frame in Chromium, by WebCodecs."""
    from browser import Browser
    from conftest import until
    from mirror_pages import Page

    made: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as home, phone_beside() as (adb, address), Phone(address, adb=adb) as phone:
        browser = Browser(Path(home))
        try:
            phone.perform(OpenApp(name="Settings"))
            time.sleep(1)
            seen = phone.observe()
            switch = next(element for element in seen.elements if element.checked is not None)
            x, y = switch.region.middle
            for mode in ("video", "pictures"):
                with Mirror(phone) as mirror:
                    page = Page(browser, mirror)
                    until(lambda: _mode(browser) == "true")
                    if mode == "pictures":
                        page.press("#way")
                        until(lambda: _mode(browser) == "false")
                    time.sleep(1.5)
                    made[mode] = list(_taps(browser, x / seen.frame.width, y / seen.frame.height))
                    browser.call("Page.navigate", url="about:blank")
        finally:
            browser.close()
    extra = {
        f"{mode}, {what}": round(figure, 1)
        for mode, taken in made.items()
        for what, figure in (("p95", sorted(taken)[int(0.95 * len(taken)) - 1]), ("taps seen", len(taken)))
    }
    extra["of taps"] = TAPS
    video, pictures = (statistics.median(made[mode]) for mode in ("video", "pictures"))
    return Row(video, "JPEG pictures", pictures, extra=extra)


def _mode(browser: Any) -> str:
    return str(browser.run("document.getElementById('picture').dataset.video"))


def _taps(browser: Any, x: float, y: float) -> Any:
    for _ in range(TAPS):
        time.sleep(APART_S)
        took = browser.run(TAP % (x, y, PRESS_MS))
        if took > 0:
            yield took


@row("mirror_bytes", unit="MB a minute")
def mirror_bytes() -> Row:
    """What a mirror of 1280x800 with a spinner on it sends to one viewer; of a still screen it sends nothing."""
    import cv2

    device = FakeDevice(size=Size(1280, 800), spinner=True)
    spinner, frames = _sent(device)
    idle, _ = _sent(FakeDevice(size=Size(1280, 800)))
    whole = cv2.imencode(".jpg", device.observe().pixels, [cv2.IMWRITE_JPEG_QUALITY, 75])[1].nbytes
    each = whole * frames / 1e6
    return Row(spinner / 1e6, "each of these pictures whole", each, extra={"idle": idle, "pictures": frames})


def _sent(device: FakeDevice) -> tuple[float, float]:
    """Bytes and pictures a minute to one viewer."""
    from conftest import until
    from mirror_pages import Client

    with Mirror(device) as mirror:
        client = Client(mirror)
        until(lambda: client.frames)
        client.send(do="canvas", width=1280)
        time.sleep(1)
        before, frames = client.bytes, len(client.frames)
        time.sleep(BYTES_S)
        sent = (client.bytes - before) * 60 / BYTES_S, (len(client.frames) - frames) * 60 / BYTES_S
        client.close()
    return sent


@row("mirror_video_bytes", unit="MB a minute", seconds=300)
def mirror_video_bytes() -> Row:
    """What the mirror of a phone, 1080x2400, sends to one viewer while a list is scrolled, as H.264 in full size.

    JPEG pictures are as wide as they are shown: here as wide as the phone, and once as in a window 900 px high.
    """
    extra: dict[str, float] = {}
    with phone_beside() as (adb, address), Phone(address, adb=adb) as phone:
        phone.perform(OpenApp(name="Contacts"))
        video, extra["video, pictures a minute"] = _sent_of_phone(phone, 1080, video=True)
        wide, extra["JPEG, pictures a minute"] = _sent_of_phone(phone, 1080, video=False)
        extra["JPEG 322 px wide"], _ = _sent_of_phone(phone, 322, video=False)
        extra["video, still screen"], _ = _sent_of_phone(phone, 1080, video=True, scrolled=False)
        extra["JPEG, still screen"], _ = _sent_of_phone(phone, 1080, video=False, scrolled=False)
    return Row(video, "JPEG pictures", wide, extra={name: round(figure, 2) for name, figure in extra.items()})


def _sent_of_phone(phone: Phone, width_px: int, *, video: bool, scrolled: bool = True) -> tuple[float, float]:
    """MB and pictures a minute to one viewer."""
    from conftest import until
    from mirror_pages import Client

    with Mirror(phone) as mirror:
        client = Client(mirror)
        until(lambda: client.frames)
        client.send(do="canvas", width=width_px)
        client.send(do="video", on=video)
        until(lambda: mirror.hands.video.latest)
        time.sleep(2)  # the first pictures, which every viewer gets once, are none of the minute's
        before, frames, began, down = client.bytes, len(client.frames), time.monotonic(), 2
        while time.monotonic() - began < BYTES_S:
            if scrolled:
                client.send(do="turn", frame=client.frames[-1], video=video, x=0.5, y=0.6, down=down)
                down = -down
            time.sleep(0.5)
        minutes = (time.monotonic() - began) / 60
        assert not client.refusals(), client.refusals()
        sent = (client.bytes - before) / 1e6 / minutes, (len(client.frames) - frames) / minutes
        client.close()
    return sent


@row("mirror_memory", unit="times the memory after one minute", wants="value <= 1.1", seconds=900)
def mirror_memory() -> Row:
    """Resident memory after ten minutes of mirroring a spinner to two viewers, one of which draws nothing."""
    from conftest import until
    from mirror_pages import Client

    with Mirror(FakeDevice(size=Size(1280, 800), spinner=True)) as mirror:
        viewers = [Client(mirror), Client(mirror, draws=False)]
        until(lambda: all(viewer.frames for viewer in viewers))
        sizes: list[float] = []
        for _ in range(MINUTES):
            end = time.monotonic() + 60
            while time.monotonic() < end:
                time.sleep(1)
                viewers[0].frames.clear()  # the viewer's own list is not the mirror's memory
            sizes.append(_resident_mb())
        sent = viewers[0].bytes / 1e6
        for viewer in viewers:
            viewer.close()
    extra = {"MB by minute": [round(size) for size in sizes], "MB sent to one": round(sent, 1)}
    return Row(sizes[-1] / sizes[0], "all that was sent, kept", (sizes[0] + sent) / sizes[0], extra=extra)


def _resident_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
