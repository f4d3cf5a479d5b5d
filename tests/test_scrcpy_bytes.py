"""The bytes of scrcpy's protocol. Those of messages are from its own tests (4.1); but a finger has no buttons."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screenwright.tools.errors import BadAction
from screenwright.tools.geometry import Point, Size
from screenwright.tools.phone.scrcpy import messages, packets
from screenwright.tools.phone.scrcpy.messages import (
    Acknowledged,
    Answers,
    BackOrScreenOn,
    Clipboard,
    GetClipboard,
    Key,
    Malformed,
    Message,
    ResetVideo,
    SetClipboard,
    Text,
    Touch,
    Wheel,
    encode,
)
from screenwright.tools.phone.scrcpy.packets import Parameters, Part, Picture, Reader, Session
from screenwright.tools.phone.scrcpy.server_file import NoScrcpy, ServerFile, configured

SCREEN = Size(1080, 1920)
FOUR, OLD = (4, 1), (3, 3)
SPOT = Point(260, 1026, SCREEN)
PLACE = "00000104 00000402 0438 0780"
GOLDEN: list[tuple[Message, str]] = [
    (Key("up", 66, meta=0x41, repeat=5), "00 01 00000042 00000005 00000041"),
    (Text("hello, world!"), "01 0000000d" + b"hello, world!".hex()),
    (
        Touch("down", Point(100, 200, SCREEN), finger=0x1234567887654321),
        "02 00 1234567887654321 00000064 000000c8 0438 0780 ffff 00000000 00000000",
    ),
    (Touch("up", SPOT), f"02 01 fffffffffffffffe {PLACE} 0000 00000000 00000000"),
    (Touch("move", SPOT), f"02 02 fffffffffffffffe {PLACE} ffff 00000000 00000000"),
    (Wheel(SPOT, down=16, right=16), f"03 {PLACE} 7fff 8000 00000000"),
    (Wheel(SPOT, down=1), f"03 {PLACE} 0000 f800 00000000"),
    (BackOrScreenOn("up"), "04 01"),
    (GetClipboard("copy"), "08 01"),
    (GetClipboard(), "08 00"),
    (
        SetClipboard(0x0102030405060708, "hello, world!", paste=True),
        "09 0102030405060708 01 0000000d" + b"hello, world!".hex(),
    ),
    (SetClipboard(1, "中文", paste=False), "09 0000000000000001 00 00000006 e4b8ad e69687"),
    (ResetVideo(), "11"),
]


@pytest.mark.parametrize(("message", "wanted"), GOLDEN, ids=lambda each: type(each).__name__)
def test_a_message_is_these_bytes(message: Message, wanted: str) -> None:
    assert encode(message, FOUR).hex() == wanted.replace(" ", "")


def test_a_notch_was_another_number_before_3_3_1() -> None:
    assert encode(Wheel(SPOT, down=1), OLD)[-8:-4].hex() == "00008000"
    assert encode(Wheel(SPOT, down=-1), OLD)[-8:-4].hex() == "00007fff"
    with pytest.raises(BadAction, match="2 notches at once; scrcpy takes 1 at most"):
        encode(Wheel(SPOT, down=2), OLD)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (Text("é" * 151), "302 bytes is too long for scrcpy .at most 300"),
        (SetClipboard(1, "x" * ((1 << 18) - 13), paste=True), "too long for scrcpy"),
        (Touch("down", Point(1080, 5, SCREEN)), "is not on a screen of 1080x1920"),
    ],
)
def test_what_can_not_be_said_is_refused(message: Message, said: str) -> None:
    with pytest.raises(BadAction, match=said):
        encode(message, FOUR)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    return [data[a:b] for a, b in pairwise([0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)])]


@settings(deadline=None)
@given(st.lists(st.integers(0, 1000), max_size=20))
def test_answers_are_put_together(cuts: list[int]) -> None:
    data = bytes.fromhex("00 00000003") + b"ABC" + bytes.fromhex("01 0102030405060708 02 002a 0005 0102030405")
    data += bytes.fromhex("00 00000000 01 0000000000000007")
    answers = Answers()
    found = [answer for piece in pieces(data, cuts) for answer in answers.feed(piece)]
    assert found == [Clipboard("ABC"), Acknowledged(0x0102030405060708), Clipboard(""), Acknowledged(7)]


@pytest.mark.parametrize("data", ["03", "00 7fffffff"])
def test_what_is_no_answer_is_said(data: str) -> None:
    with pytest.raises(Malformed):
        Answers().feed(bytes.fromhex(data))


def numbered(size: Size) -> bytes:
    return size.width.to_bytes(4) + size.height.to_bytes(4)


def written(major: int, first: Size, parts: list[Part]) -> bytes:
    """The stream as doc/develop.md of each version draws it."""
    data = b"h264" + (numbered(first) if major == 3 else b"\x80\0\0\0" + numbered(first))
    shift = 1 if major == 4 else 0
    for part in parts:
        match part:
            case Session():
                data += b"\x80\0\0\1" + numbered(part.size) if major == 4 else b""
            case Parameters():
                data += (1 << 63 >> shift).to_bytes(8) + len(part.data).to_bytes(4) + part.data
            case Picture():
                head = part.pts_us | (1 << 62 >> shift if part.key else 0)
                data += head.to_bytes(8) + len(part.data).to_bytes(4) + part.data
    return data


a_size = st.builds(Size, st.integers(1, 0xFFFF), st.integers(1, 0xFFFF))
some_bytes = st.binary(min_size=1, max_size=40)
a_part: st.SearchStrategy[Part] = (
    st.builds(Session, a_size)
    | st.builds(Parameters, some_bytes)
    | st.builds(Picture, some_bytes, st.booleans(), st.integers(0, (1 << 60) - 1))
)


@settings(deadline=None)
@given(st.sampled_from([3, 4]), a_size, st.lists(a_part, max_size=6), st.lists(st.integers(0, 1000), max_size=30))
def test_however_the_video_comes_its_parts_are_the_same(
    major: int, first: Size, parts: list[Part], cuts: list[int]
) -> None:
    reader = Reader(major)
    found = [part for piece in pieces(written(major, first, parts), cuts) for part in reader.feed(piece)]
    told = [part for part in parts if major == 4 or not isinstance(part, Session)]
    assert found == [Session(first), *told]


@given(st.sampled_from([3, 4]), st.lists(st.binary(max_size=60), max_size=6))
def test_what_is_no_video_is_malformed_and_nothing_else(major: int, data: list[bytes]) -> None:
    reader = Reader(major)
    try:
        for piece in (b"h264", *data):
            reader.feed(piece)
    except Malformed:
        return


@pytest.mark.parametrize("major", [3, 4])
def test_no_other_codec_and_no_endless_packet(major: int) -> None:
    with pytest.raises(Malformed, match="h265"):
        Reader(major).feed(b"h265" + bytes(8))
    with pytest.raises(Malformed, match="a packet of 4294967295 bytes"):
        Reader(major).feed(written(major, SCREEN, []) + bytes(8) + b"\xff\xff\xff\xff")
    assert packets.LONGEST < 0xFFFFFFFF and messages.ANSWER_LIMIT == 1 << 18


def test_a_picture_is_there_with_its_last_byte() -> None:
    """Unlike in a stream without lengths, where it is there with the next one's first."""
    reader = Reader(4)
    data = written(4, SCREEN, [Picture(b"abcdef", True, 5)])
    assert reader.feed(data[:-1]) == [Session(SCREEN)]
    assert reader.feed(data[-1:]) == [Picture(b"abcdef", True, 5)]


