"""The connection to a server, over the `openai` package; the only file that imports it.

All connections live in one event loop in a thread of its own. What waits there can be cancelled at any
moment, which closes the connection; a thread that is blocked reading a socket can't be.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import re
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from screenwright.policies.served import problems
from screenwright.policies.served.answers import Collected
from screenwright.policies.served.errors import (
    ConnectTimeout,
    CutReply,
    FirstTokenTimeout,
    ServerFailed,
    StalledReply,
    Unreachable,
    WrongUrl,
)
from screenwright.policies.served.problems import Problem
from screenwright.policies.served.retry import LOOK_S
from screenwright.tools.errors import NotInstalled, Stopped

Value = TypeVar("Value")

VENDOR = "api.openai.com"
NOTHING_LISTENS = "nothing listens there"
PLAIN_HEADERS = frozenset(
    ("host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent")
)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. `first_token_s` covers the sending, the queue, and the prefill of all pictures; Ollama loads its
    model in it, too. `between_s`: silence within a reply. `facts_s`: for what is asked before the first reply."""

    connect_s: float = 10.0
    first_token_s: float = 300.0
    between_s: float = 60.0
    facts_s: float = 5.0


class Failed(Exception):
    """One request failed; `problem` says how. Never leaves this package."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.said)
        self.problem = problem


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="screenwright-served", daemon=True).start()
    return loop


class Link:
    """Sends bytes to `{base_url}/chat/completions` and collects what is streamed back."""

    def __init__(self, base_url: str, key: str | None, timeouts: Timeouts) -> None:
        try:
            import openai
        except ImportError as error:
            raise NotInstalled(
                "a model on a server needs the package openai: pip install 'screenwright[served]'"
            ) from error
        self._openai = openai
        self._base_url, self._key, self._timeouts = base_url, key, timeouts
        host = urlsplit(base_url).hostname or ""
        self._is_vendor = host == VENDOR
        self._http = openai.DefaultAsyncHttpxClient(
            timeout=openai.Timeout(None, connect=timeouts.connect_s, write=60.0),
            # A redirected POST becomes a GET, and a key would go where nobody sent it.
            follow_redirects=False,
            # HTTP_PROXY is set in many offices, NO_PROXY forgotten: this machine is reached without either.
            trust_env=host not in ("localhost", "127.0.0.1", "::1"),
            event_hooks={"request": [self._dress]},
        )
        self._client = openai.AsyncOpenAI(
            base_url=base_url, api_key=key or "none", max_retries=0, http_client=self._http
        )

    async def _dress(self, request: Any) -> None:
        """The last word on headers.

        The openai package also adds what it finds in OPENAI_ADMIN_KEY, OPENAI_ORG_ID, OPENAI_PROJECT_ID and
        OPENAI_CUSTOM_HEADERS, to any host: none of it goes to a host that is not the vendor's.
        """
        if not self._is_vendor:
            for name in [name for name in request.headers if name.lower() not in PLAIN_HEADERS]:
                del request.headers[name]
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        else:
            request.headers.pop("Authorization", None)

    def chat(self, body: bytes, fields: frozenset[str], stop: Callable[[], bool] | None) -> Collected:
        """One request. `fields`: the optional ones that it has. Failed; Stopped within LOOK_S and a little."""
        return self._run(self._chat(body, fields), stop)

    def get(self, url: str, stop: Callable[[], bool] | None, post: bytes | None = None) -> tuple[int, str]:
        """Status and body of a small page; status 0 where it takes too long. Failed where nothing answers."""
        return self._run(self._get(url, post), stop)

    def close(self) -> None:
        self._run(self._client.close(), None)

    def _run(self, work: Coroutine[Any, Any, Value], stop: Callable[[], bool] | None) -> Value:
        future = asyncio.run_coroutine_threadsafe(work, _loop())
        try:
            while not concurrent.futures.wait([future], LOOK_S).done:
                if stop is not None and stop():
                    raise Stopped("stopped while the model's server was at work")
            return future.result()
        finally:
            future.cancel()  # a Ctrl-C closes the connection as `stop` does

    async def _chat(self, body: bytes, fields: frozenset[str]) -> Collected:
        openai, collected = self._openai, Collected()
        clock, now = asyncio.timeout(self._timeouts.first_token_s), asyncio.get_running_loop().time
        sent = now()
        try:
            async with clock:
                stream = await self._client.post(
                    "/chat/completions",
                    cast_to=openai.types.chat.ChatCompletionChunk,
                    content=body,
                    options={"headers": {"Content-Type": "application/json", "Accept": "text/event-stream"}},
                    stream=True,
                    stream_cls=openai.AsyncStream[openai.types.chat.ChatCompletionChunk],
                )
                response = stream.response
                try:
                    _look_at(response.headers.get("content-type", ""), response.status_code)
                    async for data in response.aiter_bytes():
                        collected.feed(data)
                        if collected.begun:
                            collected.first_token_s = collected.first_token_s or now() - sent
                            clock.reschedule(now() + self._timeouts.between_s)
                finally:
                    await stream.close()
        except openai.APIStatusError as error:
            raise Failed(_status_problem(error.response, fields)) from None
        except TimeoutError:
            raise Failed(self._late(collected.begun)) from None
        except Failed:
            raise
        except Exception as error:
            raise Failed(self._broken(error, begun=collected.begun)) from None
        collected.end()
        return _whole(collected, fields)

    async def _get(self, url: str, post: bytes | None) -> tuple[int, str]:
        try:
            async with asyncio.timeout(self._timeouts.facts_s):
                response = await self._http.request("GET" if post is None else "POST", url, content=post)
                return response.status_code, response.text
        except TimeoutError:
            return 0, ""
        except Exception as error:
            raise Failed(self._broken(error, begun=False)) from None

    def _late(self, begun: bool) -> Problem:
        if begun:
            said = f"no further word for {self._timeouts.between_s:g} s"
            return Problem(StalledReply, said, "look at the server's log, or raise Timeouts.between_s", again=True)
        said = f"no word of a reply within {self._timeouts.first_token_s:g} s"
        fix = "it may be busy or loading; give smaller pictures, or raise Timeouts.first_token_s"
        return Problem(FirstTokenTimeout, said, fix)

    def _broken(self, error: BaseException, begun: bool) -> Problem:
        """Connections fail in many layers; the innermost error says why."""
        kinds, why = [type(error).__name__], str(error)
        while (cause := error.__cause__ or error.__context__) is not None:
            error = cause
            kinds.append(type(error).__name__)
            why = str(error) or why
        if begun:
            return Problem(CutReply, why or kinds[-1], "look at the server's log", again=True)
        if "ConnectTimeout" in kinds:
            said = f"no connection within {self._timeouts.connect_s:g} s"
            return Problem(ConnectTimeout, said, "is the address right, and is a firewall between?", again=True)
        if re.search("ssl|certificate|wrong.version", why, re.IGNORECASE):
            return Problem(Unreachable, why, "does the server speak https? Then its certificate is not trusted")
        if "gaierror" in kinds:
            return Problem(Unreachable, why, "no such host; is the name in the address right?")
        if "ConnectError" in kinds:
            return Problem(Unreachable, NOTHING_LISTENS, "start the server, or mend the port", again=True)
        if {"UnsupportedProtocol", "InvalidURL", "LocalProtocolError"} & set(kinds):
            return Problem(WrongUrl, why, problems.WRONG_URL)
        return Problem(Unreachable, why or kinds[-1], "the connection broke; look at the server's log", again=True)


def _look_at(kind: str, status: int) -> None:
    if "html" in kind:
        raise Failed(Problem(WrongUrl, "a web page", problems.WRONG_URL, status=status))
    if status >= 300:
        raise Failed(Problem(WrongUrl, f"status {status}", problems.WRONG_URL, status=status))


def _status_problem(response: Any, fields: frozenset[str]) -> Problem:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return problems.read(response.status_code, headers, response.text, fields)


def _whole(collected: Collected, fields: frozenset[str]) -> Collected:
    """The reply, or Failed where it is none or only half of one."""
    if collected.error is not None:
        code = collected.error.get("code")
        status = code if isinstance(code, int) and code >= 400 else 500
        said = str(collected.error.get("message") or collected.error)
        raise Failed(problems.read(status, {}, said, fields))
    if collected.done and collected.choices:
        return collected
    if collected.begun:
        raise Failed(Problem(CutReply, "the reply ended in the middle", "look at the server's log", again=True))
    beginning = collected.raw[:200].decode(errors="replace").strip()
    if collected.events or not beginning:
        raise Failed(
            Problem(ServerFailed, "an answer without a choice in it", "look at the server's log", again=True)
        )
    raise Failed(Problem(WrongUrl, repr(beginning), problems.WRONG_URL))
