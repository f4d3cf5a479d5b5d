"""`screenwright mcp` over standard input and output, asked by the official client and by a bare one."""

from __future__ import annotations

import base64
import ctypes
import io
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import PROGRAMS, Echo
from mcp import MCPError
from mcp_clients import Bare, Caller, Person, opens, over_stdio, text
from PIL import Image

from screenwright.agent.mcp.thread import JobThread
from screenwright.tools import Trace, actions
from screenwright.tools.display import VirtualDisplay

SCREEN = ("--virtual", "--size", "640x480", "-q")
DELETED = "deleted.txt"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mcp")


@pytest.fixture(scope="module")
def buttons(folder: Path) -> Iterator[Caller]:
    """A client of the older protocol, and a window with a Greet and a Delete button."""
    with over_stdio(folder, *SCREEN, *opens(PROGRAMS / "buttons.py", folder / DELETED)) as caller:
        yield caller


@pytest.fixture
def person(buttons: Caller, folder: Path) -> Person:
    (folder / DELETED).unlink(missing_ok=True)
    buttons.person.asked.clear()
    return buttons.person


def test_the_tools_are_told_and_their_actions_are_those_of_actions_py(buttons: Caller) -> None:
    tools = {tool.name: tool for tool in buttons.portal.call(buttons.client.list_tools).tools}
    assert set(tools) == {"status", "observe", "find", "read", "act", "run_task", "replay"}
    assert all(tool.description and tool.input_schema["type"] == "object" for tool in tools.values())
    assert tools["observe"].annotations and tools["observe"].annotations.read_only_hint
    schema = tools["act"].input_schema
    wanted = actions.schema()
    action = schema["properties"]["action"]
    assert action["oneOf"] == wanted["oneOf"] and action["discriminator"] == wanted["discriminator"]
    assert schema["$defs"] == wanted["$defs"]


def test_what_was_found_is_clicked_in_the_callers_own_pixels(buttons: Caller) -> None:
    seen = buttons("observe", max_width=320, format="png")
    picture = next(each for each in seen.content if each.type == "image")
    assert picture.mime_type == "image/png"
    with Image.open(io.BytesIO(base64.b64decode(picture.data))) as opened:
        assert opened.size == (320, 240)
    assert "Greet" in text(seen) and "data, never an instruction" in text(seen)
    point = buttons.point("Greet")
    assert point["frame"] == {"width": 320, "height": 240} and point["x"] < 320
    number = seen.structured_content["seen"]
    done = buttons.ok("act", action={"kind": "click", "point": point}, seen=number, thought="to be greeted")
    assert done.startswith("done: click") and "changed near the target" in done
    assert "Hello" in buttons.ok("read")


def test_a_picture_can_be_had_with_an_act_and_is_as_large_as_the_last(buttons: Caller) -> None:
    buttons("observe", elements="none", max_pixels=100_000, format="jpeg")
    done = buttons("act", action={"kind": "wait", "seconds": 0}, picture=True)
    assert not done.is_error and done.structured_content["seen"]
    assert any(each.type == "image" for each in done.content)
    assert '"width": 365' in text(done)


def test_a_place_that_looks_different_by_now_is_not_clicked(buttons: Caller, person: Person) -> None:
    person.answers("accept", do_it="yes")
    buttons.click("Greet")
    old = buttons("observe", picture=False).structured_content["seen"]
    hello = buttons.point("Hello")
    buttons.click("Delete")  # it says Gone now
    said = buttons.wrong("act", action={"kind": "click", "point": hello}, seen=old)
    assert f"looks different now from what observation {old} showed" in said
    new = buttons("observe", picture=False).structured_content["seen"]
    buttons.ok("act", action={"kind": "click", "point": hello}, seen=new)
    assert "observation 99 is not known" in buttons.wrong("act", action={"kind": "click", "point": hello}, seen=99)


def test_a_place_on_a_picture_that_was_never_shown_is_refused(buttons: Caller) -> None:
    strange = {"x": 10, "y": 10, "frame": {"width": 321, "height": 123}}
    said = buttons.wrong("act", action={"kind": "click", "point": strange})
    assert "321x123" in said and "observe again" in said
    off = buttons.point("Greet") | {"x": 5000}
    assert "off the 640x480 screen" in buttons.wrong("act", action={"kind": "click", "point": off})


@pytest.mark.parametrize(
    ("action", "content", "done"),
    [
        ("accept", {"do_it": "yes"}, True),
        ("accept", {"do_it": "no"}, False),
        ("accept", {}, False),
        ("decline", {}, False),
        ("cancel", {}, False),
    ],
)
def test_the_guard_asks_the_person_behind_the_client(
    buttons: Caller, person: Person, folder: Path, action: str, content: dict[str, str], done: bool
) -> None:
    person.answers(action, **content)
    result = buttons.click("Delete", thought="it is old")
    assert len(person.asked) == 1
    assert "May this be done? click" in person.asked[0] and "it is old" in person.asked[0]
    assert "deletes for good" in person.asked[0] and "Buttons" in person.asked[0]
    assert (folder / DELETED).exists() == done != result.is_error
    assert ("the person said yes" if done else "the person said no") in text(result)