@pytest.fixture
def jar(tmp_path: Path) -> Path:
    path = tmp_path / "scrcpy-server"
    path.write_bytes(b"anything")
    return path


def test_the_environment_names_the_server(jar: Path) -> None:
    right = hashlib.sha256(b"anything").hexdigest()
    settings = {
        "SCREENWRIGHT_SCRCPY": str(jar),
        "SCREENWRIGHT_SCRCPY_VERSION": "v3.3.4",
        "SCREENWRIGHT_SCRCPY_SHA256": right.upper(),
    }
    found = configured(settings)
    assert found == ServerFile(jar, "3.3.4", right.upper()) and found.read() == b"anything"
    assert found.number == (3, 3, 4)
    assert configured({}) is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"version": "2.7"}, r"SCREENWRIGHT_SCRCPY_VERSION='2\.7' is no version .* take one of 3\.0 to 4\.1"),
        ({"version": ""}, r"SCREENWRIGHT_SCRCPY_VERSION='' is no version"),
        ({"version": "4.9"}, r"'4\.9' is no version .* that is known here"),
        ({"sha256": ""}, r"SCREENWRIGHT_SCRCPY_SHA256='' is no SHA-256"),
        ({"sha256": "0" * 64}, r"has the checksum [0-9a-f]{64}, not 0{64} .* download it again"),
        ({"path": Path("/no/such/file")}, r"'/no/such/file' can't be read .No such file or directory.: download"),
    ],
)
def test_a_wrong_configuration_is_refused_with_its_fix(jar: Path, changed: dict[str, str], said: str) -> None:
    whole: dict[str, object] = {
        "path": jar,
        "version": "4.1",
        "sha256": hashlib.sha256(b"anything").hexdigest(),
    }
    with pytest.raises(NoScrcpy, match=rf"{said}.*the phone works too"):
        ServerFile(**(whole | changed)).read()  # type: ignore[arg-type]
