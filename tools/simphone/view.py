"""What an app shows, as a tree: every view has its place, what the accessibility tree says of it, and its look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from screenwright.tools.geometry import Region

Act = Callable[[], None]


@dataclass
class Field:
    """What a text field holds. `cursor` counts characters from the start; `all_selected`: typing replaces all."""

    name: str
    hint: str = ""
    text: str = ""
    cursor: int = 0
    lines: int = 1
    password: bool = False
    all_selected: bool = False
    changed: Callable[[str], None] | None = None

    def insert(self, text: str) -> None:
        if self.all_selected:
            self.text, self.cursor, self.all_selected = "", 0, False
        self.cursor = min(self.cursor, len(self.text))
        self.text = self.text[: self.cursor] + text + self.text[self.cursor :]
        self.cursor += len(text)
        self._told()

    def delete(self, before: int = 1, after: int = 0) -> None:
        """Delete characters before and after the cursor, or what is selected."""
        if self.all_selected:
            self.set("")
            return
        start = max(0, self.cursor - before)
        self.text = self.text[:start] + self.text[self.cursor + after :]
        self.cursor = start
        self._told()

    def set(self, text: str) -> None:
        self.text, self.cursor, self.all_selected = text, len(text), False
        self._told()

    @property
    def shown(self) -> str:
        """As drawn and as the accessibility tree has it: dots for a password."""
        return "•" * len(self.text) if self.password else self.text

    def _told(self) -> None:
        if self.changed:
            self.changed(self.text)


@dataclass
class Scroller:
    """How far a list is scrolled, and how far it can be, in pixels."""

    offset: int = 0
    furthest: int = 0

    def by(self, pixels: int) -> bool:
        """Whether it moved."""
        before = self.offset
        self.offset = max(0, min(self.offset + pixels, self.furthest))
        return self.offset != before


@dataclass
class View:
    """One view. `region` is in pixels of the turned screen; `look` says how it is drawn (see drawing.py)."""

    kind: str
    region: Region
    text: str = ""
    look: str = "plain"
    description: str = ""
    resource: str = ""
    tap: Act | None = None
    long_tap: Act | None = None
    slide: Callable[[float], None] | None = None
    checked: bool | None = None
    enabled: bool = True
    focused: bool = False
    share: float = 0.0
    glyph: str = ""
    colour: tuple[int, int, int] | None = None
    edits: Field | None = None
    scroller: Scroller | None = None
    hidden: bool = False
    clip: Region | None = None
    """The list that it is in; what lies over its edge is not seen, and not touched."""
    children: list[View] = field(default_factory=list)

    def add(self, *views: View) -> None:
        self.children += views

    @property
    def seen(self) -> Region:
        """The part of it that shows."""
        return self.region.shared(self.clip) if self.clip else self.region

    def walk(self) -> Iterator[View]:
        """This view and all under it, the hidden ones left out."""
        if not self.hidden:
            yield self
            for child in self.children:
                yield from child.walk()

    def path(self, x: float, y: float) -> list[View]:
        """The views at a point, outermost first; of two that overlap, the later one."""
        if self.hidden or not self.seen.holds(x, y):
            return []
        for child in reversed(self.children):
            if found := child.path(x, y):
                return [self, *found]
        return [self]
