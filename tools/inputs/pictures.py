"""Picture files: upright, on white, in 8-bit RGB; animated ones as films, scans of several pages by page."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.Image import Image as Picture

from screenwright.tools.inputs.fitting import fitted
from screenwright.tools.inputs.kinds import BadInput, Bounds, Film, Page, Still, counted
from screenwright.tools.inputs.sampling import page_numbers, picked
from screenwright.tools.observation import Pixels

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "ICO")
"""What Pillow may decode; it knows stranger ones, some of which run programs."""
AS_BROWSERS_MS = 100.0
"""What a frame that names no time is shown for."""
FRAMES_READ = 5_000
PIXELS_READ = 20_000_000_000
"""Of an animation in all: a few kilobytes can hold thousands of huge frames."""
MOVING = ("GIF", "WEBP", "AVIF")
DAMAGE = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError)
"""What Pillow's decoders raise over damaged files."""


def open_picture(file: BinaryIO, name: str, bounds: Bounds, pages: str = "") -> Still | Film | Scan:
    """A picture, an animation or a scan, of which `pages` says which. BadInput where it is none of them.

    `file` is closed, by a Scan when that is.
    """
    with ExitStack() as closing, _readable(name), warnings.catch_warnings():
        closing.callback(file.close)
        warnings.simplefilter("ignore")  # a bomb is told by us, and damaged EXIF does no harm
        image = Image.open(file, formats=FORMATS)
        _check(image, name, bounds)
        if image.format == "TIFF" and (total := int(getattr(image, "n_frames", 1))) > 1:
            scan = Scan(image, file, name, bounds, page_numbers(pages, total, name))
            closing.pop_all()
            return scan
        if pages:
            raise BadInput(f"{name} has no pages, so #{pages} means nothing: leave it")
        # not is_animated for all: it reads the whole file, and raises where a GIF is cut off
        if image.format in MOVING or (image.format == "PNG" and getattr(image, "is_animated", False)):
            return _film(image, name, bounds)
        return Still(name, upright_rgb(image))


class Scan:
    """A TIFF of several pages, as scanners and fax machines write."""

    def __init__(self, image: Picture, file: BinaryIO, name: str, bounds: Bounds, numbers: Sequence[int]) -> None:
        self.name, self.numbers = name, numbers
        self.total = int(getattr(image, "n_frames", 1))
        self._image, self._file, self._bounds = image, file, bounds

    def page(self, number: int) -> Page:
        name = f"page {number} of {self.name}"
        with _readable(name):
            self._image.seek(number - 1)
            _check(self._image, name, self._bounds)
            return Page(number, fitted(upright_rgb(self._image.copy()), self._bounds.tokens, name))

    def close(self) -> None:
        self._image.close()
        self._file.close()


def upright_rgb(image: Picture) -> Pixels:
    """(H, W, 3) uint8: turned as its camera says, transparent parts white, 16 bits scaled to 8."""
    turned = ImageOps.exif_transpose(image)
    if turned.mode in ("I", "I;16", "I;16L", "I;16B", "I;16N", "F"):
        return _scaled(turned)
    if "A" in turned.getbands() or "transparency" in turned.info:
        clear = turned.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        white.alpha_composite(clear)
        turned = white
    return np.asarray(turned.convert("RGB"))


def _scaled(image: Picture) -> Pixels:
    """Pillow cuts such levels off at 255: a 16-bit picture came out white."""
    levels = np.asarray(image).astype(np.float64)
    levels = np.nan_to_num(levels, nan=0.0, posinf=0.0, neginf=0.0)
    brightest = max(float(levels.max(initial=0)), 1e-9)
    if image.mode.startswith("I;16"):
        top = 65535.0
    elif image.mode == "I" and brightest <= 65535:  # 32 bits hold what had 8 or 16
        top = 255.0 if brightest <= 255 else 65535.0
    else:
        top = brightest
    grey = np.clip(levels * (255.0 / top), 0, 255).round().astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def _film(image: Picture, name: str, bounds: Bounds) -> Film | Still:
    """Twice through the file: first for the times, then for the frames that are wanted."""
    begins: list[float] = []
    now, notes = 0.0, list[str]()
    most = max(2, min(FRAMES_READ, PIXELS_READ // (image.width * image.height)))
    try:
        for number in range(most):
            image.seek(number)
            image.load()  # a WebP tells a frame's time only when it is decoded
            begins.append(now / 1000)
            now += float(image.info.get("duration") or 0) or AS_BROWSERS_MS
        notes.append(f"{name}: only the first {most} frames were read")
    except EOFError:
        pass  # Pillow's way to say that there is no further frame
    except DAMAGE as error:
        if not begins:
            raise
        notes.append(f"{name} is damaged after frame {len(begins)}: {error}")
    if len(begins) == 1:
        image.seek(0)
        return Still(name, upright_rgb(image))
    wanted = picked(begins, bounds)
    frames: list[Pixels] = []
    for number in wanted:
        image.seek(number)
        frames.append(fitted(upright_rgb(image.copy()), bounds.tokens, name))
    seconds = tuple(begins[number] for number in wanted)
    return Film(name, tuple(frames), seconds, now / 1000, notes=tuple(notes))


def _check(image: Picture, name: str, bounds: Bounds) -> None:
    """The file's head has told the size; nothing is decoded yet."""
    width, height = image.size
    if width * height > bounds.pixels:
        raise BadInput(
            f"{name} would be {width} x {height}, {counted(width * height, 'pixels')}; at most "
            f"{counted(bounds.pixels, '')}are decoded: make it smaller"
        )


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except UnidentifiedImageError as error:
        raise BadInput(f"{name} begins like a picture but can't be read as one; it is damaged") from error
    except (Image.DecompressionBombError, MemoryError) as error:
        raise BadInput(f"{name} is too large to be decoded: {error}") from error
    except DAMAGE as error:
        raise BadInput(f"{name} can't be read: {error}; the file is damaged or not whole") from error
