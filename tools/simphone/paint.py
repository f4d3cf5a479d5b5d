"""Brushes for the simulated screen: smooth round shapes, and text in whichever font has its characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screenwright.tools.geometry import Region
from screenwright.tools.simphone.metrics import Metrics

if TYPE_CHECKING:
    from PIL import Image

Colour = tuple[int, int, int]
FINER = 4  # shapes are drawn so many times larger, then made smaller: PIL itself draws stairs
FOLDERS = ("/usr/share/fonts", "/Library/Fonts", "/System/Library/Fonts", "C:/Windows/Fonts")
FAMILIES = {
    "plain": ("NotoSans-Regular.ttf", "Roboto-Regular.ttf", "DejaVuSans.ttf", "Arial.ttf", "arial.ttf"),
    "bold": ("NotoSans-Bold.ttf", "Roboto-Medium.ttf", "DejaVuSans-Bold.ttf", "Arial Bold.ttf", "arialbd.ttf"),
    "wide": ("NotoSansCJK-Regular.ttc", "PingFang.ttc", "msyh.ttc", "DroidSansFallbackFull.ttf"),
    "emoji": ("NotoColorEmoji.ttf",),
}
EMOJI_PX = 109  # the only size that this font's pictures have


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of all apps."""

    page: Colour
    bar: Colour
    text: Colour
    faint: Colour
    line: Colour
    card: Colour
    accent: Colour
    on_accent: Colour
    key: Colour
    keys: Colour


LIGHT = Theme(
    (247, 248, 252),
    (247, 248, 252),
    (28, 29, 33),
    (98, 102, 112),
    (222, 225, 232),
    (255, 255, 255),
    (48, 94, 200),
    (255, 255, 255),
    (255, 255, 255),
    (224, 227, 234),
)
DARK = Theme(
    (19, 20, 24),
    (19, 20, 24),
    (230, 232, 238),
    (158, 163, 174),
    (52, 55, 64),
    (32, 34, 41),
    (150, 180, 255),
    (14, 28, 66),
    (52, 55, 66),
    (30, 32, 39),
)


