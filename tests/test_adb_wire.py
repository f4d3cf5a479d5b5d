"""The bytes of the adb server's protocol: whole, split anywhere, and malformed."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenwright.tools.adb import command, wire
from screenwright.tools.adb.wire import EXIT, STDERR, STDOUT, Address, Frames, Malformed, Wire, address, frame
from screenwright.tools.errors import BadAction, BadScript

FRAMES = st.lists(st.tuples(st.sampled_from((STDOUT, STDERR)), st.binary(max_size=300)), max_size=8)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(ends)]


@given(FRAMES, st.lists(st.integers(0, 5000), max_size=12), st.integers(0, 255))
def test_frames_come_out_whole_however_they_are_split(
    sent: list[tuple[int, bytes]], places: list[int], code: int
) -> None:
    all_sent = [*sent, (EXIT, bytes((code,)))]
    frames = Frames()
    came = [
        each for part in cut(b"".join(frame(*each) for each in all_sent), places) for each in frames.feed(part)
    ]
    assert came == all_sent


@given(st.binary(max_size=200), st.lists(st.integers(0, 300), max_size=5))
def test_any_bytes_are_frames_or_malformed(data: bytes, places: list[int]) -> None:
    frames, came = Frames(), bytearray()
    try:
        for part in cut(data, places):
            for kind, inner in frames.feed(part):
                came += frame(kind, inner)
    except Malformed:
        pass
    assert data.startswith(bytes(came)), "nothing comes out that did not come in"


@pytest.mark.parametrize(
    "data",
    [b"HTTP/1.1 400 Bad", frame(0, b"x"), frame(6), frame(EXIT, b""), frame(EXIT, b"12"), b"\x01\xff\xff\xff\xff"],
)
def test_what_is_no_frame_is_refused_at_once(data: bytes) -> None:
    with pytest.raises(Malformed, match="not a frame of shell v2"):
        Frames().feed(data)


@given(st.binary(max_size=120))
def test_any_answer_is_read_or_malformed(data: bytes) -> None:
    try:
        fine, said = wire.answer(data)
    except Malformed:
        return
    assert isinstance(fine, bool) and len(said.encode()) <= 3 * len(data)


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (b"00040029", (True, "0029")),
        (b"0000", (True, "")),
        (b"", (True, "")),
        (b"OKAY000541234", (True, "41234")),  # forwarding: a second OKAY, then the port
        (b"OKAY", (True, "")),
        (b"FAIL0027Failed: Unable to start pairing client.", (False, "Failed: Unable to start pairing client.")),
    ],
)
def test_answers_of_real_servers(data: bytes, read: tuple[bool, str]) -> None:
    assert wire.answer(data) == read


@pytest.mark.parametrize("data", [b"0", b"00", b"zzzz", b"0005abc", b"FAIL", b"-001x", b"FAILOKAY"])
def test_answers_that_are_none(data: bytes) -> None:
    with pytest.raises(Malformed):
        wire.answer(data)


def test_a_request_is_counted_in_bytes_and_has_limits() -> None:
    assert wire.request("host:version") == b"000chost:version"
    assert wire.request("shell:echo 你好") == b"0011shell:echo " + "你好".encode()
    assert len(wire.request("x" * 65535)) == 65539
    with pytest.raises(BadAction, match=r"65536 bytes is too long.*push a file"):
        wire.request("x" * 65536)
    with pytest.raises(BadAction, match="zero byte"):
        wire.request("shell:echo a\0b")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, Address("127.0.0.1", 5037)),
        ({"ANDROID_ADB_SERVER_PORT": "6001"}, Address("127.0.0.1", 6001)),
        ({"ADB_SERVER_SOCKET": "tcp:10.0.0.7:6002", "ANDROID_ADB_SERVER_PORT": "1"}, Address("10.0.0.7", 6002)),
        ({"ADB_SERVER_SOCKET": "tcp:6003"}, Address("127.0.0.1", 6003)),
        ({"ADB_SERVER_SOCKET": "tcp:[::1]:6004"}, Address("::1", 6004)),
    ],
)
def test_the_server_is_where_adbs_own_settings_say(settings: dict[str, str], expected: Address) -> None:
    assert address(None, settings) == expected
    assert address(7000, settings) == Address("127.0.0.1", 7000)


@pytest.mark.parametrize("value", ["localfilesystem:/x", "tcp:host", "99999", "0", "tcp:host:²"])
def test_a_setting_that_is_no_address_is_quoted(value: str) -> None:
    with pytest.raises(BadScript, match="ADB_SERVER_SOCKET="):
        address(None, {"ADB_SERVER_SOCKET": value})


@given(st.binary(max_size=80), st.integers(0, 255), st.binary(max_size=20))
def test_the_mark_tells_output_and_code(out: bytes, code: int, after: bytes) -> None:
    mark = command.Mark()
    line = f"{mark.word}{code}\n".encode()
    assert mark.code(out + line + after) == (out, code)
    for short in range(len(line)):
        assert mark.code(out + line[:short]) is None
    with pytest.raises(Malformed, match="no exit code"):
        mark.code(f"{mark.word}x\n".encode())


@pytest.fixture
def far() -> Iterator[tuple[Wire, socket.socket]]:
    """A connection and its far end, over a real socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener, Wire(Address(*listener.getsockname())) as near:
        end, _ = listener.accept()
        with end:
            yield near, end


