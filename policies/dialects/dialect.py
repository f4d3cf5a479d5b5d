"""What a dialect is, and which one a model speaks.

A dialect holds all that is particular to a model family: the functions it was trained on, its coordinate
space, how a turn is written, how a reply is read. It is bound to the model's id or given by name; it is
never guessed from a reply, since 512 is a place in both a grid of 999 and a picture of 1920.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from screenwright.policies.chat import Reply, Sampling, Shape
from screenwright.tools.actions import Action
from screenwright.tools.errors import BadReply, BadScript
from screenwright.tools.geometry import Point, Size


@dataclass(frozen=True, slots=True)
class Screen:
    """What a reply is about: the frame as it was captured, its picture as the model got it, what can be done."""

    captured: Size
    shown: Size
    kinds: frozenset[str]

    @property
    def is_phone(self) -> bool:
        return "press_button" in self.kinds


@dataclass(frozen=True, slots=True)
class Said:
    """One reply, read. `line`: what is remembered of it once its screenshot is gone; `more`: further actions
    in the same reply, which are not done, since they were decided before the first one's effect was seen."""

    action: Action
    thought: str = ""
    line: str = ""
    more: int = 0


class Dialect(Protocol):
    """One family's ways. Stateless: one object serves any number of runs."""

    name: str
    factor: int
    """Pixels a side of what becomes one token; a picture's sides are multiples of it."""
    sampling: Sampling
    """What the family is run with where nothing has to be pointed at."""

    def tools(self, screen: Screen) -> list[dict[str, Any]]:
        """The functions, as JSON schemas for the checkpoint's own chat template; may be empty."""
        ...

    def system(self, screen: Screen) -> str:
        """The system turn's words."""
        ...

    def opening(self, task: str, earlier: Sequence[str]) -> tuple[str, str]:
        """The first user turn's words before and after its picture; `earlier`: steps no longer shown, all of
        them (see `listed`)."""
        ...

    def shape(self, screen: Screen) -> Shape:
        """What a reply must look like, with the actions that can be done now and no others."""
        ...

    def read(self, reply: Reply, screen: Screen) -> Said:
        """Pure. BadReply says what is wrong and what is expected; nothing that would click is guessed."""
        ...

    def write(self, action: Action, screen: Screen, thought: str = "") -> str:
        """The reply that `read` reads as this action, up to the grid; amounts that the family has no words for
        (notches, seconds) become its own. BadReply when it has no words for the action."""
        ...

    def place(self, point: Point, screen: Screen) -> list[int]:
        """A place of the captured frame as the model speaks of it."""
        ...

    def pointing(self, what: str) -> tuple[str, Shape]:
        """The question where something is on one picture, and the shape of its answer."""
        ...

    def pointed(self, reply: Reply, shown: Size) -> Point | None:
        """The place answered, on the picture shown; None: it is not there. BadReply."""
        ...


HOMES: dict[str, tuple[str, str]] = {
    "qwen3vl": ("screenwright.policies.dialects.qwen3vl", "Qwen3VLDialect"),
    "qwen25vl": ("screenwright.policies.dialects.qwen25vl", "Qwen25VLDialect"),
    "uitars": ("screenwright.policies.dialects.uitars", "UITarsDialect"),
    "uitars1": ("screenwright.policies.dialects.uitars", "UITars1Dialect"),
    "guiowl": ("screenwright.policies.dialects.guiowl", "GUIOwlDialect"),
    "guiowl1": ("screenwright.policies.dialects.guiowl", "GUIOwl1Dialect"),
    "plain": ("screenwright.policies.dialects.plain", "PlainDialect"),
}
# The first that fits the name; a fine-tune's own name goes before that of the model it was made from. The first
# generations of UI-TARS and GUI-Owl point in another space than the present ones.
IDS: tuple[tuple[str, str], ...] = (
    (r"ui[-_]?tars[-_. ]?(?:2b|7b|72b)[-_](?:sft|dpo|gguf)|doubao.*ui[-_]?tars", "uitars1"),
    (r"ui[-_]?tars", "uitars"),
    (r"gui[-_]?owl[-_. ]?(?:7b|32b)", "guiowl1"),
    (r"gui[-_]?owl", "guiowl"),
    (r"qwen[-_]?2[._-]?5[-_]?vl", "qwen25vl"),
    (r"qwen[-_]?3[-_]?vl", "qwen3vl"),
)
# What a folder or a file is called that tells nothing: there the folder above it is asked.
NAMELESS = re.compile(
    r"[0-9a-f]{7,64}|snapshots|refs|main|checkpoint[-_]?\d*|step[-_]?\d+|epoch[-_]?\d+|v?\d+(?:\.\d+)*"
    r"|(?:hf|model|models?-\d+-of-\d+|weights|final|merged|best|last|latest|output|gguf|ggml|awq|gptq|fp8)"
    r"(?:[-_.](?:gguf|ggml|bf16|f16|fp8|fp16|awq|gptq|int[48]|i?q\d\w*))*",
    re.IGNORECASE,
)


