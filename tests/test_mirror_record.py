"""A person's taps and typing on a mirror become a demo, which is replayed: on a phone, where nothing else can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import until
from mirror_pages import Client
from phones import SMALL, AdbServer

from screenwright.agent import Agent
from screenwright.agent.mirror.mirror import Mirror
from screenwright.agent.mirror_record import MirrorRecording
from screenwright.policies import Guard, Replay
from screenwright.policies.replay.folder import DemoFolder
from screenwright.tools import FakeDevice, Task, Trace
from screenwright.tools.adb.client import Adb
from screenwright.tools.device import Device
from screenwright.tools.elements import Element
from screenwright.tools.errors import BadScript
from screenwright.tools.fake import form
from screenwright.tools.phone import Phone
from screenwright.tools.simphone import ADB_KEYBOARD, SimPhone

pytest_plugins = ["phones"]
Tap = Callable[[str], None]


@contextmanager
def recorded(device: Device, folder: Path) -> Iterator[tuple[MirrorRecording, Client, Tap]]:
    """A mirror that records, a viewer on it, and what taps on a thing by its name."""
    recording = MirrorRecording(device, folder, folder.name)
    with Mirror(device, acted=recording) as mirror:
        client = Client(mirror)
        until(lambda: client.frames)

        def tap(name: str) -> None:
            count = recording.count
            found: list[Element] = []

            def there() -> bool:
                with mirror.device.turn:
                    seen = device.observe()
                found[:] = [e for e in seen.elements if name in (e.text, e.value)]
                return bool(found)

            until(there, 15)
            x, y = found[0].region.middle
            frame = mirror.pictures.newest
            assert frame
            client.send(do="tap", frame=client.frames[-1], x=x / frame.size.width, y=y / frame.size.height)
            until(lambda: recording.count > count, 15)

        yield recording, client, tap
        client.close()


def test_a_phone_is_recorded_and_replayed_with_another_value(new_server: AdbServer, tmp_path: Path) -> None:
    with SimPhone(SMALL, keyboards=(ADB_KEYBOARD,)) as sim:
        adb = Adb(new_server.binary, port=new_server.port)
        with Phone(new_server.connect(sim), adb=adb) as phone:
            with recorded(phone, tmp_path / "note") as (recording, client, tap):
                tap("Notes")
                tap("New note")
                tap("Title")
                client.send(do="type", text="Tee für 你")
                tap("Save")
            demo = recording.close()
            assert sim.phone.notes.notes[0].title == "Tee für 你"
            assert [step.do for step in demo.demo.steps] == ["click", "click", "click", "type_text", "click"]
            assert demo.demo.screen == (360, 800) and list(demo.demo.parameters) == ["title"]
            sim.phone.go_home()
            outcome = Agent(Replay(demo), phone, trace=tmp_path / "run").run(Task("", {"title": "Zwei"}))
            assert outcome.ok, outcome.message
            assert [note.title for note in sim.phone.notes.notes[:2]] == ["Zwei", "Tee für 你"]


def test_what_is_typed_in_secret_is_a_handle_and_leaves_no_pixel(tmp_path: Path) -> None:
    class Hiding(FakeDevice):
        """Its second field is a password's, which it shows all the same."""

        def _element(self, widget):  # type: ignore[no-untyped-def]
            from dataclasses import replace

            told = super()._element(widget)
            return replace(told, secret=told.role == "field" and told.text == "Password")

    device = Hiding(form("Name", "Password"))
    with recorded(device, tmp_path / "login") as (recording, client, tap):
        for field, text in (("Name", "Ada"), ("Password", "Tr0ub4dor&3")):
            count = recording.count
            place = next(w for w in device.widgets if w.role == "field" and w.text == field)
            client.send(
                do="tap",
                frame=client.frames[-1],
                x=(place.left + 40) / 480,
                y=(place.top + 10) / 320,
            )
            until(lambda count=count: recording.count > count)  # type: ignore[misc]
            client.send(do="type", text=text)
            until(lambda count=count: recording.count > count + 1)  # type: ignore[misc]
        tap("Submit")
    demo = recording.close()
    typed = [step.text for step in demo.demo.steps if step.do == "type_text"]
    assert typed == ["{{name}}", "{{secret_password}}"]
    held = b"".join(
        path.read_bytes() for path in demo.path.rglob("*") if path.suffix in (".yaml", ".jsonl", ".json")
    )
    assert b"Tr0ub4dor" not in held
    after = Trace(demo.path / "trace").steps[3].after
    assert after is not None
    place = next(w for w in device.widgets if w.role == "field" and w.text == "Password")
    inside = after.pixels[place.top + 4 : place.top + 24, place.left + 4 : place.left + 200]
    assert (inside == inside[0, 0]).all(), "nothing is drawn in it"


def test_where_nothing_was_done_nothing_is_kept(tmp_path: Path) -> None:
    recording = MirrorRecording(FakeDevice(), tmp_path / "d", "d")
    with pytest.raises(BadScript, match="nothing was done"):
        recording.close()
    assert not (tmp_path / "d").exists()


def test_a_demo_of_one_who_was_cut_off_is_still_there(tmp_path: Path) -> None:
    device = FakeDevice()
    with recorded(device, tmp_path / "d") as (recording, _, tap):
        tap("Submit")
    del recording
    trace = Trace(tmp_path / "d" / "trace")
    assert len(trace.steps) == 1 and trace.outcome is None
    assert (
        Agent(
            Replay(DemoFolder.open(str(tmp_path / "d"))),
            FakeDevice(),
            guard=Guard([], "allow"),
            trace=tmp_path / "run",
        )
        .run("")
        .ok
    )
