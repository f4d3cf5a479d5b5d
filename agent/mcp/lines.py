"""MCP over standard input and output: one JSON message a line, and nothing else may ever be written there."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from screenwright.agent.mcp.server import Serving

if TYPE_CHECKING:
    import anyio

LINE_CHARACTERS = 8_000_000
END_S = 8.0


def serve(serving: Serving) -> None:
    """Until the client is gone, or SIGTERM or Ctrl-C."""
    asyncio.run(_serve(serving))


async def _serve(serving: Serving) -> None:
    from mcp.server.stdio import stdio_server

    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def stop() -> None:
        if not serving.desk.shut:  # what is being closed already is closed in peace
            task.cancel()

    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        with suppress(NotImplementedError, AttributeError):  # Windows
            loop.add_signal_handler(getattr(signal, name), stop)
    lines = cast("anyio.AsyncFile[str]", Lines())
    with suppress(asyncio.CancelledError):
        async with stdio_server(stdin=lines) as (reading, writing):
            try:
                await serving.server.run(reading, writing, serving.server.create_initialization_options())
            finally:
                # A client that no longer reads would hold up the thread that writes to it, and us with it.
                last = threading.Timer(END_S, os._exit, (1,))
                last.daemon = True
                last.start()


class Lines:
    """Standard input, line by line. The thread that reads is a daemon: no signal could wake it, and it may stay.

    Programs that are started here, and whoever reads standard input by mistake, find it empty.
    """

    def __init__(self) -> None:
        private = os.dup(0)
        os.set_inheritable(private, False)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        self._file = os.fdopen(private, encoding="utf-8", errors="replace")
        self._loop = asyncio.get_running_loop()
        self._read: asyncio.Queue[str] = asyncio.Queue()
        threading.Thread(target=self._reading, name="standard input", daemon=True).start()

    def _reading(self) -> None:
        with suppress(RuntimeError, OSError, ValueError):  # the event loop has ended
            while True:
                line = self._file.readline(LINE_CHARACTERS)
                self._loop.call_soon_threadsafe(self._read.put_nowait, line)
                if not line:
                    return

    async def __aiter__(self) -> AsyncIterator[str]:
        while line := await self._read.get():
            yield line
