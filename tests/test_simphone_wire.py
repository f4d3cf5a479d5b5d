"""The protocol of the simulated phone's adbd, and how its shell reads a line, compared with a real sh."""

from __future__ import annotations

import shlex
import socket
import struct
import subprocess
import sys
import threading
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phones import SMALL

from screenwright.tools.simphone import SimPhone, wire, words
from screenwright.tools.simphone.wire import Framer, Malformed, Packet

pytest_plugins = ["phones"]

packets = st.builds(
    Packet,
    st.sampled_from(sorted(wire.NAMES)),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.binary(max_size=200),
)


@settings(deadline=None)
@given(st.lists(packets, max_size=6), st.lists(st.integers(0, 4000), max_size=20))
def test_packets_come_out_as_they_were_however_they_are_split(sent: list[Packet], cuts: list[int]) -> None:
    data = b"".join(packet.packed() for packet in sent)
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    framer = Framer()
    came = [packet for start, end in pairwise(places) for packet in framer.feed(data[start:end])]
    assert came == sent


@settings(deadline=None)
@given(packets, st.integers(0, 23), st.integers(1, 255))
def test_a_header_that_was_bent_is_found_out_or_means_another_packet(
    packet: Packet, place: int, mask: int
) -> None:
    data = bytearray(packet.packed())
    data[place] ^= mask
    try:
        came = list(Framer().feed(bytes(data)))
    except Malformed:
        return
    assert 4 <= place < 20, "a bent command is always found out"
    assert all(each.command == packet.command for each in came)


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_noise_is_malformed_or_waits_for_more(noise: bytes) -> None:
    try:
        assert list(Framer().feed(noise)) == [] or len(noise) >= 24
    except Malformed:
        assert len(noise) >= 24


def test_an_old_host_gets_checksums() -> None:
    packet = Packet(wire.WRTE, 1, 2, b"abc")
    assert struct.unpack_from("<6I", packet.packed(0x01000000))[4] == sum(b"abc")
    assert struct.unpack_from("<6I", packet.packed())[4] == 0


def test_noise_on_the_wire_ends_one_connection_only(sim: SimPhone) -> None:
    with socket.create_connection(("127.0.0.1", sim.port), 5) as noisy:
        noisy.sendall(b"GET / HTTP/1.1\r\nHost: there\r\n\r\n")
        assert noisy.recv(10) == b""
    with socket.create_connection(("127.0.0.1", sim.port), 5) as host:
        host.sendall(Packet(wire.CNXN, wire.VERSION, 4096, b"host::\0").packed())
        assert host.recv(24)[:4] == b"CNXN"


def test_packets_are_no_longer_than_the_host_takes(sim: SimPhone) -> None:
    with socket.create_connection(("127.0.0.1", sim.port), 5) as host:
        host.sendall(Packet(wire.CNXN, wire.VERSION, 4096, b"host::\0").packed())
        host.sendall(Packet(wire.OPEN, 7, 0, b"exec:screencap\0").packed())
        framer, came = Framer(), b""
        while len(came) < SMALL.area * 4 + 16:
            for packet in framer.feed(host.recv(1 << 16)):
                if packet.command == wire.WRTE:
                    assert len(packet.payload) <= 4096
                    came += packet.payload
                    host.sendall(Packet(wire.OKAY, 7, packet.first).packed())


LINE = st.text(alphabet="ab '\"\\#\n", max_size=14)


@settings(max_examples=150, deadline=None)
@example("\\\n#")
@example("a\\\nb 'c\n#d' #e")
@given(LINE)
def test_words_are_those_of_a_real_sh(line: str) -> None:
    """dash reads the same words, or finds the same fault."""
    shown = 'show() { for w in "$@"; do printf \'%s\\0\' "$w"; done; }\n'
    ran = subprocess.run(["sh", "-c", f"{shown}show {line}"], capture_output=True, check=False)
    try:
        commands = words.parse(f"show {line}")
    except words.SyntaxFault:
        assert ran.returncode == 2
        return
    assert ran.returncode != 2
    first = [word.filled({}) for word in commands[0].words]
    assert first[1:] == ran.stdout.decode().split("\0")[: len(first) - 1]


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30))
def test_what_is_quoted_arrives_as_it_was(text: str) -> None:
    (command,) = words.parse(f"input text {shlex.quote(text)}")
    assert [word.filled({"HOME": "/"}) for word in command.words] == ["input", "text", text]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("a(b", "syntax error: unexpected '('"),
        ("; a", "syntax error: unexpected ';'"),
        ("a &&", "syntax error: unexpected 'newline'"),
        ("a >", "syntax error: unexpected 'newline'"),
        ("a 'b", "no closing quote"),
        ('a "b', "no closing quote"),
    ],
)
def test_faults_are_named_as_androids_sh_names_them(line: str, fault: str) -> None:
    with pytest.raises(words.SyntaxFault) as caught:
        words.parse(line)
    assert str(caught.value) == fault


def test_many_streams_at_once(sim: SimPhone) -> None:
    """Two threads each run fifty commands over one connection of their own."""
    failed: list[str] = []

    def use() -> None:
        with socket.create_connection(("127.0.0.1", sim.port), 5) as host:
            host.sendall(Packet(wire.CNXN, wire.VERSION, 1 << 18, b"host::\0").packed())
            framer, said = Framer(), dict.fromkeys(range(1, 51), b"")
            for number in said:
                host.sendall(Packet(wire.OPEN, number, 0, f"exec:echo {number}\0".encode()).packed())
            open_now = set(said)
            while open_now:
                for packet in framer.feed(host.recv(1 << 16)):
                    if packet.command == wire.WRTE:
                        said[packet.second] += packet.payload
                        host.sendall(Packet(wire.OKAY, packet.second, packet.first).packed())
                    elif packet.command == wire.CLSE:
                        open_now.discard(packet.second)
            failed.extend(str(number) for number, text in said.items() if text != f"{number}\n".encode())

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failed == [] and not any(thread.is_alive() for thread in threads)


def test_it_runs_from_the_command_line_and_ends_with_ctrl_c() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "screenwright.tools.simphone", "--size", "360x800"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert "listens at 127.0.0.1:" in line
        port = int(line.split("127.0.0.1:")[1].split(".")[0])
        socket.create_connection(("127.0.0.1", port), 5).close()
        process.send_signal(2)
        _, said = process.communicate(timeout=10)
        assert process.returncode == 0 and said == ""
    finally:
        process.kill()
        process.communicate()


def test_a_size_that_is_none_is_refused() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "screenwright.tools.simphone", "--size", "big"], capture_output=True, check=False
    )
    assert ran.returncode == 2 and b"'big' is no size" in ran.stderr
