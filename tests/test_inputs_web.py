"""Addresses against a real server on this machine: what it sends, how slowly, where it leads, what it hides."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from screenwright.tools.inputs import BadInput, Bounds, Still, Words, open_input
from screenwright.tools.inputs.web import fetch, public

HERE = Bounds(allow_private=True, seconds=20)


def png() -> bytes:
    packed = BytesIO()
    Image.new("RGB", (40, 30), (10, 200, 30)).save(packed, "PNG")
    return packed.getvalue()


class Site(ThreadingHTTPServer):
    """Answers by path; `asked` has the paths that were asked for, `hosts` the Host headers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.hosts: list[str] = []
        self.released = threading.Event()

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


class Handler(BaseHTTPRequestHandler):
    server: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.hosts.append(self.headers["Host"])
        assert self.headers["Accept-Encoding"] == "identity"
        name = self.path.split("?")[0].strip("/").split("/")[0]
        ANSWERS[name](self)

    def answer(self, body: bytes, kind: str = "image/png", *, length: int | None = None, **headers: str) -> None:
        self.send_response(200)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def lead(self, where: str, status: int = 302) -> None:
        self.send_response(status)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def chunks(self, pieces: Iterator[bytes], end: bool = True) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for piece in pieces:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            if end:
                self.wfile.write(b"0\r\n\r\n")
        except OSError:
            pass  # the other side had enough
        self.close_connection = True

    def drip(self) -> None:
        """A byte now and then, for ever: every single wait is short."""
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not self.server.released.wait(0.05):
                self.wfile.write(b"X")
        except OSError:
            pass
        self.close_connection = True

    def drip_body(self) -> None:
        def pieces() -> Iterator[bytes]:
            while not self.server.released.wait(0.05):
                yield b"x"

        self.chunks(pieces())

    def hang(self) -> None:
        self.server.released.wait(30)
        self.close_connection = True

    def cut(self) -> None:
        self.answer(png()[:20], length=len(png()))
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None: ...


BOMB = gzip.compress(b"\0" * 50_000_000)


ANSWERS: dict[str, Callable[[Handler], None]] = {
    "a.png": lambda to: to.answer(png()),
    "图.png": lambda to: to.answer(png()),
    "%E5%9B%BE.png": lambda to: to.answer(png()),
    "no-type": lambda to: to.answer(png(), ""),
    "wrong-type": lambda to: to.answer(png(), "application/octet-stream"),
    "login.png": lambda to: to.answer(b"<!doctype html><p>Please log in", "image/png"),
    "page": lambda to: to.answer("<html><p>価格 500円".encode("shift_jis"), "text/html; charset=Shift_JIS"),
    "gone": lambda to: to.send_error(404),
    "hop": lambda to: to.lead("/a.png"),
    "hop-301": lambda to: to.lead("a.png", 301),
    "hop-308": lambda to: to.lead("//" + to.headers["Host"] + "/a.png", 308),
    "hop-uni": lambda to: to.lead("/图.png".encode().decode("latin-1")),
    "round": lambda to: to.lead("/round"),
    "to-file": lambda to: to.lead("file:///etc/hostname"),
    "to-inside": lambda to: to.lead(to.server.address("/a.png").replace("127.0.0.1", "localhost")),
    "to-cloud": lambda to: to.lead("http://169.254.169.254/latest/meta-data"),
    "big": lambda to: to.answer(b"x", length=5_000_000_000),
    "endless": lambda to: to.chunks(iter(lambda: b"x" * 100_000, b"")),
    "chunked": lambda to: to.chunks(iter([png()[:30], png()[30:]])),
    "chunked-cut": lambda to: to.chunks(iter([png()[:30]]), end=False),
    "bomb": lambda to: to.answer(BOMB, Content_Encoding="gzip"),
    "gzip": lambda to: to.answer(gzip.compress(png()), Content_Encoding="gzip"),
    "deflate": lambda to: to.answer(zlib.compress(png()), Content_Encoding="deflate"),
    "gzip-cut": lambda to: to.answer(gzip.compress(png())[:-12], Content_Encoding="gzip"),
    "brotli": lambda to: to.answer(b"x", Content_Encoding="br"),
    "drip": Handler.drip,
    "drip-body": Handler.drip_body,
    "hang": Handler.hang,
    "cut": Handler.cut,
}


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "path",
    [
        *("/a.png", "/a.png?x=1&y=ก#top", "/图.png", "/no-type", "/wrong-type", "/hop", "/hop-301", "/hop-308"),
        *("/hop-uni", "/to-inside", "/chunked", "/gzip", "/deflate"),
    ],
)
def test_a_picture_comes(path: str, site: Site) -> None:
    still = open_input(site.address(path), HERE)
    assert isinstance(still, Still)
    assert still.pixels[5, 5].tolist() == [10, 200, 30]
    assert still.name == site.address(path)
    assert site.hosts[0] == f"127.0.0.1:{site.server_address[1]}"


