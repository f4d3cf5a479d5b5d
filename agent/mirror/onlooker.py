"""One viewer of a mirror: sends him what is new as fast as he takes it, and hears what he wishes.

A page says which picture it has drawn. While two are on their way the next is not made: whoever is slow misses
pictures instead of falling behind, costs nothing, and nobody waits for him.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ValidationError

from screenwright.agent.mirror.hands import Hands
from screenwright.agent.mirror.pictures import Pictures
from screenwright.agent.mirror.video import message
from screenwright.agent.mirror.wishes import Canvas, Carry, Drawn, Hover, Near, Video, Wish, read
from screenwright.agent.person.gate import Gate
from screenwright.agent.person.orders import Answer, Order

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

ON_THE_WAY = 2  # pictures that are sent and not yet drawn
VIDEO_ON_THE_WAY = 12  # the same of a video, of which none can be left out
FIRST_PX = 540  # wide, until the page says how wide it shows the picture
NOTICES = 20
GOING_AWAY = 1001  # of WebSocket's codes


class Stage(Protocol):
    """What a mirror is to its viewers."""

    pictures: Pictures
    hands: Hands
    gate: Gate
    width_px: int

    def facts(self) -> dict[str, Any]:
        """What every page shows beside the picture."""
        ...


class Onlooker:
    """One page that is open. Lives in the event loop."""

    def __init__(self, socket: WebSocket, stage: Stage) -> None:
        self._socket, self._stage = socket, stage
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._notices: deque[dict[str, Any]] = deque(maxlen=NOTICES)
        self._width = FIRST_PX
        self._has = 0  # the picture that was sent last
        self._on_the_way: deque[int] = deque()
        self._told = ""
        self.video = False
        self._serial = 0  # of the picture of the video that was sent last

    def news(self) -> None:
        """Something is new; from the event loop."""
        self._news.set()

    async def stay(self) -> None:
        """Until the page is closed."""
        await self._socket.accept()
        self._news.set()
        sending = asyncio.create_task(self._send())
        hearing = asyncio.create_task(self._hear())
        try:
            await asyncio.wait((sending, hearing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._stage.hands.left(self)
            for task in (sending, hearing):
                task.cancel()
            ended = await asyncio.gather(sending, hearing, return_exceptions=True)
        _raise_what_is_ours(ended)

    async def part(self) -> None:
        """The mirror ends: the page gets the last state, and is told."""
        await self._tell_facts()
        await self._socket.close(GOING_AWAY)

    async def _send(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._notices:
                await self._tell(self._notices.popleft())
            await self._tell_facts()
            await (self._play() if self.video else self._show())

    async def _tell_facts(self) -> None:
        facts = json.dumps({"say": "state", **self._stage.facts()}, ensure_ascii=False)
        if facts != self._told:
            self._told = facts
            await self._socket.send_text(facts)

    async def _show(self) -> None:
        """The newest picture, unless the page is behind."""
        newest = self._stage.pictures.newest
        if newest is None or newest.number <= self._has or len(self._on_the_way) >= ON_THE_WAY:
            return
        made = await asyncio.to_thread(self._stage.pictures.message, self._has, self._width)
        if made is None:
            return
        self._has, message = made
        self._on_the_way.append(self._has)
        await self._socket.send_bytes(message)

    async def _play(self) -> None:
        """What the video has, from its last picture that a decoder can begin with."""
        video = self._stage.hands.video
        if not video.there:
            self._switch(False)
            self._refused(f"the video has ended, these are pictures now: {video.trouble}")
            return
        while len(self._on_the_way) < VIDEO_ON_THE_WAY and (packet := video.packet(self._serial)):
            self._serial = packet.serial
            self._on_the_way.append(self._serial)
            await self._socket.send_bytes(message(packet))

    def _switch(self, video: bool) -> None:
        """Another kind of picture from here on; the page has the last one of the other kind until then."""
        self.video = video and self._stage.hands.video.there
        self._has = self._serial = 0
        self._on_the_way.clear()
        self._stage.hands.wake()
        self._news.set()

    async def _tell(self, facts: dict[str, Any]) -> None:
        await self._socket.send_text(json.dumps(facts, ensure_ascii=False))

    async def _hear(self) -> None:
        from starlette.websockets import WebSocketDisconnect

        while True:
            try:
                message = await self._socket.receive_text()
            except (WebSocketDisconnect, KeyError):  # KeyError: bytes, which no page of ours sends
                return
            try:
                wish = read(message)
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                where = ".".join(str(part) for part in first["loc"])
                self._refused(f"a message that can't be understood ({where}: {first['msg']})")
                continue
            self._grant(wish)

    def _grant(self, wish: Wish) -> None:
        match wish:
            case Drawn(video=video) if video != self.video:
                pass
            case Drawn():
                while self._on_the_way and self._on_the_way[0] <= wish.frame:
                    self._on_the_way.popleft()
                self._news.set()
            case Canvas():
                self._resize(wish.width)
            case Near():
                self._stage.hands.wake()
            case Video():
                self._switch(wish.on)
            case Order():
                self._refused(self._stage.gate.order(wish))
            case Answer():
                self._refused(self._stage.gate.answer(wish))
            case Carry() | Hover():
                self._stage.hands.ask(wish, self._from_thread(self._moved), by=self)
            case act:
                self._stage.hands.ask(act, self._from_thread(self._refused), by=self)

    def _resize(self, width: int) -> None:
        width = min(width, self._stage.width_px)
        if width != self._width:
            self._width, self._has = width, 0  # patches fit pictures of one size only
            self._news.set()

    def _refused(self, why: str | None) -> None:
        if why:
            self._notices.append({"say": "refused", "why": why})
            self._news.set()

    def _moved(self, why: str | None) -> None:
        """The page sends its next place now: one is on its way at a time, so that none lags behind the pointer."""
        self._notices.append({"say": "moved"})
        self._news.set()
        self._refused(why)

    def _from_thread(self, call: Callable[[str | None], None]) -> Callable[[str | None], None]:
        def later(why: str | None) -> None:
            with suppress(RuntimeError):  # the loop was closed just now
                self._loop.call_soon_threadsafe(call, why)

        return later


def _raise_what_is_ours(ended: Iterable[BaseException | None]) -> None:
    """A page that is closed while something is sent to it is no error; anything else is."""
    from starlette.websockets import WebSocketDisconnect

    for result in ended:
        if result is None or isinstance(result, WebSocketDisconnect | asyncio.CancelledError | OSError):
            continue
        # what uvicorn says where it has hung up itself, on a page that broke the protocol
        if not (isinstance(result, RuntimeError) and "after sending 'websocket.close'" in str(result)):
            raise result
