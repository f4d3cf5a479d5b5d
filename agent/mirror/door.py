"""Who may come in: a page that shows and drives a screen is remote control, and other web pages know this port.

A request needs the token in its path, a Host that is this machine (else a name that someone points at 127.0.0.1
would do, DNS rebinding) and, for the live connection, the Origin of the page itself. What lacks any of these is
told no more than 403.
"""

from __future__ import annotations

import hmac
import ipaddress
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from screenwright.tools.errors import BadScript

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))


class Door:
    """An ASGI application before another: lets in what may, with the token taken off the path.

    Args:
        host: the address that is listened at; its name is right as a Host.
    """

    def __init__(self, app: App, token: str, host: str) -> None:
        self._app, self._token, self._host = app, token.encode(), host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        rest = self._rest(scope)
        if rest is None:
            await _refuse(scope, send)
            return
        host = dict(scope["headers"])[b"host"].decode("latin-1")

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_headers(host)]
            await send(message)

        await self._app({**scope, "path": rest, "raw_path": rest.encode()}, receive, guarded)

    def _rest(self, scope: Scope) -> str | None:
        """The path after the token; None: not to be let in."""
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        said, slash, rest = scope["path"].removeprefix("/").partition("/")
        known = hmac.compare_digest(said.encode(), self._token)
        own = same(headers.get(b"origin", b"").decode("latin-1"), host)
        if scope["type"] != "websocket":  # a browser names an origin only where another's page asks, or a script
            asks = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
            own = asks and (own or b"origin" not in headers)
        return slash + rest if known and own and slash and ours(host, self._host) else None


def same(origin: str, host: str) -> bool:
    """Is that Origin the page of this Host?"""
    try:
        page = urlsplit(origin)
    except ValueError:  # "http://[::1"
        return False
    return page.scheme in ("http", "https") and page.netloc == host


def ours(host: str, listened: str) -> bool:
    """A Host that no other page can have made the browser believe in: this machine, or a bare address.

    `listened`: the address that is listened at; its name is right as a Host.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name in LOOPBACK or name == listened:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return listened not in LOOPBACK


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. BadScript: it can't."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(64)
    except OSError as error:
        opened.close()
        raise BadScript(
            f"nothing can listen at {host}:{port} ({error.strerror}); try port 0, any that is free"
        ) from error
    return opened


def _headers(host: str) -> list[tuple[bytes, bytes]]:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        f"connect-src 'self' ws://{host} wss://{host}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return [
        (b"content-security-policy", policy.encode("latin-1")),
        (b"cache-control", b"no-store"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})  # before it is accepted: a 403
    elif scope["type"] == "http":
        headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": b"Forbidden"})
