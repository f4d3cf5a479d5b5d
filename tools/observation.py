"""What a device shows at one moment: a picture, where it lies, and (lazily) what the system says of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from screenwright.tools.geometry import Region, Size, View

if TYPE_CHECKING:
    from screenwright.tools.elements import Element

Pixels = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint32]


class Observation:
    """One frame. Cheap to make: colour order and what the system knows are worked out when first asked for.

    Args:
        view: size of the frame and where it lies in the space of the mouse.
        words: (H, W) uint32, one pixel a word with bytes B, G, R, x as the screen gives them. Or:
        pixels: (H, W, 3) uint8 RGB. Or:
        load: reads such pixels when they are asked for, each time (a trace).
        device, monitor: where it came from, for a person.
        taken_at: seconds, `time.time()`; serial: counts the frames of one device.
        elements: asks the system's accessibility tree, in frame pixels; may be slow, may raise nothing.
        title, program: ask for the title of the window that has the focus, and for its program's name.
        focus: asks for its area, in frame pixels.
    """

    def __init__(
        self,
        view: View,
        *,
        words: Words | None = None,
        pixels: Pixels | None = None,
        load: Callable[[], Pixels] | None = None,
        device: str = "",
        monitor: str = "",
        taken_at: float = 0.0,
        serial: int = 0,
        elements: Callable[[], Sequence[Element]] | None = None,
        title: Callable[[], str | None] | None = None,
        program: Callable[[], str | None] | None = None,
        focus: Callable[[], Region | None] | None = None,
    ) -> None:
        if (words is not None) + (pixels is not None) + (load is not None) != 1:
            raise ValueError("an Observation is made of one of words, pixels or load")
        self.view = view
        self.device = device
        self.monitor = monitor
        self.taken_at = taken_at
        self.serial = serial
        self._words = words
        self._pixels = pixels
        self._elements: Sequence[Element] | Callable[[], Sequence[Element]] = elements or ()
        self._title: str | Callable[[], str | None] | None = title
        self._program: str | Callable[[], str | None] | None = program
        self._focus: Region | Callable[[], Region | None] | None = focus
        self._load = load

    @property
    def frame(self) -> Size:
        return self.view.frame

    @property
    def pixels(self) -> Pixels:
        """(H, W, 3) uint8 RGB, contiguous; do not write into it."""
        if self._pixels is None:
            if self._words is not None:
                self._pixels = _rgb(self._words)
            elif self._load is not None:
                return self._load()
            else:
                raise ValueError(f"frame {self.serial} was let go and is in no trace")
        return self._pixels

    @property
    def words(self) -> Words:
        """(H, W) uint32, one pixel a word: the quick way to compare frames. The x byte is noise: mask it."""
        if self._words is not None:
            return self._words
        pixels = self.pixels
        padded = np.zeros((*pixels.shape[:2], 4), np.uint8)
        padded[..., :3] = pixels[..., ::-1]
        words = padded.view(np.uint32)[..., 0]
        if self._pixels is not None:
            self._words = words
        return words

    def crop(self, region: Region) -> Pixels:
        """(h, w, 3) RGB view of a part, clipped to the frame."""
        r = region.within(self.frame)
        return self.pixels[r.y : r.bottom, r.x : r.right]

    @property
    def elements(self) -> Sequence[Element]:
        """What the system's accessibility tree shows, asked once; empty where there is none."""
        if callable(self._elements):
            self._elements = tuple(self._elements())
        return self._elements

    @property
    def title(self) -> str | None:
        """The title of the window that has the focus, asked once."""
        if callable(self._title):
            self._title = self._title()
        return self._title

    @property
    def program(self) -> str | None:
        """The name of the program whose window has the focus ("Chromium", "libreoffice-calc"), asked once."""
        if callable(self._program):
            self._program = self._program()
        return self._program

    @property
    def focus(self) -> Region | None:
        """The area of the window that has the focus, clipped to the frame, asked once."""
        if callable(self._focus):
            area = self._focus()
            self._focus = area.within(self.frame) if area else None
        return self._focus

    def known(self) -> dict[str, Any]:
        """What the system was asked for so far, by name (elements, title, program, focus); nothing is asked."""
        held = {
            "elements": self._elements,
            "title": self._title,
            "program": self._program,
            "focus": self._focus,
        }
        return {name: value for name, value in held.items() if value and not callable(value)}

    def ask(self) -> None:
        """Ask the system for all that it knows of this frame now, before an act changes it."""
        for _ in (self.elements, self.title, self.program, self.focus):
            pass

    def let_go(self, load: Callable[[], Pixels] | None = None) -> None:
        """Free the picture; `load` brings it back from a trace when someone asks again."""
        self._words = None
        self._pixels = None
        self._load = load
        if callable(self._elements):
            self._elements = ()
        if callable(self._title):
            self._title = None
        if callable(self._program):
            self._program = None
        if callable(self._focus):
            self._focus = None

    def __repr__(self) -> str:
        return f"<Observation {self.serial} {self.frame} of {self.device}>"


def _rgb(words: Words) -> Pixels:
    """(H, W, 3) RGB pixels of words; for 1280x800 cv2 takes 0.1 ms, numpy 6 ms."""
    bgrx = words.view(np.uint8).reshape(*words.shape, 4)
    try:
        import cv2
    except ImportError:
        # A Ctrl-C within its import leaves cv2 unusable in this process, and the last frame is still to be saved.
        return np.ascontiguousarray(bgrx[..., 2::-1])
    return np.asarray(cv2.cvtColor(bgrx, cv2.COLOR_BGRA2RGB), dtype=np.uint8)
