"""The sign that a recording is under way: a small window in a corner, which no click can hit.

It gets out of the way of the pointer, and is left out of what is recorded.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from typing import Any, Literal

from screenwright.tools.errors import DeviceLost
from screenwright.tools.geometry import Region
from screenwright.tools.observation import Pixels
from screenwright.tools.xlib import Connection

State = Literal["recording", "paused", "secret"]
LOOKS: dict[State, tuple[str, str, str]] = {
    "recording": ("recording {name}", "#1e1e1e", "#ff4b4b"),
    "paused": ("paused {name}", "#5a4a00", "#ffd34d"),
    "secret": ("secret: not kept", "#3b1e5a", "#c79bff"),
}
HEIGHT, MARGIN, NEAR_PX = 26, 12, 60
REPAINT_S = 0.4  # until what lay under it is drawn again after it has moved
LINGER_S = 0.05


class Sign:
    """Shown from `show` to `close`. `area` is in the monitor's own place on the desktop, input units."""

    def __init__(self, display: str, name: str, monitor: Region) -> None:
        self._display, self._name, self._monitor = display, name, monitor
        self._state: State = "recording"
        self._corner = 0
        self._todo: queue.Queue[str] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._left: list[tuple[float, Region]] = []
        self._shown = False
        self._width = max(_picture(text, back, dot, name).shape[1] for text, back, dot in LOOKS.values())

    @property
    def area(self) -> Region:
        m = self._monitor
        right, down = self._corner in (0, 2), self._corner >= 2
        x = m.right - self._width - MARGIN if right else m.x + MARGIN
        y = m.bottom - HEIGHT - MARGIN if down else m.y + MARGIN
        return Region(x, y, self._width, HEIGHT)

    def areas(self) -> list[Region]:
        """Where it is, and where it has just been and the programs have not painted yet."""
        now = time.perf_counter()
        return ([self.area] if self._shown else []) + [area for until, area in self._left[-4:] if until > now]

    def show(self) -> None:
        """DeviceLost where the display is gone."""
        self._connection = Connection(self._display)
        self._shown = True
        self._create()
        self._thread = threading.Thread(target=self._run, name="sign", daemon=True)
        self._thread.start()

    def state(self, state: State) -> None:
        if state != self._state:
            self._state = state
            self._todo.put("paint")

    def pointer_at(self, x: int, y: int) -> bool:
        """Get out of the way if it comes near; whether the sign moved."""
        if not self._shown or self.area.distance(x, y) > NEAR_PX:
            return False
        self._left.append((time.perf_counter() + REPAINT_S, self.area))
        corners = sorted(range(4), key=lambda corner: -self._apart(corner, x, y))
        self._corner = corners[0]
        self._todo.put("move")
        return True

    def close(self) -> None:
        """Take it away; safe twice."""
        if not self._shown:
            return
        self._shown = False
        self._left.append((time.perf_counter() + REPAINT_S, self.area))
        self._todo.put("end")
        if self._thread:
            self._thread.join(2)
        self._connection.close()

    def _apart(self, corner: int, x: int, y: int) -> float:
        now, self._corner = self._corner, corner
        distance, self._corner = self.area.distance(x, y), now
        return distance

    def _create(self) -> None:
        from Xlib import X
        from Xlib.ext import shape

        with self._connection.asking() as display:
            screen, area = display.screen(), self.area
            self._window: Any = screen.root.create_window(
                area.x, area.y, area.width, area.height, 0, screen.root_depth, override_redirect=True,
                event_mask=X.ExposureMask,
            )  # fmt: skip
            self._gc: Any = self._window.create_gc()
            # no part of it takes input: clicks fall through to what lies under it
            self._window.shape_rectangles(shape.SO.Set, shape.SK.Input, 0, 0, 0, [])
            self._window.set_wm_name("screenwright recording")
            self._window.map()
            display.sync()
            self._paint(display)

    def _run(self) -> None:
        with contextlib.suppress(DeviceLost, OSError):
            while True:
                try:
                    job = self._todo.get(timeout=0.5)
                except queue.Empty:
                    job = "look"
                with self._connection.asking() as display:
                    drawn = display.pending_events()
                    for _ in range(drawn):
                        display.next_event()
                    if job == "end":
                        self._window.destroy()
                        display.sync()
                        return
                    if job == "move":
                        self._window.configure(x=self.area.x, y=self.area.y, stack_mode=0)
                    if job != "look" or drawn:
                        self._paint(display)

    def _paint(self, display: Any) -> None:
        from PIL import Image

        text, back, dot = LOOKS[self._state]
        picture = _picture(text, back, dot, self._name, self._width)
        self._window.put_pil_image(self._gc, 0, 0, Image.fromarray(picture))
        display.sync()


def _picture(text: str, back: str, dot: str, name: str, width: int = 0) -> Pixels:
    """(26, W, 3) RGB."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    words = text.format(name=name if len(name) <= 32 else name[:31] + "…")
    try:
        font: Any = ImageFont.truetype("DejaVuSans.ttf", 13)
    except OSError:
        font = ImageFont.load_default(14)  # it has ASCII alone
    wide = width or int(font.getlength(words)) + 40
    image = Image.new("RGB", (wide, HEIGHT), back)
    draw = ImageDraw.Draw(image)
    draw.ellipse((9, 8, 19, 18), fill=dot)
    draw.text((27, HEIGHT / 2), words, fill="white", font=font, anchor="lm")
    return np.asarray(image, np.uint8)
