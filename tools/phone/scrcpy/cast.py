"""Keeps a scrcpy server sending a phone's video, and passes its pictures on as they come."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable

from screenwright.tools.adb.client import Adb
from screenwright.tools.adb.server import why
from screenwright.tools.adb.trouble import ConnectionBroken, PhoneTrouble
from screenwright.tools.adb.wire import Wire
from screenwright.tools.phone.h264 import parameters, shape
from screenwright.tools.phone.scrcpy.control import Control
from screenwright.tools.phone.scrcpy.messages import Malformed, ResetVideo
from screenwright.tools.phone.scrcpy.packets import Parameters, Part, Picture, Reader, Session
from screenwright.tools.phone.scrcpy.server import Server
from screenwright.tools.phone.scrcpy.server_file import VERSION, WITHOUT, NoScrcpy, ServerFile

CHUNK = 1 << 18
RETRY_S, BACK_S = 0.2, 2.0


class Cast:
    """A thread that has one phone's video sent.

    Args:
        longest: of the video's sides at most, in pixels; 0 for as many as the screen has.
        publish: told every picture, in order; a key one, with its parameters, first after each beginning.
        failed: told once why this server can't be used.
    """

    pause_s = 0.0
    """No pause tells a picture's end here: its length does."""

    def __init__(
        self,
        adb: Adb,
        serial: str,
        file: ServerFile,
        longest: int,
        bit_rate: int,
        *,
        publish: Callable[[bytes], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._adb, self._serial, self._file = adb, serial, file
        self._longest, self._bit_rate = longest, bit_rate
        self._publish, self._failed = publish, failed
        self.trouble = ""
        self.begun = 0
        self.control: Control | None = None
        self._over = threading.Event()
        self._parameters = b""
        self._sent = False
        self._bell, self._heard = socket.socketpair()
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"scrcpy {serial}")
        self._thread.start()

    def restart(self) -> None:
        """Begin the video anew, with a key picture."""
        with contextlib.suppress(OSError):
            self._bell.send(b"!")

    def close(self) -> None:
        """End it, on the phone too."""
        self._over.set()
        self.restart()
        self._thread.join(5)

    def _run(self) -> None:
        with self._bell, self._heard:
            self._keep()

    def _keep(self) -> None:
        while not self._over.is_set():
            try:
                self._sent = False
                with self._server() as server:
                    try:
                        self._follow(server)
                    finally:
                        self.control = None
            except (PhoneTrouble, ConnectionBroken, OSError) as error:
                self.trouble = str(error)
                self._over.wait(RETRY_S)
                with contextlib.suppress(PhoneTrouble, ConnectionBroken, OSError):
                    self._adb.wait_online(self._serial, BACK_S)
            except Exception as error:
                # A server that once sent pictures is begun again; one that never did will not do better.
                if not (self._sent and isinstance(error, NoScrcpy)):
                    self._failed(error)
                    return
                self.trouble = str(error)
                self._over.wait(RETRY_S)

    def _server(self) -> Server:
        server = Server(
            self._adb, self._serial, self._file, video=True, longest=self._longest, bit_rate=self._bit_rate
        )
        self.begun += 1
        return server

    def _follow(self, server: Server) -> None:
        """Publish what it sends until it ends, or we do."""
        assert server.video
        reader = Reader(self._file.number[0])
        self.control = server.control
        while not self._over.is_set():
            watched = [server.video.fileno(), self._heard.fileno()]
            watched += [] if server.output.ended else [server.output.wire.fileno()]
            ready, _, _ = select.select(watched, [], [], 1.0)
            if self._heard.fileno() in ready:
                self._heard.recv(64)
                if not self._over.is_set():
                    server.control.send(ResetVideo())
            if server.output.wire.fileno() in ready:
                server.output.wait(0.0)
            if server.video.fileno() in ready:
                for part in self._parts(reader, self._data(server, server.video)):
                    self._take(part, server.control)

    def _parts(self, reader: Reader, data: bytes) -> list[Part]:
        try:
            return reader.feed(data)
        except Malformed as error:
            raise NoScrcpy(f"{error}: see whether {VERSION}={self._file.version} is right; {WITHOUT}") from error

    def _data(self, server: Server, wire: Wire) -> bytes:
        try:
            data = wire.recv(CHUNK)
        except OSError as error:
            raise ConnectionBroken("the video of scrcpy", True, why(error)) from error
        if not data:
            raise server.ended(ConnectionAbortedError("the video ended"))
        return data

    def _take(self, part: Part, control: Control) -> None:
        match part:
            case Session():
                control.size = part.size
            case Parameters():
                self._parameters = part.data
                # 3.x tells the size of a phone that was turned here only.
                control.size = shape(part.data).size
            case Picture():
                if not self._sent and not part.key:
                    return
                self._sent, self.trouble = True, ""
                own = not part.key or parameters(part.data)
                self._publish(part.data if own else self._parameters + part.data)
