"""Seeing a phone: a picture, where it lies in the space of touches, and what may be asked about it later."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cache, partial

from screenwright.tools.elements import Element
from screenwright.tools.errors import BlackScreen
from screenwright.tools.geometry import Region, Size, View
from screenwright.tools.observation import Observation
from screenwright.tools.phone.apps import label_of
from screenwright.tools.phone.camera import Camera
from screenwright.tools.phone.capture import black
from screenwright.tools.phone.foliage import Foliage
from screenwright.tools.phone.link import Link
from screenwright.tools.phone.screens import Front
from screenwright.tools.phone.state import State, alike


class Eyes:
    """Makes Observations of one phone. `view`: where the last picture lies; None before the first."""

    def __init__(self, link: Link, state: State, name: str) -> None:
        self.state, self.name = state, name
        self.camera = Camera(link)
        self.foliage = Foliage(link)
        self.view: View | None = None
        self.several_displays = False
        self._serial = 0

    def observe(self) -> Observation:
        """The present frame. BlackScreen: it is off, or black all over and no app wants it so. DeviceLost."""
        capture = self.camera.take()
        if capture.several_displays and self.camera.display is None:
            self.several_displays = True
            # Which of them screencap picks is not told; the one that touches go to has a number.
            self.camera.display = self.state.look().physical_id
            if self.camera.display is not None:
                capture = self.camera.take()
        height, width = capture.words.shape
        self.view = view = self._place(Size(width, height))
        self._serial += 1
        front = cache(self.state.front)
        if black(capture.words):
            self._refuse_darkness(front())
        return Observation(
            view,
            words=capture.words,
            device=self.name,
            taken_at=time.time(),
            serial=self._serial,
            elements=partial(self._elements, view),
            title=lambda: title(front()),
            program=lambda: found.package if (found := front()) else None,
            focus=lambda: self._focus(view, front()),
        )

    def _place(self, frame: Size) -> View:
        """The picture's place; the glass is asked for again only when the picture has another size."""
        glass = self.state.glass
        if glass is None or self.view is None or self.view.frame != frame or not alike(glass.logical, frame):
            glass = self.state.look()
            if self.camera.display not in (None, glass.physical_id):  # a foldable was opened or closed
                self.camera.display = glass.physical_id
        if not alike(glass.logical, frame):  # turned between the picture and the question
            glass = self.state.turned(frame)
        return placed(frame, glass.logical)

    def _refuse_darkness(self, front: Front | None) -> None:
        """Say why it is black. What an app protects is black by its wish, and its tree can still be read."""
        if self.state.awake is False:
            raise BlackScreen(f"the screen of {self.name} is off: press its power button, or call wake()")
        if front is None or not front.secure:
            raise BlackScreen(
                f"the screen of {self.name} is on and black all over: it shows something protected, or is about "
                "to change; look at the phone itself"
            )

    def _elements(self, view: View) -> Sequence[Element]:
        found = self.foliage.read()
        return found.elements(view) if found else ()

    def _focus(self, view: View, front: Front | None) -> Region | None:
        """The window's area, without the keyboard that covers it."""
        area = front.frame if front else None
        if area is None:
            area = Region(0, 0, round(view.frame.width / view.scale), round(view.frame.height / view.scale))
        keyboard = self.state.keyboard()
        if keyboard and area.y < keyboard.y < area.bottom:
            area = Region(area.x, area.y, area.width, keyboard.y - area.y)
        return view.region_from_input(area.x, area.y, area.width, area.height)


def placed(frame: Size, logical: Size) -> View:
    """Where a picture lies in the space of touches, which may be of another size (`wm size`)."""
    return View(frame, scale=frame.width / logical.width)


def title(front: Front | None) -> str | None:
    """What a person would call what is in front: the app, its page, and why its picture is black."""
    if front is None:
        return None
    page = (front.activity or "").rpartition(".")[2]
    name = f"{label_of(front.package)} ({page})" if front.package and page else label_of(front.package or page)
    return f"{name}, protected: its picture is black" if front.secure else name
