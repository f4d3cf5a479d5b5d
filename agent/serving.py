"""`screenwright serve`: one loaded model for many scripts and agents, over OpenAI's chat completions.

A script that asks it starts at once, and several agents share one engine, each with its cache kept. It
listens on this machine only unless it is told otherwise, and fetches nothing: pictures come as data URLs.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, cast

from screenwright.agent.mirror.door import LOOPBACK, App, Receive, Scope, Send, ours, same
from screenwright.agent.serving_request import Asked, BadRequest, asked
from screenwright.policies.chat import Reply
from screenwright.policies.qwen3vl.engine import Engine
from screenwright.tools.errors import BadScript, ModelLost, NotInstalled, Stopped, TooLong

ALIVE_S = 5.0  # between two signs of life while nothing is said yet


@dataclass
class Work:
    """One reply that is being written in a thread, told to an event loop."""

    asked: Asked
    loop: asyncio.AbstractEventLoop
    pieces: asyncio.Queue[str | Reply | Exception] = field(default_factory=asyncio.Queue[str | Reply | Exception])
    over: threading.Event = field(default_factory=threading.Event)

    def tell(self, piece: str | Reply | Exception) -> None:
        self.loop.call_soon_threadsafe(self.pieces.put_nowait, piece)


def application(engine: Engine, key: str | None = None) -> Any:
    """The ASGI application. `key`: what a client must send as its API key."""
    try:
        from starlette.applications import Starlette
        from starlette.requests import Request
        from starlette.responses import JSONResponse, Response, StreamingResponse
        from starlette.routing import Route
    except ImportError as error:
        raise NotInstalled(f"screenwright serve needs: pip install 'screenwright[web]' ({error})") from error

    began = int(time.time())

    def wrong(status: int, message: str, kind: str) -> Response:
        return JSONResponse({"error": {"message": message, "type": kind, "code": status}}, status)

    def locked(request: Request) -> bool:
        given = request.headers.get("authorization", "").encode()
        return key is not None and not hmac.compare_digest(given, f"Bearer {key}".encode())

    async def models(request: Request) -> Response:
        if locked(request):
            return wrong(401, "this server needs its API key", "authentication_error")
        about = {"id": engine.name, "object": "model", "created": began, "owned_by": "screenwright"}
        about |= {"max_model_len": engine.context, "version": version("screenwright"), "grammars": ["lark"]}
        return JSONResponse({"object": "list", "data": [about]})

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "server": "screenwright", "cache_bytes": engine.cache_bytes})

    async def complete(request: Request) -> Response:
        if locked(request):
            return wrong(401, "this server needs its API key", "authentication_error")
        try:
            wanted = asked(await request.body(), engine.name)
        except BadRequest as error:
            return wrong(error.status, str(error), "invalid_request_error")
        work = Work(wanted, asyncio.get_running_loop())
        threading.Thread(target=_write, args=(engine, work), daemon=True).start()
        if wanted.stream:
            return StreamingResponse(_events(work, engine.name), media_type="text/event-stream")
        try:
            return await _whole(request, work, wrong)
        finally:
            work.over.set()

    async def _whole(request: Request, work: Work, wrong: Callable[[int, str, str], Response]) -> Response:
        while True:
            try:
                piece = await asyncio.wait_for(work.pieces.get(), 0.05)
            except TimeoutError:
                if await request.is_disconnected():
                    return Response(status_code=499)
                continue
            if isinstance(piece, Reply):
                return JSONResponse(_completion(piece, engine.name))
            if isinstance(piece, Exception):
                return wrong(*_problem(piece))

    routes = [
        Route("/v1/models", models),
        Route("/v1/chat/completions", complete, methods=["POST"]),
        Route("/health", health),
    ]
    return Starlette(routes=routes) if key else _own_machine_only(Starlette(routes=routes))


def _own_machine_only(app: App) -> App:
    """Without a key, any page in a browser here could ask: by a name that leads to 127.0.0.1, or blindly."""

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers") or ())
        host = headers.get(b"host", b"").decode("latin-1")
        origin = headers.get(b"origin", b"").decode("latin-1")
        own = not origin or same(origin, host)
        if scope["type"] == "http" and not (own and ours(host, "127.0.0.1")):
            said = {"error": {"message": "give --key to be asked by other names and pages", "code": 403}}
            kind = [(b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 403, "headers": kind})
            await send({"type": "http.response.body", "body": json.dumps(said).encode()})
        else:
            await app(scope, receive, send)

    return door


def _write(engine: Engine, work: Work) -> None:
    wanted = work.asked
    try:
        reply = engine.reply(
            wanted.turns,
            tools=wanted.tools,
            shape=wanted.shape,
            limit=wanted.limit,
            sampling=wanted.sampling,
            stop=work.over.is_set,
            told=work.tell if wanted.stream else None,
        )
        work.tell(reply)
    except Exception as error:
        work.tell(error)


async def _events(work: Work, name: str) -> AsyncIterator[str]:
    """Server-sent events; the client's going away ends the work within a layer of the network."""
    try:
        yield _event(name, {"role": "assistant", "content": ""})
        while True:
            try:
                piece = await asyncio.wait_for(work.pieces.get(), ALIVE_S)
            except TimeoutError:
                yield ": still at it\n\n"
                continue
            if isinstance(piece, str):
                if piece:
                    yield _event(name, {"content": piece})
            elif isinstance(piece, Reply):
                yield _event(name, {}, piece.finish)
                last = {"id": "screenwright", "object": "chat.completion.chunk", "model": name, "choices": []}
                yield f"data: {json.dumps({**last, 'usage': _usage(piece)})}\n\n"
                break
            else:
                status, message, kind = _problem(piece)
                problem = {"error": {"message": message, "type": kind, "code": status}}
                yield f"data: {json.dumps(problem, ensure_ascii=False)}\n\n"
                break
        yield "data: [DONE]\n\n"
    finally:
        work.over.set()


