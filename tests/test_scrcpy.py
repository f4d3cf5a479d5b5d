"""A phone's video and clipboard by scrcpy: real adb, real H.264, its server's stand-in on a simulated phone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import until
from mirror_pages import Client
from phones import SMALL, AdbServer, adb_server_of, wheel_adb

from screenwright.agent.mirror.mirror import Mirror
from screenwright.agent.where import phone_at
from screenwright.tools.actions import Click, OpenApp, TypeText
from screenwright.tools.adb.client import Adb
from screenwright.tools.errors import BadAction, OutcomeUnknown
from screenwright.tools.geometry import Point, Size
from screenwright.tools.phone import Phone
from screenwright.tools.phone.h264 import parameters, shape
from screenwright.tools.phone.scrcpy.messages import BackOrScreenOn, GetClipboard, Key, Text, Touch, Wheel
from screenwright.tools.phone.scrcpy.packets import Parameters, Reader, Session
from screenwright.tools.phone.scrcpy.server import Server
from screenwright.tools.phone.scrcpy.server_file import PATH, SHA256, VERSION, NoScrcpy, ServerFile
from screenwright.tools.phone.stream import Stream
from screenwright.tools.simphone import SimPhone
from screenwright.tools.simphone.keyboards import ADB_KEYBOARD
from screenwright.tools.simphone.scrcpy import dummy

pytest_plugins = ["phones"]
CLOSE = 3.0
"""Mean difference a pixel, of 255, that the colours of a video may be off."""
ENTER, CTRL = 66, 0x1000

FileOf = Callable[..., ServerFile]


@pytest.fixture(scope="module")
def one_server() -> Iterator[AdbServer]:
    with adb_server_of(wheel_adb()) as server:
        yield server


@pytest.fixture
def adb(one_server: AdbServer) -> Adb:
    return Adb(one_server.binary, port=one_server.port)


@pytest.fixture
def serial(one_server: AdbServer, sim: SimPhone) -> Iterator[str]:
    yield one_server.connect(sim)
    one_server.run("disconnect", sim.address)


@pytest.fixture
def file_of(tmp_path: Path) -> FileOf:
    """A server file of that version, and what the configuration says of it."""

    def make(version: str = "4.1", *, says: str = "") -> ServerFile:
        path = tmp_path / f"scrcpy-server-v{version}"
        path.write_bytes(dummy(version))
        return ServerFile(path, says or version, hashlib.sha256(path.read_bytes()).hexdigest())

    return make


def off(shown: Any, sim: SimPhone) -> float:
    wanted = sim.phone.glass.captured()
    return float(np.abs(shown.astype(int) - wanted).mean()) if shown.shape == wanted.shape else 255.0


def left_over(sim: SimPhone) -> list[str]:
    return [name for name in sim.phone.files.names("/data/local/tmp") if "scrcpy" in name]


@pytest.mark.parametrize("version", ["3.0", "3.3.4", "4.1"])
def test_every_state_is_shown_at_once(adb: Adb, serial: str, sim: SimPhone, file_of: FileOf, version: str) -> None:
    """Over real adb, and without a pause that would tell where a picture ends."""
    with Stream(adb, serial, scrcpy=file_of(version)) as stream:
        frame = stream.newest(15)
        assert frame and off(frame.pixels, sim) < CLOSE
        for app in (sim.phone.notes, sim.phone.contacts, sim.phone.vault, sim.phone.apps[2]):
            sim.phone.open(app)
            frame = stream.newest(after=frame.serial)
            assert frame and off(frame.pixels, sim) < CLOSE, app.label
        assert stream.newest(0.1, after=frame.serial) is None, "nothing was drawn"
        assert (stream.instead, stream.trouble, stream.recordings) == ("", "", 1)
        assert not any("screenrecord" in line for line in sim.lines)
        assert left_over(sim) == []
    assert until(lambda: not sim.phone.sockets) is True


@pytest.mark.parametrize("version", ["3.3.4", "4.1"])
def test_a_turned_phone_and_a_reset_begin_anew(
    adb: Adb, serial: str, sim: SimPhone, file_of: FileOf, version: str
) -> None:
    with Stream(adb, serial, scrcpy=file_of(version)) as stream:
        assert stream.newest(15)
        sim.phone.turn(1)
        frame = until(lambda: (found := stream.newest(1.0)) and off(found.pixels, sim) < CLOSE and found)
        assert frame.pixels.shape == (360, 800, 3)
        assert stream.control and stream.control.size == Size(800, 360)
        before = stream.latest
        stream.restart()
        packet = stream.packet(before, 5.0)
        assert packet and packet.key and parameters(packet.data) and packet.shape.size == Size(800, 360)
        assert stream.recordings == 1, "one server does all that"


def test_a_smaller_video_is_touched_in_its_own_pixels(
    adb: Adb, serial: str, sim: SimPhone, file_of: FileOf
) -> None:
    sim.phone.open(sim.phone.contacts)
    with Stream(adb, serial, size=Size(180, 400), scrcpy=file_of()) as stream:
        frame = stream.newest(15)
        control = stream.control
        assert frame and frame.pixels.shape == (400, 180, 3) and control
        video = Size(180, 400)
        control.send(Touch("down", Point(50, 100, video)), Touch("move", Point(50, 90, video)))
        control.send(Touch("up", Point(50, 80, video)), Wheel(Point(90, 200, video), down=2))
        until(lambda: sim.phone.log and sim.phone.log[-1].kind == "wheel")
        told = [(each.kind, each.values) for each in sim.phone.log]
        assert told == [("down", (100, 200)), ("up", (100, 160)), ("wheel", (180, 400, 0, 2))]
        assert stream.newest(after=frame.serial), "the list went on"
        for old in (Touch("down", Point(50, 100, SMALL)), Wheel(Point(50, 100, SMALL), down=1)):
            with pytest.raises(BadAction, match="measured on 360x800, and scrcpy's video is 180x400 now"):
                control.send(Touch("down", Point(1, 1, video)), old)
        assert len(sim.phone.log) == 3, "and nothing that was to go with it"


@pytest.mark.parametrize("version", ["3.3", "4.1"])
def test_what_was_measured_before_a_turn_is_dropped_there_too(
    adb: Adb, serial: str, sim: SimPhone, file_of: FileOf, version: str
) -> None:
    """It may be turned between our look at it and the server's."""
    with Server(adb, serial, file_of(version), video=True) as server:
        server.control.size = SMALL
        reader, sizes = Reader(server.control.version[0]), set[Size]()
        assert server.video
        while Size(800, 360) not in sizes:
            for part in reader.feed(server.video.recv()):
                sizes |= {part.size} if isinstance(part, Session) else set()
                sizes |= {shape(part.data).size} if isinstance(part, Parameters) else set()
            if sizes == {SMALL}:
                sim.phone.turn(1)
        server.control.send(Touch("down", Point(10, 10, SMALL)), Key("down", ENTER))
        until(lambda: sim.phone.log)
        assert [each.kind for each in sim.phone.log] == ["key"]