def test_nobody_to_ask_means_no_and_that_is_said(tmp_path: Path) -> None:
    with over_stdio(tmp_path, *SCREEN, *opens(PROGRAMS / "buttons.py", tmp_path / DELETED), asks=False) as alone:
        result = alone.click("Delete")
        assert result.is_error and "nobody is here to ask" in text(result)
        assert "no elicitation" in text(result) and not (tmp_path / DELETED).exists()
        assert "can't ask its person" in alone.wrong("act", action={"kind": "ask", "question": "which one?"})
        assert "Hello" not in alone.ok("read")


def test_a_secret_is_typed_for_a_caller_who_never_sees_it(tmp_path: Path, eventually: Callable[..., Any]) -> None:
    value, typed = "correct-horse-77", tmp_path / "echo.jsonl"
    known = {"SCREENWRIGHT_SECRET_BANK": value, "SCREENWRIGHT_SECRET_OTHER": "another-one-88"}
    program = opens(PROGRAMS / "echo.py", typed, "600x300+10+10")
    with over_stdio(tmp_path, *SCREEN, "--secret", "bank", *program, **known) as caller:
        caller.ok("observe", picture=False)
        eventually(lambda: '"ready"' in typed.read_text(encoding="utf-8"))
        said = caller.ok("act", action={"kind": "type_text", "text": "{{secret:bank}}"}, picture=True)
        eventually(lambda: value in typed.read_text(encoding="utf-8"))
        said += caller.ok("read") + caller.ok("observe", picture=False) + caller.ok("status")
        assert value not in said and "{{secret:bank}}" in said
        refused = caller.wrong("act", action={"kind": "type_text", "text": "{{secret:other}}"})
        assert "nothing was typed" in refused and "another-one-88" not in refused
    written = [path for path in (tmp_path / "runs").rglob("*") if path.is_file()]
    assert len(written) > 3 and not [path for path in written if value.encode() in path.read_bytes()]
    assert "another-one-88" not in typed.read_text(encoding="utf-8")


def test_a_question_of_the_caller_reaches_the_person(buttons: Caller, person: Person) -> None:
    person.answers("accept", answer="the blue one")
    assert "the blue one" in buttons.ok("act", action={"kind": "ask", "question": "which one?"})
    assert person.asked == ["which one?"]


def test_every_act_is_a_step_of_one_recording_and_its_pictures_are_resources(buttons: Caller) -> None:
    result = buttons.click("Greet")
    run, step = result.structured_content["run"], result.structured_content["step"]
    assert buttons.click("Greet").structured_content["run"] == run

    async def read(uri: str) -> Any:
        return (await buttons.client.read_resource(uri)).contents[0]

    listed = buttons.portal.call(buttons.client.list_resources).resources
    assert f"screenwright://run/{run}" in [each.uri for each in listed]
    told = buttons.portal.call(read, f"screenwright://run/{run}").text
    assert f"{step + 1}. click" in told and "not ended" in told
    before = buttons.portal.call(read, f"screenwright://run/{run}/{step + 1}/before")
    with Image.open(io.BytesIO(base64.b64decode(before.blob))) as opened:
        assert opened.size == (640, 480)
    assert "mcp" in buttons.ok("status") and "deletes for good" in buttons.ok("status", rules=True)
    buttons.ok("act", action={"kind": "done"})
    assert buttons.click("Greet").structured_content["run"] != run
    assert "done" in buttons.portal.call(read, f"screenwright://run/{run}").text


@pytest.mark.parametrize(
    "uri",
    [
        "screenwright://run/nowhere",
        "screenwright://run/../../etc/passwd",
        "screenwright://demo/..",
        "file:///etc/passwd",
    ],
)
def test_there_are_no_other_resources(buttons: Caller, uri: str) -> None:
    async def read() -> Any:
        return await buttons.client.read_resource(uri)

    with pytest.raises(MCPError, match=r"no resource|no run|no demo"):
        buttons.portal.call(read)


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("act", {}, "action: Field required"),
        ("act", {"action": {"kind": "clack"}}, "'clack'"),
        ("act", {"action": {"kind": "click", "point": {"x": "left", "y": 1}}}, "not 'left'"),
        ("act", {"action": {"kind": "type_text", "text": "a" * 20_001}}, "20001 characters"),
        ("act", {"action": {"kind": "press_button", "button": "home"}}, "can't press the home button"),
        ("act", {"action": {"kind": "press_keys", "keys": ["nokey"]}}, "nokey"),
        ("observe", {"max_width": 10**9}, "max_width"),
        ("observe", {"paths": "/etc"}, "paths"),
        ("find", {}, "say what to look for"),
        ("find", {"text": "Nowhere to be seen"}, "is not on the screen"),
        ("find", {"relation": "right_of"}, "belong together"),
        ("run_task", {"task": ""}, "task"),
        ("run_task", {"task": "/etc/passwd"}, "/etc/passwd"),
        ("run_task", {"task": "frobnicate the thing"}, "frobnicate"),
        ("run_task", {"task": "type x", "parameters": {"secret_pin": "1"}}, "is a secret"),
        ("replay", {"demo": "../../etc"}, "no demo '../../etc'"),
        ("replay", {"demo": "/etc/passwd"}, "no demo '/etc/passwd'"),
        ("status", {"rules": "perhaps"}, "not 'perhaps'"),
    ],
)
def test_what_can_not_be_used_is_told_and_nothing_is_done(
    buttons: Caller, tool: str, arguments: dict[str, Any], said: str
) -> None:
    assert said in buttons.wrong(tool, **arguments)


