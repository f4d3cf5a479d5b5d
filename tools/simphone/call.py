"""One command of the simulated shell as the program that runs it sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from screenwright.tools.simphone.android import Android

Sink = Callable[[bytes], None]
Source = Callable[[], bytes]


def nothing() -> bytes:
    """A stream that has ended."""
    return b""


def always() -> bool:
    """Somebody is there."""
    return True


@dataclass(slots=True)
class Call:
    """A command's words, its phone and its three streams; `read` gives pieces, b"" at the end of input.

    `names`: the shell's variables. `heard`: whether somebody still listens; a program that runs for long ends
    when nobody does.
    """

    words: Sequence[str]
    phone: Android
    out: Sink
    err: Sink
    read: Source = nothing
    heard: Callable[[], bool] = always
    names: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def name(self) -> str:
        return self.words[0]

    @property
    def args(self) -> list[str]:
        return list(self.words[1:])

    def say(self, text: str) -> None:
        """A line on standard output."""
        self.out(f"{text}\n".encode())

    def complain(self, text: str) -> None:
        """A line on standard error."""
        self.err(f"{text}\n".encode())

    def rest(self) -> bytes:
        """All of standard input."""
        data = bytearray()
        while piece := self.read():
            data += piece
        return bytes(data)


Program = Callable[[Call], int]
"""Runs a command; its exit code."""
