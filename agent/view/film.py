"""A run as a film: each step before, with the action drawn, and after. For a ticket, a chat, a README."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import numpy as np

from screenwright.agent.view.album import UNREADABLE
from screenwright.agent.view.composing import Composed
from screenwright.agent.view.redacting import blurred
from screenwright.agent.view.sketch import captioned, drawn
from screenwright.agent.view.told import Told
from screenwright.tools.errors import BadScript, NotInstalled
from screenwright.tools.observation import Pixels
from screenwright.tools.steps import Step

Kind = Literal["gif", "mp4"]

WIDTH_PX = {"gif": 960, "mp4": 1280}
SHORTEST_S, LONGEST_S = 1.0, 2.4
"""How long a step is shown, whatever it took: a wait of a minute is seen in two seconds."""
LAST_S = 2.0
GIF_STEPS = 250
"""A GIF is put together in memory: of more steps it takes gigabytes, and no browser likes to show it."""
FRAMES_A_SECOND = 10


@dataclass(frozen=True)
class Scene:
    """A picture (H, W, 3) and how long it is shown."""

    pixels: Pixels
    seconds: float


def write_film(run: Told, path: Path, kind: Kind) -> Path:
    """Write it. BadScript: there is nothing to show, or too much; NotInstalled: PyAV; OSError: the disk."""
    scenes = film(run, WIDTH_PX[kind])
    first = next(scenes, None)
    if first is None:
        raise BadScript(f"{run.trace.folder} has no picture that can be read, so there is no film of it")
    if kind == "gif" and len(run.steps) > GIF_STEPS:
        raise BadScript(f"a GIF of {len(run.steps)} steps is too large (up to {GIF_STEPS}); write it with --mp4")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        (_gif if kind == "gif" else _mp4)(chain([first], scenes), part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def film(run: Told, width_px: int) -> Iterator[Scene]:
    """The scenes, all of one size: the largest frame's, scaled to at most `width_px`, and a caption below it."""
    composed = Composed(run.trace.store)
    frames = run.trace.store.frames
    sizes = [frames[n].size for pair in run.numbers for n in pair if n is not None and n in frames]
    if not sizes:
        return
    widest, tallest = max(s.width for s in sizes), max(s.height for s in sizes)
    factor = min(1.0, width_px / max(widest, tallest))
    bar = 36 if width_px * factor > 500 else 28
    width, height = _even(widest * factor), _even(tallest * factor)
    for index, (step, numbers) in enumerate(zip(run.steps, run.numbers, strict=True)):
        seconds = _seconds(run.steps, index)
        pictures = [(n, after) for n, after in zip(numbers, (False, True), strict=True) if n is not None]
        for number, after in pictures:
            try:
                whole = composed.picture(number)
            except UNREADABLE:
                continue
            picture = _fitted(blurred(whole) if run.redacted else whole, whole, factor, width, height)
            if not after:
                picture = _placed(drawn(picture, step), width, height)
            share = 1.0 if len(pictures) == 1 else 0.4 if after else 0.6
            last = LAST_S if step is run.steps[-1] and number == pictures[-1][0] else 0.0
            yield Scene(
                captioned(_placed(picture, width, height), step, len(run.steps), bar, after),
                seconds * share + last,
            )


def _seconds(steps: Sequence[Step], index: int) -> float:
    step, follows = steps[index], steps[index + 1] if index + 1 < len(steps) else None
    took = sum(step.result.seconds.values())
    if not took and follows and step.started:
        took = follows.started - step.started
    return min(max(took, SHORTEST_S), LONGEST_S)


def _fitted(picture: Pixels, whole: Pixels, factor: float, width: int, height: int) -> Pixels:
    """Scaled as all are; blocks stay blocks."""
    import cv2

    size = (min(width, round(whole.shape[1] * factor)), min(height, round(whole.shape[0] * factor)))
    way = cv2.INTER_AREA if picture is whole else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)


def _placed(picture: Pixels, width: int, height: int) -> Pixels:
    """In the middle of a picture of that size: a phone that is turned stays in the film."""
    if picture.shape[:2] == (height, width):
        return picture
    whole = np.zeros((height, width, 3), np.uint8)
    top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
    whole[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return whole


def _even(pixels: float) -> int:
    return max(2, round(pixels / 2) * 2)


def _gif(scenes: Iterator[Scene], path: Path) -> None:
    from PIL import Image

    shown: list[int] = []

    def pictures() -> Iterator[Any]:
        for scene in scenes:
            shown.append(round(scene.seconds * 1000))
            image = Image.fromarray(scene.pixels)
            yield image.quantize(192, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)

    images = list(pictures())
    with path.open("wb") as file:
        images[0].save(
            file, "GIF", save_all=True, append_images=images[1:], duration=shown, loop=0, optimize=False
        )


def _mp4(scenes: Iterator[Scene], path: Path) -> None:
    try:
        import av
    except ImportError as error:
        raise NotInstalled("--mp4 needs PyAV: pip install 'screenwright[inputs]'; --gif needs nothing") from error
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as film:
        stream: Any = None
        for scene in scenes:
            if stream is None:
                stream = _stream(film, scene.pixels)
            frame = av.VideoFrame.from_ndarray(scene.pixels, format="rgb24")
            for _ in range(max(1, round(scene.seconds * FRAMES_A_SECOND))):
                film.mux(stream.encode(frame))
        film.mux(stream.encode(None))


def _stream(film: Any, pixels: Pixels) -> Any:
    """H.264 where this PyAV has an encoder of it, else MPEG-4, which plays everywhere too."""
    import av

    name = "libx264" if "libx264" in av.codecs_available else "mpeg4"
    stream = film.add_stream(name, rate=FRAMES_A_SECOND)
    stream.width, stream.height, stream.pix_fmt = pixels.shape[1], pixels.shape[0], "yuv420p"
    stream.options = {"crf": "22", "preset": "veryfast"} if name == "libx264" else {"qscale": "4"}
    return stream
