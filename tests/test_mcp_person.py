"""A person at the screen that MCP clients share: his own mouse holds them back, his hotkey ends it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Echo, until
from mcp_clients import Bare
from rfb import Person, VncDisplay

pytest_plugins = ["vnc"]
# without an x, which is typed where nothing may be
LONG = "".join(f"{number} bottles on the wall " for number in range(300))


@pytest.fixture
def client(vnc: VncDisplay, window: Echo, tmp_path: Path) -> Iterator[Bare]:
    made = Bare(tmp_path, "-q", "--resume-after", "1", environment=vnc.environment)
    try:
        assert not made.call("observe", picture=False, elements="none")["isError"]
        yield made
    finally:
        made.close()


def typing(client: Bare, text: str) -> int:
    return client.later("act", action={"kind": "type_text", "text": text})


def said(result: dict[str, Any]) -> str:
    assert result["isError"], result
    return str(result["content"][0]["text"])


def test_what_a_caller_does_stops_when_the_person_takes_the_mouse_and_goes_on_when_he_leaves_it(
    client: Bare, window: Echo, person: Person
) -> None:
    answer = typing(client, LONG)
    until(lambda: len(window.text) > 100)
    person.move(300, 300)
    person.move(500, 500)
    assert "a person took over" in said(client.done(answer))
    assert len(window.text) < len(LONG)
    # he is still there: the next act waits, and is then decided anew
    assert "observe again" in said(client.done(typing(client, "x")))
    assert not client.call("act", action={"kind": "type_text", "text": "!"})["isError"]
    until(lambda: window.text.endswith("!"))
    assert "x" not in window.text


def test_after_his_hotkey_nothing_more_is_done(client: Bare, window: Echo, person: Person) -> None:
    answer = typing(client, LONG)
    until(lambda: len(window.text) > 100)
    person.press("ctrl", "alt", "escape")
    broken = said(client.done(answer))  # its first key already is a person's
    assert ("took over" in broken or "hotkey" in broken) and len(broken) < 400
    assert "stopped by the hotkey" in said(client.done(typing(client, "x")))
    for tool, arguments in (
        ("act", {"action": {"kind": "type_text", "text": "x"}}),
        ("run_task", {"task": 'type "x"'}),
    ):
        assert "nothing more is done" in said(client.call(tool, **arguments))
    assert "x" not in window.text
    assert not client.call("read")["isError"], "looking is still allowed"


def test_his_hotkey_between_two_calls_counts_for_the_next(client: Bare, window: Echo, person: Person) -> None:
    assert not client.call("act", action={"kind": "type_text", "text": "a"})["isError"]
    person.press("ctrl", "alt", "escape")
    until(lambda: window.events("KeyRelease"))
    assert "hotkey" in said(client.call("act", action={"kind": "type_text", "text": "b"}))
    assert "nothing more is done" in said(client.call("act", action={"kind": "type_text", "text": "c"}))
    assert window.text == "a"
    assert not client.call("read")["isError"], "the thread that uses the screen is still there"