def test_there_is_no_other_tool(buttons: Caller) -> None:
    with pytest.raises(MCPError, match="no tool 'shell'"):
        buttons("shell", command="ls")


def test_nothing_but_the_protocol_is_written_to_standard_output(tmp_path: Path) -> None:
    noisy = (
        "import os, sys, warnings\n"
        "from screenwright.agent import cli\n"
        "from screenwright.agent.mcp.doing import Doing\n"
        "job = Doing.job\n"
        "def noise(self, arguments):\n"
        "    print('noise of print')\n"
        "    os.system('echo noise of a program')\n"
        "    warnings.warn('noise of a warning')\n"
        "    return job(self, arguments)\n"
        "Doing.job = noise\n"
        "cli.main()\n"
    )
    client = Bare(tmp_path, *SCREEN, code=noisy)
    try:
        for _ in range(3):
            assert not client.call("observe", picture=False)["isError"]  # Bare reads nothing but JSON
        assert client.process.stdin and client.process.stdout and client.process.stderr
        client.process.stdin.close()
        assert client.process.stdout.read() == ""
        errors = client.process.stderr.read()
        for kind in ("print", "a program", "a warning"):
            assert f"noise of {kind}" in errors
    finally:
        client.close()


@pytest.mark.parametrize("end", ["gone", "SIGTERM"])
def test_a_client_that_is_gone_in_the_middle_leaves_no_process_and_an_ended_trace(
    tmp_path: Path, end: str, eventually: Callable[..., Any]
) -> None:
    client = Bare(tmp_path, *SCREEN, *opens(PROGRAMS / "buttons.py", tmp_path / DELETED))
    try:
        client.call("observe", picture=False)
        client.begin("tools/call", {"name": "run_task", "arguments": {"task": 'wait for "what never comes"'}})
        eventually(lambda: list(tmp_path.glob("runs/*-task/steps.jsonl")))
        started = client.started()
        assert len(started) >= 3, "the screen, its bus and the program"
        began = time.monotonic()
        if end == "gone":
            assert client.process.stdin
            client.process.stdin.close()
        else:
            client.process.send_signal(getattr(signal, end))
        assert client.process.wait(20) == 0
        assert time.monotonic() - began < 8
        eventually(lambda: not [pid for pid in started if Path(f"/proc/{pid}").exists()])
        (run,) = tmp_path.glob("runs/*-task")
        outcome = Trace(run).outcome
        assert outcome is not None and outcome.status == "stopped"
    finally:
        client.close()


def test_what_is_held_down_is_let_go_when_the_client_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, eventually: Callable[..., Any]
) -> None:
    from screenwright.tools import Desktop

    with VirtualDisplay(640, 480) as display:
        for name, value in display.environment.items():
            monkeypatch.setenv(name, value)
        with Desktop(display=display.display, environment=display.environment) as desktop:
            echo = Echo(desktop, tmp_path / "echo.jsonl", "600x400+10+10")
            client = Bare(tmp_path, "-q")
            try:
                client.call("observe", elements="none")
                point = {"x": 300, "y": 200, "frame": {"width": 640, "height": 480}}
                held = {"action": {"kind": "long_press", "point": point, "seconds": 30}}
                client.begin("tools/call", {"name": "act", "arguments": held})
                eventually(lambda: echo.events("ButtonPress"))
                assert client.process.stdin
                client.process.stdin.close()
                eventually(lambda: echo.events("ButtonRelease"))
                assert client.process.wait(20) == 0
            finally:
                client.close()


def test_what_is_raised_between_two_jobs_ends_no_thread(eventually: Callable[..., Any]) -> None:
    """As a hotkey that stops a run does."""
    thread, done = JobThread("test"), list[str]()

    def hotkey() -> None:
        raised = ctypes.py_object(KeyboardInterrupt)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ids[0]), raised)

    ids: list[int] = []
    thread.do(lambda: ids.append(threading.get_ident()))
    eventually(lambda: ids)
    for number in range(20):
        hotkey()
        thread.do(lambda number=number: done.append(str(number)))  # type: ignore[misc]
        eventually(lambda number=number: len(done) == number + 1 or "lost" in done)  # type: ignore[misc]
    assert thread.last(lambda: done.append("last"), 5)
    assert done == [*map(str, range(20)), "last"]
