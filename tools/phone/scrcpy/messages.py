"""What is said to the scrcpy server over its control socket, and what it answers, as bytes.

Known from the sources of 3.0 to 4.1; all numbers have their high byte first. Only those messages are here that
mean the same in all these versions, but for the wheel, whose unit was changed in 3.3.1.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal, assert_never

from screenwright.tools.errors import BadAction
from screenwright.tools.geometry import Point

FINGER = 0xFFFF_FFFF_FFFF_FFFE
"""The pointer that stands for a finger of nobody's; a mouse would have one more."""
TEXT_LIMIT = 300
CLIPBOARD_LIMIT = (1 << 18) - 14
ANSWER_LIMIT = 1 << 18
WHEEL_CHANGED = (3, 3, 1)

Act = Literal["down", "up", "move"]
ACTS: dict[Act, int] = {"down": 0, "up": 1, "move": 2}
COPIES = {"none": 0, "copy": 1, "cut": 2}


@dataclass(frozen=True, slots=True)
class Key:
    """A key by Android's number goes down or up. `meta`: which of Shift (1), Alt (2), Ctrl (0x1000) are held."""

    act: Literal["down", "up"]
    code: int
    meta: int = 0
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class Text:
    """Characters that the phone's key map has, at most 300 bytes; the server leaves all others out."""

    text: str


@dataclass(frozen=True, slots=True)
class Touch:
    """A finger comes down, moves or goes up. The server drops one whose frame is not its video's size."""

    act: Act
    point: Point
    finger: int = FINGER


@dataclass(frozen=True, slots=True)
class Wheel:
    """Notches down and to the right, at most 16 of each; before 3.3.1 one."""

    point: Point
    down: float = 0.0
    right: float = 0.0


@dataclass(frozen=True, slots=True)
class BackOrScreenOn:
    """The Back key; where the screen is off, it is switched on instead."""

    act: Literal["down", "up"]


@dataclass(frozen=True, slots=True)
class GetClipboard:
    """Asks for the clipboard, after the Copy or Cut key if wished. An empty one is not answered."""

    press: Literal["none", "copy", "cut"] = "none"


@dataclass(frozen=True, slots=True)
class SetClipboard:
    """Sets the clipboard, and presses Paste if wished; acknowledged by its `sequence` unless that is 0."""

    sequence: int
    text: str
    paste: bool


@dataclass(frozen=True, slots=True)
class ResetVideo:
    """Begins the video anew, with a key picture."""


Message = Key | Text | Touch | Wheel | BackOrScreenOn | GetClipboard | SetClipboard | ResetVideo


def encode(message: Message, version: tuple[int, ...]) -> bytes:
    """A message for a server of that version. BadAction: it can't be said."""
    match message:
        case Key():
            return struct.pack(">BBiii", 0, ACTS[message.act], message.code, message.repeat, message.meta)
        case Text():
            return struct.pack(">BI", 1, len(text := _limited(message.text, TEXT_LIMIT))) + text
        case Touch():
            pressure = 0 if message.act == "up" else 0xFFFF
            head = struct.pack(">BBQ", 2, ACTS[message.act], message.finger)
            return head + _place(message.point) + struct.pack(">HII", pressure, 0, 0)
        case Wheel():
            return struct.pack(">B", 3) + _place(message.point) + _notches(message, version) + bytes(4)
        case BackOrScreenOn():
            return struct.pack(">BB", 4, ACTS[message.act])
        case GetClipboard():
            return struct.pack(">BB", 8, COPIES[message.press])
        case SetClipboard():
            text = _limited(message.text, CLIPBOARD_LIMIT)
            return struct.pack(">BQBI", 9, message.sequence, message.paste, len(text)) + text
        case ResetVideo():
            return struct.pack(">B", 17)
        case _:
            assert_never(message)


def _limited(text: str, limit: int) -> bytes:
    data = text.encode()
    if len(data) > limit:
        raise BadAction(f"a text of {len(data)} bytes is too long for scrcpy (at most {limit}): send it in parts")
    return data


def _place(point: Point) -> bytes:
    size, x, y = point.frame, round(point.x), round(point.y)
    if not (0 <= x < size.width and 0 <= y < size.height) or max(size.width, size.height) > 0xFFFF:
        raise BadAction(f"{point} is not on a screen of {size}")
    return struct.pack(">iiHH", x, y, size.width, size.height)


def _notches(wheel: Wheel, version: tuple[int, ...]) -> bytes:
    most = 16 if version >= WHEEL_CHANGED else 1
    if max(abs(wheel.right), abs(wheel.down)) > most:
        raise BadAction(f"{max(abs(wheel.right), abs(wheel.down)):g} notches at once; scrcpy takes {most} at most")
    # Android counts up as more, and 1.0 itself has no place in 16 bits.
    return b"".join(struct.pack(">h", min(0x7FFF, round(n / most * 0x8000))) for n in (wheel.right, -wheel.down))


@dataclass(frozen=True, slots=True)
class Clipboard:
    """What the phone's clipboard holds."""

    text: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The SetClipboard of that sequence was done, its key pressed; whether a field took it is not told."""

    sequence: int


Answer = Clipboard | Acknowledged


class Malformed(OSError):
    """What came is not what this version of the server says. An OSError: the connection is of no more use."""


class Answers:
    """Puts the server's answers together, however the connection cut them."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Answer]:
        """Those that are whole now. Malformed."""
        self._held += data
        found: list[Answer] = []
        while self._held:
            length, answer = self._first()
            if not length:
                break
            del self._held[:length]
            found += [answer] if answer else []
        return found

    def _first(self) -> tuple[int, Answer | None]:
        """The first one and its length in bytes, 0 while it is not whole; None for UHID's keyboards."""
        held = self._held
        match held[0]:
            case 0:  # CLIPBOARD
                if len(held) < 5:
                    return 0, None
                end = 5 + int.from_bytes(held[1:5])
                if end > ANSWER_LIMIT:
                    raise Malformed(f"a clipboard of {end - 5} bytes is not what a scrcpy server sends")
                return (end, Clipboard(held[5:end].decode(errors="replace"))) if len(held) >= end else (0, None)
            case 1:  # ACKNOWLEDGED
                return (9, Acknowledged(int.from_bytes(held[1:9]))) if len(held) >= 9 else (0, None)
            case 2:  # UHID
                end = 5 + int.from_bytes(held[3:5]) if len(held) >= 5 else 0
                return (end, None) if end and len(held) >= end else (0, None)
            case kind:
                raise Malformed(f"not an answer of a scrcpy server: it begins with {kind}")
