"""Hostile requests to every port that the project opens. Each server is the real command in its own process."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import enemy
from enemy import Target
from fault import ROOT, Skipped, Trial, fault
from ground import COMMAND, Process, cleared, until

from screenwright.tools.simphone import wire

GROWN_MB = 300
PROMISE = "refused, nothing told, no crash; others are served within 5 s; memory grows by less than 300 MB"
TOKEN = "a-token-for-the-faults-0123456789"


class Server:
    """A command that listens, and its memory."""

    def __init__(self, words: list[str], folder: Path, pattern: str, **environment: str) -> None:
        self.process = Process(words, folder, dict(os.environ) | environment)
        found = until(lambda: re.search(pattern, self.said) or not self.process.running(), 60)
        if not isinstance(found, re.Match):
            raise RuntimeError(f"it did not begin: {self.said[-600:]}")
        self.port = int(found["port"])
        self.began_mb = self.memory_mb

    @property
    def said(self) -> str:
        return "".join(path.read_text(encoding="utf-8", errors="replace") for path in self.process.paths)

    @property
    def memory_mb(self) -> float:
        with contextlib.suppress(OSError, AttributeError):
            status = Path(f"/proc/{self.process.pid}/status").read_text()
            return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
        return 0.0

    def close(self, trial: Trial) -> None:
        running = self.process.running()
        if running:
            self.process.signal(signal.SIGINT)
        ended = self.process.ended(20)
        trial.check(running, f"it had ended: {ended.said}")
        trial.check(ended.code in (0, 130), f"Ctrl-C ended it so: {ended.said}")
        # uvicorn's own words on text that is none, with a traceback
        said = re.sub(
            r"Invalid UTF-8 sequence received from client\.\nTraceback.*?\nUnicode.*?\n", "", self.said, flags=re.S
        )
        trial.check("Traceback" not in said, f"it printed a traceback: {said[-600:]}")


@contextmanager
def serving(trial: Trial, words: list[str], pattern: str, **environment: str) -> Iterator[Server]:
    server = Server(words, cleared(trial.folder / "server"), pattern, **environment)
    try:
        yield server
    finally:
        server.close(trial)


def besiege(trial: Trial, server: Server, target: Target, good: Callable[[], bool]) -> None:
    """All attacks, and after each kind the question whether others are served."""

    def served() -> bool:
        return bool(until(good, enemy.ANSWER_S))

    trial.check(served(), "a good request is not answered, before anything was done")
    for number, (what, request) in enumerate(enemy.refusals(target, trial.dice)):
        if trial.share < 1 and number % 5:
            continue
        trial.injected += 1
        said = enemy.answer(target, request)
        code = enemy.status(said)
        trial.saw(f"{code}" if code else "no answer")
        # where the token is in the path, a request that is only odd is let in, and is answered as any other
        allowed = target.secret in target.path and not what.startswith(enemy.NEVER)
        harmless = code == 0 or code >= 400 or (allowed and code == 200)
        trial.check(harmless, f"{what}: it was let in: {said[:100]!r}")
        shut = code == 403 or not what.startswith(enemy.FOREIGN)
        trial.check(shut, f"{what}: it is not refused at the door: {said[:100]!r}")
        trial.check(b"Traceback" not in said and b"root:" not in said, f"{what}: told {said[-200:]!r}")
        trial.check(not target.secret or target.secret.encode() not in said, f"{what}: the token is told")
        trial.check(served(), f"{what}: others are not served after it")
    if target.live:
        _live(trial, target, served)
    trial.injected += 600
    with enemy.crowd(target, 500, b"") as opened:
        trial.check(served(), f"others are not served beside {len(opened)} silent connections")
    missed = enemy.loris(target, 3, served)
    trial.check(not missed, f"others were not served {missed} times beside 100 slow ones")
    _slow_reader(trial, target, served)
    grown = server.memory_mb - server.began_mb
    trial.check(grown < GROWN_MB, f"its memory grew by {grown:.0f} MB")
    trial.note = f"memory grew by {max(0, grown):.0f} MB"


def _live(trial: Trial, target: Target, served: Callable[[], bool]) -> None:
    wrong = (
        ("another page's Origin", enemy.handshake(target, origin="http://evil.example")),
        ("the Origin null", enemy.handshake(target, origin="null")),
        ("another Host", enemy.handshake(target, host="evil.example", origin="http://evil.example")),
        ("a wrong token", enemy.handshake(target, path="/x" * 9 + "/live")),
    )
    for what, opening in wrong:
        trial.injected += 1
        code = enemy.status(enemy.answer(target, opening))
        trial.check(code == 403, f"a live connection with {what}: {code}")
    for what, said in enemy.live_attacks(trial.dice):
        trial.injected += 1
        with contextlib.suppress(OSError), enemy.connected(target) as opened:
            opened.sendall(enemy.handshake(target))
            trial.check(enemy.status(opened.recv(200)) == 101, f"{what}: a good handshake is refused")
            opened.settimeout(1)
            with contextlib.suppress(OSError):
                opened.sendall(said)
                opened.recv(65_536)
        trial.saw("a live connection attacked")
        trial.check(served(), f"{what}: others are not served after it")


def _slow_reader(trial: Trial, target: Target, served: Callable[[], bool]) -> None:
    """30 good clients that never read what they asked for."""
    trial.injected += 30
    opening = enemy.handshake(target) if target.live else target.request() * 20
    with enemy.crowd(target, 30, opening):
        trial.check(served(), "others are not served beside clients that read nothing")
        time.sleep(1)
        trial.check(served(), "others are not served beside clients that read nothing, a second later")


def _answers(target: Target) -> Callable[[], bool]:
    return lambda: enemy.status(enemy.answer(target, target.request())) in range(200, 400)


@fault("port-mirror", "hostile requests to the mirror's page and live connection", promise=PROMISE, seconds=300)
def port_mirror(trial: Trial) -> None:
    words = [*COMMAND, "mirror", "--virtual", "--size", "640x400"]
    with serving(trial, words, r"http://127\.0\.0\.1:(?P<port>\d+)/(?P<token>[\w-]+)/") as server:
        found = re.search(r"http://127\.0\.0\.1:\d+/([\w-]+)/", server.said)
        assert found
        token = found[1]
        target = Target(server.port, f"/{token}/", live=f"/{token}/live", secret=token)
        besiege(trial, server, target, _answers(target))


@fault("port-mcp", "hostile requests to `screenwright mcp --http`", promise=PROMISE, seconds=300)
def port_mcp(trial: Trial) -> None:
    words = [*COMMAND, "mcp", "--http", "0", "--virtual", "--size", "640x400"]
    pattern = r"MCP at http://127\.0\.0\.1:(?P<port>\d+)/mcp"
    with serving(trial, words, pattern, SCREENWRIGHT_MCP_TOKEN=TOKEN) as server:
        headers = (f"Authorization: Bearer {TOKEN}", "Content-Type: application/json")
        headers += ("Accept: application/json, text/event-stream",)
        hello = {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "faults", "version": "1"},
        }
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello})
        target = Target(server.port, "/mcp", headers=headers, method="POST", secret=TOKEN)
        good = target.request(headers=(*headers, f"Content-Length: {len(body)}")) + body.encode()

        def greeted() -> bool:
            """The stream stays open: the first line is enough."""
            with contextlib.suppress(OSError), enemy.connected(target) as opened:
                opened.sendall(good)
                return enemy.status(opened.recv(300)) == 200
            return False

        besiege(trial, server, target, greeted)


@fault("port-serve", "hostile requests to `screenwright serve`", promise=PROMISE, seconds=300)
def port_serve(trial: Trial) -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(trial.folder / "torch")  # which torch leaves lying, for next time
    try:
        from tiny.build import tiny
    except ImportError as error:
        raise Skipped(f"no model here: {error}") from error
    model = tiny(trial.folder / "model")
    words, at = [*COMMAND, "serve", str(model), "--port", "0"], r"at http://127\.0\.0\.1:(?P<port>\d+)/v1"
    quiet = {"OMP_NUM_THREADS": "1"}
    with serving(trial, [*words, "--key", TOKEN], at, **quiet) as server:
        for given in (
            "",
            "Bearer",
            "Bearer x",
            f"Bearer {TOKEN[:9]}",
            "Bearer \xe9",
            f"Basic {TOKEN}",
            f"Bearer  {TOKEN}x",
        ):
            trial.injected += 1
            locked = Target(server.port, "/v1/models", headers=(f"Authorization: {given}",))
            said = enemy.answer(locked, locked.request())
            trial.saw(f"{enemy.status(said)}")
            trial.check(enemy.status(said) == 401, f"the key {given!r}: {said[:100]!r}")
    with serving(trial, words, at, **quiet) as server:
        target = Target(server.port, "/v1/models")
        besiege(trial, server, target, _answers(target))
        body_target = Target(server.port, "/v1/chat/completions", method="POST")
        for what, body in (
            ("no JSON", b"{"),
            ("nested", b"[" * 100_000),
            ("a huge number", b'{"n":' + b"9" * 9999 + b"}"),
        ):
            trial.injected += 1
            length = f"Content-Length: {len(body)}"
            said = enemy.answer(body_target, body_target.request(headers=(length,)) + body)
            trial.check(enemy.status(said) == 400, f"{what}: {said[:200]!r}")


@fault("port-simphone", "hostile bytes to the simulated phone", promise=PROMISE, seconds=200)
def port_simphone(trial: Trial) -> None:
    words = [sys.executable, "-u", "-m", "screenwright.tools.simphone", "--size", "360x800"]
    with serving(trial, words, r"listens at 127\.0\.0\.1:(?P<port>\d+)") as server:
        target = Target(server.port, "/")
        hello = wire.Packet(wire.CNXN, wire.VERSION, wire.MAX_PAYLOAD, b"host::features=shell_v2").packed()

        def greeted() -> bool:
            with contextlib.suppress(OSError), enemy.connected(target) as opened:
                opened.sendall(hello)
                return opened.recv(24)[:4] == b"CNXN"
            return False

        trial.check(greeted(), "a good host is not greeted")
        for what, said in _packets(trial, hello):
            trial.injected += 1
            with contextlib.suppress(OSError), enemy.connected(target) as opened:
                opened.settimeout(0.3)
                opened.sendall(said)
                opened.recv(65_536)
            trial.saw(what)
            trial.check(until(greeted, enemy.ANSWER_S), f"{what}: others are not served after it")
        trial.injected += 500
        with enemy.crowd(target, 500, hello[:10]) as opened_all:
            trial.check(
                until(greeted, enemy.ANSWER_S), f"others are not served beside {len(opened_all)} silent ones"
            )
        grown = server.memory_mb - server.began_mb
        trial.check(grown < GROWN_MB, f"its memory grew by {grown:.0f} MB")
        trial.note = f"memory grew by {max(0, grown):.0f} MB"


def _packets(trial: Trial, hello: bytes) -> Iterator[tuple[str, bytes]]:
    dice = trial.dice
    for _ in trial.times(60):
        trial.injected -= 1
        yield "garbage", dice.randbytes(dice.choice((1, 24, 5000)))
        spoilt = bytearray(hello)
        spoilt[dice.randrange(len(spoilt))] ^= 1 << dice.randrange(8)
        yield "a spoilt greeting", bytes(spoilt)
        service = dice.choice(
            (b"shell,v2,raw:" + dice.randbytes(30), b"sync:", b"tcp:99999", b"\xff" * 100, b"", b"x:" * 999)
        )
        opening = wire.Packet(wire.OPEN, dice.randrange(2**32), 0, service + b"\0").packed()
        more = wire.Packet(wire.WRTE, dice.randrange(3), dice.randrange(3), dice.randbytes(500)).packed()
        yield "a strange service", hello + opening + more
    yield "a claim of 4 GB", wire.HEADER.pack(wire.CNXN, 1, 1, 2**32 - 1, 0, wire.CNXN ^ 0xFFFFFFFF)
    yield (
        "5,000 streams",
        hello + b"".join(wire.Packet(wire.OPEN, n, 0, b"shell:cat\0").packed() for n in range(1, 5000)),
    )
    yield "a million bytes for nobody", hello + wire.Packet(wire.WRTE, 9, 9, b"x" * 1_000_000).packed()
