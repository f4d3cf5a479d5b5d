"""Fetches what an address names, and nothing that the address could trick this machine into reaching.

The host is resolved once, every address is judged, and the connection goes to that very address: a name
that answers differently a second time gains nothing. Each redirect goes through the same.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from screenwright.tools.inputs.kinds import BadInput, Bounds, counted

REDIRECTS = 5
PATIENCE_S = 15.0
"""For a connection, and for each piece of an answer."""
PIECE = 65_536
AGENT = "screenwright"
UNPACKED = {"gzip": 31, "x-gzip": 31, "deflate": 15}

Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came. `said_type`: the media type the server gave, "" for none; `address`: after redirects."""

    data: bytes
    said_type: str
    charset: str
    address: str


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as text."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]).split("%")[0] for entry in found))


def public(address: str) -> bool:
    """May a stranger's link lead there? Not to this machine, this network, or a group of machines."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped
        if ip in ipaddress.IPv6Network("64:ff9b::/96"):  # how a network with IPv6 only reaches IPv4
            inner = ipaddress.IPv4Address(ip.packed[-4:])
        if inner is not None:
            return public(str(inner))
        # ip.is_global calls 6to4, Teredo, multicast and ::127.0.0.1 global, which lead anywhere
        tunnels = (ipaddress.IPv6Network("2002::/16"), ipaddress.IPv6Network("2001::/32"))
        given_out = ip in ipaddress.IPv6Network("2000::/3")
        return given_out and ip.is_global and not any(ip in tunnel for tunnel in tunnels)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def fetch(
    address: str, bounds: Bounds, resolver: Resolve = resolve, judge: Callable[[str], bool] = public
) -> Fetched:
    """The bytes behind an http(s) address. BadInput: the address, what happened, what to do."""
    deadline = time.monotonic() + bounds.seconds

    def addresses(host: str, port: int) -> list[str]:
        found = resolver(host, port)
        good = found if bounds.allow_private else [ip for ip in found if judge(ip)]
        if not good:
            where = ", ".join(found) or "nowhere"
            raise BadInput(
                f"{host} is {where}, which is this machine or a network of its own; "
                "where you mean that, allow it with --allow-private"
            )
        return good

    at = address
    for _ in range(REDIRECTS + 1):
        got = _one(_checked(at), at, bounds, addresses, deadline)
        if isinstance(got, Fetched):
            return got
        at = urljoin(at, got)
    raise BadInput(f"{address} leads on more than {REDIRECTS} times; give the address it ends at")


def _checked(address: str) -> SplitResult:
    try:
        parts = urlsplit(address.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise BadInput(f"the address {address!r} can't be read: {error}") from error
    if parts.scheme not in ("http", "https"):
        raise BadInput(f"{address} leads to {parts.scheme}:, but only http: and https: are fetched")
    if not host:
        raise BadInput(f"the address {address!r} names no host; write it like https://example.com/picture.png")
    if parts.username is not None or parts.password is not None:
        raise BadInput(f"the address of {host} holds a name or a password, which are not sent: download it first")
    return parts


def _one(parts: SplitResult, address: str, bounds: Bounds, resolver: Resolve, deadline: float) -> Fetched | str:
    """One request: what came, or where it leads on."""
    connection, watch = _connected(parts, address, bounds, resolver, deadline)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]") if parts.query else ""
    headers = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
    try:
        connection.request("GET", path + query, headers=headers)
        answer = connection.getresponse()
        if answer.status in (301, 302, 303, 307, 308) and (onward := answer.getheader("Location")):
            return onward.encode("latin-1").decode("utf-8", "replace")
        if answer.status != 200:
            raise BadInput(f"{address} answered {answer.status} {answer.reason}")
        data = _body(answer, address, bounds, deadline)
        said_type = answer.headers.get_content_type() if "Content-Type" in answer.headers else ""
        return Fetched(data, said_type, answer.headers.get_content_charset(""), address)
    except (OSError, http.client.HTTPException, zlib.error) as error:
        raise _lost(address, error, bounds, deadline) from error
    finally:
        watch.cancel()
        connection.close()


def _connected(
    parts: SplitResult, address: str, bounds: Bounds, resolver: Resolve, deadline: float
) -> tuple[http.client.HTTPConnection, threading.Timer]:
    host = str(parts.hostname)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        plain = host if ":" in host else host.encode("idna").decode()
        good = resolver(plain, port)
    except (OSError, UnicodeError) as error:
        raise BadInput(f"the host of {address} is not known: {error}") from error
    failure: OSError | None = None
    for ip in good:
        patience = min(PATIENCE_S, deadline - time.monotonic())
        if patience <= 0:
            break
        connection = _Pinned(plain, port, ip, patience, tls=parts.scheme == "https")
        # A timeout holds for one read, and a server that sends a byte at a time meets every one of them.
        watch = threading.Timer(max(0.0, deadline - time.monotonic()), connection.cut)
        watch.daemon = True
        watch.start()
        try:
            connection.connect()
            return connection, watch
        except OSError as error:
            watch.cancel()
            connection.close()
            failure = error
    raise _lost(address, failure or TimeoutError("timed out"), bounds, deadline)


class _Pinned(http.client.HTTPConnection):
    """A connection to one IP address under a host's name, with TLS for that name or without."""

    def __init__(self, host: str, port: int, ip: str, patience_s: float, *, tls: bool) -> None:
        super().__init__(host, port, timeout=patience_s)
        self.default_port = 443 if tls else 80
        self._ip, self._tls = ip, tls
        self._cut = False
        self._raw: socket.socket | None = None

    def connect(self) -> None:
        self._raw = self.sock = socket.create_connection((self._ip, self.port), self.timeout)
        if self._tls:
            secure = ssl.create_default_context().wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self._raw = self.sock = secure  # wrapping has taken the socket away from the plain one
            secure.do_handshake()
        if self._cut:
            raise TimeoutError("timed out")

    def cut(self) -> None:
        """From another thread: whatever waits for the socket wakes."""
        self._cut = True
        if self._raw is not None:
            # not its own shutdown: that of a TLS socket would let the reader go on without TLS
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._raw, socket.SHUT_RDWR)


