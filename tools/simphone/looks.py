"""How each kind of view looks: one small function a look."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from screenwright.tools.geometry import Region
from screenwright.tools.simphone.glyphs import glyph
from screenwright.tools.simphone.paint import Colour, Paint
from screenwright.tools.simphone.view import View

WHITE = (255, 255, 255)
SKY: tuple[Colour, Colour] = ((24, 44, 92), (126, 92, 150))
ICON_DP = 54


def look(paint: Paint, view: View) -> None:
    """Draw one view, without what is in it."""
    if found := LOOKS.get(view.look):
        found(paint, view)


def _page(paint: Paint, view: View) -> None:
    paint.fill(view.region, paint.theme.page)


def _wallpaper(paint: Paint, view: View) -> None:
    paint.image.paste(_sky(paint.image.width, paint.image.height), (0, 0))


def _title(paint: Paint, view: View) -> None:
    paint.text(view.region, view.text, 20, paint.theme.text, face="bold")


def _arrow(paint: Paint, view: View) -> None:
    _glyph(paint, view.region, "arrow", 22, paint.theme.text)


def _clock(paint: Paint, view: View) -> None:
    paint.text(view.region, view.text, 60, WHITE, align="center")


def _on_sky(paint: Paint, view: View) -> None:
    paint.text(view.region, view.text, 16, WHITE, align="center")


def _icon(paint: Paint, view: View) -> None:
    side, region = paint.dp(ICON_DP), view.region
    square = Region(region.x + (region.width - side) // 2, region.y + paint.dp(6), side, side)
    paint.round(square, paint.dp(16), view.colour or paint.theme.accent)
    _glyph(paint, square, view.glyph, 36, WHITE)
    name = Region(region.x, square.bottom + paint.dp(4), region.width, paint.dp(20))
    paint.text(name, view.text, 13, WHITE, align="center")


def _label(paint: Paint, view: View) -> None:
    colour = paint.theme.text if view.enabled else paint.theme.faint
    paint.text(view.region, view.text, 16, colour)


def _secondary(paint: Paint, view: View) -> None:
    paint.text(view.region, view.text, 13, paint.theme.faint)


def _heading(paint: Paint, view: View) -> None:
    paint.text(view.region, view.text, 13, paint.theme.accent, face="bold")


def _code(paint: Paint, view: View) -> None:
    paint.text(view.region, view.text, 32, paint.theme.accent, face="bold", align="center")


def _name(paint: Paint, view: View) -> None:
    paint.text(view.region, view.text, 24, paint.theme.text, face="bold", align="center")


def _large(paint: Paint, view: View) -> None:
    paint.text(view.region, view.text, 52, paint.theme.text, align="center")


def _centred(paint: Paint, view: View) -> None:
    paint.text(view.region, view.text, 15, paint.theme.faint, align="center")


def _row(paint: Paint, view: View) -> None:
    region, pad = view.region, paint.dp(16)
    line = Region(region.x + pad, region.bottom - 1, region.width - pad, 1)
    paint.fill(line, paint.theme.line)


def _card(paint: Paint, view: View) -> None:
    paint.round(view.region, paint.dp(14), paint.theme.line, paint.theme.card)


def _switch(paint: Paint, view: View) -> None:
    region, theme = view.region, paint.theme
    wide, tall = paint.dp(46), paint.dp(26)
    track = Region(region.right - wide, region.y + (region.height - tall) // 2, wide, tall)
    paint.round(track, tall // 2, theme.accent if view.checked else theme.line)
    place = track.right - tall / 2 if view.checked else track.x + tall / 2
    knob = theme.on_accent if view.checked else theme.faint
    paint.disc(place, track.y + tall / 2, tall * 0.36, knob)


def _slider(paint: Paint, view: View) -> None:
    region, theme, tall = view.region, paint.theme, paint.dp(4)
    middle = region.y + region.height // 2
    paint.round(Region(region.x, middle - tall // 2, region.width, tall), tall // 2, theme.line)
    place = region.x + round(region.width * view.share)
    paint.round(Region(region.x, middle - tall // 2, max(1, place - region.x), tall), tall // 2, theme.accent)
    paint.disc(place, middle, paint.dp(10), theme.accent)


def _field(paint: Paint, view: View) -> None:
    region, theme, held = view.region, paint.theme, view.edits
    rim = theme.accent if view.focused else theme.line
    paint.round(region, paint.dp(10), rim, theme.card)
    inner = region.grown(-paint.dp(12))
    shown = held.shown if held else ""
    colour = theme.text if shown else theme.faint
    high = paint.dp(24)
    lines = paint.lines(shown or view.text, inner.width, 16)
    fits = max(1, inner.height // high)
    top = inner.y if held and held.lines > 1 else region.y + (region.height - high) // 2
    if held and held.all_selected and shown:
        paint.fill(Region(inner.x, top, round(paint.width(lines[-1], 16)), high), theme.line)
    for place, line in enumerate(lines[-fits:]):
        paint.text(Region(inner.x, top + place * high, inner.width, high), line, 16, colour)
    if view.focused and held:
        before = paint.lines(shown[: held.cursor], inner.width, 16)
        row = min(len(before), fits) - 1
        left = inner.x + min(inner.width, round(paint.width(before[-1], 16)))
        paint.fill(Region(left, top + row * high + high // 8, paint.dp(1.5), high * 3 // 4), theme.accent)


def _button(paint: Paint, view: View) -> None:
    theme = paint.theme
    fill = theme.accent if view.enabled else theme.line
    paint.round(view.region, view.region.height // 2, fill)
    paint.text(
        view.region, view.text, 15, theme.on_accent if view.enabled else theme.faint, face="bold", align="center"
    )


def _outlined(paint: Paint, view: View) -> None:
    paint.round(view.region, view.region.height // 2, paint.theme.line, paint.theme.page)
    paint.text(view.region, view.text, 15, paint.theme.accent, face="bold", align="center")


def _floating(paint: Paint, view: View) -> None:
    paint.round(view.region, paint.dp(16), paint.theme.accent)
    _glyph(paint, view.region, view.glyph, 28, paint.theme.on_accent)


def _avatar(paint: Paint, view: View) -> None:
    region = view.region
    paint.round(region, region.width // 2, view.colour or paint.theme.accent)
    paint.text(region, view.text, 18 if region.width < paint.dp(60) else 44, WHITE, face="bold", align="center")


def _keys(paint: Paint, view: View) -> None:
    paint.fill(view.region, paint.theme.keys)


def _key(paint: Paint, view: View) -> None:
    inner, theme = view.region.grown(-paint.dp(2.5)), paint.theme
    paint.round(inner, paint.dp(6), theme.accent if view.checked else theme.key)
    colour = theme.on_accent if view.checked else theme.text
    if view.glyph:
        _glyph(paint, inner, view.glyph, 22, colour)
    else:
        paint.text(inner, view.text, 19 if len(view.text) == 1 else 13, colour, align="center")


def _status(paint: Paint, view: View) -> None:
    bright = view.checked
    colour = WHITE if bright else paint.theme.text
    if not bright:
        paint.fill(view.region, paint.theme.bar)
    region, pad = view.region, paint.dp(16)
    paint.text(
        Region(region.x + pad, region.y, region.width // 2, region.height), view.text, 14, colour, face="bold"
    )
    left = region.right - pad
    for name in view.glyph.split():
        side = paint.dp(16)
        left -= side + paint.dp(2)
        _glyph(paint, Region(left, region.y, side, region.height), name, 15, colour)


def _navigation(paint: Paint, view: View) -> None:
    if not view.checked:
        paint.fill(view.region, paint.theme.bar)
    for child in view.children:
        _glyph(paint, child.region, child.glyph, 22, WHITE if view.checked else paint.theme.faint)


def _toast(paint: Paint, view: View) -> None:
    paint.round(view.region, view.region.height // 2, (50, 52, 60))
    paint.text(view.region, view.text, 14, WHITE, align="center")


def _dark(paint: Paint, view: View) -> None:
    paint.fill(view.region, (0, 0, 0))


def _glyph(paint: Paint, region: Region, name: str, side_dp: float, colour: Colour) -> None:
    side = paint.dp(side_dp)
    left, top = region.x + (region.width - side) // 2, region.y + (region.height - side) // 2
    paint.image.paste(colour, (left, top), glyph(name, side))


@lru_cache(maxsize=4)
def _sky(width: int, height: int) -> Any:
    from PIL import Image, ImageOps

    whole = Image.linear_gradient("L").resize((width, height))
    return ImageOps.colorize(whole, SKY[0], SKY[1])


LOOKS: dict[str, Callable[[Paint, View], None]] = {
    "page": _page,
    "wallpaper": _wallpaper,
    "title": _title,
    "arrow": _arrow,
    "clock": _clock,
    "on_sky": _on_sky,
    "icon": _icon,
    "label": _label,
    "secondary": _secondary,
    "heading": _heading,
    "code": _code,
    "name": _name,
    "large": _large,
    "centred": _centred,
    "row": _row,
    "card": _card,
    "switch": _switch,
    "slider": _slider,
    "field": _field,
    "button": _button,
    "outlined": _outlined,
    "floating": _floating,
    "avatar": _avatar,
    "keys": _keys,
    "key": _key,
    "status": _status,
    "navigation": _navigation,
    "toast": _toast,
    "dark": _dark,
}