def test_a_refusal_is_read_byte_by_byte(far: tuple[Wire, socket.socket]) -> None:
    near, end = far

    def dribble() -> None:
        for byte in b"FAIL000edevice offline":
            end.sendall(bytes((byte,)))

    feeder = threading.Thread(target=dribble)
    feeder.start()
    assert near.ask("host:transport:x") == "device offline"
    feeder.join()


@pytest.mark.parametrize("said", [b"HTTP", b"FAILzzzz"])
def test_what_is_no_adb_server_is_told(far: tuple[Wire, socket.socket], said: bytes) -> None:
    near, end = far
    end.sendall(said)
    with pytest.raises(Malformed, match="adb server"):
        near.ask("host:version")


def test_time_is_one_for_the_whole_reading(far: tuple[Wire, socket.socket]) -> None:
    """A peer that sends a byte now and then does not stretch it."""
    near, end = far
    over = threading.Event()

    def drip() -> None:
        while not over.wait(0.05):
            end.sendall(b"x")

    feeder = threading.Thread(target=drip)
    feeder.start()
    began = time.monotonic()
    near.until = began + 0.3
    with pytest.raises(TimeoutError):
        near.exactly(1000)
    over.set()
    feeder.join()
    assert 0.25 < time.monotonic() - began < 2


def test_a_close_wakes_the_thread_that_reads(far: tuple[Wire, socket.socket]) -> None:
    near, _ = far
    came: list[bytes] = []
    reader = threading.Thread(target=lambda: came.append(near.recv()))
    reader.start()
    reader.join(0.05)
    assert reader.is_alive(), "it waits"
    near.close()
    reader.join(5)
    assert came == [b""] and near.recv() == b"" and not near.idle()


def test_a_kept_connection_that_died_is_known(far: tuple[Wire, socket.socket]) -> None:
    near, end = far
    assert near.idle()
    end.close()
    near.until = time.monotonic() + 5
    while near.idle():
        assert time.monotonic() < near.until
    assert not near.idle()


def test_a_command_whose_end_is_not_told_did_not_end(far: tuple[Wire, socket.socket]) -> None:
    near, end = far
    end.sendall(frame(STDOUT, b"half of it"))
    end.shutdown(socket.SHUT_WR)
    with pytest.raises(ConnectionAbortedError, match="without the command's exit code"):
        command.follow(near)
