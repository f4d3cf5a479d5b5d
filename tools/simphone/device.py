"""A phone on the network that is no phone: adbd over TCP, its shell and its screen, for a real adb to talk to.

What it does not prove: the texts of its programs were written from public knowledge, not captured from a
phone, so nothing here shows that a vendor's output is read right; its times are those of this machine; there
is no USB, no TLS pairing and no encryption. What it does show is the protocol, the quoting, the state of the
screen after each input, and what happens when a connection breaks at the worst moment.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from screenwright.tools.geometry import Size
from screenwright.tools.simphone import wire
from screenwright.tools.simphone.assembly import new_phone
from screenwright.tools.simphone.call import Sink, Source
from screenwright.tools.simphone.link import Gone, Link
from screenwright.tools.simphone.services import Services
from screenwright.tools.simphone.shell import Shell

When = Literal["before", "after", "half"]
FEATURES = ("shell_v2", "cmd")


@dataclass
class Trap:
    """Cuts all connections at the `left`-th line from now that has `text` in it."""

    left: int
    text: str
    when: When


class SimPhone:
    """A simulated phone that listens for adb servers on 127.0.0.1.

    Args:
        size: the screen upright, in pixels.
        features: what it says that it can do; without "shell_v2" it is a phone before Android 7.
        auth: "refused": it waits for somebody to allow this computer, until `allow()`.
        delays: seconds that a program takes more, by the start of its command line: {"screencap": 0.5}.
        sdk: the number of its Android; below 28 raw captures have no colour space.
        serial: what `ro.serialno` says; adb itself calls it by its address.
        keyboards: installed besides its own, which knows plain letters only: ADB_KEYBOARD, U2_KEYBOARD.
        port: 0 takes a free one.
    """

    def __init__(
        self,
        size: Size = Size(1080, 2400),  # noqa: B008 - frozen
        *,
        features: tuple[str, ...] = FEATURES,
        auth: Literal["ok", "refused"] = "ok",
        delays: Mapping[str, float] | None = None,
        sdk: int = 34,
        serial: str = "SIM0000001",
        keyboards: tuple[str, ...] = (),
        port: int = 0,
    ) -> None:
        self.phone = new_phone(size, sdk, serial, keyboards)
        self.features, self.auth = features, auth
        self.delays = dict(delays or {})
        self.port = port
        self.lines: list[str] = []
        """Every command line that came, in order, also those that a trap cut off."""
        self._services = Services(self.phone, features, self._run)
        self._traps: list[Trap] = []
        self._links: set[Link] = set()
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None

    @property
    def address(self) -> str:
        """As `adb connect` takes it, and as adb calls the phone then."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> SimPhone:
        self.online()
        return self

    def close(self) -> None:
        """Hang up and listen no more; safe twice."""
        self.offline()
        self.phone.close()

    def __enter__(self) -> SimPhone:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def online(self) -> None:
        """Listen, on the same port as before."""
        if self._listener is not None:
            return
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True, name="adbd").start()

    def offline(self) -> None:
        """Be gone from the network: nobody gets in, and who was in is cut off."""
        listener, self._listener = self._listener, None
        if listener is not None:
            # Closing alone leaves a thread within accept() listening on.
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.drop()

    def drop(self) -> None:
        """Cut all connections now; new ones are taken."""
        with self._lock:
            links = list(self._links)
        for link in links:
            link.cut()

    def drop_at(self, count: int, text: str = "", *, when: When = "after") -> None:
        """Cut all connections in the middle of the `count`-th command line from now that has `text` in it.

        before: nothing of it is done. after: all is done, nothing of the answer is sent. half: all is done,
        half of the answer is sent and no exit code.
        """
        with self._lock:
            self._traps.append(Trap(count, text, when))

    def allow(self) -> None:
        """Somebody taps Allow on the phone: hosts that wait are let in."""
        self.auth = "ok"
        with self._lock:
            links = list(self._links)
        for link in links:
            if not link.allowed:
                link.allow()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True, name="adb link").start()

    def _serve(self, connection: socket.socket) -> None:
        told = {
            f"ro.product.{name}": self.phone.properties[f"ro.product.{name}"]
            for name in ("name", "model", "device")
        }
        link = Link(connection, wire.banner(told, self.features), self._services.open, lambda: self.auth == "ok")
        with self._lock:
            self._links.add(link)
        try:
            link.serve()
        finally:
            with self._lock:
                self._links.discard(link)

    def _run(self, shell: Shell, line: str, out: Sink, err: Sink, read: Source) -> int:
        self.lines.append(line)
        trap = self._sprung(line)
        if trap and trap.when == "before":
            self._cut_off()
        for start, seconds in self.delays.items():
            if line.startswith(start):
                self.phone.wait(seconds)
        if trap is None:
            return shell.run(line, out, err, read)
        held = bytearray()
        with contextlib.suppress(Gone):
            shell.run(line, held.extend, held.extend, read)
            if trap.when == "half" and held:
                out(bytes(held[: max(1, len(held) // 2)]))
        self._cut_off()
        return 0

    def _cut_off(self) -> None:
        self.drop()
        raise Gone("cut off by a trap")

    def _sprung(self, line: str) -> Trap | None:
        with self._lock:
            for trap in self._traps:
                if trap.text in line:
                    trap.left -= 1
                    if trap.left == 0:
                        self._traps.remove(trap)
                        return trap
        return None
