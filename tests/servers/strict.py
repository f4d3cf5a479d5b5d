"""A local server of /v1/chat/completions that forgives nothing and plays the quirks of real ones.

A request that no real server would take (fields out of the schema, a picture that does not decode, roles in
a wrong order) is answered 400 and kept in `complaints`. `says` is the list of what to answer, one a request,
the last one for ever after; each is a function that gets the `Call`.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "qwen3-vl:4b"
FIELDS = {
    "model": str,
    "messages": list,
    "stream": bool,
    "stream_options": dict,
    "max_tokens": int,
    "max_completion_tokens": int,
    "temperature": (int, float),
    "top_p": (int, float),
    "presence_penalty": (int, float),
    "seed": int,
    "tools": list,
    "tool_choice": (str, dict),
    "response_format": dict,
    "stop": (str, list),
}


class Call:
    """One request: what was asked, and the ways to answer it."""

    def __init__(self, handler: Handler, raw: bytes, body: dict[str, Any]) -> None:
        self.handler, self.raw, self.body = handler, raw, body

    def json(self, status: int, value: Any, **headers: str) -> None:
        self.raw_answer(status, json.dumps(value).encode(), "application/json", **headers)

    def raw_answer(self, status: int, data: bytes, kind: str, **headers: str) -> None:
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", kind)
        self.handler.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        self.handler.wfile.write(data)

    def begin(self) -> None:
        """The head of a stream; its end is the end of the connection."""
        self.handler.send_response(200)
        self.handler.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.handler.send_header("Connection", "close")
        self.handler.end_headers()
        self.handler.close_connection = True

    def event(self, value: dict[str, Any] | str) -> None:
        data = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        self.handler.wfile.write(f"data: {data}\n\n".encode())
        self.handler.wfile.flush()

    def delta(self, finish: str | None = None, **delta: Any) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        self.event({"id": "1", "object": "chat.completion.chunk", "model": MODEL, "choices": [choice]})

    def hang(self) -> None:
        """Silence until the client has gone, which is noted in `left`."""
        connection = self.handler.connection
        connection.settimeout(0.02)
        server = self.handler.strict
        while not server.closing.is_set():
            try:
                if connection.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        server.left.append(time.monotonic())
        self.handler.close_connection = True

    def drop(self) -> None:
        """Reset the connection, as a server that was killed does."""
        linger = struct.pack("ii", 1, 0)
        self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.handler.connection.close()
        self.handler.close_connection = True


Say = Callable[[Call], None]


def words(
    text: Any = "",
    *,
    finish: str = "stop",
    usage: dict[str, Any] | None = None,
    calls: Iterable[Any] = (),
    **more: Any,
) -> Say:
    """A streamed reply, in pieces of a few characters. `calls`: tool call deltas, as they are."""

    def say(call: Call) -> None:
        call.begin()
        call.delta(role="assistant", content="")
        for name, thought in more.items():
            call.delta(**{name: thought})
        if isinstance(text, str):
            for start in range(0, len(text), 7):
                call.delta(content=text[start : start + 7])
        else:
            call.delta(content=text)
        for each in calls:
            call.delta(tool_calls=[each])
        call.delta(finish=finish)
        if usage is not None and (call.body.get("stream_options") or {}).get("include_usage"):
            call.event({"id": "1", "object": "chat.completion.chunk", "choices": [], "usage": usage})
        call.event("[DONE]")

    return say


def error(status: int, message: str, **headers: str) -> Say:
    return lambda call: call.json(status, {"error": {"message": message, "code": status}}, **headers)


def whole(text: str) -> Say:
    """One that does not stream."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 5, "completion_tokens": 2}
    return lambda call: call.json(200, {"model": MODEL, "choices": [choice], "usage": usage})


