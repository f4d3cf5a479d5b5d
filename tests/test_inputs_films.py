"""Films encoded here: frames come by the times at which they are shown, whatever the head of the file says."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from screenwright.tools.geometry import Point, Size, View
from screenwright.tools.inputs import BadInput, Bounds, Film, Input, open_input
from screenwright.tools.inputs.sampling import picked
from screenwright.tools.observation import Observation

MS = Fraction(1, 1000)


def film_file(
    path: Path | BytesIO,
    stamps: list[int],
    *,
    kind: str = "mp4",
    codec: str = "libx264",
    size: tuple[int, int] = (128, 96),
    key_every: int = 10,
    options: dict[str, str] | None = None,
) -> None:
    """A film with a frame at each stamp, in ms; the grey level of the n-th is 20 n modulo 240."""
    target: Any = path if isinstance(path, BytesIO) else str(path)
    with av.open(target, "w", format=kind, options=options or {}) as out:
        stream: Any = out.add_stream(codec, rate=25)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = MS
        stream.time_base = MS
        stream.gop_size = key_every
        for number, stamp in enumerate(stamps):
            grey = np.full((size[1], size[0], 3), number * 20 % 240, np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24")
            frame.pts, frame.time_base = stamp, MS
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


def film(path: Path, bounds: Bounds | None = None) -> Film:
    opened: Input = open_input(path, bounds or Bounds())
    assert isinstance(opened, Film)
    return opened


def greys(held: Film) -> list[int]:
    return [int(frame.mean()) for frame in held.frames]


def numbers(held: Film) -> list[int]:
    """Which frame each one is."""
    return [round(grey / 20) for grey in greys(held)]


@pytest.mark.parametrize(
    ("kind", "codec"), [("mp4", "libx264"), ("matroska", "libx264"), ("webm", "libvpx"), ("avi", "mpeg4")]
)
def test_frames_two_a_second_with_the_first_and_the_last(kind: str, codec: str, tmp_path: Path) -> None:
    path = tmp_path / "录屏.png"
    film_file(path, [n * 500 for n in range(9)], kind=kind, codec=codec)
    got = film(path)
    assert numbers(got) == list(range(9))
    assert got.seconds == pytest.approx([n / 2 for n in range(9)], abs=0.03)
    assert got.frames[0].shape == (96, 128, 3)
    assert got.notes == ()


def test_a_recording_that_has_frames_only_where_something_changed(tmp_path: Path) -> None:
    """The mean rate of this file is 0.7 a second, and no frame lies where it would say."""
    stamps = [0, 40, 80, 3000, 3040, 10_000, 10_500, 11_000]
    film_file(tmp_path / "a", stamps, kind="matroska")
    got = film(tmp_path / "a")
    assert got.seconds == pytest.approx([stamps[n] / 1000 for n in numbers(got)], abs=0.002)
    assert {0, 2, 4, 5, 6, 7} <= set(numbers(got))  # what stood for seconds, and the end
    assert got.length_s == pytest.approx(11.0, abs=0.1)


def test_few_frames_and_many(tmp_path: Path) -> None:
    film_file(tmp_path / "short", [0, 40, 80, 120, 160], kind="matroska")
    assert len(film(tmp_path / "short").frames) == 4
    film_file(tmp_path / "one", [0], kind="matroska")
    assert film(tmp_path / "one").seconds == (0.0,)
    film_file(tmp_path / "long", [n * 100 for n in range(300)], kind="matroska")
    got = film(tmp_path / "long", Bounds(frames_most=7))
    assert len(got.frames) == 7
    assert got.seconds[0] == 0
    assert got.seconds[-1] == pytest.approx(29.9)
    assert len(film(tmp_path / "long", Bounds(fps=0.5)).frames) == 16


def test_leaping_to_key_frames_finds_the_same_frames(tmp_path: Path) -> None:
    film_file(tmp_path / "a", [n * 100 for n in range(400)], kind="mp4", key_every=15)
    got = film(tmp_path / "a", Bounds(frames_most=6))
    wanted = [round(second * 10) for second in got.seconds]
    assert numbers(got) == [n % 12 for n in wanted]


def test_times_begin_at_nought(tmp_path: Path) -> None:
    film_file(tmp_path / "a", [7000 + n * 500 for n in range(5)], kind="matroska")
    got = film(tmp_path / "a")
    assert got.seconds == pytest.approx([0, 0.5, 1, 1.5, 2])
    assert got.length_s < 3


def test_a_file_cut_off_gives_what_it_holds_and_says_so(tmp_path: Path) -> None:
    whole = BytesIO()
    noise = np.random.default_rng(2)
    with av.open(whole, "w", format="matroska") as out:
        stream: Any = out.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for _ in range(100):
            frame = av.VideoFrame.from_ndarray(noise.integers(0, 255, (96, 128, 3), np.uint8), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    (tmp_path / "a.mkv").write_bytes(whole.getvalue()[: len(whole.getvalue()) * 6 // 10])
    got = film(tmp_path / "a.mkv")
    assert 4.5 < got.seconds[-1] < 6.5
    assert "a.mkv is damaged or cut off: what could be seen ends at" in got.notes[0]
    assert "of 10.0 s" in got.notes[0]


def test_a_recording_whose_recorder_was_killed_has_no_length(tmp_path: Path) -> None:
    film_file(tmp_path / "a", [n * 500 for n in range(8)], kind="matroska", options={"live": "1"})
    with av.open(str(tmp_path / "a")) as container:
        assert container.duration is None
    assert numbers(film(tmp_path / "a")) == list(range(8))


def test_a_film_with_no_times_at_all(tmp_path: Path) -> None:
    film_file(tmp_path / "a", [n * 40 for n in range(50)], kind="h264")
    got = film(tmp_path / "a")
    assert got.seconds[0] == 0
    assert got.seconds[-1] == pytest.approx(1.96, abs=0.05)
    assert "holds no times" in got.notes[0]


def test_a_phone_held_upright(tmp_path: Path) -> None:
    """A phone writes lying frames, and in the head that they are to be turned."""
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w", format="mp4") as out:
        stream: Any = out.add_stream("libx264", rate=5)
        stream.width, stream.height, stream.pix_fmt = 128, 64, "yuv420p"
        picture = np.zeros((64, 128, 3), np.uint8)
        picture[:, :64] = 250  # left is bright
        for _ in range(5):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode())
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40  # version 0: the matrix of nine numbers lies 40 bytes into the box
    turned = [0, 0x10000, 0, -0x10000, 0, 0, 64 << 16, 0, 0x40000000]  # a quarter to the right
    data[at : at + 36] = b"".join(number.to_bytes(4, "big", signed=True) for number in turned)
    path.write_bytes(data)
    got = film(path)
    assert got.frames[0].shape == (128, 64, 3)
    assert got.frames[0][10].mean() > 200
    assert got.frames[0][-10].mean() < 50


def test_a_film_is_scaled_to_its_budget(tmp_path: Path) -> None:
    film_file(tmp_path / "a", [0, 500], size=(640, 480))
    assert film(tmp_path / "a", Bounds(tokens=64)).frames[0].shape == (192, 288, 3)


def test_a_film_of_huge_frames_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    film_file(tmp_path / "a", [0, 500], size=(640, 480))
    with pytest.raises(BadInput, match="a is 640x480, 307,200 pixels a frame; at most 200,000"):
        open_input(tmp_path / "a", Bounds(pixels=200_000))


def test_sound_alone_damage_and_no_frame_are_said(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "sound.mp4"), "w", format="mp4") as out:
        stream: Any = out.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 44100), np.float32), format="fltp", layout="mono")
        frame.rate, frame.pts = 44100, 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode())
    with pytest.raises(BadInput, match="sound but no picture"):
        open_input(tmp_path / "sound.mp4")
    film_file(tmp_path / "a.mp4", [0, 500, 1000])
    data = (tmp_path / "a.mp4").read_bytes()
    (tmp_path / "half.mp4").write_bytes(data[: len(data) // 2])  # its table of contents stood at the end
    with pytest.raises(BadInput, match=r"half.mp4 holds nothing that can be shown; .*not whole"):
        open_input(tmp_path / "half.mp4")
    with av.open(str(tmp_path / "none.mkv"), "w", format="matroska") as out:
        empty: Any = out.add_stream("libx264", rate=5)
        empty.width, empty.height, empty.pix_fmt = 64, 64, "yuv420p"
        out.start_encoding()
    with pytest.raises(BadInput, match=r"none.mkv (holds no frame|can't be read)"):
        open_input(tmp_path / "none.mkv")


def test_a_playlist_leads_nowhere(tmp_path: Path) -> None:
    """FFmpeg would open the files that a playlist names; here it is words."""
    film_file(tmp_path / "secret.mp4", [0, 500])
    (tmp_path / "list.mp4").write_text(f"ffconcat version 1.0\nfile {tmp_path}/secret.mp4\n")
    assert not isinstance(open_input(tmp_path / "list.mp4"), Film)


def test_which_frames_are_taken() -> None:
    assert picked([], Bounds()) == []
    assert picked([0.0], Bounds()) == [0]
    assert picked([0.0, 9.0], Bounds()) == [0, 1]
    assert {0, 8} <= set(picked([0.0] * 9, Bounds()))
    assert picked([0.0, 9.0, 60.0], Bounds()) == [0, 1, 2]
    assert picked([0.0, 0.1, 0.2, 60.0], Bounds()) == [0, 1, 2, 3]
    assert picked([n / 30 for n in range(301)], Bounds()) == list(range(0, 301, 15))
    assert picked([n / 30 for n in range(100_000)], Bounds(frames_most=2)) == [0, 99_999]


def test_a_run_is_a_film_with_what_was_done(tmp_path: Path) -> None:
    from screenwright.tools.actions import Click
    from screenwright.tools.steps import Decision, Result, Step, Task
    from screenwright.tools.trace import TraceWriter

    size = Size(320, 200)
    writer = TraceWriter(tmp_path / "run")
    writer.begin(Task("按「保存」"), {})
    for n in range(3):
        seen = [
            Observation(
                View(size),
                pixels=np.full((200, 320, 3), 40 * (n + k), np.uint8),
                taken_at=100.0 + n + k,
                serial=n + k,
            )
            for k in (0, 1)
        ]
        click = Click(target="保存", point=Point(10, 20, size))
        writer.add(Step(n, seen[0], Decision(click), None, Result(True, "done"), after=seen[1]))
    run = film(tmp_path / "run")
    assert greys(run) == [0, 40, 80, 120]
    assert run.seconds == (0, 1, 2, 3)
    assert run.caption.splitlines()[0] == "Task: 按「保存」"
    assert "2. at 1.0 s: click 保存" in run.caption
    with pytest.raises(BadInput, match="the newest run in it is"):
        open_input(tmp_path)
