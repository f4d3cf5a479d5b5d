# pyright: basic
"""An adbd that runs nothing and answers at once: what the way to a phone and back costs, without any phone.

Packets as tools/simphone/wire.py has them. Started by itself it prints its port.
"""

from __future__ import annotations

import re
import socket
import struct
import threading

from screenwright.tools.simphone import wire
from screenwright.tools.simphone.wire import Packet

STDOUT, EXIT = 1, 3
MARK, ECHO = re.compile(rb"echo (\S+)\$\?\n"), re.compile(rb"echo (\w+)")


def framed(line: bytes) -> bytes:
    return struct.pack("<BI", STDOUT, len(line)) + line


def answers(packet: Packet, own: int) -> list[Packet]:
    """What is said to one packet: a mark is echoed with exit code 0, any command ends at once with 0."""
    if packet.command == wire.CNXN:
        told = {"ro.product.name": "none", "ro.product.model": "none", "ro.product.device": "none"}
        return [Packet(wire.CNXN, wire.VERSION, wire.MAX_PAYLOAD, wire.banner(told, ("shell_v2", "cmd")))]
    if packet.command == wire.OPEN:
        opened = [Packet(wire.OKAY, own, packet.first)]
        if packet.payload.rstrip(b"\0").endswith(b":"):
            return opened  # a shell that stays
        echo = ECHO.search(packet.payload)
        said = (framed(echo[1] + b"\n") if echo else b"") + struct.pack("<BIB", EXIT, 1, 0)
        return [*opened, Packet(wire.WRTE, own, packet.first, said), Packet(wire.CLSE, own, packet.first)]
    if packet.command == wire.WRTE:
        heard = [Packet(wire.OKAY, packet.second, packet.first)]
        if mark := MARK.search(packet.payload):
            said = framed(mark[1] + b"0\n")
            heard.append(Packet(wire.WRTE, packet.second, packet.first, said))
        return heard
    return []


def serve(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    framer, own = wire.Framer(), 0
    while data := connection.recv(1 << 16):
        for packet in framer.feed(data):
            own += packet.command == wire.OPEN
            connection.sendall(b"".join(each.packed() for each in answers(packet, own)))


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            taken, _ = listener.accept()
            threading.Thread(target=serve, args=(taken,), daemon=True).start()
