"""Widgets that have no text of their own, found from pixels. First version: nothing yet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from screenwright.tools.elements import Element, Role
from screenwright.tools.observation import Pixels


class Widgets:
    """What a frame shows without words, looked for when first asked. `lines`: its text, to tell apart."""

    def __init__(self, pixels: Pixels, lines: Sequence[Element]) -> None:
        self._pixels = pixels
        self._lines = lines

    def of(self, role: Role) -> tuple[Element, ...]:
        """All that look like it, in no order."""
        return self._found.get(role, ())

    @cached_property
    def _found(self) -> dict[Role, tuple[Element, ...]]:
        return {}
