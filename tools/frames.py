"""Where the pictures of a run are kept: identical frames once, and of a frame that differs little, the difference.

`frames.jsonl` has a line a frame: its number, size, the frame it builds on, and the PNG files of its
parts with their places. A part is on disk before the line that names it, so a killed run stays readable.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from screenwright.tools.changes import changed_regions
from screenwright.tools.geometry import Region, Size
from screenwright.tools.observation import Observation, Pixels, Words
from screenwright.tools.plainfile import own_file

LARGEST_PX = 1 << 27  # a frame of so many takes 400 MB
CHAIN = 32  # frames that build on each other before one is stored whole, so that reading one stays quick
PIXELS = 200_000_000  # of one frame: three 8K monitors side by side are 100 million
PNG_LEVEL = 1  # level 6 takes twice the time for a few percent


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of a frame, in a file of its own."""

    region: Region
    file: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A stored frame: its parts, laid over the frame `base` where there is one."""

    id: int
    size: Size
    base: int | None
    parts: tuple[Part, ...]

    def line(self) -> str:
        parts = [[p.file, p.region.x, p.region.y, p.region.width, p.region.height] for p in self.parts]
        size = [self.size.width, self.size.height]
        return json.dumps({"id": self.id, "size": size, "base": self.base, "parts": parts})

    @classmethod
    def read(cls, facts: dict[str, Any]) -> Frame:
        """ValueError, TypeError, KeyError: it is none, or larger than any screen."""
        size = Size(*_whole_numbers(facts["size"]))
        if not 0 < size.area <= LARGEST_PX or size.width < 0:
            raise ValueError(f"a frame of {size} is none")
        parts = tuple(Part(Region(*_whole_numbers(box)), plain_name(file)) for file, *box in facts["parts"])
        number, base = facts["id"], facts["base"]
        _whole_numbers([number, 0 if base is None else base])
        return cls(number, size, base, parts)


def _whole_numbers(numbers: list[Any]) -> list[int]:
    if all(type(number) is int for number in numbers):
        return numbers
    raise TypeError(f"{numbers!r:.80} should be whole numbers")


def plain_name(file: str) -> str:
    """The name, if it can lead nowhere out of its folder: a trace may be a stranger's. Else ValueError."""
    if re.fullmatch(r"[\w-][\w.-]*", file):
        return file
    raise ValueError(f"{file!r} is no name of a picture")


class FrameStore:
    """Writes frames into a folder, and reads them back."""

    def __init__(self, folder: Path, frames: Iterable[Frame] = ()) -> None:
        self.folder = folder
        self.frames = {frame.id: frame for frame in frames}
        self._seen: dict[bytes, int] = {}
        self._last: Words | None = None
        self._last_id = -1
        self._depth: dict[int, int] = {}
        self.bytes_written = 0

    def put(self, observation: Observation) -> int:
        """The number under which this picture is stored; a picture seen before keeps its number."""
        words = observation.words
        if self._last is not None and self._last.shape == words.shape:
            regions = changed_regions(self._last, words)
            if not regions:
                return self._last_id
        else:
            regions = None
        digest = hashlib.blake2b((words & np.uint32(0xFFFFFF)).tobytes(), digest_size=16).digest()
        number = self._seen.get(digest)
        if number is None:
            number = self._seen[digest] = self._write(observation, regions)
        self._last, self._last_id = words, number
        return number

    def _write(self, observation: Observation, regions: list[Region] | None) -> int:
        frame = observation.frame
        deep = self._depth.get(self._last_id, 0) >= CHAIN
        whole = regions is None or deep or sum(r.area for r in regions) > frame.area / 2
        if whole:
            regions = [Region(0, 0, frame.width, frame.height)]
        number = len(self.frames)
        self._depth[number] = 0 if whole else self._depth.get(self._last_id, 0) + 1
        parts = tuple(
            Part(region, self._save(f"{number:05d}-{index}.png", observation.crop(region)))
            for index, region in enumerate(regions or ())
        )
        stored = Frame(number, frame, None if whole else self._last_id, parts)
        with (self.folder / "frames.jsonl").open("a", encoding="utf-8") as file:
            file.write(stored.line() + "\n")
        self.frames[number] = stored
        return number

    def _save(self, name: str, pixels: Pixels) -> str:
        from PIL import Image

        data = BytesIO()
        Image.fromarray(pixels).save(data, "PNG", compress_level=PNG_LEVEL)
        path = self.folder / "frames" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data.getbuffer())
        self.bytes_written += data.tell()
        return name

    def pixels(self, number: int) -> Pixels:
        """(H, W, 3) uint8 RGB of a stored frame. KeyError, OSError where it is not (wholly) there."""
        frames = [self.frames[number]]
        while (base := frames[-1].base) is not None:
            frames.append(self.frames[base])
            if len(frames) > 4 * CHAIN:
                raise OSError(f"picture {number} of {self.folder} builds on itself, or on too many others")
        size = frames[-1].size
        if size.width < 1 or size.height < 1 or size.area > PIXELS:
            raise OSError(f"picture {number} of {self.folder} would be {size}, which no screen is")
        picture = np.zeros((size.height, size.width, 3), np.uint8)
        if any(sum(part.region.area for part in frame.parts) > 2 * size.area for frame in frames):
            raise OSError(f"picture {number} of {self.folder} has more parts than it has room for")
        for frame in reversed(frames):
            for part in frame.parts:
                self._lay(part, picture)
        return picture

    def _lay(self, part: Part, picture: Pixels) -> None:
        """Put a part in its place. OSError: the file is none of ours, or holds something else."""
        from PIL import Image

        region, path = part.region, self.folder / "frames" / part.file
        try:
            with Image.open(own_file(path), formats=("PNG",)) as image:
                if image.size != (region.width, region.height):
                    raise ValueError(f"it is {image.width}x{image.height}, and {region} was stored")
                picture[region.y : region.bottom, region.x : region.right] = np.asarray(image.convert("RGB"))
        except (ValueError, SyntaxError, TypeError, EOFError, IndexError, Image.DecompressionBombError) as error:
            raise OSError(f"{path} can't be read: {error}") from error