def test_keys_text_and_the_button_for_back_or_light(adb: Adb, serial: str, sim: SimPhone, file_of: FileOf) -> None:
    with Server(adb, serial, file_of(), video=False) as server:
        assert server.name == "Simphone"
        sim.phone.open(sim.phone.contacts)
        server.control.send(Text("a b"), Key("down", 29, meta=CTRL), Key("up", 29, meta=CTRL))
        server.control.send(BackOrScreenOn("down"), BackOrScreenOn("up"))
        until(lambda: sim.phone.front is sim.phone.apps[0])
        sim.phone.switch_screen(False)
        server.control.send(BackOrScreenOn("down"), BackOrScreenOn("up"))
        until(lambda: sim.phone.awake)
        told = [(each.kind, *each.values) for each in sim.phone.log]
        assert told == [("text", "a b"), ("chord", "CTRL_LEFT", "A"), ("key", "BACK"), ("key", "POWER")]
        assert server.control.clipboard("one", paste=False) is None
        server.control.send(GetClipboard("copy"))
        assert server.control.clipboard("两", paste=False) == "one" and sim.phone.clipboard == "两"
        with pytest.raises(BadAction, match="scrcpy sends no picture here"):
            server.control.send(Touch("down", Point(1, 1, SMALL)))


def test_it_goes_on_after_a_drop(adb: Adb, serial: str, sim: SimPhone, file_of: FileOf) -> None:
    with Stream(adb, serial, scrcpy=file_of()) as stream:
        frame = stream.newest(15)
        assert frame
        sim.offline()
        until(lambda: stream.trouble)
        assert stream.control is None
        sim.phone.open(sim.phone.contacts)
        sim.online()
        found = stream.newest(15, after=frame.serial)
        assert found and off(found.pixels, sim) < CLOSE
        assert (stream.trouble, stream.instead, stream.recordings) == ("", "", 2)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("checksum", "has the checksum"),
        ("version", r"is version 4\.0 of the scrcpy server, not 4\.1: set SCREENWRIGHT_SCRCPY_VERSION=4\.0"),
        ("file", "ended on .* with exit code 134, saying 'Aborted': another version"),
        ("phone", "exit code 127, saying '.*app_process: inaccessible or not found'"),
    ],
)
def test_a_server_that_can_not_be_used_is_done_without(
    adb: Adb, serial: str, sim: SimPhone, file_of: FileOf, wrong: str, said: str
) -> None:
    file = file_of("4.0", says="4.1") if wrong == "version" else file_of()
    if wrong == "checksum":
        file.path.write_bytes(dummy("4.1") + b"!")
    elif wrong == "file":
        file.path.write_bytes(b"no server")
        file = ServerFile(file.path, "4.1", hashlib.sha256(b"no server").hexdigest())
    elif wrong == "phone":
        sim.phone.faults.missing = frozenset(("app_process",))
    with pytest.raises(NoScrcpy, match=f"{said}.*unset SCREENWRIGHT_SCRCPY"):
        Server(adb, serial, file, video=True)
    assert left_over(sim) == []
    with Stream(adb, serial, scrcpy=file) as stream:
        frame = stream.newest(15)
        assert frame and off(frame.pixels, sim) < CLOSE, "by screenrecord"
        assert re.search(said, stream.instead) and stream.control is None