def _event(name: str, delta: dict[str, str], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "screenwright", "object": "chat.completion.chunk", "created": int(time.time()), "model": name}
    return f"data: {json.dumps({**chunk, 'choices': [choice]}, ensure_ascii=False)}\n\n"


def _completion(reply: Reply, name: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply.text}
    choice = {"index": 0, "message": message, "finish_reason": reply.finish}
    whole = {"id": "screenwright", "object": "chat.completion", "created": int(time.time()), "model": name}
    return {**whole, "choices": [choice], "usage": _usage(reply)}


def _usage(reply: Reply) -> dict[str, Any]:
    prompt, said = int(reply.usage["prompt_tokens"]), int(reply.usage["reply_tokens"])
    return {
        "prompt_tokens": prompt,
        "completion_tokens": said,
        "total_tokens": prompt + said,
        "prompt_tokens_details": {"cached_tokens": int(reply.usage["cached_tokens"])},
        "seconds": {k: round(v, 4) for k, v in reply.usage.items() if k.endswith("_s")},
    }


def _problem(error: Exception) -> tuple[int, str, str]:
    match error:
        case TooLong():
            return 400, f"context_length_exceeded: {error}", "invalid_request_error"
        case BadScript():
            return 400, str(error), "invalid_request_error"
        case Stopped():
            return 499, str(error), "stopped"
        case ModelLost() | NotInstalled():
            return 500, str(error), "server_error"
        case _:
            return 500, f"{type(error).__name__}: {error}", "server_error"


def serve(engine: Engine, host: str, port: int, key: str | None) -> None:
    """Until Ctrl-C. BadScript: an address that others reach, without a key."""
    if host not in LOOPBACK and not key:
        raise BadScript(f"{host} can be reached by others: give an API key too, with --key or SCREENWRIGHT_KEY")
    try:
        import uvicorn
    except ImportError as error:
        raise NotInstalled(f"screenwright serve needs: pip install 'screenwright[web]' ({error})") from error
    settings = uvicorn.Config(application(engine, key), host=host, port=port, log_level="warning")
    server = uvicorn.Server(settings)
    started = cast("Callable[..., Any]", server.startup)

    async def said(*args: Any, **kwargs: Any) -> None:
        await started(*args, **kwargs)
        if server.started:
            real = server.servers[0].sockets[0].getsockname()[1]
            print(f"screenwright: {engine.name} at http://{host}:{real}/v1", file=sys.stderr, flush=True)

    server.startup = said  # type: ignore[method-assign]
    server.run()
    if not server.started:
        raise BadScript(f"nothing can listen at {host}:{port}; is another server there? Try --port 0")
