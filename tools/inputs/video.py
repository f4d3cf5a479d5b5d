"""Films and screen recordings through FFmpeg: some frames, by the times at which they are shown.

First the file is read without decoding, for the time of every frame: what the head says of length and rate
is wrong for recordings that have a frame only where something changed, and missing where a recorder was
killed. Then only what leads to the wanted frames is decoded.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from screenwright.tools.geometry import Size
from screenwright.tools.inputs.fitting import fitted_size
from screenwright.tools.inputs.kinds import BadInput, Bounds, Film, counted, package
from screenwright.tools.inputs.sampling import picked
from screenwright.tools.inputs.sniff import FILMS
from screenwright.tools.observation import Pixels

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

ASSUMED_FPS = 25.0
LEAP_S = 1.0
CUT_S = 0.5
"""Seconds that are missing at the end of what is called cut off."""
FRAMES_READ = 2_000_000
"""Frames whose times are kept: 18 hours at 30 a second."""


@dataclass(frozen=True, slots=True)
class _Times:
    """Of all frames: the second each is shown at, sorted, and those at which decoding can begin."""

    begins: list[float]
    keys: list[float]
    end: float
    timed: bool
    whole: bool


def open_film(file: BinaryIO, kind: str, name: str, bounds: Bounds) -> Film:
    """Frames of a film, `kind` as sniffed. Raises NotInstalled, and BadInput where it shows nothing."""
    av = package("av", "av", f"the film {name}")
    try:
        with av.open(file, format=FILMS[kind]) as container:
            stream = _pictures(container, name, bounds)
            times = _times(av, container, stream)
        file.seek(0)  # opened anew: what has no index can't be wound back
        with av.open(file, format=FILMS[kind]) as container:
            return _film(av, container, _pictures(container, name, bounds), times, name, bounds)
    except av.error.FFmpegError as error:
        raise BadInput(f"{name} can't be read as a film: {_said(error)}; it is damaged or not whole") from error


def _pictures(container: InputContainer, name: str, bounds: Bounds) -> VideoStream:
    if not container.streams.video:
        if container.streams.audio:
            raise BadInput(f"{name} has sound but no picture; the model can only look")
        raise BadInput(f"{name} holds nothing that can be shown; it is damaged or not whole")
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    _check(Size(stream.width or 0, stream.height or 0), name, bounds)
    return stream


def _times(av: Any, container: InputContainer, stream: VideoStream) -> _Times:
    """Reads all packets. Where none has a time, frames are taken to follow evenly."""
    unit = float(stream.time_base or 0) or 1 / ASSUMED_FPS
    rate = float(stream.average_rate or stream.guessed_rate or ASSUMED_FPS)
    stamped: list[tuple[float, bool]] = []
    unstamped, end, whole = 0, 0.0, True
    try:
        for packet in container.demux(stream):
            if not packet.size or packet.is_discard:
                continue
            stamp = packet.pts if packet.pts is not None else packet.dts
            if stamp is None:
                unstamped += 1
            else:
                stamped.append((stamp * unit, packet.is_keyframe))
                end = max(end, (stamp + (packet.duration or 0)) * unit)
            whole = whole and not packet.is_corrupt
            if len(stamped) + unstamped >= FRAMES_READ:
                break
    except av.error.FFmpegError:
        whole = False
    if not stamped:
        begins = [n / rate for n in range(unstamped)]
        return _Times(begins, [], unstamped / rate, False, whole)
    stamped.sort()
    begins = [second for second, _ in stamped]
    return _Times(begins, [second for second, key in stamped if key], end, True, whole)


def _film(
    av: Any, container: InputContainer, stream: VideoStream, times: _Times, name: str, bounds: Bounds
) -> Film:
    wanted = [times.begins[number] for number in picked(times.begins, bounds)]
    seen: list[tuple[float, Pixels]] = []
    target: Size | None = None
    last: tuple[float, VideoFrame] | None = None
    decoder = _Decoder(av, container, stream, times)
    for second in wanted:
        got = decoder.at(second)
        last = got or decoder.last
        if last is not None and (not seen or last[0] > seen[-1][0]):
            target = target or _target(last[1], stream, name, bounds)
            seen.append((last[0], _rgb(last[1], target, name, bounds)))
        if got is None:
            break
    if not seen:
        raise BadInput(f"{name} holds no frame that can be shown; it is damaged or not whole")
    begin = min(times.begins[0], seen[0][0])
    length = max(times.end - begin, seen[-1][0] - begin)
    notes: list[str] = []
    promised = float(stream.duration or 0) * float(stream.time_base or 0)
    promised = promised or (container.duration or 0) / 1_000_000
    short = wanted[-1] - seen[-1][0] > CUT_S or (promised - length > CUT_S and length < 0.9 * promised)
    if not times.whole or decoder.failed or short:
        of = f" of {promised:.1f}" if promised > length else ""
        notes.append(f"{name} is damaged or cut off: what could be seen ends at {seen[-1][0] - begin:.1f}{of} s")
    if not times.timed:
        notes.append(f"{name} holds no times; its frames were taken to follow evenly")
    frames = tuple(pixels for _, pixels in seen)
    return Film(name, frames, tuple(second - begin for second, _ in seen), length, notes=tuple(notes))


class _Decoder:
    """Gives frames at rising times, and leaps to a later key frame where that saves decoding."""

    def __init__(self, av: Any, container: InputContainer, stream: VideoStream, times: _Times) -> None:
        self._av, self._container, self._stream, self._times = av, container, stream, times
        self._unit = float(stream.time_base or 0) or 1 / ASSUMED_FPS
        self._rate = float(stream.average_rate or stream.guessed_rate or ASSUMED_FPS)
        self._index = 0
        self.failed = False
        self.last: tuple[float, VideoFrame] | None = None
        self._frames = self._following()

    def at(self, second: float) -> tuple[float, VideoFrame] | None:
        """The frame shown then; None at the end of what can be decoded, and `last` is the last one."""
        keys = self._times.keys
        number = bisect_right(keys, second + 1e-6) - 1
        now = self.last[0] if self.last else -1.0
        if self._times.timed and number > 0 and keys[number] > now + LEAP_S:
            with contextlib.suppress(self._av.error.FFmpegError):  # what can't leap decodes on
                self._container.seek(round(keys[number] / self._unit), stream=self._stream, backward=True)
                self._frames = self._following()
        if self.last is not None and self.last[0] >= second - 1e-6:
            return self.last
        for held in self._frames:
            self.last = held
            if held[0] >= second - 1e-6:
                return held
        return None

    def _following(self) -> Iterator[tuple[float, VideoFrame]]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
                for frame in packet.decode():
                    stamp = frame.pts if frame.pts is not None else frame.dts
                    if self._times.timed and stamp is None:
                        continue
                    yield (stamp or 0) * self._unit if self._times.timed else self._index / self._rate, frame
                    self._index += 1
            except StopIteration:
                return
            except self._av.error.EOFError:
                return
            except self._av.error.FFmpegError:
                # a damaged packet; what comes after may be good
                self.failed = True


def _check(size: Size, name: str, bounds: Bounds) -> None:
    if size.area > bounds.pixels:
        raise BadInput(
            f"{name} is {size}, {counted(size.area, 'pixels')} a frame; at most "
            f"{counted(bounds.pixels, '')}are decoded: scale it down"
        )


def _target(frame: VideoFrame, stream: VideoStream, name: str, bounds: Bounds) -> Size:
    """The size of all frames: pixels made square, turned as the camera was held, fitted to the budget."""
    aspect = float(stream.sample_aspect_ratio or 1) or 1.0
    wide = Size(max(1, round(frame.width * aspect)), frame.height)
    if frame.rotation % 180:
        wide = Size(wide.height, wide.width)
    return fitted_size(wide, bounds.tokens, name)


def _rgb(frame: VideoFrame, target: Size, name: str, bounds: Bounds) -> Pixels:
    _check(Size(frame.width, frame.height), name, bounds)  # it may change within a stream
    turns = round(frame.rotation / 90) % 4
    size = Size(target.height, target.width) if turns % 2 else target
    plain = frame.reformat(size.width, size.height, "rgb24", interpolation="BICUBIC").to_ndarray()
    return np.ascontiguousarray(np.rot90(plain, turns), dtype=np.uint8)


def _said(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
