"""`screenwright mcp --http`: who is let in, two clients at one screen, tasks and demos, a client that is gone."""

from __future__ import annotations

import http.client
import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import pytest
from mcp_clients import Caller, Web, opens, text

from screenwright.policies.replay.folder import DemoFolder
from screenwright.tools import Trace

DEMOS = Path(__file__).parents[1] / "demos"
HELLO = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "bare", "version": "1"}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a demo that fills in the first field."""
    made = tmp_path_factory.mktemp("web")
    shutil.copytree(DEMOS / "recorded" / "signup", made / "demos" / "signup")
    demo = DemoFolder.open(made / "demos" / "signup")
    used = {"name": demo.demo.parameters["name"]}
    demo.save(demo.demo.model_copy(update={"steps": demo.demo.steps[:2], "parameters": used}))
    return made


@pytest.fixture(scope="module")
def web(folder: Path) -> Iterator[Web]:
    """A server with the sign-up form of the demos."""
    served = Web(folder, "--virtual", "-q", *opens(DEMOS / "programs" / "signup.py", folder / "out.json"))
    yield served
    assert served.end() == 0
    assert "Traceback" not in served.said and served.said.count(served.token) == 1


@pytest.fixture(scope="module")
def caller(web: Web) -> Iterator[Caller]:
    with web.client() as made:
        assert made.client.protocol_version >= "2026"
        yield made


def ask(web: Web, body: bytes | None = None, path: str = "/mcp", **headers: str) -> tuple[int, str]:
    """A bare request; a header that is empty is left out."""
    usual = {
        "Host": f"127.0.0.1:{web.port}",
        "Authorization": f"Bearer {web.token}",
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
    }
    sent = {key: value for key, value in (usual | headers).items() if value}
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO}
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=20)
    try:
        connection.request("POST", path, json.dumps(message) if body is None else body, sent)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_with_the_token_one_is_let_in(web: Web) -> None:
    status, said = ask(web)
    assert status == 200 and "Begin with `observe`" in said
    assert ask(web, Origin=f"http://127.0.0.1:{web.port}")[0] == 200
    assert ask(web, Host=f"localhost:{web.port}")[0] == 200


@pytest.mark.parametrize(
    "sent",
    ["", "Bearer", "Bearer ", "Bearer wrong", "Basic {token}", "{token}", "Bearer {half}", "Bearer {token}x"],
)
def test_without_the_token_one_is_not(web: Web, sent: str) -> None:
    status, said = ask(web, Authorization=sent.format(token=web.token, half=web.token[:12]))
    assert status == 401 and "Authorization: Bearer" in said and web.token not in said


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Host": "evil.example", "Origin": "http://evil.example"},
    ],
)
def test_a_page_of_elsewhere_is_not_let_in_even_with_the_token(web: Web, headers: dict[str, str]) -> None:
    status, said = ask(web, **headers)
    assert status == 403 and said.startswith("Forbidden")


def test_other_paths_and_bodies_do_no_harm(web: Web) -> None:
    assert ask(web, path="/")[0] == 404
    assert ask(web, b"x" * 5_000_000)[0] == 413
    for body in (b"", b"{", b"[]", b"\xff\xfe", b'{"jsonrpc": "2.0"}', b"[" * 50_000, b'{"id": ' + b"1" * 10_000):
        assert 400 <= ask(web, body)[0] < 500, body[:20]
    assert ask(web)[0] == 200


def test_a_demo_is_played_by_its_name_with_values(caller: Caller, folder: Path) -> None:
    assert "demos: signup" in caller.ok("status")
    result = caller("replay", demo="signup", parameters={"name": "Grace"})
    assert not result.is_error, text(result)
    assert 'holds "Grace"' in caller.ok("observe", picture=False) or "Grace" in caller.ok("read")
    assert Trace(result.structured_content["trace"]).outcome
    shutil.copytree(folder / "demos" / "signup", folder / "elsewhere")
    for other in ("elsewhere", "demos/signup", str(folder / "elsewhere")):
        assert f"no demo {other!r}" in caller.wrong("replay", demo=other), "only by its name"
    assert "no parameter 'colour'" in caller.wrong("replay", demo="signup", parameters={"colour": "red"})

    async def read() -> Any:
        return (await caller.client.read_resource("screenwright://demo/signup")).contents[0]

    assert "click-name" in caller.portal.call(read).text


def test_two_clients_share_one_screen_and_act_one_after_the_other(web: Web, caller: Caller, folder: Path) -> None:
    with web.client("legacy") as other:
        assert other.client.protocol_version < "2026"
        caller.ok("observe", max_width=640, elements="none")
        assert caller.point("Name", role="field")["frame"] == other.point("Name", role="field")["frame"]
        both = [
            one.later("run_task", task=f'type "{name}" into {field}')
            for one, name, field in ((caller, "Ada", "Name"), (other, "ada@example.org", "Email"))
        ]
        for each in both:
            result = each.result(60)
            assert not result.is_error, text(result)
        assert caller.progress and other.progress
        done = other("run_task", task='click Submit\nwait for "Welcome, Ada"\nread "Your number is"')
        assert not done.is_error, text(done)
        assert done.structured_content["status"] == "done" and "<screen-" in text(done)
    submitted = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert (submitted["name"], submitted["email"]) == ("Ada", "ada@example.org")
    assert len(list(folder.glob("runs/*-task*"))) == 3


@pytest.mark.parametrize(("action", "content"), [("accept", {"do_it": "yes"}), ("decline", {}), ("accept", {})])
def test_a_client_of_the_newer_protocol_is_asked_too(caller: Caller, action: str, content: dict[str, str]) -> None:
    caller.person.asked.clear()
    caller.person.answers(action, **content)
    result = caller("act", action={"kind": "press_keys", "keys": ["shift", "delete"]}, thought="to be rid of it")
    assert len(caller.person.asked) == 1 and "keys that can't be undone" in caller.person.asked[0]
    assert result.is_error == (content == {})


def test_a_task_is_cancelled_and_the_next_call_need_not_wait(
    caller: Caller, folder: Path, eventually: Callable[..., Any]
) -> None:
    def waiting() -> set[Path]:
        return set(folder.glob("runs/*-task*/steps.jsonl"))

    before = waiting()
    task = caller.later("run_task", task='wait for "what never comes"')
    (new,) = eventually(lambda: waiting() - before)
    assert "at work: run_task" in caller.ok("status")
    task.cancel()
    with pytest.raises(CancelledError):
        task.result(10)
    caller.ok("observe", picture=False)
    outcome = Trace(new.parent).outcome
    assert outcome is not None and outcome.status == "stopped" and "cancelled" in outcome.message


def test_a_task_ends_when_its_client_is_gone(
    web: Web, caller: Caller, folder: Path, eventually: Callable[..., Any]
) -> None:
    """Of the older protocol, in which a call is to go on without its client."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO}
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=20)
    headers = {
        "Authorization": f"Bearer {web.token}",
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
    }
    connection.request("POST", "/mcp", json.dumps(message), headers)
    answer = connection.getresponse()
    answer.read()
    headers["Mcp-Session-Id"] = answer.headers["Mcp-Session-Id"]
    before = set(folder.glob("runs/*-task*/steps.jsonl"))
    arguments = {"name": "run_task", "arguments": {"task": 'wait for "what never comes"'}}
    connection.request(
        "POST",
        "/mcp",
        json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": arguments}),
        headers,
    )
    (new,) = eventually(lambda: set(folder.glob("runs/*-task*/steps.jsonl")) - before)
    connection.close()
    outcome = eventually(lambda: Trace(new.parent).outcome)
    assert outcome.status == "stopped" and "its client is gone" in outcome.message


@pytest.mark.parametrize(
    ("words", "said", "token"),
    [
        (["--http", "0"], "SCREENWRIGHT_MCP_TOKEN must be 16", "short"),
        (["--http", "seven"], "--http 'seven' can't be read", ""),
        (["--folder", "/no/such"], "--folder /no/such", ""),
        (["--rules", "/no/such"], "/no/such", ""),
        (["--phone", "--person", "pause"], "--person is for a desktop", ""),
    ],
)
def test_what_can_not_be_served_is_told_at_once(
    words: list[str], said: str, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from screenwright.agent.cli import app

    monkeypatch.setenv("SCREENWRIGHT_MCP_TOKEN", token)
    done = CliRunner().invoke(app, ["mcp", *words])
    assert done.exit_code == 2 and said in done.stderr and "Traceback" not in done.stderr
