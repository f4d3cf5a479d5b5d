"""A person at a VNC display: a client that sends pointer and keys, and asks for no picture (RFB 3.8).

What it sends comes from devices of the server's own, and not by XTEST: to the X server it is another hand.
"""

from __future__ import annotations

import socket
import struct
import subprocess
import time
from pathlib import Path
from typing import Self

from screenwright.tools.desktop import Desktop
from screenwright.tools.display import Processes, VirtualDisplay, program
from screenwright.tools.xlib import connect

KEYSYMS = {
    "ctrl": 0xFFE3, "alt": 0xFFE9, "shift": 0xFFE1, "super": 0xFFEB, "escape": 0xFF1B, "enter": 0xFF0D,
    "f9": 0xFFC6,
}  # fmt: skip
BUTTONS = {"left": 1, "middle": 2, "right": 4, "up": 8, "down": 16}
START_S = 15.0


class VncDisplay(VirtualDisplay):
    """A virtual screen whose server is Xtigervnc: `vnc` is the port at which a person reaches it."""

    def _start_server(self, path: str) -> str:
        del path
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.vnc = int(free.getsockname()[1])
        self._vnc_log = Path(self._folder, "vnc.log")
        server = program("Xtigervnc")
        return started(
            self._processes,
            [server, "-geometry", f"{self.width}x{self.height}", "-depth", "24", "-noreset",
             "-SecurityTypes", "None", "-localhost", "-interface", "127.0.0.1", "-rfbport", str(self.vnc),
             "-AcceptSetDesktopSize=0", "-desktop", "person"],
        )  # fmt: skip


def started(processes: Processes, argv: list[str]) -> str:
    """Start an X server with -displayfd; its display."""
    import os

    from screenwright.tools.display import _line

    read, write = os.pipe()
    try:
        server = subprocess.Popen(
            [argv[0], "-displayfd", str(write), *argv[1:]],
            pass_fds=(write,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        processes.adopt(server)
        return ":" + _line(read, server, argv[0])
    finally:
        os.close(write)
        os.close(read)


class Person:
    """A hand at the mouse and the keyboard of a VNC display."""

    def __init__(self, port: int) -> None:
        self._socket = _connected(port)
        self._socket.settimeout(START_S)
        self._read(12)
        self._socket.sendall(b"RFB 003.008\n")
        self._read(self._read(1)[0])
        self._socket.sendall(b"\x01")  # no password
        assert self._read(4) == b"\0\0\0\0", "the VNC server does not let us in"
        self._socket.sendall(b"\x01")  # shared
        about = self._read(24)
        self.size = struct.unpack_from(">HH", about)
        self._read(struct.unpack_from(">I", about, 20)[0])
        self.spot = (0, 0)

    def move(self, x: int, y: int, buttons: int = 0) -> None:
        self.spot = (x, y)
        self._socket.sendall(struct.pack(">BBHH", 5, buttons, x, y))

    def glide(self, x: int, y: int, seconds: float = 0.1) -> None:
        """As a hand does it, in small steps."""
        start, steps = self.spot, max(2, int(seconds / 0.01))
        for step in range(1, steps + 1):
            part = step / steps
            self.move(round(start[0] + (x - start[0]) * part), round(start[1] + (y - start[1]) * part))
            time.sleep(seconds / steps)

    def click(self, x: int, y: int, button: str = "left") -> None:
        self.move(x, y)
        self.move(x, y, BUTTONS[button])
        self.move(x, y)

    def key(self, key: str | int, down: bool) -> None:
        keysym = key if isinstance(key, int) else KEYSYMS.get(key) or ord(key)
        self._socket.sendall(struct.pack(">BBHI", 4, down, 0, keysym))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.key(key, True)
        for key in reversed(keys):
            self.key(key, False)

    def type(self, text: str) -> None:
        for character in text:
            self.press(character)

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _read(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            more = self._socket.recv(count - len(got))
            assert more, "the VNC server hung up"
            got += more
        return got


def _connected(port: int) -> socket.socket:
    deadline = time.monotonic() + START_S
    while True:
        try:
            made = socket.create_connection(("127.0.0.1", port), START_S)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return made
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "the VNC server does not listen"
            time.sleep(0.02)


def keys_down(desktop: Desktop) -> list[int]:
    """Keycodes that are down on the display, whoever holds them."""
    display = connect(desktop.environment["DISPLAY"])
    try:
        rows = display.query_keymap()
        return [8 * place + bit for place, eight in enumerate(rows) for bit in range(8) if eight >> bit & 1]
    finally:
        display.close()


def buttons_down(desktop: Desktop) -> int:
    display = connect(desktop.environment["DISPLAY"])
    try:
        return int(display.screen().root.query_pointer().mask >> 8 & 7)
    finally:
        display.close()
