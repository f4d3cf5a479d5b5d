"""A device in a web page: seen live by anyone who has its address, touched, and an agent on it supervised.

    with Mirror(Desktop()) as mirror:
        print(mirror.url)
        mirror.agent(policy).run("write the report")

It listens on this machine only unless it is told otherwise, and its address holds a token.
"""

from __future__ import annotations

import asyncio
import importlib.util
import secrets
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from screenwright.agent.loop import Agent, Listener
from screenwright.agent.mirror.account import Account
from screenwright.agent.mirror.door import Door, listening
from screenwright.agent.mirror.hands import Hands, Wanted
from screenwright.agent.mirror.onlooker import Onlooker
from screenwright.agent.mirror.pictures import Pictures
from screenwright.agent.mirror.site import site
from screenwright.agent.person.panel import Panel
from screenwright.agent.person.supervised import MirrorApprover, Supervised
from screenwright.agent.person.watched import Watched
from screenwright.policies.guard import Guard
from screenwright.policies.policy import Policy
from screenwright.tools.device import Device
from screenwright.tools.errors import BadScript, NotInstalled
from screenwright.tools.secrets.sealed import sealed
from screenwright.tools.steps import Step

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

WIDTH_PX = 1280
VIEWERS = 16
MESSAGE_BYTES = 256 * 1024  # a pasted text is the longest that a page sends
AHEAD_S = 0.4
STARTED_S = 10.0
PARTED_S = 1.0


class Mirror:
    """One device in a web page. `start` and `close`, or a context manager; the device stays the caller's to close.

    Args:
        port: 0 for any that is free; see `url`.
        host: what is listened at. Others reach any but 127.0.0.1: whoever has the token drives the device.
        token: what the address holds; by default a fresh one.
        width_px: of a picture, at most. A page gets as many pixels as it shows.
        acted: called with each act of a person as a Step, in the mirror's thread; the system is then asked for
            all that it knows of the frame before each act.
    """

    def __init__(
        self,
        device: Device,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        token: str | None = None,
        width_px: int = WIDTH_PX,
        acted: Callable[[Step], None] | None = None,
    ) -> None:
        if token is not None and (len(token) < 16 or not token.isascii() or "/" in token):
            raise BadScript(
                "a token needs 16 characters or more, ASCII and without /; leave it out for a good one"
            )
        self.token = token or secrets.token_urlsafe(24)
        self.host, self.port, self.width_px = host, port, width_px
        self.pictures = Pictures()
        self.panel = Panel(self._changed)
        self.gate = self.panel.gate
        self.device = Watched(
            sealed(device), lambda seen: self.hands.eyes.seen(seen), self.gate.allowed, self.gate.brake
        )
        self.hands = Hands(
            self.device,
            self.pictures,
            self.gate,
            Account(acted),
            shown=self._changed,
            wanted=self._wanted,
        )
        self.approve = MirrorApprover(self.panel, self.device)
        self._onlookers: set[Onlooker] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: Any = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """What to open in a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/{self.token}/"

    @property
    def viewers(self) -> int:
        return len(self._onlookers)

    def agent(
        self,
        policy: Policy,
        *,
        guard: Guard | None = None,
        listeners: Sequence[Listener] = (),
        ahead_s: float = AHEAD_S,
        kind: type[Agent] = Agent,
        **settings: Any,
    ) -> Agent:
        """An Agent on this device that the page shows and steers.

        Args:
            guard: where it asks nobody, it asks on the page. By default the standard one.
            ahead_s: how long each action is shown before it is done, while anybody looks.
            settings: as for Agent.
        """
        guard = guard or Guard.standard()
        guard.approve = guard.approve or self.approve
        guard.look = guard.look or self.device.observe
        seen = Supervised(policy, self.panel, self.device, lambda: ahead_s if self.viewers else 0.0)
        settings = {"answer": self.panel.answer} | settings
        told = [self.panel, *listeners]
        return kind(seen, self.device, guard=guard, listeners=told, **settings)

    def facts(self) -> dict[str, Any]:
        """What every page shows beside the picture."""
        return {
            "device": self.device.name,
            "kinds": sorted(self.device.kinds),
            "viewers": self.viewers,
            "lost": self.hands.eyes.lost,
            "video": self.hands.video.there,
            "own": bool(getattr(self.device.device, "own", True)),
            "agent": self.panel.state(),
        }

    def start(self) -> Self:
        """Listen. NotInstalled; BadScript: the address can't be listened at."""
        application = Door(site(self._live), self.token, self.host)
        try:
            import uvicorn
        except ImportError as error:
            raise NotInstalled(f"the mirror needs: pip install 'screenwright[web]' ({error})") from error
        if importlib.util.find_spec("websockets") is None:
            raise NotInstalled(
                "the mirror's page needs a live connection: pip install 'screenwright[web]' (websockets)"
            )
        listener = listening(self.host, self.port)
        self.port = listener.getsockname()[1]
        settings = uvicorn.Config(
            application, log_config=None, log_level="warning", access_log=False, lifespan="off",
            ws="websockets-sansio", ws_max_size=MESSAGE_BYTES, ws_per_message_deflate=False,
            timeout_graceful_shutdown=1, server_header=False,
        )  # fmt: skip
        self._server = uvicorn.Server(settings)
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(listener, ready), name="mirror web", daemon=True)
        self._thread.start()
        if not ready.wait(STARTED_S):
            raise BadScript(f"nothing listens at {self.host}:{self.port} after {STARTED_S:g} s")
        self.hands.start()
        return self

    def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        async def run() -> None:
            self._loop = asyncio.get_running_loop()
            self._loop.call_soon(ready.set)  # the socket listens already: who comes now waits in its queue
            await self._server.serve(sockets=[listener])

        asyncio.run(run())

    def close(self) -> None:
        """Stop listening and let the device go; safe twice. An agent that runs goes on, without its page."""
        self.hands.close()
        loop = self._loop
        if loop is not None:
            with suppress(TimeoutError):
                asyncio.run_coroutine_threadsafe(self._part(), loop).result(PARTED_S)
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
            self._loop = self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.close()

    async def _live(self, opened: WebSocket) -> None:
        if len(self._onlookers) >= VIEWERS:
            await opened.accept()
            await opened.close(1013, f"{VIEWERS} pages are open already")
            return
        onlooker = Onlooker(opened, self)
        self._onlookers.add(onlooker)
        self.hands.wake()
        self._tell()
        try:
            await onlooker.stay()
        finally:
            self._onlookers.discard(onlooker)
            self._tell()

    async def _part(self) -> None:
        """All pages get the last state, such as how a run ended."""
        await asyncio.gather(*(onlooker.part() for onlooker in self._onlookers), return_exceptions=True)

    def _wanted(self) -> Wanted:
        ways = [Wanted.VIDEO if onlooker.video else Wanted.PICTURES for onlooker in self._onlookers.copy()]
        return max(ways, default=Wanted.NOTHING)

    def _tell(self) -> None:
        for onlooker in self._onlookers:
            onlooker.news()

    def _changed(self) -> None:
        """From any thread."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it was closed just now
                loop.call_soon_threadsafe(self._tell)