class Strict:
    """The server, on a free port of this machine or the one given; a context manager.

    Args:
        says: what to answer to chat requests.
        pages: other pages by path, as JSON values; `/v1/models` lists MODEL if it is not among them.
        takes: fields taken beside FIELDS.
        key: the key that it wants.
        alternates: roles must go user, assistant, user after a system turn.
    """

    def __init__(
        self,
        *says: Say,
        pages: dict[str, Any] | None = None,
        takes: Iterable[str] = (),
        key: str | None = None,
        alternates: bool = False,
        port: int = 0,
    ) -> None:
        self.says = list(says) or [words("ok")]
        listing = {"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "someone"}]}
        self.pages: dict[str, Any] = {"/v1/models": listing, **(pages or {})}
        self.takes, self.key, self.alternates = set(takes), key, alternates
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.left: list[float] = []
        self.open: set[socket.socket] = set()
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", port), type("Bound", (Handler,), {"strict": self}))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))

    def __enter__(self) -> Strict:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._thread.join()
        for connection in list(self.open):  # a kept-alive one would be answered by a server that is gone
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._http.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def next(self) -> Say:
        with self._lock:
            return self.says.pop(0) if len(self.says) > 1 else self.says[0]

    def sent(self, index: int = -1) -> dict[str, Any]:
        """A request's body."""
        value: dict[str, Any] = json.loads(self.bodies[index])
        return value


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    strict: Strict

    def setup(self) -> None:
        super().setup()
        self.strict.open.add(self.connection)

    def finish(self) -> None:
        self.strict.open.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def do_GET(self) -> None:
        self._page(b"")

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/v1/chat/completions":
            return self._page(raw)
        self.strict.bodies.append(raw)
        self.strict.headers.append({name.lower(): value for name, value in self.headers.items()})
        call = Call(self, raw, {})
        if self.strict.key and self.headers.get("Authorization") != f"Bearer {self.strict.key}":
            given = self.headers.get("Authorization", "").removeprefix("Bearer ")
            return call.json(401, {"error": {"message": f"Incorrect API key provided: {given}."}})
        wrong = self._wrong(raw, call)
        if wrong:
            return call.json(400, {"error": {"message": wrong, "type": "invalid_request_error"}})
        return self.strict.next()(call)

    def _page(self, raw: bytes) -> None:
        self.strict.asked.append(self.path)
        page = self.strict.pages.get(self.path)
        call = Call(self, raw, {})
        if callable(page):
            page(call)
        elif page is None:
            call.json(404, {"detail": "Not Found"})
        else:
            call.json(200, page)

    def _wrong(self, raw: bytes, call: Call) -> str:
        if self.headers.get("Content-Type") != "application/json":
            return "the content type is not JSON"
        try:
            call.body = json.loads(raw)
            wrong = invalid(call.body, self.strict)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            wrong = f"malformed: {error!r}"
        if wrong:
            self.strict.complaints.append(wrong)
        return wrong

    def log_message(self, format: str, *args: object) -> None:
        pass


def invalid(body: dict[str, Any], strict: Strict) -> str:
    """What is wrong with a request; "" where nothing is."""
    for name, value in body.items():
        if name in strict.takes:
            continue
        if name not in FIELDS:
            return f"Unrecognized request argument supplied: {name}"
        wanted: Any = FIELDS[name]
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            return f"Invalid type for '{name}'"
    if body["model"] != MODEL:
        return f"The model `{body['model']}` does not exist."
    if "max_tokens" in body and "max_completion_tokens" in body:
        return "max_tokens and max_completion_tokens exclude each other"
    roles = [message["role"] for message in body["messages"]]
    if not roles or "system" in roles[1:] or roles[-1] != "user":
        return f"wrong order of roles: {roles}"
    turns = roles[1:] if roles[0] == "system" else roles
    if strict.alternates and any(role != ("user", "assistant")[at % 2] for at, role in enumerate(turns)):
        return "Conversation roles must alternate user/assistant/user/assistant/..."
    for message in body["messages"]:
        if set(message) != {"role", "content"} or message["role"] not in ("system", "user", "assistant"):
            return f"wrong message: {set(message)} {message['role']}"
        wrong = invalid_content(message["content"], message["role"])
        if wrong:
            return wrong
    for tool in body.get("tools", ()):
        if tool["type"] != "function" or not isinstance(tool["function"]["name"], str):
            return "Invalid value: tools"
    return ""


def invalid_content(content: Any, role: str) -> str:
    if isinstance(content, str):
        return ""
    for part in content:
        match part:
            case {"type": "text", "text": str(), **rest}:
                if rest:
                    return f"text part with {rest}"
            case {"type": "image_url", "image_url": {"url": str(url)}} if role == "user":
                try:
                    png_size(url)
                except (ValueError, binascii.Error, zlib.error, struct.error) as error:
                    return f"The image is invalid: {error}"
            case _:
                return f"Invalid content part {str(part)[:80]} of {role}"
    return "" if content else "empty content"


def png_size(url: str) -> tuple[int, int]:
    """Width and height of a data URL's PNG, every chunk's checksum and all pixels read. ValueError."""
    head, _, data = url.partition(",")
    if head != "data:image/png;base64":
        raise ValueError(f"{head[:40]} is no PNG data URL")
    file = base64.b64decode(data, validate=True)
    if file[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no PNG signature")
    at, pixels, size, kinds = 8, b"", (0, 0), []
    while at < len(file):
        length, kind = struct.unpack(">I4s", file[at : at + 8])
        chunk = file[at + 8 : at + 8 + length]
        if struct.unpack(">I", file[at + 8 + length : at + 12 + length])[0] != zlib.crc32(kind + chunk):
            raise ValueError(f"wrong checksum in {kind!r}")
        if kind == b"IHDR":
            size = struct.unpack(">II", chunk[:8])
        if kind == b"IDAT":
            pixels += chunk
        kinds.append(kind)
        at += 12 + length
    if kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"]:
        raise ValueError("a PNG without its ends")
    if len(zlib.decompress(pixels)) != (size[0] * 3 + 1) * size[1]:
        raise ValueError("pixels are missing, or are not RGB")
    return size