def test_a_page_comes_as_its_words_in_its_own_encoding(site: Site) -> None:
    words = open_input(site.address("/page"), HERE)
    assert isinstance(words, Words)
    assert words.text == "価格 500円"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/gone", "answered 404 Not Found"),
        ("/login.png", "is called image/png but is html: a page about it, or a login"),
        ("/round", "leads on more than 5 times"),
        ("/to-file", "leads to file:, but only http: and https:"),
        ("/big", "is 5,000,000,000 bytes; at most 100,000,000 bytes"),
        ("/cut", "broke off after 20 bytes"),
        ("/chunked-cut", "broke off after"),
        ("/gzip-cut", "broke off after"),
        ("/brotli", "was sent as 'br', unasked"),
    ],
)
def test_what_goes_wrong_is_said(path: str, said: str, site: Site) -> None:
    with pytest.raises(BadInput, match=said):
        open_input(site.address(path), HERE)


def test_no_more_than_the_bound_is_read_or_unpacked(site: Site) -> None:
    tight = Bounds(allow_private=True, file_bytes=1_000_000)
    with pytest.raises(BadInput, match="is more than 1,000,000 bytes; at most"):
        fetch(site.address("/endless"), tight)
    tracemalloc.start()
    try:
        with pytest.raises(BadInput, match=r"is more than 1,000,000 bytes \([\d,]+ bytes as sent\)"):
            fetch(site.address("/bomb"), tight)
        assert tracemalloc.get_traced_memory()[1] < 8_000_000  # of the 50 MB that it would be
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("path", ["/drip", "/drip-body", "/hang"])
def test_a_slow_server_has_so_long_and_no_longer(path: str, site: Site) -> None:
    began = time.monotonic()
    with pytest.raises(BadInput, match=r"was not there within 0.6 s"):
        fetch(site.address(path), Bounds(allow_private=True, seconds=0.6))
    assert time.monotonic() - began < 5


def test_this_machine_is_not_reached_unless_allowed(site: Site) -> None:
    port = site.server_address[1]
    for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"):
        with pytest.raises(BadInput, match=r"--allow-private|is not known"):
            open_input(f"http://{host}:{port}/a.png")
    assert site.asked == []


def test_a_redirect_is_judged_like_the_first_address(site: Site) -> None:
    """A public host that leads to this machine: the first hop is let through, the second is not."""
    port = site.server_address[1]
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if host == "public.example" else ["169.254.169.254"]

    with pytest.raises(BadInput, match=r"169\.254\.169\.254, which is this machine or a network"):
        # private is allowed for the first hop only by what the test's `public` says
        _fetch_as_public({"127.0.0.1"}, f"http://public.example:{port}/to-cloud", resolver)
    assert asked == ["public.example", "169.254.169.254"]
    assert site.asked == ["/to-cloud"]


def _fetch_as_public(these: set[str], address: str, resolver: Callable[[str, int], list[str]]) -> None:
    """Fetch where loopback addresses stand for public ones: no public server is reached from a test."""
    fetch(address, Bounds(seconds=10), resolver, lambda ip: ip in these or public(ip))


def test_a_name_that_changes_its_answer_gains_nothing(site: Site) -> None:
    """The host is asked once, and the connection goes to what was judged: 127.0.0.1, not the second answer."""
    answers = [["127.0.0.1"], ["127.0.0.2"]]

    def resolver(host: str, port: int) -> list[str]:
        return answers.pop(0)

    _fetch_as_public({"127.0.0.1"}, f"http://rebinding.example:{site.server_address[1]}/a.png", resolver)
    assert answers == [["127.0.0.2"]]
    assert site.hosts == [f"rebinding.example:{site.server_address[1]}"]
    with pytest.raises(BadInput, match=r"127\.0\.0\.2"):
        _fetch_as_public({"127.0.0.1"}, f"http://rebinding.example:{site.server_address[1]}/a.png", resolver)


def test_of_several_addresses_the_private_are_passed_over(site: Site) -> None:
    def resolver(host: str, port: int) -> list[str]:
        return ["10.0.0.1", "127.0.0.1"]

    _fetch_as_public({"127.0.0.1"}, f"http://two.example:{site.server_address[1]}/a.png", resolver)


def test_what_may_be_reached() -> None:
    for address in ("8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"):
        assert public(address), address
    inside = (
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1", "192.0.0.1", "198.18.0.1", "192.0.2.1"),
        *("::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "fec0::1", "::ffff:127.0.0.1", "::127.0.0.1"),
        *("::ffff:10.0.0.1", "2002:7f00:1::", "2001:0:1::1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2001:db8::1"),
    )
    for address in inside:
        assert not public(address), address


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://", "names no host"),
        ("http://[::1", "can't be read"),
        ("http://h:99999/", "can't be read"),
        ("http://me:secret@example.com/a", "the address of example.com holds a name or a password"),
        ("http://a..b/", "is not known"),
        ("https://nobody.invalid/a.png", "is not known"),
    ],
)
def test_addresses_that_are_none(address: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as told:
        open_input(address)
    assert "secret" not in str(told.value)


def test_nobody_listens_and_no_tls_is_spoken(site: Site, tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        with pytest.raises(BadInput, match=r"be fetched: .*refused"):
            fetch(f"http://127.0.0.1:{port}/", HERE)
    with pytest.raises(BadInput, match=r"be fetched: .*SSL"):
        fetch(site.address("/a.png").replace("http:", "https:"), HERE)
