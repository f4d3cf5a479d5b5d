"""Who is let in to a mirror, asked over bare sockets and with a browser's own headers."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator

import pytest
from conftest import until
from mirror_pages import Client
from websockets.exceptions import InvalidStatus

from screenwright.agent.mirror.mirror import Mirror
from screenwright.tools.fake import FakeDevice

REBOUND = "evil.example"


@pytest.fixture(scope="module")
def mirror() -> Iterator[Mirror]:
    with Mirror(FakeDevice()) as running:
        yield running


def ask(
    mirror: Mirror, path: str, *, host: str | None = None, method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", mirror.port, timeout=10)
    try:
        connection.request(method, path, headers={"Host": host or f"127.0.0.1:{mirror.port}"})
        answer = connection.getresponse()
        return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_the_page_and_its_files_are_there_with_the_token(mirror: Mirror) -> None:
    for name in ("", "page.css", "page.js", "picture.js", "touch.js", "panel.js"):
        status, headers, body = ask(mirror, f"/{mirror.token}/{name}")
        assert status == 200 and body
        assert headers["cache-control"] == "no-store" and headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert ask(mirror, f"/{mirror.token}/page.html")[0] == 404


@pytest.mark.parametrize(
    "path", ["/", "/wrong/", "/{token}x/", "/{half}/", "/{token}", "//{token}/", "/x/{token}/", "/%00/", "/é/"]
)
def test_without_the_token_there_is_a_403_and_no_hint(mirror: Mirror, path: str) -> None:
    path = path.format(token=mirror.token, half=mirror.token[:16]).replace("é", "%C3%A9")
    status, headers, body = ask(mirror, path)
    assert (status, body) == (403, b"Forbidden")
    assert mirror.token not in repr(headers)


def test_a_name_that_others_can_point_here_is_no_host(mirror: Mirror) -> None:
    for host in (
        REBOUND,
        f"{REBOUND}:{mirror.port}",
        f"127.0.0.1.{REBOUND}",
        "192.168.0.7",
        "[::1",
        "localhost.evil",
    ):
        assert ask(mirror, f"/{mirror.token}/", host=host)[0] == 403, host
    for host in (f"localhost:{mirror.port}", "127.0.0.1", f"[::1]:{mirror.port}", "localhost:9999"):
        assert ask(mirror, f"/{mirror.token}/", host=host)[0] == 200, host


def test_nothing_is_posted(mirror: Mirror) -> None:
    assert ask(mirror, f"/{mirror.token}/", method="POST")[0] == 403


def test_a_host_that_is_missing_is_refused(mirror: Mirror) -> None:
    with socket.create_connection(("127.0.0.1", mirror.port), 10) as bare:
        bare.sendall(f"GET /{mirror.token}/ HTTP/1.0\r\n\r\n".encode())
        assert b" 403 " in bare.recv(200).split(b"\r\n")[0]


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://127.0.0.1:1", "http://localhost:{port}", "null", "file://", ""]
)
def test_another_page_gets_no_connection(mirror: Mirror, origin: str) -> None:
    before = mirror.viewers
    with pytest.raises(InvalidStatus) as refused:
        Client(mirror, origin=origin.format(port=mirror.port) or " ")
    assert refused.value.response.status_code == 403 and mirror.viewers == before


def test_a_wrong_token_gets_no_connection(mirror: Mirror) -> None:
    with pytest.raises(InvalidStatus) as refused:
        Client(mirror, url=f"ws://127.0.0.1:{mirror.port}/{mirror.token[:-1]}/live")
    assert refused.value.response.status_code == 403


def test_a_message_of_a_megabyte_ends_its_connection_and_no_other(mirror: Mirror) -> None:
    good, flood = Client(mirror), Client(mirror)
    until(lambda: good.frames and flood.frames)
    flood.socket.send("x" * 1_000_000)
    until(lambda: mirror.viewers == 1)
    good.send(do="type", text="x")
    good.close()
    flood.close()


def test_each_mirror_has_a_token_of_its_own() -> None:
    tokens = {Mirror(FakeDevice()).token for _ in range(20)}
    assert len(tokens) == 20 and all(len(token) >= 32 for token in tokens)
