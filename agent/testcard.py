"""A window that paints targets, takes clicks and keys, and says what reached it: how the doctor measures.

It is drawn with Xlib alone, since a machine that is ill may lack Tk and GTK too. It covers the whole
screen for a few seconds, above everything, so that no click can land in a window of the person's.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Self

import numpy as np

from screenwright.tools.actions import Click, TypeText
from screenwright.tools.desktop import Desktop
from screenwright.tools.errors import DeviceLost
from screenwright.tools.geometry import Point, Region
from screenwright.tools.observation import Observation

BACK, TARGET = 0x2E3A46, 0xFF00AA
HALF_PX = 4
PATIENCE_S = 2.0
TEXT = "Ada <é 中文 😀>"


class TestCard:
    """The window. Used with `with`; it goes, and the focus goes back, whatever happens."""

    __test__ = False  # for pytest, which collects classes by that name

    def __init__(self, display_name: str) -> None:
        from Xlib import X

        from screenwright.tools.xlib import connect

        self.X: Any = X
        self.display = connect(display_name)
        self.root = self.display.screen().root
        size = self.root.get_geometry()
        self.area = Region(0, 0, size.width, size.height)
        self._focus = self.display.get_input_focus().focus
        self._pointer = self.root.query_pointer()
        events = X.ButtonPressMask | X.KeyPressMask | X.ExposureMask | X.StructureNotifyMask
        self.window = self.root.create_window(
            0, 0, size.width, size.height, 0, X.CopyFromParent,
            override_redirect=True, background_pixel=BACK, event_mask=events,
        )  # fmt: skip
        self.window.set_wm_name("screenwright doctor")
        self.paint = self.window.create_gc(foreground=TARGET, background=BACK)

    def __enter__(self) -> Self:
        self.window.map()
        self.window.raise_window()
        self.display.sync()
        if self._next(lambda event: event.type == self.X.Expose) is None:
            self.__exit__()
            raise DeviceLost("the doctor's window does not show: is the screen locked?")
        self.window.set_input_focus(self.X.RevertToPointerRoot, self.X.CurrentTime)
        self.display.sync()
        return self

    def __exit__(self, *exc: object) -> None:
        with suppress(Exception):  # a server that is gone answers in many ways
            self.window.destroy()
            self.root.warp_pointer(self._pointer.root_x, self._pointer.root_y)
            self.display.set_input_focus(self._focus, self.X.RevertToPointerRoot, self.X.CurrentTime)
            self.display.sync()
            self.display.close()

    def monitors(self) -> list[Region]:
        """Where the monitors lie; the whole screen where the server can't tell."""
        from Xlib.ext import randr

        if not self.display.has_extension("RANDR"):
            return [self.area]
        told = randr.get_monitors(self.root).monitors
        return [Region(m.x, m.y, m.width_in_pixels, m.height_in_pixels) for m in told] or [self.area]

    def spots(self) -> list[tuple[int, int]]:
        """Middle and corners of each monitor."""
        found: dict[tuple[int, int], None] = {}
        for monitor in self.monitors():
            m = monitor.shared(self.area).grown(-HALF_PX - 1)
            middle = m.x + m.width // 2, m.y + m.height // 2
            corners = [(x, y) for x in (m.x, m.right - 1) for y in (m.y, m.bottom - 1)]
            found |= dict.fromkeys([middle, *corners])
        return list(found)

    def target(self, x: int, y: int) -> None:
        """Paint one target, with its middle there, and nothing else."""
        self.window.clear_area()
        self.window.fill_rectangle(self.paint, x - HALF_PX, y - HALF_PX, 2 * HALF_PX + 1, 2 * HALF_PX + 1)
        self.display.sync()

    def picture(self, pixels: Any) -> None:
        """Show (h, w, 3) RGB pixels in the middle of the first monitor, and nothing else."""
        from PIL import Image

        place = self.picture_place(pixels)
        self.window.clear_area()
        self.window.put_pil_image(self.paint, place.x, place.y, Image.fromarray(pixels))
        self.display.sync()

    def picture_place(self, pixels: Any) -> Region:
        height, width = pixels.shape[:2]
        first = self.monitors()[0]
        return Region(first.x + (first.width - width) // 2, first.y + (first.height - height) // 2, width, height)

    def pressed(self) -> tuple[int, int] | None:
        """Where the next mouse button went down, in pixels of the screen; None when none did."""
        event = self._next(lambda event: event.type == self.X.ButtonPress)
        return (event.root_x, event.root_y) if event is not None else None

    def typed(self, characters: int) -> str:
        """The next so many characters, decoded with the keymap of the moment, as programs do."""
        text = ""
        while len(text) < characters:
            event = self._next(lambda event: event.type in (self.X.KeyPress, self.X.MappingNotify))
            if event is None:
                break
            if event.type == self.X.MappingNotify:
                self.display.refresh_keyboard_mapping(event)
                continue
            symbol = self.display.keycode_to_keysym(event.detail, event.state & self.X.ShiftMask)
            text += _character(symbol)
        return text

    def _next(self, wanted: Callable[[Any], bool]) -> Any:
        end = time.monotonic() + PATIENCE_S
        while True:
            while self.display.pending_events():
                event = self.display.next_event()
                if wanted(event):
                    return event
            left = end - time.monotonic()
            if left <= 0:
                return None
            select.select([self.display.fileno()], [], [], left)


def _character(symbol: int) -> str:
    if symbol & 0xFF000000 == 0x01000000:
        return chr(symbol & 0xFFFFFF)
    return chr(symbol) if 0x20 <= symbol <= 0xFF else ""


def click_errors(card: TestCard, desktop: Desktop) -> Iterator[tuple[tuple[int, int], float | None]]:
    """For each target: where it stands, and how many pixels off the click landed; None when it got lost.

    The target is looked for in the captured picture, so that capture, coordinates and mouse are measured
    together. Stops at the first click that gets lost: it may have landed in somebody's window.
    """
    for x, y in card.spots():
        card.target(x, y)
        point = seen(desktop)
        if point is None:
            yield (x, y), None
            return
        desktop.perform(Click(point=point, target="the doctor's target"))
        landed = card.pressed()
        yield (x, y), float(np.hypot(landed[0] - x, landed[1] - y)) if landed else None
        if landed is None:
            return


def seen(desktop: Desktop) -> Point | None:
    """The middle of the painted target in the captured picture; None when it does not show in time."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        observation = desktop.observe()
        rows, columns = np.nonzero((observation.words & 0xFFFFFF) == TARGET)
        if len(rows):
            # the middle of a pixel is half a pixel from its edge
            return Point(float(columns.mean()) + 0.5, float(rows.mean()) + 0.5, observation.frame)
        desktop.idle(0.05)
    return None


def typed_back(card: TestCard, desktop: Desktop) -> str:
    """What of TEXT arrives. Typed in another thread: each key is read while the keymap lent for it holds."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        typing = pool.submit(desktop.perform, TypeText(text=TEXT))
        got = card.typed(len(TEXT))
        typing.result()
    return got


def label(text: str) -> Any:
    """(h, w, 3) RGB pixels of a text as a program would show it."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (420, 90), (246, 246, 248))
    ImageDraw.Draw(image).text((30, 28), text, (25, 25, 30), ImageFont.load_default(24))
    return np.asarray(image)


def shown(card: TestCard, desktop: Desktop, text: str) -> Observation:
    """The frame on which the label stands."""
    pixels = label(text)
    card.picture(pixels)
    x, y = card.picture_place(pixels).middle
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        observation = desktop.observe()
        spot = observation.view.from_input(x, y - pixels.shape[0] / 2 + 3)
        if spot.inside and tuple(observation.pixels[int(spot.y), int(spot.x)]) == (246, 246, 248):
            return observation
        desktop.idle(0.05)
    return desktop.observe()