def test_another_protocol_under_that_version_is_found_out(
    adb: Adb, serial: str, sim: SimPhone, file_of: FileOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a version to come sends something else: the pictures go on by screenrecord."""
    monkeypatch.setattr("screenwright.tools.simphone.scrcpy.FLAGS", {4: (1 << 63, 1 << 62)})
    with Stream(adb, serial, scrcpy=file_of()) as stream:
        frame = stream.newest(15)
        assert frame and off(frame.pixels, sim) < CLOSE
        assert "SCREENWRIGHT_SCRCPY_VERSION=4.1 is right" in stream.instead


@pytest.fixture
def phone(adb: Adb, serial: str, file_of: FileOf) -> Iterator[Phone]:
    with Phone(serial, adb=adb, scrcpy=file_of()) as found:
        found.writing.arrive_s = 5.0
        yield found


def tap(phone: Phone, text: str) -> None:
    seen = phone.observe()
    element = next(element for element in seen.elements if text in (element.text, element.value))
    phone.perform(Click(point=element.region.center(seen.frame)))


@pytest.fixture
def field(sim: SimPhone, phone: Phone) -> Any:
    """A new note's title field, with the focus."""
    phone.perform(OpenApp(name="Notes"))
    tap(phone, "New note")
    assert sim.phone.focus is not None
    return sim.phone.focus


def test_chinese_is_pasted_and_the_clipboard_given_back(sim: SimPhone, phone: Phone, field: Any) -> None:
    sim.phone.clipboard = "the person's own"
    assert ", read back" in phone.perform(TypeText(text="中文 🎉"))
    assert field.text == "中文 🎉" and sim.phone.clipboard == "the person's own"
    assert ", read back" in phone.perform(TypeText(text="的"))
    assert field.text == "中文 🎉的"
    assert sum("app_process" in line for line in sim.lines) == 1, "one server for all texts"
    assert not any("ASCII" in problem or "scrcpy" in problem for problem in phone.problems())
    phone.close()
    until(lambda: not sim.phone.sockets)


def test_a_keyboard_that_is_there_is_taken_before_it(sim: SimPhone, phone: Phone, field: Any) -> None:
    sim.phone.keyboards.install(ADB_KEYBOARD)
    phone.perform(TypeText(text="中文"))
    assert field.text == "中文" and any("ADB_INPUT" in line for line in sim.lines)
    assert not any("app_process" in line for line in sim.lines), "and it is not even started"


def test_parts_of_a_text_do_not_overtake_each_other(sim: SimPhone, phone: Phone, field: Any) -> None:
    """An app reads the clipboard some time after the key; by then it must not hold the next line."""
    sim.phone.faults.reacts_s = 0.2
    sim.phone.clipboard = "old"
    phone.perform(TypeText(text="题\t中\n文\n字"))
    assert field.text == "题" and sim.phone.focus and sim.phone.focus.text == "中\n文\n字"
    assert sim.phone.clipboard == "old"


def test_what_can_not_be_seen_to_arrive_is_given_time(sim: SimPhone, phone: Phone) -> None:
    """Else the password's field would be given what the clipboard held before."""
    sim.phone.open(sim.phone.vault)
    tap(phone, "PIN")
    sim.phone.faults.reacts_s, sim.phone.clipboard = 0.3, "old"
    phone.writing.arrive_s = 0.8
    assert "a password" in phone.perform(TypeText(text="密"))
    assert sim.phone.focus and sim.phone.focus.text == "密" and sim.phone.clipboard == "old"


def test_what_no_field_takes_is_said(sim: SimPhone, phone: Phone, field: Any) -> None:
    field.changed = lambda text: field.set("") if text else None
    phone.writing.arrive_s = 0.5
    with pytest.raises(BadAction, match="scrcpy's clipboard was told to type '中', and no field took it"):
        phone.perform(TypeText(text="中"))
    assert sum(each.values == ("PASTE",) for each in sim.phone.log) == 1, "never twice"
    assert sim.phone.clipboard == ""


def test_a_drop_while_pasting_is_unknown_and_the_next_text_arrives(
    sim: SimPhone, phone: Phone, field: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.perform(TypeText(text="中"))
    act = sim.phone.hands.key

    def cut(code: int) -> None:
        monkeypatch.undo()
        act(code)
        sim.drop()

    monkeypatch.setattr(sim.phone.hands, "key", cut)
    with pytest.raises(OutcomeUnknown, match="pasting a text"):
        phone.perform(TypeText(text="文"))
    assert field.text == "中文"
    phone.perform(TypeText(text="字"))
    assert field.text == "中文字"


def test_without_a_usable_server_the_reason_is_told(adb: Adb, serial: str, sim: SimPhone, file_of: FileOf) -> None:
    with Phone(serial, adb=adb, scrcpy=file_of("4.0", says="4.1")) as phone:
        problems = phone.problems()
        assert any("only plain ASCII" in each for each in problems)
        assert any("set SCREENWRIGHT_SCRCPY_VERSION=4.0" in each for each in problems)
        with pytest.raises(
            BadAction, match=r"ADBKeyboard.*set SCREENWRIGHT_SCRCPY_VERSION=4\.0.*nothing was typed"
        ):
            phone.perform(TypeText(text="中"))
        with phone.stream() as stream:
            assert stream.newest(15) and stream.recordings == 1
        assert sum("app_process" in line for line in sim.lines) == 1, "tried once"


def test_the_mirror_shows_the_video_of_the_server_in_the_environment(
    adb: Adb, serial: str, sim: SimPhone, file_of: FileOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = file_of()
    for name, value in ((PATH, file.path), (VERSION, file.version), (SHA256, file.sha256)):
        monkeypatch.setenv(name, str(value))
    with phone_at(serial, adb) as phone, Mirror(phone) as mirror:
        client = Client(mirror)
        until(lambda: client.frames)
        sim.phone.open(sim.phone.contacts)
        until(lambda: client.picture is not None and off(client.picture[:, :, ::-1], sim) < CLOSE)
        client.close()
        assert sum("app_process" in line for line in sim.lines) == 1
        assert not any("screenrecord" in line for line in sim.lines)
