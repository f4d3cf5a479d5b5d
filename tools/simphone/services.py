"""The services that adbd opens by name: shells of both kinds, exec, files, and sockets on the phone."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from screenwright.tools.simphone import filesync, jsonrpc, programs, words
from screenwright.tools.simphone.android import Android
from screenwright.tools.simphone.call import Sink, Source
from screenwright.tools.simphone.link import Gone, Service, Stream
from screenwright.tools.simphone.shell import Exited, Shell
from screenwright.tools.simphone.terminal import PROMPT, Terminal

STDIN, STDOUT, STDERR, EXIT, CLOSE_STDIN = range(5)

Runner = Callable[[Shell, str, Sink, Sink, Source], int]
"""Runs a line in a shell; the traps of the simulated phone are set here."""


@dataclass(frozen=True, slots=True)
class Services:
    """What this phone's adbd can open.

    Args:
        phone: whose services they are.
        features: those that were told to the host; without shell_v2 there is no such shell.
        runner: how a line is run.
    """

    phone: Android
    features: tuple[str, ...]
    runner: Runner

    def open(self, name: str) -> Service | None:
        """The function that serves it, or None where there is no such service."""
        kind, _, rest = name.partition(":")
        kind, *options = kind.split(",")
        if kind == "shell" and "v2" in options and "shell_v2" in self.features:
            return lambda stream: self._shell_v2(stream, rest, typed="pty" in options)
        if kind == "shell" and "v2" not in options:
            return lambda stream: self._shell_v1(stream, rest)
        if kind == "exec":
            return lambda stream: self._plain(stream, rest, stream.write)
        if kind == "sync":
            return lambda stream: filesync.serve(stream, self.phone.files)
        if kind == "tcp" and rest.split(":")[-1] == str(jsonrpc.PORT) and self.phone.automated:
            return lambda stream: jsonrpc.serve(stream, self.phone)
        if kind == "localabstract":
            return self.phone.sockets.get(rest)
        return None

    def _shell_v1(self, stream: Stream, line: str) -> None:
        # A phone too old for shell_v2 runs every command on a terminal, which ends lines with CR LF.
        old = "shell_v2" not in self.features

        def out(data: bytes) -> None:
            stream.write(data.replace(b"\n", b"\r\n") if old else data)

        self._plain(stream, line, out)

    def _plain(self, stream: Stream, line: str, out: Sink) -> None:
        shell = Shell(self.phone, programs.PROGRAMS, stream.heard)
        if line:
            self._run(shell, line, out, out, stream.read)
            return
        self._lines(shell, out, out, stream.read)

    def _lines(self, shell: Shell, out: Sink, err: Sink, read: Source, prompt: bytes = b"") -> None:
        """Run what comes on standard input, to its end or an `exit`."""
        lines = Lines(read)
        while True:
            if prompt:
                out(prompt)
            line = lines.command()
            if line is None or self._run(shell, line, out, err, lines.rest):
                return

    def _shell_v2(self, stream: Stream, line: str, *, typed: bool) -> None:
        frames = Frames(stream)
        out: Sink = partial(frames.send, STDOUT)
        err: Sink = partial(frames.send, STDERR)
        read = frames.read
        if typed:
            terminal = Terminal(read, out)
            out, err, read = terminal.out, terminal.out, terminal.read
        shell = Shell(self.phone, programs.PROGRAMS, stream.heard)
        if line:
            self._run(shell, line, out, err, read)
        else:
            self._lines(shell, out, err, read, PROMPT if typed else b"")
        # adb waits for the stream's end after this frame: without it `adb shell` hangs.
        frames.send(EXIT, bytes((shell.code,)))

    def _run(self, shell: Shell, line: str, out: Sink, err: Sink, read: Source) -> bool:
        """Whether the shell is to end."""
        try:
            self.runner(shell, line, out, err, read)
        except Exited as exited:
            shell.names["?"] = str(exited.code)
            return True
        return False


class Frames:
    """The second shell protocol: a byte that says which stream, a length, the data."""

    def __init__(self, stream: Stream) -> None:
        self._incoming, self._stream = filesync.Incoming(stream), stream
        self._ended = False

    def send(self, which: int, data: bytes) -> None:
        """Raises Gone."""
        if data:
            self._stream.write(struct.pack("<BI", which, len(data)) + data)

    def read(self) -> bytes:
        """The next piece of standard input, b"" at its end."""
        while not self._ended:
            try:
                which, length = struct.unpack("<BI", self._incoming.take(5))
                data = self._incoming.take(length)
            except Gone:
                self._ended = True
                break
            if which == CLOSE_STDIN:
                self._ended = True
            elif which == STDIN and data:
                return data
        return b""


class Lines:
    """Standard input as a shell reads it: line by line; a program that it starts may read on."""

    def __init__(self, read: Source) -> None:
        self._read, self._held = read, b""
        self._ended = False

    def command(self) -> str | None:
        """The next line, or lines where a quote goes over several; None when there is no more."""
        whole = self._next()
        while whole is not None and words.unfinished(whole):
            more = self._next()
            if more is None:
                break
            whole += "\n" + more
        return whole

    def _next(self) -> str | None:
        while b"\n" not in self._held and not self._ended:
            piece = self._read()
            self._ended = not piece
            self._held += piece
        if not self._held:
            return None
        line, _, self._held = self._held.partition(b"\n")
        return line.decode(errors="replace")

    def rest(self) -> bytes:
        """A piece of what follows the present line."""
        held, self._held = self._held, b""
        return held or self._read()
