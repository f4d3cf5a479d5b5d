"""What an input becomes, and how much of it is taken in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from screenwright.tools.errors import BadScript, NotInstalled
from screenwright.tools.observation import Pixels


class BadInput(BadScript):
    """An input can't be used: what it is, the value, and what to give instead."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is taken in. All sizes are checked before anything is decoded.

    `pixels`: of one picture, one frame, one embedded picture, as stored. `file_bytes`: of a text, of what
    is downloaded or given as base64. `tokens`: that a picture may cost, 32 x 32 pixels each: frames and
    pages are made no larger. `fps`, `frames_most`: of a film. `page_points`: the longest side of a page,
    1/72 inch each (a PDF's own limit). `seconds`: that a download may take in all.
    """

    pixels: int = 100_000_000
    file_bytes: int = 100_000_000
    tokens: int = 1280
    fps: float = 2.0
    frames_most: int = 64
    page_points: float = 14_400
    seconds: float = 60.0
    allow_private: bool = False


USUAL = Bounds()
FRAMES_LEAST = 4


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """One picture, (H, W, 3) uint8 RGB as it was stored."""

    name: str
    pixels: Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """Some frames of a film, of one size, and the second each is shown at, from the film's begin.

    `caption`: what is known of it in words. `notes`: what a person must know, such as a cut-off file.
    """

    name: str
    frames: tuple[Pixels, ...]
    seconds: tuple[float, ...]
    length_s: float
    caption: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """A text."""

    name: str
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A page of a document: its picture, and the text it holds as text, "" for a scan."""

    number: int
    pixels: Pixels
    text: str = ""


class Document(Protocol):
    """Pages, made one at a time when they are asked for. `numbers`: those that were asked for, from 1."""

    @property
    def name(self) -> str: ...

    @property
    def numbers(self) -> Sequence[int]: ...

    @property
    def total(self) -> int: ...

    def page(self, number: int) -> Page:
        """BadInput where this page can't be shown."""
        ...

    def close(self) -> None: ...


Input = Still | Film | Words | Document


def package(module: str, install: str, needed_for: str) -> Any:
    """A package that not everybody needs, imported; NotInstalled says how to get it."""
    try:
        return import_module(module)
    except ImportError as error:
        raise NotInstalled(f"{needed_for} needs {install} ({error}): pip install {install}") from error


def counted(number: float, unit: str) -> str:
    """With marks in between, so that a person sees the size: 1,234,567 pixels."""
    return f"{number:,.0f} {unit}"
