"""Pictures of the buttons window, and the conversations about them that a model is taught.

The places and colours are those of demos/buttons.py; the drawing varies what a screen varies: shades,
borders, captions, the window's grey, the size it was captured at. The words are the plain dialect's own.
"""

from __future__ import annotations

import importlib.util
import random
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from screenwright.policies.chat import Picture, Turn
from screenwright.policies.dialects.dialect import Screen
from screenwright.policies.dialects.plain import PlainDialect
from screenwright.tools.actions import Click, Done
from screenwright.tools.geometry import Point, Size

_PATH = Path(__file__).resolve().parents[2] / "demos" / "buttons.py"
_spec = importlib.util.spec_from_file_location("demo_buttons", _PATH)
assert _spec and _spec.loader
demo: Any = importlib.util.module_from_spec(_spec)
sys.modules["demo_buttons"] = demo
_spec.loader.exec_module(demo)

COLOURS: tuple[str, ...] = tuple(demo.PALETTE)
SHOWN = Size(demo.WIDTH, demo.HEIGHT)
SCREEN = Screen(SHOWN, SHOWN, frozenset(("click", "done")))
DIALECT = PlainDialect()
NOTHING = "Nothing changed.\n"
_CAPTIONS = ("", "", "", "OK", "Save", "Open", "Next", "Cancel", "Yes", "No", "Send", "Go")


@dataclass(frozen=True)
class Look:
    """How one window is drawn; the same before and after a click."""

    grey: tuple[int, int, int]
    shades: dict[str, tuple[int, int, int]]
    border: int
    relief: str
    captions: dict[str, str]
    scale: int

    @classmethod
    def chosen(cls, chance: random.Random) -> Look:
        level = chance.randint(205, 235)
        return cls(
            (217, 217, 217) if chance.random() < 0.5 else (level, level, level + chance.randint(-4, 4)),
            {name: _shade(chance, shade) for name, shade in demo.PALETTE.items()},
            chance.randint(1, 3),
            chance.choice(("raised", "raised", "flat", "line")),
            {name: chance.choice(_CAPTIONS) if chance.random() < 0.4 else "" for name in COLOURS},
            chance.choice((1, 1, 2)),
        )


def _shade(chance: random.Random, colour: tuple[int, int, int]) -> tuple[int, ...]:
    return tuple(min(255, max(0, part + chance.randint(-16, 16))) for part in colour)


@dataclass(frozen=True)
class Scene:
    """One window: what is on it and how it looks."""

    buttons: tuple[Any, ...]
    look: Look

    @classmethod
    def chosen(cls, chance: random.Random, count: int | None = None) -> Scene:
        return cls(tuple(demo.scatter(chance, count or chance.choice((3, 4)))), Look.chosen(chance))

    def without(self, colour: str) -> Scene:
        return Scene(tuple(button for button in self.buttons if button.colour != colour), self.look)

    def button(self, colour: str) -> Any:
        return next((button for button in self.buttons if button.colour == colour), None)

    def at(self, x: float, y: float) -> str | None:
        """The colour at a place in the window's own units."""
        return next((button.colour for button in self.buttons if button.holds(x, y)), None)

    def picture(self) -> Picture:
        scale = self.look.scale
        image = Image.new("RGB", (SHOWN.width * scale, SHOWN.height * scale), self.look.grey)
        draw = ImageDraw.Draw(image)
        for button in self.buttons:
            _draw(draw, button, self.look)
        if scale > 1:
            image = image.resize((SHOWN.width, SHOWN.height), Image.Resampling.BICUBIC)
        return Picture(np.asarray(image, dtype=np.uint8))


