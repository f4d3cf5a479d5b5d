"""The tree of what the phone shows, from whoever can tell it: `uiautomator dump`, or uiautomator2's server.

Android lets one program at a time read the tree. While uiautomator2's server runs, `uiautomator dump` is
refused, and the server is asked instead, at the port on the phone where it always listens.
"""

from __future__ import annotations

import json
import time

from screenwright.tools.adb.client import Adb
from screenwright.tools.adb.trouble import ConnectionBroken, PhoneTrouble
from screenwright.tools.phone import tree
from screenwright.tools.phone.link import Link, Silent
from screenwright.tools.phone.tree import NoTree, Tree

FILE = "/data/local/tmp/screenwright-tree.xml"
# The old file is taken away first: a dump that fails leaves what the last one wrote.
DUMP = f"rm -f {FILE}; uiautomator dump {FILE}; cat {FILE}"
DUMP_S = 15.0
RESTLESS_S = 20.0
SERVER = "tcp:9008"
ASK = {"jsonrpc": "2.0", "id": 1, "method": "dumpWindowHierarchy", "params": [False, 50]}


class Foliage:
    """Reads trees over one Link.

    `trouble`: why the last one could not be had; '' when it could. `dump_s`: how long one may take.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self.dump_s = DUMP_S
        self.trouble = ""
        self._restless_until = 0.0

    @property
    def restless(self) -> bool:
        """Did the screen lately not come to rest? A dump waits ten seconds for that, in vain."""
        return time.monotonic() < self._restless_until

    def read(self) -> Tree | None:
        """The present tree; None where there is none (see `trouble`). DeviceLost."""
        if self.restless:
            return None
        try:
            found = self._dumped()
        except NoTree as error:
            self.trouble = str(error)
            if "come to" in self.trouble:
                self._restless_until = time.monotonic() + RESTLESS_S
            return None
        self.trouble = ""
        return found

    def _dumped(self) -> Tree:
        try:
            ran = self._link.read(DUMP, seconds=self.dump_s)
        except Silent:
            raise NoTree(f"uiautomator does not come to an end within {self.dump_s:g} s") from None
        try:
            return tree.parse(ran.said)
        except NoTree:
            if "already registered" not in ran.said and "Killed" not in ran.said:
                raise
            served = self._link.ask(_served)
            if served is None:
                raise
            return tree.parse(served)


def _served(adb: Adb, serial: str) -> str | None:
    """The tree from uiautomator2's server on the phone; None when it does not run."""
    body = json.dumps(ASK)
    asked = (
        f"POST /jsonrpc/0 HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
    try:
        with adb.stream(serial, SERVER) as wire:
            wire.until = time.monotonic() + DUMP_S
            wire.send(asked.encode())
            said = _reply(wire.rest())
        return str(json.loads(said)["result"])
    except (PhoneTrouble, ConnectionBroken, OSError, ValueError, KeyError):
        return None


def _reply(said: bytes) -> bytes:
    """The body of an HTTP reply; chunks are joined."""
    head, _, body = said.partition(b"\r\n\r\n")
    if b"chunked" not in head.lower():
        return body
    joined = b""
    while body:
        count, _, body = body.partition(b"\r\n")
        size = int(count, 16)
        if not size:
            break
        joined, body = joined + body[:size], body[size + 2 :]
    return joined
