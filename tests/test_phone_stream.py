"""The live picture of a phone: cut out of H.264 without lengths, decoded by real PyAV, sent by real adb."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from conftest import until
from hypothesis import given, settings
from hypothesis import strategies as st
from phones import SMALL, AdbServer

from screenwright.tools.adb.client import Adb
from screenwright.tools.geometry import Size
from screenwright.tools.phone import h264
from screenwright.tools.phone.stream import NoStream, Packet, Stream
from screenwright.tools.simphone import SimPhone
from screenwright.tools.simphone.encoder import Encoder

pytest_plugins = ["phones"]
CLOSE = 3.0
"""Mean difference a pixel, of 255, that the colours of a video may be off."""


def off(shown: Any, wanted: Any) -> float:
    return float(np.abs(shown.astype(int) - wanted).mean())


@cache
def pictures() -> list[bytes]:
    """Eight access units of a screen on which something moves."""
    encoder = Encoder(Size(64, 48))
    units: list[bytes] = []
    for place in range(8):
        pixels = np.full((48, 64, 3), 40, np.uint8)
        pixels[10:20, place * 6 : place * 6 + 12] = (250, 30 * place, 90)
        units.append(encoder.encode(pixels))
    return units


@settings(deadline=None)
@given(st.lists(st.integers(0, sum(map(len, pictures()))), max_size=40))
def test_however_the_bytes_come_the_pictures_are_the_same(cuts: list[int]) -> None:
    whole, cutter = b"".join(pictures()), h264.Cutter()
    places = [0, *sorted(cuts), len(whole)]
    found = [unit for a, b in pairwise(places) for unit in cutter.feed(whole[a:b])]
    last = cutter.flush()
    assert last and [*found, last] == pictures()
    assert cutter.flush() is None


@settings(deadline=None)
@given(st.data())
def test_a_pause_between_pictures_is_told_from_one_within(data: st.DataObject) -> None:
    units, cutter = pictures(), h264.Cutter()
    for unit in units[:3]:
        assert cutter.feed(unit) == [] and cutter.flush() == unit
    cut = data.draw(st.integers(6, len(units[3]) - 1))
    assert cutter.feed(units[3][:cut]) == []
    held = cutter.flush()
    assert held == units[3][:cut].rstrip(b"\0")
    with pytest.raises(h264.Torn):
        cutter.feed(units[3][cut:] + units[4])
        cutter.flush()


def test_parameters_alone_are_no_picture() -> None:
    cutter = h264.Cutter()
    cutter.feed(h264.parameters(pictures()[0]))
    assert cutter.flush() is None and not cutter.pending


@pytest.mark.parametrize("size", [Size(64, 48), Size(360, 800), Size(1080, 2400), Size(2400, 1080), Size(90, 50)])
def test_a_stream_says_its_size_and_codec(size: Size) -> None:
    unit = Encoder(size).encode(np.zeros((size.height, size.width, 3), np.uint8))
    shape = h264.shape(h264.parameters(unit))
    assert shape.size == size and shape.codec.startswith("avc1.42")
    assert h264.is_key(unit) and not h264.is_key(pictures()[1])


def golomb(number: int) -> str:
    """A number as H.264 writes it."""
    told = f"{number + 1:b}"
    return "0" * (len(told) - 1) + told


def signed(number: int) -> str:
    return golomb(2 * number - 1 if number > 0 else -2 * number)


def scales(length: int, changes: list[int]) -> str:
    """A list of scales: each change of the one before until one is zero, or the list is full."""
    last, told = 8, ""
    for change in (changes + [0] * length)[:length]:
        told += signed(change)
        last = (last + change) % 256
        if not last:
            break
    return told


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(-20, 20), max_size=64) | st.none(), min_size=8, max_size=8))
def test_scaling_lists_are_passed_over(lists: list[list[int] | None]) -> None:
    told = [
        "0" if changes is None else "1" + scales(16 if place < 6 else 64, changes)
        for place, changes in enumerate(lists)
    ]
    bits = f"{100:08b}{0:08b}{30:08b}{golomb(0)}{golomb(1)}{golomb(0)}{golomb(0)}01{''.join(told)}"
    bits += golomb(0) + golomb(2) + golomb(1) + "0" + golomb(19) + golomb(14) + "11"
    bits += "1" + golomb(0) + golomb(1) + golomb(0) + golomb(0) + "01"
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8)
    guarded = bytearray()
    for byte in data:  # no start code may come about within
        guarded += b"\3" * (guarded.endswith(b"\0\0") and byte <= 3) + bytes((byte,))
    assert h264.shape(b"\0\0\0\1\x67" + guarded) == h264.Shape(Size(318, 240), "avc1.64001E")


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_broken_parameters_are_a_value_error(data: bytes) -> None:
    try:
        h264.shape(b"\0\0\0\1\x67" + data)
    except ValueError:
        return


def test_what_is_no_h264_is_torn() -> None:
    decoder = h264.Decoder()
    decoder.decode(pictures()[0])
    with pytest.raises(h264.Torn):
        decoder.decode(b"\0\0\0\1\x65" + bytes(40))


@pytest.fixture
def stream(new_server: AdbServer, sim: SimPhone) -> Iterator[Stream]:
    serial = new_server.connect(sim)
    with Stream(Adb(new_server.binary, port=new_server.port), serial) as live:
        yield live


def test_every_state_is_shown_at_once(adb_server: AdbServer, sim: SimPhone) -> None:
    """A screen that stands still shows its present state, not the one before."""
    serial = adb_server.connect(sim)
    with Stream(Adb(adb_server.binary, port=adb_server.port), serial) as stream:
        frame = stream.newest()
        assert frame and frame.pixels.shape == (800, 360, 3)
        assert off(frame.pixels, sim.phone.glass.shown()) < CLOSE
        for app in (sim.phone.notes, sim.phone.contacts, sim.phone.vault, sim.phone.apps[2]) * 2:
            before = frame.serial
            sim.phone.open(app)
            frame = stream.newest(after=before)
            assert frame and frame.serial > before
            assert off(frame.pixels, sim.phone.glass.captured()) < CLOSE, app.label
        assert stream.newest(0.1, after=frame.serial) is None, "nothing was drawn"
    assert until(lambda: sim.phone.recorders == 0) is True


def test_a_new_recording_takes_over_before_the_limit(new_server: AdbServer, sim: SimPhone) -> None:
    serial = new_server.connect(sim)
    with Stream(Adb(new_server.binary, port=new_server.port), serial, limit_s=1) as stream:
        ends, last, most = time.monotonic() + 2.5, 0, 0
        while time.monotonic() < ends:
            sim.phone.open(sim.phone.notes if sim.phone.front is sim.phone.contacts else sim.phone.contacts)
            frame = stream.newest(1.0, after=last)
            assert frame, "no picture for a second"
            last = frame.serial
            most = max(most, sim.phone.recorders)
        assert stream.recordings >= 3 and stream.trouble == ""
        assert most == 2, "the next is begun while the last one runs"


def test_a_phone_that_records_once_only_is_recorded_on(new_server: AdbServer, sim: SimPhone) -> None:
    sim.phone.faults.one_recorder = True
    serial = new_server.connect(sim)
    with Stream(Adb(new_server.binary, port=new_server.port), serial, limit_s=1) as stream:
        assert stream.newest()
        began = time.monotonic()
        until(lambda: stream.recordings >= 5)
        assert time.monotonic() - began > 1.2, "one that can't be had is not tried for again and again"
        sim.phone.open(sim.phone.contacts)
        assert until(lambda: (found := stream.newest(1.0)) and off(found.pixels, sim.phone.glass.shown()) < CLOSE)
        assert stream.trouble == ""


def test_a_turned_phone_is_recorded_anew(stream: Stream, sim: SimPhone) -> None:
    assert stream.newest()
    sim.phone.turn(1)
    frame = until(lambda: (found := stream.newest(1.0)) and found.pixels.shape == (360, 800, 3) and found)
    assert off(frame.pixels, sim.phone.glass.shown()) < CLOSE


def test_a_smaller_video_is_turned_too(new_server: AdbServer, sim: SimPhone) -> None:
    serial = new_server.connect(sim)
    sim.phone.turn(3)
    with Stream(Adb(new_server.binary, port=new_server.port), serial, size=Size(180, 400)) as stream:
        frame = stream.newest()
        assert frame and frame.pixels.shape == (180, 400, 3)


def test_a_pause_within_a_picture_is_found_out(stream: Stream, sim: SimPhone) -> None:
    sim.phone.faults.halves_s = 0.06
    sim.phone.open(sim.phone.contacts)
    frame = until(lambda: (found := stream.newest(1.0)) and off(found.pixels, sim.phone.glass.shown()) < CLOSE)
    assert frame
    sim.phone.open(sim.phone.notes)
    before = stream.latest
    assert until(lambda: (found := stream.newest(1.0)) and off(found.pixels, sim.phone.glass.shown()) < CLOSE)
    assert stream.latest > before and stream.pause_s > 0.06


def test_who_comes_late_begins_with_a_key_picture(stream: Stream, sim: SimPhone) -> None:
    assert stream.newest()
    for app in (sim.phone.notes, sim.phone.contacts):
        before = stream.latest
        sim.phone.open(app)
        assert stream.wait(before, 5)
    late = stream.packets()
    first: Packet = next(late)
    assert first.key and first.shape == h264.shape(h264.parameters(first.data))
    assert first.shape.size == SMALL and first.shape.codec.startswith("avc1.")
    decoder = h264.Decoder()
    shown = decoder.decode(first.data)
    for packet in late:
        shown = decoder.decode(packet.data) or shown
        if packet.serial == stream.latest:
            break
    assert off(shown.to_ndarray(format="rgb24"), sim.phone.glass.shown()) < CLOSE
    stream.close()
    assert list(late) == [], "a closed stream ends"


def test_every_key_picture_has_the_parameters(stream: Stream, sim: SimPhone) -> None:
    """Phones send them once, at the start of a recording."""
    sim.phone.faults.key_every = 3
    keys: list[Packet] = []
    for packet in stream.packets():
        keys += [packet] if packet.key else []
        if len(keys) == 3:
            break
        sim.phone.open(sim.phone.notes if packet.serial % 2 else sim.phone.contacts)
    assert stream.recordings == 1
    assert len({h264.parameters(key.data) for key in keys}) == 1 and h264.parameters(keys[0].data)


def test_a_long_group_gets_a_key_picture(stream: Stream, sim: SimPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screenwright.tools.phone.stream.GROUP_PACKETS", 4)
    assert stream.newest()
    begun = stream.recordings
    for app in (sim.phone.notes, sim.phone.contacts) * 3:
        before = stream.latest
        sim.phone.open(app)
        assert stream.wait(before, 5)
    assert until(lambda: stream.recordings > begun)


def test_it_goes_on_after_a_drop(stream: Stream, sim: SimPhone) -> None:
    frame = stream.newest()
    assert frame
    sim.offline()
    assert stream.newest(0.3, after=frame.serial) is None
    until(lambda: stream.trouble)
    sim.phone.open(sim.phone.contacts)
    sim.online()
    found = stream.newest(15, after=frame.serial)
    assert found and off(found.pixels, sim.phone.glass.shown()) < CLOSE and stream.trouble == ""


def test_a_phone_that_records_nothing_says_so(stream: Stream, sim: SimPhone) -> None:
    sim.phone.faults.missing = frozenset(("screenrecord",))
    stream.restart()
    with pytest.raises(NoStream, match="screenrecord: inaccessible or not found"):
        for _ in stream.packets():
            pass


def test_who_waits_hears_of_a_fault(stream: Stream, sim: SimPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(parameters: bytes) -> h264.Shape:
        raise ValueError(f"{len(parameters)} bytes of something new")

    monkeypatch.setattr("screenwright.tools.phone.stream.shape", broken)
    stream.restart()
    with pytest.raises(NoStream, match="bytes of something new"):
        for _ in stream.packets():
            pass


def test_a_phone_without_the_newer_shell_is_recorded_too(new_server: AdbServer) -> None:
    with SimPhone(SMALL, features=("cmd",)) as sim:
        serial = new_server.connect(sim)
        with Stream(Adb(new_server.binary, port=new_server.port), serial) as stream:
            frame = stream.newest()
            assert frame and off(frame.pixels, sim.phone.glass.shown()) < CLOSE
