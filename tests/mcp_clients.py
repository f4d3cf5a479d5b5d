"""Clients of `screenwright mcp`: the official one, called from plain test functions, and a bare one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult, TextContent

MODULE = ["-m", "screenwright.agent.cli", "mcp"]
PROGRAMS = Path(__file__).parent / "programs"


def opens(program: Path, *words: object) -> list[str]:
    """The options that open a program of Python."""
    return ["--open", " ".join(map(str, (sys.executable, program, *words)))]


class Person:
    """Behind a client: what is asked, and what is answered."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.says = ElicitResult(action="decline")

    def answers(self, action: str, **content: Any) -> None:
        self.says = ElicitResult.model_validate({"action": action, "content": content or None})

    async def __call__(self, context: Any, params: ElicitRequestParams) -> ElicitResult:
        self.asked.append(params.message)
        return self.says


class Caller:
    """A client that is connected."""

    def __init__(self, portal: BlockingPortal, client: Client, person: Person | None) -> None:
        self.portal, self.client = portal, client
        self._person = person
        self.progress: list[str] = []

    @property
    def person(self) -> Person:
        assert self._person is not None
        return self._person

    def __call__(self, tool: str, **arguments: Any) -> CallToolResult:
        return self.portal.call(partial(self._call, tool, arguments))

    def later(self, tool: str, **arguments: Any) -> Any:
        """A future of the result; cancelling it cancels the call."""
        return self.portal.start_task_soon(self._call, tool, arguments)

    def ok(self, tool: str, **arguments: Any) -> str:
        """The text of an answer that must be none of an error."""
        result = self(tool, **arguments)
        assert not result.is_error, text(result)
        return text(result)

    def wrong(self, tool: str, **arguments: Any) -> str:
        """The text of an answer that must be an error, and quote none of our own code."""
        result = self(tool, **arguments)
        assert result.is_error, text(result)
        assert "Traceback" not in text(result) and 'File "' not in text(result)
        return text(result)

    def point(self, words: str, **more: Any) -> dict[str, Any]:
        """Where something is."""
        result = self("find", text=words, **more)
        assert not result.is_error, text(result)
        point: dict[str, Any] = result.structured_content["places"][0]["point"]
        return point

    def click(self, words: str, **more: Any) -> CallToolResult:
        return self("act", action={"kind": "click", "point": self.point(words)}, **more)

    async def _call(self, tool: str, arguments: dict[str, Any]) -> CallToolResult:
        async def progress(steps: float, total: float | None, message: str | None) -> None:
            self.progress.append(message or "")

        return await self.client.call_tool(tool, arguments, progress_callback=progress)


def text(result: CallToolResult) -> str:
    return "\n".join(each.text for each in result.content if isinstance(each, TextContent))


@contextmanager
def connected(server: AbstractAsyncContextManager[Any], mode: str, asks: bool) -> Iterator[Caller]:
    person = Person() if asks else None
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(server) as there:
        client = Client(there, mode=mode, elicitation_callback=person)
        with portal.wrap_async_context_manager(client) as entered:
            yield Caller(portal, entered, person)


@contextmanager
def over_stdio(
    folder: Path, *options: str, mode: str = "legacy", asks: bool = True, **environment: str
) -> Iterator[Caller]:
    """A server of its own for this client, in that folder; it gets little of the environment but what is given."""

    command = [*MODULE, "--folder", str(folder), *options]
    server = StdioServerParameters(command=sys.executable, args=command, cwd=Path.cwd(), env=environment)
    with connected(nullcontext(server), mode, asks) as caller:
        yield caller


class Web:
    """A server over HTTP, and what it printed at the start."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        kept = {key: value for key, value in os.environ.items() if key not in {"DISPLAY", "WAYLAND_DISPLAY"}}
        command = [sys.executable, *MODULE, "--http", "0", "--folder", str(folder), *options]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=kept | environment
        )
        self.said = ""
        assert self.process.stderr
        for line in self.process.stderr:
            self.said += line
            if found := re.search(r"Bearer (\S+)", line):
                self.token = found[1]
                break
        else:
            raise AssertionError(f"the server ended: {self.said}")
        self.url = re.findall(r"http://\S+", self.said)[0]
        self.port = int(self.url.split(":")[2].split("/")[0])
        self._rest = threading.Thread(target=self._read, daemon=True)
        self._rest.start()

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.said += line

    def end(self) -> int:
        """As a person ends it; its exit code."""
        self.process.terminate()
        code = self.process.wait(20)
        self._rest.join(10)
        assert self.process.stderr
        self.process.stderr.close()
        return code

    @contextmanager
    def client(self, mode: str = "auto", *, asks: bool = True, token: str | None = None) -> Iterator[Caller]:
        with connected(self._transport(token or self.token), mode, asks) as caller:
            yield caller

    @asynccontextmanager
    async def _transport(self, token: str) -> AsyncIterator[Any]:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
            yield streamable_http_client(self.url, http_client=http)


class Bare:
    """A client that writes lines and reads lines, and can be gone at any moment."""

    def __init__(
        self, folder: Path, *options: str, code: str | None = None, environment: dict[str, str] | None = None
    ) -> None:
        command = [
            sys.executable,
            *(["-c", code] if code else MODULE[:2]),
            "mcp",
            "--folder",
            str(folder),
            *options,
        ]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self._count = 0
        about = {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "bare", "version": "1"},
        }
        self.request("initialize", about)
        self.write({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def write(self, message: dict[str, Any]) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def begin(self, method: str, params: dict[str, Any]) -> int:
        self._count += 1
        self.write({"jsonrpc": "2.0", "id": self._count, "method": method, "params": params})
        return self._count

    def request(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        return self.answer(self.begin(method, params))

    def answer(self, number: int) -> dict[str, Any]:
        """Every line that comes must be JSON."""
        assert self.process.stdout
        for line in self.process.stdout:
            message: dict[str, Any] = json.loads(line)
            if message.get("id") == number:
                return message
        raise AssertionError(f"the server ended: {self.process.stderr.read() if self.process.stderr else ''}")

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        return self.done(self.later(tool, **arguments))

    def later(self, tool: str, **arguments: Any) -> int:
        return self.begin("tools/call", {"name": tool, "arguments": arguments})

    def done(self, number: int) -> dict[str, Any]:
        result: dict[str, Any] = self.answer(number)["result"]
        return result

    def started(self) -> list[int]:
        """The processes that the server has started, and those that they have."""
        parents: dict[int, list[int]] = {}
        for each in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it has just ended
                pid, rest = int(each.parent.name), each.read_text().rpartition(")")[2].split()
                parents.setdefault(int(rest[1]), []).append(pid)
        found = list(parents.get(self.process.pid, []))
        for pid in found:
            found += parents.get(pid, [])
        return found

    def close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe
            pipe.close()
        self.process.wait(20)
