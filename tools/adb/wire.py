"""What is said to the adb server and back, as bytes: read and written here, and nowhere else.

The adb program starts a process for each command, and the Python library sleeps 20 ms in each; one
connection a command to the server, as both do inside, takes half a millisecond.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import time
from collections.abc import Mapping
from typing import NamedTuple

from screenwright.tools.errors import BadAction, BadScript

LONGEST = 0xFFFF
"""Bytes of one request: its length is told in four hex digits."""
FRAME_LIMIT = 1 << 24
"""Bytes: adb sends at most 1 MiB in a frame, so a longer one is not a frame."""

QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""The option that acknowledges at once; only Linux has it, and forgets it after a while."""
NOTHING = "adb says nothing"
"""What stands for a refusal without a reason."""

STDIN, STDOUT, STDERR, EXIT, CLOSE_STDIN = range(5)


class Malformed(OSError):
    """What came is not what an adb server says. An OSError, since the connection is of no more use."""


class Address(NamedTuple):
    """Where the adb server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def address(port: int | None = None, settings: Mapping[str, str] = os.environ) -> Address:
    """The server's address as adb finds it: ADB_SERVER_SOCKET (tcp:HOST:PORT), ANDROID_ADB_SERVER_PORT, 5037.

    BadScript quotes a setting that is no address.
    """
    if port is not None:
        return Address("127.0.0.1", port)
    for name, value in ((name, settings.get(name)) for name in ("ADB_SERVER_SOCKET", "ANDROID_ADB_SERVER_PORT")):
        if value:
            host, _, digits = value.removeprefix("tcp:").rpartition(":")
            if not digits.isdecimal() or not 0 < int(digits) < 1 << 16:
                raise BadScript(f"{name}={value!r} is no address of an adb server; write tcp:HOST:PORT or a port")
            return Address(host.strip("[]") or "127.0.0.1", int(digits))
    return Address("127.0.0.1", 5037)


def request(service: str) -> bytes:
    """One request: its length in four hex digits, then itself. BadAction when it can't be one."""
    data = service.encode()
    if len(data) > LONGEST:
        raise BadAction(f"a command of {len(data)} bytes is too long for adb (at most {LONGEST}): push a file")
    if b"\0" in data:
        raise BadAction(f"a command can't hold a zero byte: {service!r}")
    return b"%04x" % len(data) + data


def counted(data: bytes) -> bytes:
    """The text that follows four hex digits of length. Malformed when it is short or has no length."""
    length = _length(data[:4])
    if len(data) < 4 + length:
        raise Malformed(f"an answer of {length} bytes ended after {len(data) - 4}")
    return data[4 : 4 + length]


def _length(digits: bytes) -> int:
    if len(digits) < 4 or not all(each in b"0123456789abcdefABCDEF" for each in digits):
        raise Malformed(f"not a length in an answer of an adb server: {digits!r}")
    return int(digits, 16)


def answer(data: bytes) -> tuple[bool, str]:
    """What follows the first OKAY up to the end of the connection: whether it is a success, and its text.

    Forwarding says OKAY twice; pairing says OKAY, then FAIL with the reason.
    """
    if data[:4] == b"OKAY":
        return answer(data[4:])
    if data[:4] == b"FAIL":
        return False, counted(data[4:]).decode(errors="replace")
    return True, counted(data).decode(errors="replace") if data else ""


def frame(kind: int, data: bytes = b"") -> bytes:
    """One frame of shell v2: its kind, its length, its bytes."""
    return struct.pack("<BI", kind, len(data)) + data


class Frames:
    """Puts the frames of shell v2 together, however the connection cut them."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """The frames that are whole now: (STDOUT | STDERR | EXIT, bytes). Malformed: this is not shell v2."""
        self._held += data
        whole: list[tuple[int, bytes]] = []
        start = 0
        while len(self._held) - start >= 5:
            kind, length = struct.unpack_from("<BI", self._held, start)
            if kind not in (STDOUT, STDERR, EXIT) or length > FRAME_LIMIT or (kind == EXIT and length != 1):
                raise Malformed(f"not a frame of shell v2: kind {kind}, {length} bytes")
            if len(self._held) - start < 5 + length:
                break
            whole.append((kind, bytes(self._held[start + 5 : start + 5 + length])))
            start += 5 + length
        del self._held[:start]
        return whole


class Wire:
    """One connection to the adb server. All but `close` is used by one thread at a time.

    `until`: time.monotonic() of the moment after which reading and writing raise TimeoutError; None: never.
    """

    def __init__(self, server: Address, until: float | None = None) -> None:
        """Raises OSError when nobody listens there."""
        self.until = until
        self.closed = False
        left = max(0.01, min(5.0, until - time.monotonic())) if until is not None else 5.0
        self._socket = socket.create_connection(server, left)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fileno(self) -> int:
        return self._socket.fileno()

    def ask(self, service: str) -> str | None:
        """Send one request. None: accepted; a text: refused, with the server's reason. OSError: broken."""
        self.send(request(service))
        return self.status()

    def status(self) -> str | None:
        """Read an OKAY (None) or a FAIL with its reason."""
        status = self.exactly(4)
        if status == b"OKAY":
            return None
        if status != b"FAIL":
            raise Malformed(f"not an answer of an adb server: {status!r}")
        return self.exactly(_length(self.exactly(4))).decode(errors="replace") or NOTHING

    def send(self, data: bytes) -> None:
        self._wait()
        self._socket.sendall(data)

    def send_some(self, data: memoryview) -> int:
        """Send what goes out at once; how many bytes that were."""
        self._wait()
        return self._socket.send(data)

    def recv(self, most: int = 1 << 16) -> bytes:
        """What is there, at most so many bytes; waits for the first. b"": the end, or a close of our own."""
        if self.closed:
            return b""
        try:
            self._wait()
            data = self._socket.recv(most)
            if QUICK_ACK is not None and len(data) < most:
                # The server's second small write waits for our ACK, which Linux holds back for 40 ms.
                self._socket.setsockopt(socket.IPPROTO_TCP, QUICK_ACK, 1)
            return data
        except OSError:
            if self.closed:
                return b""
            raise

    def exactly(self, count: int) -> bytes:
        """So many bytes. ConnectionAbortedError when they end before."""
        data = bytearray()
        while len(data) < count:
            some = self.recv(count - len(data))
            if not some:
                raise ConnectionAbortedError(f"the connection ended after {len(data)} of {count} bytes")
            data += some
        return bytes(data)

    def rest(self) -> bytes:
        """All bytes up to the end."""
        parts: list[bytes] = []
        while some := self.recv(1 << 18):
            parts.append(some)
        return b"".join(parts)

    def idle(self) -> bool:
        """Open, with nothing to read: a connection that was kept is known to be dead by what it has to say."""
        if self.closed:
            return False
        self._socket.setblocking(False)
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        """Safe twice, and from another thread: a `recv` that waits there returns b""."""
        if not self.closed:
            self.closed = True
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()

    def left(self) -> float | None:
        """Seconds until `until`; TimeoutError when it has passed."""
        if self.until is None:
            return None
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is up")
        return left

    def _wait(self) -> None:
        self._socket.settimeout(self.left())
