"""MCP over streamable HTTP, behind a door: who gets in drives the screen, and web pages know this port too."""

from __future__ import annotations

import hmac
import logging
import signal
import sys

from screenwright.agent.mcp.server import Serving
from screenwright.agent.mirror.door import LOOPBACK, App, Receive, Scope, Send, listening, ours, same
from screenwright.tools.errors import NotInstalled

PATH = "/mcp"


class TokenDoor:
    """An ASGI application before another: a request needs the token, and a Host that is this machine.

    A page that is open in a browser here sends its Origin, and is refused.

    Args:
        host: the address that is listened at.
    """

    def __init__(self, app: App, token: str, host: str) -> None:
        self._app, self._token, self._host = app, token.encode(), host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._refused(scope) if scope["type"] == "http" else None
        if refused is None:
            await self._app(scope, receive, send)
            return
        status, why = refused
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
        headers += [(b"www-authenticate", b"Bearer")] if status == 401 else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": why.encode()})

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        """The HTTP status and why; the token is looked at last, so that a page learns nothing of it."""
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        if not ours(host, self._host):
            return 403, "Forbidden: this Host is not the address that is listened at"
        origin = headers.get(b"origin")
        if origin is not None and not same(origin.decode("latin-1"), host):
            return 403, "Forbidden: this Origin may not speak to this server"
        kind, _, token = headers.get(b"authorization", b"").partition(b" ")
        if kind.lower() != b"bearer" or not hmac.compare_digest(token.strip(), self._token):
            return 401, "Unauthorized: send the header Authorization: Bearer TOKEN, as it was printed at the start"
        return None


def serve(serving: Serving, host: str, port: int, token: str) -> None:
    """Until SIGTERM or Ctrl-C. BadScript: nothing can listen there. NotInstalled."""
    try:
        import uvicorn
    except ImportError as error:
        raise NotInstalled(f"--http needs: pip install 'screenwright[mcp]' ({error})") from error
    from mcp.server.transport_security import TransportSecuritySettings

    application = serving.server.streamable_http_app(
        streamable_http_path=PATH,
        host=host,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # the door has looked
    )
    socket = listening(host, port)
    shown = f"[{host}]" if ":" in host else host
    print(f"screenwright: MCP at http://{shown}:{socket.getsockname()[1]}{PATH}", file=sys.stderr)
    print(f"screenwright: clients send the header Authorization: Bearer {token}", file=sys.stderr, flush=True)
    if host not in LOOPBACK:
        print(
            "screenwright: warning: others can reach this address, unencrypted: who reads along drives the screen",
            file=sys.stderr,
        )
    logging.getLogger("mcp").setLevel(logging.ERROR)
    settings = uvicorn.Config(
        TokenDoor(application, token, host), log_config=None, log_level="warning", access_log=False, lifespan="on",
        ws="none", timeout_graceful_shutdown=1, server_header=False,
    )  # fmt: skip
    for name in ("SIGTERM", "SIGINT"):
        # uvicorn ends well at these, and then sends them once more, to die of them
        signal.signal(getattr(signal, name), lambda number, frame: None)
    uvicorn.Server(settings).run(sockets=[socket])