class Paint:
    """One picture that is being drawn."""

    def __init__(self, image: Image.Image, metrics: Metrics, theme: Theme) -> None:
        from PIL import ImageDraw

        self.image, self.metrics, self.theme = image, metrics, theme
        self.draw = ImageDraw.Draw(image)
        self.draw.fontmode = "L"

    def dp(self, length: float) -> int:
        return self.metrics.dp(length)

    def fill(self, region: Region, colour: Colour) -> None:
        if region.area:
            self.draw.rectangle((region.x, region.y, region.right - 1, region.bottom - 1), fill=colour)

    def round(self, region: Region, radius: int, colour: Colour, inside: Colour | None = None) -> None:
        """A rectangle with round corners; with `inside`, `colour` is only its rim."""
        if region.width <= 0 or region.height <= 0:
            return
        self.image.paste(colour, (region.x, region.y), _mask(region.width, region.height, radius))
        rim = self.dp(1.5)
        if inside is not None:
            inner = region.grown(-rim)
            self.round(inner, max(0, radius - rim), inside)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        side = round(2 * radius)
        self.round(Region(round(x - radius), round(y - radius), side, side), side // 2, colour)

    def width(self, text: str, size_dp: float, face: str = "plain") -> float:
        """How long it is, in pixels."""
        return sum(
            float(_font(kind, self.dp(size_dp)).getlength(run)) * factor
            for run, kind, factor in self._runs(text, size_dp, face)
        )

    def text(
        self,
        region: Region,
        text: str,
        size_dp: float,
        colour: Colour,
        *,
        face: str = "plain",
        align: str = "left",
    ) -> None:
        """One line, in the middle of the region's height; what does not fit is cut off with an ellipsis."""
        text = self._fitted(text, region.width, size_dp, face)
        long = self.width(text, size_dp, face)
        left = {"left": region.x, "center": region.x + (region.width - long) / 2, "right": region.right - long}[
            align
        ]
        ascent, descent = _font(face, self.dp(size_dp)).getmetrics()
        baseline = region.y + (region.height + ascent - descent) / 2
        for run, kind, factor in self._runs(text, size_dp, face):
            font = _font(kind, self.dp(size_dp))
            if kind == "emoji":
                self._picture(run, font, left, baseline, factor)
            else:
                self.draw.text((left, baseline), run, colour, font, anchor="ls")
            left += font.getlength(run) * factor

    def lines(self, text: str, width: int, size_dp: float) -> list[str]:
        """The text broken into lines that fit."""
        found: list[str] = []
        for paragraph in text.split("\n"):
            line = ""
            for piece in _pieces(paragraph):
                if line and self.width(line + piece.rstrip(), size_dp) > width:
                    found.append(line)
                    line = ""
                line += piece
            found.append(line)
        return found

    def _runs(self, text: str, size_dp: float, face: str) -> Iterator[tuple[str, str, float]]:
        for run, kind in _runs(text, face):
            yield run, kind, self.dp(size_dp) * 1.15 / EMOJI_PX if kind == "emoji" else 1.0

    def _fitted(self, text: str, width: int, size_dp: float, face: str) -> str:
        if self.width(text, size_dp, face) <= width:
            return text
        while text and self.width(text + "…", size_dp, face) > width:
            text = text[:-1]
        return text + "…"

    def _picture(self, run: str, font: Any, left: float, baseline: float, factor: float) -> None:
        from PIL import Image, ImageDraw

        whole = Image.new("RGBA", (round(font.getlength(run)) + 4, EMOJI_PX + 32))
        ImageDraw.Draw(whole).text((0, EMOJI_PX), run, font=font, embedded_color=True, anchor="ls")
        small = whole.resize((max(1, round(whole.width * factor)), max(1, round(whole.height * factor))))
        self.image.paste(small, (round(left), round(baseline - EMOJI_PX * factor)), small)


def _pieces(paragraph: str) -> Iterator[str]:
    """Where a line may break: after spaces, around every wide character."""
    piece = ""
    for letter in paragraph:
        if unicodedata.east_asian_width(letter) in "WF":
            if piece:
                yield piece
            yield letter
            piece = ""
            continue
        piece += letter
        if letter == " ":
            yield piece
            piece = ""
    if piece:
        yield piece


def _runs(text: str, face: str) -> Iterator[tuple[str, str]]:
    """The text in parts that one font can draw."""
    run, kind = "", face
    for letter in text:
        wanted = _kind(letter, face) if letter not in "\ufe0f\u200d" else kind
        if wanted != kind and run:
            yield run, kind
            run = ""
        kind = wanted
        run += letter
    if run:
        yield run, kind


def _kind(letter: str, face: str) -> str:
    code = ord(letter)
    if code >= 0x1F000 or 0x2600 <= code <= 0x27BF:
        return "emoji" if _path("emoji") else face
    wide = 0x2E80 <= code <= 0xD7FF or 0xF900 <= code <= 0xFAFF or 0xFE30 <= code <= 0xFFEF
    return "wide" if wide and _path("wide") else face


@lru_cache(maxsize=256)
def _font(kind: str, size_px: int) -> Any:
    from PIL import ImageFont

    path = _path(kind)
    if path is None:
        return ImageFont.load_default(size_px)
    return ImageFont.truetype(path, EMOJI_PX if kind == "emoji" else size_px)


@lru_cache(maxsize=8)
def _path(kind: str) -> str | None:
    for name in FAMILIES[kind]:
        for folder in FOLDERS:
            found = next(Path(folder).rglob(name), None) if Path(folder).is_dir() else None
            if found:
                return str(found)
    return None


@lru_cache(maxsize=256)
def _mask(width: int, height: int, radius: int) -> Image.Image:
    from PIL import Image, ImageDraw

    radius = min(radius, width // 2, height // 2)
    if not radius:
        return Image.new("L", (width, height), 255)
    corner = Image.new("L", (2 * radius * FINER, 2 * radius * FINER), 0)
    ImageDraw.Draw(corner).ellipse((0, 0, corner.width - 1, corner.height - 1), fill=255)
    disc = corner.resize((2 * radius, 2 * radius), Image.Resampling.BOX)
    mask = Image.new("L", (width, height), 255)
    for x, y in ((0, 0), (1, 0), (0, 1), (1, 1)):
        part = disc.crop((x * radius, y * radius, (x + 1) * radius, (y + 1) * radius))
        mask.paste(part, (x * (width - radius), y * (height - radius)))
    return mask
