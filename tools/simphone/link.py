"""One connection of an adb server, and the streams that it carries.

A thread reads the packets; every stream that the host opens is served by a thread of its own. A stream has
one unanswered WRTE at most, as adbd does it.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import threading
from collections.abc import Callable
from queue import SimpleQueue

from screenwright.tools.simphone import wire
from screenwright.tools.simphone.wire import Packet

TOKEN, SIGNATURE, PUBLIC_KEY = 1, 2, 3

Service = Callable[["Stream"], None]
Opener = Callable[[str], Service | None]


class Gone(ConnectionError):
    """The other end has closed this stream, or the connection was cut."""


class Stream:
    """One opened service, as the service sees it: read what the host sends, write, close."""

    def __init__(self, link: Link, own: int, host: int) -> None:
        self.link, self.own, self.host = link, own, host
        self.closed = threading.Event()
        self._incoming: SimpleQueue[bytes] = SimpleQueue()
        self._may_write = threading.Semaphore(1)

    def read(self) -> bytes:
        """The next piece that the host sent; b"" when it has closed the stream."""
        if self.closed.is_set() and self._incoming.empty():
            return b""
        return self._incoming.get()

    def write(self, data: bytes) -> None:
        """Send, in as many packets as it takes. Raises Gone."""
        for start in range(0, len(data), self.link.max_payload):
            self._may_write.acquire()
            if self.closed.is_set():
                self._may_write.release()
                raise Gone(f"stream {self.own} is closed")
            piece = data[start : start + self.link.max_payload]
            self.link.send(Packet(wire.WRTE, self.own, self.host, piece))

    def close(self) -> None:
        """Tell the host that this was all; safe twice."""
        if not self.closed.is_set():
            with contextlib.suppress(OSError):
                self.link.send(Packet(wire.CLSE, self.own, self.host))
        self.ended()

    def heard(self) -> bool:
        """Whether the host is still there."""
        return not self.closed.is_set()

    def came(self, data: bytes) -> None:
        self._incoming.put(data)

    def acknowledged(self) -> None:
        self._may_write.release()

    def ended(self) -> None:
        """The host is gone from this stream: wake whoever reads or writes."""
        self.closed.set()
        self._incoming.put(b"")
        self._may_write.release()


class Link:
    """One connection of an adb server.

    Args:
        connection: the accepted socket; closed when the link ends.
        banner: what the device says of itself.
        open_service: the function that serves a service's name, or None to refuse it.
        trusted: asked when the host shows its key; False leaves it waiting, `allow` lets it in later.
    """

    def __init__(
        self, connection: socket.socket, banner: bytes, open_service: Opener, trusted: Callable[[], bool]
    ) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.max_payload = wire.MAX_PAYLOAD
        self._connection, self._banner = connection, banner
        self._open_service, self._trusted = open_service, trusted
        self._sending = threading.Lock()
        self._streams: dict[int, Stream] = {}
        self._count = 0
        self._version = wire.VERSION
        self.allowed = False

    def serve(self) -> None:
        """Answer the host until it or we hang up."""
        framer = wire.Framer()
        with contextlib.suppress(OSError, wire.Malformed):
            while data := self._connection.recv(1 << 18):
                for packet in framer.feed(data):
                    self._answer(packet)
        self.cut()

    def cut(self) -> None:
        """Hang up now, whatever is on its way."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()
        for stream in list(self._streams.values()):
            stream.ended()
        self._streams.clear()

    def send(self, packet: Packet) -> None:
        """Raises Gone when the connection is down."""
        try:
            with self._sending:
                self._connection.sendall(packet.packed(self._version))
        except OSError as error:
            raise Gone(f"the connection is down: {error}") from error

    def allow(self) -> None:
        """The host is trusted: tell it who we are."""
        self.allowed = True
        self.send(Packet(wire.CNXN, wire.VERSION, wire.MAX_PAYLOAD, self._banner))

    def _answer(self, packet: Packet) -> None:
        if packet.command == wire.CNXN:
            self._version = min(packet.first, wire.VERSION)
            self.max_payload = min(packet.second, wire.MAX_PAYLOAD)
            self._greet()
        elif packet.command == wire.AUTH:
            # A signature is never known here, so that the host goes on to show its key, as to a new phone.
            if packet.first == SIGNATURE:
                self._ask_for_key()
            elif packet.first == PUBLIC_KEY and self._trusted():
                self.allow()
        elif packet.command == wire.OPEN:
            self._open(packet)
        elif stream := self._streams.get(packet.second):
            self._pass_on(stream, packet)
        elif packet.command == wire.WRTE:
            self.send(Packet(wire.CLSE, 0, packet.first))

    def _greet(self) -> None:
        if self._trusted():
            self.allow()
        else:
            self._ask_for_key()

    def _ask_for_key(self) -> None:
        self.send(Packet(wire.AUTH, TOKEN, 0, secrets.token_bytes(20)))

    def _open(self, packet: Packet) -> None:
        name = packet.payload.rstrip(b"\0").decode(errors="replace")
        service = self._open_service(name)
        if service is None:
            self.send(Packet(wire.CLSE, 0, packet.first))
            return
        self._count += 1
        stream = Stream(self, self._count, packet.first)
        self._streams[stream.own] = stream
        self.send(Packet(wire.OKAY, stream.own, stream.host))
        threading.Thread(target=self._serve, args=(service, stream), daemon=True, name=name[:40]).start()

    def _serve(self, service: Service, stream: Stream) -> None:
        try:
            with contextlib.suppress(Gone):
                service(stream)
        finally:
            stream.close()
            self._streams.pop(stream.own, None)

    def _pass_on(self, stream: Stream, packet: Packet) -> None:
        if packet.command == wire.OKAY:
            stream.acknowledged()
        elif packet.command == wire.WRTE:
            self.send(Packet(wire.OKAY, stream.own, stream.host))
            stream.came(packet.payload)
        elif packet.command == wire.CLSE:
            self._streams.pop(stream.own, None)
            stream.ended()
