"""A terminal, for a person who types `adb shell`: what is typed is shown, and can be corrected before Enter."""

from __future__ import annotations

from screenwright.tools.simphone.call import Sink, Source

PROMPT = b"sim:/ $ "
INTERRUPT, END, BACKSPACES, ENTERS = 3, 4, (8, 127), (10, 13)


class Terminal:
    """Between a host that sends single keys and a shell that reads lines."""

    def __init__(self, read: Source, out: Sink) -> None:
        self._read, self._out = read, out
        self._came = bytearray()
        self._ended = False

    def out(self, data: bytes) -> None:
        """Lines end with CR LF on a terminal."""
        self._out(data.replace(b"\n", b"\r\n"))

    def read(self) -> bytes:
        """The next whole line; b"" after Ctrl-D on an empty one, or when the host is gone."""
        line = ""
        while not self._ended:
            if not self._came:
                self._came += self._read()
                if not self._came:
                    self._ended = True
                    break
            key, line = self._key(line)
            if key in ENTERS:
                self._out(b"\r\n")
                return line.encode() + b"\n"
            if key == INTERRUPT:
                self._out(b"^C\r\n")
                return b"\n"
            if key == END and not line:
                self._out(b"\r\n")
                self._ended = True
        return b""

    def _key(self, line: str) -> tuple[int, str]:
        """One key, and the line after it."""
        key = self._came[0]
        if key in BACKSPACES:
            del self._came[0]
            if line:
                self._out(b"\b \b")
            return key, line[:-1]
        if key < 32:
            del self._came[0]
            return key, line
        length = 1 if key < 0x80 else 2 if key < 0xE0 else 3 if key < 0xF0 else 4
        while len(self._came) < length and (more := self._read()):
            self._came += more
        letter = bytes(self._came[:length])
        del self._came[:length]
        self._out(letter)
        return 0, line + letter.decode(errors="replace")
