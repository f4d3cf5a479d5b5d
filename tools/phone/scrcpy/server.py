"""A scrcpy server that runs on the phone: brought there, started, connected to, and taken away again."""

from __future__ import annotations

import contextlib
import re
import secrets
import select
import time
from typing import Self

from screenwright.tools.adb.client import Adb
from screenwright.tools.adb.server import why
from screenwright.tools.adb.trouble import ConnectionBroken, PhoneTrouble, Refused
from screenwright.tools.adb.wire import EXIT, Frames, Wire
from screenwright.tools.phone.scrcpy.control import Control
from screenwright.tools.phone.scrcpy.server_file import RELEASES, VERSION, WITHOUT, NoScrcpy, ServerFile

START_S = 15.0
LAST_WORDS_S = 2.0
LOOK_S = 0.05
NAME_BYTES = 64
SAID = 4000


class Server:
    """One server, for its whole life; `close` ends it and leaves nothing on the phone.

    Args:
        file: what is run.
        video: whether it sends a video; without one it only takes what `control` sends.
        longest: of the video's sides at most, in pixels; 0 for as many as the screen has.

    NoScrcpy: it can't be used, with the fix. PhoneTrouble, ConnectionBroken: the phone is gone.
    """

    def __init__(
        self,
        adb: Adb,
        serial: str,
        file: ServerFile,
        *,
        video: bool,
        longest: int = 0,
        bit_rate: int = 8_000_000,
    ) -> None:
        self._adb, self._serial, self._file = adb, serial, file
        self._id = f"{secrets.randbits(31):08x}"
        self._jar = f"/data/local/tmp/screenwright-scrcpy-{self._id}.jar"
        self._wires: list[Wire] = []
        data = file.read()
        adb.push(serial, data, self._jar, seconds=START_S)
        options = f"video={str(video).lower()} max_size={longest} video_bit_rate={bit_rate}"
        try:
            self.output = Output(adb, serial, self._line(options))
            self._wires.append(self.output.wire)
            self.video, self._control = self._connected(video)
        except BaseException:
            self.close()
            raise
        self.control = Control(self._control, file.number)

    def _line(self, options: str) -> str:
        """Its command. By itself it would also send what is copied on the phone, and switch its screen on."""
        return (
            f"CLASSPATH={self._jar} app_process / com.genymobile.scrcpy.Server {self._file.version} "
            f"scid={self._id} log_level=warn tunnel_forward=true audio=false clipboard_autosync=false "
            f"power_on=false {options}"
        )

    def _connected(self, video: bool) -> tuple[Wire | None, Wire]:
        """Its sockets, in the order that it waits for them; a zero byte and its name come over the first."""
        until = time.monotonic() + START_S
        first = self._socket(until)
        try:
            if first.exactly(1) != b"\0":
                raise NoScrcpy(f"what answers at scrcpy's socket on {self._serial} is no scrcpy server; {WITHOUT}")
            control = self._socket(until) if video else first
            self.name = first.exactly(NAME_BYTES).rstrip(b"\0").decode(errors="replace")
        except OSError as error:
            raise self.ended(error) from error
        for wire in (first, control):
            wire.until = None
        return (first if video else None), control

    def _socket(self, until: float) -> Wire:
        """Connect, as soon as it listens."""
        while True:
            try:
                wire = self._adb.stream(self._serial, f"localabstract:scrcpy_{self._id}")
            except Refused as error:
                self.output.wait(LOOK_S)
                if self.output.ended or time.monotonic() > until:
                    raise self.ended(error) from error
                continue
            wire.until = until
            self._wires.append(wire)
            return wire

    def ended(self, error: Exception) -> NoScrcpy | ConnectionBroken:
        """What it means that one of its sockets ended: by its own last words, or because the phone is gone."""
        until = time.monotonic() + LAST_WORDS_S
        while not self.output.ended and time.monotonic() < until:
            self.output.wait(LOOK_S)
        if self.output.ended and self.output.code is None:
            reason = why(error) if isinstance(error, OSError) else str(error)
            return ConnectionBroken("the scrcpy server", True, reason)
        return NoScrcpy(f"{self._reason()}; {WITHOUT}")

    def _reason(self) -> str:
        said = self.output.said
        if found := re.search(r"server version \((.*?)\) does not match", said):
            return (
                f"{self._file.path} is version {found[1]} of the scrcpy server, not {self._file.version}: set "
                f"{VERSION}={found[1]}"
            )
        if not self.output.ended:
            return f"the scrcpy server on {self._serial} does not listen within {START_S:g} s: {said or 'no word'}"
        first = next((line.strip() for line in said.splitlines() if line.strip()), "no word")
        return (
            f"the scrcpy server {self._file.version} ended on {self._serial} with exit code {self.output.code}, "
            f"saying {first!r}: another version from {RELEASES} may suit its Android"
        )

    def close(self) -> None:
        """End it; safe twice. It has removed its file by itself where it came to run."""
        wires, self._wires = self._wires, []
        for wire in reversed(wires):
            wire.close()
        if self._jar:
            with contextlib.suppress(PhoneTrouble, ConnectionBroken):
                self._adb.shell(self._serial, f"rm -f {self._jar}", seconds=5.0)
            self._jar = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Output:
    """What the server's process prints. One thread uses it. `code`: how it ended; None: not yet, or not told."""

    def __init__(self, adb: Adb, serial: str, line: str) -> None:
        self._apart = "shell_v2" in adb.features(serial)
        self.wire = adb.stream(serial, f"shell,v2,raw:{line}" if self._apart else f"exec:{line}")
        self.said = ""
        self.ended = False
        self.code: int | None = None
        self._frames = Frames()

    def wait(self, seconds: float) -> None:
        """Read what it says within that time, if it says anything; afterwards `ended` may be true."""
        if self.ended or self.wire.closed:
            self.ended = True
        elif select.select([self.wire.fileno()], [], [], seconds)[0]:
            try:
                data = self.wire.recv()
            except OSError:
                data = b""
            self.ended = self.ended or not data
            for kind, part in self._frames.feed(data) if self._apart else [(0, data)]:
                if kind == EXIT:
                    self.code, self.ended = part[0], True
                else:
                    self.said = (self.said + part.decode(errors="replace"))[-SAID:]
