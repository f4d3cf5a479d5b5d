"""What `make faults` has found at the ports: a page that breaks the protocol is a page that has gone."""

from __future__ import annotations

import base64
import logging
import os
import socket
import urllib.error
import urllib.request
from contextlib import suppress

import pytest

from screenwright.agent.mirror.mirror import Mirror
from screenwright.tools.fake import FakeDevice


def opening(mirror: Mirror) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    host = f"127.0.0.1:{mirror.port}"
    return (
        f"GET /{mirror.token}/live HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def test_a_page_is_not_given_to_another_page() -> None:
    with Mirror(FakeDevice()) as mirror:
        own = mirror.url.removesuffix(f"/{mirror.token}/")
        for origin, status in (
            (None, 200),
            (own, 200),
            ("http://evil.example", 403),
            ("null", 403),
            ("http://[::1", 403),
        ):
            request = urllib.request.Request(mirror.url, headers={"Origin": origin} if origin else {})
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    assert answer.status == status
            except urllib.error.HTTPError as error:
                with error:
                    assert error.code == status


def test_a_page_that_breaks_the_protocol_is_no_error_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    frames = (b"\x81\x02{}", b"\xf1\x82\0\0\0\0{}", b"\x8b\x81\0\0\0\0x", b"\x80\x81\0\0\0\0x")
    with caplog.at_level(logging.WARNING), Mirror(FakeDevice(spinner=True)) as mirror:
        for frame in frames * 5:
            with socket.create_connection(("127.0.0.1", mirror.port), timeout=0.3) as page, suppress(OSError):
                page.sendall(opening(mirror))
                page.recv(200)
                page.sendall(frame)
                while page.recv(4096):
                    pass
    assert [record.getMessage() for record in caplog.records] == []
