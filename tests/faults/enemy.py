"""What an enemy sends to a port: requests that are wrong, too much, too slow, or no requests at all."""

from __future__ import annotations

import base64
import contextlib
import os
import random
import re
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

ANSWER_S = 5.0
FOREIGN = ("the Host 'evil", "the Host '127.0.0.1.evil", "the Origin")
"""How the names begin of what is refused with 403, before anything else of the request is looked at."""
NEVER = (*FOREIGN, "a wrong token", "half a token", "a token with", "the Host", "the path", "garbage")
"""How the names begin of what must be refused whatever else the request holds."""


@dataclass
class Target:
    """A server that listens: where, what a good request is, and what must never be told without a token."""

    port: int
    path: str
    headers: tuple[str, ...] = ()
    method: str = "GET"
    live: str = ""
    """The path of its WebSocket."""
    secret: str = ""
    """A wrong request's answer must not hold it."""
    open_paths: tuple[str, ...] = field(default=())

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def request(
        self, *, path: str = "", method: str = "", host: str = "", headers: tuple[str, ...] | None = None
    ) -> bytes:
        more = self.headers if headers is None else headers
        lines = [f"{method or self.method} {path or self.path} HTTP/1.1", f"Host: {host or self.host}", *more]
        return ("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode("latin-1", "replace")


@contextmanager
def connected(target: Target) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", target.port), timeout=ANSWER_S) as opened:
        yield opened


def answer(target: Target, *pieces: bytes) -> bytes:
    """What comes back, up to 64 kB; nothing where the connection was cut or stayed silent."""
    said = b""
    with contextlib.suppress(OSError), connected(target) as opened:
        with contextlib.suppress(OSError):  # it may have hung up before all was sent
            for piece in pieces:
                opened.sendall(piece)
        while len(said) < 65_536 and (more := opened.recv(65_536)):
            said += more
    return said


def status(said: bytes) -> int:
    found = re.match(rb"HTTP/1\.[01] (\d\d\d)", said)
    return int(found[1]) if found else 0


def refusals(target: Target, dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """Requests that must not be let in, each with what it is."""
    wrong = target.path.replace(target.secret, "x" * len(target.secret)) if target.secret in target.path else "/x"
    bare = tuple(header for header in target.headers if not header.startswith("Authorization"))
    if target.secret:
        yield "a wrong token", target.request(path=wrong, headers=bare)
        yield (
            "half a token",
            target.request(path=target.path.replace(target.secret, target.secret[:9]), headers=bare),
        )
        yield (
            "a token with an accent",
            target.request(path="/\xe9" + wrong, headers=(*bare, "Authorization: Bearer \xe9")),
        )
    for host in ("evil.example", f"evil.example:{target.port}", "127.0.0.1.evil.example", "[::1", "", "a" * 5000):
        yield f"the Host {host[:30]!r}", target.request(host=host or " ")
    for origin in ("http://evil.example", "null", "http://[::1", "file://"):
        yield f"the Origin {origin}", target.request(headers=(*target.headers, f"Origin: {origin}"))
    for path in (
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%5c..%5cetc/passwd",
        "//etc/passwd",
        "/\0",
        "/%00",
    ):
        yield f"the path {path!r}", target.request(path=target.path.rstrip("/") + path)
    yield (
        "a body of 10 MB where none belongs",
        target.request(headers=(*bare, "Content-Length: 10000000")) + b"x" * 10_000_000,
    )
    yield "two lengths", target.request(headers=(*bare, "Content-Length: 5", "Content-Length: 6")) + b"hello!"
    yield "a length of -1", target.request(headers=(*bare, "Content-Length: -1"))
    yield (
        "a length and chunks",
        target.request(headers=(*bare, "Content-Length: 4", "Transfer-Encoding: chunked")) + b"0\r\n\r\nGET /x",
    )
    yield (
        "a chunk of 2 to the 63",
        target.request(headers=(*bare, "Transfer-Encoding: chunked")) + b"7fffffffffffffff\r\nx",
    )
    yield "a header of 2 MB", target.request(headers=(*bare, "X: " + "y" * 2_000_000))
    yield "20,000 headers", target.request(headers=(*bare, *(f"X{n}: y" for n in range(20_000))))
    yield "a path of 2 MB", target.request(path=target.path + "y" * 2_000_000)
    for method in ("TRACE", "CONNECT", "DELETE", "PUT", "PATCH", "\x00GET", "g" * 4000):
        yield f"the method {method[:10]!r}", target.request(method=method, headers=bare)
    for _ in range(20):
        yield "garbage", dice.randbytes(dice.choice((1, 20, 5000))) + dice.choice((b"", b"\r\n\r\n"))
    good = bytearray(target.request(headers=bare))
    for _ in range(40):
        spoilt = bytearray(good)
        for _ in range(dice.choice((1, 3, 10))):
            spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
        yield "a request with bytes turned", bytes(spoilt) + b"\r\n\r\n"


def handshake(target: Target, *, origin: str = "", host: str = "", path: str = "") -> bytes:
    """The opening of a WebSocket."""
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {path or target.live} HTTP/1.1\r\nHost: {host or target.host}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"Origin: {origin or 'http://' + target.host}\r\n\r\n"
    ).encode()


def frame(
    opcode: int, data: bytes, *, end: bool = True, claim: int | None = None, masked: bool = True, rsv: int = 0
) -> bytes:
    """One frame of a WebSocket; `claim`: the length that its head tells."""
    length = len(data) if claim is None else claim
    head = bytes([(0x80 if end else 0) | rsv << 4 | opcode])
    mark = 0x80 if masked else 0
    if length < 126:
        head += bytes([mark | length])
    elif length < 65_536:
        head += bytes([mark | 126]) + struct.pack(">H", length)
    else:
        head += bytes([mark | 127]) + struct.pack(">Q", length)
    return head + (b"\0\0\0\0" if masked else b"") + data


def live_attacks(dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """What is sent after a good handshake."""
    yield "a frame that claims 2 to the 62", frame(1, b"x", claim=2**62)
    yield "a message of 5 MB", frame(1, b"x" * 5_000_000)
    yield "a message of 50,000 fragments", frame(1, b"{", end=False) + frame(0, b"x" * 100, end=False) * 50_000
    yield "frames without masks", frame(1, b"{}", masked=False)
    yield "reserved bits", frame(1, b"{}", rsv=7)
    yield "an unknown opcode", frame(11, b"x")
    yield "a continuation of nothing", frame(0, b"x")
    yield "a ping of 1 kB", frame(9, b"x" * 1000)
    yield "10,000 pings", frame(9, b"x") * 10_000
    yield "bytes where text belongs", frame(2, b"\xff" * 1000)
    yield "text that is no UTF-8", frame(1, b"\xff\xfe")
    for said in (
        b"",
        b"null",
        b"[]",
        b'{"do": 5}',
        b'{"do": "tap"}',
        b'{"do":"tap","frame":1,"x":NaN,"y":0}',
        b"[" * 100_000,
    ):
        yield "a wish that is none", frame(1, said)
    yield "a tap on a picture that never was", frame(1, b'{"do":"tap","frame":99999999,"x":0.5,"y":0.5}')
    yield "20,000 wishes at once", frame(1, b'{"do":"drawn","frame":1}') * 20_000
    for _ in range(10):
        yield "garbage", dice.randbytes(dice.choice((2, 100, 5000)))


@contextmanager
def crowd(target: Target, many: int, opening: bytes) -> Iterator[list[socket.socket]]:
    """So many connections, each of which has sent that much, and now says nothing."""
    opened: list[socket.socket] = []
    try:
        for _ in range(many):
            with contextlib.suppress(OSError):
                one = socket.create_connection(("127.0.0.1", target.port), timeout=1)
                opened.append(one)
                one.sendall(opening)
        yield opened
    finally:
        for one in opened:
            one.close()


def loris(target: Target, seconds: float, served: Callable[[], bool]) -> int:
    """100 connections that send a letter each now and then; how often others were not served meanwhile."""
    missed = 0
    with crowd(target, 100, target.request()[:20]) as opened:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for one in opened:
                with contextlib.suppress(OSError):
                    one.send(b"X")
            missed += not served()
    return missed
