"""A device without a screen: a small form in memory, drawn with PIL, that reacts to the mouse and the keys.

For trying out a policy, a guard or a listener in milliseconds, and for this project's own tests. What it
shows is real pixels, and what it says about them (`Observation.elements`) is exact, so no OCR is needed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

import numpy as np

from screenwright.tools import keys
from screenwright.tools.actions import (
    Action,
    Ask,
    Click,
    Done,
    Drag,
    LongPress,
    Move,
    OpenApp,
    PressButton,
    PressKeys,
    Scroll,
    Swipe,
    TypeText,
    Wait,
    describe,
)
from screenwright.tools.elements import Element, Role
from screenwright.tools.errors import BadAction, DeviceLost
from screenwright.tools.geometry import Point, Region, Size, View
from screenwright.tools.observation import Observation

KINDS = frozenset(
    ("click", "drag", "scroll", "move", "type_text", "press_keys", "long_press", "swipe", "open_app")
)
ROW_PX = 40


@dataclass
class Widget:
    """One thing on the fake screen. `top` is in the page, which may be longer than the screen."""

    text: str
    role: Role = "button"
    left: int = 20
    top: int = 0
    width: int = 160
    height: int = 28
    value: str = ""
    checked: bool = False
    on_click: Callable[[FakeDevice], None] | None = None
    shown_after_s: float = 0.0
    selected: bool = field(default=False, repr=False)


def form(*names: str) -> list[Widget]:
    """A field for each name, a Submit button under them, and a line that says what was submitted."""
    said = Widget("nothing yet", "text", 20, ROW_PX * (len(names) + 2), 400)
    fields = []
    for row, name in enumerate(names):
        fields.append(Widget(name, "text", 20, 20 + ROW_PX * row, 100))
        fields.append(Widget(name, "field", 140, 20 + ROW_PX * row, 220))

    def submit(device: FakeDevice) -> None:
        said.text = "submitted " + ", ".join(f"{key}={value}" for key, value in device.values.items())

    return [*fields, Widget("Submit", "button", 140, 20 + ROW_PX * len(names), on_click=submit), said]


class FakeDevice:
    """A Device over widgets in memory.

    Args:
        widgets: what is on the page; by default a form with a name and a city.
        delay_s: how long after an action its effect shows, as in a slow program.
        spinner: draws something that never stops.
    """

    def __init__(
        self,
        widgets: Sequence[Widget] | None = None,
        *,
        size: Size = Size(480, 320),  # noqa: B008 - frozen
        delay_s: float = 0.0,
        spinner: bool = False,
        name: str = "fake",
    ) -> None:
        self.name = name
        self.size = size
        self.widgets = list(widgets if widgets is not None else form("Name", "City"))
        self.delay_s, self.spinner = delay_s, spinner
        self.log: list[Action] = []
        self.closed = False
        self.lost = False
        self.scrolled = 0
        self._focus: Widget | None = None
        self._pending: list[tuple[float, Callable[[], None]]] = []
        self._serial = 0
        self._version = 0
        self._drawn: tuple[int, Any] = (-1, None)
        self._began = time.monotonic()

    @property
    def values(self) -> dict[str, str]:
        """What the fields hold, by name; checkboxes as 'yes' and 'no'."""
        held = {w.text: w.value for w in self.widgets if w.role == "field"}
        return held | {w.text: "yes" if w.checked else "no" for w in self.widgets if w.role == "checkbox"}

    @property
    def kinds(self) -> frozenset[str]:
        return KINDS

    def observe(self) -> Observation:
        self._alive()
        self._settle()
        self._serial += 1
        shown = self._shown()
        return Observation(
            View(self.size),
            pixels=self._draw(shown),
            device=self.name,
            taken_at=time.time(),
            serial=self._serial,
            elements=lambda: [self._element(widget) for widget in shown],
            title=lambda: self.name,
        )

    def perform(self, action: Action) -> str:
        self._alive()
        match action:
            case Click() | LongPress():
                self._check(action.point)
                self._later(lambda: self._press(action))
            case Drag() | Swipe():
                self._check(action.start or action.end, action.end)
            case Move():
                self._check(action.point)
            case Scroll():
                if action.point:
                    self._check(action.point)
                self._later(lambda: self._scroll(action.down))
            case TypeText():
                self._later(lambda: self._type(action.text))
            case PressKeys():
                names = [keys.canonical(key) for key in action.keys]
                self._later(lambda: self._chord(names, action.count))
            case OpenApp():
                raise BadAction(f"there is no application {action.name!r}; a fake device has none")
            case PressButton() | Wait() | Ask() | Done():
                raise BadAction(f"a fake device can't {describe(action)}")
            case _:
                assert_never(action)
        self.log.append(action)
        return describe(action)

    def idle(self, seconds: float) -> None:
        self._alive()
        now = time.monotonic()
        due = [at - now for at, _ in self._pending]
        due += [left for w in self.widgets if (left := self._began + w.shown_after_s - now) > 0]
        wait = max(0.0, min([seconds, *due]))
        time.sleep(min(wait, 0.01) if self.spinner else wait)

    def release(self) -> None:
        """Nothing is ever held: an act here is over when it returns."""

    def close(self) -> None:
        self.closed = True

    def _alive(self) -> None:
        if self.closed or self.lost:
            raise DeviceLost(f"the device {self.name!r} is {'closed' if self.closed else 'gone'}")

    def _check(self, *points: Point) -> None:
        for point in points:
            View(self.size).to_input(point)

    def _later(self, change: Callable[[], None]) -> None:
        if self.delay_s:
            self._pending.append((time.monotonic() + self.delay_s, change))
        else:
            change()
            self._version += 1

    def _settle(self) -> None:
        now = time.monotonic()
        for entry in [entry for entry in self._pending if entry[0] <= now]:
            self._pending.remove(entry)
            entry[1]()
            self._version += 1

    def _shown(self) -> list[Widget]:
        age = time.monotonic() - self._began
        return [
            w for w in self.widgets if w.shown_after_s <= age and 0 <= w.top - self.scrolled < self.size.height
        ]

    def _region(self, widget: Widget) -> Region:
        return Region(widget.left, widget.top - self.scrolled, widget.width, widget.height)

    def _element(self, widget: Widget) -> Element:
        return Element(
            widget.text,
            self._region(widget).within(self.size),
            widget.role,
            source="template",
            value=widget.value if widget.role == "field" else None,
            checked=widget.checked if widget.role == "checkbox" else None,
            focused=widget is self._focus,
        )

    def _press(self, action: Click | LongPress) -> None:
        x, y = action.point.x, action.point.y
        for widget in reversed(self._shown()):
            if self._region(widget).holds(x, y) and widget.role != "text":
                self._focus = widget
                widget.selected = isinstance(action, Click) and action.count == 3
                if widget.role == "checkbox":
                    widget.checked = not widget.checked
                if widget.on_click:
                    widget.on_click(self)
                return
        self._focus = None

    def _scroll(self, down: int) -> None:
        longest = max((w.top + w.height for w in self.widgets), default=0) - self.size.height
        self.scrolled = max(0, min(self.scrolled + down * ROW_PX, max(0, longest)))

    def _type(self, text: str) -> None:
        focus = self._focus
        if focus and focus.role == "field":
            focus.value = text if focus.selected else focus.value + text
            focus.selected = False

    def _chord(self, names: list[str], count: int) -> None:
        focus = self._focus
        if names == ["tab"]:
            stops = [w for w in self.widgets if w.role != "text"]
            place = stops.index(focus) if focus in stops else -1
            self._focus = stops[(place + count) % len(stops)] if stops else None
        elif focus and names == ["ctrl", "a"]:
            focus.selected = True
        elif focus and names in (["backspace"], ["delete"]):
            focus.value = "" if focus.selected else focus.value[:-count]
            focus.selected = False
        elif focus and names == ["enter"] and focus.on_click:
            focus.on_click(self)

    def _draw(self, shown: Sequence[Widget]) -> Any:
        tick = int((time.monotonic() - self._began) * 60) if self.spinner else 0
        version = hash((self._version, len(shown), tick))
        if self._drawn[0] == version:
            return self._drawn[1]
        from PIL import Image, ImageDraw, ImageFont

        image = Image.new("RGB", (self.size.width, self.size.height), (236, 236, 240))
        draw = ImageDraw.Draw(image)
        font = ImageFont.load_default(14)
        for widget in shown:
            region = self._region(widget)
            box = (region.x, region.y, region.right - 1, region.bottom - 1)
            fill = {"button": (200, 214, 235), "field": (255, 255, 255)}.get(widget.role)
            if fill or widget.role == "checkbox":
                outline = (30, 90, 200) if widget is self._focus else (120, 120, 130)
                draw.rectangle(box, fill=fill, outline=outline)
            said = {"field": widget.value, "checkbox": f"[{'x' if widget.checked else ' '}] {widget.text}"}
            draw.text((region.x + 6, region.y + 5), said.get(widget.role, widget.text), (20, 20, 25), font)
        if self.spinner:
            x = self.size.width - 40 + tick % 24
            draw.rectangle((x, 10, x + 6, 16), fill=(200, 40, 40))
        pixels = np.ascontiguousarray(np.asarray(image))
        self._drawn = (version, pixels)
        return pixels