def _draw(draw: ImageDraw.ImageDraw, button: Any, look: Look) -> None:
    """A Tk button: its fill, lighter edges above and left, darker ones below and right."""
    fill = look.shades[button.colour]
    left, top = button.x * look.scale, button.y * look.scale
    right, bottom = left + button.width * look.scale - 1, top + button.height * look.scale - 1
    dark = tuple(part * 6 // 10 for part in fill)
    draw.rectangle((left, top, right, bottom), fill=fill, outline=dark if look.relief == "line" else None)
    if look.relief == "raised":
        light = tuple(min(255, max(part * 14 // 10, (part + 255) // 2)) for part in fill)
        for n in range(look.border):
            draw.line((left + n, top + n, right - n, top + n), fill=light)
            draw.line((left + n, top + n, left + n, bottom - n), fill=light)
            draw.line((left + n, bottom - n, right - n, bottom - n), fill=dark)
            draw.line((right - n, top + n, right - n, bottom - n), fill=dark)
    if caption := look.captions[button.colour]:
        ink = (255, 255, 255) if sum(fill) < 330 else (0, 0, 0)
        middle = (left + right) / 2, (top + bottom) / 2
        draw.text(middle, caption, fill=ink, font=_font(11 * look.scale), anchor="mm")


@cache
def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def click(button: Any, at: tuple[float, float] | None = None) -> str:
    """The reply that clicks a button in its middle, or elsewhere."""
    x, y = at or button.middle
    return DIALECT.write(Click(point=Point(x, y, SHOWN), target=f"{button.colour} button"), SCREEN)


def done(success: bool = True) -> str:
    return DIALECT.write(Done(success=success), SCREEN)


def opening(colour: str) -> str:
    return DIALECT.opening(f"click the {colour} button", [])[0]


@dataclass(frozen=True)
class Lesson:
    """A conversation. `looks`: for each reply that is taught (the others are wrong and only stand in it), by
    its turn's number, the button that it is about, or None where the newest picture hasn't that one."""

    turns: tuple[Turn, ...]
    looks: dict[int, Any]


def questions(chance: random.Random, count: int) -> Lesson:
    """Two buttons of one picture asked for in one conversation: many places for little reading."""
    scene = Scene.chosen(chance, count)
    turns: list[Turn] = []
    looks: dict[int, Any] = {}
    for button in chance.sample(scene.buttons, 2):
        picture = () if turns else (scene.picture(),)
        turns += [Turn.of("user", opening(button.colour), *picture), _said(click(button))]
        looks[len(turns) - 1] = button
    return Lesson(tuple(turns), looks)


def run(chance: random.Random) -> Lesson:
    """A whole run as the loop makes it, with the ways a click may fail."""
    scene = Scene.chosen(chance)
    asked = chance.choice(scene.buttons)
    happens = chance.random()
    if happens < 0.1:  # it was never there
        turns = [_user(opening(asked.colour), scene.without(asked.colour)), _said(done(success=False))]
        return Lesson(tuple(turns), {1: None})
    turns = [_user(opening(asked.colour), scene)]
    looks: dict[int, Any] = {}
    if happens < 0.35:  # another one is hit
        other = chance.choice([button for button in scene.buttons if button.colour != asked.colour])
        scene = scene.without(other.colour)
        turns += [_said(click(asked, other.middle)), _user("", scene), _said(click(asked))]
    elif happens < 0.5:  # none is hit: the screen stays as it is, and is not shown again
        turns += [_said(click(asked, _beside(chance, scene))), Turn.of("user", NOTHING), _said(click(asked))]
    else:
        turns += [_said(click(asked))]
    looks[len(turns) - 1] = asked
    if happens >= 0.35 or chance.random() < 0.8:
        turns += [_user("", scene.without(asked.colour)), _said(done())]
        looks[len(turns) - 1] = None
    return Lesson(tuple(turns), looks)


def _user(words: str, scene: Scene) -> Turn:
    return Turn.of("user", words, scene.picture())


def _said(reply: str) -> Turn:
    return Turn.of("assistant", reply)


def _beside(chance: random.Random, scene: Scene) -> tuple[float, float]:
    while True:
        x, y = chance.uniform(0, SHOWN.width - 1), chance.uniform(0, SHOWN.height - 1)
        if scene.at(x, y) is None:
            return x, y
