"""The server that uiautomator2 starts on a phone: JSON-RPC over HTTP, at the phone's own port 9008."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from screenwright.tools.simphone import automation, selection
from screenwright.tools.simphone.android import Android
from screenwright.tools.simphone.call import Call
from screenwright.tools.simphone.hierarchy import TAKEN
from screenwright.tools.simphone.link import Stream

PORT = 9008
JAR = "/data/local/tmp/u2.jar"
NO_METHOD, NOT_FOUND, FAILED = -32601, -32001, -32603


def app_process(call: Call) -> int:
    """Starts the server; it runs until its stream is closed. Only one program may read the tree at a time."""
    if not call.phone.files.status(JAR)[0]:
        call.complain("Error: Could not find or load main class com.wetest.uia2.Main")
        return 1
    if call.phone.automated:
        call.err(TAKEN.encode())
        return 1
    call.phone.automated = True
    try:
        call.say("[server] INFO: [UiAutomator2Server] Starting Server")
        while call.read():
            pass
    finally:
        call.phone.automated = False
    return 0


def serve(stream: Stream, phone: Android) -> None:
    """Answer one request, then close."""
    held = bytearray()
    while b"\r\n\r\n" not in held:
        if not (piece := stream.read()):
            return
        held += piece
    head, _, body = bytes(held).partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.strip().casefold(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    length = int(headers.get("content-length", "0"))
    while len(body) < length:
        if not (piece := stream.read()):
            return
        body += piece
    method, path, *_ = lines[0].split(" ")
    status, kind, answer = _answer(method, path, body, phone)
    stream.write(
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(answer)}\r\n"
        "Connection: close\r\n\r\n".encode()
        + answer
    )


def _answer(method: str, path: str, body: bytes, phone: Android) -> tuple[str, str, bytes]:
    if (method, path) == ("GET", "/ping"):
        return "200 OK", "text/plain", b"pong"
    if (method, path) != ("POST", "/jsonrpc/0"):
        return "404 Not Found", "text/plain", b"Not found"
    try:
        asked = json.loads(body)
    except ValueError:
        return "400 Bad Request", "text/plain", b"no JSON"
    return "200 OK", "application/json", json.dumps(called(phone, asked)).encode()


def called(phone: Android, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to one call, as JSON-RPC has it."""
    answer: dict[str, Any] = {"jsonrpc": "2.0", "id": asked.get("id")}
    name = str(asked.get("method"))
    method = automation.METHODS.get(name)
    if method is None:
        return answer | {"error": _error(NO_METHOD, f"Method not found: {name} is not in this simulated phone")}
    params = asked.get("params")
    words = list(params) if isinstance(params, list) else []
    try:
        return answer | {"result": method(phone, words)}
    except selection.NotThere as error:
        return answer | {
            "error": _error(NOT_FOUND, f"androidx.test.uiautomator.UiObjectNotFoundException: {error}")
        }
    except (IndexError, KeyError, TypeError, ValueError) as error:
        return answer | {"error": _error(FAILED, f"java.lang.IllegalArgumentException: {name} {words}: {error}")}


def _error(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "data": message}
