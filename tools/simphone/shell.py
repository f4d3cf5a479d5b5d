"""The simulated phone's sh: finds programs by name, joins them with pipes and operators, keeps `$?`."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from screenwright.tools.simphone import words
from screenwright.tools.simphone.android import Android
from screenwright.tools.simphone.call import Call, Program, Sink, Source, always, nothing
from screenwright.tools.simphone.files import clean
from screenwright.tools.simphone.link import Gone
from screenwright.tools.simphone.words import Redirection, Simple

SH = "/system/bin/sh"
ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.S)


class Exited(Exception):
    """The line said `exit`; `code` is the shell's exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Shell:
    """One shell; lines run one after another and share variables."""

    def __init__(
        self, phone: Android, programs: Mapping[str, Program], heard: Callable[[], bool] = always
    ) -> None:
        self._phone, self._programs, self._heard = phone, programs, heard
        self.names = {"?": "0", "$": "4242", "HOME": "/", "PATH": "/system/bin", "USER": "shell"}
        self._running: list[threading.Thread] = []

    @property
    def code(self) -> int:
        """The exit code of the last command."""
        return int(self.names["?"])

    def run(self, line: str, out: Sink, err: Sink, read: Source = nothing) -> int:
        """Run a line; its exit code. Raises Exited. What `&` left running may go on when it returns."""
        try:
            commands = words.parse(line)
        except words.SyntaxFault as fault:
            err(f"{SH}: {fault}\n".encode())
            return self._ended(1)
        before = ";"
        for pipeline in _pipelines(commands):
            if not (before == "&&" and self.code) and not (before == "||" and not self.code):
                if pipeline[-1].then == "&":
                    self._behind(pipeline, out, err)
                else:
                    self._pipeline(pipeline, out, err, read)
            before = pipeline[-1].then
        return self.code

    def _behind(self, commands: Sequence[Simple], out: Sink, err: Sink) -> None:
        """Run in the background, as a shell of its own."""
        child = Shell(self._phone, self._programs, self._heard)

        def run() -> None:
            with suppress(Exited, Gone):
                child._pipeline(commands, out, err, nothing)

        thread = threading.Thread(target=run, daemon=True, name="background")
        self._running.append(thread)
        thread.start()
        self._ended(0)

    def _pipeline(self, commands: Sequence[Simple], out: Sink, err: Sink, read: Source) -> None:
        for command in commands[:-1]:
            held = bytearray()
            self._simple(command, held.extend, err, read)
            read = _once(bytes(held))
        self._simple(commands[-1], out, err, read)

    def _simple(self, command: Simple, out: Sink, err: Sink, read: Source) -> int:
        filled = [word.filled(self.names) for word in command.words if not self._vanishes(word)]
        files: dict[str, bytearray] = {}
        try:
            sinks, read = self._redirected(command.redirections, {1: out, 2: err}, read, files)
        except OSError as error:
            err(f"{SH}: can't open {error}\n".encode())
            return self._ended(1)
        code = (
            self._started(Call(filled, self._phone, sinks[1], sinks[2], read, self._heard, self.names))
            if filled
            else 0
        )
        for path, data in files.items():
            try:
                self._phone.files.write(path, bytes(data))
            except OSError as error:
                err(f"{SH}: can't create {path}: {error}\n".encode())
                code = 1
        return self._ended(code)

    def _vanishes(self, word: words.Word) -> bool:
        """An unquoted `$NAME` of nothing is no word at all."""
        return all(piece.open for piece in word.pieces) and not word.filled(self.names)

    def _started(self, call: Call) -> int:
        while call.words and (found := ASSIGNMENT.fullmatch(call.name)):
            self.names[found[1]] = found[2]
            call.words = call.args
        if not call.words:
            return 0
        if call.name == "wait":
            while self._running:
                self._running.pop().join()
            return 0
        if call.name == "exit":
            raise Exited(int(call.args[0]) & 0xFF if call.args else self.code)
        program = self._programs.get(call.name.removeprefix("/system/bin/"))
        if program is None or call.name in self._phone.faults.missing:
            where = "not found" if "/" in call.name else "inaccessible or not found"
            call.complain(f"{SH}: {call.name}: {where}")
            return 127
        return program(call)

    def _redirected(
        self,
        redirections: Sequence[Redirection],
        sinks: dict[int, Sink],
        read: Source,
        files: dict[str, bytearray],
    ) -> tuple[dict[int, Sink], Source]:
        for each in redirections:
            target = each.target.filled(self.names)
            if each.operator == "<":
                try:
                    read = _once(self._phone.files.read(target))
                except OSError as error:
                    raise OSError(f"{target}: {error}") from error
            elif each.operator == ">&":
                sinks[each.stream] = sinks.get(int(target) if target.isdigit() else 1, sinks[1])
            else:
                path = clean(target)
                held = files.setdefault(path, bytearray())
                if each.operator == ">>" and self._phone.files.status(path)[0]:
                    held += self._phone.files.read(path)
                sinks[each.stream] = held.extend
        return sinks, read

    def _ended(self, code: int) -> int:
        self.names["?"] = str(code)
        return code


def _pipelines(commands: Sequence[Simple]) -> Iterator[list[Simple]]:
    held: list[Simple] = []
    for command in commands:
        held.append(command)
        if command.then != "|":
            yield held
            held = []
    if held:
        yield held


def _once(data: bytes) -> Source:
    left = [data]
    return lambda: left.pop() if left else b""