def dialect(name: str) -> Dialect:
    """The dialect of that name; BadScript lists the names."""
    if name not in HOMES:
        raise BadScript(f"there is no dialect {name!r}; there is: {', '.join(HOMES)}")
    home, cls = HOMES[name]
    made: Callable[[], Dialect] = getattr(import_module(home), cls)
    return made()


def dialect_of(model_id: str) -> Dialect:
    """The dialect bound to a model id, an Ollama tag, a file or a folder; the plain one for all others.

    The last part of a path decides, not the folders it lies in: `/home/ui-tars/Qwen3-VL-4B` is a Qwen3-VL.
    """
    parts = [part for part in re.split(r"[/\\]", model_id) if part]
    for part in reversed(parts):
        part = part.removeprefix("models--")
        for pattern, name in IDS:
            if re.search(rf"(?<![a-z]){pattern}", part.replace("--", "-"), re.IGNORECASE):
                return dialect(name)
        if not NAMELESS.fullmatch(part):
            break
    return dialect("plain")


FIRST, LAST = 3, 30  # earlier steps that are told of


def listed(earlier: Sequence[str], form: str = "Step {number}: {line}") -> list[str]:
    """The earlier steps in lines: the first few and the last ones, and how many are left out between."""
    lines = [form.format(number=number, line=line) for number, line in enumerate(earlier, 1)]
    left_out = len(lines) - FIRST - LAST
    if left_out <= 1:
        return lines
    return [*lines[:FIRST], f"({left_out} steps are left out here)", *lines[-LAST:]]


ANY = Screen(Size(10_000, 10_000), Size(10_000, 10_000), frozenset())
"""A picture as large as there may be, where none is at hand yet."""


def smart_resize(size: Size, factor: int, most: int, least: int = 4) -> Size:
    """The size a picture is given at: sides that are multiples of `factor`, `least` to `most` tokens.

    The family's own rule (qwen-vl-utils, `smart_resize`), so that a server that applies it changes nothing.
    BadScript for a picture more than 200 times as long as wide.
    """
    width, height = size.width, size.height
    if max(width, height) > 200 * min(width, height):
        raise BadScript(f"a picture of {size} is more than 200 times as long as wide; show a part of it")
    w, h = max(factor, round(width / factor) * factor), max(factor, round(height / factor) * factor)
    if w * h > most * factor**2:
        beta = (width * height / (most * factor**2)) ** 0.5
        w = max(factor, int(width / beta // factor) * factor)
        h = max(factor, int(height / beta // factor) * factor)
    elif w * h < least * factor**2:
        beta = (least * factor**2 / (width * height)) ** 0.5
        w, h = -int(-width * beta // factor) * factor, -int(-height * beta // factor) * factor
    return Size(w, h)


def on_grid(x: float, y: float, most: int, screen: Screen) -> Point:
    """A place on the family's grid 0..`most`, in pixels of the captured frame.

    The captured size, not the one it was resized to: that is up to 8 pixels larger. `most` + 1 is taken for
    the edge, since some of a family's own prompts speak of 1000; what is further out is no place.
    """
    if not (0 <= x <= most + 1 and 0 <= y <= most + 1):
        raise BadReply(f"({x:g}, {y:g}) is not on the screen: each coordinate runs from 0 to {most}")
    _no_shares(x, y, f"0 to {most}")
    return Point(x, y, Size(most, most)).on(screen.captured).clamped()


def to_grid(point: Point, most: int) -> list[int]:
    """A place as whole numbers on the grid 0..`most`."""
    there = point.on(Size(most, most))
    return [min(most, max(0, round(there.x))), min(most, max(0, round(there.y)))]


def in_pixels(x: float, y: float, screen: Screen) -> Point:
    """A place in pixels of the picture that was shown, in pixels of the captured frame."""
    if not (0 <= x <= screen.shown.width and 0 <= y <= screen.shown.height):
        raise BadReply(f"({x:g}, {y:g}) is not on the screen, which was shown as {screen.shown}")
    _no_shares(x, y, f"pixels of a picture of {screen.shown}")
    return Point(x, y, screen.shown).on(screen.captured).clamped()


def to_pixels(point: Point, screen: Screen) -> list[int]:
    """A place as whole pixels of the picture that was shown."""
    there, shown = point.on(screen.shown), screen.shown
    return [min(shown.width - 1, max(0, round(there.x))), min(shown.height - 1, max(0, round(there.y)))]


def _no_shares(x: float, y: float, unit: str) -> None:
    """(0.51, 0.33) is half of the screen for some models; here it would click in its corner."""
    if x <= 1 and y <= 1 and (x % 1 or y % 1):
        raise BadReply(f"({x:g}, {y:g}) looks like shares of the screen; each coordinate is given in {unit}")
