"""The page of a mirror and its live connection, as an ASGI application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from screenwright.tools.errors import NotInstalled

FOLDER = Path(__file__).parent
FILES = {
    "/": ("page.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/picture.js": ("picture.js", "text/javascript; charset=utf-8"),
    "/touch.js": ("touch.js", "text/javascript; charset=utf-8"),
    "/panel.js": ("panel.js", "text/javascript; charset=utf-8"),
}


def site(live: Callable[[Any], Awaitable[None]]) -> Any:
    """The application. `live` is run for each WebSocket. NotInstalled."""
    try:
        from starlette.applications import Starlette
        from starlette.requests import Request
        from starlette.responses import Response
        from starlette.routing import Route, WebSocketRoute
        from starlette.websockets import WebSocket
    except ImportError as error:
        raise NotInstalled(f"the mirror needs: pip install 'screenwright[web]' ({error})") from error

    async def file(request: Request) -> Response:
        name, kind = FILES[request.scope["path"]]
        return Response((FOLDER / name).read_bytes(), headers={"content-type": kind})

    async def socket(opened: WebSocket) -> None:
        await live(opened)

    return Starlette(routes=[*(Route(path, file) for path in FILES), WebSocketRoute("/live", socket)])
