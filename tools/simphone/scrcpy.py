"""The server of scrcpy as the simulated phone runs it: its options, its sockets, its video.

It starts only from a file that says that it is a stand-in (`dummy`), of which version; the real file is not run
here. Written from the sources of 3.0 to 4.1, and without a line in common with the client in `tools/phone`, so
that what one of them has wrong is not wrong in the other as well.
"""

from __future__ import annotations

import struct
import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from screenwright.tools.geometry import Size
from screenwright.tools.simphone.call import Call
from screenwright.tools.simphone.encoder import FASTEST_S, Encoder, fitted
from screenwright.tools.simphone.link import Gone, Stream
from screenwright.tools.simphone.scrcpy_control import Controller

CLASS = "com.genymobile.scrcpy.Server"
MARK = b"in place of scrcpy-server "
LISTEN_S = 0.1
FLAGS = {3: (1 << 63, 1 << 62), 4: (1 << 62, 1 << 61)}
"""By the major version: what marks a packet of parameters, and a key picture."""


def dummy(version: str) -> bytes:
    """The content of a file that the simulated phone takes for the server of that version."""
    return MARK + version.encode()


@dataclass(frozen=True, slots=True)
class Options:
    """What it was started with."""

    scid: str = ""
    video: bool = True
    control: bool = True
    longest: int = 0
    bit_rate: int = 8_000_000
    cleanup: bool = True
    forward: bool = False
    quiet: bool = False


def server(call: Call, jar: str) -> int:
    """`app_process / com.genymobile.scrcpy.Server VERSION key=value...`, with that file on its class path."""
    if not call.phone.files.status(jar)[0] or not call.phone.files.read(jar).startswith(MARK):
        call.complain("Aborted")
        return 134
    version = call.phone.files.read(jar).removeprefix(MARK).decode()
    words = call.args[2:]
    try:
        if words[:1] != [version]:
            asked = words[0] if words else ""
            raise ValueError(f"The server version ({version}) does not match the client ({asked})")
        options = parsed(words[1:])
    except ValueError as error:
        call.complain(f"[server] ERROR: {error}")
        call.complain(f"java.lang.IllegalArgumentException: {error}")
        call.complain("\tat com.genymobile.scrcpy.Options.parse(Options.java:304)")
        return 1
    if not options.quiet:
        call.say("[server] INFO: Device: [Google] google Simphone (Android 14)")
    if options.cleanup:
        call.phone.files.remove(jar)
    if not options.forward:
        call.complain("[server] ERROR: this simulated phone only listens: tunnel_forward=true")
        return 1
    try:
        Serving(call, version, options).run()
    except Gone:
        return 0
    return 0


def parsed(words: list[str]) -> Options:
    """ValueError: what is no key=value."""
    said: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f'Invalid key=value pair: "{word}"')
        said[key] = value
    return Options(
        f"_{int(said['scid'], 16):08x}" if "scid" in said else "",
        said.get("video", "true") == "true",
        said.get("control", "true") == "true",
        int(said.get("max_size", "0")),
        int(said.get("video_bit_rate", "8000000")),
        said.get("cleanup", "true") == "true",
        said.get("tunnel_forward") == "true",
        said.get("log_level", "info") in ("warn", "error"),
    )


class Serving:
    """One server that runs, until a socket or its shell is closed."""

    def __init__(self, call: Call, version: str, options: Options) -> None:
        self._call, self._phone, self._options = call, call.phone, options
        self._version = tuple(int(part) for part in version.split("."))
        self._over = threading.Event()
        self._arrived: SimpleQueue[Stream] = SimpleQueue()
        self._controller = Controller(call, self._version)

    def run(self) -> None:
        """Raises Gone when the other side has hung up."""
        name = f"scrcpy{self._options.scid}"
        self._phone.sockets[name] = self._accept
        try:
            video = self._next(first=True) if self._options.video else None
            control = self._next(first=video is None) if self._options.control else None
        finally:
            del self._phone.sockets[name]
        first = video or control
        if first is None:
            return
        try:
            first.write(b"Simphone".ljust(64, b"\0"))
            if control:
                threading.Thread(target=self._control, args=(control,), daemon=True, name="scrcpy control").start()
            if video:
                self._film(video)
            else:
                while self._alive:
                    self._over.wait(LISTEN_S)
        finally:
            self._over.set()
            for stream in (video, control):
                if stream:
                    stream.close()

    @property
    def _alive(self) -> bool:
        return not self._over.is_set() and self._call.heard() and not self._phone.closed

    def _accept(self, stream: Stream) -> None:
        self._arrived.put(stream)
        stream.closed.wait()

    def _next(self, *, first: bool) -> Stream:
        """Wait for a connection; a byte over the first one tells the client that somebody is there."""
        while self._alive:
            try:
                stream = self._arrived.get(timeout=LISTEN_S)
            except Empty:
                continue
            if first:
                stream.write(b"\0")
            return stream
        raise Gone("nobody connects any more")

    def _control(self, stream: Stream) -> None:
        try:
            self._controller.serve(stream)
        except Gone:
            pass
        finally:
            self._over.set()
            self._phone.redraw()  # wakes who waits for a change

    def _film(self, stream: Stream) -> None:
        """The codec, then one session after another: each has its size, its parameters, its pictures."""
        newer, phone = self._version[0] >= 4, self._phone
        began = time.monotonic()
        stream.write(b"h264")
        size = self._size()
        if not newer:
            stream.write(size.width.to_bytes(4) + size.height.to_bytes(4))
        while self._alive:
            screen, size = phone.screen, self._size()
            self._controller.video = size
            self._controller.again.clear()
            encoder: Any = Encoder(size, self._options.bit_rate, phone.faults.key_every)
            if newer:
                stream.write(b"\x80\0\0\0" + size.width.to_bytes(4) + size.height.to_bytes(4))
            self._packet(stream, self._flags[0], encoder.take_parameters())
            while self._alive and phone.screen == screen and not self._controller.again.is_set():
                version = phone.version
                data = encoder.encode(fitted(phone, encoder.size))
                now = round((time.monotonic() - began) * 1_000_000)
                self._packet(stream, now | (self._flags[1] if encoder.key else 0), data)
                phone.wait(FASTEST_S)
                with phone.changed:
                    while phone.version == version and self._alive and not self._controller.again.is_set():
                        phone.changed.wait(LISTEN_S)

    @property
    def _flags(self) -> tuple[int, int]:
        return FLAGS[self._version[0]]

    def _packet(self, stream: Stream, head: int, data: bytes) -> None:
        stream.write(struct.pack(">QI", head, len(data)))
        stream.write(data)

    def _size(self) -> Size:
        """Of the video: 3.x makes sides that eight divides, 4.x what the encoder wants."""
        width, height = self._phone.screen.width, self._phone.screen.height
        longest = self._options.longest
        if longest and max(width, height) > longest:
            width, height = width * longest // max(width, height), height * longest // max(width, height)
        part = 2 if self._version[0] >= 4 else 8
        return Size(width // part * part, height // part * part)