def _body(answer: http.client.HTTPResponse, address: str, bounds: Bounds, deadline: float) -> bytes:
    """All of it, never more than the bound: neither of what is sent nor of what it unpacks to."""
    most = bounds.file_bytes
    expected = answer.length  # None where the server does not say
    if expected is not None and expected > most:
        raise _too_large(address, f"is {counted(expected, 'bytes')}", most)
    packing = (answer.getheader("Content-Encoding") or "identity").strip().lower()
    if packing != "identity" and packing not in UNPACKED:
        raise BadInput(f"{address} was sent as {packing!r}, unasked; download it and give the file")
    unpack: Any = zlib.decompressobj(UNPACKED[packing]) if packing in UNPACKED else None
    came, held = 0, bytearray()
    # read1 of Python 3.11 does not count down answer.length
    while came != expected and (piece := answer.read1(PIECE if expected is None else min(PIECE, expected - came))):
        came += len(piece)
        held += unpack.decompress(piece, most - len(held) + 1) if unpack else piece
        if len(held) > most or came > most:
            unpacked = f" ({counted(came, 'bytes')} as sent)" if unpack else ""
            raise _too_large(address, f"is more than {counted(most, 'bytes')}{unpacked}", most)
        if time.monotonic() > deadline:
            raise TimeoutError("timed out")
    if came < (expected or 0) or (unpack and not unpack.eof) or time.monotonic() > deadline:
        raise http.client.IncompleteRead(bytes(held))
    return bytes(held)


def _too_large(address: str, size: str, most: int) -> BadInput:
    return BadInput(f"{address} {size}; at most {counted(most, 'bytes')} are fetched: give a smaller one")


def _lost(address: str, error: BaseException, bounds: Bounds, deadline: float) -> BadInput:
    if time.monotonic() >= deadline:
        return BadInput(f"{address} was not there within {bounds.seconds:g} s; try again, or download it first")
    if isinstance(error, TimeoutError):
        return BadInput(f"{address} was silent for {PATIENCE_S:g} s; try again, or download it first")
    if isinstance(error, http.client.IncompleteRead):
        came = counted(len(error.partial), "bytes")
        return BadInput(f"{address} broke off after {came}; try again, or download it first")
    return BadInput(f"{address} can't be fetched: {str(error) or type(error).__name__}")
