"""The packets that an adb server and a device's adbd send each other, read and written; no sockets here.

A packet is a 24-byte little-endian header (command, two arguments, length, checksum, command inverted) and
its payload. Whatever the pieces in which bytes arrive, the same packets come out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

HEADER = struct.Struct("<6I")
VERSION = 0x01000001
"""From this version on the checksum is not looked at, and 0 is sent."""
MAX_PAYLOAD = 1 << 20

CNXN, AUTH, OPEN, OKAY, WRTE, CLSE = (
    int.from_bytes(name, "little") for name in (b"CNXN", b"AUTH", b"OPEN", b"OKAY", b"WRTE", b"CLSE")
)
NAMES = {CNXN: "CNXN", AUTH: "AUTH", OPEN: "OPEN", OKAY: "OKAY", WRTE: "WRTE", CLSE: "CLSE"}


class Malformed(ValueError):
    """These bytes are no packets; the connection is of no more use."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet; `first` and `second` mostly name the sender's stream and the receiver's."""

    command: int
    first: int = 0
    second: int = 0
    payload: bytes = b""

    def packed(self, version: int = VERSION) -> bytes:
        """As sent. To a host older than VERSION goes the sum of the payload's bytes as well."""
        total = 0 if version >= VERSION else sum(self.payload) & 0xFFFFFFFF
        inverted = self.command ^ 0xFFFFFFFF
        header = HEADER.pack(self.command, self.first, self.second, len(self.payload), total, inverted)
        return header + self.payload

    def __repr__(self) -> str:
        name = NAMES.get(self.command, f"{self.command:#010x}")
        return f"<{name} {self.first} {self.second} {len(self.payload)} bytes>"


class Framer:
    """Puts packets together from bytes as they come."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Packet]:
        """The packets that are whole now. Raises Malformed; what came before the bad one is yielded first."""
        self._held += data
        while len(self._held) >= HEADER.size:
            command, first, second, length, _, inverted = HEADER.unpack_from(self._held)
            if command ^ 0xFFFFFFFF != inverted:
                raise Malformed(f"a header whose last word {inverted:#010x} does not invert {command:#010x}")
            if length > MAX_PAYLOAD:
                raise Malformed(f"a payload of {length} bytes; at most {MAX_PAYLOAD} were agreed on")
            if len(self._held) < HEADER.size + length:
                return
            payload = bytes(self._held[HEADER.size : HEADER.size + length])
            del self._held[: HEADER.size + length]
            yield Packet(command, first, second, payload)


def banner(properties: dict[str, str], features: tuple[str, ...]) -> bytes:
    """What a device says of itself in its CNXN; the host uses only the features that are named here."""
    told = "".join(f"{name}={value};" for name, value in properties.items())
    return f"device::{told}features={','.join(features)}".encode()
